/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of its page tables: what its pages hold, which accesses are refused, what
 * the entries say (/proc/self/pages), and how much memory page tables take. A refused access is
 * seen without a signal: the kernel's own access to the page is refused in the same way (EFAULT).
 */
#include "memlook.h"

#define PAGES 200u
#define PTE_PARKED 0x200u

static unsigned pte[PAGES];
static struct gate probe; /* a pipe for a byte that is read and written back */

/* Returns what the kernel may do with the byte at an address in the name of this program. */
static const char *
access_to(char *at)
{
	int got;

	if (write(probe.fd[1], at, 1) != 1)
		return "refused";
	got = read(probe.fd[0], at, 1);
	if (got != 1)
		gate_pass(&probe);
	return got == 1 ? "read and write" : "read";
}

/* The program itself reads a byte of each page, so that the TLB has it. */
static unsigned
touch(const volatile char *at, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (unsigned char)at[i * PAGE + 7 * i % PAGE];
	return sum;
}

/* ---- The subjects ---- */

/* The kernel replaces pages that this program has read: those of a file by copies. Nothing else
 * runs in between, so that only pmap_enter() can know what the TLB still has. */
static void
replaced(void)
{
	enum { MLOCK = 150 };
	static char page[PAGE];
	unsigned n = 2 + any(20);
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned i = 0; i < n; i++) {
		memset(page, (int)any(256), PAGE);
		write(fd, page, PAGE);
	}
	mmap(MINE, n * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	touch(MINE, n);
	syscall(MLOCK, MINE, n * PAGE);
	lseek(fd, 0, SEEK_SET);
	memset(page, 1, PAGE);
	for (unsigned i = 0; i < n; i++)
		write(fd, page, PAGE);
	see("private pages hold %08x, after the file has changed", content(MINE, n));
	unlink("/tmp/file");
}

/* Pages come, are replaced, and go, on the border of two spans. */
static void
pages(void)
{
	char *const base = MINE + SPAN - (PAGES / 2) * PAGE;

	gate_make(&probe);
	map_at(base, PAGES, RW);
	scribble(base, PAGES);
	for (int step = 0; step < 24; step++) {
		unsigned i = any(PAGES), n = 1 + any(any(2) ? 8 : PAGES - i);

		n = i + n > PAGES ? PAGES - i : n;
		touch(base + i * PAGE, n);
		if (any(3) == 0) {
			munmap(base + i * PAGE, n * PAGE);
			see("pages %u to %u go: access to the first is %s, to the last %s", i,
			    i + n - 1, access_to(base + i * PAGE),
			    access_to(base + (i + n - 1) * PAGE));
		}
		map_at(base + i * PAGE, n, RW);
		see("pages %u to %u are new and hold %08x", i, i + n - 1,
		    content(base + i * PAGE, n));
		scribble(base + i * PAGE, n);
		see("all hold %08x", content(base, PAGES));
	}
	replaced();
}

/* Rights are taken and given back; what the pages hold stays. */
static void
rights(void)
{
	static const int prots[] = {PROT_NONE, PROT_READ, RW, RW};
	static const char *const names[] = {"no access", "read", "write", "write"};
	char *const base = MINE + SPAN - (PAGES / 2) * PAGE;

	gate_make(&probe);
	map_at(base, PAGES, RW);
	scribble(base, PAGES);
	for (int step = 0; step < 24; step++) {
		unsigned i = any(PAGES), n = 1 + any(any(2) ? 8 : PAGES - i), which = any(4);
		unsigned other = any(PAGES);

		n = i + n > PAGES ? PAGES - i : n;
		mprotect(base, PAGES * PAGE, RW);
		scribble(base, PAGES); /* now the TLB lets it write */
		mprotect(base + i * PAGE, n * PAGE, prots[which]);
		see("pages %u to %u are for %s: access to the first is %s, to the last %s", i,
		    i + n - 1, names[which], access_to(base + i * PAGE),
		    access_to(base + (i + n - 1) * PAGE));
		see("to page %u %s", other, access_to(base + other * PAGE));
		if (which != 0)
			see("they hold %08x", content(base + i * PAGE, n));
	}
	mprotect(base, PAGES * PAGE, RW);
	see("at last all hold %08x", content(base, PAGES));
}

/* What the entries say: bit 0 present, 1 writable, 2 for programs. */
static void
entries(void)
{
	unsigned kinds[8] = {0}, parked = 0, i = 20 + any(20), k = 1 + any(20);

	map_at(MINE, PAGES, RW);
	scribble(MINE, PAGES - 10);
	mprotect(MINE + i * PAGE, k * PAGE, PROT_READ);
	mprotect(MINE + (i + 50) * PAGE, k * PAGE, PROT_NONE);
	read_ptes(MINE, PAGES, pte);
	for (i = 0; i < PAGES; i++) {
		kinds[pte[i] & 7]++;
		parked += (pte[i] & 1) == 0 && (pte[i] & PTE_PARKED) != 0;
	}
	see("of %u pages %u may be written, %u read, %u are parked", PAGES, kinds[7], kinds[5],
	    parked);
	see("other entries: %u", PAGES - 10 - kinds[7] - kinds[5] - parked);
	for (i = k = 0; i < PAGES; i++)
		k += pte[i] != 0;
	see("pages with a frame: %u", k);
}

/* One page in each of many spans. */
static void
sparse(void)
{
	unsigned n = 40 + any(40), first = 1 + any(500), sum = 0;
	long frames = 0;

	gate_make(&probe);
	for (int round = 0; round < 2; round++) { /* what else is allocated, is by the first */
		frames = frames_of("MemFree");
		for (unsigned i = 0; i < n; i++) {
			map_at(MINE + i * SPAN + first * PAGE, 2, RW);
			scribble(MINE + i * SPAN + first * PAGE, 2);
		}
		if (round == 1)
			see("%u spans take %ld frames", n, frames - frames_of("MemFree"));
		for (unsigned i = 0; i < n; i++) {
			munmap(MINE + i * SPAN + first * PAGE, PAGE);
			sum += content(MINE + i * SPAN + (first + 1) * PAGE, 1);
		}
		see("the other half holds %08x", sum);
		if (round == 1)
			see("it takes %ld frames", frames - frames_of("MemFree"));
		munmap(MINE, n * SPAN);
		see("access to what is gone is %s", access_to(MINE + (first + 1) * PAGE));
	}
	see("all gone, frames that are lost: %ld", frames - frames_of("MemFree"));
}

/* A family: each sees what it had at the fork, and what it wrote itself. */
static void
generations(unsigned n, int depth)
{
	for (int step = 0; step < 10; step++) {
		unsigned i = any(n);

		switch (any(4)) {
		case 0:
			if (depth == 2)
				break;
			see("%d: the child ends with %d", depth,
			    CHILD(any(7); generations(n, depth + 1); _exit(any(200))));
			break;
		case 1:
			see("%d: all pages hold %08x", depth, content(MINE, n));
			break;
		default:
			scribble(MINE + i * PAGE, 1 + any(n - i));
			break;
		}
	}
	see("%d: at last all pages hold %08x", depth, content(MINE, n));
}

static void
family(void)
{
	unsigned n = 8 + any(56);
	struct gate go;
	pid_t pid;

	map_at(MINE, n, RW);
	scribble(MINE, n);
	generations(n, 0);
	/* The parent may write right after the fork, and the child sees nothing of it. */
	gate_make(&go);
	pid = SPAWN(gate_pass(&go); see("the child sees %08x", content(MINE, n)));
	any(7);
	scribble(MINE, n);
	gate_open(&go);
	ending(pid);
	see("the parent sees %08x", content(MINE, n));
}

/* A segment is shared, but for the pages that a process unmaps or protects. */
static void
segment(void)
{
	unsigned n = 900 + any(400), i = any(800), k = 1 + any(90);
	int id = shmget(IPC_PRIVATE, n * PAGE, 0600);
	char *at = shmat(id, MINE, 0);

	gate_make(&probe);
	scribble(at, n);
	see("%u pages: a child writes, and ends with %d", n, CHILD(scribble(at + i * PAGE, k)));
	see("the parent sees %08x", content(at + i * PAGE, k));
	see("a child makes them read-only: %d",
	    CHILD(see("access is %s", access_to(at + i * PAGE));
	          mprotect(at + i * PAGE, k * PAGE, PROT_READ);
	          see("access is %s", access_to(at + i * PAGE));
	          see("to the next page it is %s", access_to(at + (i + k) * PAGE))));
	see("for the parent it is %s", access_to(at + i * PAGE));
	munmap(at + i * PAGE, k * PAGE);
	see("unmapped, it is %s, and for the next page %s", access_to(at + i * PAGE),
	    access_to(at + (i + k) * PAGE));
	see("a child inherits the rest: %d",
	    CHILD(see("access is %s, and to the next %s", access_to(at + i * PAGE),
	              access_to(at + (i + k) * PAGE));
	          scribble(at + (i + k) * PAGE, 5)));
	see("the parent sees %08x", content(at + (i + k) * PAGE, 5));
	shmctl(id, IPC_RMID, NULL);
}

/* After all of that nothing is missing: each reference that was taken has been dropped. */
static void
left(void)
{
	long frames = 0;

	for (int round = 0; round < 2; round++) {
		unsigned n = 20 + any(60), i = any(20);

		frames = frames_of("MemFree");
		map_at(MINE, n, RW);
		scribble(MINE, n);
		map_at(MINE + i * PAGE, n - i, RW);
		scribble(MINE, n);
		mprotect(MINE, i * PAGE, PROT_NONE);
		see("a family ends with %d",
		    CHILD(scribble(MINE + i * PAGE, n - i);
		                                   CHILD(munmap(MINE, n * PAGE));
		                                   mprotect(MINE, i * PAGE, RW);
		                                   scribble(MINE, n)));
		scribble(MINE + i * PAGE, n - i);
		see("a segment: %d", CHILD(int id = shmget(IPC_PRIVATE, SPAN, 0600);
		                           char *at = shmat(id, MINE + SPAN, 0);
		                           scribble(at, 99); CHILD(scribble(at, 150));
		                           munmap(at + 50 * PAGE, PAGE);
		                           shmctl(id, IPC_RMID, NULL)));
		munmap(MINE, n * PAGE);
	}
	see("frames that are lost: %ld", frames - frames_of("MemFree"));
}

static void
cost(void)
{
	unsigned n = 200 + any(100), page = 0, wide = 0, fork_exit = 0;

	for (int i = 0; i < 3; i++) {
		unsigned from = instructions();

		map_at(MINE, n, RW);
		for (unsigned k = 0; k < n; k++)
			MINE[k * PAGE] = 1;
		mprotect(MINE, n * PAGE, PROT_READ);
		munmap(MINE, n * PAGE);
		page = (instructions() - from) / n;
		/* 256 MiB, of which two pages are there. */
		map_at(MINE, 64 * 1024, PROT_READ);
		touch(MINE + 5 * SPAN, 1);
		touch(MINE + 50 * SPAN, 1);
		from = instructions();
		mprotect(MINE, 64 * SPAN, PROT_NONE);
		mprotect(MINE, 64 * SPAN, PROT_READ);
		wide = instructions() - from;
		from = instructions();
		if (fork() == 0)
			_exit(0);
		wait(NULL);
		fork_exit = instructions() - from;
		munmap(MINE, 64 * SPAN);
	}
	see("%u pages", n);
	bound("instructions for a page, from mmap to munmap", page);
	bound("instructions of mprotect where two pages are there", wide);
	bound("instructions of fork and exit where two pages are there", fork_exit);
}

const struct subject subjects[] = {{"pages", pages},   {"rights", rights}, {"entries", entries},
                                   {"sparse", sparse}, {"family", family}, {"segment", segment},
                                   {"left", left},     {"cost", cost},     {NULL, NULL}};
