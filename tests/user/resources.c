/* SPDX-License-Identifier: BSD-2-Clause */
/* Resource limits, what sysinfo() says of the machine, and what
 * /proc says of a program's memory. */
#include "tap.h"

#include "abi/mman.h"
#include <time.h>

#define UGETRLIMIT 191
#define PRLIMIT 340
#define MADVISE 219

static int
set(int which, uint32_t cur, uint32_t max)
{
	struct abi_rlimit64 l = {cur, max};

	return syscall(PRLIMIT, 0, which, &l, NULL);
}

static void
limits(void)
{
	struct abi_rlimit l;
	struct abi_rlimit64 l64, new64 = {1000, 2000};
	pid_t pid;

	ok(syscall(UGETRLIMIT, RLIMIT_STACK, &l) == 0 && l.rlim_cur == 8 << 20 &&
	           l.rlim_max == RLIM_INFINITY,
	   "a stack of 8 MiB");
	ok(syscall(PRLIMIT, 0, RLIMIT_STACK, NULL, &l64) == 0 && l64.rlim_cur == 8 << 20 &&
	           l64.rlim_max == ~0ull,
	   "the wide call");
	is(syscall(PRLIMIT, 0, RLIMIT_CORE, &new64, &l64), 0, "to set by it");
	ok(l64.rlim_cur == 0 && l64.rlim_max == ~0ull, "tells what was");
	ok(syscall(UGETRLIMIT, RLIMIT_CORE, &l) == 0 && l.rlim_cur == 1000 && l.rlim_max == 2000,
	   "and sets");
	is(CHILD(struct abi_rlimit c; syscall(UGETRLIMIT, RLIMIT_CORE, &c); _exit(c.rlim_cur / 10)),
	         100, "a child has its parent's");
	fails(set(RLIMIT_CORE, 2, 1), EINVAL, "more than the most");
	fails(set(RLIMIT_NLIMITS, 1, 1), EINVAL, "no such limit");
	fails(set(RLIMIT_NOFILE, 1, OPEN_MAX + 1), EPERM, "more files than there can be");
	is(CHILD(become(ALICE, ALICE); _exit(set(RLIMIT_CORE, 3, 3000) == -1 && errno == EPERM &&
	                                             set(RLIMIT_CORE, 3, 3) == 0
	                                     ? 0
	                                     : 1)),
	                                         0, "a user can only lower the most");
	pid = SPAWN(pause());
	is(syscall(PRLIMIT, pid, RLIMIT_CORE, NULL, &l64), 0, "of another process");
	is(CHILD(become(ALICE, ALICE); syscall(PRLIMIT, pid, 4, NULL, &l64); _exit(errno)), EPERM,
	         "not of a stranger");
	kill(pid, SIGKILL);
	ending(pid);
	fails(syscall(PRLIMIT, pid, RLIMIT_CORE, NULL, &l64), ESRCH, "of nobody");
	is(CHILD(set(RLIMIT_NOFILE, 5, 5); while (dup(0) >= 0); _exit(errno)), EMFILE,
	         "RLIMIT_NOFILE holds");
}

/* Returns how many children there can be at once, n at most. Returns -1 if fork() fails
 * with another error than EAGAIN. */
static int
forks(int n)
{
	pid_t pid[10];
	int made = 0, error = EAGAIN;

	while (made < n && (pid[made] = SPAWN(pause())) > 0)
		made++;
	if (made < n)
		error = errno;
	for (int i = 0; i < made; i++) {
		kill(pid[i], SIGKILL);
		ending(pid[i]);
	}
	return error == EAGAIN ? made : -1;
}

/* Replaces this program by another one, which ends with status 0. Returns errno if that fails. */
static int
execs(void)
{
	execl("/proc/self/exe", "deep", "1", NULL);
	return errno;
}

/* Runs a program as BOB, who may have n processes. Returns its status, or errno. */
static int
starts(unsigned n)
{
	return CHILD(set(RLIMIT_NPROC, n, 9); become(BOB, BOB); _exit(execs()));
}

static void
zombie_counts(void)
{
	pid_t pid;

	set(RLIMIT_NPROC, 2, 2);
	become(BOB, BOB);
	pid = SPAWN(_exit(0));
	until_state(pid, 'Z');
	fails(fork(), EAGAIN, "RLIMIT_NPROC: a zombie counts");
	ending(pid);
	is(forks(5), 1, "RLIMIT_NPROC: until it is waited for");
}

/* RLIMIT_NPROC counts a user's processes by their real user ID. As on Linux, setuid succeeds even
 * if the user has too many already; the next exec fails if that is still so. */
static void
users_processes(void)
{
	pid_t pid;

	is(CHILD(set(RLIMIT_NPROC, 3, 3); _exit(forks(5))), 5, "RLIMIT_NPROC is not for root");
	is(CHILD(set(RLIMIT_NPROC, 4, 4); become(BOB, BOB); _exit(forks(5))), 3,
	         "RLIMIT_NPROC: a user has four processes and no more");
	is(CHILD(set(RLIMIT_NPROC, 2, 2); setresuid(BOB, ALICE, 0); _exit(forks(5))), 1,
	         "RLIMIT_NPROC: the real user's are counted");
	is(CHILD(set(RLIMIT_NPROC, 2, 2); setresuid(BOB, 0, 0); _exit(forks(5))), 5,
	         "RLIMIT_NPROC: not for who has root's rights");
	is(CHILD(zombie_counts()), 0, "RLIMIT_NPROC: zombies");
	pid = SPAWN(become(BOB, BOB); pause());
	until_state(pid, 'S');
	is(starts(0), EAGAIN, "RLIMIT_NPROC: beyond it setuid works, and exec fails");
	is(starts(1), 0, "RLIMIT_NPROC: not if the user had no more than that");
	is(CHILD(set(RLIMIT_NPROC, 0, 9); become(BOB, BOB); set(RLIMIT_NPROC, 2, 2);
	         _exit(execs())), 0, "RLIMIT_NPROC: nor if it is within the limit again");
	is(CHILD(set(RLIMIT_NPROC, 0, 9); setresuid(BOB, 0, 0); _exit(CHILD(_exit(execs())))),
	         EAGAIN, "RLIMIT_NPROC: a child's exec fails as its parent's would have");
	is(CHILD(set(RLIMIT_NPROC, 0, 9); setresuid(BOB, 0, 0); CHILD(_exit(0)); _exit(execs())), 0,
	         "RLIMIT_NPROC: which then may");
	kill(pid, SIGKILL);
	ending(pid);
	is(starts(0), 0, "RLIMIT_NPROC 0: setuid alone is not beyond it");
}

/* The program that is started with an argument: it uses that many KiB of stack. */
int
helper(int argc, char **argv)
{
	int size = atoi(argv[1]) << 10;
	volatile char deep[size];

	for (int i = size - 1; i >= 0; i -= 1024)
		deep[i] = 1;
	return deep[1023] != 1;
}

/* Returns the address that is this many KiB below the top of the stack. */
static char *
deep(unsigned kib)
{
	return (char *)0xbffff000 - (kib << 10);
}

/* RLIMIT_STACK applies at once to a stack that exists. This runs in a child,
 * for it leaves the limits changed. */
static void
at_once(void)
{
	struct abi_rlimit64 narrow = {512 << 10, RLIM_INFINITY};

	set(RLIMIT_STACK, 256 << 10, RLIM_INFINITY);
	is(writes(deep(256)), 0, "RLIMIT_STACK holds at once: up to it");
	is(writes(deep(260)), SEGV, "and no further");
	*deep(200) = 1;
	set(RLIMIT_STACK, 100 << 10, RLIM_INFINITY);
	ok(*deep(200) == 1 && writes(deep(152)) == 0, "lowered, it takes nothing away");
	is(writes(deep(204)), SEGV, "but nothing more grows");
	ok(read(open("/proc/uptime", O_RDONLY), deep(204), 1) == -1 && errno == EFAULT,
	   "nor by what the kernel writes");
	CHILD(syscall(PRLIMIT, getppid(), RLIMIT_STACK, &narrow, NULL));
	is(writes(deep(512)), 0, "raised by another, it lets the stack grow");
	is(writes(deep(516)), SEGV, "up to the new one");
	set(RLIMIT_STACK, RLIM_INFINITY, RLIM_INFINITY);
	is(writes(deep(8 << 10)), 0, "without a limit 8 MiB are the most");
	is(writes(deep((8 << 10) + 4)), SEGV, "and there it ends");
}

static void
stacks(void)
{
	is(CHILD(execl("/proc/self/exe", "deep", "7000", NULL)), 0, "a deep stack");
	is(CHILD(at_once()), 0, "limits of a stack that is there");
	is(CHILD(set(RLIMIT_STACK, 1 << 20, RLIM_INFINITY);
	         execl("/proc/self/exe", "deep", "7000", NULL)), SEGV,
	         "RLIMIT_STACK holds in what is started");
	is(CHILD(set(RLIMIT_STACK, 1 << 20, 1 << 20);
	         execl("/proc/self/exe", "deep", "900", NULL)),
	         0, "up to which it grows");
	is(CHILD(set(RLIMIT_STACK, 0, 0); execl("/proc/self/exe", "deep", "1", NULL)), 0,
	         "what a start takes is always there");
}

static void
machine(void)
{
	struct abi_sysinfo info;

	is(syscall(116, &info), 0, "sysinfo");
	is(info.totalram / 1024 * info.mem_unit, procfs_number("/proc/meminfo", "MemTotal"),
	   "its RAM");
	is(info.procs, count_processes(), "its processes");
	ok(info.uptime <= (long)procfs_number("/proc/uptime", "") && info.uptime >= 0,
	   "its uptime");
}

static char *
map(size_t size, int flags)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap");
	return p;
}

static void
advice(void)
{
	char *p = map(4 * PAGE, MAP_PRIVATE), *s = map(2 * PAGE, MAP_SHARED);
	unsigned long free;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = i + 1;
	s[0] = 9;
	free = procfs_number("/proc/meminfo", "MemFree");
	is(syscall(MADVISE, p + PAGE, 2 * PAGE, MADV_DONTNEED), 0, "MADV_DONTNEED");
	is(procfs_number("/proc/meminfo", "MemFree") - free, 8, "frees two pages");
	ok(p[0] == 1 && p[PAGE] == 0 && p[2 * PAGE] == 0 && p[3 * PAGE] == 4, "which are zeros");
	ok(syscall(MADVISE, s, 2 * PAGE, MADV_DONTNEED) == 0 && s[0] == 9, "what is shared stays");
	is(syscall(MADVISE, p, 4 * PAGE, MADV_WILLNEED), 0, "harmless advice");
	fails(syscall(MADVISE, p, PAGE, 9), EINVAL, "unknown advice");
	fails(syscall(MADVISE, p + 1, PAGE, 0), EINVAL, "half a page");
	munmap(p + 2 * PAGE, PAGE);
	fails(syscall(MADVISE, p, 4 * PAGE, MADV_DONTNEED), ENOMEM, "a hole");
	ok(p[0] == 0 && p[3 * PAGE] == 0, "but what is there goes");
	is(syscall(144, s, PAGE, MS_SYNC), 0, "msync");
	fails(syscall(144, s, PAGE, MS_SYNC | MS_ASYNC), EINVAL, "now and later");
	fails(syscall(144, p, 4 * PAGE, MS_ASYNC), ENOMEM, "a hole");
	munmap(p, 4 * PAGE), munmap(s, 2 * PAGE);
}

void
test(void)
{
	limits();
	users_processes();
	stacks();
	machine();
	advice();
}
