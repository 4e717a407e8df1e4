/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs can see of sleeping: which processes sleep and on what (/proc), what ends a sleep
 * and when, what a pipe does while nobody reads or writes, and what all of that costs.
 */
#include "cost.h"
#include "look.h"

#include "abi/fcntl.h"
#include "abi/futex.h"
#include "abi/poll.h"
#include <time.h>

#define RING (16 * PAGE) /* what a pipe holds */
#define MOST 32          /* processes */

enum { POLL = 168, FUTEX = 240, IOCTL = 54 };

static unsigned char bytes[2 * RING];

/* ---- What is looked at ---- */

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Reads a small file of a process. Returns its text, which is "" if there is none. */
static char *
text_of(pid_t pid, const char *name)
{
	static char text[512];
	char path[40];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static int
asleep(pid_t pid)
{
	const char *state = strrchr(text_of(pid, "stat"), ')');

	return state != NULL && state[2] == 'S';
}

/* Waits until a process sleeps, but not for ever. Returns whether it does, and on what. */
static const char *
sleep_of(pid_t pid)
{
	static char line[64];
	int n;

	for (int i = 0; i < 20 && !asleep(pid); i++)
		usleep(1000);
	n = snprintf(line, sizeof(line), "%s on ", asleep(pid) ? "sleeps" : "does not sleep");
	snprintf(line + n, sizeof(line) - n, "%.30s", text_of(pid, "wchan"));
	return line;
}

/* Returns the byte of a stream at a place. */
static unsigned char
stream(unsigned at)
{
	return (at * 2654435761u) >> 24;
}

static unsigned
hash(unsigned sum, const unsigned char *p, unsigned n)
{
	while (n-- > 0)
		sum = (sum ^ *p++) * 16777619u;
	return sum;
}

/* ---- Pipes ---- */

/* Writes n bytes of the stream, in pieces up to that size. */
static void
feed(int fd, unsigned n, unsigned most)
{
	unsigned at = 0;

	while (at < n) {
		unsigned k = 1 + any(most);
		int done;

		k = at + k > n ? n - at : k;
		for (unsigned i = 0; i < k; i++)
			bytes[i] = stream(at + i);
		done = write(fd, bytes, k);
		if (done <= 0)
			_exit(1);
		at += done;
	}
}

/* Reads to the end, and prints what it was. */
static void
drain(int fd, unsigned most)
{
	unsigned sum = 1, total = 0;
	int n;

	while ((n = read(fd, bytes, 1 + any(most))) > 0) {
		sum = hash(sum, bytes, n);
		total += n;
	}
	see("at the end of %u bytes %08x: %s", total, sum, n < 0 ? strerror(errno) : "no more");
}

/* A stream through one pipe, and through two with a process in between. */
static void
streams(void)
{
	unsigned n = 100000 + any(100000);
	int a[2], b[2], got;
	pid_t pid, second;

	for (int round = 0; round < 3; round++) {
		unsigned in = round == 1 ? 300 : 20000, out = round == 2 ? 300 : 20000;

		pipe(a);
		pid = SPAWN(close(a[0]); feed(a[1], n, in));
		close(a[1]);
		drain(a[0], out);
		close(a[0]);
		see("the writer ends with %d", ending(pid));
	}
	pipe(a);
	pipe(b);
	pid = SPAWN(close(a[0]); close(b[0]); close(b[1]); feed(a[1], n, 9000));
	second = SPAWN(close(a[1]); close(b[0]);
	               while ((got = read(a[0], bytes, 1 + any(7000))) > 0)
	                       write(b[1], bytes, got));
	close(a[0]), close(a[1]), close(b[1]);
	drain(b[0], 9000);
	see("they end with %d and %d", ending(pid), ending(second));
}

static unsigned
ready(int fd)
{
	unsigned n = 0;

	syscall(IOCTL, fd, FIONREAD, &n);
	return n;
}

static const char *
result(int n)
{
	static char text[32];

	snprintf(text, sizeof(text), "%d", n);
	return n < 0 ? strerror(errno) : text;
}

/* What one process sees of a pipe that never blocks it. */
static void
rules(void)
{
	unsigned k = 1 + any(PAGE), total = 0;
	int p[2], n;

	pipe2(p, O_NONBLOCK);
	see("a read while it is empty: %s", result(read(p[0], bytes, 10)));
	while ((n = write(p[1], bytes, k)) > 0)
		total += n;
	see("writes of %u bytes: %u fit, then %s", k, total, result(n));
	see("a write of one byte more than there is room: %s",
	    result(write(p[1], bytes, RING - total + 1)));
	see("now there are %u", ready(p[0]));
	for (int i = 0; i < 12; i++) {
		unsigned out = 1 + any(9000), in = 1 + any(9000);

		n = read(p[0], bytes, out);
		see("a read of %u: %s", out, result(n));
		n = write(p[1], bytes, in);
		see("a write of %u: %s, then there are %u", in, result(n), ready(p[0]));
	}
	see("a read into no memory: %s", result(read(p[0], (void *)0x10000, 10)));
	see("and still there are %u", ready(p[0]));
	while (read(p[0], bytes, sizeof(bytes)) > 0)
		;
	see("emptied, it holds a write of 100000 up to %s", result(write(p[1], bytes, 100000)));
	close(p[1]);
	see("without a writer, the rest: %s", result(read(p[0], bytes, sizeof(bytes))));
	see("and then: %s", result(read(p[0], bytes, 1)));
	close(p[0]);
	pipe(p);
	close(p[0]);
	see("a write without a reader ends a program by %d", CHILD(write(p[1], "x", 1)));
	signal(SIGPIPE, SIG_IGN);
	see("if that is ignored: %s", result(write(p[1], "x", 1)));
}

/* Several writers of records of up to PIPE_BUF bytes: none is torn. */
static void
records(void)
{
	unsigned torn = 0, count = 0;
	unsigned char head[4];
	int p[2];

	pipe(p);
	for (int w = 0; w < 3; w++) {
		unsigned records = 30 + any(10);
		pid_t pid = SPAWN(for (unsigned i = 0; i < records; i++) {
			unsigned len = 4 + any(PAGE - 3);

			memset(bytes, w + 1, len);
			bytes[1] = len >> 8;
			bytes[2] = len;
			write(p[1], bytes, len);
		});

		see("writer %d has %u records%s", w, records, pid > 0 ? "" : "?");
		any(7);
	}
	close(p[1]);
	while (torn == 0) {
		unsigned len, have = 4;
		int n = 0;

		for (unsigned at = 0; at < 4; at += n)
			if ((n = read(p[0], head + at, 4 - at)) <= 0)
				break;
		if (n <= 0)
			break;
		len = head[1] << 8 | head[2];
		for (; have < len; have += n)
			if ((n = read(p[0], bytes + have, len - have)) <= 0)
				break;
		for (unsigned i = 4; i < len && i < PAGE; i++)
			torn += bytes[i] != head[0];
		torn += head[0] < 1 || head[0] > 3 || head[3] != head[0] || len > PAGE;
		count++;
	}
	see("%u records came, bytes that are another's: %u", count, torn);
	for (int w = 0; w < 3; w++)
		wait(NULL);
}

/* ---- Sleepers ---- */

/* Processes sleep, each on something else, and are woken in random order. */
static void
sleepers(void)
{
	unsigned n = 4 + any(8), asleep_now, order[MOST];
	struct gate gate[MOST], all;
	pid_t pid[MOST];

	for (unsigned i = 0; i < n; i++) {
		gate_make(&gate[i]);
		pid[i] = SPAWN(gate_pass(&gate[i]); _exit(i));
		order[i] = i;
		see("process %u %s", i, sleep_of(pid[i]));
	}
	for (unsigned left = n; left > 0; left--) {
		unsigned k = any(left), i = order[k];

		order[k] = order[left - 1];
		gate_open(&gate[i]);
		see("woken, it ends with %d", ending(pid[i]));
		asleep_now = 0;
		for (unsigned j = 0; j < left - 1; j++)
			asleep_now += asleep(pid[order[j]]);
		see("asleep are %u", asleep_now);
	}
	/* Many sleep on one thing. Each byte is for one of them, and the end for all. */
	gate_make(&all);
	for (unsigned i = 0; i < n; i++) {
		pid[i] = SPAWN(char c; close(all.fd[1]); _exit(read(all.fd[0], &c, 1)));
		sleep_of(pid[i]);
	}
	gate_open(&all);
	gate_open(&all);
	usleep(20000);
	close(all.fd[1]);
	asleep_now = 0;
	for (unsigned i = 0; i < n; i++)
		asleep_now += ending(pid[i]);
	see("of %u readers %u got a byte, and all saw the end", n, asleep_now);
}

static int
futex(volatile unsigned *word, int op, unsigned value, const int *t)
{
	return syscall(FUTEX, word, op, value, t, NULL, 0);
}

/* Sleeps that end by themselves. */
static void
times(void)
{
	volatile unsigned *word = shared(PAGE);
	int p[2];
	static const int tenth[] = {0, 100000000}; /* seconds and nanoseconds */
	struct abi_pollfd fd;
	pid_t pid;
	long from;

	pipe(p);
	fd = (struct abi_pollfd){p[0], POLLIN, 0};
	for (int i = 0; i < 3; i++) {
		unsigned ms = 20 + any(100);
		struct timespec t = {.tv_nsec = 1000000 * (long)ms};

		from = now_ms();
		see("nanosleep: %s", result(nanosleep(&t, NULL)));
		bound("ms that nanosleep is late", now_ms() - from - ms);
		from = now_ms();
		see("poll: %s", result(syscall(POLL, &fd, 1, ms)));
		bound("ms that poll is late", now_ms() - from - ms);
		from = now_ms();
		see("futex: %s", result(futex(word, FUTEX_WAIT, 0, (int[]){0, t.tv_nsec})));
		bound("ms that futex is late", now_ms() - from - ms);
	}
	/* A sleep that was ended early must not end the next one. */
	pid = SPAWN(usleep(30000); write(p[1], "x", 1); usleep(30000);
	            futex(word, FUTEX_WAKE, 1, NULL));
	from = now_ms();
	see("poll that is woken: %s", result(syscall(POLL, &fd, 1, 100)));
	bound("ms until it is woken", now_ms() - from);
	see("futex that is woken: %s", result(futex(word, FUTEX_WAIT, 0, tenth)));
	bound("ms until it is woken, too", now_ms() - from);
	read(p[0], bytes, 1);
	/* Nor one without a time-out. */
	ending(pid);
	pid = SPAWN(usleep(20000); write(p[1], "x", 1); usleep(150000);
	            futex(word, FUTEX_WAKE, 1, NULL));
	see("poll that is woken: %s", result(syscall(POLL, &fd, 1, 100)));
	see("futex without a time-out: %s", result(futex(word, FUTEX_WAIT, 0, NULL)));
	read(p[0], bytes, 1);
	from = now_ms();
	see("poll afterwards: %s", result(syscall(POLL, &fd, 1, 200)));
	bound("ms that it is late", now_ms() - from - 200);
	ending(pid);
}

static void
handler(int sig)
{
	(void)sig;
}

/* Lets a handler run for SIGUSR1; flags are SA_RESTART or 0. */
static void
handle(int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = handler;
	act.sa_flags = flags;
	sigaction(SIGUSR1, &act, NULL);
}

/* Signals end sleeps. */
static void
signals(void)
{
	volatile unsigned *word = shared(PAGE);
	sigset_t usr1, none;
	int p[2], full[2];
	pid_t pid;

	pipe(p);
	pipe(full);
	write(full[1], bytes, RING);
	handle(0);
	pid = SPAWN(see("read: %s", result(read(p[0], bytes, 1))));
	see("it %s", sleep_of(pid));
	kill(pid, SIGUSR1);
	see("it ends with %d", ending(pid));
	pid = SPAWN(see("write: %s", result(write(full[1], bytes, 1))));
	see("it %s", sleep_of(pid));
	kill(pid, SIGUSR1);
	see("it ends with %d", ending(pid));
	pid = SPAWN(see("futex: %s", result(futex(word, FUTEX_WAIT, 0, NULL))));
	see("it %s", sleep_of(pid));
	kill(pid, SIGUSR1);
	see("it ends with %d", ending(pid));
	handle(SA_RESTART);
	pid = SPAWN(see("read that begins again: %s", result(read(p[0], bytes, 1))));
	sleep_of(pid);
	kill(pid, SIGUSR1);
	see("it %s", sleep_of(pid));
	write(p[1], "x", 1);
	see("it ends with %d", ending(pid));
	for (int i = 0; i < 3; i++) {
		int sig = 1 + any(9); /* none of them is ignored */

		pid = SPAWN(i == 0 ? read(p[0], bytes, 1) : i == 1 ? pause() : (int)sleep(100));
		see("it %s", sleep_of(pid));
		kill(pid, sig);
		see("signal %d ends it: %d", sig, ending(pid));
	}
	/* One that is pending before the sleep begins. */
	sigemptyset(&usr1);
	sigemptyset(&none);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	raise(SIGUSR1);
	see("sigsuspend: %s", result(sigsuspend(&none)));
}

/* ---- What it costs ---- */

/* Returns the ticks in which nobody ran. */
static long
idle_ticks(void)
{
	int fd = open("/proc/stat", O_RDONLY), n = read(fd, bytes, sizeof(bytes) - 1);
	char *at = (char *)bytes + 3; /* behind "cpu" */
	long ticks = 0;

	bytes[n > 0 ? n : 0] = 0;
	close(fd);
	for (int field = 0; field < 4; field++) /* user, nice, system, idle */
		ticks = strtol(at, &at, 10);
	return ticks;
}

/* Nobody runs while all sleep. */
static void
idle(void)
{
	unsigned n = 2 + any(6);
	struct gate go;
	long before;
	pid_t pid[MOST];

	gate_make(&go);
	for (unsigned i = 0; i < n; i++) {
		pid[i] = i % 2 ? SPAWN(gate_pass(&go)) : SPAWN(sleep(100));
		see("process %u %s", i, sleep_of(pid[i]));
	}
	before = idle_ticks();
	usleep(500000);
	bound("ticks of 50 in which nobody runs", idle_ticks() - before);
	for (unsigned i = 0; i < n; i++) {
		kill(pid[i], SIGKILL);
		see("it ends with %d", ending(pid[i]));
	}
}

/* A byte goes to and fro between two processes, while others sleep. */
static void
cost(void)
{
	struct gate to, fro, never;
	unsigned rounds = 100, from, few = 0, many = 0;
	pid_t pid[MOST], other;

	gate_make(&to);
	gate_make(&fro);
	gate_make(&never);
	other = SPAWN(for (unsigned i = 0; i < 3 * rounds; i++) {
		gate_pass(&to);
		gate_open(&fro);
	});
	for (int round = 0; round < 3; round++) {
		if (round == 2)
			for (int i = 0; i < MOST; i++) {
				pid[i] = SPAWN(gate_pass(&never));
				sleep_of(pid[i]);
			}
		from = instructions();
		for (unsigned i = 0; i < rounds; i++) {
			gate_open(&to);
			gate_pass(&fro);
		}
		*(round == 2 ? &many : &few) = (instructions() - from) / rounds;
	}
	ending(other);
	for (int i = 0; i < MOST; i++) {
		kill(pid[i], SIGKILL);
		ending(pid[i]);
	}
	see("%u rounds", rounds);
	bound("instructions to and fro", few);
	bound("instructions to and fro among sleepers", many);
}

/* Pipes take memory only for what is in them, and nothing is left of those who slept. */
static void
left(void)
{
	unsigned n = 30000 + any(30000);
	unsigned long before = 0, full;
	int p[2];
	pid_t pid;

	memset(bytes, 1, sizeof(bytes)); /* the program's own memory is there before it counts */
	for (int round = 0; round < 3; round++) {
		before = procfs_number("/proc/meminfo", "MemFree") / 4;
		pipe(p);
		write(p[1], bytes, n);
		full = procfs_number("/proc/meminfo", "MemFree") / 4;
		bound("frames of a pipe beyond those for its bytes",
		      (long)(before - full) - (long)(n / PAGE));
		read(p[0], bytes, n - 1);
		bound("frames of a pipe with one byte",
		      (long)before - (long)procfs_number("/proc/meminfo", "MemFree") / 4);
		pid = SPAWN(read(p[0], bytes, 1); read(p[0], bytes, 1));
		sleep_of(pid);
		kill(pid, SIGKILL);
		see("a reader ends with %d", ending(pid));
		close(p[0]), close(p[1]);
	}
	see("frames that are lost: %ld",
	    (long)before - (long)procfs_number("/proc/meminfo", "MemFree") / 4);
}

/* A ring of processes hands a number round, in an order that the kernel draws by lot. */
static void
ring(void)
{
	unsigned n = 3 + any(6), rounds = 20 + any(20), number = any(1000), out;
	struct gate edge[MOST];
	pid_t pid[MOST];

	for (unsigned i = 0; i < n; i++)
		gate_make(&edge[i]);
	for (unsigned i = 1; i < n; i++)
		pid[i] = SPAWN(for (unsigned r = 0; r < rounds; r++) {
			unsigned x;

			read(edge[i - 1].fd[0], &x, sizeof(x));
			x = x * 3 + i;
			write(edge[i].fd[1], &x, sizeof(x));
		});
	for (unsigned r = 0; r < rounds; r++) {
		write(edge[0].fd[1], &number, sizeof(number));
		read(edge[n - 1].fd[0], &out, sizeof(out));
		number = out;
	}
	see("%u processes, %u rounds: %u", n, rounds, number);
	for (unsigned i = 1; i < n; i++)
		see("process %u ends with %d", i, ending(pid[i]));
	records();
}

const struct subject subjects[] = {{"streams", streams},   {"rules", rules}, {"records", records},
                                   {"sleepers", sleepers}, {"times", times}, {"signals", signals},
                                   {"idle", idle},         {"cost", cost},   {"left", left},
                                   {"ring", ring},         {NULL, NULL}};
