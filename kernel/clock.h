/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: ticks since boot, and the time of day. */
#ifndef CLOCK_H
#define CLOCK_H

#include <machine.h>

#include "abi/misc.h"

extern volatile uint32_t clock_ticks; /* HZ a second */

/* Something to do at a tick. Zeroed: not set. */
struct timer {
	struct timer *next, **link;
	uint32_t tick;
	void (*fn)(void *);
	void *arg;
};
/* Call fn(arg) once, `ticks` (at least 1) from now, in place of what t was
 * set for. => fn runs in the timer's interrupt: it must not sleep. */
void timer_set(struct timer *t, uint32_t ticks, void (*fn)(void *), void *arg);
void timer_cancel(struct timer *t);
/* Ticks until it is due; 0: not set. */
uint32_t timer_left(const struct timer *t);

void clock_init(void);
/* Seconds since 1970. */
int64_t clock_seconds(void);
/* The same and nanoseconds; monotonic: since boot. */
void clock_realtime(struct abi_timespec64 *t);
void clock_monotonic(struct abi_timespec64 *t);
/* A time since 1970 becomes one since boot. */
void clock_from_realtime(struct abi_timespec64 *t);

/*
 * Waiting until a time since boot. clock_after: t from now on becomes that
 * time; for a call that goes on after its process was stopped, the time that
 * it had. clock_left: what there is to come of it, at least 0.
 */
void clock_after(struct abi_timespec64 *t);
void clock_left(const struct abi_timespec64 *end, struct abi_timespec64 *left);
/* tsleep() with PCATCH until then; end NULL: for ever.
 * => 0, EINTR, ETIMEDOUT (at once if it is past). */
int clock_sleep(const void *chan, const char *why, const struct abi_timespec64 *end);

/* sys_time.c: a time as user programs have it. => EFAULT, EINVAL (no time). */
enum time_form { TIMEVAL32, TIMESPEC32, TIMESPEC64 };
int timespec_in(vaddr_t from, enum time_form form, struct abi_timespec64 *t);
int timespec_out(vaddr_t to, enum time_form form, const struct abi_timespec64 *t);
/* The end of a wait as long as `from` says; *end is t, or NULL (for ever) where
 * from is 0. */
int timespec_wait(vaddr_t from, enum time_form form, struct abi_timespec64 *t,
                  const struct abi_timespec64 **end);
/* A tick of p's: ITIMER_VIRTUAL and ITIMER_PROF. */
void itimer_tick(struct proc *p, bool user);

/* load.c: what the machine has been busy with; load_tick() at each tick. */
enum { LOAD_USER, LOAD_SYSTEM, LOAD_IDLE };
extern uint32_t load_ticks[3];
extern uint32_t load_average[3]; /* of 1, 5 and 15 minutes, of 65536 */
void load_tick(bool user);
unsigned load_runnable(void); /* processes that run or could */

#endif
