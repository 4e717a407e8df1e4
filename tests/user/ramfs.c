/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system in memory: the content of files, and their mappings. */
#include "tap.h"

#include <sys/stat.h>
#include <sys/uio.h>

static char buf[3 * PAGE], pattern[3 * PAGE];

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
}

static void
content(void)
{
	int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640), zeros = 0;
	struct iovec iov[2] = {{pattern, 10}, {(void *)0xc0000000, 10}};
	struct stat st;

	is(fstat(fd, &st), 0, "a new file");
	ok(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0640 && st.st_size == 0 &&
	           st.st_nlink == 1 && st.st_blocks == 0,
	   "is empty");
	fails(open("a", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST, "O_EXCL");
	is(write(fd, pattern, 5000), 5000, "write");
	is(size_of("a"), 5000, "it has that length");
	is(lseek(fd, 0, SEEK_CUR), 5000, "the offset moved");
	is(syscall(180, fd, buf, sizeof(buf), 0, 0), 5000, "pread");
	ok(memcmp(buf, pattern, 5000) == 0, "what was written");
	is(syscall(180, fd, buf, 10, 5000, 0), 0, "pread at the end");
	is(syscall(180, fd, buf, 10, 0, 1), 0, "pread far behind it");
	fails(syscall(180, fd, buf, 10, 0, -1), EINVAL, "before the start");
	is(lseek(fd, 3 * PAGE, SEEK_SET), 3 * PAGE, "beyond the end");
	is(write(fd, "x", 1), 1, "a write there");
	is(size_of("a"), 3 * PAGE + 1, "makes a hole");
	is(syscall(180, fd, buf, sizeof(buf), 5000, 0), 3 * PAGE - 4999, "the hole");
	for (unsigned i = 0; i < 3 * PAGE - 5000; i++)
		zeros += buf[i] == 0;
	ok(zeros == 3 * PAGE - 5000 && buf[zeros] == 'x', "reads as zeros");
	is(ftruncate(fd, 10), 0, "ftruncate");
	is(ftruncate(fd, 100), 0, "and longer again");
	memset(buf, 1, 100);
	is(syscall(180, fd, buf, 200, 0, 0), 100, "has that length");
	ok(memcmp(buf, pattern, 10) == 0 && buf[10] == 0 && buf[99] == 0, "with zeros behind");
	fails(ftruncate(fd, -1), EINVAL, "a negative length");
	fails(truncate("nothing", 1), ENOENT, "truncate of nothing");
	fails(truncate(".", 1), EISDIR, "of a directory");
	is(truncate("a", 3), 0, "truncate by path");
	lseek(fd, 0, SEEK_SET);
	is(writev(fd, iov, 2), 10, "up to bad memory");
	is(size_of("a"), 10, "is what there is");
	lseek(fd, 20, SEEK_SET);
	fails(write(fd, (void *)0xc0000000, 10), EFAULT, "nothing but bad memory");
	is(size_of("a"), 10, "changes nothing");
	fails(syscall(181, fd, "y", 1, 0x80000000, 0), EFBIG, "a write beyond 2 GiB");
	is(syscall(181, fd, "y", 1, 0, 0), 1, "pwrite");
	is(lseek(fd, 0, SEEK_CUR), 20, "leaves the offset");
	close(fd);
	fd = open("a", O_RDONLY);
	fails(ftruncate(fd, 1), EINVAL, "ftruncate of what isn't open for writing");
	fails(write(fd, "x", 1), EBADF, "nor write");
	close(fd);
	fd = open("a", O_WRONLY | O_TRUNC);
	is(size_of("a"), 0, "O_TRUNC");
	close(fd);
	is(unlink("a"), 0, "unlink");
}

/* Two open files append to one file, and its name is removed while they are open. */
static void
sharing(void)
{
	int a = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600),
	    b = open("log", O_RDWR | O_APPEND);
	struct stat st;

	write(a, "one", 3);
	write(b, "two", 3);
	lseek(a, 0, SEEK_SET);
	write(a, "three", 5);
	is(syscall(180, b, buf, 100, 0, 0), 11, "O_APPEND");
	ok(memcmp(buf, "onetwothree", 11) == 0, "each behind the other");
	is(CHILD(write(a, "child", 5)), 0, "a child's too");
	is(unlink("log"), 0, "unlink of an open file");
	fails(open("log", O_RDONLY), ENOENT, "its name is gone");
	is(syscall(180, b, buf, 100, 0, 0), 16, "its content is not");
	ok(fstat(b, &st) == 0 && st.st_nlink == 0, "without a name");
	fails(syscall(9, "/proc/self/fd/nothing", "x"), ENOENT, "link to nothing");
	close(a), close(b);
}

/* The offset of an open file stays as it is during a pread() that lets other processes run. */
static void
places(void)
{
	int fd = open("p", O_RDWR | O_CREAT, 0600), moved = 0;
	char *big = shared(1 << 20);
	pid_t pid;

	ftruncate(fd, 1 << 20);
	lseek(fd, 7, SEEK_SET);
	pid = SPAWN(for (int i = 0; i < 300; i++) syscall(180, fd, big, 1 << 20, 0, 0));
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		moved += lseek(fd, 0, SEEK_CUR) != 7;
		sched_yield();
	}
	is(moved, 0, "pread leaves the offset alone, meanwhile too");
	munmap(big, 1 << 20);
	close(fd);
	unlink("p");
}

/* A mapping of a file and the file itself are the same memory. */
static void
mappings(void)
{
	int fd = open("map", O_RDWR | O_CREAT, 0600), ro = open("map", O_RDONLY);
	char *p, *q, *r;

	ftruncate(fd, 2 * PAGE);
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, PAGE);
	r = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);
	ok(p != NO_ADDR && q != NO_ADDR && r != NO_ADDR, "three mappings");
	fails((long)mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, ro, 0), EACCES,
	      "none to write what is open to read");
	fails(mprotect(q, PAGE, PROT_READ | PROT_WRITE), EACCES, "nor later");
	p[PAGE + 7] = 'm';
	is(q[7], 'm', "a store shows in the other mapping");
	is(syscall(180, fd, buf, 1, PAGE + 7, 0), 1, "and to read()");
	is(buf[0], 'm', "at once");
	syscall(181, fd, "w", 1, 5, 0);
	ok(p[5] == 'w' && r[5] == 'w', "a write() shows in mappings");
	r[5] = 'p';
	ok(p[5] == 'w' && r[5] == 'p', "a private one keeps its own");
	is(CHILD(p[9] = 'c'), 0, "a child");
	is(p[9], 'c', "has it too");
	is(CHILD(r[9] = 'd'), 0, "a child's private");
	is(r[9], 0, "is its own");

	/* The file grows and shrinks while it is mapped. */
	ftruncate(fd, 2 * PAGE + 1);
	p[2 * PAGE - 1] = 'z';
	ftruncate(fd, PAGE + 1);
	ok(p[PAGE] == 0 && q[0] == 0 && p[PAGE + 7] == 0, "what is cut off in a page is zero");
	is(reads(q), 0, "the page with the end is there");
	p[PAGE + 100] = 'j';
	ftruncate(fd, PAGE + 200);
	is(p[PAGE + 100], 0, "what was written behind the end is not in the file");
	ftruncate(fd, 10);
	is(reads(p), 0, "shorter: the first page is there");
	is(reads(p + PAGE), KILLED(SIGBUS), "the second is not");
	is(writes(p + PAGE), KILLED(SIGBUS), "nor to write");
	is(reads(r + PAGE), KILLED(SIGBUS), "nor the private one");
	fails(write(1, p + PAGE, 1), EFAULT, "and for the kernel");
	ftruncate(fd, 2 * PAGE);
	is(p[2 * PAGE - 1], 0, "longer again: zeros");
	p[PAGE] = 'n';
	is(q[0], 'n', "one memory as before");
	unlink("map");
	close(fd), close(ro);
	p[1] = 'u';
	is(p[1], 'u', "a mapping outlives file and name");
	munmap(p, 2 * PAGE), munmap(q, PAGE), munmap(r, 2 * PAGE);
	fd = open("/dev/zero", O_RDWR);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(p != NO_ADDR && q != NO_ADDR && p[3] == 0, "/dev/zero can be mapped");
	is(CHILD(p[3] = q[3] = 1), 0, "a child writes");
	ok(p[3] == 0 && q[3] == 1, "private and shared");
	munmap(p, PAGE), munmap(q, PAGE);
	close(fd);
	fd = open(".", O_RDONLY);
	fails((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV, "a directory can't");
	close(fd);
}

/* A file of /dev/shm is mapped as shm_open() does it. */
static void
posix_shm(void)
{
	int fd = open("/dev/shm/ring", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	volatile int *p;
	int end;

	is(ftruncate(fd, 100 * PAGE), 0, "a shared memory object");
	p = mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	end = CHILD({
		int own = open("/dev/shm/ring", O_RDWR);
		volatile int *q =
			mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);

		for (int i = 0; i < 100; i++)
			q[i * 1024] = i + 1;
	});
	is(end, 0, "another opens it by name");
	is(p[99 * 1024], 100, "they share it");
	is(unlink("/dev/shm/ring"), 0, "shm_unlink");
	is(p[50 * 1024], 51, "it stays while mapped");
	munmap((void *)p, 100 * PAGE);
}

static unsigned long
available(void)
{
	return procfs_number("/proc/meminfo", "MemAvailable");
}

/* Files consist of memory: growing one promises pages, and fails when there are no more. */
static void
space(void)
{
	unsigned long before = available(), kb = before;
	int fd = open("big", O_RDWR | O_CREAT, 0600), n;
	off_t all = 0;

	fails(ftruncate(fd, 0x7ffff000), ENOSPC, "more than there is");
	is(available() <= before && available() + 100 >= before, 1, "nothing was taken");
	is(ftruncate(fd, 8 << 20), 0, "8 MiB");
	ok(available() + 8192 <= before, "are promised");
	ftruncate(fd, 0);
	lseek(fd, 0, SEEK_SET);
	while ((n = write(fd, pattern, sizeof(pattern))) == sizeof(pattern))
		all += n;
	ok(n > 0 || errno == ENOSPC, "writing comes to an end");
	ok(all > 0 && (unsigned long)all / 1024 > kb / 2, "with memory full");
	close(fd);
	unlink("big");
	ok(available() + 100 >= before, "all comes back");
}

/* A file that needed several page tables shrinks to a part of the first one. When it is removed,
 * its promised pages and its page tables come back. */
static void
shrunk(void)
{
	unsigned long promised = procfs_number("/proc/meminfo", "Committed_AS");
	unsigned long free = procfs_number("/proc/meminfo", "MemFree");
	int bad = 0;

	for (int i = 0; i < 100; i++) {
		int fd = open("shrunk", O_RDWR | O_CREAT, 0600);

		bad += ftruncate(fd, 5 << 20) != 0 || lseek(fd, 500 * PAGE, SEEK_SET) < 0 ||
		       write(fd, "a", 1) != 1 || ftruncate(fd, 100 * PAGE) != 0 ||
		       unlink("shrunk") != 0 || close(fd) != 0;
	}
	is(bad, 0, "files grow, shrink and go");
	is(procfs_number("/proc/meminfo", "Committed_AS"), promised,
	   "with what they were promised");
	is(procfs_number("/proc/meminfo", "MemFree"), free, "and their page tables");
}

void
test(void)
{
	for (unsigned i = 0; i < sizeof(pattern); i++)
		pattern[i] = i * 7 + (i >> 8);
	is(mkdir("/tmp/ramfs", 0700), 0, "a place to work");
	chdir("/tmp/ramfs");
	content();
	sharing();
	places();
	mappings();
	posix_shm();
	space();
	shrunk();
	chdir("/");
	is(rmdir("/tmp/ramfs"), 0, "left empty");
}
