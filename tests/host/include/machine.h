/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract is the i386's own, page tables included; what differs is how a
 * frame is addressed, for here "physical" memory is an array. */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#define MACHINE_INLINE_H /* the i386's is replaced by what follows */
#include_next <machine.h>

#define KERNEL_BASE USER_END

extern char *host_ram;
/* Returns f; panics if it is not a low frame. */
frame_t host_low(frame_t f);

static inline void *
frame_kva(frame_t f)
{
	return host_ram + (size_t)host_low(f) * PAGE_SIZE;
}

static inline frame_t
kva_frame(const void *kva)
{
	return host_low((frame_t)(((const char *)kva - host_ram) / PAGE_SIZE));
}

#endif
