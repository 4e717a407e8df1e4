/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that people write: on the command line and to /proc. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/* Read the number that s begins with: decimal, or as C writes it octal (0...) or hexadecimal
 * (0x...). Returns the rest of s; NULL if no number is there, or it has more than 32 bits. */
const char *number_parse(const char *s, uint32_t *out);

#endif
