/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process is to the i386. */
#ifndef MDPROC_H
#define MDPROC_H

#include <stdint.h>

#define TLS_ENTRIES 3 /* GDT entries 6 to 8 belong to the process */

struct trapframe;

struct machine_proc {
	_Alignas(16) uint8_t fpu[512]; /* FXSAVE area, Intel SDM vol. 1, 10.5 */
	uint32_t esp;                  /* kernel stack pointer while switched out */
	uint8_t *kstack;               /* lowest byte of its kernel stack */
	struct trapframe *tf;          /* user registers, at the stack's top */
	uint64_t tls[TLS_ENTRIES];     /* segment descriptors */
	/* The last fault that became a signal. Each signal frame shows it; a child inherits it. */
	struct last_fault {
		uint32_t trapno, error, cr2;
	} last_fault;
};

#endif
