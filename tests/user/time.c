/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and sleeping: order and lower bounds, never how long anything took. */
#include "tap.h"

#include <sys/time.h>
#include <time.h>

static long long
now(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		bail("clock_gettime");
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int
order(clockid_t clock)
{
	long long last = now(clock), next;
	int back = 0;

	for (int i = 0; i < 20000; i++, last = next)
		back += (next = now(clock)) < last;
	return back;
}

static void
clocks(void)
{
	struct timespec ts = {.tv_nsec = -1};
	struct timeval tv;
	int32_t old[2], zone[2] = {1, 1};
	time_t before = time(NULL);

	is(order(CLOCK_MONOTONIC), 0, "CLOCK_MONOTONIC never goes back");
	is(order(CLOCK_REALTIME), 0, "nor does CLOCK_REALTIME");
	ok(clock_gettime(CLOCK_REALTIME, &ts) == 0 && ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000,
	   "nanoseconds within a second");
	ok(ts.tv_sec >= before && ts.tv_sec <= time(NULL), "time() is the same clock");
	ok(gettimeofday(&tv, NULL) == 0 && tv.tv_sec >= ts.tv_sec && tv.tv_usec < 1000000,
	   "gettimeofday too");
	ok(syscall(265, CLOCK_REALTIME, old) == 0 && old[0] >= ts.tv_sec, "and the 32-bit call");
	ok(syscall(78, old, zone) == 0 && zone[0] == 0 && zone[1] == 0, "the zone is UTC");
	ok(syscall(13, old) == old[0], "time by its number");
	ok(before > 1700000000, "the calendar is of this century");
	fails(clock_gettime(99, &ts), EINVAL, "no such clock");
	fails(clock_gettime(0, (void *)0xc0000000), EFAULT, "a bad place");
	ok(syscall(266, CLOCK_MONOTONIC, old) == 0 && old[0] == 0 && old[1] > 0 &&
	           old[1] <= 10000000,
	   "clock_getres");
}

static void
sleeping(void)
{
	static const int ms[] = {1, 9, 10, 11, 50, 999, 1000};
	int32_t t[2];

	for (unsigned i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		long long from = now(CLOCK_MONOTONIC);

		usleep(ms[i] * 1000);
		ok(now(CLOCK_MONOTONIC) - from >= ms[i] * 1000000ll, "%d ms are at least that",
		   ms[i]);
	}
	t[0] = 0, t[1] = 1000000000;
	fails(syscall(162, t, NULL), EINVAL, "a billion nanoseconds");
	t[0] = -1, t[1] = 0;
	fails(syscall(162, t, NULL), EINVAL, "before now");
	t[0] = 0;
	is(syscall(162, t, NULL), 0, "not at all");
	/* Who asked for less wakes first. */
	int *turn = shared(4 * sizeof(*turn));
	pid_t pid[3];

	for (int i = 0; i < 3; i++)
		pid[i] = SPAWN(usleep(300000 - i * 100000); turn[++turn[0]] = i);
	for (int i = 0; i < 3; i++)
		ending(pid[i]);
	ok(turn[1] == 2 && turn[2] == 1 && turn[3] == 0, "sleepers wake in order of time");
	munmap(turn, 4 * sizeof(*turn));
}

static void
rings(int sig)
{
	(void)sig;
}

static void
alarms(void)
{
	long long from = now(CLOCK_MONOTONIC);
	struct timespec t = {.tv_sec = 50}, left;

	signal(SIGALRM, rings);
	alarm(2);
	fails(nanosleep(&t, &left), EINTR, "alarm ends a sleep");
	ok(now(CLOCK_MONOTONIC) - from >= 2000000000ll, "not before its time");
	ok(left.tv_sec <= 48 && left.tv_sec >= 40, "and what is left of it is told");
	is(alarm(0), 0, "it rings once");
	alarm(0x7fffffff);
	ok(alarm(0) > 1000000, "a very long one");
	is(alarm(0xffffffff), 0, "a longer one");
	alarm(0);
}

/* One that computes does not keep the others from their turn. */
static void
preemption(void)
{
	volatile int *go = shared(sizeof(*go));
	pid_t pid = SPAWN(while (!*go););
	long long from = now(CLOCK_MONOTONIC);

	for (int i = 0; i < 10; i++)
		usleep(1000);
	*go = 1;
	is(ending(pid), 0, "a loop without calls is preempted");
	ok(now(CLOCK_MONOTONIC) > from, "time goes on meanwhile");
	munmap((void *)go, sizeof(*go));
}

void
test(void)
{
	clocks();
	sleeping();
	alarms();
	preemption();
}
