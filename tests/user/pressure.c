/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 24 --append stretch=0 */
/* Tests that calls fail with ENOMEM when memory runs out, in every way that it can, and that all
 * they did is undone. */
#include "tap.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static unsigned long
promised(void)
{
	return procfs_number("/proc/meminfo", "Committed_AS");
}

/* Each of the by_*() functions takes memory in one way, in pieces of that many pages, until it
 * is refused. It touches all of it and gives it back, and returns how many pieces it got, or -1
 * if errno is wrong. */
static int
by_segments(unsigned pages)
{
	static int id[4096];
	int n = 0, left;

	while (n < 128 && (id[n] = shmget(IPC_PRIVATE, pages * PAGE, 0600)) >= 0) {
		char *p = shmat(id[n++], NULL, 0);

		if (p == NO_ADDR)
			break;
		memset(p, n, pages * PAGE);
	}
	left = errno == ENOMEM || n == 128 ? n : -1;
	while (n-- > 0)
		shmctl(id[n], IPC_RMID, NULL);
	return left;
}

static int
by_mmap(unsigned pages)
{
	int n = 0;
	char *p;

	while ((p = mmap(NULL, pages * PAGE, RW, n & 1 ? ANON : MAP_SHARED | MAP_ANONYMOUS, -1,
	                 0)) != MAP_FAILED) {
		memset(p, 1, pages * PAGE);
		n++;
	}
	return errno == ENOMEM ? n : -1;
}

static int
by_brk(unsigned pages)
{
	int n = 0;
	char *p;

	while ((p = sbrk(pages * PAGE)) != NO_ADDR) {
		memset(p, 1, pages * PAGE);
		n++;
	}
	return errno == ENOMEM ? n : -1;
}

/* Takes memory by fork: each child writes to all the pages that it got as copies. */
static int
by_fork(unsigned pages)
{
	int n = 0, error;
	char *p = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);
	struct gate go;
	pid_t pid;

	if (p == MAP_FAILED)
		return -1;
	gate_make(&go);
	memset(p, 1, pages * PAGE);
	while ((pid = SPAWN(memset(p, 2, pages * PAGE); gate_pass(&go))) > 0)
		n++;
	error = errno;
	memset(p, 3, pages * PAGE);
	for (int i = 0; i < n; i++)
		gate_open(&go);
	for (int i = 0; i < n; i++)
		wait(NULL);
	return error == ENOMEM || error == EAGAIN ? n : -1;
}

/* Takes kernel memory, for descriptors, pipes and processes. */
static int
by_pipes(unsigned pages)
{
	int n = 0, error, p[2];
	struct gate go;
	pid_t pid;

	(void)pages;
	gate_make(&go);
	while ((pid = SPAWN(while (pipe(p) == 0); gate_pass(&go))) > 0)
		n++;
	error = errno;
	for (int i = 0; i < n; i++)
		gate_open(&go);
	for (int i = 0; i < n; i++)
		wait(NULL);
	return error == ENOMEM || error == EAGAIN ? n : -1;
}

static const struct {
	const char *name;
	int (*take)(unsigned pages);
} ways[] = {{"segments", by_segments},
            {"mmap", by_mmap},
            {"brk", by_brk},
            {"fork", by_fork},
            {"pipes", by_pipes}};

static void
alone(void)
{
	static const unsigned sizes[] = {1, 37, 256, 1024};
	int *n = shared(2 * sizeof(*n));

	for (unsigned w = 0; w < 5; w++) {
		for (unsigned s = 0; s < 4; s++) {
			unsigned long before = promised();

			for (int round = 0; round < 2; round++)
				is(CHILD(n[round] = ways[w].take(sizes[s])), 0,
				                         "%s, %u pages at a time", ways[w].name,
				                         sizes[s]);
			/* How many processes by_pipes() gets depends on the order in which they
			 * run. */
			ok(n[0] > 0 && (n[0] == n[1] || (w == 4 && n[1] > 0)), "as often again");
			is(promised(), before, "all is undone");
		}
	}
	munmap(n, 2 * sizeof(*n));
}

/* Runs five processes at once, each of which takes memory in another way. The calls of those
 * that come too late are refused, even the pipe for a gate, and nobody is killed. */
static void
together(void)
{
	pid_t pid[5];
	int bad = 0;

	for (int round = 0; round < 5; round++) {
		for (unsigned w = 0; w < 5; w++)
			pid[w] = SPAWN(for (int i = 0; i < 3; i++) ways[w].take(16 + round * 50));
		for (unsigned w = 0; w < 5; w++)
			bad += ending(pid[w]) >= KILLED(0);
	}
	is(bad, 0, "five ways at once");
}

/* Tests what fails, and what must still work, when all memory is taken. */
static void
nothing_left(void)
{
	char *read_only = mmap(NULL, 64 * PAGE, PROT_READ, ANON, -1, 0);
	char *cow = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0), *p;
	int id = shmget(IPC_PRIVATE, PAGE, 0600);

	for (unsigned pages = 64; pages > 0; pages /= 2)
		while (mmap(NULL, pages * PAGE, RW, ANON, -1, 0) != MAP_FAILED)
			;
	fails(shmget(IPC_PRIVATE, 4 * PAGE, 0600), ENOMEM, "shmget");
	fails(mprotect(read_only, 64 * PAGE, RW), ENOMEM, "mprotect of what had no promise");
	fails(execl("/bin/true", "true", NULL), ENOMEM, "exec");
	fails(fork(), ENOMEM, "fork");
	ok(sbrk(64 * PAGE) == NO_ADDR && errno == ENOMEM, "brk");
	memset(cow, 1, 16 * PAGE);
	ok(cow[15 * PAGE] == 1, "what was promised is there");
	p = shmat(id, NULL, 0);
	ok(p != NO_ADDR || errno == ENOMEM, "shmat either way");
	if (p != NO_ADDR)
		p[0] = 1;
	is(stat_of(id).shm_nattch, p != NO_ADDR, "and the count is right");
	shmctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	alone();
	together();
	is(CHILD(nothing_left()), 0, "with nothing left");
}
