/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of up to 64 small numbers, and hashes. */
#ifndef BITS_H
#define BITS_H

#include <stdint.h>

#define BIT64(n) (1ull << (n))

/* The lowest number in a set that isn't empty. */
static inline unsigned
bits_first(uint64_t set)
{
	uint32_t low = (uint32_t)set;

	return low != 0 ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(set >> 32));
}

/* One of 1 << bits buckets for a key. Neighbours, and what lies at equal distances,
 * are spread evenly. */
static inline unsigned
bits_hash(uint32_t key, unsigned bits)
{
	return key * 2654435769u >> (32 - bits);
}

#endif
