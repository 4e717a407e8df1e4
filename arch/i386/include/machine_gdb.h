/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between the gdb stub (kernel/debug/gdbstub.h) and the machine: the line to gdb,
 * the registers of a stopped kernel, memory as a process sees it, and what breakpoints are made
 * of. Only the stub includes this header, beside machine.h.
 *
 * The machine enters the stub by gdbstub_trap(), on a stack of the stub's own, and with
 * interrupts off. Nothing here sleeps, allocates memory, or causes a page fault in memory that
 * gdb asks for. A fault inside the stub itself ends the command of gdb's that caused it:
 * gdbstub_again().
 */
#ifndef MACHINE_GDB_H
#define MACHINE_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mmu.h"

struct proc;

/* ---- Entry ---- */

/* gdb's numbers of signals, which are not Linux's. */
enum {
	GDB_SIGINT = 2,
	GDB_SIGILL = 4,
	GDB_SIGTRAP = 5,
	GDB_SIGABRT = 6,
	GDB_SIGFPE = 8,
	GDB_SIGSEGV = 11
};

/* What stopped the kernel. */
struct gdb_event {
	int signal;    /* gdb's number */
	bool fatal;    /* the kernel can't continue, unless gdb says so: a panic */
	bool wanted;   /* it is certain: no breakpoint has to match */
	bool line;     /* gdb has sent something: machine_gdb_break_in() says what */
	bool stepped;  /* the single step is over */
	vaddr_t insn;  /* address of the breakpoint instruction that was executed; 0: none */
	uint32_t hits; /* a bit for each debug register that matched */
};

/* How the kernel continues. */
enum gdb_resume {
	GDB_PASS_ON, /* the trap is not the stub's: the kernel handles it */
	GDB_SKIP,    /* go on, over a breakpoint that is another process's */
	GDB_CONTINUE,
	GDB_STEP, /* execute one instruction */
	GDB_DIE   /* the panic goes on */
};

/* What the machine calls: with what stopped it, and after a fault inside the stub. */
enum gdb_resume gdbstub_trap(const struct gdb_event *e);
enum gdb_resume gdbstub_again(void);

/* Take the second serial line, and the traps that enter the stub. Returns false if the machine has
 * no such line. */
bool machine_gdb_start(void);
/* Called when gdb is to see the stopped context: takes from it what a breakpoint instruction or the
 * single step has changed. */
void machine_gdb_stopped(const struct gdb_event *e);
/* Returns whether gdb wants the kernel to stop: it has sent the byte for Ctrl-C, or a packet. */
bool machine_gdb_break_in(void);
/* Enter the stub because the kernel asks for it. Returns when gdb lets the kernel continue. */
void machine_gdb_enter(int signal, bool fatal);
/* While the stub runs, does not return: ends the command of gdb's with an error. */
void machine_gdb_unwind(void);

/* ---- The line ---- */

/* Returns the next byte from gdb, and waits for it. */
char machine_gdb_get(void);
void machine_gdb_put(const char *s, size_t n);

/* ---- Registers, by gdb's numbers. p is NULL for the boot context. ---- */

#define GDB_REGISTER_MAX 10             /* bytes of the longest */
extern const char machine_gdb_target[]; /* gdb's description of the registers, in XML */
extern const unsigned machine_gdb_registers;
extern const unsigned machine_gdb_pc, machine_gdb_sp; /* two of the numbers */

/* Returns the size of register n in bytes. */
unsigned machine_gdb_register_size(unsigned n);
/* Put register n of p into value. Returns false if the value is not known: a process that does not
 * run has kept only its callee-saved registers. */
bool machine_gdb_register_get(const struct proc *p, unsigned n, void *value);
/* Set register n of the context that the stub has stopped. Returns false if it can't be changed. */
bool machine_gdb_register_set(unsigned n, const void *value);

/* ---- Memory ---- */

/* Returns where the byte at va of p's space can be read, or with `write` be written, up to the end
 * of its page and until the next call; NULL if it can't. What is mapped but has not been touched
 * yet can be read if it is a page of a file or a segment. */
void *machine_gdb_memory(const struct proc *p, vaddr_t va, bool write);

/* Returns whether a byte of the len bytes at va is the stub's own, which gdb may not change. */
bool machine_gdb_own(vaddr_t va, uint32_t len);

/* Returns where the byte is that the boot loader has put at physical address pa, if that is in the
 * kernel's image; else pa. gdb compares the image with its file by these addresses. */
vaddr_t machine_gdb_loaded(uint32_t pa);

/* ---- Breakpoints ---- */

#define GDB_DEBUG_REGISTERS 4
enum gdb_kind { GDB_EXECUTE, GDB_WRITE, GDB_ACCESS };

/* Returns whether a breakpoint instruction may stand at va: in the kernel's text, but not in the
 * stub's. */
bool machine_gdb_breakable(vaddr_t va);
/* The breakpoint instruction, which is one byte long. */
extern const uint8_t machine_gdb_insn;
/* Make debug register n match accesses of that kind to the len bytes (1, 2 or 4) at va, a multiple
 * of len; and make none match any more. */
void machine_gdb_debug_set(unsigned n, enum gdb_kind kind, vaddr_t va, unsigned len);
void machine_gdb_debug_clear(void);
/* Called before the return of GDB_STEP. Returns the address where the next instruction will enter
 * the kernel, for a breakpoint there; 0 if the machine can step over it. */
vaddr_t machine_gdb_step_target(void);

#endif
