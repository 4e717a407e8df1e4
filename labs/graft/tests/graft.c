/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of spans that are shown whole: what its pages hold, by what each span is
 * shown (/proc/PID/pages), how often it faults, and what calls cost.
 */
#include "cost.h"
#include "look.h"

#define RW (PROT_READ | PROT_WRITE)
#define SPAN (4u << 20)
#define PER_SPAN (SPAN / PAGE)
#define A ((char *)0x60000000)
#define SPANS 6 /* from A on are looked at */

enum { HUGETLB = 04000 };

/* ---- What is looked at ---- */

struct span {
	unsigned pde, pages; /* its entry of the directory, and how many pages it shows */
	char by[8];          /* "own", "graft" or "large" */
};

/* Reads what a process shows in the spans from A on. */
static void
read_spans(pid_t pid, struct span *s)
{
	static char text[1 << 19];
	char path[32], *at = text;
	int fd, n = 0, more;

	memset(s, 0, SPANS * sizeof(*s));
	snprintf(path, sizeof(path), "/proc/%d/pages", pid);
	fd = open(path, O_RDONLY);
	while ((more = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += more;
	close(fd);
	text[n] = 0;
	while (*at != 0) {
		unsigned va = strtoul(at, &at, 16), i = (va - (uintptr_t)A) / SPAN, pde;

		strtoul(at, &at, 16);
		pde = strtoul(at, &at, 16);
		if (i < SPANS) {
			s[i].pde = pde;
			s[i].pages += at[1] == 'l' ? PER_SPAN : 1;
			snprintf(s[i].by, sizeof(s[i].by), "%s",
			         at[1] == 'l'   ? "large"
			         : at[1] == 'g' ? "graft"
			                        : "own");
		}
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

/* Prints by what each span is shown. */
static void
see_spans(const char *who)
{
	struct span s[SPANS];
	char line[SPANS * 24 + 1] = "";

	read_spans(getpid(), s);
	for (int i = 0; i < SPANS; i++)
		snprintf(line + strlen(line), 24, " %s/%u", s[i].pages ? s[i].by : "-", s[i].pages);
	see("%s:%s", who, line);
}

/* Returns how many spans two processes show by one page table or row of frames. */
static unsigned
same_spans(const struct span *a, const struct span *b)
{
	unsigned same = 0;

	for (int i = 0; i < SPANS; i++)
		same += a[i].pages != 0 && a[i].pde >> 12 == b[i].pde >> 12;
	return same;
}

/* ---- What is done ---- */

static int
make(unsigned pages, int flags)
{
	int id = shmget(IPC_PRIVATE, pages * PAGE, flags | 0600);

	if (id < 0)
		bail("shmget");
	return id;
}

static char *
at(int id, char *where, int flags)
{
	char *a = shmat(id, where, flags);

	see("attach at %p: %s", (void *)where, a == where ? "done" : strerror(errno));
	return where;
}

static void
map(char *where, unsigned pages)
{
	void *m = mmap(where, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (m != where)
		bail("mmap");
}

/* Writes a number to a page, or reads it. */
static void
put(char *where, unsigned page, unsigned value)
{
	*(volatile unsigned *)(where + page * PAGE) = value;
}

static unsigned
got(const char *where, unsigned page)
{
	return *(const volatile unsigned *)(where + page * PAGE);
}

static void
put_all(char *where, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		put(where, i, i * 2654435761u + pages);
}

static unsigned
sum(const char *where, unsigned pages)
{
	unsigned sum = pages;

	for (unsigned i = 0; i < pages; i++)
		sum = (sum ^ got(where, i)) * 16777619u;
	return sum;
}

/* Waits until a child has done something and sleeps, and then lets it go on. */
static pid_t
child_that_waits(struct gate *go, char *where, unsigned page)
{
	pid_t pid;

	gate_make(go);
	pid = SPAWN((void)got(where, page); gate_pass(go));
	until_state(pid, 'S');
	return pid;
}

/* ---- The subjects ---- */

/* One segment at several places: which spans may be shown whole? */
static void
shown(void)
{
	static const unsigned sizes[] = {16, 700, PER_SPAN, PER_SPAN + 30, 2 * PER_SPAN};

	for (int round = 0; round < 5; round++) {
		unsigned n = sizes[(round + any(2)) % 5], from = any(3) ? 0 : 1 + any(20);
		int id = make(n, 0), flags = any(4) ? 0 : SHM_RDONLY;
		char *a = A + from * PAGE, *beyond = a + n * PAGE;

		if (any(3) == 0) {
			map(beyond, 1);
			see("a page of its own at %p", (void *)beyond);
			put(beyond, 0, 1);
		}
		see("a segment of %u pages%s", n, flags ? ", read-only" : "");
		at(id, a, flags);
		for (int i = 0; i < 4; i++)
			got(a, any(n));
		got(a, n - 1);
		see_spans("after some reads");
		if (any(2)) {
			map(beyond, 1);
			put(beyond, 0, 1);
			see_spans("with a page beyond");
		}
		munmap(beyond, PAGE);
		got(a, n - 1);
		see_spans("without");
		shmdt(a);
		shmctl(id, IPC_RMID, NULL);
	}
}

/* A file of a part of a span can grow, and is not shown whole; an attach of the whole segment
 * whose first pages are gone begins elsewhere. */
static void
parts(void)
{
	unsigned n = 2 * PER_SPAN + any(100), off = 1 + any(200);
	int id = make(n, 0), fd = open("/tmp/f", O_RDWR | O_CREAT, 0600);

	at(id, A, 0);
	put_all(A, n);
	see_spans("all written");
	munmap(A, off * PAGE);
	got(A, n - 1);
	got(A, off);
	see_spans("without the first pages");
	mprotect(A + (PER_SPAN + off) * PAGE, PAGE, PROT_READ);
	got(A, PER_SPAN + off);
	got(A, PER_SPAN);
	see_spans("with one that is read-only");
	see("they hold %08x", sum(A + off * PAGE, n - off));
	see("a write to that one: %d", writes(A + (PER_SPAN + off) * PAGE));
	shmdt(A);
	see_spans("detached");
	ftruncate(fd, (PER_SPAN + off) * PAGE);
	mmap(A, (PER_SPAN + off) * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	put(A, 3, 7);
	put(A, PER_SPAN + 1, 8);
	see_spans("a file");
	ftruncate(fd, 2 * PER_SPAN * PAGE);
	lseek(fd, (PER_SPAN + off) * PAGE, SEEK_SET);
	write(fd, "more", 4);
	see("beyond the mapping: %d", reads(A + (PER_SPAN + off) * PAGE));
	see("it holds %08x", sum(A, PER_SPAN + off));
	munmap(A, (PER_SPAN + off) * PAGE);
	close(fd);
	unlink("/tmp/f");
	shmctl(id, IPC_RMID, NULL);
}

/* Random calls; each process must see what it would see if each page were mapped by itself. */
static void
contents(void)
{
	unsigned n[3] = {PER_SPAN + 1 + any(40), 20 + any(60), 5 + any(9)};
	int id[3];
	char *a[3] = {A, A + 2 * SPAN, A + 2 * SPAN + any(3) * 100 * PAGE + 90 * PAGE};

	for (int i = 0; i < 3; i++) {
		id[i] = make(n[i], 0);
		at(id[i], a[i], 0);
	}
	for (int step = 0; step < 60; step++) {
		int i = any(2) ? 0 : any(3);
		char *beyond = a[i] + n[i] * PAGE;
		unsigned page = any(n[i]), value = any(1 << 20);

		switch (any(8)) {
		case 0:
			map(beyond, 1 + any(2));
			put(beyond, 0, value);
			see("beyond %d: %u", i, got(beyond, 0));
			break;
		case 1:
			munmap(beyond, 2 * PAGE);
			see("beyond %d: %d", i, reads(beyond));
			break;
		case 2:
			mprotect(a[i] + page * PAGE, PAGE, any(2) ? PROT_READ : PROT_NONE);
			see("page %u of %d: read %d, write %d", page, i, reads(a[i] + page * PAGE),
			    writes(a[i] + page * PAGE));
			mprotect(a[i] + page * PAGE, PAGE, RW);
			break;
		case 3:
			see("a child ends with %d", CHILD(put(a[i], page, value); shmdt(a[any(3)]);
			                                  _exit(sum(a[i], 3) % 101)));
			break;
		case 4:
			see("it sees %u", got(a[i], page));
			see("detach %d: %d", i, shmdt(a[i]));
			map(a[i] + page * PAGE, 1);
			see("a new page there holds %u", got(a[i], page));
			munmap(a[i] + page * PAGE, PAGE);
			see("a read: %d", reads(a[i] + page * PAGE));
			at(id[i], a[i], any(4) ? 0 : SHM_RDONLY);
			see("a write: %d", writes(a[i] + page * PAGE));
			if (shmdt(a[i]) == 0)
				at(id[i], a[i], 0);
			break;
		default:
			put(a[i], page, value);
			see("page %u of %d: %u; all %08x", page, i, got(a[i], page),
			    sum(a[i], n[i]));
			break;
		}
	}
	for (int i = 0; i < 3; i++) {
		see("%d: %08x", i, sum(a[i], n[i]));
		shmctl(id[i], IPC_RMID, NULL);
		shmdt(a[i]);
		munmap(a[i] + n[i] * PAGE, 2 * PAGE);
	}
}

/* What fork does with spans that are shown whole, and with one that small segments share. */
static void
forked(void)
{
	unsigned n = PER_SPAN + 1 + any(40), small = 3 + any(9);
	int big = make(n, 0);
	struct span mine[SPANS], childs[SPANS];
	struct gate go;
	pid_t pid;

	at(big, A, 0);
	put_all(A, n);
	for (unsigned i = 0; i < 3; i++) {
		int id = make(small, 0);

		put_all(at(id, A + 2 * SPAN + i * 40 * PAGE, 0), small);
		shmctl(id, IPC_RMID, NULL);
	}
	see("the small ones hold %08x", sum(A + 2 * SPAN, small));
	see_spans("the parent");
	pid = child_that_waits(&go, A, 0);
	read_spans(getpid(), mine);
	read_spans(pid, childs);
	see("parent and child show %u spans by one table", same_spans(mine, childs));
	see("the parent sees %08x %08x", sum(A, n), sum(A + 2 * SPAN, small));
	gate_open(&go);
	ending(pid);
	/* The parent is alone with the table of the small segments, and may change it in place. */
	see("detach one: %d", shmdt(A + 2 * SPAN + 40 * PAGE));
	see("the first holds %08x", sum(A + 2 * SPAN, small));
	see("the second is there: %d", reads(A + 2 * SPAN + 40 * PAGE));
	map(A + 2 * SPAN + 200 * PAGE, 1);
	put(A + 2 * SPAN + 200 * PAGE, 0, 1);
	see_spans("alone, with a page of its own");
	see("a child: %d", CHILD(see_spans("the child"); map(A + 2 * SPAN + 300 * PAGE, 1);
	                         put(A + 2 * SPAN + 300 * PAGE, 0, 2);
	                         put(A + 2 * SPAN + 80 * PAGE, 1, 77); see_spans("the child")));
	see("the parent: %d, %u", reads(A + 2 * SPAN + 300 * PAGE),
	    got(A + 2 * SPAN + 80 * PAGE, 1));
	shmctl(big, IPC_RMID, NULL);
}

/* Pages that others have touched are there at once. */
static void
counted(void)
{
	unsigned n = 2 * PER_SPAN + any(100), t;
	int id = make(n, 0);
	char *other = A + 3 * SPAN;

	at(id, A, 0);
	at(id, other, 0);
	put_all(A, n);
	t = faults(RUSAGE_SELF);
	see("the other attach sees %08x", sum(other, n));
	bound("faults for all pages of the other attach", faults(RUSAGE_SELF) - t);
	t = faults(RUSAGE_SELF);
	put(A, 5, 1);
	put(A, PER_SPAN + 5, 2);
	see("and what is written later: %u %u", got(other, 5), got(other, PER_SPAN + 5));
	bound("faults for what is written later", faults(RUSAGE_SELF) - t);
	got(A, 5);
	shmdt(A);
	map(A + 5 * PAGE, 1);
	t = got(A, 5);
	see("detached once, a new page in its place holds %u", t);
	see("the other still sees %08x", sum(other, n));
	shmctl(id, IPC_RMID, NULL);
}

/* Large pages, of segments with SHM_HUGETLB. */
static void
large(void)
{
	unsigned n = 2 * PER_SPAN, page = any(PER_SPAN), t;
	int id = make(n, HUGETLB);

	at(id, A, 0);
	t = faults(RUSAGE_SELF);
	put_all(A, n);
	bound("faults for all pages", faults(RUSAGE_SELF) - t);
	see_spans("large pages");
	see("they hold %08x", sum(A, n));
	mprotect(A + page * PAGE, PAGE, PROT_READ);
	got(A, page);
	got(A, 2 * PER_SPAN - 1);
	see_spans("with one that is read-only");
	see("a write to it: %d", writes(A + page * PAGE));
	see("they hold %08x", sum(A, n));
	see("a child sees %d", CHILD(_exit(sum(A, n) % 97)));
	shmdt(A);
	see("detached: %d", reads(A + page * PAGE));
	at(id, A, SHM_RDONLY);
	see("read-only they hold %08x", sum(A, n));
	see("a write: %d", writes(A + page * PAGE));
	see_spans("read-only");
	shmctl(id, IPC_RMID, NULL);
}

static void
some_lives(void)
{
	unsigned n = PER_SPAN + 1 + any(40), page = any(n);
	int id[2] = {make(n, HUGETLB), make(n, 0)};

	contents();
	for (int i = 0; i < 2; i++) {
		char *a = at(id[i], A + 2 * i * SPAN, 0);

		put_all(a, n);
		see("a child ends with %d", CHILD(munmap(a + page * PAGE, PAGE); _exit(any(100))));
		mprotect(a + page * PAGE, PAGE, PROT_READ);
		see("they hold %08x", sum(a, n));
		shmctl(id[i], IPC_RMID, NULL);
	}
	see("a child ends with %d", CHILD(shmdt(A); _exit(sum(A + 2 * SPAN, n) % 97)));
	shmdt(A);
}

static void
left_over(void)
{
	long frames, promised;

	for (int i = 0; i < 2; i++) {
		frames = procfs_number("/proc/meminfo", "MemFree");
		promised = procfs_number("/proc/meminfo", "Committed_AS");
		see("some lives end with %d", CHILD(some_lives()));
	}
	see("KiB that are lost: %ld, promised for ever: %ld",
	    frames - (long)procfs_number("/proc/meminfo", "MemFree"),
	    (long)procfs_number("/proc/meminfo", "Committed_AS") - promised);
}

/* The figures of the leader board. */
static void
cost(void)
{
	unsigned n = 4 * PER_SPAN, t;
	int id = make(n, 0);

	shmat(id, A, 0);
	put_all(A, n);
	for (int i = 0; i < 3; i++) {
		shmdt(A);
		t = instructions();
		shmat(id, A, 0);
		for (unsigned page = 0; page < n; page++)
			got(A, page);
		t = instructions() - t;
	}
	see("%u pages are attached and read", n);
	bound("instructions for each page", t / n);
	for (int i = 0; i < 3; i++) {
		t = instructions();
		if (fork() == 0)
			_exit(0);
		wait(NULL);
		t = instructions() - t;
	}
	bound("instructions of fork, exit and wait", t);
	shmctl(id, IPC_RMID, NULL);
}

const struct subject subjects[] = {
	{"shown", shown},    {"parts", parts},     {"contents", contents},
	{"forked", forked},  {"counted", counted}, {"large", large},
	{"left", left_over}, {"cost", cost},       {NULL, NULL}};
