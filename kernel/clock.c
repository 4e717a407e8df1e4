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
static uint32_t up_ticks; /* beyond up_seconds */

void
clock_init(void)
{
	boot_time = clock_now = machine_rtc();
}

/*
 * Timers are in wheels. A wheel has a place for each value of some bits of a tick, the
 * next one for the bits above; a timer is in that of the highest bits in which its tick
 * differs from now. When a wheel comes round, those at the next place of the one above
 * have come nearer, and move down. So to set a timer takes the same among any number of
 * them, and one moves at most as often as there are wheels.
 */
#define WHEEL_BITS 6u
#define WHEELS (32u / WHEEL_BITS + 1)
static struct timer *wheels[WHEELS][1u << WHEEL_BITS];

static struct timer **
wheel_place(unsigned wheel, uint32_t tick)
{
	return &wheels[wheel][tick >> wheel * WHEEL_BITS & ((1u << WHEEL_BITS) - 1)];
}

static void
wheel_add(struct timer *t)
{
	unsigned wheel = (31 - __builtin_clz((t->tick ^ clock_ticks) | 1)) / WHEEL_BITS;
	struct timer **place = wheel_place(wheel, t->tick);

	t->next = *place;
	t->link = place;
	if (t->next != NULL)
		t->next->link = &t->next;
	*place = t;
}

/* The tick has come: what is due happens, the highest wheel that moves moves first. */
static void
wheel_turn(void)
{
	uint32_t low = (1u << WHEEL_BITS) - 1;
	unsigned wheel = 0;
	struct timer *t;

	while (wheel < WHEELS - 1 && (clock_ticks >> wheel * WHEEL_BITS & low) == 0)
		wheel++;
	do {
		while ((t = *wheel_place(wheel, clock_ticks)) != NULL) {
			timer_cancel(t);
			if (t->tick == clock_ticks)
				t->fn(t->arg);
			else
				wheel_add(t);
		}
	} while (wheel-- > 0);
}

void
timer_set(struct timer *t, uint32_t ticks, void (*fn)(void *), void *arg)
{
	timer_cancel(t);
	t->tick = clock_ticks + ticks;
	t->fn = fn;
	t->arg = arg;
	wheel_add(t);
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
	wheel_turn();
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
