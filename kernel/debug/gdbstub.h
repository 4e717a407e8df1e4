/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gdb stub: the kernel's side of gdb's remote protocol, over the second serial line. It works
 * on machines that have no emulator behind them.
 *
 *	gdbstub.c	the loop that answers gdb's packets while the kernel is stopped
 *	gdbline.c	packets: checksums, acknowledgements, numbers in hexadecimal
 *	gdbmemory.c	registers and memory
 *	gdbthread.c	processes, which gdb sees as threads
 *	gdbbreak.c	breakpoints and watchpoints
 *	gdbquery.c	documents that gdb reads, and the monitor commands
 *	machine_gdb.h	what the machine does for it
 *
 * A breakpoint can be anywhere but in the stub's own text. So it calls no function outside of
 * that before it has taken the breakpoints out of the kernel's text, nor after it has put them
 * back.
 */
#ifndef GDBSTUB_H
#define GDBSTUB_H

#include <stddef.h>

struct proc;

#ifndef NO_STUB
/* Start the stub if the command line has the word kgdb, and with kgdbwait also stop until gdb has
 * connected and lets the kernel continue. Must be called before the first process exists. */
void gdbstub_init(void);
/* Called by panic(), when it has printed everything: let gdb look, if the stub was started. Returns
 * if the panic is to go on. */
void gdbstub_panic(void);
/* Called before the machine is shut down: tell gdb that the program has ended with that status. */
void gdbstub_ended(int status);
/* Called first when the kernel has caused an exception or panics: does not return if the stub
 * itself has done that. */
void gdbstub_unwind(void);
#else
#define gdbstub_init() ((void)0)
#define gdbstub_panic() ((void)0)
#define gdbstub_ended(status) ((void)(status))
#define gdbstub_unwind() ((void)0)
#endif

/* Do a command that gdb's user has typed after `monitor`, and call output with the text that is the
 * answer. `thread` is the one selected, or NULL. procfs/monitor.c defines it, since it looks into
 * all rooms: an up-call. */
void gdbstub_monitor(const char *command, const struct proc *thread,
                     void (*output)(const char *s, size_t n));

#endif
