/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time. The machine's timer ticks HZ times a second; its calendar is read once,
 * at boot, and the ticks carry it on.
 */
#include "clock.h"

#include "abi/errno.h"
#include "printf.h"
#include "proc.h"

#define SECOND_NS 1000000000u
#define TICK_NS (SECOND_NS / HZ)

volatile uint32_t clock_ticks;

int64_t clock_now;        /* calendar seconds */
static int64_t boot_time; /* the same at tick 0 */
static int64_t up_seconds;
static uint32_t up_ticks;    /* beyond up_seconds */
static struct timer *timers; /* in order of time */

void
clock_init(void)
{
	boot_time = clock_now = machine_rtc();
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
		clock_now++;
	}
	while (timers != NULL && !before(clock_ticks, timers->tick)) {
		struct timer *t = timers;

		timer_cancel(t);
		t->fn(t->arg);
	}
	load_tick(user);
	sched_tick(user);
}

void
clock_monotonic(struct abi_timespec64 *t)
{
	/* A tick that is due but not taken makes this more than one tick. */
	uint32_t ns = machine_subtick_ns() + up_ticks * TICK_NS;

	t->tv_sec = up_seconds + (ns >= SECOND_NS);
	t->tv_nsec = ns >= SECOND_NS ? ns - SECOND_NS : ns;
	t->pad = 0;
}

void
clock_realtime(struct abi_timespec64 *t)
{
	clock_monotonic(t);
	t->tv_sec += boot_time;
}

/* ---- Waiting: until a tick, counted from boot without wrapping ---- */

/* Beyond this many seconds nobody waits; so sums stay within their type. */
#define FAR (1ll << 40)

static int64_t
ticks_now(void)
{
	return up_seconds * HZ + up_ticks;
}

/* The first tick at which so much has passed. */
static int64_t
ticks_for(int64_t sec, uint32_t nsec)
{
	return (sec < FAR ? sec : FAR) * HZ + (nsec + TICK_NS - 1) / TICK_NS;
}

int64_t
clock_until(const struct abi_timespec64 *t, bool realtime)
{
	return ticks_for(t->tv_sec - (realtime ? boot_time : 0), t->tv_nsec);
}

int64_t
clock_after(const struct abi_timespec64 *t)
{
	struct proc *p = curproc();

	if (p->resumed)
		return p->sleep_end;
	p->sleep_end = 0; /* not at all: that time is past */
	if (t->tv_sec != 0 || t->tv_nsec != 0)
		p->sleep_end =
			ticks_now() + ticks_for(t->tv_sec, t->tv_nsec + machine_subtick_ns());
	return p->sleep_end;
}

void
clock_left(int64_t end, struct abi_timespec64 *t)
{
	/* Without the tick begun: never more than was asked for. */
	int64_t left = end - ticks_now() - 1;
	uint32_t ticks = left < 0 ? 0 : left < UINT32_MAX ? left : UINT32_MAX;

	*t = (struct abi_timespec64){.tv_sec = ticks / HZ, .tv_nsec = ticks % HZ * TICK_NS};
}

int
clock_sleep(const void *chan, const char *why, int64_t end)
{
	int64_t left;
	int err = ETIMEDOUT;

	if (end == CLOCK_NEVER)
		return tsleep(chan, PCATCH, why, 0);
	while (err == ETIMEDOUT && (left = end - ticks_now()) > 0)
		err = tsleep(chan, PCATCH, why, left < INT32_MAX ? left : INT32_MAX);
	return err;
}
