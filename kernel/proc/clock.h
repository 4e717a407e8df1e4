/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: ticks since boot, and the time of day. */
#ifndef CLOCK_H
#define CLOCK_H

#include <machine.h>

#include "abi/misc.h"

extern int64_t clock_ticks; /* since boot, HZ a second */

/* Something to do at a tick. Zeroed: not set. */
struct timer {
	struct timer *next, **link;
	int64_t tick;
	void (*fn)(void *);
	void *arg;
};
/* Call fn(arg) once, `ticks` (at least 1) from now, in place of what t was
 * set for. => fn runs in the timer's interrupt: it must not sleep. */
void timer_set(struct timer *t, int64_t ticks, void (*fn)(void *), void *arg);
void timer_cancel(struct timer *t);
/* Ticks until it is due; 0: not set. */
int64_t timer_left(const struct timer *t);

void clock_init(void);
/* Seconds since 1970: now, and at tick 0. All clocks go by ticks and turn to the next second
 * at the same one, so a stamp is never of another second than a time() before or after it
 * allows. */
extern int64_t clock_now, clock_boot;
static inline int64_t
clock_seconds(void)
{
	return clock_now;
}
/* That second and nanoseconds; monotonic: since boot. Neither ever goes back. */
void clock_realtime(struct abi_timespec64 *t);
void clock_monotonic(struct abi_timespec64 *t);

/*
 * Waiting until a tick, counted since boot. clock_until: a point in time, since
 * boot or 1970. clock_after: so much later than now; for a call that goes on
 * after its process was stopped, the end that it had. clock_left: what there is
 * to come, in whole ticks, never more than was asked for.
 */
#define CLOCK_NEVER INT64_MAX
int64_t clock_until(const struct abi_timespec64 *t, bool realtime);
int64_t clock_after(const struct abi_timespec64 *t);
void clock_left(int64_t end, struct abi_timespec64 *t);
/* So many ticks as seconds and nanoseconds. */
void clock_from_ticks(uint64_t ticks, struct abi_timespec64 *t);
/* tsleep() with PCATCH until then. => 0, EINTR, ETIMEDOUT (at once if it is past). */
int clock_sleep(const void *chan, const char *why, int64_t end);

/* load.c: what the machine has been busy with; load_tick() at each tick. */
enum { LOAD_USER, LOAD_SYSTEM, LOAD_IDLE };
extern uint64_t load_ticks[3];
extern uint32_t load_average[3]; /* of 1, 5 and 15 minutes, of 65536 */
void load_tick(bool user);

#endif
