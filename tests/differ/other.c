/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, futexes, and calls that fit nowhere else. */
#include "differ.h"
#include <sched.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static void
clocks(void)
{
	struct timespec t = {0, 1000000000}, zero = {0, 0}, minus = {-1, 0};
	struct timeval tv;

	section("time");
	NUM(clock_gettime(CLOCK_REALTIME, &t));
	NUM(clock_gettime(CLOCK_MONOTONIC, &t));
	NUM(clock_gettime(99, &t));
	NUM(syscall(SYS_clock_gettime32, CLOCK_REALTIME, BAD));
	NUM(clock_getres(CLOCK_MONOTONIC, &t));
	NUM(clock_getres(99, &t));
	NUM(gettimeofday(&tv, NULL));
	t = (struct timespec){0, 1000000000};
	NUM(nanosleep(&t, NULL));
	NUM(nanosleep(&minus, NULL));
	NUM(nanosleep(&zero, NULL));
	NUM(syscall(SYS_nanosleep, BAD, NULL));
	NUM(clock_nanosleep(CLOCK_MONOTONIC, 0, &zero, NULL));
	NUM(clock_nanosleep(99, 0, &zero, NULL));
	NUM(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &zero, NULL));
	NUM(sched_yield());
}

/* Timers with very long times, and what the calls say is left of them. */
static void
timers(void)
{
	static const unsigned seconds[] = {1, 21474837, 42949673, 2147483647, 4294967295};
	struct itimerval it = {{2147483647, 123457}, {2147483647, 999999}}, got;

	section("timers");
	for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		NUM(alarm(seconds[i]));
		NUM(alarm(0));
	}
	NUM(setitimer(ITIMER_REAL, &it, NULL));
	NUM(getitimer(ITIMER_REAL, &got));
	NUM(got.it_value.tv_sec);
	NUM(got.it_interval.tv_sec);
	NUM(got.it_interval.tv_usec);
	it = (struct itimerval){{0, 0}, {4, 200000}};
	NUM(setitimer(ITIMER_REAL, &it, NULL));
	NUM(alarm(0));
	it.it_value.tv_usec = 800000;
	NUM(setitimer(ITIMER_REAL, &it, NULL));
	NUM(alarm(0));
	it.it_value = (struct timeval){0, 200000};
	NUM(setitimer(ITIMER_REAL, &it, NULL));
	NUM(alarm(0));
	it = (struct itimerval){{7, 7}, {0, 0}};
	NUM(setitimer(ITIMER_REAL, &it, NULL));
	NUM(getitimer(ITIMER_REAL, &got));
	NUM(got.it_interval.tv_sec);
}

static volatile int rung;

static void
rings(int sig)
{
	(void)sig;
	rung++;
}

/* Sleeps with very long times: the call accepts each, and a signal ends it. */
static void
long_sleeps(void)
{
	static const long long seconds[] = {2147483647, 4294967296,        9223372036,
	                                    9223372037, 18446744074,       1ll << 40,
	                                    1ll << 62,  0x7fffffffffffffff};
	struct itimerval soon = {{0, 0}, {0, 50000}};

	section("long sleeps");
	signal(SIGALRM, rings);
	for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		for (int clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++) {
			struct {
				long long sec, nsec;
			} t = {seconds[i], 999999999}, left = {0, 0};

			setitimer(ITIMER_REAL, &soon, NULL);
			NUM(syscall(SYS_clock_nanosleep_time64, clock, TIMER_ABSTIME, &t, NULL));
			setitimer(ITIMER_REAL, &soon, NULL);
			NUM(syscall(SYS_clock_nanosleep_time64, clock, 0, &t, &left));
			TEXT("left, in hundreds of seconds", "%lld", left.sec / 100);
		}
	}
	NUM(rung);
	signal(SIGALRM, SIG_DFL);
}

static volatile int *word = (int *)HOLE;

static void
waker(void)
{
	for (int i = 0; i < 3; i++)
		nanosleep(&(struct timespec){0, 20000000}, NULL);
	word[0] = 1;
	if (syscall(SYS_futex, word, FUTEX_WAKE, 10) != 1)
		TEXT("the waker", "woke nobody");
}

static void
futexes(void)
{
	struct {
		long sec, nsec;
	} soon = {0, 1000000}, wrong = {0, -1};
	pid_t pid;

	section("futex");
	AT(HOLE,
	   mmap(HOLE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 5, NULL));
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 0, &soon));
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 0, &wrong));
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 0, BAD));
	NUM(syscall(SYS_futex, (char *)word + 1, FUTEX_WAIT, 0, NULL));
	NUM(syscall(SYS_futex, BAD, FUTEX_WAIT, 0, NULL));
	NUM(syscall(SYS_futex, word, FUTEX_WAKE, 1));
	NUM(syscall(SYS_futex, word, 77, 1));
	pid = fork();
	if (pid == 0) {
		waker();
		_exit(0);
	}
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL));
	NUM(waitpid(pid, NULL, 0) == pid);
	NUM(word[0]);
	NUM(munmap(HOLE, PAGE));
	NUM(syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL));
}

/* Writes numbers to /proc/sys in the forms that people use. */
static void
knobs(void)
{
	static const char *const texts[] = {"5",
	                                    "6\n",
	                                    " \t\n 7 \r\n",
	                                    "0x1F",
	                                    "0XfF\n",
	                                    "010",
	                                    "0",
	                                    "00",
	                                    "08",
	                                    "0x",
	                                    "0xg",
	                                    "-1",
	                                    "-0",
	                                    "+1",
	                                    "12x",
	                                    "1\r",
	                                    "1,2",
	                                    "12 34\n",
	                                    "7\nx",
	                                    "1K",
	                                    " ",
	                                    "\n",
	                                    "",
	                                    "x",
	                                    "4294967295",
	                                    "037777777777",
	                                    "4294967296",
	                                    "\v9",
	                                    "0x100000000"};
	char was[32], now[32];
	int fd = open("/proc/sys/kernel/shmmax", O_RDWR), n = pread(fd, was, sizeof(was), 0);

	section("knobs");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		pwrite(fd, "3", 1, 0);
		lseek(fd, 0, SEEK_SET);
		NUM(write(fd, texts[i], strlen(texts[i])));
		NUM(lseek(fd, 0, SEEK_CUR));
		NUM(write(fd, "99", 2));
		memset(now, 0, sizeof(now));
		pread(fd, now, sizeof(now) - 1, 0);
		TEXT("shmmax", "%lu", strtoul(now, NULL, 10));
	}
	NUM(pwrite(fd, "5\0", 2, 0));
	NUM(pwrite(fd, "5", 1, 1));
	NUM(write(fd, BAD, 2));
	NUM(pwrite(fd, was, n, 0) == n);
	close(fd);
}

static void
rest(void)
{
	struct utsname name;
	char buf[300];

	section("the rest");
	NUM(uname(&name));
	TEXT("uname", "%s", name.machine);
	NUM(syscall(SYS_uname, BAD));
	NUM(syscall(SYS_getrandom, buf, 256, 0));
	NUM(syscall(SYS_getrandom, buf, 16, 0x100));
	NUM(syscall(SYS_getrandom, BAD, 16, 0));
	NUM(syscall(100000));
	NUM(syscall(-1));
	NUM(getpid() == syscall(SYS_gettid));
	NUM(syscall(SYS_ipc, 99, 0, 0, 0, 0));
}

void
other_calls(void)
{
	clocks();
	timers();
	long_sleeps();
	futexes();
	knobs();
	rest();
}
