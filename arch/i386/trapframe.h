/* SPDX-License-Identifier: BSD-2-Clause */
/* What vectors.asm leaves on the kernel stack, lowest address first. */
#ifndef TRAPFRAME_H
#define TRAPFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trapframe {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, pusha_esp, ebx, edx, ecx, eax;
	uint32_t trapno;
	uint32_t error; /* of a system call: its number, to run it again */
	uint32_t eip, cs, eflags;
	uint32_t esp, ss; /* from user mode only */
};

enum trap {
	TRAP_DIVIDE = 0,
	TRAP_NMI = 2,
	TRAP_DOUBLE = 8,
	TRAP_TSS = 10,
	TRAP_PROTECTION = 13,
	TRAP_PAGE = 14,
	TRAP_MACHINE = 18,
	TRAP_IRQ = 32, /* 32 to 47 */
	TRAP_SYSCALL = 0x80
};

/* Error code of a page fault, Intel SDM vol. 3, 4.7. */
#define PF_PRESENT 1u
#define PF_WRITE 2u

/* GDT selectors. The user's are Linux's numbers, for programs print them. */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define TSS_SEL 0x18
#define DOUBLE_TSS_SEL 0x20
#define GDT_TLS 6 /* to 8: the process's own */
#define USER_CS 0x73
#define USER_DS 0x7b
#define GDT_ENTRIES 16

#define EFLAGS_TF 0x00000100u
#define EFLAGS_IF 0x00000200u
#define EFLAGS_DF 0x00000400u
#define EFLAGS_RF 0x00010000u
/* CF PF AF ZF SF TF DF OF RF AC: what a signal frame may set. */
#define EFLAGS_USER 0x00050dd5u

static inline bool
trap_from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) == 3;
}

/* What vectors.asm knows of it. */
_Static_assert(offsetof(struct trapframe, eax) == 44, "FRAME_EAX");

#endif
