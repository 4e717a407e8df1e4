/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of up to 64 small numbers, hashes, and the division of 64-bit numbers. */
#ifndef BITS_H
#define BITS_H

#include <stdint.h>

#define BIT64(n) (1ull << (n))

/* Returns the lowest number in a set that is not empty. */
static inline unsigned
bits_first(uint64_t set)
{
	uint32_t low = (uint32_t)set;

	return low != 0 ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(set >> 32));
}

/* 2^32 / golden ratio: multiplying by it spreads neighbouring numbers over all 32 bits. */
#define BITS_GOLDEN 2654435769u

/* Returns the bucket of a key, one of 1 << bits (multiplicative hashing, Knuth). Keys that are
 * neighbours, or lie at equal distances, are spread evenly. */
static inline unsigned
bits_hash(uint32_t key, unsigned bits)
{
	return key * BITS_GOLDEN >> (32 - bits);
}

/* Divides *v by a number of at most 16 bits and returns the remainder. This takes 16 bits at a
 * time, because a 64-bit division would need the compiler's library. */
static inline uint32_t
bits_divide(uint64_t *v, uint32_t by)
{
	uint64_t quotient = 0;
	uint32_t rest = 0;
	int shift;

	for (shift = 48; shift >= 0; shift -= 16) {
		rest = rest << 16 | (uint32_t)(*v >> shift & 0xffff);
		quotient |= (uint64_t)(rest / by) << shift;
		rest %= by;
	}
	*v = quotient;
	return rest;
}

#endif
