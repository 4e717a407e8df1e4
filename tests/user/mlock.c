/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests mlock and its relatives: what is locked is resident, and is counted. */
#include "tap.h"

enum { MLOCK = 150, MUNLOCK, MLOCKALL, MUNLOCKALL, MREMAP = 163, MLOCK2 = 376 };
enum { SETRLIMIT = 75 };

static unsigned long
locked(void)
{
	return procfs_number("/proc/self/status", "VmLck") / 4;
}

static unsigned long
resident(void)
{
	return procfs_number("/proc/self/status", "VmRSS") / 4;
}

static char *
map(size_t pages, int prot, int flags)
{
	char *p = mmap(NULL, pages * PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap");
	return p;
}

static void
filled(void)
{
	char *p = map(64, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	char *s = map(16, PROT_READ | PROT_WRITE, MAP_SHARED);
	char *r = map(16, PROT_READ, MAP_PRIVATE);
	unsigned long before = resident();

	resident();
	before = resident();
	is(syscall(MLOCK, p + PAGE + 100, 2 * PAGE), 0, "mlock of parts of three pages");
	is(resident() - before, 3, "brings them in");
	is(locked(), 3, "and counts them");
	is(syscall(MLOCK, p + PAGE, PAGE), 0, "once more");
	is(locked(), 3, "is counted once");
	is(syscall(MUNLOCK, p + 2 * PAGE, PAGE), 0, "munlock of the middle");
	is(locked(), 2, "leaves two");
	before = resident();
	is(syscall(MLOCK, s, 16 * PAGE) | syscall(MLOCK, r, 16 * PAGE), 0,
	   "what is shared or read");
	is(resident() - before, 32, "is there too");
	is(syscall(MLOCK2, p + 32 * PAGE, 8 * PAGE, MLOCK_ONFAULT), 0, "on fault");
	is(resident() - before, 32, "nothing comes");
	is(locked(), 42, "but all counts");
	is(CHILD(_exit(locked())), 0, "a child has nothing locked");
	munmap(r, 16 * PAGE);
	is(locked(), 26, "nor is what is unmapped");
	is(syscall(MUNLOCKALL), 0, "munlockall");
	is(locked(), 0, "leaves none");
	is(syscall(MLOCKALL, MCL_CURRENT), 0, "mlockall");
	ok(locked() >= 80 && resident() >= locked(), "has all");
	syscall(MUNLOCKALL);
	is(syscall(MLOCK, p, 0), 0, "nothing at all");
	munmap(p, 64 * PAGE), munmap(s, 16 * PAGE);
}

static void
refused(void)
{
	char *p = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE), *n = map(1, PROT_NONE, MAP_PRIVATE);
	int fd = open("/tmp/short", O_RDWR | O_CREAT, 0600);
	char *f = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	ftruncate(fd, 10);
	munmap(p + 2 * PAGE, PAGE);
	fails(syscall(MLOCK, p, 4 * PAGE), ENOMEM, "a hole");
	fails(syscall(MUNLOCK, p, 4 * PAGE), ENOMEM, "to be unlocked");
	fails(syscall(MLOCK, n, PAGE), ENOMEM, "no access");
	fails(syscall(MLOCK, f, 2 * PAGE), ENOMEM, "beyond a file's end");
	is(locked(), 0, "nothing is locked by what fails");
	fails(syscall(MLOCK, p, 0xfffff000u), EINVAL, "a range that wraps");
	fails(syscall(MLOCK2, p, PAGE, 2), EINVAL, "a flag that is none");
	fails(syscall(MLOCKALL, 0), EINVAL, "mlockall of nothing");
	fails(syscall(MLOCKALL, 8), EINVAL, "or what is not there");
	fails(syscall(MLOCKALL, MCL_ONFAULT), EINVAL, "on which fault?");
	munmap(p, 4 * PAGE), munmap(n, PAGE), munmap(f, 2 * PAGE);
	close(fd), unlink("/tmp/short");
}

static void
limit(unsigned bytes)
{
	syscall(SETRLIMIT, RLIMIT_MEMLOCK, (uint32_t[]){bytes, bytes});
}

static void
limits(void)
{
	char *p = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE);
	         _exit(syscall(MLOCK, p, 4 * PAGE) ? errno : (int)locked())), 4,
	               "a user locks up to RLIMIT_MEMLOCK");
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE); syscall(MLOCK, p, 3 * PAGE);
	         _exit(syscall(MLOCK, p + 3 * PAGE, 2 * PAGE) ? errno : 0)), ENOMEM,
	         "and not more");
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE); syscall(MLOCK, p, 3 * PAGE);
	         _exit(syscall(MLOCK, p, 4 * PAGE) ? errno : 0)), 0,
	         "what is locked is not counted twice");
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE); syscall(MLOCK, p, 4 * PAGE);
	         _exit(syscall(MREMAP, p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == -1 ? errno : 0)),
	         EAGAIN, "it does not grow beyond the limit");
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE);
	         _exit(syscall(MLOCKALL, MCL_CURRENT) ? errno : 0)), ENOMEM, "all of it is more");
	is(CHILD(limit(0); become(ALICE, ALICE); _exit(syscall(MLOCK, p, 0) ? errno : 0)), EPERM,
	         "a limit of 0");
	is(CHILD(limit(0); _exit(syscall(MLOCK, p, 8 * PAGE) ? errno : (int)locked())), 8,
	                         "is not for root");
	munmap(p, 8 * PAGE);
}

/* Tests that new pages of a heap whose last page is locked are not locked, and that a locked
 * stack grows up to RLIMIT_MEMLOCK. */
static void
grown(void)
{
	char *heap = (char *)(((uintptr_t)sbrk(0) + PAGE - 1) & -PAGE), here;
	char *low = (char *)((uintptr_t)&here & -PAGE) - 64 * PAGE;

	brk(heap + PAGE);
	syscall(MLOCK, heap, PAGE);
	brk(heap + 9 * PAGE);
	is(locked(), 1, "the heap grows, and what is locked does not");
	brk(heap);
	*(volatile char *)low = 1;
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE); syscall(MLOCK, low, PAGE);
	         low[-3 * PAGE] = 1; _exit(locked())), 4, "a locked stack grows");
	is(CHILD(limit(4 * PAGE); become(ALICE, ALICE); syscall(MLOCK, low, PAGE);
	         low[-4 * PAGE] = 1), SEGV, "and not beyond the limit");
}

void
test(void)
{
	filled();
	refused();
	limits();
	grown();
}
