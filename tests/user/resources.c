/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits, priorities, the machine, and what programs say of their memory. */
#include "tap.h"

#include <abi/mman.h>
#include <time.h>

#define SETRLIMIT 75
#define GETRLIMIT 76
#define UGETRLIMIT 191
#define PRLIMIT 340
#define GETPRIORITY 96
#define SETPRIORITY 97
#define NICE 34
#define MADVISE 219
#define MINCORE 218
#define MREMAP 163

static int
set(int which, uint32_t cur, uint32_t max)
{
	struct abi_rlimit l = {cur, max};

	return syscall(SETRLIMIT, which, &l);
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
	ok(syscall(GETRLIMIT, RLIMIT_STACK, &l) == 0 && l.rlim_max == 0x7fffffff, "the old call");
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

/* Started with an argument: take that many KiB of stack. */
int
helper(int argc, char **argv)
{
	int size = atoi(argv[1]) << 10;
	volatile char deep[size];

	for (int i = size - 1; i >= 0; i -= 1024)
		deep[i] = 1;
	return deep[1023] != 1;
}

static void
stacks(void)
{
	is(CHILD(execl("/proc/self/exe", "deep", "7000", NULL)), 0, "a deep stack");
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
priorities(void)
{
	pid_t pid = SPAWN(pause());

	is(syscall(GETPRIORITY, 0, 0), 20, "nice is 0");
	is(syscall(NICE, 5), 0, "nice");
	is(syscall(GETPRIORITY, 0, 0), 15, "is 5");
	is(CHILD(_exit(syscall(GETPRIORITY, 0, 0))), 15, "a child's, too");
	is(syscall(SETPRIORITY, 0, pid, 100), 0, "too nice");
	is(syscall(GETPRIORITY, 0, pid), 1, "is 19");
	is(syscall(GETPRIORITY, 1, 0), 20, "the best of the group");
	is(CHILD(become(ALICE, ALICE);
	         _exit(syscall(NICE, -1) == -1 && errno == EPERM &&
	               syscall(SETPRIORITY, 0, 0, 0) == -1 && errno == EACCES &&
	               syscall(SETPRIORITY, 0, pid, 19) == -1 && errno == EPERM)),
	                               1, "what a user can't");
	is(syscall(SETPRIORITY, 0, 0, 0), 0, "root can");
	kill(pid, SIGKILL);
	ending(pid);
	fails(syscall(GETPRIORITY, 0, pid), ESRCH, "of nobody");
	fails(syscall(GETPRIORITY, 3, 0), EINVAL, "of what?");
}

static void
machine(void)
{
	struct abi_sysinfo info;
	uint32_t mask[2] = {0, 7}, cpu = 9, node = 9;

	is(syscall(116, &info), 0, "sysinfo");
	is(info.totalram / 1024 * info.mem_unit, proc_number("/proc/meminfo", "MemTotal"),
	   "its RAM");
	is(info.procs, count_processes(), "its processes");
	ok(info.uptime <= (long)proc_number("/proc/uptime", "") && info.uptime >= 0, "its uptime");
	is(syscall(242, 0, 8, mask), 4, "sched_getaffinity: one word");
	ok(mask[0] == 1 && mask[1] == 7, "one CPU");
	fails(syscall(242, 0, 3, mask), EINVAL, "less than a word");
	fails(syscall(242, 32000, 4, mask), ESRCH, "of nobody");
	is(syscall(241, 0, 4, mask), 0, "to run on it");
	mask[0] = 2;
	fails(syscall(241, 0, 4, mask), EINVAL, "not on another");
	ok(syscall(318, &cpu, &node, NULL) == 0 && cpu == 0 && node == 0, "getcpu");
	is(syscall(157, 0), 0, "SCHED_OTHER");
	is(syscall(159, 1) - syscall(160, 1), 98, "of SCHED_FIFO's priorities");
	fails(syscall(159, 9), EINVAL, "no such policy");
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
	unsigned char there[4];

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = i + 1;
	s[0] = 9;
	free = proc_number("/proc/meminfo", "MemFree");
	is(syscall(MADVISE, p + PAGE, 2 * PAGE, MADV_DONTNEED), 0, "MADV_DONTNEED");
	is(proc_number("/proc/meminfo", "MemFree") - free, 8, "frees two pages");
	ok(p[0] == 1 && p[PAGE] == 0 && p[2 * PAGE] == 0 && p[3 * PAGE] == 4, "which are zeros");
	ok(syscall(MADVISE, s, 2 * PAGE, MADV_DONTNEED) == 0 && s[0] == 9, "what is shared stays");
	is(syscall(MADVISE, p, 4 * PAGE, MADV_WILLNEED), 0, "harmless advice");
	fails(syscall(MADVISE, p, PAGE, 9), EINVAL, "unknown advice");
	fails(syscall(MADVISE, p + 1, PAGE, 0), EINVAL, "half a page");
	munmap(p + 2 * PAGE, PAGE);
	fails(syscall(MADVISE, p, 4 * PAGE, MADV_DONTNEED), ENOMEM, "a hole");
	ok(p[0] == 0 && p[3 * PAGE] == 0, "but what is there goes");
	ok(syscall(MINCORE, s, 2 * PAGE, there) == 0 && there[0] == 1 && there[1] == 0, "mincore");
	fails(syscall(MINCORE, p, 4 * PAGE, there), ENOMEM, "of a hole");
	is(syscall(150, s + 5, PAGE), 0, "mlock");
	ok(syscall(MINCORE, s, 2 * PAGE, there) == 0 && there[1] == 1, "its pages are there");
	fails(syscall(150, p, 4 * PAGE), ENOMEM, "but for a hole");
	is(syscall(151, s, PAGE), 0, "munlock");
	is(syscall(152, 1) | syscall(153), 0, "mlockall, munlockall");
	fails(syscall(152, 8), EINVAL, "mlockall of what?");
	is(syscall(144, s, PAGE, MS_SYNC), 0, "msync");
	fails(syscall(144, s, PAGE, MS_SYNC | MS_ASYNC), EINVAL, "now and later");
	fails(syscall(144, p, 4 * PAGE, MS_ASYNC), ENOMEM, "a hole");
	munmap(p, 4 * PAGE), munmap(s, 2 * PAGE);
}

static void
moving(void)
{
	char *p = map(2 * PAGE, MAP_PRIVATE), *q, *r;

	p[0] = 1, p[PAGE] = 2;
	q = (char *)syscall(MREMAP, p, 2 * PAGE, 4 * PAGE, 0);
	ok(q == p && p[PAGE] == 2 && p[3 * PAGE] == 0, "mremap grows in place");
	q = (char *)syscall(MREMAP, p, 4 * PAGE, 2 * PAGE, 0);
	ok(q == p, "and shrinks");
	is(reads(p + 2 * PAGE), SEGV, "the rest is gone");
	r = mmap(p + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	fails(syscall(MREMAP, p, 2 * PAGE, 3 * PAGE, 0), ENOMEM, "there is something behind it");
	is(CHILD(char *n = (char *)syscall(MREMAP, p, 2 * PAGE, 2000 * PAGE, MREMAP_MAYMOVE);
	         _exit(n == p || n[0] != 1 || n[PAGE] != 2 || n[1999 * PAGE] != 0)), 0,
	                           "it moves, in a child, with what they share");
	q = (char *)syscall(MREMAP, p, 2 * PAGE, 2000 * PAGE, MREMAP_MAYMOVE);
	ok(q != p && q[0] == 1 && q[PAGE] == 2 && q[1999 * PAGE] == 0, "and here");
	is(reads(p), SEGV, "nothing is left where it was");
	fails(syscall(MREMAP, p, PAGE, 2 * PAGE, 1), EFAULT, "of nothing");
	fails(syscall(MREMAP, q + 1, PAGE, 2 * PAGE, 1), EINVAL, "of half a page");
	fails(syscall(MREMAP, q, 2000 * PAGE, 0, 1), EINVAL, "to nothing");
	fails(syscall(MREMAP, q, 2000 * PAGE, 0x90000000, 1), ENOMEM, "to more than there is");
	munmap(q, 2000 * PAGE), munmap(r, PAGE);
}

void
test(void)
{
	limits();
	stacks();
	priorities();
	machine();
	advice();
	moving();
}
