/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs, and sleeping until something happens. */
#ifndef SCHED_H
#define SCHED_H

#include "base/sleep.h"

/* One sleeper, whatever it waits for (a signal's way in). */
void sched_interrupt(struct proc *p);

/* Let p run when its turn comes. */
void sched_start(struct proc *p);
/* The current process is stopped, until sched_start. */
void sched_stop(void);
/* The current process is a zombie, and goes. */
_Noreturn void sched_exit(void);
/* From boot to the first process. */
_Noreturn void sched_run(void);
/* Each tick: whose time it was, and the end of its slice. */
void sched_tick(bool user);
extern bool need_resched;
extern unsigned sched_runnable; /* processes that run or could */
/* Something has happened that user_return() may have to act on: the one flag
 * that is looked at before a process goes back to user mode. Whoever gives it
 * work sets it: another process runs, a tick, a signal, a mask that changes. */
extern bool return_work;

#endif
