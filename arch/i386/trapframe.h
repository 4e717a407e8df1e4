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
#define VECTORS 256

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

#define EFLAGS_FIXED 0x00000002u /* always set */
#define EFLAGS_TF 0x00000100u
#define EFLAGS_IF 0x00000200u
#define EFLAGS_DF 0x00000400u
#define EFLAGS_IOPL 0x00003000u
#define EFLAGS_NT 0x00004000u
#define EFLAGS_RF 0x00010000u
#define EFLAGS_VM 0x00020000u
#define EFLAGS_VIF 0x00080000u
#define EFLAGS_VIP 0x00100000u
#define EFLAGS_ID 0x00200000u
/* CF PF AF ZF SF TF DF OF RF AC: what a signal frame may set. */
#define EFLAGS_USER 0x00050dd5u
/*
 * All that a program can have, Intel SDM vol. 3, 2.3. A frame may hold more: under
 * emulation a program can make the CPU push IOPL or VM, and IRET would give them to
 * it. So vectors.asm looks for flags that are unusual: those beyond, and DF, which
 * the kernel's own code must not have.
 */
#define EFLAGS_PROGRAM (EFLAGS_USER | EFLAGS_NT | EFLAGS_ID | EFLAGS_IF | EFLAGS_FIXED)
#define EFLAGS_UNUSUAL (~EFLAGS_PROGRAM | EFLAGS_DF)
/* Those that IRET would load. The emulator also pushes reserved flags now and then, in a
 * system call of a program that did nothing for it: IRET ignores them. */
#define EFLAGS_FOREIGN (EFLAGS_IOPL | EFLAGS_VM | EFLAGS_VIF | EFLAGS_VIP)

/* Was it a program that was interrupted? (In virtual 8086 mode CS says nothing, but
 * such a frame goes no further than unusual_flags().) */
static inline bool
trap_from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) != 0;
}

/* What vectors.asm knows of it. */
_Static_assert(offsetof(struct trapframe, edx) == 36, "FRAME_EDX");
_Static_assert(offsetof(struct trapframe, ecx) == 40, "FRAME_ECX");
_Static_assert(offsetof(struct trapframe, eax) == 44, "FRAME_EAX");
_Static_assert(offsetof(struct trapframe, eflags) == 64, "FRAME_EFLAGS");
_Static_assert(EFLAGS_UNUSUAL == 0xffdab428, "FLAGS_UNUSUAL");

#endif
