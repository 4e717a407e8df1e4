/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs, and sleeping until something happens. */
#ifndef SCHED_H
#define SCHED_H

#include <stdbool.h>
#include <stdint.h>

struct proc;

extern struct proc *current_process; /* use curproc() */
static inline struct proc *
curproc(void)
{
	return current_process;
}

#define PCATCH 1 /* a signal ends the sleep */

/*
 * Sleep until wakeup(chan), at most `ticks` (0: for ever).
 * `why` shows in ps and must stay valid.
 * => 0 when woken, EINTR for a signal (with PCATCH; also when one was pending
 * at the start), ETIMEDOUT. The caller checks its condition again: between
 * its check and the sleep nothing else runs, for the kernel is not preempted.
 */
int tsleep(const void *chan, int flags, const char *why, int64_t ticks);
/* All who sleep on chan become runnable. */
void wakeup(const void *chan);
/* One sleeper, whatever it waits for (a signal's way in). */
void sched_interrupt(struct proc *p);

/* Let p run when its turn comes. */
void sched_start(struct proc *p);
/* Others first; for a point in a long loop, and the end of a time slice. */
void sched_yield(void);
/* A point where a long loop of the kernel lets interrupts and others in.
 * => may sleep. */
void sched_point(void);
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
