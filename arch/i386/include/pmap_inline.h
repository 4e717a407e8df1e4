/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of machine.h that are a few instructions on the i386's page tables. The host
 * build of the tests keeps them, while it replaces those of machine_inline.h. */
#ifndef PMAP_INLINE_H
#define PMAP_INLINE_H

static inline bool
pmap_in_use(const struct pmap *pm, uint32_t span)
{
	return ((const pte_t *)frame_kva(pm->dir))[span] != 0;
}

#endif
