/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of the kernel's functions, for backtraces. */
#ifndef KSYMS_H
#define KSYMS_H

#include <stdint.h>

struct ksym {
	uint32_t addr; /* of its first byte */
	const char *name;
};
/* All functions in order of address; the table is generated when the kernel is linked. */
extern const struct ksym ksyms[];
extern const unsigned nksyms;

/* Returns the name of the function that addr is in, and puts into *offset how far in; NULL if addr
 * is below all functions. */
const char *ksym_lookup(uint32_t addr, uint32_t *offset);

#endif
