/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

extern const unsigned char __ctype[256];

#define __is(c, kinds) ((__ctype[(unsigned char)(c)] & (kinds)) != 0)
#define isupper(c) __is(c, 1)
#define islower(c) __is(c, 2)
#define isalpha(c) __is(c, 3)
#define isdigit(c) __is(c, 4)
#define isalnum(c) __is(c, 7)
#define isxdigit(c) __is(c, 8)
#define isspace(c) __is(c, 16)
#define ispunct(c) __is(c, 32)
#define isprint(c) __is(c, 103)

int tolower(int c), toupper(int c);
