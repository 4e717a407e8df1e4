/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the programs that grade a lab. Such a program gets the name of a subject and a seed. It makes
 * random calls by the seed, and prints what it sees. It does not know what is right: tools/grade
 * compares its output with what it prints on the reference kernel. So it must print nothing in
 * which two right kernels may differ. A number that may differ is printed by bound().
 */
#pragma once

#include "tap.h"

struct subject {
	const char *name;
	void (*look)(void);
};
/* The subjects of the program; the last has no name. */
extern const struct subject subjects[];

/* Returns a random number below n, by the seed. */
unsigned any(unsigned n);
/* Prints a line, by a single write. */
void see(const char *text, ...) __attribute__((format(printf, 1, 2)));
/* Prints a number which lab.toml says the bounds of. */
void bound(const char *name, long value);
/* Return whether the program may read or write a byte, without a fault that would end it: the
 * kernel does it for the program. */
int readable(const void *at), writable(void *at);
