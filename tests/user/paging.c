/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests a process's memory: zero-filled pages on demand, copy-on-write, the stack, brk, mmap and
 * the commitment of memory. */
#include "tap.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define A ((char *)0x60000000)
#define MIB (1u << 20)

static unsigned long
mem_free(void)
{
	return procfs_number("/proc/meminfo", "MemFree");
}

static unsigned long
committed(void)
{
	return procfs_number("/proc/meminfo", "Committed_AS");
}

static char *
map(void *at, size_t len, int prot, int flags)
{
	return mmap(at, len, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static int
is_zero(const char *p, size_t n)
{
	while (n > 0 && *p == 0)
		p++, n--;
	return n == 0;
}

static void
demand_zero(void)
{
	unsigned long before = mem_free();
	char *p = map(NULL, 4 * MIB, RW, MAP_PRIVATE);

	ok(before - mem_free() < 32, "mmap takes no frames yet");
	ok(is_zero(p, 4 * MIB), "what is new reads as zeros");
	memset(p, 0xee, 4 * MIB);
	ok(before - mem_free() >= 4096, "written pages have frames");
	is(munmap(p, 4 * MIB), 0, "munmap");
	ok(before - mem_free() < 32, "the frames are back");
	is(reads(p), SEGV, "nothing is there");
	p = map(NULL, 4 * MIB, RW, MAP_PRIVATE);
	ok(is_zero(p, 4 * MIB), "frames that were used read as zeros again");
	munmap(p, 4 * MIB);
	p = map(NULL, MIB, PROT_READ, MAP_PRIVATE);
	before = mem_free();
	ok(is_zero(p, MIB) && before == mem_free(), "read-only zeros take no frames");
	is(writes(p), SEGV, "nor can they be written");
	munmap(p, MIB);
}

static void
copy_on_write(void)
{
	char *p = map(NULL, 16 * PAGE, RW, MAP_PRIVATE);
	struct gate go, done;
	pid_t pid;

	gate_make(&go), gate_make(&done);
	memset(p, 'p', 16 * PAGE);
	pid = SPAWN(p[0] = 'c'; gate_open(&done); gate_pass(&go);
	            if (p[0] != 'c' || p[PAGE] != 'p' || p[2 * PAGE] != 'p') _exit(1);
	            memset(p, 'd', 16 * PAGE));
	gate_pass(&done);
	is(p[0], 'p', "the child's write is the child's");
	p[PAGE] = 'q';
	gate_open(&go);
	is(ending(pid), 0, "the parent's write is the parent's");
	ok(p[0] == 'p' && p[PAGE] == 'q' && p[15 * PAGE] == 'p', "and stays so");
	is(CHILD(pid = SPAWN(p[0] = 'g'; _exit(p[PAGE] != 'q')); p[0] = 'c';
	         _exit(ending(pid) || p[0] != 'c')), 0, "a grandchild");
	is(p[0], 'p', "three generations, each its own");
	/* A write by the kernel copies the page as a write by the program does. */
	is(CHILD(int fd = open("/etc/passwd", O_RDONLY); _exit(read(fd, p, 5) != 5 || *p == 'p')),
	         0, "the kernel's write into a child");
	is(p[0], 'p', "is no write into the parent");
	munmap(p, 16 * PAGE);
	gate_drop(&go), gate_drop(&done);
}

/* Recurses until the stack is n KiB deep. Each call gets the buffer of the one above, so that
 * the compiler can't leave any buffer out. */
static int __attribute__((noinline)) deep(int n, volatile char *above)
{
	volatile char room[1024];
	int below;

	room[0] = n;
	below = n == 0 ? 0 : deep(n - 1, room);
	return below + (room[0] == (char)n) + (above[0] == 99);
}

static void
stack(void)
{
	volatile char *sp = (char *)&sp;

	is(CHILD(_exit(deep(6 * 1024, sp) < 6 * 1024)), 0, "the stack grows to 6 MiB");
	is(CHILD(_exit(deep(9 * 1024, sp) == 0)), SEGV, "but not to 9");
	is(writes(sp - 4 * MIB), 0, "also at one go");
	is(writes(sp - 9 * MIB), SEGV, "within its limit");
	/* A guard page stays free between the stack and a mapping below it. */
	char *below = (char *)(((uint32_t)sp & -PAGE) - 64 * PAGE);

	ok(map(below, PAGE, RW, MAP_PRIVATE | MAP_FIXED) == below, "something below the stack");
	is(writes(below + 3 * PAGE), 0, "the stack comes near");
	is(writes(below + 2 * PAGE), 0, "nearer");
	is(writes(below + PAGE), SEGV, "but not next to it");
	munmap(below, PAGE);
}

static void
heap(void)
{
	char *start = sbrk(0), *p = sbrk(3 * PAGE + 100);

	ok(p == start && sbrk(0) == start + 3 * PAGE + 100, "brk moves by bytes");
	ok(is_zero(p, 3 * PAGE + 100), "the heap is zeros");
	memset(p, 'h', 3 * PAGE);
	is(brk(start + 100), 0, "brk goes back");
	ok(p[0] == 'h' && p[99] == 'h', "what is left stays");
	is(reads(start + 2 * PAGE), SEGV, "the rest is gone");
	is(brk(start + 3 * PAGE), 0, "up again");
	ok(is_zero(p + PAGE, 2 * PAGE), "zeros again");
	fails(brk((void *)0xc0000000), ENOMEM, "not into the kernel");
	fails(brk((void *)0xbfffe000), ENOMEM, "not into the stack");
	fails(brk((void *)0x1000), ENOMEM, "not below the program");
	ok(sbrk(0) == start + 3 * PAGE, "a refused brk changes nothing");
	char *wall = (char *)(((uint32_t)start + 8 * PAGE) & -PAGE);

	map(wall, PAGE, RW, MAP_PRIVATE | MAP_FIXED);
	wall[0] = 'w';
	fails(brk(start + 20 * PAGE), ENOMEM, "not over a mapping");
	is(wall[0], 'w', "which is untouched");
	is(CHILD(memset(sbrk(PAGE), 1, PAGE); _exit(0)), 0, "a child's heap");
	munmap(wall, PAGE);
	brk(start);
}

static void
mappings(void)
{
	char *p = map(NULL, 4 * PAGE, RW, MAP_PRIVATE), *q;

	memset(p, 'p', 4 * PAGE);
	fails((long)mmap(NULL, 0, RW, ANON, -1, 0), EINVAL, "mmap of nothing");
	fails((long)mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL,
	      "neither shared nor private");
	fails((long)map(NULL, 0xfffff001, RW, MAP_PRIVATE), ENOMEM, "a length that wraps");
	fails((long)map(NULL, 0xc0000000, RW, MAP_PRIVATE), ENOMEM, "all of user space");
	fails((long)map(A + 1, PAGE, RW, MAP_PRIVATE | MAP_FIXED), EINVAL, "MAP_FIXED misaligned");
	fails((long)map((void *)0xbffff000, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED), ENOMEM,
	      "MAP_FIXED into the kernel");
	ok(map(NULL, PAGE, RW, MAP_PRIVATE | MAP_FIXED) == MAP_FAILED, "MAP_FIXED of page 0");
	fails((long)map(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE), EEXIST, "NOREPLACE");
	ok(map(A, PAGE, RW, MAP_PRIVATE) == A, "a wish is granted where it can be");
	q = map(A, PAGE, RW, MAP_PRIVATE);
	ok(q != A && q != MAP_FAILED, "and is only a wish");
	munmap(A, PAGE), munmap(q, PAGE);
	ok(map(p + PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED) == p + PAGE, "MAP_FIXED replaces");
	ok(p[0] == 'p' && p[PAGE] == 0 && p[2 * PAGE] == 'p', "exactly its range");
	fails(munmap(p + 1, PAGE), EINVAL, "munmap misaligned");
	fails(munmap(p, 0), EINVAL, "munmap of nothing");
	fails(munmap(p, 0xfffff000), EINVAL, "munmap into the kernel");
	is(munmap(p + 2 * PAGE, 1), 0, "munmap rounds up");
	is(reads(p + 2 * PAGE), SEGV, "a hole");
	is(p[3 * PAGE], 'p', "and what is behind it");
	fails(mprotect(p, 4 * PAGE, RW), ENOMEM, "mprotect over a hole");
	is(munmap(p, 4 * PAGE), 0, "munmap over a hole");
}

static void
protection(void)
{
	char *p = map(NULL, 3 * PAGE, RW, MAP_PRIVATE);

	memset(p, 'x', 3 * PAGE);
	is(mprotect(p + PAGE, PAGE, PROT_NONE), 0, "mprotect: PROT_NONE for the middle");
	is(reads(p + PAGE), SEGV, "can't be read");
	is(CHILD(_exit(p[0] != 'x' || p[2 * PAGE] != 'x')), 0, "its neighbours can");
	fails(write(1, p + PAGE, 1), EFAULT, "nor by the kernel");
	is(mprotect(p + PAGE, PAGE, PROT_READ), 0, "PROT_READ");
	is(p[PAGE], 'x', "reads what it held");
	is(writes(p + PAGE), SEGV, "can't be written");
	fails(pipe((int *)(p + PAGE)), EFAULT, "nor by the kernel");
	is(mprotect(p, 3 * PAGE, RW), 0, "all back");
	is(writes(p + PAGE), 0, "can be written");
	fails(mprotect(p + 1, PAGE, RW), EINVAL, "misaligned");
	fails(mprotect(p, PAGE, 0x40), EINVAL, "no such protection");
	fails(mprotect(A, PAGE, RW), ENOMEM, "nothing there");
	is(mprotect(p, 0, RW), 0, "no bytes");
	is(writes((void *)protection), SEGV, "the program can't be written");
	munmap(p, 3 * PAGE);
}

static void
shared_anonymous(void)
{
	char *p = shared(3 * PAGE);

	is(CHILD(p[0] = 'c'; p[2 * PAGE] = 'd'), 0, "shared memory in a child");
	ok(p[0] == 'c' && p[2 * PAGE] == 'd', "shows what it wrote");
	is(CHILD(munmap(p, PAGE); if (SPAWN(p[PAGE] = 'g') > 0) wait(NULL)), 0, "in a grandchild");
	is(p[PAGE], 'g', "too");
	munmap(p, 3 * PAGE);
}

static void
take_all(void)
{
	char *p;
	int n = 0;

	for (; (p = map(NULL, MIB / 4, RW, MAP_PRIVATE)) != MAP_FAILED; n++)
		memset(p, 1, MIB / 4);
	_exit(errno != ENOMEM || n < 100);
}

/* Tests that all committed memory can be touched, and that a call that asks for more than there
 * is fails at once. */
static void
promises(void)
{
	unsigned long before = committed(), room;
	char *p;
	int bad = 0;

	fails((long)map(NULL, 512 * MIB, RW, MAP_PRIVATE), ENOMEM, "more than the machine has");
	fails((long)map(NULL, 512 * MIB, RW, MAP_SHARED), ENOMEM, "shared as well");
	ok(sbrk(512 * MIB) == (void *)-1 && errno == ENOMEM, "by brk as well");
	ok((p = map(NULL, 512 * MIB, PROT_READ, MAP_PRIVATE)) != MAP_FAILED, "read-only is free");
	fails(mprotect(p, 512 * MIB, RW), ENOMEM, "until it is to be written");
	munmap(p, 512 * MIB);
	is(committed(), before, "refusals promise nothing");
	is(CHILD(take_all()), 0, "all that was granted can be touched");
	is(committed(), before, "and comes back");
	room = (procfs_number("/proc/meminfo", "MemTotal") - before) / 2 * 1024;
	p = map(NULL, (room & -PAGE) + MIB, RW, MAP_PRIVATE);
	ok(p != MAP_FAILED, "half of what there is");
	for (int i = 0; i < 100; i++)
		bad += fork() != -1 || errno != ENOMEM;
	is(bad, 0, "fork of more than the other half: ENOMEM, 100 times");
	munmap(p, (room & -PAGE) + MIB);
	is(committed(), before, "a refused fork promises nothing");
}

static void
file(void)
{
	int fd = open("/etc/passwd", O_RDONLY);
	char text[4], *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	read(fd, text, 4);
	ok(p != MAP_FAILED && memcmp(p, text, 4) == 0, "a file, privately");
	ok(is_zero(p + PAGE - 16, 16), "zeros behind its end");
	p[0] = '#';
	lseek(fd, 0, SEEK_SET);
	read(fd, text, 4);
	ok(text[0] != '#', "writing to it doesn't write the file");
	is(reads(p + PAGE), KILLED(SIGBUS), "a page beyond its end");
	munmap(p, 2 * PAGE);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ok(p != MAP_FAILED && memcmp(p, text, 4) == 0, "a file, shared");
	fails(mprotect(p, PAGE, RW), EACCES, "that is open for reading stays read-only");
	fails((long)mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES, "from the start");
	fails((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 63, 0), EBADF, "no such descriptor");
	munmap(p, PAGE);
	close(fd);
}

void
test(void)
{
	demand_zero();
	copy_on_write();
	stack();
	heap();
	mappings();
	protection();
	shared_anonymous();
	promises();
	file();
}
