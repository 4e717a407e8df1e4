/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: brk, anonymous mmap, mmap of files, munmap, mprotect. */
#include "differ.h"

#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)

static void
anonymous(void)
{
	char *p;

	section("mmap of nothing");
	AT(NULL, p = mmap(NULL, 3 * PAGE, RW, PRIVATE, -1, 0));
	NUM(p[0] | p[3 * PAGE - 1]);
	NUM(munmap(p + PAGE, PAGE));
	NUM(touch(p + PAGE, 0));
	NUM(touch(p + 2 * PAGE, 1));
	NUM(munmap(p, 3 * PAGE));
	NUM(munmap(p, 3 * PAGE));
	NUM(munmap(p + 1, PAGE));
	NUM(munmap(p, 0));
	NUM(munmap((void *)0xc0000000, PAGE));
	NUM(munmap((void *)0xfffff000, 2 * PAGE));
	AT(NULL, mmap(NULL, 0, RW, PRIVATE, -1, 0));
	AT(NULL, mmap(NULL, 0xfffff000, RW, PRIVATE, -1, 0));
	AT(NULL, mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
	AT(NULL, mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
	AT(NULL, mmap(NULL, PAGE, RW, MAP_PRIVATE, 99, 0));
	AT(HOLE, mmap(HOLE + 1, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
	AT(HOLE, mmap(HOLE, PAGE + 1, RW, PRIVATE | MAP_FIXED, -1, 0));
	NUM(touch(HOLE + PAGE, 1));
	AT(HOLE, mmap(HOLE, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0));
	AT(HOLE, mmap(HOLE, PAGE, RW, PRIVATE, -1, 0));
	AT(HOLE + 8 * PAGE, mmap(HOLE + 8 * PAGE, PAGE, RW, PRIVATE, -1, 0));
	AT(NULL, mmap((void *)0xc0000000, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
	AT(NULL, mmap((void *)0xbffff000, 2 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
	NUM(mprotect(HOLE, 2 * PAGE, PROT_READ));
	NUM(touch(HOLE, 0));
	NUM(touch(HOLE, 1));
	NUM(mprotect(HOLE, 2 * PAGE, PROT_NONE));
	NUM(touch(HOLE, 0));
	NUM(mprotect(HOLE, 2 * PAGE, RW));
	NUM(touch(HOLE, 1));
	NUM(mprotect(HOLE + 1, PAGE, RW));
	NUM(mprotect(HOLE, 3 * PAGE, RW));
	NUM(mprotect(HOLE + 4 * PAGE, PAGE, RW));
	NUM(mprotect(HOLE, 0, RW));
	NUM(mprotect(HOLE, PAGE, 0x100));
	NUM(munmap(HOLE, 16 * PAGE));
}

static void
write_both(void)
{
	HOLE[0] = 'c';
	HOLE[4 * PAGE] = 'c';
}

static void
inherited(void)
{
	section("mmap and fork");
	AT(HOLE, mmap(HOLE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
	AT(HOLE + 4 * PAGE, mmap(HOLE + 4 * PAGE, PAGE, RW, SHARED | MAP_FIXED, -1, 0));
	HOLE[0] = HOLE[4 * PAGE] = 'p';
	child(0, 0, write_both);
	TEXT("private and shared", "%c %c", HOLE[0], HOLE[4 * PAGE]);
	NUM(munmap(HOLE, 8 * PAGE));
}

static void
from_file(void)
{
	char *p = HOLE, *q = HOLE + 8 * PAGE, text[8] = "";
	int fd, ro;

	section("mmap of a file");
	NUM(fd = open("/tmp/map", O_CREAT | O_RDWR, 0600));
	NUM(ftruncate(fd, PAGE + 100));
	NUM(pwrite(fd, "first", 5, 0));
	NUM(pwrite(fd, "second", 6, PAGE));
	AT(p, mmap(p, 4 * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0));
	AT(q, mmap(q, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, PAGE));
	TEXT("what is there", "%.5s %.6s", p, q);
	memcpy(p, "FIRST", 5);
	memcpy(q, "own", 3);
	NUM(pread(fd, text, 5, 0));
	TEXT("the file", "%s", text);
	NUM(pread(fd, text, 6, PAGE));
	TEXT("the file", "%s", text);
	NUM(pwrite(fd, "S", 1, PAGE));
	TEXT("shared", "%.6s", p + PAGE);
	NUM(p[PAGE + 100] | p[2 * PAGE - 1]);
	NUM(touch(p + 2 * PAGE, 0));
	NUM(ftruncate(fd, 3 * PAGE));
	NUM(touch(p + 2 * PAGE, 1));
	NUM(ftruncate(fd, 10));
	NUM(touch(p + PAGE, 0));
	NUM(touch(p, 1));
	NUM(p[10]);
	NUM(msync(p, PAGE, MS_SYNC));
	NUM(msync(p, PAGE, MS_SYNC | MS_ASYNC));
	NUM(msync(p + 64 * PAGE, PAGE, MS_SYNC));
	NUM(unlink("/tmp/map"));
	NUM(close(fd));
	TEXT("without a name", "%.5s", p);
	NUM(munmap(p, 4 * PAGE));
	NUM(munmap(q, PAGE));
	NUM(fd = open("/tmp/map", O_CREAT | O_WRONLY | O_TRUNC, 0600));
	NUM(write(fd, "text", 4));
	AT(NULL, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	AT(NULL, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
	NUM(ro = open("/tmp/map", O_RDONLY));
	AT(NULL, mmap(NULL, PAGE, RW, MAP_SHARED, ro, 0));
	AT(p, mmap(p, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, ro, 0));
	NUM(mprotect(p, PAGE, RW));
	AT(q, mmap(q, PAGE, RW, MAP_PRIVATE | MAP_FIXED, ro, 0));
	NUM(touch(q, 1));
	AT(NULL, (void *)syscall(SYS_mmap2, NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 5));
	NUM(close(fd) | close(ro));
	NUM(fd = open("/tmp", O_RDONLY));
	AT(NULL, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	NUM(close(fd));
	NUM(fd = open("/dev/zero", O_RDWR));
	AT(NULL, q = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0));
	NUM(touch(q, 1));
	NUM(close(fd));
	NUM(munmap(p, PAGE));
	NUM(unlink("/tmp/map"));
}

static void
breaking(void)
{
	char *end = (void *)syscall(SYS_brk, 0), *up;

	section("brk");
	NUM((char *)syscall(SYS_brk, end + 3 * PAGE) - end);
	NUM(touch(end + 2 * PAGE, 1));
	NUM((char *)syscall(SYS_brk, end + 1) - end);
	NUM((char *)syscall(SYS_brk, 1) - end);
	NUM((char *)syscall(SYS_brk, 0xc0000000) - end);
	up = (char *)(((uintptr_t)end + 4 * PAGE - 1) & -PAGE);
	AT(up, mmap(up, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
	NUM((char *)syscall(SYS_brk, up + 2 * PAGE) - end);
	NUM(munmap(up, PAGE));
	NUM((char *)syscall(SYS_brk, end) - end);
}

void
memory_calls(void)
{
	anonymous();
	inherited();
	from_file();
	breaking();
}
