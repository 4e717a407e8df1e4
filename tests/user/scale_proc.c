/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 128 */
/* counts: instructions */
/*
 * Among many sleeping processes, operations on a few processes take as many instructions as among
 * ten: a signal to a group, a change of groups, waiting for any child, a timer, a wake-up (from
 * read or poll), fork and exit, and shortening a mapped file.
 */
#include "abi/poll.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "cost.h"

#define POLL 168

#define FEW 10
#define MANY 500
#define ROUNDS 20

static pid_t pid[MANY]; /* the first is the oldest */

struct cost {
	unsigned kill, setpgid, setsid, stopped, none, timer, wake, poll, fork, cut, list;
};

static struct gate quiet; /* a gate that nobody opens */

static void
await(const struct gate *g)
{
	struct abi_pollfd p = {.fd = g->fd[0], .events = POLLIN};

	syscall(POLL, &p, 1, -1);
}

/* Starts processes `from` to n - 1, which sleep. Each has a timer that expires before the measured
 * ones, and sleeps in pause() or poll(). */
static void
rest(int from, int n)
{
	for (int i = from; i < n; i++)
		pid[i] = SPAWN(alarm(1000 + i % 7); for (;;) i % 2 ? pause() : await(&quiet));
	for (int i = from; i < n; i++)
		until_state(pid[i], 'S');
}

/* Puts the least cost of some rounds into `field`: a clock tick adds
 * to the cost of some rounds only. */
#define LEAST(field, call)                                                                         \
	for (int round = 0; round < ROUNDS; round++) {                                             \
		unsigned once = COST(call);                                                        \
		if (once < field)                                                                  \
			field = once;                                                              \
	}

/* The two youngest processes are groups of their own, and the
 * oldest moves from one to the other. */
static void
cost_groups(int n, struct cost *c, int *bad)
{
	pid_t one = pid[0], a = pid[n - 1], b = pid[n - 2];

	*bad += setpgid(a, a) != 0 || setpgid(b, b) != 0;
	LEAST(c->kill, *bad += kill(-a, SIGURG) != 0);
	LEAST(c->setpgid, *bad += setpgid(one, a) != 0 || setpgid(one, b) != 0);
	for (int round = 0; round < ROUNDS; round++) {
		int fd[2];
		unsigned once = 0;

		*bad += pipe(fd) != 0;
		*bad += CHILD(once = COST(setsid()); write(fd[1], &once, sizeof(once))) != 0;
		*bad += read(fd[0], &once, sizeof(once)) != sizeof(once);
		close(fd[0]), close(fd[1]);
		if (once < c->setsid)
			c->setsid = once;
	}
}

/* Waits for a child: first the oldest one has stopped, then none has anything to report. */
static void
cost_wait(struct cost *c, int *bad)
{
	int status;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned once;

		kill(pid[0], SIGSTOP);
		until_state(pid[0], 'T');
		once = COST(*bad += waitpid(-1, &status, WUNTRACED) != pid[0]);
		if (once < c->stopped)
			c->stopped = once;
		kill(pid[0], SIGCONT);
	}
	LEAST(c->none, *bad += waitpid(-1, &status, WNOHANG | WUNTRACED) != 0);
}

static void
cost_time(struct cost *c, int *bad)
{
	LEAST(c->timer, (alarm(2000), *bad += alarm(0) == 0));
}

/* Returns what it takes to wake another process and be woken by it, through two pipes. The other
 * one reads, or polls before it reads. */
static unsigned
cost_wake(int polls, int *bad)
{
	struct gate there, back;
	unsigned least = ~0u;
	pid_t other;

	gate_make(&there), gate_make(&back);
	other = SPAWN(for (;;) {
		if (polls)
			await(&there);
		gate_pass(&there), gate_open(&back);
	});
	LEAST(least, (gate_open(&there), gate_pass(&back)));
	kill(other, SIGKILL);
	*bad += ending(other) != KILLED(SIGKILL);
	gate_drop(&there), gate_drop(&back);
	return least;
}

static void
cost_fork(struct cost *c, int *bad)
{
	LEAST(c->fork, *bad += CHILD(_exit(7)) != 7);
}

/* A file that is mapped is made shorter, and longer again. */
static void
cost_cut(struct cost *c, int *bad)
{
	int fd = open("/tmp/cut", O_RDWR | O_CREAT, 0600);
	char *at;

	*bad += ftruncate(fd, 2 * PAGE) != 0;
	at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	*bad += at == MAP_FAILED;
	LEAST(c->cut, *bad += ftruncate(fd, PAGE) != 0 || ftruncate(fd, 2 * PAGE) != 0);
	munmap(at, 2 * PAGE), close(fd), unlink("/tmp/cut");
}

/* Lists /proc, and measures the cost per process. */
static void
cost_list(struct cost *c, int n)
{
	unsigned all = ~0u;

	LEAST(all, count_processes());
	c->list = all / n;
}

static void
measure(int n, struct cost *c)
{
	int bad = 0;

	memset(c, 0xff, sizeof(*c));
	cost_groups(n, c, &bad);
	cost_wait(c, &bad);
	cost_time(c, &bad);
	c->wake = cost_wake(0, &bad);
	c->poll = cost_wake(1, &bad);
	cost_fork(c, &bad);
	cost_cut(c, &bad);
	cost_list(c, n);
	is(bad, 0, "among %d all calls do what they should", n);
	diag("%3d: kill %u, setpgid %u, setsid %u, wait %u, no news %u, alarm %u, wake-up %u, "
	     "in poll %u, fork %u, cut %u, for each in /proc %u",
	     n, c->kill, c->setpgid, c->setsid, c->stopped, c->none, c->timer, c->wake, c->poll,
	     c->fork, c->cut, c->list);
}

static void
same(const struct cost *few, const struct cost *many)
{
	ok(near(few->kill, many->kill), "a signal to a group of one");
	ok(near(few->setpgid, many->setpgid), "into another group and back");
	ok(near(few->setsid, many->setsid), "a new session");
	ok(near(few->stopped, many->stopped), "any child that has stopped: the oldest");
	ok(near(few->none, many->none), "any child: none has news");
	ok(near(few->timer, many->timer), "a timer behind all others");
	ok(near(few->wake, many->wake), "a wake-up among others who sleep");
	ok(near(few->poll, many->poll), "a wake-up in poll among others who poll");
	ok(near(few->fork, many->fork), "fork, exit, wait");
	ok(near(few->cut, many->cut), "a file that is mapped gets shorter");
	ok(many->list <= few->list, "/proc is listed in no more for each");
}

void
test(void)
{
	struct cost few, many;
	int bad = 0;

	gate_make(&quiet);
	rest(0, FEW);
	measure(FEW, &few);
	rest(FEW, MANY);
	measure(MANY, &many);
	if (is_debug())
		diag("the figures are those of a debug build, which walks the invariants");
	else
		same(&few, &many);
	for (int i = 0; i < MANY; i++)
		kill(pid[i], SIGKILL);
	for (int i = 0; i < MANY; i++)
		bad += ending(pid[i]) != KILLED(SIGKILL);
	is(bad, 0, "all end");
}
