/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 128 */
/*
 * Tests the edges of segments whose own page tables are grafted into a process: it must see what
 * it would see if each page were mapped by itself. SPAN is the size of a span, 4 MiB.
 */
#include "cost.h"
#include "shmcalls.h"

#define SPAN (4u << 20)
#define RW (PROT_READ | PROT_WRITE)
#define A ((char *)0x60000000)

static int id; /* two spans and ten pages; each page holds its number */
#define PAGES (2 * 1024 + 10)
#define SIZE (PAGES * PAGE)

static char *
map(char *at, unsigned pages, int prot)
{
	char *m = mmap(at, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (m != at)
		bail("mmap");
	return m;
}

static char *
at(char *where, int flags)
{
	char *a = shmat(id, where, flags);

	if (a != where)
		bail("shmat");
	return a;
}

static void
whole(void)
{
	char *a = shmat(id, NULL, 0);
	unsigned t;

	is((unsigned)a % SPAN, 0, "the kernel's choice starts at a span");
	t = faults(RUSAGE_SELF);
	is(misnumbered(a, 0, PAGES), 0, "every page is there");
	t = faults(RUSAGE_SELF) - t;
	ok(t < 20, "without a fault for each, but %u", t);
	invariants();
	t = faults(RUSAGE_CHILDREN);
	is(CHILD(_exit(misnumbered(a, 0, PAGES) != 0)), 0, "and so they are for a child");
	t = faults(RUSAGE_CHILDREN) - t;
	ok(t < 40, "with %u faults", t);
	is(CHILD(*(unsigned *)(a + 7 * PAGE) = 777), 0, "a child writes");
	is(*(unsigned *)(a + 7 * PAGE), 777, "its parent reads");
	*(unsigned *)(a + 7 * PAGE) = 7;
	is(reads(a + SIZE), SEGV, "behind the segment's end there is nothing");
	is(reads(a - 1), SEGV, "nor before its start");
	is(shmdt(a), 0, "detached");
	is(reads(a), SEGV, "it is gone");
	is(reads(a + SIZE - PAGE), SEGV, "with its tail");
}

/* Tests that a page that is first touched through one attach appears in the other attach too. */
static void
fresh(void)
{
	int other = shmget(IPC_PRIVATE, SPAN + PAGE, 0600);
	char *a = shmat(other, NULL, 0), *b = shmat(other, NULL, 0);

	is(a[5 * PAGE], 0, "a new page is zeros");
	b[5 * PAGE] = 1;
	b[6 * PAGE] = 2;
	b[SPAN] = 3;
	is(a[5 * PAGE] + a[6 * PAGE] + a[SPAN], 6,
	   "what comes later by one is there for the other");
	is(shmctl(other, IPC_RMID, NULL), 0, "removed while grafted twice");
	is(shmdt(a), 0, "the first goes");
	is(reads(a + 5 * PAGE), SEGV, "and is gone, TLB and all");
	is(b[5 * PAGE] + b[6 * PAGE] + b[SPAN], 6, "the second stays");
	b[7 * PAGE] = 1;
	invariants();
	is(shmdt(b), 0, "the second goes, and the segment");
	is(reads(b), SEGV, "it is gone");
}

/* Tests private memory in the span of the segment's tail, and right below the segment. */
static void
neighbours(void)
{
	char *tail = A + 2 * SPAN, *above = A + SIZE, *last = A + 3 * SPAN - PAGE;

	at(A, 0);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: all pages");
	map(above, 1, RW)[3] = 'u';
	map(A - PAGE, 1, RW)[3] = 'd';
	is(misnumbered(tail, 2048, 10), 0, "neighbours: the tail's pages beside one above");
	is(above[3] + A[3 - PAGE], 'u' + 'd', "neighbours: theirs");
	is(reads(above + PAGE), SEGV, "neighbours: nothing behind it");
	invariants();
	is(CHILD(above[3] = 1; *(unsigned *)(tail + PAGE) = 1), 0, "neighbours: a child writes");
	is(above[3], 'u', "neighbours: not in private memory");
	is(*(unsigned *)(tail + PAGE), 1, "neighbours: in the segment");
	*(unsigned *)(tail + PAGE) = 2049;
	map(last, 1, PROT_READ);
	is(*last, 0, "neighbours: at the span's end");
	munmap(last, PAGE);
	munmap(above, PAGE);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: gone, all pages are there");
	is(reads(above), SEGV, "neighbours: and they are not");
	shmdt(A);
	is(A[3 - PAGE], 'd', "neighbours: the one below outlives it");
	munmap(A - PAGE, PAGE);
	/* Map the neighbour before the segment is attached. */
	map(above, 1, RW)[3] = 'u';
	at(A, 0);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: one that was there before");
	shmdt(A);
	is(above[3], 'u', "neighbours: and stays");
	/* A neighbour that has not been touched yet is not lost either. */
	at(A, 0);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: again");
	munmap(above, PAGE);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: and without");
	map(above, 2, RW);
	is(misnumbered(A, 0, PAGES), 0, "neighbours: with one not touched");
	is(CHILD(above[PAGE] = 1; _exit(above[0] + (int)misnumbered(A, 0, PAGES))), 0,
	                                "neighbours: which a child touches");
	is(above[PAGE], 0, "neighbours: and the parent");
	munmap(above, 2 * PAGE);
	invariants();
	shmdt(A);
}

static void
not_aligned(void)
{
	at(A + 3 * PAGE, 0);
	is(misnumbered(A + 3 * PAGE, 0, PAGES), 0, "not aligned: all pages");
	is(reads(A + 2 * PAGE), SEGV, "not aligned: nothing before");
	is(reads(A + 3 * PAGE + SIZE), SEGV, "not aligned: nothing behind");
	invariants();
	shmdt(A + 3 * PAGE);
}

static void
parts(void)
{
	char *a = at(A, 0);

	is(misnumbered(a, 0, PAGES), 0, "parts: all pages");
	is(mprotect(a + 5 * PAGE, 2 * PAGE, PROT_READ), 0, "parts: two pages read-only");
	is(writes(a + 5 * PAGE), SEGV, "parts: can't be written");
	is(writes(a + 7 * PAGE), 0, "parts: the next can");
	is(misnumbered(a, 0, PAGES), 0, "parts: all can be read");
	is(mprotect(a + SPAN, SPAN, PROT_NONE), 0, "parts: a whole span without access");
	is(reads(a + SPAN + 9 * PAGE), SEGV, "parts: can't be read");
	is(misnumbered(a + 2 * SPAN, 2048, 10), 0, "parts: the tail can");
	is(mprotect(a, SIZE, PROT_READ), 0, "parts: all of it read-only");
	is(misnumbered(a, 0, PAGES), 0, "parts: can be read");
	is(writes(a + SPAN), SEGV, "parts: can't be written");
	is(mprotect(a, SIZE, RW), 0, "parts: all of it as before");
	*(unsigned *)(a + SPAN) = 1024;
	is(writes(a + 2 * SPAN), 0, "parts: can be written");
	invariants();
	is(munmap(a + 100 * PAGE, PAGE), 0, "parts: a hole");
	is(reads(a + 100 * PAGE), SEGV, "parts: has nothing");
	is(misnumbered(a, 0, 100), 0, "parts: below it");
	is(misnumbered(a + 101 * PAGE, 101, PAGES - 101), 0, "parts: above it");
	map(a + 100 * PAGE, 1, RW)[0] = 'h';
	is(CHILD(_exit(a[100 * PAGE] != 'h' || misnumbered(a + 101 * PAGE, 101, PAGES - 101))), 0,
	               "parts: a child sees what came into it");
	is(munmap(a, SPAN), 0, "parts: the first span goes");
	is(reads(a), SEGV, "parts: it is gone");
	is(misnumbered(a + SPAN, 1024, PAGES - 1024), 0, "parts: the others are there");
	is(munmap(a + SIZE - 3 * PAGE, 3 * PAGE), 0, "parts: three of the tail go");
	is(reads(a + SIZE - 3 * PAGE), SEGV, "parts: they are gone");
	is(misnumbered(a + 2 * SPAN, 2048, 7), 0, "parts: seven are there");
	is(reads(a + SIZE - 3 * PAGE), SEGV, "parts: and they are still gone");
	invariants();
	is(shmdt(a), 0, "parts: the rest");
	is(reads(a + SPAN), SEGV, "parts: nothing is left");
	is(stat_of(id).shm_nattch, 0, "parts: and nothing counted");
}

static void
read_only(void)
{
	char *a = at(A, SHM_RDONLY), *b = shmat(id, NULL, 0);

	is(misnumbered(a, 0, PAGES) + misnumbered(b, 0, PAGES), 0,
	   "read-only: beside one that is not");
	is(writes(a + 4 * PAGE), SEGV, "read-only: a store faults");
	is(writes(b + 4 * PAGE), 0, "read-only: not by the other way");
	fails(mprotect(a, SPAN, RW), EACCES, "read-only: for good");
	fails(mprotect(a + 4 * PAGE, PAGE, RW), EACCES, "read-only: each page of it");
	is(writes(a + 4 * PAGE), SEGV, "read-only: a store faults still");
	is(CHILD(*(volatile char *)(a + SPAN) = 1), SEGV, "read-only: a child's too");
	is(CHILD(read(open("/proc/self/stat", O_RDONLY), a, 4) == -1 && errno == EFAULT ? _exit(0)
	                                                                            : _exit(1)),
	              0, "read-only: and the kernel's");
	b[5 * PAGE + 100] = 9;
	is(a[5 * PAGE + 100], 9, "read-only: what the other writes shows");
	b[5 * PAGE + 100] = 0;
	invariants();
	shmdt(a);
	is(misnumbered(b, 0, PAGES), 0, "read-only: one of two goes");
	shmdt(b);
}

static void
replaced(void)
{
	int other = shmget(IPC_PRIVATE, 20 * PAGE, 0600);
	char *a = at(A, 0);

	is(misnumbered(a, 0, PAGES), 0, "replaced: all pages");
	is((long)shmat(other, a + 50 * PAGE, SHM_REMAP), (long)a + 50 * PAGE, "replaced: a part");
	is(a[50 * PAGE], 0, "replaced: by the other's");
	is(misnumbered(a, 0, 50) + misnumbered(a + 70 * PAGE, 70, PAGES - 70), 0,
	   "replaced: the rest is there");
	is((long)shmat(other, a, SHM_REMAP), (long)a, "replaced: its start, which is a span's");
	a[3 * PAGE] = 'o';
	is(a[53 * PAGE], 'o', "replaced: the other twice");
	is(misnumbered(a + 20 * PAGE, 20, 30), 0, "replaced: between them");
	is(reads(a + 20 * PAGE), 0, "replaced: where the other's table has nothing");
	invariants();
	is(shmdt(a), 0, "replaced: the last that starts there goes");
	is(reads(a), SEGV, "replaced: and nothing is left of it");
	is(misnumbered(a + 20 * PAGE, 20, 30), 0, "replaced: the first is there");
	is(shmdt(a + 50 * PAGE), 0, "replaced: the other");
	is(shmdt(a), 0, "replaced: and the first");
	shmctl(other, IPC_RMID, NULL);
}

static void
beside_large(void)
{
	int large = shmget(IPC_PRIVATE, SPAN + PAGE, SHM_HUGETLB | 0600);
	char *l, *a;

	if (large < 0)
		bail("SHM_HUGETLB");
	l = shmat(large, A + 4 * SPAN, 0);
	a = at(A + SPAN, 0);
	l[0] = 1;
	l[SPAN] = 2;
	is(misnumbered(a, 0, PAGES), 0, "large: beside one of large pages");
	is(CHILD(_exit(l[0] + l[SPAN] != 3 || misnumbered(a, 0, PAGES))), 0,
	                 "large: a child sees both");
	is(mprotect(l + PAGE, PAGE, PROT_READ), 0, "large: a part read-only");
	is(writes(l + PAGE), SEGV, "large: can't be written");
	is(writes(l), 0, "large: the rest can");
	is(l[0] + l[SPAN], 3, "large: and holds what it held");
	invariants();
	shmdt(l);
	is(reads(l), SEGV, "large: gone");
	shmdt(a);
	shmctl(large, IPC_RMID, NULL);
}

/* Tests shared mappings, whose pages belong to an object as those of a segment do. */
static void
shared_maps(void)
{
	char *m = mmap(A, SPAN + 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	is(m[SPAN], 0, "mmap: zeros");
	is(CHILD(m[SPAN] = 1; m[9] = 2), 0, "mmap: a child writes");
	is(m[SPAN] + m[9], 3, "mmap: the parent reads");
	is(munmap(m + SPAN + PAGE, 2 * PAGE), 0, "mmap: its last two pages go");
	is(reads(m + SPAN + PAGE), SEGV, "mmap: they are gone");
	is(m[SPAN], 1, "mmap: the one before is there");
	munmap(m, SPAN + PAGE);
	is(reads(m + SPAN), SEGV, "mmap: all gone");
}

void
test(void)
{
	char *a;

	id = shmget(IPC_PRIVATE, SIZE, 0600);
	a = shmat(id, NULL, 0);
	number_pages(a, PAGES);
	shmdt(a);
	whole();
	fresh();
	neighbours();
	not_aligned();
	parts();
	read_only();
	replaced();
	beside_large();
	shared_maps();
	is(stat_of(id).shm_nattch, 0, "nothing is attached");
	shmctl(id, IPC_RMID, NULL);
	invariants();
}
