/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests poll and select: what they report as ready, and how they wait. */
#include "tap.h"

#include "abi/poll.h"
#include <time.h>

#define POLL 168
#define PPOLL 309
#define PPOLL64 414
#define SELECT 142
#define PSELECT 308
#define PSELECT64 413

static int in, out; /* the ends of a pipe */

static long long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* Returns the events that poll reports for one file, without waiting; -errno if poll fails, and
 * 0x7fff if its count does not fit the events. */
static int
events(int fd, int wanted)
{
	struct abi_pollfd p = {fd, wanted, 0x7fff};
	int n = syscall(POLL, &p, 1, 0);

	return n < 0 ? -errno : n != (p.revents != 0) ? 0x7fff : p.revents;
}

static void
open_pipe(void)
{
	int p[2];

	if (pipe(p) < 0)
		bail("pipe");
	in = p[0], out = p[1];
}

static char page[PAGE];

static void
states(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	open_pipe();
	is(events(in, POLLIN), 0, "an empty pipe");
	is(events(out, POLLOUT | POLLIN), POLLOUT, "has room");
	write(out, "x", 1);
	is(events(in, POLLIN | POLLOUT), POLLIN, "a byte");
	is(events(in, POLLPRI), 0, "asked for something else");
	is(events(in, POLL_READ), POLL_READ, "by its other name");
	fcntl(out, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 15; i++)
		write(out, page, PAGE);
	is(events(out, POLLOUT), 0, "a full pipe");
	read(in, page, PAGE);
	is(events(out, POLL_WRITE), POLL_WRITE, "a page of it free");
	for (int i = 0; i < 15; i++)
		read(in, page, PAGE);
	close(out);
	is(events(in, POLLIN), POLLHUP, "no writer");
	close(in);
	is(events(in, POLLIN), POLLNVAL, "closed");
	is(events(-1, POLLIN), 0, "no file at all");
	open_pipe();
	close(in);
	is(events(out, POLLIN), POLLERR, "no reader");
	close(out);
	is(events(fd, POLLIN | POLLOUT), POLLIN | POLLOUT, "a file is ready");
	close(fd);
	fd = open("/dev/console", O_RDWR);
	is(events(fd, POLLIN | POLLOUT), POLLOUT, "nobody types");
	close(fd);
	fails(syscall(POLL, NULL, 1, 0), EFAULT, "no list");
	fails(syscall(POLL, page, 0x20000001, 0), EINVAL, "a list without end");
}

static void
waiting(void)
{
	struct abi_pollfd p[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int32_t t[4] = {0, 300000000};
	long long from = now();
	int other[2];
	pid_t pid;

	open_pipe();
	pipe(other);
	p[0].fd = in, p[1].fd = other[0];
	is(syscall(POLL, p, 2, 50), 0, "nothing in 50 ms");
	ok(now() - from >= 50000000, "at least that");
	pid = SPAWN(usleep(50000); write(other[1], "x", 1));
	is(syscall(POLL, p, 2, -1), 1, "until one has data");
	ok(p[0].revents == 0 && p[1].revents == POLLIN, "and which");
	ending(pid);
	close(other[0]), close(other[1]);
	pid = SPAWN(close(in); usleep(50000));
	close(out);
	is(syscall(POLL, p, 1, 10), 0, "a child still has the other end");
	is(syscall(POLL, p, 1, -1), 1, "until it ends");
	is(p[0].revents, POLLHUP, "then there is no writer");
	ending(pid);
	close(in);
	open_pipe();
	p[0].fd = in;
	is(syscall(PPOLL, p, 1, t, NULL, 8), 0, "ppoll");
	ok(t[0] == 0 && t[1] == 0, "has nothing left of its time");
	write(out, "x", 1);
	t[0] = 5, t[2] = 0;
	is(syscall(PPOLL64, p, 1, t, NULL, 8), 1, "by 64 bits");
	ok(t[1] == 0 && t[0] * 100 + t[2] / 10000000 >= 490 && t[0] < 6 - (t[2] > 0),
	   "with time left, not more than there was");
	t[2] = 1000000000;
	fails(syscall(PPOLL64, p, 1, t, NULL, 8), EINVAL, "a billion nanoseconds");
	close(in), close(out);
}

static volatile int rung;

static void
ring(int sig)
{
	(void)sig;
	rung++;
}

static void
signals(void)
{
	uint64_t all = ~0ull, none = 0;
	struct {
		void *mask;
		size_t size;
	} arg6 = {&none, 8};
	long long from = now();
	pid_t pid;

	signal(SIGUSR1, ring);
	signal(SIGALRM, ring);
	alarm(1);
	fails(syscall(POLL, NULL, 0, -1), EINTR, "a handler ends poll");
	syscall(175, SIG_SETMASK, &all, NULL, 8);
	kill(getpid(), SIGUSR1);
	rung = 0;
	is(syscall(POLL, NULL, 0, 10), 0, "a blocked signal does not");
	is(rung, 0, "nor is it handled");
	fails(syscall(PPOLL, NULL, 0, NULL, &none, 8), EINTR, "unless ppoll lets it in");
	is(rung, 1, "it was handled");
	kill(getpid(), SIGUSR1);
	is(syscall(POLL, NULL, 0, 0), 0, "then the mask is as before");
	is(rung, 1, "not again");
	fails(syscall(PSELECT, 0, NULL, NULL, NULL, NULL, &arg6), EINTR, "pselect too");
	is(rung, 2, "handled");
	arg6.size = 4;
	fails(syscall(PSELECT, 0, NULL, NULL, NULL, NULL, &arg6), EINVAL, "half a mask");
	syscall(175, SIG_SETMASK, &none, NULL, 8);
	/* A poll that is stopped and continued waits for the rest of its time. */
	pid = SPAWN(syscall(POLL, NULL, 0, 500));
	until_state(pid, 'S');
	from = now();
	kill(pid, SIGSTOP);
	until_state(pid, 'T');
	usleep(300000);
	kill(pid, SIGCONT);
	is(ending(pid), 0, "a stopped poll goes on");
	ok(now() - from < 700000000, "and ends when it was to end");
}

static void
selecting(void)
{
	uint32_t r[32] = {0}, w[32] = {0}, x[32] = {0};
	int32_t tv[4] = {0, 50000};
	int other[2];

	open_pipe();
	pipe(other);
	r[0] = 1u << in | 1u << other[0], w[0] = 1u << out, x[0] = 1u << in;
	is(syscall(SELECT, 20, r, w, x, NULL), 1, "select: room to write");
	ok(r[0] == 0 && w[0] == 1u << out && x[0] == 0, "and nothing else");
	r[0] = 1u << in;
	is(syscall(SELECT, 20, r, NULL, NULL, tv), 0, "nothing in 50 ms");
	ok(r[0] == 0 && tv[0] == 0 && tv[1] == 0, "the set is empty, the time is up");
	write(out, "x", 1);
	for (int i = 0; i < 15; i++)
		write(out, page, PAGE);
	r[0] = 1u << in | 1u << other[0], w[0] = 1u << out | 1u << other[1];
	is(syscall(SELECT, 1024, r, w, NULL, NULL), 2, "two are ready");
	ok(r[0] == 1u << in && w[0] == 1u << other[1], "these two");
	r[0] = 1u << in;
	is(syscall(SELECT, in, r, NULL, NULL, memset(tv, 0, sizeof(tv))), 0, "only those below n");
	tv[1] = 1500000;
	r[0] = 1u << in;
	is(syscall(SELECT, 20, r, NULL, NULL, tv), 1, "more microseconds than a second has");
	ok(tv[0] == 1 && tv[1] > 400000, "of 2 s 1.5 were left");
	close(other[1]);
	r[0] = 1u << other[0];
	is(syscall(SELECT, 20, r, NULL, NULL, NULL), 1, "an end can be read");
	r[0] = 0, x[0] = 1u << other[0], tv[0] = tv[1] = 0;
	is(syscall(SELECT, 20, NULL, NULL, x, tv), 0, "but is nothing exceptional");
	tv[1] = 1, tv[2] = 0;
	r[0] = 1u << in;
	is(syscall(PSELECT64, 20, r, NULL, NULL, memset(tv, 0, sizeof(tv)), NULL), 1, "by 64 bits");
	r[0] = 1u << 30;
	fails(syscall(SELECT, 32, r, NULL, NULL, NULL), EBADF, "a closed file");
	fails(syscall(SELECT, -1, NULL, NULL, NULL, NULL), EINVAL, "less than none");
	fails(syscall(SELECT, 20, (void *)4096, NULL, NULL, NULL), EFAULT, "a bad set");
	tv[1] = -1;
	fails(syscall(SELECT, 0, NULL, NULL, NULL, tv), EINVAL, "a time before now");
	close(in), close(out), close(other[0]);
}

void
test(void)
{
	states();
	waiting();
	signals();
	selecting();
}
