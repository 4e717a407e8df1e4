/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Freeing much memory takes long, so whole page tables are taken out of use at once, and the
 * pages that they show are freed when the process leaves the kernel, with preemption points. So a
 * call like munmap() changes what is mapped in one step, and does not sleep. The memory is free
 * again when the call returns, or when the process is a zombie. Until then it counts as used and
 * promised, and another process may get ENOMEM for it.
 */
#ifndef DEFERRED_H
#define DEFERRED_H

#include <machine.h>

#include "mem/frame.h"

/* Page tables and the references that their entries hold, to be freed; 0: none. */
extern frame_t vm_deferred;

/* Free the page table and all that it shows later. Nobody else may have a reference on it, nor the
 * TLB anything of it. Does not sleep. */
void vm_defer_table(frame_t table);
/* Give back a promise once all that is deferred now is free: for vm_release() only. */
void vm_owe(uint32_t pages, uint32_t tables);
/* Give back a promise: at once, or once all that is deferred now is free. Does not sleep. */
static inline void
vm_release(uint32_t pages, uint32_t tables)
{
	if (vm_deferred == 0)
		commit_release(pages, tables);
	else
		vm_owe(pages, tables);
}
/* Free all that is deferred. May sleep. */
void vm_free_deferred(void);

#endif
