/* SPDX-License-Identifier: BSD-2-Clause */
/* File locks, allocation of space for files, extended attributes,
 * and the older calls about files. */
#include "differ.h"
#include <sys/file.h>
#include <sys/xattr.h>

#define T "/tmp/differ"

/* The kernel's struct flock64. */
struct range {
	short type, whence;
	long long start, len;
	int pid;
} __attribute__((packed));

static int fd, second;

static int
lock(int on, int cmd, int type, int whence, long long start, long long len)
{
	struct range r = {type, whence, start, len, 0};

	return syscall(SYS_fcntl64, on, cmd, &r);
}
#define GET 12
#define SET 13
#define OFD_GET 36
#define OFD_SET 37

static void
show_locks(void)
{
	for (int at = 0; at < 16; at += 3) {
		struct range r = {F_WRLCK, SEEK_SET, at, 1, 0};

		NUM(syscall(SYS_fcntl64, fd, GET, &r));
		TEXT("lock", "type %d whence %d start %lld len %lld parent %d", r.type, r.whence,
		     r.start, r.len, r.pid == getppid());
	}
	NUM(lock(fd, SET, F_RDLCK, SEEK_SET, 4, 1));
	NUM(lock(fd, SET, F_RDLCK, SEEK_SET, 8, 1));
}

static void
records(void)
{
	struct range r = {F_WRLCK, SEEK_SET, 0, 1, 5};
	struct {
		short type, whence;
		int start, len, pid;
	} narrow = {F_WRLCK, SEEK_SET, 0x7fffffff, 0, 0};
	int ro, wo;

	section("record locks");
	NUM(chdir(T));
	NUM(fd = open("lock", O_CREAT | O_RDWR, 0600));
	NUM(second = open("lock", O_RDWR));
	NUM(ro = open("lock", O_RDONLY));
	NUM(wo = open("lock", O_WRONLY));
	NUM(lock(fd, SET, F_WRLCK, SEEK_SET, 2, 9));
	child(0, 0, show_locks);
	NUM(lock(fd, SET, F_RDLCK, SEEK_SET, 5, 3));
	child(0, 0, show_locks);
	NUM(lock(fd, SET, F_UNLCK, SEEK_SET, 6, 1));
	child(0, 0, show_locks);
	NUM(lock(fd, SET, F_WRLCK, SEEK_SET, 9, -3));
	NUM(lock(fd, SET, F_WRLCK, SEEK_END, 20, 0));
	child(0, 0, show_locks);
	NUM(lock(fd, SET, F_UNLCK, SEEK_SET, 0, 0));
	child(0, 0, show_locks);
	NUM(lock(fd, SET, F_WRLCK, 3, 0, 1));
	NUM(lock(fd, SET, 3, SEEK_SET, 0, 1));
	NUM(lock(fd, SET, F_WRLCK, SEEK_SET, -1, 1));
	NUM(lock(fd, SET, F_WRLCK, SEEK_CUR, 1, -2));
	NUM(lock(fd, SET, F_WRLCK, SEEK_SET, 0x7fffffffffffffff, 2));
	NUM(lock(fd, SET, F_WRLCK, SEEK_SET, 0x7fffffffffffffff, 1));
	NUM(lock(fd, GET, F_UNLCK, SEEK_SET, 0, 1));
	NUM(lock(ro, SET, F_WRLCK, SEEK_SET, 0, 1));
	NUM(lock(wo, SET, F_RDLCK, SEEK_SET, 0, 1));
	NUM(lock(99, SET, F_RDLCK, SEEK_SET, 0, 1));
	NUM(syscall(SYS_fcntl64, fd, SET, BAD));
	NUM(syscall(SYS_fcntl, fd, SET, &r));
	NUM(syscall(SYS_fcntl, fd, 5, &narrow));
	NUM(syscall(SYS_fcntl, fd, 6, &narrow));
	NUM(syscall(SYS_fcntl64, fd, OFD_SET, &r));
	NUM(lock(fd, OFD_SET, F_WRLCK, SEEK_SET, 0, 1));
	NUM(lock(second, OFD_SET, F_WRLCK, SEEK_SET, 0, 1));
	NUM(lock(second, SET, F_RDLCK, SEEK_SET, 0, 1));
	r.pid = 0;
	NUM(syscall(SYS_fcntl64, second, OFD_GET, &r));
	TEXT("lock", "type %d start %lld len %lld pid %d", r.type, r.start, r.len, r.pid);
	NUM(close(ro) | close(wo));
}

static void
whole(void)
{
	section("flock");
	NUM(flock(fd, LOCK_EX));
	NUM(flock(second, LOCK_SH | LOCK_NB));
	NUM(flock(fd, LOCK_SH));
	NUM(flock(second, LOCK_SH | LOCK_NB));
	NUM(flock(fd, LOCK_EX | LOCK_NB));
	NUM(flock(second, LOCK_EX | LOCK_NB));
	NUM(flock(second, LOCK_UN));
	NUM(flock(second, LOCK_UN));
	NUM(flock(fd, 0));
	NUM(flock(fd, LOCK_SH | LOCK_EX));
	NUM(flock(99, 0));
	NUM(flock(99, LOCK_SH));
	NUM(close(fd) | close(second));
	NUM(unlink("lock"));
}

static void
memory(void)
{
	struct stat st;
	char c = 1;
	int p[2], file, dir;

	section("fallocate");
	NUM(file = open("memory", O_CREAT | O_RDWR, 0600));
	NUM(fallocate(file, 0, 0, 10000));
	NUM(fstat(file, &st));
	NUM(st.st_size);
	NUM(fallocate(file, 0, 5000, 100));
	NUM(fallocate(file, 1, 0, 10000));
	NUM(fstat(file, &st));
	NUM(st.st_size);
	NUM(pwrite(file, "abcdef", 6, 4094));
	NUM(fallocate(file, 3, 4095, 3));
	NUM(pread(file, &c, 1, 4094));
	NUM(c);
	NUM(pread(file, &c, 1, 4095));
	NUM(c);
	NUM(pread(file, &c, 1, 4097));
	NUM(c);
	NUM(pread(file, &c, 1, 4098));
	NUM(c);
	NUM(fallocate(file, 3, 9000, 100000));
	NUM(fallocate(file, 2, 0, 1));
	NUM(fallocate(file, 0x80, 0, 1));
	NUM(fallocate(file, 0, -1, 1));
	NUM(fallocate(file, 0, 0, 0));
	NUM(fallocate(file, 0, 0, -1));
	NUM(fallocate(file, 0, 0x7fffffffffffffff, 1));
	NUM(fallocate(99, 0, 0, 1));
	NUM(close(file));
	NUM(file = open("memory", O_RDONLY));
	NUM(fallocate(file, 0, 0, 1));
	NUM(close(file));
	NUM(pipe(p));
	NUM(fallocate(p[0], 0, 0, 1));
	NUM(fallocate(p[1], 0, 0, 1));
	NUM(close(p[0]) | close(p[1]));
	NUM(dir = open(".", O_RDONLY));
	NUM(fallocate(dir, 0, 0, 1));
	NUM(close(dir));
	NUM(file = open("/dev/null", O_RDWR));
	NUM(fallocate(file, 0, 0, 1));
	NUM(close(file));
}

static void
attributes(void)
{
	static char name[300];

	section("attributes");
	NUM(getxattr("no", "user.x", name, 8));
	NUM(getxattr("memory", "user.x", name, 8));
	NUM(getxattr("memory", "user.x", BAD, 8));
	NUM(getxattr("memory", "", name, 8));
	NUM(getxattr("memory", "nonsense", NULL, 0));
	NUM(getxattr("memory", BAD, NULL, 0));
	NUM(setxattr("memory", "user.x", "value", 5, 0));
	NUM(setxattr("memory", "user.x", "value", 5, 4));
	NUM(setxattr("memory", "user.x", BAD, 5, 0));
	NUM(setxattr("memory", "user.x", name, 65537, 0));
	NUM(setxattr("no", "user.x", "value", 5, 4));
	memset(name, 'n', 255);
	NUM(setxattr("memory", name, "value", 5, 0));
	name[255] = 'n';
	NUM(setxattr("memory", name, "value", 5, 0));
	NUM(removexattr("memory", "user.x"));
	NUM(removexattr("no", "user.x"));
	NUM(listxattr("memory", name, sizeof(name)));
	NUM(listxattr("memory", NULL, 0));
	NUM(listxattr("no", NULL, 0));
	NUM(fgetxattr(99, "user.x", NULL, 0));
	NUM(fsetxattr(99, "user.x", NULL, 0, 0));
	NUM(flistxattr(99, NULL, 0));
	NUM(fremovexattr(99, "user.x"));
	NUM(llistxattr("no", NULL, 0));
}

/* Makes a stat call of before Linux 2.4, with a buffer that is filled with 0xaa before. */
static void
old_stat(int number, const char *path, unsigned size)
{
	unsigned short b[32];

	memset(b, 0xaa, sizeof(b));
	NUM(syscall(number, path, b));
	for (unsigned i = 0; i < size / 2; i++)
		if (size == 64 ? i >= 4 && i != 8 && i != 9 && i < 12 : i >= 2 && i < 6)
			TEXT("short", "%d: %x", i, b[i]);
	TEXT("behind", "%x", b[31]);
}

static void
older(void)
{
	static char d[2000];
	struct {
		int n;
		void *set[3];
		struct timeval *t;
	} select = {0, {0}, &(struct timeval){0}};
	int n, at, found = 0, dir;

	section("older calls");
	NUM(chown("memory", 70000, 3));
	old_stat(106, "memory", 64);
	old_stat(107, "memory", 64);
	old_stat(18, "memory", 32);
	old_stat(84, "memory", 32);
	NUM(syscall(106, "no", d));
	NUM(syscall(106, "memory", BAD));
	NUM(syscall(108, 99, d));
	NUM(syscall(28, 99, d));
	NUM(mkdir("old", 0755));
	NUM(chdir("old"));
	NUM(close(open("name", O_CREAT | O_RDWR, 0600)));
	NUM(dir = open(".", O_RDONLY));
	NUM(syscall(SYS_getdents, dir, d, 11));
	NUM(syscall(SYS_getdents, dir, BAD, 500));
	NUM(n = syscall(SYS_getdents, dir, d, sizeof(d)));
	for (at = 0; at < n; at += *(unsigned short *)(d + at + 8))
		if (strcmp(d + at + 10, "name") == 0)
			found = d[at + *(unsigned short *)(d + at + 8) - 1];
	NUM(found);
	NUM(syscall(SYS_getdents, 99, d, 100));
	NUM(lseek(dir, 0, SEEK_SET));
	while ((n = syscall(89, dir, d, 1)) == 1)
		found += strcmp(d + 10, "name") == 0 && *(unsigned short *)(d + 8) == 4;
	NUM(n);
	NUM(found);
	NUM(syscall(89, 99, d, 1));
	NUM(close(dir));
	NUM(syscall(82, &select));
	NUM(syscall(82, BAD));
	NUM(unlink("name"));
	NUM(chdir(".."));
	NUM(rmdir("old"));
	NUM(unlink("memory"));
}

void
lock_calls(void)
{
	records();
	whole();
	memory();
	attributes();
	older();
}
