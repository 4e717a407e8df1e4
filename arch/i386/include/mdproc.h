/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of struct proc that depends on the machine: its member `md`. */
#ifndef MDPROC_H
#define MDPROC_H

#include <stdint.h>

#define TLS_ENTRIES 3 /* GDT entries 6 to 8 belong to the process */

struct trapframe;

struct machine_proc {
	_Alignas(16) uint8_t fpu[512]; /* FXSAVE area, Intel SDM vol. 1, 10.5 */
	uint32_t esp;                  /* kernel stack pointer while it does not run */
	uint8_t *kstack;               /* lowest byte of its kernel stack */
	struct trapframe *tf;          /* user registers, at the top of kstack */
	uint64_t tls[TLS_ENTRIES];     /* segment descriptors, 0 if unused */
	/* The last exception that became a signal. Each signal frame gets a copy, as on Linux, and
	 * a child inherits it. */
	struct last_fault {
		uint32_t trapno, error, cr2;
	} last_fault;
};

#endif
