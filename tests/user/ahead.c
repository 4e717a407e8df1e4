/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults in order: from the fourth on the kernel also makes pages that follow, but none that nobody
 * has promised, none beyond an end, and none in place of a page that is there. What it makes is
 * counted as resident.
 */
#include "shmcalls.h"

#include "cost.h"

#define RW (PROT_READ | PROT_WRITE)
#define A ((char *)0x60000000)
#define SPAN (4u << 20)
#define MANY 64u

static char *
map(char *at, unsigned pages, int prot, int type, int fd)
{
	return mmap(at, pages * PAGE, prot, type | MAP_FIXED, fd, 0);
}

/* Returns how many of the pages from p on are resident: /proc/self/pages has a line for each. */
static unsigned
resident(const char *p, unsigned pages)
{
	FILE *f = fopen("/proc/self/pages", "r");
	char line[64];
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strtoul(line, NULL, 16) - (uintptr_t)p < pages * PAGE;
	if (f)
		fclose(f);
	return n;
}

/* Writes to the pages [from, to). */
static void
touch(char *p, unsigned from, unsigned to)
{
	for (; from < to; from++)
		p[from * PAGE] = (char)(from + 1);
}

static unsigned
resident_of_segments(void)
{
	struct shm_info info = {0};

	shmctl(0, SHM_INFO, (void *)&info);
	return (unsigned)info.shm_rss;
}

/* Checks pages from p on that are MANY, of which none is resident. */
static void
in_order(char *p, const char *what)
{
	long before;

	touch(p, 0, 3);
	is(resident(p, MANY), 3, "%s: three faults make three pages", what);
	touch(p, 3, 4);
	ok(resident(p, MANY) > 4 && resident(p, MANY) < 16, "%s: the next makes a few more", what);
	before = faults(RUSAGE_SELF);
	touch(p, 4, MANY);
	before = faults(RUSAGE_SELF) - before;
	ok(before < (long)MANY / 4, "%s: far fewer faults than pages, %ld", what, before);
	for (unsigned i = 0; i < MANY; i++)
		if (p[i * PAGE] != (char)(i + 1) || p[i * PAGE + 1] != 0)
			bail(what);
	is(resident(p, MANY), MANY, "%s: all are there", what);
}

static void
kinds(void)
{
	int id = shmget(IPC_PRIVATE, MANY * PAGE, 0600);
	unsigned before = resident_of_segments();
	char *p = shmat(id, A, 0);

	in_order(p, "a segment");
	is(resident_of_segments() - before, MANY, "and SHM_INFO counts them");
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
	is(resident_of_segments(), before, "until it is removed");
	in_order(map(A, MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1), "private memory");
	in_order(map(A + SPAN - 5 * PAGE, MANY, RW, MAP_SHARED | MAP_ANONYMOUS, -1), "two spans");
	munmap(A, 2 * SPAN);
}

static void
ends(void)
{
	int id = shmget(IPC_PRIVATE, 5 * PAGE, 0600),
	    fd = open("/tmp/ahead", O_RDWR | O_CREAT, 0600);
	unsigned before = resident_of_segments();
	char *p = shmat(id, A, 0);

	touch(p, 0, 4);
	is(resident_of_segments() - before, 5, "a segment of five pages gets no more");
	is(reads(p + 5 * PAGE), SEGV, "and behind it there is nothing");
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);

	map(A, 5, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(A + 5 * PAGE, 5, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	touch(A, 0, 4);
	is(resident(A, 10), 5, "an entry ends");
	munmap(A, 10 * PAGE);

	ftruncate(fd, 6 * PAGE);
	p = map(A, 8, RW, MAP_SHARED, fd);
	touch(p, 0, 4);
	is(resident(p, 6), 6, "a file's last page is made");
	is(reads(p + 6 * PAGE), KILLED(SIGBUS), "behind its end there is none");
	munmap(p, 8 * PAGE);
	close(fd);
	unlink("/tmp/ahead");
}

static void
others(void)
{
	volatile char byte;
	char *p = map(A, MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	p[5 * PAGE] = 'x';
	touch(p, 0, 4);
	is(resident(p, MANY), 6, "it stops at a page that is there");
	is(p[5 * PAGE], 'x', "which stays");
	munmap(p, MANY * PAGE);

	p = map(A, MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	for (unsigned i = 9; i-- > 0;)
		p[i * PAGE] = 1;
	is(resident(p, MANY), 9, "downwards there is no order");
	munmap(p, MANY * PAGE);

	p = map(A, MANY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	for (unsigned i = 0; i < 9; i++)
		byte = p[i * PAGE];
	(void)byte;
	is(resident(p, MANY), 9, "what can't be written is not made");
	munmap(p, MANY * PAGE);
}

/* After a fork each write takes a copy of one page. */
static void
forked(void)
{
	char *p = map(A, MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct gate go;
	pid_t pid;

	gate_make(&go);
	touch(p, 0, MANY);
	pid = SPAWN(touch(p, 0, 9); p[9 * PAGE] = 'c'; gate_pass(&go);
	            _exit(p[10 * PAGE] == 'p' || p[9 * PAGE] != 'c'));
	p[10 * PAGE] = 'p';
	gate_open(&go);
	is(ending(pid), 0, "a child does not see what its parent writes later");
	is(p[9 * PAGE], 10, "nor the parent what the child does");
	munmap(p, MANY * PAGE);
}

void
test(void)
{
	resident(A, 1); /* faults of its own: only the first time */
	kinds();
	ends();
	others();
	forked();
}
