/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One comparison does, for c - lo wraps. */
static inline int
__in_range(int c, int lo, int hi)
{
	return (unsigned)c - lo <= (unsigned)hi - lo;
}

#define isdigit(c) __in_range(c, '0', '9')
#define isupper(c) __in_range(c, 'A', 'Z')
#define islower(c) __in_range(c, 'a', 'z')
#define isalpha(c) __in_range((c) | 32, 'a', 'z')
#define isalnum(c) \
	({ \
		int a_ = (c); \
		isalpha(a_) || isdigit(a_); \
	})
#define isxdigit(c) \
	({ \
		int x_ = (c); \
		isdigit(x_) || __in_range(x_ | 32, 'a', 'f'); \
	})
#define isspace(c) \
	({ \
		int s_ = (c); \
		s_ == ' ' || __in_range(s_, '\t', '\r'); \
	})
#define isprint(c) __in_range(c, ' ', '~')
#define toupper(c) \
	({ \
		int u_ = (c); \
		islower(u_) ? u_ - 32 : u_; \
	})
#define tolower(c) \
	({ \
		int l_ = (c); \
		isupper(l_) ? l_ + 32 : l_; \
	})
