/* SPDX-License-Identifier: BSD-2-Clause */
/* The trap frame that vectors.asm pushes on the kernel stack, and the numbers in it. */
#ifndef TRAPFRAME_H
#define TRAPFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lowest address comes first. */
struct trapframe {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, pusha_esp, ebx, edx, ecx, eax;
	uint32_t trapno;
	uint32_t error; /* for a system call: its number, kept to restart the call */
	uint32_t eip, cs, eflags;
	uint32_t esp, ss; /* pushed only by a trap from user mode */
};

enum trap {
	TRAP_DIVIDE = 0,
	TRAP_DEBUG = 1,
	TRAP_NMI = 2,
	TRAP_BREAKPOINT = 3,
	TRAP_ILLEGAL = 6,
	TRAP_DOUBLE = 8,
	TRAP_TSS = 10,
	TRAP_SEGMENT = 11,
	TRAP_STACK = 12,
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

/* Error code of an exception about a selector, 6.13: bits 3 to 15 are its number in the GDT, or
 * with this bit in the LDT. */
#define SELECTOR_LDT 4u

/* GDT selectors. Those of user mode have Linux's numbers, because programs print them. */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define TSS_SEL 0x18
#define DOUBLE_TSS_SEL 0x20
#define GDT_TLS 6 /* to 8: the TLS segments of the current process */
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
/* CF PF AF ZF SF TF DF OF RF AC: the flags that sigreturn takes from a signal frame. */
#define EFLAGS_USER 0x00050dd5u
/*
 * All flags that a program can have, Intel SDM vol. 3, 2.3. A trap frame may hold others:
 * under emulation a program can make the CPU push IOPL or VM, and IRET would then load
 * them. So vectors.asm checks each frame for unusual flags: those that a program can't have,
 * and DF, which must be clear while compiled C code runs.
 */
#define EFLAGS_PROGRAM (EFLAGS_USER | EFLAGS_NT | EFLAGS_ID | EFLAGS_IF | EFLAGS_FIXED)
#define EFLAGS_UNUSUAL (~EFLAGS_PROGRAM | EFLAGS_DF)
/* The flags beyond EFLAGS_PROGRAM that IRET would load. An emulator may push reserved flags
 * as well, even for an innocent program's system call; IRET ignores those. */
#define EFLAGS_FOREIGN (EFLAGS_IOPL | EFLAGS_VM | EFLAGS_VIF | EFLAGS_VIP)

/* Returns true if the trap came from user mode. (In virtual 8086 mode CS doesn't say so, but
 * unusual_flags() ends the process before anyone asks about such a frame.) */
static inline bool
trap_from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) != 0;
}

/* vectors.asm and gdbentry.asm have these numbers as constants of their own. */
_Static_assert(offsetof(struct trapframe, edx) == 36, "FRAME_EDX");
_Static_assert(offsetof(struct trapframe, ecx) == 40, "FRAME_ECX");
_Static_assert(offsetof(struct trapframe, eax) == 44, "FRAME_EAX");
_Static_assert(offsetof(struct trapframe, trapno) == 48, "FRAME_TRAPNO");
_Static_assert(offsetof(struct trapframe, eflags) == 64, "FRAME_EFLAGS");
_Static_assert(EFLAGS_UNUSUAL == 0xffdab428, "FLAGS_UNUSUAL");

#endif
