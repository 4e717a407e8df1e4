/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of the allocator of frames: which frames its pages have, what each frame
 * is used for (/proc/frames), the counts of /proc/meminfo, what is refused, and how many
 * instructions it takes.
 */
#include "memlook.h"

#define SHM_LARGE 04000 /* SHM_HUGETLB */
#define MOST 3500u
#define LOW_FRAMES (8u * 256) /* with low=8M the frames below this number are low */

static unsigned pte[MOST];

/* Returns how many of n pages have a frame that no other of them has. */
static unsigned
distinct(unsigned n)
{
	static unsigned char seen[FRAME_LIMIT];
	unsigned count = 0;

	memset(seen, 0, sizeof(seen));
	read_ptes(MINE, n, pte);
	for (unsigned i = 0; i < n; i++)
		count += pte[i] != 0 && ++seen[pte[i] / PAGE % FRAME_LIMIT] == 1;
	return count;
}

static const char *
yes(int what)
{
	return what ? "yes" : "no";
}

/* ---- Frames ---- */

/* Pages come and go, and no frame may be in two places. */
static void
places(void)
{
	unsigned n = 100 + any(100);

	map_at(MINE, n, RW);
	scribble(MINE, n);
	for (int round = 0; round < 6; round++) {
		unsigned from = any(n), k = 1 + any(n - from);

		map_at(MINE + from * PAGE, k, RW); /* frees what was there */
		see("pages %u to %u are new: all hold %08x", from, from + k - 1, content(MINE, n));
		scribble(MINE, n);
		see("%u pages have %u frames and hold %08x", n, distinct(n), content(MINE, n));
	}
}

/* The counts agree with what each frame is said to be. */
static void
kinds(void)
{
	static unsigned short kind[2048];
	static char text[64];
	unsigned n = 200 + any(200), count[3] = {0}, wild = 0;
	/* All that takes memory is there before anything is counted. */
	int frames = open("/proc/frames", O_RDONLY), info = open("/proc/meminfo", O_RDONLY), got;

	map_at(MINE, n, RW);
	scribble(MINE, n);
	map_at(MINE + any(n / 2) * PAGE, n / 4, RW);
	memset(kind, 1, sizeof(kind));
	memset(text, 1, sizeof(text));
	while ((got = read(frames, kind, sizeof(kind))) > 0)
		for (int i = 0; i < got / 2; i++) {
			if (kind[i] < 3)
				count[kind[i]]++;
			wild += kind[i] > 6 && kind[i] < 16;
		}
	text[read(info, text, sizeof(text) - 1)] = 0;
	see("free frames: MemFree says %ld more than there are, which are %s",
	    strtol(strstr(text, "MemFree:") + 8, NULL, 10) / 4 - (long)count[0],
	    count[0] > 1000 ? "many" : "few");
	see("there are page tables: %s", yes(count[2] > 1));
	see("frames of no kind: %u", wild);
}

/* All of the memory is used several times over. */
static void
reuse(void)
{
	unsigned n = frames_of("MemAvailable") * 2 / 3;

	for (int round = 0; round < 5; round++) {
		unsigned k = 64 + any(64);
		int end = CHILD(see("mmap: %s", strerror(map_at(MINE, n, RW)));
		                memset(MINE, round, n * PAGE); scribble(MINE, k);
		                see("round %d: the first pages hold %08x", round, content(MINE, k));
		                _exit(MINE[(n - 1) * PAGE]));

		see("round %d: the child ends with %d", round, end);
	}
}

/* Returns how many words of n pages are not 0. */
static unsigned
dirt(const char *at, unsigned n)
{
	unsigned count = 0;

	for (const unsigned *w = (const void *)at; w < (const unsigned *)(at + n * PAGE); w++)
		count += *w != 0;
	return count;
}

/* Frames that were full of other things become page tables, directories and pages of zeros. */
static void
zeros(void)
{
	for (int round = 0; round < 3; round++) {
		unsigned n = frames_of("MemAvailable") * 3 / 4, k = 40 + any(40), words = 0;

		see("all is full of other things: %d",
		    CHILD(map_at(MINE, n, RW); memset(MINE, 0xa5 + round, n * PAGE)));
		for (unsigned i = 0; i < k; i++) {
			char *at = MINE + i * SPAN + any(1000) * PAGE;

			map_at(at, 1, RW);
			words += dirt(at, 1);
			at[any(PAGE)] = 1;
			if (i % 8 == 0)
				see("span %u holds %08x, and the page above ends a program by %d",
				    i, content(at, 1), reads(at + PAGE));
		}
		see("a child ends with %d", CHILD(_exit(any(100))));
		see("words that are not 0: %u", words);
		see("munmap: %d", munmap(MINE, k * SPAN));
	}
}

/* A row is 1,024 frames one after the other; nobody else may have any of them. */
static void
rows(void)
{
	unsigned n = 3000, k = 4 + any(12), count[2];
	char *const big = (char *)0x80000000;

	/* Half of the small pages go: now there are rows of frames of which some are free. */
	map_at(MINE, n, RW);
	scribble(MINE, n);
	for (unsigned i = 0; i < n; i += 2 * k)
		munmap(MINE + i * PAGE, k * PAGE);
	for (int round = 0; round < 2; round++) {
		static int id[8];
		unsigned bad = 0, rows = 0;

		while (rows < 8 && (id[rows] = shmget(IPC_PRIVATE, SPAN, 0600 | SHM_LARGE)) >= 0)
			rows++;
		for (unsigned i = 0; i < rows; i++) {
			char *at = shmat(id[i], big + i * SPAN, 0);

			for (unsigned j = 0; j < 1024; j += 16)
				at[j * PAGE] += i + 1;
			/* Without lab 8 only the pages that were touched are there. */
			read_ptes(at, 1024, pte);
			for (unsigned j = 0; j < 1024; j += 16)
				bad += pte[j] / PAGE != pte[0] / PAGE + j || pte[0] / PAGE % 1024;
		}
		see("round %d: frames that are not in their row: %u", round, bad);
		bad = 0;
		for (unsigned i = 0; i < rows * 64; i++)
			bad += big[i * 16 * PAGE] != (char)(i / 64 + 1);
		see("round %d: pages that hold something else: %u", round, bad);
		see("round %d: there are rows: %s", round, yes(rows > 1));
		count[round] = rows;
		while (rows-- > 0) {
			shmdt(big + rows * SPAN);
			shmctl(id[rows], IPC_RMID, NULL);
		}
	}
	bound("rows in the first round that there are not in the second", count[0] - count[1]);
	for (unsigned i = 0; i < n; i += 2 * k)
		map_at(MINE + i * PAGE, k, RW);
	see("after that the small pages hold %08x", content(MINE, n));
}

/* The machine has little low memory. */
static void
high(void)
{
	unsigned n = 1024, k = 40 + any(40), low = 0, tables_low = 0, tables = 0;
	static unsigned short kind[2048];
	int frames, got;
	unsigned at = 0;

	map_at(MINE, n, RW);
	scribble(MINE, n);
	for (unsigned i = 1; i <= k; i++) {
		map_at(MINE + i * SPAN, 1, RW);
		scribble(MINE + i * SPAN, 1);
	}
	read_ptes(MINE, n, pte);
	for (unsigned i = 0; i < n; i++)
		low += pte[i] / PAGE < LOW_FRAMES;
	see("of %u pages %u have low frames, while high ones are free", n, low);
	frames = open("/proc/frames", O_RDONLY);
	while ((got = read(frames, kind, sizeof(kind))) > 0)
		for (int i = 0; i < got / 2; i++, at++)
			if (kind[i] == 2) {
				tables++;
				tables_low += at < LOW_FRAMES;
			}
	see("page tables that are not low: %u of %s", tables - tables_low,
	    tables > k ? "enough" : "too few");
	map_at(MINE, n, RW);
	scribble(MINE, n);
	see("used again: %u pages have %u frames", n, distinct(n));
	see("and hold %08x", content(MINE, n));
	/* Once the high ones are used up, pages are low. */
	munmap(MINE, n * PAGE);
	see("many pages: %s", strerror(map_at(MINE, MOST, RW)));
	scribble(MINE, MOST);
	read_ptes(MINE, MOST, pte);
	low = 0;
	for (unsigned i = 0; i < MOST; i++)
		low += pte[i] / PAGE < LOW_FRAMES;
	see("of %u pages %u have frames", MOST, distinct(MOST));
	see("some of them are low, some high: %s", yes(low > 0 && low < MOST));
}

/* ---- Promises ---- */

/* Promises as much as can be, in pieces of that many pages, each in a span of its own. Returns how
 * many pieces that is. */
static unsigned
promise(unsigned pages, int *error)
{
	unsigned i = 0;

	while (i < 700 && (*error = map_at(MINE + i * (SPAN / 4), pages, RW)) == 0)
		i++;
	return i;
}

/* What may be promised: (1) of frame.c, to the page. */
static void
refusals(void)
{
	long n = frames_of("MemAvailable"), tables, most;
	int error;

	see("as many pages as there are, and one: %s", strerror(map_at(MINE, n + 1, RW)));
	see("as many pages as there are, without tables: %s", strerror(map_at(MINE, n, RW)));
	for (tables = 1; (n - tables + 1023) / 1024 > tables; tables++)
		;
	most = n - tables - 2 - (long)any(4); /* the kernel needs a frame or two for it */
	see("as many as there are with their tables: %s", strerror(map_at(MINE, most, RW)));
	see("is there room for more than a few: %s", yes(frames_of("MemAvailable") > 8));
	see("a span more: %s", strerror(map_at(MINE + 64 * SPAN, 1 + any(64) + 8, RW)));
	see("fork: %s", fork() < 0 ? strerror(errno) : "a child");
	munmap(MINE, most * PAGE);
	see("given back, more than a few are missing: %s", yes(n - frames_of("MemAvailable") > 2));
	see("then a child ends with %d", CHILD(_exit(any(100))));
	promise(1 + any(30), &error);
	see("piece by piece, at last: %s", strerror(error));
	see("more is promised than there is: %s",
	    yes(frames_of("Committed_AS") > frames_of("MemTotal")));
}

/* Promises all that is left, and touches all of it. In the second round the kernel takes what it
 * can have in the meantime. */
static void
take_all(int round, unsigned pages)
{
	unsigned bad = 0, n;
	int error, fd[2];

	n = promise(pages, &error);
	see("round %d: at last: %s", round, strerror(error));
	while (round == 1 && pipe(fd) == 0)
		;
	if (round == 1)
		see("pipes, at last: %s", strerror(errno));
	for (unsigned i = 0; i < n; i++)
		memset(MINE + i * (SPAN / 4), i, pages * PAGE);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < pages; k++)
			bad += MINE[i * (SPAN / 4) + k * PAGE] != (char)i;
	see("pages that hold something else: %u", bad);
	bound("pieces", n);
}

/* What is promised is there when it is touched. */
static void
kept(void)
{
	unsigned pages = 20 + any(100), sum = 0;

	for (int round = 0; round < 2; round++) {
		/* Many page tables come and go: their frames have to be good for pages. */
		for (unsigned i = 0; i < 350; i++) {
			map_at(MINE + i * SPAN, 1, PROT_READ);
			sum += MINE[i * SPAN];
		}
		munmap(MINE, 350 * SPAN);
		see("a child ends with %d", CHILD(take_all(round, pages); _exit(sum)));
	}
}

/* Promises page tables until that is refused. Returns how many there are. */
static unsigned
promise_tables(int *error)
{
	unsigned i = 0;

	while (i < 300 && (*error = map_at(MINE + i * SPAN, 1, PROT_READ)) == 0)
		i++;
	/* Let the kernel have a little. */
	for (unsigned few = 12; *error != 0 && few > 0 && i > 0; few--)
		munmap(MINE + --i * SPAN, PAGE);
	return i;
}

/* A process that promises page tables until that is refused, and touches them when it may. */
static int
owner_of_tables(int *error, struct gate *go, struct gate *end)
{
	unsigned tables = promise_tables(error), sum = 0;

	gate_open(end);
	gate_pass(go);
	for (unsigned i = 0; i < tables; i++)
		sum += MINE[i * SPAN];
	return sum;
}

/* Low memory, of which there is little here, is kept for the page tables that are owed: (2). */
static void
owed(void)
{
	unsigned processes = 0, pages = 400 + any(400);
	struct gate go, end;
	pid_t pid[8];
	int fd[2], *last = shared(sizeof(*last));

	gate_make(&go);
	gate_make(&end);
	while (*last == 0 && processes < 8) {
		pid[processes] = SPAWN(_exit(owner_of_tables(last, &go, &end)));
		gate_pass(&end);
		processes++;
	}
	see("page tables, at last: %s", strerror(*last));
	see("is there other memory: %s", yes(frames_of("MemAvailable") > 1000));
	see("%u pages: %s", pages, strerror(map_at(MINE, pages, RW)));
	scribble(MINE, pages);
	see("they have %u frames and hold %08x", distinct(pages), content(MINE, pages));
	while (pipe(fd) == 0) /* takes the low frames that the kernel can have */
		;
	for (unsigned i = 0; i < processes; i++)
		gate_open(&go);
	for (unsigned i = 0; i < processes; i++)
		see("process %u gets its page tables, and ends with %d", i, ending(pid[i]));
}

/* After programs of all kinds, and refusals, nothing is missing. */
static void
left(void)
{
	long frames = 0, promised = 0, available = 0;
	unsigned pages = 1 + any(60);
	int error;

	for (int round = 0; round < 2; round++) {
		frames = frames_of("MemFree");
		promised = frames_of("Committed_AS");
		available = frames_of("MemAvailable");
		see("promises: %d", CHILD(promise(pages, &error); scribble(MINE, pages)));
		see("a family: %d",
		    CHILD(map_at(MINE, 99, RW); scribble(MINE, 99);
		                          see("a child: %d", CHILD(scribble(MINE, 50)));
		                          scribble(MINE, 70)));
		see("a segment: %d",
		    CHILD(int id = shmget(IPC_PRIVATE, SPAN, 0600);
		                           scribble(shmat(id, NULL, 0), 300);
		                           shmctl(id, IPC_RMID, NULL)));
	}
	/* Page tables come and go, more often than there are frames. */
	for (long i = frames_of("MemTotal") + 100; i > 0; i--) {
		map_at(MINE, 1, PROT_READ);
		(void)*(volatile char *)MINE;
		munmap(MINE, PAGE);
	}
	see("a child afterwards: %d", CHILD(_exit(any(100))));
	see("frames that are lost: %ld", frames - frames_of("MemFree"));
	see("pages promised for ever: %ld", frames_of("Committed_AS") - promised);
	see("pages that can no more be promised: %ld", available - frames_of("MemAvailable"));
}

/* ---- What it takes ---- */

/* Returns what a page costs, from mmap to munmap of n pages that are written, in instructions. */
static unsigned
page_cost(unsigned n)
{
	unsigned from = instructions();

	map_at(MINE, n, RW);
	for (unsigned k = 0; k < n; k++)
		MINE[k * PAGE] = 1;
	munmap(MINE, n * PAGE);
	return (instructions() - from) / n;
}

static void
cost(void)
{
	unsigned n = 300 + any(100), from, table, few, many;

	for (int i = 0; i < 3; i++)
		few = page_cost(n);
	/* Many frames are in use, and the free ones lie in between. */
	map_at(MINE + 16 * SPAN, 2048, RW);
	scribble(MINE + 16 * SPAN, 2048);
	for (unsigned i = 0; i < 2048; i += 2)
		map_at(MINE + 16 * SPAN + i * PAGE, 1, PROT_READ);
	many = page_cost(n);
	for (int i = 0; i < 3; i++) {
		from = instructions();
		map_at(MINE, 1, PROT_READ);
		(void)*(volatile char *)MINE;
		munmap(MINE, PAGE);
		table = instructions() - from;
	}
	see("%u pages", n);
	bound("instructions for a page, from mmap to munmap", few);
	bound("instructions for a page among many", many);
	bound("instructions for a page table, from mmap to munmap", table);
}

const struct subject subjects[] = {{"places", places},     {"kinds", kinds}, {"reuse", reuse},
                                   {"zeros", zeros},       {"rows", rows},   {"high", high},
                                   {"refusals", refusals}, {"kept", kept},   {"owed", owed},
                                   {"left", left},         {"cost", cost},   {NULL, NULL}};
