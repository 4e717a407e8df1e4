/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests mremap: changes of length and address, for private, shared and file mappings. */
#include "tap.h"

enum { MLOCK = 150, MUNLOCK = 151, MREMAP = 163 };
#define PLACE ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *
remap(void *at, size_t len, size_t new_len, int flags, void *to)
{
	return (char *)syscall(MREMAP, at, len, new_len, flags, to);
}

/* Maps n pages at `at` and writes its number, counted from 1, into each. */
static char *
pages(char *at, int n, int flags)
{
	char *p = mmap(at, n * PAGE, RW, flags | MAP_FIXED, -1, 0);

	if (p != at)
		bail("mmap");
	for (int i = 0; i < n; i++)
		p[i * PAGE] = i + 1;
	return p;
}

static int
numbered(const char *p, int from, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i * PAGE] != from + i)
			return 0;
	return 1;
}

static unsigned long
promised(void)
{
	return procfs_number("/proc/meminfo", "Committed_AS");
}

static void
in_place(void)
{
	char *p = pages(PLACE, 4, ANON), *q;

	ok(remap(p, 4 * PAGE, 4 * PAGE, 0, NULL) == p, "the same length");
	ok(remap(p, 4 * PAGE, 100, 0, NULL) == p && numbered(p, 1, 1), "shorter");
	is(reads(p + PAGE), SEGV, "what is beyond has gone");
	ok(remap(p, PAGE, 6 * PAGE, 0, NULL) == p, "longer");
	ok(numbered(p, 1, 1) && p[PAGE] == 0 && p[5 * PAGE] == 0, "by zeros");
	is(reads(p + 6 * PAGE), SEGV, "and no longer");
	q = pages(PLACE + 7 * PAGE, 1, ANON);
	fails((long)remap(p, 6 * PAGE, 8 * PAGE, 0, NULL), ENOMEM, "something is in the way");
	ok(numbered(q, 1, 1) && numbered(p, 1, 1), "which stays");
	ok(remap(p, 6 * PAGE, 7 * PAGE, 0, NULL) == p, "up to it there is room");
	munmap(p, 8 * PAGE);
}

static void
moved(void)
{
	char *p = pages(PLACE, 4, ANON), *q, *far = PLACE + 0x1000000;
	unsigned long before = promised();

	pages(PLACE + 4 * PAGE, 1, ANON);
	q = remap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL);
	ok(q != MAP_FAILED && q != p && numbered(q, 1, 4) && q[7 * PAGE] == 0, "it may move");
	is(reads(p), SEGV, "nothing is left behind");
	is(reads(p + 4 * PAGE), 0, "but what was beside it");
	munmap(q, 8 * PAGE);
	munmap(p + 4 * PAGE, PAGE);
	p = pages(PLACE, 6, ANON);
	pages(far, 6, ANON);
	q = remap(p + PAGE, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far + PAGE);
	ok(q == far + PAGE && numbered(q, 2, 3) && q[3 * PAGE] == 0, "to a place, from the middle");
	ok(numbered(far, 1, 1) && numbered(far + 5 * PAGE, 6, 1), "what is around it stays there");
	ok(numbered(p, 1, 1) && numbered(p + 4 * PAGE, 5, 2), "and here");
	is(reads(p + PAGE), SEGV, "without the middle");
	q = remap(p + 4 * PAGE, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far);
	ok(q == far && numbered(far, 5, 1) && numbered(far + PAGE, 2, 3), "shorter, to a place");
	is(reads(p + 5 * PAGE), SEGV, "all of it has left");
	munmap(PLACE, 0x1000000 + 6 * PAGE);
	is(promised(), before - 20, "every promise is given back");
}

/* Tests moves within one mapping, to right behind or right before the old place, where the old
 * and the new range share a border. */
static void
beside_itself(void)
{
	const int both = MREMAP_MAYMOVE | MREMAP_FIXED;
	unsigned long before = promised();
	char *p = pages(PLACE, 8, ANON);

	ok(remap(p + 2 * PAGE, 2 * PAGE, 2 * PAGE, both, p + 4 * PAGE) == p + 4 * PAGE &&
	           numbered(p, 1, 2) && numbered(p + 4 * PAGE, 3, 2) &&
	           numbered(p + 6 * PAGE, 7, 2),
	   "right behind itself");
	is(reads(p + 2 * PAGE) == SEGV && reads(p + 3 * PAGE) == SEGV, 1, "which leaves a hole");
	pages(PLACE, 8, ANON);
	ok(remap(p + 4 * PAGE, 2 * PAGE, 2 * PAGE, both, p + 2 * PAGE) == p + 2 * PAGE &&
	           numbered(p, 1, 2) && numbered(p + 2 * PAGE, 5, 2) &&
	           numbered(p + 6 * PAGE, 7, 2),
	   "right before itself");
	is(reads(p + 4 * PAGE) == SEGV && reads(p + 5 * PAGE) == SEGV, 1, "which leaves a hole");
	pages(PLACE, 8, ANON);
	ok(remap(p + PAGE, 3 * PAGE, PAGE, both, p + 4 * PAGE) == p + 4 * PAGE &&
	           numbered(p, 1, 1) && numbered(p + 4 * PAGE, 2, 1) &&
	           numbered(p + 5 * PAGE, 6, 3),
	   "shorter, right behind itself");
	is(reads(p + PAGE) == SEGV && reads(p + 3 * PAGE) == SEGV, 1, "which leaves a hole");
	munmap(p, 8 * PAGE);
	is(promised(), before, "every promise is given back");
}

/* Tests a move where the part that is cut off overlaps an attach, and the new place lies in the
 * same attach. */
static void
into_an_attach(void)
{
	const int both = MREMAP_MAYMOVE | MREMAP_FIXED;
	int id = shmget(IPC_PRIVATE, 8 * PAGE, 0600), bad = 0;
	char *to = PLACE + 5 * PAGE;

	for (int i = 0; i < 500; i++) {
		char *p = pages(PLACE, 1, ANON), *s = shmat(id, PLACE + PAGE, 0);

		s[7 * PAGE] = 's';
		bad += remap(p, 3 * PAGE, PAGE, both, to) != to || !numbered(to, 1, 1);
		bad += s[2 * PAGE] != 0 || s[7 * PAGE] != 's' || stat_of(id).shm_nattch != 1;
		bad += i == 0 && (reads(p) != SEGV || reads(s + PAGE) != SEGV);
		bad += shmdt(s) != 0 || stat_of(id).shm_nattch != 0 || munmap(to, PAGE) != 0;
	}
	is(bad, 0, "an attach is cut at both places");
	shmctl(id, IPC_RMID, NULL);
}

/* Moves the last pages of a large mapping and grows them to its size, over and over. Private
 * zero-filled memory has no offset in a file that could become too high. */
static void
wanders(void)
{
	size_t size = 0x30000000, rest = 16 * PAGE;
	char *p = mmap(NULL, size, PROT_NONE, ANON, -1, 0);

	for (int n = 0; n < 8 && p != MAP_FAILED; n++) {
		munmap(p, size - rest);
		p = remap(p + size - rest, rest, size, MREMAP_MAYMOVE, NULL);
	}
	ok(p != MAP_FAILED, "private zeros may grow as often as one likes");
	munmap(p, size);
}

/* Tests private pages that are shared with a child, unreadable or read-only, then a file's pages
 * and shared anonymous ones. */
static void
kinds(void)
{
	char *p = pages(PLACE, 3, ANON), *to = PLACE + 0x800000;
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	char c;

	is(CHILD(p = remap(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to); p[0] = 9;
	         _exit(!numbered(p + PAGE, 2, 2))), 0, "a child moves what it has of its parent's");
	ok(numbered(p, 1, 3), "which the parent keeps");
	mprotect(p, PAGE, PROT_NONE), mprotect(p + PAGE, PAGE, PROT_READ);
	ok(remap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to &&
	           remap(p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) ==
	                   to + PAGE,
	   "without access");
	is(reads(to), SEGV, "none comes of it");
	is(writes(to + PAGE), SEGV, "nor to write");
	ok(to[PAGE] == 2, "but to read as before");
	mprotect(to, 2 * PAGE, RW);
	ok(numbered(to, 1, 2) && (to[0] = 5), "what it held is there again");
	munmap(to, 2 * PAGE), munmap(p, 3 * PAGE);
	write(fd, "abc", 3);
	ftruncate(fd, 3 * PAGE);
	p = mmap(PLACE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	ok(remap(p, PAGE, 4 * PAGE, 0, NULL) == p && p[2 * PAGE] == 0, "a file's grows");
	is(reads(p + 3 * PAGE), KILLED(SIGBUS), "to the file's end");
	syscall(MLOCK, p, PAGE), syscall(MUNLOCK, p, PAGE);
	mprotect(p + 2 * PAGE, PAGE, PROT_READ), mprotect(p + 2 * PAGE, PAGE, RW);
	ok(remap(p, 4 * PAGE, 5 * PAGE, 0, NULL) == p, "also what was cut and is alike again");
	ok(remap(p, 5 * PAGE, 4 * PAGE, 0, NULL) == p && p[2 * PAGE] == 0, "and is short again");
	mprotect(p + PAGE, PAGE, PROT_READ);
	fails((long)remap(p, 4 * PAGE, 5 * PAGE, 0, NULL), EFAULT, "what is not alike is not one");
	mprotect(p + PAGE, PAGE, RW);
	p = remap(p + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	p[1] = 'z';
	lseek(fd, 2 * PAGE + 1, SEEK_SET);
	ok(read(fd, &c, 1) == 1 && c == 'z', "it moves");
	ftruncate(fd, PAGE);
	is(reads(to), KILLED(SIGBUS), "and still follows the file");
	munmap(PLACE, 2 * PAGE), munmap(to, 2 * PAGE);
	close(fd), unlink("/tmp/file");
	p = pages(PLACE, 2, MAP_SHARED | MAP_ANONYMOUS);
	ok(remap(p, 0, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to && numbered(to, 1, 2),
	   "what is shared may be had twice");
	to[0] = 7;
	ok(p[0] == 7, "and is the same");
	is(CHILD(p[PAGE] = 8), 0, "a child too");
	ok(to[PAGE] == 8, "shares it");
	munmap(p, 2 * PAGE), munmap(to, 2 * PAGE);
}

static void
refused(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600), both = MREMAP_MAYMOVE | MREMAP_FIXED;
	char *p = pages(PLACE, 4, ANON), *s = shmat(id, PLACE + 0x400000, 0);

	fails((long)remap(p + 1, PAGE, PAGE, 0, NULL), EINVAL, "not a page");
	fails((long)remap(p, PAGE, 0, 0, NULL), EINVAL, "to nothing");
	fails((long)remap(p, PAGE, PAGE, 8, NULL), EINVAL, "a flag that is none");
	fails((long)remap(p, PAGE, PAGE, MREMAP_FIXED, s), EINVAL, "fixed, and not to be moved");
	fails((long)remap(p, 4 * PAGE, PAGE, both, p + PAGE), EINVAL, "over itself");
	fails((long)remap(p, PAGE, PAGE, both, p + 101), EINVAL, "to no page");
	fails((long)remap(p, PAGE, PAGE, both, (void *)0xc0000000), EINVAL, "to the kernel");
	fails((long)remap(p, PAGE, PAGE, both, NULL), EPERM, "to page 0");
	fails((long)remap(p, PAGE, 0x80000000u, MREMAP_MAYMOVE, NULL), ENOMEM, "too long");
	fails((long)remap(p, PAGE, 0xfffff000u, MREMAP_MAYMOVE, NULL), ENOMEM, "as long as can be");
	fails((long)remap(p, 5 * PAGE, 6 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT, "more than one");
	fails((long)remap(p, 0, PAGE, MREMAP_MAYMOVE, NULL), EINVAL, "what is private twice");
	fails((long)remap(p + 0x200000, PAGE, PAGE, 0, NULL), EFAULT, "nothing is there");
	ok(numbered(p, 1, 4), "nothing is changed by what fails");
	fails((long)remap(s, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE, NULL), EINVAL,
	      "an attach to grow");
	fails((long)remap(s, 2 * PAGE, 2 * PAGE, both, p), EINVAL, "or to move");
	is(stat_of(id).shm_nattch, 1, "it is there once");
	ok(remap(s, 2 * PAGE, PAGE, 0, NULL) == s, "a part of it may go");
	is(stat_of(id).shm_nattch, 1, "as by munmap");
	ok(remap(p, PAGE, PAGE, both, s) == s && numbered(s, 1, 1), "and all, for another");
	is(stat_of(id).shm_nattch, 0, "is a detach");
	shmctl(id, IPC_RMID, NULL);
	munmap(p, 4 * PAGE), munmap(s, PAGE);
}

void
test(void)
{
	in_place();
	moved();
	beside_itself();
	into_an_attach();
	wanders();
	kinds();
	refused();
}
