/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: ticks since boot, timers, and the time of day. Only clock_sleep() sleeps. */
#ifndef CLOCK_H
#define CLOCK_H

#include <machine.h>

#include "abi/misc.h"
#include "base/list.h"

extern int64_t clock_ticks;  /* since boot, HZ a second */
extern bool clock_tick_user; /* the last tick interrupted user mode */

/* A call that is to be made at a tick. A timer that is all zeros is not set. */
struct timer {
	LIST_LINKS(struct timer) links; /* its place in a wheel; link NULL: not set */
	int64_t tick;                   /* at which it expires */
	void (*fn)(void *);
	void *arg;
};
/* Set t to call fn(arg) once, `ticks` ticks (at least 1) from now; if it was set, that call is not
 * made. fn runs in the interrupt of the machine's timer and must not sleep. */
void timer_set(struct timer *t, int64_t ticks, void (*fn)(void *), void *arg);
/* Make t not set, if it is. */
void timer_cancel(struct timer *t);
/* Returns the ticks until t expires, or 0 if it is not set. */
int64_t timer_left(const struct timer *t);

/* Read the machine's calendar. */
void clock_init(void);
/* Seconds since 1970: now, and at tick 0. All clocks are derived from ticks and begin a new second
 * at the same tick, so a stamp is never later than a time() after it, nor earlier than one
 * before it. */
extern int64_t clock_now, clock_boot;
static inline int64_t
clock_seconds(void)
{
	return clock_now;
}
/* Put the time since 1970 into *t, which never decreases. */
void clock_realtime(struct abi_timespec64 *t);
/* Put the time since 1970 at the last tick into *t: for stamps. It asks no timer, which would take
 * three accesses to a device. */
void clock_stamp(struct abi_timespec64 *t);
/* Put the time since boot into *t, which never decreases. */
void clock_monotonic(struct abi_timespec64 *t);

/* ---- Sleeping until a point in time, which is a tick counted from boot ---- */

#define CLOCK_NEVER INT64_MAX
/* Returns the tick of a time since 1970 (realtime) or since boot. */
int64_t clock_until(const struct abi_timespec64 *t, bool realtime);
/* Returns the tick that is at least the time *t from now, at which the current call shall end its
 * sleep. If the call is made again, after a signal without a handler, returns the tick of the
 * first time. */
int64_t clock_after(const struct abi_timespec64 *t);
/* Put the time that is left until tick `end` into *t: whole ticks, and never more than was asked
 * for. */
void clock_left(int64_t end, struct abi_timespec64 *t);
/* Convert a number of ticks to seconds and nanoseconds, or to seconds and microseconds. */
void clock_from_ticks(uint64_t ticks, struct abi_timespec64 *t);
void clock_timeval(uint64_t ticks, struct abi_timeval32 *tv);
/* Sleep like tsleep() with PCATCH, until tick `end` (or CLOCK_NEVER). Returns 0, EINTR, or
 * ETIMEDOUT, the last without a sleep if that tick has passed. */
int clock_sleep(const void *chan, const char *why, int64_t end);

/* ---- Load: load.c ---- */

enum { LOAD_USER, LOAD_SYSTEM, LOAD_IDLE };
extern uint64_t load_ticks[3];   /* ticks since boot in each of these states */
extern uint32_t load_average[3]; /* runnable processes over 1, 5 and 15 minutes, times 65536 */
/* Count the tick as the user's, the system's or idle, and from time to time renew the averages.
 * Called at each tick by clock_tick(). */
void load_tick(bool user);

#endif
