/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries to break out of what a process may do with memory: by a translation that the processor
 * still holds, by a segment that may only be read, and by frames that others had. Each touch is
 * made by the process itself, and a handler catches the fault: a child would begin without any
 * translation, and so not see an old one.
 */
#include "tap.h"

#include <stdbool.h>

#include <sys/stat.h>
#include <sys/uio.h>

/* run: --mem 64 */
enum { SET_TID_ADDRESS = 258, FUTEX = 240, FUTEX_WAIT = 0, FUTEX_WAKE_OP = 5 };
#define MIB (1u << 20)
#define SPAN (4 * MIB)
#define A ((char *)0x70000000)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define SC_EIP 14 /* the index of a word in struct sigcontext */

/* ---- Touches that are caught ---- */

static volatile int faulted;
extern const char read_end[], write_end[];

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	uint32_t *sc = (uint32_t *)context + 5;

	(void)sig, (void)info;
	sc[SC_EIP] = (uint32_t)(faulted == 0 ? read_end : write_end);
	faulted = 1;
}

/* Returns the byte there, or -1 if it can't be read. */
static int __attribute__((noinline)) got(const char *at)
{
	unsigned byte = 0;

	faulted = 0;
	__asm__ volatile("movzbl (%1), %0\n.globl read_end\nread_end:"
	                 : "+r"(byte)
	                 : "r"(at)
	                 : "memory");
	return faulted ? -1 : (int)byte;
}

/* Writes a byte. Returns 0, or -1 if it can't be written. */
static int __attribute__((noinline)) put(char *at, char byte)
{
	faulted = 2;
	__asm__ volatile("movb %b1, (%0)\n.globl write_end\nwrite_end:"
	                 :
	                 : "r"(at), "q"(byte)
	                 : "memory");
	return faulted == 1 ? -1 : 0;
}

static void
catch_faults(void)
{
	sigaction(SIGSEGV, &(struct sigaction){.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO},
	          NULL);
}

/* ---- Translations that the processor still holds ---- */

static int segment, grafted, large,
	other; /* two pages; two spans and a page; the same, large; all 'o' */

/* Each maps n pages at A and returns whether that worked. */
static bool private(unsigned n)
{
	return mmap(A, n * PAGE, RW, ANON, -1, 0) == A;
}

static bool
pages(unsigned n)
{
	(void)n;
	return shmat(segment, A, 0) == A;
}

static bool
off_its_span(unsigned n)
{
	(void)n;
	return shmat(grafted, A + 3 * PAGE, 0) == A + 3 * PAGE;
}

static bool
graft(unsigned n)
{
	(void)n;
	return shmat(grafted, A, 0) == A;
}

static bool
large_pages(unsigned n)
{
	(void)n;
	return shmat(large, A, 0) == A;
}

static bool
file(unsigned n)
{
	int fd = open("/tmp/isolation", O_RDWR | O_CREAT | O_TRUNC, 0600);
	bool mapped = ftruncate(fd, n * PAGE) == 0 &&
	              mmap(A, n * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) == A;

	close(fd);
	return mapped;
}

static const struct {
	const char *name;
	bool (*map)(unsigned n);
	unsigned from, pages; /* its first page after A, and how many it has */
	bool attached;
} memory[] = {
	{"private pages", private, 0, 2, false},
	{"private spans", private, 0, 2 * 1024 + 1, false},
	{"a file", file, 0, 8, false},
	{"a file's spans", file, 0, 1024 + 1, false},
	{"a segment", pages, 0, 2, true},
	{"a segment off its span", off_its_span, 3, 2 * 1024 + 1, true},
	{"a graft", graft, 0, 2 * 1024 + 1, true},
	{"large pages", large_pages, 0, 2 * 1024, true},
};

/* Each takes n pages at p away, and returns 0. */
static int
detached(char *p, unsigned n)
{
	(void)n;
	return shmdt(p);
}

static int
unmapped(char *p, unsigned n)
{
	return munmap(p, n * PAGE);
}

static int
unmapped_by_page(char *p, unsigned n)
{
	return munmap(p, PAGE) || munmap(p + (n - 1) * PAGE, PAGE);
}

static int
forbidden(char *p, unsigned n)
{
	return mprotect(p, n * PAGE, PROT_NONE);
}

static int
made_read_only(char *p, unsigned n)
{
	return mprotect(p, n * PAGE, PROT_READ);
}

static int
replaced(char *p, unsigned n)
{
	return mmap(p, n * PAGE, RW, ANON, -1, 0) != p;
}

static int
replaced_by_a_segment(char *p, unsigned n)
{
	(void)n;
	return shmat(other, p, SHM_REMAP) != p;
}

static const struct {
	const char *name;
	int (*take)(char *p, unsigned n);
	int first;                    /* what is read there after it, or -1; 'x' was there before */
	bool writable, attached, all; /* attached: for attaches only; all: also the last page */
} ways[] = {
	{"shmdt", detached, -1, false, true, true},
	{"munmap", unmapped, -1, false, false, true},
	{"munmap of a page", unmapped_by_page, -1, false, false, true},
	{"PROT_NONE", forbidden, -1, false, false, true},
	{"PROT_READ", made_read_only, 'x', false, false, true},
	{"MAP_FIXED", replaced, 0, true, false, true},
	{"SHM_REMAP", replaced_by_a_segment, 'o', true, false, false},
};

/* Maps memory, touches its first and last page, takes it away, and touches them again. */
static void
taken_away(unsigned m, unsigned w, const char *who)
{
	char *first = A + memory[m].from * PAGE, *last = first + (memory[m].pages - 1) * PAGE;
	int wanted = ways[w].first, bad = 0;

	if (!memory[m].map(memory[m].pages)) {
		ok(0, "%s of %s: mapped", ways[w].name, memory[m].name);
		return;
	}
	put(first, 'x'), put(last, 'x');
	if (got(first) != 'x' || got(last) != 'x')
		bad |= 1;
	if (ways[w].take(first, memory[m].pages) != 0)
		bad |= 2;
	if (got(first) != wanted || (ways[w].all && got(last) != wanted))
		bad |= 4;
	if ((put(first, wanted) == 0) != ways[w].writable)
		bad |= 8;
	is(bad, 0, "%s of %s%s: no old translation is left", ways[w].name, memory[m].name, who);
	munmap(A, 4 * SPAN);
}

static void
translations(const char *who)
{
	for (unsigned m = 0; m < sizeof(memory) / sizeof(memory[0]); m++)
		for (unsigned w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
			if (memory[m].attached || !ways[w].attached)
				taken_away(m, w, who);
}

/* A fork makes private pages read-only in the parent, which goes on with what it holds: a write
 * that uses an old translation would be seen by the child. */
static void
forked(void)
{
	for (unsigned m = 0; m < sizeof(memory) / sizeof(memory[0]); m++) {
		char *first = A + memory[m].from * PAGE;
		bool own = memory[m].map == private;
		struct gate g;
		pid_t pid;

		gate_make(&g);
		memory[m].map(memory[m].pages);
		put(first, 'x');
		pid = SPAWN(gate_pass(&g); _exit(*first));
		put(first, 'y');
		gate_open(&g);
		is(ending(pid), own ? 'x' : 'y', "fork with %s: a child sees %s", memory[m].name,
		   own ? "nothing of a later write" : "a later write");
		pid = SPAWN(*first = 'z');
		ending(pid);
		is(got(first), own ? 'y' : 'z', "fork with %s: and its parent", memory[m].name);
		gate_drop(&g);
		munmap(A, 4 * SPAN);
	}
}

/* ---- A segment that may only be read ---- */

/* Has the kernel write to p by each call that writes for a program, and returns how many did. */
static unsigned
written_by_calls(char *p)
{
	int fd = open("/etc/passwd", O_RDONLY), pipes[2];
	struct iovec vector = {p, 8};
	struct stat st;
	unsigned n = 0;
	uint32_t word = 1;

	pipe(pipes);
	write(pipes[1], "from a pipe", 11);
	n += read(fd, p, 8) >= 0;
	n += readv(fd, &vector, 1) >= 0;
	n += read(pipes[0], p, 8) >= 0;
	n += getcwd(p, 64) != NULL;
	n += fstat(fd, (struct stat *)p) == 0;
	n += stat("/", &st) != 0;
	n += readlink("/proc/self/exe", p, 64) >= 0;
	n += shmctl(segment, IPC_STAT, (struct shmid_ds *)p) == 0;
	n += pipe((int *)p) == 0;
	n += sigprocmask(SIG_BLOCK, NULL, (sigset_t *)p) == 0;
	n += syscall(FUTEX, &word, FUTEX_WAKE_OP, 1, 0, p, 0x1000001) >= 0;
	close(fd), close(pipes[0]), close(pipes[1]);
	return n;
}

static void
on_signal(int sig)
{
	(void)sig;
	_exit(1); /* its frame stands on the alternate stack */
}

/* Returns how a child ends that lets a signal's frame be written to p. */
static int
signal_frame_on(char *p, size_t size)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	stack_t stack = {.ss_sp = p, .ss_size = size};

	return CHILD(signal(SIGSEGV, SIG_DFL); sigaltstack(&stack, NULL);
	             sigaction(SIGUSR1, &action, NULL); kill(getpid(), SIGUSR1); _exit(0));
}

static bool
all_are(const char *p, size_t size, char byte)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != byte)
			return false;
	return true;
}

/* Tries to write to an attach that may only be read, of a segment that is all 'r'. */
static void
read_only(int id, size_t size, const char *name)
{
	char *p = shmat(id, A, 0);

	memset(p, 'r', size);
	shmdt(p);
	p = shmat(id, A, SHM_RDONLY);
	is(got(p), 'r', "%s to read only: it can be read", name);
	is(put(p, 'w'), -1, "%s to read only: not written", name);
	fails(mprotect(p, size, RW), EACCES, "%s to read only: mprotect does not help", name);
	is(put(p, 'w'), -1, "%s to read only: and changes nothing", name);
	is(written_by_calls(p), 0, "%s to read only: no call writes to it", name);
	is(signal_frame_on(p, size > 65536 ? 65536 : size), SEGV,
	   "%s to read only: nor does a signal's frame", name);
	is(CHILD(syscall(SET_TID_ADDRESS, p)), 0, "%s to read only: an end clears", name);
	is(CHILD(put(p, 'w'), _exit(put(p + PAGE, 'w') != -1)), 0, "%s to read only: nor a child",
	             name);
	ok(all_are(p, size, 'r'), "%s to read only: nothing of it has changed", name);
	shmdt(p);
}

/* ---- Frames that others had ---- */

#define SECRET 0x5ec4e75eu

/* Fills memory of all kinds with a secret word, and ends. */
static void
leaves_secrets(void)
{
	unsigned size = 10 * MIB, id = shmget(IPC_PRIVATE, size, 0600);
	unsigned *p[] = {mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	                 shmat(id, NULL, 0), sbrk(size)};
	int fd = open("/tmp/secret", O_RDWR | O_CREAT | O_TRUNC, 0600);

	shmctl(id, IPC_RMID, NULL);
	for (unsigned k = 0; k < 3; k++)
		for (unsigned i = 0; i < size / sizeof(unsigned); i++)
			p[k][i] = SECRET;
	write(fd, p[0], 4 * MIB);
	unlink("/tmp/secret");
}

static unsigned
secrets(const unsigned *p, size_t size)
{
	unsigned n = 0;

	for (size_t i = 0; i < size / sizeof(*p); i++)
		n += p[i] != 0;
	return n;
}

/* What is new is zeros, also where another process had the frames before. */
static void
frames_of_others(void)
{
	unsigned size = 40 * MIB, n = 0;
	unsigned *p;
	int id, fd;

	is(CHILD(leaves_secrets()), 0, "a process fills 34 MiB and ends");
	p = mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (unsigned i = 0; i < size; i += PAGE)
		p[i / sizeof(*p) + 1] = 0;
	n = secrets(p, size);
	munmap(p, size);
	is(n, 0, "private memory has nothing of it");
	for (int flags = 0600, i = 0; i < 2; i++, flags |= SHM_HUGETLB) {
		is(CHILD(leaves_secrets()), 0, "once more");
		id = shmget(IPC_PRIVATE, size / 2, flags);
		p = shmat(id, NULL, 0);
		shmctl(id, IPC_RMID, NULL);
		is(secrets(p, size / 2), 0, "%s has nothing of it",
		   i == 0 ? "a segment" : "one of large pages");
		shmdt(p);
	}
	is(CHILD(leaves_secrets()), 0, "once more");
	fd = open("/tmp/holes", O_RDWR | O_CREAT, 0600);
	ftruncate(fd, 8 * MIB);
	for (unsigned at = 100; at < 8 * MIB; at += PAGE)
		lseek(fd, at, SEEK_SET), write(fd, "", 1);
	p = mmap(NULL, 8 * MIB, PROT_READ, MAP_SHARED, fd, 0);
	is(secrets(p, 8 * MIB), 0, "a file's pages have nothing of it");
	munmap(p, 8 * MIB);
	close(fd);
	unlink("/tmp/holes");
}

void
test(void)
{
	char *p;

	catch_faults();
	segment = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	grafted = shmget(IPC_PRIVATE, 2 * SPAN + PAGE, 0600);
	large = shmget(IPC_PRIVATE, 2 * SPAN, SHM_HUGETLB | 0600);
	other = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	p = shmat(other, NULL, 0);
	memset(p, 'o', 2 * PAGE);
	shmdt(p);
	translations("");
	is(CHILD(translations(" in a child")), 0, "a child that does the same");
	forked();
	read_only(segment, 2 * PAGE, "a segment");
	read_only(grafted, 2 * SPAN + PAGE, "a graft");
	read_only(large, 2 * SPAN, "large pages");
	for (int i = 0, id[] = {segment, grafted, large, other}; i < 4; i++)
		shmctl(id[i], IPC_RMID, NULL);
	frames_of_others();
	unlink("/tmp/isolation");
}
