/* SPDX-License-Identifier: BSD-2-Clause */
/* 64-bit division, for which compilers for i386 call these functions. */
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem);
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rem);

uint64_t
__udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem)
{
	uint64_t q = 0, r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		r = r << 1 | (n >> bit & 1);
		if (r >= d) {
			r -= d;
			q |= 1ull << bit;
		}
	}
	*rem = r;
	return q;
}

int64_t
__divmoddi4(int64_t n, int64_t d, int64_t *rem)
{
	uint64_t r, q = __udivmoddi4(n < 0 ? -n : n, d < 0 ? -d : d, &r);

	*rem = n < 0 ? -r : r;
	return (n < 0) != (d < 0) ? -q : q;
}

#define FUNCTION(type, name, division, result)                                                     \
	type name(type n, type d);                                                                 \
	type name(type n, type d)                                                                  \
	{                                                                                          \
		type rem, quotient = division(n, d, &rem);                                         \
                                                                                                   \
		(void)quotient;                                                                    \
		return result;                                                                     \
	}
FUNCTION(uint64_t, __udivdi3, __udivmoddi4, quotient)
FUNCTION(uint64_t, __umoddi3, __udivmoddi4, rem)
FUNCTION(int64_t, __divdi3, __divmoddi4, quotient)
FUNCTION(int64_t, __moddi3, __divmoddi4, rem)
