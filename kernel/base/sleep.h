/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The current process, and sleeping: what every room may ask of the scheduler. proc/sched.c
 * defines these functions, and debug/sleep_check.c the check of who may sleep: for the rooms
 * below they are up-calls.
 */
#ifndef SLEEP_H
#define SLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct proc;

/* curproc() returns the process that runs, also in an interrupt; NULL early in the boot. */
extern struct proc *current_process;
static inline struct proc *
curproc(void)
{
	return current_process;
}

/*
 * Who may sleep. A function that may sleep says so where it is declared, or defined if it is its
 * file's own. One that other files call also calls may_sleep() at its start, even if it seldom
 * sleeps. From a function whose header says that it does not sleep no call leads
 * there: tools/sleepers follows the calls in the debug kernel's code. A call by pointer, which
 * cannot be followed, is below a function that begins with DOES_NOT_SLEEP, which holds until it
 * returns; others may begin with it too. In a debug build may_sleep() panics while such a function
 * runs or a window (machine.h) is open. In a release build both are nothing.
 */
#ifdef DEBUG
#define may_sleep() sleep_check(__func__)
#define DOES_NOT_SLEEP                                                                             \
	__attribute__((cleanup(sleep_allow), unused)) const char *const sleep_outer =              \
		sleep_forbid(__func__)
/* Panic if the function of that name may not sleep here. */
void sleep_check(const char *function);
/* Forbid to sleep, in the name of a function that begins. Returns the name of the function that
 * forbids it already, or NULL. sleep_allow() makes that the state again. */
const char *sleep_forbid(const char *function);
void sleep_allow(const char *const *outer);
#else
#define may_sleep() ((void)0)
#define DOES_NOT_SLEEP _Static_assert(1, "")
#define sleep_forbid(function) NULL
#define sleep_allow(outer) ((void)(outer))
#endif

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

/* Let the other runnable processes run first. May sleep. */
void sched_yield(void);
/* A preemption point in a long loop of the kernel: takes interrupts, and lets others run if the
 * slice of the current process is over. May sleep. */
void sched_point(void);

#endif
