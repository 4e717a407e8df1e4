/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/number.h"

#include <stddef.h>

/* Returns the value of the hexadecimal digit c, or 16 if it is none. */
static uint32_t
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 'a' ^ 'A';
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 16;
}

const char *
number_parse(const char *s, uint32_t *out)
{
	uint32_t base = s[0] == '0' ? 8 : 10, v = 0, digit;
	const char *first;

	if (base == 8 && (s[1] == 'x' || s[1] == 'X') && digit_of(s[2]) < 16) {
		base = 16;
		s += 2;
	}
	for (first = s; (digit = digit_of(*s)) < base; s++) {
		if (v > (UINT32_MAX - digit) / base)
			return NULL;
		v = v * base + digit;
	}
	*out = v;
	return s == first ? NULL : s;
}
