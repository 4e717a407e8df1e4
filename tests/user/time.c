/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and sleeping. The tests check order and lower bounds, and
 * never how long something took. */
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
	/* Of several sleepers, the one that asked for the shortest time wakes first. */
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
}

static int
set_timer(long sec, long usec, long interval_sec, long interval_usec)
{
	struct abi_itimerval it = {{interval_sec, interval_usec}, {sec, usec}};

	return syscall(104, ITIMER_REAL, &it, NULL);
}

/* Starts a sleep of sec and a half seconds, which a signal ends after a tenth.
 * Returns the seconds that were left. */
static long long
left_of(long long sec)
{
	struct abi_timespec64 t = {.tv_sec = sec, .tv_nsec = 500000000}, left = {0};

	set_timer(0, 100000, 0, 0);
	fails(syscall(407, CLOCK_MONOTONIC, 0, &t, &left), EINTR, "a sleep of %lld s begins", sec);
	return left.tv_sec;
}

/* Long times are not cut to 31 or 32 bits of ticks. */
static void
long_times(void)
{
	static const unsigned seconds[] = {1,        1000,     21474836,   21474837,
	                                   42949672, 42949673, 2147483647, 4294967295};
	static const long long sleeps[] = {1000, 21474837, 42949673, 2147483647, 4294967296};
	struct abi_itimerval it;
	struct timespec t = {.tv_sec = 2147483647, .tv_nsec = 999999999}, left;

	signal(SIGALRM, rings);
	for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		alarm(seconds[i]);
		is(alarm(0), seconds[i] > INT32_MAX ? INT32_MAX : seconds[i], "alarm of %u s",
		   seconds[i]);
	}
	set_timer(INT32_MAX, 999999, INT32_MAX, 123457);
	ok(syscall(105, ITIMER_REAL, &it) == 0 && it.it_value.tv_sec == INT32_MAX &&
	           it.it_value.tv_usec > 500000,
	   "a timer of as many");
	ok(it.it_interval.tv_sec == INT32_MAX && it.it_interval.tv_usec == 123457,
	   "its interval is told as it was given");
	set_timer(4, 200000, 0, 0);
	is(alarm(0), 4, "of 4.2 seconds there are 4 left");
	set_timer(4, 800000, 0, 0);
	is(alarm(0), 5, "of 4.8 there are 5");
	set_timer(0, 200000, 0, 0);
	is(alarm(0), 1, "of 0.2 there is 1, for 0 would be none");
	set_timer(0, 0, 7, 7);
	ok(syscall(105, ITIMER_REAL, &it) == 0 && it.it_value.tv_sec == 0 &&
	           it.it_interval.tv_sec == 0 && it.it_interval.tv_usec == 0,
	   "a timer that is taken back has no interval");
	for (unsigned i = 0; i < sizeof(sleeps) / sizeof(sleeps[0]); i++)
		ok(left_of(sleeps[i]) == sleeps[i], "and as many are left when a signal ends it");
	ok(left_of(INT64_MAX) / 100 == 92233720, "no sleep is longer than 2^63 nanoseconds");
	set_timer(0, 100000, 0, 0);
	fails(nanosleep(&t, &left), EINTR, "a sleep of 2147483647.999 s");
	is(left.tv_sec, 2147483647, "leaves what was asked, less a tenth");
}

/* Processes sleep at the same time, for about as long as each of the
 * timing wheels takes to turn once. */
static void
together(void)
{
	static const int ticks[] = {1,   2,   62,  63,   64,   65,   100,
	                            127, 128, 129, 1000, 4095, 4096, 4097};
	enum { N = sizeof(ticks) / sizeof(ticks[0]) };
	pid_t pid[N];
	int bad = 0;

	for (int i = 0; i < N; i++)
		pid[i] = SPAWN(
			struct timespec t = {.tv_sec = ticks[i] / 100,
			                     .tv_nsec = ticks[i] % 100 * 10000000};
			long long from = now(CLOCK_MONOTONIC), late;
			nanosleep(&t, NULL);
			late = now(CLOCK_MONOTONIC) - from - ticks[i] * 10000000ll;
			_exit(late < 0 || late > 20000000));
	for (int i = 0; i < N; i++)
		bad += ending(pid[i]) != 0;
	is(bad, 0, "%d sleeps of up to 41 s: none ends early, or late by more than 2 ticks", N);
}

/* A sleep does not get longer by the time for which the process was stopped. */
static void
stopped(void)
{
	pid_t pid = SPAWN(struct timespec t = {.tv_nsec = 500000000}; nanosleep(&t, NULL));
	long long from = now(CLOCK_MONOTONIC);

	until_state(pid, 'S');
	kill(pid, SIGSTOP);
	until_state(pid, 'T');
	usleep(300000);
	kill(pid, SIGCONT);
	is(ending(pid), 0, "a stopped sleep goes on");
	ok(now(CLOCK_MONOTONIC) - from < 700000000, "and ends when it was to end");
}

static void
more_clocks(void)
{
	int32_t t[4], left[4] = {0};
	long long from = now(CLOCK_PROCESS_CPUTIME_ID);

	while (now(CLOCK_PROCESS_CPUTIME_ID) < from + 30000000)
		;
	ok(now(CLOCK_THREAD_CPUTIME_ID) >= from + 30000000, "a process's time goes on as it runs");
	from = now(CLOCK_PROCESS_CPUTIME_ID);
	usleep(200000);
	ok(now(CLOCK_PROCESS_CPUTIME_ID) < from + 100000000, "not as it sleeps");
	for (int i = 4; i <= 7; i++)
		ok(now(i) >= 0 && order(i) == 0, "clock %d goes forward", i);
	ok(now(CLOCK_MONOTONIC) - now(CLOCK_MONOTONIC_COARSE) < 20000000, "the coarse one is near");
	ok(syscall(406, CLOCK_REALTIME_COARSE, t) == 0 && t[0] == 0 && t[1] == 0 &&
	           t[2] == 10000000,
	   "it goes by ticks");
	/* clock_nanosleep, to a point in time and for a length of time. */
	from = now(CLOCK_REALTIME) + 100000000;
	t[0] = from / 1000000000, t[1] = from % 1000000000;
	is(syscall(267, CLOCK_REALTIME, TIMER_ABSTIME, t, NULL), 0, "sleep until a date");
	ok(now(CLOCK_REALTIME) >= from, "it has come");
	ok(now(CLOCK_REALTIME) < from + 100000000, "and not long ago");
	is(syscall(267, CLOCK_REALTIME, TIMER_ABSTIME, t, NULL), 0, "a date that is past");
	from = now(CLOCK_MONOTONIC) + 100000000;
	t[0] = from / 1000000000, t[1] = 0, t[2] = from % 1000000000, t[3] = 0;
	is(syscall(407, CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL), 0, "by 64 bits");
	ok(now(CLOCK_MONOTONIC) >= from, "since boot");
	signal(SIGALRM, rings);
	alarm(1);
	memset(t, 0, sizeof(t));
	t[0] = 9;
	fails(syscall(407, CLOCK_MONOTONIC, 0, t, left), EINTR, "a signal ends it");
	ok(left[0] == 7 && left[1] == 0, "what was left");
	fails(syscall(267, CLOCK_MONOTONIC_RAW, 0, t, NULL), EOPNOTSUPP, "not by that clock");
	fails(syscall(267, 77, 0, t, NULL), EINVAL, "no such clock");
}

static volatile int rung;

static void
count(int sig)
{
	(void)sig;
	rung++;
}

static void
timers(void)
{
	struct abi_itimerval it = {{0, 100000}, {0, 250000}}, old;
	long long from = now(CLOCK_MONOTONIC);

	signal(SIGALRM, count);
	is(syscall(104, ITIMER_REAL, &it, &old), 0, "setitimer");
	ok(old.it_value.tv_sec == 0 && old.it_value.tv_usec == 0, "none was set");
	ok(syscall(105, ITIMER_REAL, &old) == 0 && old.it_interval.tv_usec == 100000 &&
	           old.it_value.tv_usec > 200000 && old.it_value.tv_usec <= 260000,
	   "getitimer");
	while (rung < 4)
		pause();
	from = now(CLOCK_MONOTONIC) - from;
	ok(from >= 550000000 && from < 620000000, "250 ms and three times 100");
	is(alarm(0), 1, "alarm is the same timer");
	is(syscall(105, ITIMER_REAL, &old), 0, "it is off");
	ok(old.it_value.tv_usec == 0 && old.it_interval.tv_usec == 0, "with its interval");
	it.it_value.tv_usec = 1000000;
	fails(syscall(104, ITIMER_REAL, &it, NULL), EINVAL, "a million microseconds");
	fails(syscall(104, 1, NULL, NULL), EINVAL, "a second timer");
	fails(syscall(105, ITIMER_REAL, 4096), EFAULT, "a bad place");
}

static void
usage(void)
{
	struct abi_tms t0, t1;
	long from = syscall(43, &t0);

	CHILD(long long end = now(CLOCK_PROCESS_CPUTIME_ID) + 50000000;
	      while (now(CLOCK_PROCESS_CPUTIME_ID) < end););
	ok(syscall(43, &t1) - from >= 5, "times counts ticks");
	ok(t1.tms_cutime + t1.tms_cstime >= t0.tms_cutime + t0.tms_cstime + 5, "a child's time");
}

/* A process that computes without system calls is preempted. */
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
	long_times();
	together();
	preemption();
	stopped();
	more_clocks();
	timers();
	usage();
}
