/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time. The machine's timer ticks HZ times a second; its calendar is read once,
 * at boot, and the ticks carry it on.
 */
#include "clock.h"

#include "printf.h"
#include "sched.h"

#include <machine.h>

#define TICK_NS (1000000000u / HZ)

volatile uint32_t clock_ticks;

static int64_t boot_time; /* calendar seconds at tick 0 */
static int64_t up_seconds;
static uint32_t up_ticks;    /* beyond up_seconds */
static struct timer *timers; /* in order of time */

void
clock_init(void)
{
	boot_time = machine_rtc();
}

/* Is a before b, on a counter that wraps? */
static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

void
timer_set(struct timer *t, uint32_t ticks, void (*fn)(void *), void *arg)
{
	struct timer **link = &timers;

	timer_cancel(t);
	/* Half the counter is as far as before() can tell. */
	if (ticks > INT32_MAX)
		ticks = INT32_MAX;
	t->tick = clock_ticks + ticks;
	t->fn = fn;
	t->arg = arg;
	while (*link != NULL && !before(t->tick, (*link)->tick))
		link = &(*link)->next;
	t->next = *link;
	t->link = link;
	if (t->next != NULL)
		t->next->link = &t->next;
	*link = t;
}

void
timer_cancel(struct timer *t)
{
	if (t->link == NULL)
		return;
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	t->link = NULL;
}

uint32_t
timer_left(const struct timer *t)
{
	return t->link == NULL ? 0 : t->tick - clock_ticks;
}

void
clock_tick(bool user)
{
	clock_ticks++;
	if (++up_ticks == HZ) {
		up_ticks = 0;
		up_seconds++;
	}
	while (timers != NULL && !before(clock_ticks, timers->tick)) {
		struct timer *t = timers;

		timer_cancel(t);
		t->fn(t->arg);
	}
	sched_tick(user);
}

void
clock_monotonic(int64_t *sec, uint32_t *nsec)
{
	/* A tick that is due but not taken makes this more than one tick. */
	uint32_t ns = machine_subtick_ns() + up_ticks * TICK_NS;

	*sec = up_seconds;
	if (ns >= 1000000000u) {
		ns -= 1000000000u;
		++*sec;
	}
	*nsec = ns;
}

void
clock_realtime(int64_t *sec, uint32_t *nsec)
{
	clock_monotonic(sec, nsec);
	*sec += boot_time;
}

int64_t
clock_seconds(void)
{
	return boot_time + up_seconds;
}
