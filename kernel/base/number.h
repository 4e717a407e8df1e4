/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in text: on the command line, and written to /proc. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/* Read the number at the start of s into *out: decimal, octal (0...) or hexadecimal (0x...), as
 * in C. Returns the rest of s, or NULL if s starts with no number or with one of more than 32
 * bits. */
const char *number_parse(const char *s, uint32_t *out);

#endif
