/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The current process, and sleeping: what every room may ask of the scheduler. proc/sched.c
 * defines these functions: for the rooms below proc/ they are calls upwards.
 */
#ifndef SLEEP_H
#define SLEEP_H

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
 * Sleep on the channel chan until wakeup(chan), for at most `ticks` ticks (0: without limit). flags
 * is 0 or PCATCH. ps shows `why`, a string constant. Returns 0 after a wakeup(); EINTR, with PCATCH
 * only, if a signal has arrived or was pending already; ETIMEDOUT. After a return of 0 the caller
 * checks its condition again, since somebody else may have run first. Nothing else runs
 * between its check and the sleep: the kernel is not preempted.
 */
int tsleep(const void *chan, int flags, const char *why, int64_t ticks);
/* Make all processes that sleep on chan runnable. Does not sleep. */
void wakeup(const void *chan);

/* Let the other runnable processes run first. */
void sched_yield(void);
/* A preemption point in a long loop of the kernel: takes interrupts, and lets others run if the
 * slice of the current process is over. May sleep. */
void sched_point(void);

#endif
