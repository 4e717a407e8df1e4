/* SPDX-License-Identifier: BSD-2-Clause */
/* Binary search in the table of the kernel's functions. */
#include "debug/ksyms.h"

#include <stddef.h>

const char *
ksym_lookup(uint32_t addr, uint32_t *offset)
{
	unsigned lo = 0, hi = nksyms;

	if (nksyms == 0 || addr < ksyms[0].addr)
		return NULL;
	/* Invariant: ksyms[lo] is at or below addr, ksyms[hi] above it or beyond the table. */
	while (hi - lo > 1) {
		unsigned mid = (lo + hi) / 2;

		if (ksyms[mid].addr <= addr)
			lo = mid;
		else
			hi = mid;
	}
	*offset = addr - ksyms[lo].addr;
	return ksyms[lo].name;
}
