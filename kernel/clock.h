/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: ticks since boot, and the time of day. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

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
void clock_realtime(int64_t *sec, uint32_t *nsec);
void clock_monotonic(int64_t *sec, uint32_t *nsec);

#endif
