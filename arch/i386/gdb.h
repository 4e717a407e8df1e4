/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the gdb stub's machine part share. */
#ifndef GDB_H
#define GDB_H

#include <machine_gdb.h>

#include "i386.h"

/* gdbentry.asm */
extern bool gdb_inside;
void gdb_vector_1(void);
void gdb_vector_2(void);
void gdb_vector_3(void);
void gdb_vector_35(void);
_Noreturn void gdb_leave(struct trapframe *tf);
_Noreturn void gdb_pass_on(struct trapframe *tf);
_Noreturn void gdb_restart(void);

/* gdb.c */
_Noreturn void gdb_trap(struct trapframe *tf);
_Noreturn void gdb_again(void);

/* gdbview.c: the context that the stub has stopped, as gdb sees it. */
struct gdb_view {
	struct trapframe tf;    /* its registers; of the kernel's without ESP and SS */
	uint32_t esp;           /* its stack pointer */
	struct trapframe *home; /* the trap frame that *tf is a copy of */
};
extern struct gdb_view gdb_view;
/* Show the context whose trap frame is *tf, and whose stack pointer is esp. gdb may write to the
 * stack below that, where the frame of the kernel's is, so it is copied. */
void gdb_view_set(struct trapframe *tf, uint32_t esp);
/* Copy the registers back. Returns the trap frame. */
struct trapframe *gdb_view_end(void);

/* linker.ld: the stub's text and its end, the end of the kernel's text, which follows, and the
 * stub's data with its end. */
extern const uint8_t gdb_text[], gdb_text_end[], text_end[], gdb_data[], gdb_data_end[];

#endif
