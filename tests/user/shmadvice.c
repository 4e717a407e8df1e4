/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 128 */
/* MADV_DONTNEED on attaches never drops shared memory, however the attach is mapped. A
 * page table maps a span of 4 MiB; an attach that starts at the start of a span uses
 * the page tables of the segment. */
#include "shmstate.h"

#define SPAN (4u << 20)
#define PAGES (2 * 1024 + 10)
#define SIZE (PAGES * PAGE)
#define A ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)

static int id;
static unsigned resident; /* KiB of resident segments */

static int
dropped(void *from, unsigned long bytes)
{
	return syscall(219, from, bytes, 4);
}

/* Checks that the whole attach still has its content, and that the kernel
 * reports the segment as before. */
static void
whole(const char *at, unsigned nattch, pid_t lpid, const char *what)
{
	stands(id, nattch, lpid, what);
	is(misnumbered(at, 0, PAGES), 0, "%s: what is there", what);
	is(procfs_number("/proc/meminfo", "Shmem"), resident, "%s: its pages", what);
	stands(id, nattch, lpid, what);
}

/* Drops ranges of an attach of the segment: some of them once, some twice. */
static void
ranges(char *at, int flags, const char *what)
{
	static const struct {
		unsigned from, pages;
	} range[] = {{0, PAGES}, {0, 1},     {1023, 2},  {1000, 100}, {1024, 1024},
	             {5, 2040},  {2047, 11}, {2048, 10}, {2057, 1}};
	char *p = shmat(id, at, flags);

	is(misnumbered(p, 0, PAGES), 0, "madvise.1 %s: all of it", what);
	for (unsigned i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		is(dropped(p + range[i].from * PAGE, range[i].pages * PAGE), 0,
		   "madvise.1 %s: %u pages from %u", what, range[i].pages, range[i].from);
		if (i % 2)
			is(dropped(p + range[i].from * PAGE, range[i].pages * PAGE), 0,
			   "madvise.1 %s: once more", what);
		whole(p, 1, getpid(), "madvise.1 dropped");
	}
	if (flags & SHM_RDONLY)
		is(writes(p + 1023 * PAGE), SEGV, "madvise.1 %s: it stays so", what);
	shmdt(p);
}

/* First a child drops parts of the attaches, which it sees through its parent's
 * page tables; then its parent does. */
static void
forked(void)
{
	char *p = shmat(id, A, 0), *q = shmat(id, A + 3 * SPAN + PAGE, 0);
	pid_t pid = getpid();

	is(misnumbered(p, 0, PAGES) + misnumbered(q, 0, PAGES), 0, "madvise.1 fork: before");
	is(CHILD(dropped(p + 1000 * PAGE, 100 * PAGE); dropped(q + 1000 * PAGE, 100 * PAGE);
	         whole(p, 4, pid, "madvise.1 by a child");
	         whole(q, 4, pid, "madvise.1 by a child, in pages"); *(unsigned *)q = 77), 0,
	                                                             "madvise.1 a child");
	is(*(unsigned *)p, 77, "fork.1 one memory after it");
	*(unsigned *)p = 0;
	whole(p, 2, ANYBODY, "madvise.1 its parent");
	whole(q, 2, ANYBODY, "madvise.1 its parent, in pages");
	shmdt(p), shmdt(q);
}

/* Private pages next to an attach are dropped. A range with a hole is dropped up to its end, and
 * then the call fails with ENOMEM. */
static void
beside(void)
{
	char *p = shmat(id, A, 0), *end = p + SIZE;
	char *m = mmap(end, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	m[0] = m[PAGE] = 'm';
	is(misnumbered(p, 0, PAGES), 0, "madvise.1 beside: before");
	is(dropped(p + 1023 * PAGE, SIZE - 1022 * PAGE), 0, "madvise.1 over an attach's end");
	ok(m[0] == 0 && m[PAGE] == 'm', "madvise.1 what is private is zeros");
	whole(p, 1, getpid(), "madvise.1 over its end");
	m[0] = 'm';
	munmap(m, PAGE);
	fails(dropped(p + 2000 * PAGE, SIZE - 1998 * PAGE), ENOMEM, "madvise.1 a hole");
	is(m[PAGE], 0, "madvise.1 what is behind it is done");
	whole(p, 1, getpid(), "madvise.1 a hole");
	munmap(m + PAGE, PAGE);
	/* Pieces of one attach, with different rights, and then with a hole between them. */
	mprotect(p + 1020 * PAGE, 8 * PAGE, PROT_READ);
	is(dropped(p, SIZE), 0, "madvise.1 pieces");
	whole(p, 1, getpid(), "madvise.1 pieces");
	munmap(p + 1022 * PAGE, PAGE);
	fails(dropped(p + 1000 * PAGE, 100 * PAGE), ENOMEM, "madvise.1 pieces, and a hole");
	is(misnumbered(p, 0, 1022) + misnumbered(p + 1023 * PAGE, 1023, PAGES - 1023), 0,
	   "madvise.1 what is left of it");
	stands(id, 1, getpid(), "madvise.1 pieces, and a hole");
	shmdt(p);
}

/* The segment has large pages, and is removed while it is attached. */
static void
large(void)
{
	int other = shmget(IPC_PRIVATE, SIZE, SHM_HUGETLB | 0600);
	char *p = shmat(other, A, 0);
	unsigned bad = 0;

	number_pages(p, PAGES);
	shmctl(other, IPC_RMID, NULL);
	for (unsigned from = 0; from < PAGES; from += 341) {
		bad += dropped(p + from * PAGE, (PAGES - from) * PAGE) != 0;
		bad += dropped(p + from * PAGE, PAGE) != 0 || misnumbered(p, 0, PAGES);
	}
	is(bad, 0, "madvise.1 large pages");
	stands(other, 1, getpid(), "madvise.1 large pages");
	shmdt(p);
	stands(other, GONE, 0, "madvise.1 detached");
}

void
test(void)
{
	char *p;

	id = shmget(IPC_PRIVATE, SIZE, 0600);
	p = shmat(id, NULL, 0);
	number_pages(p, PAGES);
	shmdt(p);
	resident = procfs_number("/proc/meminfo", "Shmem");
	is(resident, SIZE / 1024, "madvise.1 every page is there");
	ranges(A, 0, "by its own tables");
	ranges(A + 3 * PAGE, 0, "by pages");
	ranges(A, SHM_RDONLY, "read-only");
	forked();
	beside();
	large();
	shmctl(id, IPC_RMID, NULL);
}
