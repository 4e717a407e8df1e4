/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests that copy-on-write copies no page too many: which frames parent and child have (/proc/PID/
 * pages), how often they fault, and how much memory they take. That they see the right contents is
 * tested by fork.c.
 */
#include "cost.h"

#define RW (PROT_READ | PROT_WRITE)
#define PAGES 100
#define MINE ((volatile char *)0x60000000)

enum { PTE_WRITE = 2 };

/* The page table entries of the pages from MINE on. */
struct table {
	unsigned pte[PAGES];
};

static struct table
table_of(pid_t pid)
{
	struct table t = {{0}};
	char path[32], line[64], *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/pages", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		unsigned page = (strtoul(line, &end, 16) - (uintptr_t)MINE) / PAGE;

		if (page < PAGES)
			t.pte[page] = strtoul(end, NULL, 16);
	}
	if (f)
		fclose(f);
	return t;
}

/* Returns for how many pages two tables have the same frame. */
static unsigned
same(struct table a, struct table b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PAGES; i++)
		n += a.pte[i] != 0 && a.pte[i] >> 12 == b.pte[i] >> 12;
	return n;
}

/* Returns to how many pages the table allows to write. */
static unsigned
writable(struct table t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PAGES; i++)
		n += (t.pte[i] & PTE_WRITE) != 0;
	return n;
}

static long
free_frames(void)
{
	return procfs_number("/proc/meminfo", "MemFree") / 4;
}

static void
map(unsigned pages, int prot)
{
	if (mmap((void *)MINE, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	         0) != MINE)
		bail("mmap");
}

static void
write_pages(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		MINE[i * PAGE]++;
}

static void
two_writers(void)
{
	struct table before, mine, childs;
	struct gate go;
	long frames, t;
	pid_t pid;

	map(PAGES, RW);
	write_pages(PAGES);
	before = table_of(getpid());
	gate_make(&go);
	CHILD(); /* the kernel may allocate something the first time */
	frames = free_frames();
	pid = SPAWN(gate_pass(&go); write_pages(20); gate_pass(&go));
	until_state(pid, 'S');
	frames -= free_frames();
	ok(frames < 16, "a fork of %u pages takes %ld frames", PAGES, frames);
	mine = table_of(getpid());
	childs = table_of(pid);
	is(same(mine, childs), PAGES, "parent and child have the same frames");
	is(writable(mine) + writable(childs), 0, "which neither may write to");

	frames = free_frames();
	t = faults(RUSAGE_SELF);
	write_pages(10);
	t = faults(RUSAGE_SELF) - t;
	frames -= free_frames();
	ok(t >= 10 && t < 14, "the parent writes to 10 pages: %ld faults", t);
	ok(frames >= 10 && frames < 14, "and %ld frames", frames);
	t = faults(RUSAGE_SELF);
	write_pages(10);
	t = faults(RUSAGE_SELF) - t;
	ok(t < 3, "again: %ld faults", t);
	mine = table_of(getpid());
	is(same(before, mine), PAGES - 10, "the parent has 10 new frames");
	is(writable(mine), 10, "which it may write to");

	frames = free_frames();
	gate_open(&go);
	until_state(pid, 'S');
	frames -= free_frames();
	childs = table_of(pid);
	ok(frames >= 10 && frames < 14, "the child writes to 20 pages: %ld frames", frames);
	is(same(before, childs), PAGES - 10, "it keeps the frames that the parent has left");
	is(writable(childs), 20, "and may write to 20");
	gate_open(&go);
	ending(pid);
	gate_drop(&go);

	mine = table_of(getpid());
	t = free_frames();
	write_pages(PAGES);
	is(same(mine, table_of(getpid())), PAGES, "alone, the parent keeps all frames");
	is(free_frames(), t, "and takes none");
	is(writable(table_of(getpid())), PAGES, "all of which it may write to");
	munmap((void *)MINE, PAGES * PAGE);
}

/* A page that was parked by PROT_NONE, and is only read afterwards, stays shared. */
static void
parked(void)
{
	struct gate go;
	pid_t pid;

	map(1, RW);
	MINE[0] = 7;
	gate_make(&go);
	pid = SPAWN(gate_pass(&go); _exit(MINE[0]));
	mprotect((void *)MINE, PAGE, PROT_NONE);
	mprotect((void *)MINE, PAGE, RW);
	is(MINE[0], 7, "a page that was out of reach is read");
	MINE[0] = 8;
	gate_open(&go);
	is(ending(pid), 7, "and then written, which the child does not see");
	gate_drop(&go);
	munmap((void *)MINE, PAGE);
}

static void
page_of_zeros(void)
{
	struct table t;
	unsigned others = 0;
	long frames;

	map(PAGES, PROT_READ);
	(void)MINE[0];
	frames = free_frames();
	for (unsigned i = 0; i < PAGES; i++)
		(void)MINE[i * PAGE];
	is(frames, free_frames(), "read-only pages without an object take no frame");
	t = table_of(getpid());
	for (unsigned i = 0; i < PAGES; i++)
		others += t.pte[i] >> 12 != t.pte[0] >> 12;
	is(others, 0, "all show the page of zeros");
	mprotect((void *)MINE, PAGES * PAGE, RW);
	frames = free_frames();
	write_pages(10);
	is(frames - free_frames(), 10, "a write to one takes a frame");
	is(MINE[10 * PAGE], 0, "and leaves the page of zeros");
	munmap((void *)MINE, PAGES * PAGE);
}

static void
file(void)
{
	static char page[PAGE] = "file";
	int fd = open("/tmp/cow", O_RDWR | O_CREAT, 0600);
	struct table before;
	long frames;

	for (unsigned i = 0; i < PAGES; i++)
		write(fd, page, sizeof(page));
	mmap((void *)MINE, PAGES * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	(void)MINE[0];
	frames = free_frames();
	for (unsigned i = 0; i < PAGES; i++)
		(void)MINE[i * PAGE];
	is(frames, free_frames(), "pages of a private file that are only read take no frame");
	before = table_of(getpid());
	write_pages(10);
	is(same(before, table_of(getpid())), PAGES - 10, "a write to one gives it a frame");
	munmap((void *)MINE, PAGES * PAGE);
	close(fd);
	unlink("/tmp/cow");
}

void
test(void)
{
	two_writers();
	parked();
	page_of_zeros();
	file();
}
