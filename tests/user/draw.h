/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers by lot, the same ones for the same seed. */
#pragma once

#include <stdint.h>

static uint32_t state; /* set it to the seed, which is not 0 */

static uint32_t
draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}
