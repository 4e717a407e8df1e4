/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of copy-on-write: what its pages hold, which frames they have (/proc/PID/
 * pages), how often it faults (getrusage), and how much memory is free.
 */
#include "cost.h"
#include "look.h"

#define RW (PROT_READ | PROT_WRITE)
#define MOST 128 /* pages, in one span from MINE on */
#define MINE ((char *)0x60000000)

enum { PTE_WRITE = 2 };

/* ---- What is looked at ---- */

/* The entries of the page table for the pages from MINE on, 0 where there is none. */
struct table {
	unsigned pte[MOST];
};

static void
read_table(pid_t pid, struct table *t)
{
	static char text[1 << 16];
	char path[32], *at = text;
	int fd, n = 0, more;

	memset(t, 0, sizeof(*t));
	snprintf(path, sizeof(path), "/proc/%d/pages", pid);
	fd = open(path, O_RDONLY);
	while ((more = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += more;
	close(fd);
	text[n] = 0;
	while (*at != 0) {
		unsigned page = (strtoul(at, &at, 16) - (uintptr_t)MINE) / PAGE;
		unsigned pte = strtoul(at, &at, 16);

		if (page < MOST)
			t->pte[page] = pte;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

/* Returns of how many of n pages two tables have the same frame. */
static unsigned
same_frames(const struct table *a, const struct table *b, unsigned n)
{
	unsigned same = 0;

	for (unsigned i = 0; i < n; i++)
		same += a->pte[i] != 0 && a->pte[i] >> 12 == b->pte[i] >> 12;
	return same;
}

/* Returns how many of n pages the program may write without a fault. */
static unsigned
may_write(const struct table *t, unsigned n)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += (t->pte[i] & PTE_WRITE) != 0;
	return count;
}

static long
free_frames(void)
{
	return procfs_number("/proc/meminfo", "MemFree") / 4;
}

/* ---- What is done ---- */

static void
map(unsigned pages, int prot, int fd)
{
	int flags = MAP_PRIVATE | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);

	if (mmap(MINE, pages * PAGE, prot, flags, fd, 0) != MINE)
		bail("mmap");
}

/* Writes a random byte to page i. */
static void
scribble(unsigned i)
{
	MINE[i * PAGE + any(PAGE)] = (char)any(256);
}

static void
scribble_all(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		scribble(i);
}

/* Returns one number for the content of n pages: a hash as FNV's, but word by word. */
static unsigned
content(unsigned n)
{
	unsigned sum = n;

	for (const unsigned *w = (void *)MINE; w < (unsigned *)(MINE + n * PAGE); w++)
		sum = (sum ^ *w) * 16777619u;
	return sum;
}

/* Parks a page for a moment: it is not present then, but keeps its frame. Then reads it. */
static void
out_of_reach(unsigned page)
{
	mprotect(MINE + page * PAGE, PAGE, PROT_NONE);
	mprotect(MINE + page * PAGE, PAGE, RW);
	(void)*(volatile char *)(MINE + page * PAGE);
	scribble(page);
}

/* ---- The subjects ---- */

/* Writes, reads, changes of protection, and children that do likewise while their parent waits. */
static void
generations(unsigned n, int depth)
{
	for (int step = 0; step < 16; step++) {
		unsigned page = any(n), count = 1 + any(n - page);
		int prot = any(2) ? RW : PROT_READ;

		switch (any(8)) {
		case 0:
			mprotect(MINE + page * PAGE, count * PAGE, prot);
			see("%d: pages %u to %u are %s", depth, page, page + count - 1,
			    prot == RW ? "writable" : "read-only");
			break;
		case 1:
			if (depth == 3)
				break;
			see("%d: a child begins", depth);
			see("%d: the child ends with %d", depth,
			    CHILD(any(7); generations(n, depth + 1); _exit(any(200))));
			break;
		case 2:
			out_of_reach(page);
			see("%d: page %u was out of reach", depth, page);
			/* fall through */
		case 3:
			see("%d: all pages hold %08x", depth, content(n));
			break;
		default:
			see("%d: a write to page %u %s", depth, page,
			    writes(MINE + page * PAGE) == 0 ? "is allowed" : "is refused");
			mprotect(MINE + page * PAGE, PAGE, RW);
			scribble(page);
			see("%d: after a write to page %u all hold %08x", depth, page, content(n));
			break;
		}
	}
}

static void
family(void)
{
	unsigned n = 8 + any(24);

	map(n, RW, -1);
	generations(n, 0);
	see("0: at last all pages hold %08x", content(n));
}

/* Two processes that write in turns, both alive. */
static void
turns(void)
{
	unsigned n = 8 + any(24), rounds = 6;
	struct gate to, fro;
	pid_t pid;

	map(n, RW, -1);
	scribble_all(n);
	gate_make(&to);
	gate_make(&fro);
	pid = SPAWN(for (unsigned i = 0; i < rounds; i++) {
		gate_pass(&to);
		if (any(2))
			out_of_reach(any(n));
		scribble(any(n));
		see("the child sees %08x", content(n));
		gate_open(&fro);
	});
	any(7); /* the parent writes elsewhere */
	for (unsigned i = 0; i < rounds; i++) {
		out_of_reach(any(n));
		scribble(any(n));
		see("the parent sees %08x", content(n));
		gate_open(&to);
		gate_pass(&fro);
		see("and after the child's write %08x", content(n));
	}
	ending(pid);
}

/* Makes a child that waits until it may go on, and sets *frames to how many frames that took. */
static pid_t
waiting_child(struct gate *go, long *frames)
{
	long before;
	pid_t pid;

	gate_make(go);
	CHILD(); /* the kernel may allocate something the first time */
	before = free_frames();
	pid = SPAWN(gate_pass(go));
	until_state(pid, 'S');
	*frames = before - free_frames();
	return pid;
}

static void
shared_frames(void)
{
	unsigned n = 40 + any(80);
	struct table mine, childs;
	struct gate go;
	long frames;
	pid_t pid;

	map(n, RW, -1);
	scribble_all(n);
	pid = waiting_child(&go, &frames);
	read_table(getpid(), &mine);
	read_table(pid, &childs);
	see("of %u pages parent and child have one frame for %u", n,
	    same_frames(&mine, &childs, n));
	see("the parent may write %u of them, the child %u", may_write(&mine, n),
	    may_write(&childs, n));
	bound("frames that the fork takes", frames);
	gate_open(&go);
	ending(pid);
}

static void
counted_faults(void)
{
	unsigned n = 40 + any(80), k = 5 + any(30);
	struct gate go;
	long frames, before;
	pid_t pid;

	map(n, RW, -1);
	scribble_all(n);
	pid = waiting_child(&go, &frames);
	content(n);
	before = faults(RUSAGE_SELF);
	content(n);
	bound("faults when the parent reads its pages", faults(RUSAGE_SELF) - before);
	frames = free_frames();
	before = faults(RUSAGE_SELF);
	scribble_all(k);
	before = faults(RUSAGE_SELF) - before;
	see("the parent writes to %u pages", k);
	bound("faults beyond one for each page written", before - (long)k);
	bound("frames beyond one for each page written", frames - free_frames() - (long)k);
	before = faults(RUSAGE_SELF);
	scribble_all(k);
	bound("faults when it writes to them again", faults(RUSAGE_SELF) - before);
	gate_open(&go);
	ending(pid);
}

static void
last_holder(void)
{
	unsigned n = 40 + any(60), k = 5 + any(30), from;
	struct table before, after, childs;
	struct gate go;
	long frames;
	pid_t pid;

	map(n, RW, -1);
	scribble_all(n);
	read_table(getpid(), &before);
	pid = waiting_child(&go, &frames);
	/* The parent copies k pages; then these frames are the child's alone. */
	scribble_all(k);
	read_table(getpid(), &after);
	see("of %u pages, %u written, the parent keeps the frames of %u", n, k,
	    same_frames(&before, &after, n));
	read_table(pid, &childs);
	see("the child keeps the frames of %u", same_frames(&before, &childs, n));
	gate_open(&go);
	ending(pid);
	/* Now the parent is the last holder of all. */
	read_table(getpid(), &before);
	frames = free_frames();
	from = instructions();
	scribble_all(n);
	from = instructions() - from;
	read_table(getpid(), &after);
	see("alone, it writes to all and keeps the frames of %u", same_frames(&before, &after, n));
	see("it may write %u of them", may_write(&after, n));
	bound("frames that this takes", frames - free_frames());
	bound("instructions for each page", from / n);
}

static void
page_of_zeros(void)
{
	unsigned n = 40 + any(80), k = 5 + any(30), distinct = 0;
	struct table t;
	long frames;

	map(n, PROT_READ, -1);
	(void)*(volatile char *)MINE;
	frames = free_frames();
	see("%u read-only pages of zeros hold %08x", n, content(n));
	bound("frames that reading them takes", frames - free_frames());
	read_table(getpid(), &t);
	for (unsigned i = 0; i < n; i++)
		distinct += i == 0 || t.pte[i] >> 12 != t.pte[i - 1] >> 12;
	see("they have %u frame", distinct);
	mprotect(MINE, n * PAGE, RW);
	frames = free_frames();
	scribble_all(k);
	bound("frames beyond one for each page written", frames - free_frames() - (long)k);
	see("after %u writes they hold %08x", k, content(n));
	map(n, PROT_READ, -1);
	see("new pages of zeros hold %08x", content(n));
}

static void
private_file(void)
{
	unsigned n = 20 + any(40), k = 5 + any(15);
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static char page[PAGE];
	struct table before, after;
	long frames;

	for (unsigned i = 0; i < n; i++) {
		memset(page, (int)any(256), sizeof(page));
		write(fd, page, sizeof(page));
	}
	map(n, RW, fd);
	(void)*(volatile char *)MINE;
	frames = free_frames();
	see("%u pages of a file hold %08x", n, content(n));
	bound("frames that reading them takes", frames - free_frames());
	read_table(getpid(), &before);
	scribble_all(k);
	see("after %u writes they hold %08x", k, content(n));
	read_table(getpid(), &after);
	see("they keep the frames of %u", same_frames(&before, &after, n));
	see("a child sees %d of them so", CHILD(_exit(content(n) % 97)));
	map(n, RW, fd);
	see("the file itself holds %08x", content(n));
	close(fd);
	unlink("/tmp/file");
}

static void
left_over(void)
{
	unsigned n = 8 + any(24);
	long frames, promised;

	for (int i = 0; i < 2; i++) {
		frames = free_frames();
		promised = procfs_number("/proc/meminfo", "Committed_AS");
		see("a family ends with %d", CHILD(map(n, RW, -1); generations(n, 1)));
	}
	see("frames that are lost: %ld", frames - free_frames());
	see("KiB promised for ever: %ld",
	    (long)procfs_number("/proc/meminfo", "Committed_AS") - promised);
}

/* Forks until it is refused; then each child writes to all of its pages, which it was promised. */
static void
promises(void)
{
	unsigned n = MOST, children = 0, good = 0;
	static pid_t pid[64];
	struct gate go;

	gate_make(&go);
	map(n, RW, -1);
	scribble_all(n);
	while (children < 64) {
		pid_t p = fork();

		if (p == 0) {
			gate_pass(&go);
			scribble_all(n);
			_exit(0);
		}
		if (p < 0)
			break;
		pid[children++] = p;
	}
	see("the fork that is too much: %s", strerror(errno));
	for (unsigned i = 0; i < children; i++)
		gate_open(&go);
	for (unsigned i = 0; i < children; i++)
		good += ending(pid[i]) == 0;
	see("of the children %u did not get what they were promised", children - good);
	bound("children", children);
	see("the parent still sees %08x", content(n));
}

static void
cost(void)
{
	unsigned n = 2 + any(12), from;

	map(n, RW, -1);
	scribble_all(n);
	for (int i = 0; i < 3; i++) {
		from = instructions();
		if (fork() == 0)
			_exit(0);
		wait(NULL);
		from = instructions() - from;
	}
	see("%u pages", n);
	bound("instructions of fork, exit and wait", from);
}

const struct subject subjects[] = {{"family", family},
                                   {"turns", turns},
                                   {"frames", shared_frames},
                                   {"faults", counted_faults},
                                   {"last", last_holder},
                                   {"zeros", page_of_zeros},
                                   {"file", private_file},
                                   {"left", left_over},
                                   {"promises", promises},
                                   {"cost", cost},
                                   {NULL, NULL}};
