/* SPDX-License-Identifier: BSD-2-Clause */
/* The scheduler, as proc/ and the machine use it; base/sleep.h has what all rooms may call. */
#ifndef SCHED_H
#define SCHED_H

#include "base/sleep.h"

/* Wake p because of a signal, if it sleeps with PCATCH: its tsleep() returns EINTR. */
void sched_interrupt(struct proc *p);

/* Put p, which is new or stopped, on the run queue. */
void sched_start(struct proc *p);
/* Run others while the current process, whose state is PROC_STOPPED, waits for sched_start().
 * Sleeps. */
void sched_stop(void);
/* Sleep for good, while others run: the current process is a zombie. */
_Noreturn void sched_exit(void);
/* Run the first process; the boot context ends here. */
_Noreturn void sched_run(void);
/* Count a tick for the current process, in user mode or not, and end its slice when that is over.
 * Called at each tick by clock_tick(). */
void sched_tick(bool user);
extern bool need_resched;       /* the slice of the current process is over */
extern unsigned sched_runnable; /* processes in state PROC_RUNNABLE */

#endif
