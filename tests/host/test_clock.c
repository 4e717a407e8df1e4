/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks and the timers, at every tick that a machine may reach. */
#include "proc/clock.h"
#include "host.h"

#define TICK_NS (1000000000u / HZ)
#define TIMERS 400u

static struct {
	struct timer timer;
	int64_t due;
	unsigned rung;
} timers[TIMERS];
static unsigned wrong; /* timers that rang at another tick than theirs */

static void
rings(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;

	timers[i].rung++;
	wrong += clock_ticks != timers[i].due;
}

static void
set(unsigned i, int64_t ticks)
{
	timers[i].due = clock_ticks + ticks;
	timers[i].rung = 0;
	timer_set(&timers[i].timer, ticks, rings, (void *)(uintptr_t)i);
}

/* Returns a length near a power of two, or any length up to 16,384 ticks; at least 1. */
static int64_t
some_length(unsigned bits)
{
	int64_t power = 1ll << rnd(bits),
		n = rnd(2) ? power - 1 + rnd(3) : 1 + (int64_t)rnd(1 << 14);

	return n < 1 ? 1 : n;
}

/* Sets timers of all lengths from that tick on, and takes some back, while 30,000 ticks pass.
 * Checks that each timer that was due has rung once, at its tick. */
static void
test_wheels(int64_t start)
{
	int64_t ticks;
	unsigned i, missed = 0, early = 0, left = 0;

	clock_ticks = start;
	wrong = 0;
	for (i = 0; i < TIMERS; i++)
		set(i, some_length(45));
	for (ticks = 0; ticks < 30000; ticks++) {
		i = rnd(TIMERS);
		if (rnd(8) == 0 && timers[i].rung == 0)
			set(i, some_length(45));
		clock_tick(false);
	}
	for (i = 0; i < TIMERS; i++) {
		bool due = timers[i].due <= clock_ticks;

		missed += due && timers[i].rung != 1;
		early += !due && timers[i].rung != 0;
		left += timer_left(&timers[i].timer) != (due ? 0 : timers[i].due - clock_ticks);
		timer_cancel(&timers[i].timer);
	}
	is(wrong, 0, "from tick %lld: none rings at another's tick", (long long)start);
	is(missed + early, 0, "each that is due has rung once, no other has");
	is(left, 0, "what is left of the others is exact");
}

/* A tick may be due, or late, when a clock is read. No clock counts a tick before the
 * kernel has taken its interrupt. */
static void
test_one_second(void)
{
	struct abi_timespec64 now, last = {0};
	unsigned i, other = 0, back = 0;

	for (i = 0; i < 3 * HZ; i++) {
		for (host_subtick = 0; host_subtick <= TICK_NS; host_subtick += TICK_NS / 4) {
			clock_realtime(&now);
			other += now.tv_sec != clock_seconds() || now.tv_nsec >= 1000000000;
			back += now.tv_sec < last.tv_sec ||
			        (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec);
			last = now;
		}
		clock_tick(true);
	}
	host_subtick = 0;
	clock_monotonic(&now);
	is(other, 0, "the second is the same by each clock");
	is(back, 0, "and none goes back");
	is(now.tv_sec + clock_boot, clock_seconds(),
	   "time since boot and the time of boot are now");
}

/* Returns the seconds that are left of a wait of sec and nsec as soon as it begins, or -1 if the
 * nanoseconds have changed. */
static int64_t
left_of(int64_t sec, int32_t nsec)
{
	struct abi_timespec64 t = {.tv_sec = sec, .tv_nsec = nsec};

	clock_left(clock_after(&t), &t);
	return t.tv_nsec == nsec ? t.tv_sec : -1;
}

static void
test_waits(void)
{
	static const int64_t lengths[] = {0,          21474836,   21474837,   42949673,
	                                  2147483647, 4294967295, 4294967296, 9223372000};
	struct abi_timespec64 t = {.tv_sec = INT64_MAX, .tv_nsec = 999999999};
	unsigned i;

	host_subtick = TICK_NS / 2;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		is(left_of(lengths[i], 500000000), lengths[i], "half a second more than %lld",
		   (long long)lengths[i]);
	ok(clock_after(&t) > clock_ticks && clock_until(&t, true) > clock_ticks &&
	           clock_until(&t, false) > clock_ticks,
	   "the end of time is not past");
	t = (struct abi_timespec64){.tv_sec = 0, .tv_nsec = TICK_NS};
	host_subtick = TICK_NS;
	is(clock_after(&t) - clock_ticks, 2, "a tick's wait does not begin with one that is due");
	host_subtick = 0;
	is(clock_after(&t) - clock_ticks, 1, "unless it is taken now");
	clock_from_ticks(1ull << 45, &t);
	is(t.tv_sec, (1ll << 45) / HZ, "seconds of many ticks");
	is(t.tv_nsec, (1ll << 45) % HZ * TICK_NS, "and the rest of them");
}

int
main(void)
{
	host_boot(2048, 1280, "");
	host_spawn(0, 0);
	clock_init();
	test_one_second();
	test_waits();
	test_wheels(0);
	test_wheels((1ll << 31) - 10000);
	test_wheels((1ll << 32) - 10000);
	test_wheels((1ll << 36) - 10000);
	test_wheels((1ll << 42) - 10000);
	host_exit(curproc());
	return host_end();
}
