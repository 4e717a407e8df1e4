/* SPDX-License-Identifier: BSD-2-Clause */
/* 64-bit division, which compilers for i386 leave to functions. */
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rem);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);

uint64_t
__udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem)
{
	uint64_t q = 0, r = 0;

	if (d >> 32 == 0) {
		/* Two steps of long division; the first one's remainder is
		 * below d, so that the second cannot overflow. */
		uint32_t div = d, high = n >> 32, low = n, qhigh, rest;

		__asm__("divl %4" : "=a"(qhigh), "=d"(rest) : "0"(high), "1"(0), "rm"(div));
		__asm__("divl %4" : "=a"(low), "=d"(rest) : "0"(low), "1"(rest), "rm"(div));
		q = (uint64_t)qhigh << 32 | low;
		r = rest;
	} else {
		for (int bit = 63; bit >= 0; bit--) {
			r = r << 1 | (n >> bit & 1);
			if (r >= d) {
				r -= d;
				q |= 1ull << bit;
			}
		}
	}
	if (rem)
		*rem = r;
	return q;
}

uint64_t
__udivdi3(uint64_t n, uint64_t d)
{
	return __udivmoddi4(n, d, 0);
}

uint64_t
__umoddi3(uint64_t n, uint64_t d)
{
	uint64_t r;

	__udivmoddi4(n, d, &r);
	return r;
}

int64_t
__divmoddi4(int64_t n, int64_t d, int64_t *rem)
{
	uint64_t r, q;

	q = __udivmoddi4(n < 0 ? 0 - (uint64_t)n : (uint64_t)n,
	                 d < 0 ? 0 - (uint64_t)d : (uint64_t)d, &r);
	*rem = n < 0 ? -r : r;
	return (n < 0) != (d < 0) ? -q : q;
}

int64_t
__divdi3(int64_t n, int64_t d)
{
	int64_t r;

	return __divmoddi4(n, d, &r);
}

int64_t
__moddi3(int64_t n, int64_t d)
{
	int64_t r;

	__divmoddi4(n, d, &r);
	return r;
}
