/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs, and how one lets others run: what every room may ask of the scheduler.
 * proc/sched.c defines it: for the rooms below proc/ it is a call upwards.
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
 * Sleep until wakeup(chan), at most `ticks` (0: for ever).
 * `why` shows in ps and must stay valid.
 * => 0 when woken, EINTR for a signal (with PCATCH; also when one was pending
 * at the start), ETIMEDOUT. The caller checks its condition again: between
 * its check and the sleep nothing else runs, for the kernel is not preempted.
 */
int tsleep(const void *chan, int flags, const char *why, int64_t ticks);
/* All who sleep on chan become runnable. */
void wakeup(const void *chan);

/* Others first; for a point in a long loop, and the end of a time slice. */
void sched_yield(void);
/* A point where a long loop of the kernel lets interrupts and others in.
 * => may sleep. */
void sched_point(void);

#endif
