/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: mlock, mremap, and the order of errors where arguments are wrong in two ways. */
#include "differ.h"
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

enum { FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET };
enum { FUTEX_PRIVATE_FLAG = 128, FUTEX_CLOCK_REALTIME = 256 };

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void *
remap(void *at, size_t len, size_t new_len, int flags, void *to)
{
	return (void *)syscall(SYS_mremap, at, len, new_len, flags, to);
}

static char *
place(char *at, int pages, int flags)
{
	char *p = mmap(at, pages * PAGE, RW, flags | MAP_FIXED, -1, 0);

	for (int i = 0; i < pages; i++)
		p[i * PAGE] = 'a' + i;
	return p;
}

static void
remapping(void)
{
	char *p = place(HOLE, 4, ANON), *far = HOLE + 0x100000;

	section("mremap");
	AT(p, remap(p, 4 * PAGE, 4 * PAGE, 0, NULL));
	AT(p, remap(p, 4 * PAGE, 2 * PAGE, 0, NULL));
	NUM(touch(p + 2 * PAGE, 0));
	AT(p, remap(p, 2 * PAGE, 6 * PAGE, 0, NULL));
	TEXT("pages", "%c%c%d", p[0], p[PAGE], p[5 * PAGE]);
	AT(p, remap(p + 1, PAGE, PAGE, 0, NULL));
	AT(p, remap(p, PAGE, 0, 0, NULL));
	AT(p, remap(p, PAGE, PAGE, 8, NULL));
	AT(p, remap(p, PAGE, PAGE, MREMAP_FIXED, far));
	AT(p, remap(p, 7 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL));
	AT(p, remap(p, 0, PAGE, MREMAP_MAYMOVE, NULL));
	AT(p, remap(p, 3 * PAGE, 7 * PAGE, 0, NULL));
	AT(p, remap(p, PAGE, 0x80000000u, MREMAP_MAYMOVE, NULL));
	AT(p, remap(p, PAGE, 0xfffff000u, MREMAP_MAYMOVE, NULL));
	AT(p, remap(p, PAGE, 0xffffffffu, MREMAP_MAYMOVE, NULL));
	AT(p, remap(p, 0xfffff000u, PAGE, 0, NULL));
	AT(far, remap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far + 1));
	AT(far, remap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE));
	AT(far, remap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, BAD));
	AT(far, remap(p + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far));
	TEXT("moved", "%c%d", far[0], far[PAGE]);
	NUM(touch(p + PAGE, 0));
	AT(AWAY, remap(AWAY, PAGE, 2 * PAGE, 0, NULL));
	munmap(p, 0x110000);
	p = place(HOLE, 2, MAP_SHARED | MAP_ANONYMOUS);
	AT(far, remap(p, 0, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far));
	far[0] = 'z';
	TEXT("the same", "%c%c", p[0], far[PAGE]);
	AT(far, remap(far, 2 * PAGE, 3 * PAGE, 0, NULL));
	NUM(touch(far + 2 * PAGE, 0));
	munmap(p, 0x110000);
}

static void
user_locks(void)
{
	char *p = place(HOLE, 8, ANON);

	NUM(mlock(p, 4 * PAGE));
	NUM(mlock(p, 5 * PAGE));
	NUM(mlock(p + PAGE, 3 * PAGE));
	NUM(mlock(p + 4 * PAGE, 1));
	NUM(munlock(p, PAGE));
	NUM(mlock(p + 4 * PAGE, 1));
	NUM(mlockall(MCL_CURRENT));
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 0});
	NUM(mlock(p, 0));
	NUM(syscall(SYS_mlock2, p, 0, 2));
	NUM(mlockall(MCL_FUTURE));
	NUM(mlockall(8));
	NUM(munlock(p, 8 * PAGE));
	NUM(munlockall());
}

static void
locking(void)
{
	char *p = place(HOLE, 4, ANON);

	section("mlock");
	munmap(p + 2 * PAGE, PAGE);
	NUM(mlock(p, PAGE));
	NUM(mlock(p + 5, PAGE));
	NUM(mlock(p, 4 * PAGE));
	NUM(munlock(p, 4 * PAGE));
	NUM(mlock(p, 0));
	NUM(mlock(AWAY, 0));
	NUM(mlock(AWAY, 1));
	NUM(mlock(p, 0xfffff000u));
	NUM(munlock(p, 0xfffff000u));
	NUM(mlock(BAD, PAGE));
	NUM(mprotect(p, PAGE, PROT_NONE));
	NUM(mlock(p, PAGE));
	NUM(munlock(p, PAGE));
	NUM(syscall(SYS_mlock2, p + PAGE, PAGE, 1));
	NUM(syscall(SYS_mlock2, p + PAGE, PAGE, 2));
	NUM(mlockall(0));
	NUM(mlockall(4));
	NUM(mlockall(8));
	munmap(p, 4 * PAGE);
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){4 * PAGE, 4 * PAGE});
	child(1000, 1000, user_locks);
}

static void *
map2(void *at, size_t len, int prot, int flags, int fd, unsigned page)
{
	return (void *)syscall(SYS_mmap2, at, len, prot, flags, fd, page);
}

static void
mapping(void)
{
	int fd = open("/tmp/x", O_RDONLY | O_CREAT, 0600), wo = open("/tmp/x", O_WRONLY), p[2];

	section("mmap, wrong in two ways");
	if (pipe(p) != 0)
		return;
	AT(NULL, map2(NULL, 0, PROT_READ, MAP_PRIVATE, 99, 0));
	AT(NULL, map2(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0));
	AT(NULL, map2(NULL, 0, PROT_READ, 0, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, 0, 99, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, 0, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, 3, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, 4, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
	AT(NULL, map2(NULL, 0xffffffff, PROT_READ, MAP_PRIVATE, fd, 0));
	AT(NULL, map2(NULL, 0xffffffff, PROT_READ, 0, fd, 0));
	AT(NULL, map2(NULL, 0xffffffff, PROT_READ, MAP_PRIVATE, 99, 0));
	AT(NULL, map2(NULL, 0xc0001000, PROT_READ, MAP_PRIVATE, fd, 0));
	AT(NULL, map2(NULL, 0xc0001000, PROT_READ, 0, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0xfffff));
	AT(NULL, map2(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0xffffffff));
	AT(NULL, map2(NULL, 2 * PAGE, PROT_READ, 0, fd, 0xffffffff));
	AT(NULL, map2(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, 99, 0xffffffff));
	AT(NULL, map2(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, wo, 0xffffffff));
	AT(NULL, map2(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0));
	AT(NULL, map2(HOLE + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, wo, 0));
	AT(NULL, map2(HOLE + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
	AT(NULL, map2(HOLE + 1, PAGE, PROT_READ, MAP_FIXED, fd, 0));
	AT(NULL, map2(BAD, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, wo, 0));
	AT(NULL, map2(BAD, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
	AT(NULL, map2(BAD, PAGE, PROT_READ, MAP_FIXED, fd, 0));
	AT(NULL, map2(NULL, PAGE, RW, MAP_SHARED, fd, 0));
	AT(NULL, map2(HOLE + 1, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, MAP_PRIVATE, p[0], 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, MAP_PRIVATE, p[1], 0));
	AT(NULL, map2(NULL, PAGE, PROT_READ, 0, p[0], 0));
	NUM(munmap(HOLE + 1, PAGE));
	NUM(munmap(HOLE, 0));
	NUM(munmap(BAD, PAGE));
	NUM(munmap(HOLE, 0xffffffff));
	NUM(mprotect(HOLE + 1, PAGE, 99));
	NUM(mprotect(AWAY, PAGE, 99));
	NUM(mprotect(AWAY, 0, 99));
	NUM(mprotect(AWAY + 1, 0, PROT_READ));
	NUM(mprotect(AWAY, 0, PROT_READ));
	NUM(mprotect(HOLE, 0xffffffff, PROT_READ));
	NUM(madvise(HOLE + 1, PAGE, 99));
	NUM(madvise(HOLE, 0, 99));
	NUM(msync(HOLE + 1, PAGE, 8));
	NUM(msync(AWAY, PAGE, MS_SYNC | MS_ASYNC));
	NUM(msync(AWAY, 0, MS_SYNC));
	close(fd), close(wo), close(p[0]), close(p[1]);
	unlink("/tmp/x");
}

static long
futex(void *word, int op, int value, void *timeout, unsigned bits)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, bits);
}

static void
futexes(void)
{
	int *word = (int *)place(HOLE, 1, ANON);
	struct timespec bad = {0, 1000000000}, negative = {-1, 0};
	void *odd = (char *)word + 1, *away = AWAY;

	section("futex, wrong in two ways");
	*word = 0;
	NUM(futex(odd, FUTEX_WAIT, 0, NULL, 0));
	NUM(futex(odd, FUTEX_WAIT, 0, BAD, 0));
	NUM(futex(odd, FUTEX_WAIT, 0, &bad, 0));
	NUM(futex(odd, 99, 0, NULL, 0));
	NUM(futex(odd, 99, 0, BAD, 0));
	NUM(futex(away, 99, 0, BAD, 0));
	NUM(futex(away, FUTEX_WAIT, 0, BAD, 0));
	NUM(futex(away, FUTEX_WAIT, 0, &bad, 0));
	NUM(futex(away, FUTEX_WAIT, 0, NULL, 0));
	NUM(futex(away, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, 0));
	NUM(futex(away, FUTEX_WAKE, 1, NULL, 0));
	NUM(futex(away, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, 0));
	NUM(futex(BAD, FUTEX_WAKE, 1, NULL, 0));
	NUM(futex(BAD, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, 0));
	NUM(futex(odd, FUTEX_WAKE, 1, BAD, 0));
	NUM(futex(word, FUTEX_WAIT, 1, BAD, 0));
	NUM(futex(word, FUTEX_WAIT, 1, &bad, 0));
	NUM(futex(word, FUTEX_WAIT, 1, &negative, 0));
	NUM(futex(word, FUTEX_WAIT, 1, NULL, 0));
	NUM(futex(word, FUTEX_WAIT_BITSET, 1, NULL, 0));
	NUM(futex(word, FUTEX_WAIT_BITSET, 0, BAD, 0));
	NUM(futex(word, FUTEX_WAIT_BITSET, 0, &bad, 0));
	NUM(futex(odd, FUTEX_WAIT_BITSET, 0, NULL, 0));
	NUM(futex(away, FUTEX_WAIT_BITSET, 0, NULL, 0));
	NUM(futex(word, FUTEX_WAKE_BITSET, 1, NULL, 0));
	NUM(futex(odd, FUTEX_WAKE_BITSET, 1, NULL, 0));
	NUM(futex(away, FUTEX_WAKE_BITSET, 1, NULL, 0));
	NUM(futex(word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, 0));
	NUM(futex(odd, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, 0));
	NUM(futex(word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, 0));
	NUM(futex(word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, BAD, 0));
	NUM(futex(word, FUTEX_WAKE, 0, NULL, 0));
	NUM(futex(word, FUTEX_WAKE, -1, NULL, 0));
	munmap(word, PAGE);
}

/* Returns the address that is so many KiB below the top of the stack. The program's name
 * is in the stack's highest page. */
static char *
deep(unsigned kib)
{
	return (char *)(getauxval(AT_EXECFN) | (PAGE - 1)) + 1 - (kib << 10);
}

static int
limit(unsigned kib)
{
	return setrlimit(RLIMIT_STACK, &(struct rlimit){(rlim_t)kib << 10, RLIM_INFINITY});
}

/* RLIMIT_STACK applies at once to a stack that exists. */
static void
stack(void)
{
	section("stack");
	NUM(limit(256));
	NUM(touch(deep(256), 1));
	NUM(touch(deep(260), 1));
	NUM(touch(deep(10000), 0));
	NUM(limit(200));
	NUM(touch(deep(256), 1));
	NUM(touch(deep(260), 1));
	NUM(getrandom(deep(260), 1, 0));
	NUM(limit(512));
	NUM(touch(deep(260), 0));
	NUM(touch(deep(512), 1));
	NUM(touch(deep(516), 1));
	NUM(limit(8192));
	NUM(touch(deep(6000), 1));
	NUM(touch(deep(8196), 1));
}

void
memory_more_calls(void)
{
	child(0, 0, remapping);
	child(0, 0, locking);
	child(0, 0, mapping);
	child(0, 0, stack);
	child(0, 0, futexes);
}
