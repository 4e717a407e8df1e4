/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of machine.h that are one or two instructions on this machine. */
#ifndef MACHINE_INLINE_H
#define MACHINE_INLINE_H

#define KERNEL_BASE 0xC0000000u /* where the kernel maps physical address 0 */

static inline void *
frame_kva(frame_t f)
{
	return (void *)(KERNEL_BASE + (f << PAGE_SHIFT));
}

static inline frame_t
kva_frame(const void *kva)
{
	return ((uint32_t)kva - KERNEL_BASE) >> PAGE_SHIFT;
}

#endif
