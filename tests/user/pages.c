/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 128 */
/*
 * Tests what root reads of physical memory: /proc/PID/pages, a line for each page with its entry of
 * the page table and that of the page directory, and /proc/frames, who has each frame.
 */
#include "shmcalls.h"

#define SPAN (4u << 20)
#define AT ((char *)0x60000000)

/* The values in /proc/frames. */
enum { TABLE = 2, OF_FILE = 3, COW = 5, SHARED_TABLE = 6, PID = 15, SLOT = 0x8000 };

struct entry {
	unsigned pte, pde;
	char by[8];
};

/* Returns the line of /proc/PID/pages for va; all is 0 if there is none. */
static struct entry
entry_of(pid_t pid, const volatile void *va)
{
	struct entry e = {0};
	char path[32], line[64], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/pages", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (strtoul(line, &at, 16) != ((uintptr_t)va & ~(PAGE - 1)))
			continue;
		e.pte = strtoul(at, &at, 16);
		e.pde = strtoul(at, &at, 16);
		snprintf(e.by, sizeof(e.by), "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
	}
	if (f)
		fclose(f);
	return e;
}

/* Returns what /proc/frames says about the frame of an entry. */
static int
owner_of(unsigned entry)
{
	static unsigned short frames[128 << 8];
	int fd = open("/proc/frames", O_RDONLY);
	ssize_t n = 0, got;

	while ((got = read(fd, (char *)frames + n, sizeof(frames) - n)) > 0)
		n += got;
	close(fd);
	return (ssize_t)(entry >> 12) < n / 2 ? frames[entry >> 12] : -1;
}

static void
private_pages(void)
{
	static volatile char mine[2 * PAGE] __attribute__((aligned(4096)));
	struct gate done;
	struct entry e, text;
	pid_t pid;

	mine[0] = 1;
	e = entry_of(getpid(), mine);
	ok((e.pte & 7) == 7 && !strcmp(e.by, "own"),
	   "a page that was written: writable, by a table");
	is(owner_of(e.pte), PID + getpid(), "its frame is the process's");
	is(owner_of(e.pde), TABLE, "and its page table a page table");
	is(entry_of(getpid(), mine + PAGE).pde, 0, "no line for a page that was not touched");
	text = entry_of(getpid(), (void *)(uintptr_t)private_pages);
	is(owner_of(text.pte), OF_FILE, "the frame of the program's text is a file's");

	gate_make(&done);
	pid = SPAWN(gate_pass(&done));
	is(owner_of(e.pte), COW, "after a fork, shared until somebody writes");
	is(entry_of(pid, mine).pte >> 12, e.pte >> 12, "and the child's entry has the same frame");
	ok(!(entry_of(pid, mine).pte & 2), "read-only");
	mine[0] = 2;
	is(owner_of(entry_of(getpid(), mine).pte), PID + getpid(),
	   "the writer has a frame of its own");
	is(owner_of(entry_of(pid, mine).pte), PID + pid, "and the child has the old one alone");
	gate_open(&done);
	ending(pid);
	gate_drop(&done);
}

static void
segments(void)
{
	int id = shmget(IPC_PRIVATE, SPAN + PAGE, 0600);
	volatile char *p = shmat(id, AT, 0);
	struct entry e, child;
	struct gate done;
	pid_t pid;

	if (p != AT)
		bail("shmat");
	p[0] = p[SPAN] = 1;
	gate_make(&done);
	pid = SPAWN(*p; gate_open(&done); pause());
	gate_pass(&done);
	e = entry_of(getpid(), p);
	child = entry_of(pid, p);
	ok(!strcmp(e.by, "graft") && !strcmp(child.by, "graft"), "a whole span is grafted");
	is(e.pde >> 12, child.pde >> 12, "both processes have the segment's page table");
	is(owner_of(e.pde), SHARED_TABLE, "a table with several holders");
	is(owner_of(e.pte), SLOT | (id & 0x7fff), "the frame is the segment's");
	is(owner_of(entry_of(getpid(), p + SPAN).pte), SLOT | (id & 0x7fff),
	   "in its second span, too");
	kill(pid, SIGKILL);
	ending(pid);
	gate_drop(&done);
	shmdt((void *)p);
	shmctl(id, IPC_RMID, NULL);
}

/* A segment in frames of 4 MiB has one line for each of them. */
static void
large(void)
{
	int id = shmget(IPC_PRIVATE, 2 * SPAN, SHM_HUGETLB | 0600);
	volatile char *p = shmat(id, AT, 0);
	struct entry e;

	if (p != AT)
		bail("shmat");
	p[SPAN] = 1;
	e = entry_of(getpid(), p + SPAN);
	ok(!strcmp(e.by, "large") && e.pte == 0 && (e.pde & 0x80), "a large page has one line");
	is(owner_of(e.pde), SLOT | (id & 0x7fff), "its frame is the segment's");
	shmdt((void *)p);
	shmctl(id, IPC_RMID, NULL);
}

static void
rights(void)
{
	int fd = open("/proc/self/pages", O_RDONLY);
	char c;

	is(read(fd, &c, 1), 1, "root may read them");
	is(CHILD(become(ALICE, 7); _exit(open("/proc/self/pages", O_RDONLY) < 0 ? errno : 0)),
	         EACCES, "a user may not read her own");
	is(CHILD(become(ALICE, 7); _exit(read(fd, &c, 1) < 0 ? errno : 0)), EACCES,
	         "nor by a descriptor that root opened");
	close(fd);
}

void
test(void)
{
	pid_t pid = SPAWN(pause());
	char path[32];
	int fd;

	private_pages();
	segments();
	large();
	rights();
	snprintf(path, sizeof(path), "/proc/%d/pages", pid);
	fd = open(path, O_RDONLY);
	kill(pid, SIGKILL);
	until_state(pid, 'Z');
	is(read(fd, path, 1), 0, "a zombie has no pages");
	ending(pid);
	fails(read(fd, path, 1), ESRCH, "nor has one that is gone");
	close(fd);
}
