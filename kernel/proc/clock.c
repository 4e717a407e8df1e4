/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks and timers. The machine's timer ticks HZ times a second; its calendar is read once, at
 * boot, and from then on the time of day is counted in ticks.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/bits.h"
#include "proc/proc.h"

#define SECOND_NS 1000000000u
#define TICK_NS (SECOND_NS / HZ)

int64_t clock_ticks;
bool clock_tick_user;
int64_t clock_now;
int64_t clock_boot;
/* The time since boot, which is clock_ticks: kept apart to save a division at each reading. */
static int64_t up_seconds;
static uint32_t up_ticks; /* beyond up_seconds, below HZ */

void
clock_init(void)
{
	clock_boot = clock_now = machine_rtc();
}

/*
 * Hierarchical timing wheels (Varghese and Lauck, 1987). Wheel w is indexed by bits
 * 6w to 6w + 5 of the expiry tick, and a timer is on the wheel of the highest bit in
 * which its tick differs from the current one. When a wheel has come round, the timers
 * at the next place of the wheel above are near enough to move down. Setting a timer
 * takes the same time among any number of them, and a timer moves at most WHEELS times.
 */
#define WHEEL_BITS 6u
#define WHEELS (64u / WHEEL_BITS + 1)
static struct timer *wheels[WHEELS][1u << WHEEL_BITS];

/* Returns the list of a wheel on which a timer for that tick is. */
static struct timer **
wheel_place(unsigned wheel, int64_t tick)
{
	return &wheels[wheel][tick >> wheel * WHEEL_BITS & ((1u << WHEEL_BITS) - 1)];
}

/* Put t on its list: the wheel is that of the highest bit in which its tick and now differ. */
static void
wheel_add(struct timer *t)
{
	unsigned wheel = (63 - __builtin_clzll((t->tick ^ clock_ticks) | 1)) / WHEEL_BITS;

	LIST_INSERT(wheel_place(wheel, t->tick), t, links);
}

/* Run the timers that expire at this tick, after moving down those of the higher wheels that have
 * come near, from the highest such wheel on. */
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
timer_set(struct timer *t, int64_t ticks, void (*fn)(void *), void *arg)
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
	if (t->links.link == NULL)
		return;
	LIST_REMOVE(t, links);
	t->links.link = NULL;
}

int64_t
timer_left(const struct timer *t)
{
	return t->links.link == NULL ? 0 : t->tick - clock_ticks;
}

void
clock_tick(bool user)
{
	DOES_NOT_SLEEP;

	clock_ticks++;
	clock_tick_user = user;
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
	uint32_t ns = machine_subtick_ns();

	/* While a tick is due but not counted yet, the clock stands still at its end. So the
	 * seconds are always those of clock_seconds(). */
	if (ns >= TICK_NS)
		ns = TICK_NS - 1;
	*t = (struct abi_timespec64){.tv_sec = up_seconds, .tv_nsec = up_ticks * TICK_NS + ns};
}

void
clock_realtime(struct abi_timespec64 *t)
{
	clock_monotonic(t);
	t->tv_sec += clock_boot;
}

void
clock_stamp(struct abi_timespec64 *t)
{
	*t = (struct abi_timespec64){.tv_sec = clock_now, .tv_nsec = up_ticks * TICK_NS};
}

/* ---- Sleeping until a point in time, which is a tick counted from boot ---- */

/* All points in time later than this many seconds after boot count as this one, so that sums
 * of ticks do not overflow. Linux has the same limit, since it counts nanoseconds in 63 bits. */
#define FAR 9223372036ll

/* Returns the tick end, but none later than FAR seconds after the boot. */
static int64_t
not_beyond_far(int64_t end)
{
	return end < FAR * HZ ? end : FAR * HZ;
}

/* Returns the number of ticks in that time, rounded up. */
static int64_t
ticks_for(int64_t sec, uint32_t nsec)
{
	return (sec < FAR ? sec : FAR) * HZ + (nsec + TICK_NS - 1) / TICK_NS;
}

int64_t
clock_until(const struct abi_timespec64 *t, bool realtime)
{
	return not_beyond_far(ticks_for(t->tv_sec - (realtime ? clock_boot : 0), t->tv_nsec));
}

int64_t
clock_after(const struct abi_timespec64 *t)
{
	struct proc *p = curproc();

	if (p->resumed)
		return p->sleep_end;
	p->sleep_end = 0; /* a time of 0: it has passed */
	if (t->tv_sec != 0 || t->tv_nsec != 0)
		p->sleep_end = not_beyond_far(
			clock_ticks + ticks_for(t->tv_sec, t->tv_nsec + machine_subtick_ns()));
	return p->sleep_end;
}

void
clock_left(int64_t end, struct abi_timespec64 *t)
{
	/* The tick that has begun is left out, so that this is never more than was asked for. */
	int64_t left = end - clock_ticks - 1;

	clock_from_ticks(left < 0 ? 0 : left, t);
}

void
clock_from_ticks(uint64_t ticks, struct abi_timespec64 *t)
{
	uint32_t rest = bits_divide(&ticks, HZ);

	*t = (struct abi_timespec64){.tv_sec = (int64_t)ticks, .tv_nsec = rest * TICK_NS};
}

void
clock_timeval(uint64_t ticks, struct abi_timeval32 *tv)
{
	struct abi_timespec64 t;

	clock_from_ticks(ticks, &t);
	*tv = (struct abi_timeval32){.tv_sec = (int32_t)t.tv_sec, .tv_usec = t.tv_nsec / 1000};
}

int
clock_sleep(const void *chan, const char *why, int64_t end)
{
	may_sleep();
	if (end == CLOCK_NEVER)
		return tsleep(chan, PCATCH, why, 0);
	return end <= clock_ticks ? ETIMEDOUT : tsleep(chan, PCATCH, why, end - clock_ticks);
}
