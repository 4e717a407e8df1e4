/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's functions by address; the table is made at link time. */
#ifndef KSYMS_H
#define KSYMS_H

#include <stdint.h>

struct ksym {
	uint32_t addr;
	const char *name;
};
extern const struct ksym ksyms[];
extern const unsigned nksyms;

/* The function that addr lies in and how far; NULL: none. */
const char *ksym_lookup(uint32_t addr, uint32_t *offset);

#endif
