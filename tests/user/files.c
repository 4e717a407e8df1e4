/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests the files of the boot image, paths, directories, devices and descriptors. */
#include "tap.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>

static char buf[8192];

static void
reading(void)
{
	int fd = open("/etc/passwd", O_RDONLY), n = read(fd, buf, sizeof(buf));
	struct stat st;
	char part[16];

	ok(fd > 2 && n > 0 && memcmp(buf, "root:", 5) == 0, "open and read");
	is(read(fd, part, 5), 0, "at the end: 0");
	is(lseek(fd, 5, SEEK_SET), 5, "lseek SEEK_SET");
	is(read(fd, part, 2), 2, "read on");
	ok(memcmp(part, buf + 5, 2) == 0, "what is there");
	is(lseek(fd, 0, SEEK_CUR), 7, "SEEK_CUR");
	is(lseek(fd, -3, SEEK_END), n - 3, "SEEK_END");
	is(read(fd, part, 16), 3, "a short read at the end");
	is(lseek(fd, 1000000, SEEK_SET), 1000000, "beyond the end");
	is(read(fd, part, 1), 0, "there is nothing");
	fails(lseek(fd, -1, SEEK_SET), EINVAL, "before the start");
	fails(lseek(fd, 0, 7), EINVAL, "no such whence");
	is(lseek(fd, 0, SEEK_CUR), 1000000, "where it stayed");
	lseek(fd, 0, SEEK_SET);
	is(read(fd, part, 0), 0, "no bytes");
	fails(read(fd, part, 0x80000000), EINVAL, "too many bytes");
	fails(write(fd, "x", 1), EBADF, "not open for writing");
	is(fstat(fd, &st), 0, "fstat");
	ok(S_ISREG(st.st_mode) && st.st_size == n && st.st_uid == 0 && st.st_nlink == 1,
	   "its size");
	struct iovec iov[3] = {{part, 3}, {NULL, 0}, {part + 3, 4}};

	is(readv(fd, iov, 3), 7, "readv");
	ok(memcmp(part, buf, 7) == 0, "into its parts");
	iov[1] = (struct iovec){(void *)0xc0000000, 4};
	lseek(fd, 0, SEEK_SET);
	is(readv(fd, iov, 3), 3, "readv up to a bad part");
	fails(readv(fd, iov, -1), EINVAL, "readv of -1 parts");
	fails(readv(fd, (void *)0xc0000000, 1), EFAULT, "readv without parts");
	is(close(fd), 0, "close");
	fails(close(fd), EBADF, "twice");
	fails(read(fd, buf, 1), EBADF, "read of a closed one");
	/* Read a whole program in pieces of odd sizes. */
	int whole = 0, piece = 1;

	fd = open("/bin/sh", O_RDONLY);
	while ((n = read(fd, buf, piece)) > 0)
		whole += n, piece = piece * 7 % 8191;
	stat("/bin/sh", &st);
	is(whole, st.st_size, "a large file in pieces");
	close(fd);
}

static void
paths(void)
{
	static char many[PATH_MAX + 10];
	struct stat a, b;

	ok(stat("/bin/sh", &a) == 0 && stat("//bin/.././bin///sh", &b) == 0 && a.st_ino == b.st_ino,
	   "slashes, . and ..");
	ok(stat("/", &a) == 0 && stat("/../..", &b) == 0 && a.st_ino == b.st_ino, "/.. is /");
	is(stat("/etc/", &a), 0, "a slash behind a directory");
	fails(stat("/etc/passwd/", &a), ENOTDIR, "or behind a file");
	fails(stat("", &a), ENOENT, "no name");
	fails(stat("/no/such", &a), ENOENT, "no such directory");
	fails(stat("/etc/passwd/x", &a), ENOTDIR, "a file as a directory");
	memset(many, 'x', sizeof(many) - 1);
	fails(stat(many, &a), ENAMETOOLONG, "a path that is too long");
	many[0] = '/', many[300] = 0;
	fails(stat(many, &a), ENAMETOOLONG, "a name that is too long");
	many[256] = 0;
	fails(stat(many, &a), ENOENT, "one that is just not there");
	ok(lstat("/etc/passwd", &a) == 0 && a.st_size > 0, "lstat");
	is(chdir("/etc"), 0, "chdir");
	ok(getcwd(buf, sizeof(buf)) && strcmp(buf, "/etc") == 0, "getcwd");
	is(stat("passwd", &a), 0, "a relative path");
	is(CHILD(_exit(stat("passwd", &a) == 0 && chdir("/") == 0 ? 0 : 1)), 0, "fork inherits it");
	is(stat("../etc/passwd", &a), 0, "and the parent keeps it");
	ok(getcwd(buf, 4) == NULL && errno == ERANGE, "getcwd: no room");
	fails(chdir("passwd"), ENOTDIR, "chdir to a file");
	fails(chdir("nothing"), ENOENT, "chdir to nothing");
	chdir("..");
	ok(getcwd(buf, sizeof(buf)) && strcmp(buf, "/") == 0, "chdir ..");
}

static void
opening(void)
{
	int fd, n = 0, first;

	fails(open("/nothing", O_RDONLY), ENOENT, "open of nothing");
	fails(open("/etc", O_WRONLY), EISDIR, "a directory for writing");
	fails(open("/etc/passwd", O_DIRECTORY), ENOTDIR, "O_DIRECTORY of a file");
	fails(open("/etc/passwd", O_RDONLY | O_CREAT | O_EXCL), EEXIST, "O_EXCL of an old one");
	fails(read(open("/etc", O_RDONLY), buf, 1), EISDIR, "read of a directory");
	for (int i = 3; i < 10; i++)
		close(i);
	fd = open("/etc/group", O_RDONLY | O_CREAT);
	ok(fd == 3, "O_CREAT of an old one, the lowest descriptor");
	while ((first = open("/dev/null", O_RDWR)) >= 0)
		n++;
	is(errno, EMFILE, "descriptors come to an end");
	is(n, OPEN_MAX - 4, "after as many as there may be");
	fails(pipe((int *)buf), EMFILE, "for pipes too");
	fails(dup(0), EMFILE, "and dup");
	close(OPEN_MAX - 1);
	fails(pipe((int *)buf), EMFILE, "one is not enough for a pipe");
	is(dup(0), OPEN_MAX - 1, "and was not lost");
	for (int i = 3; i < OPEN_MAX; i++)
		close(i);

	is(access("/bin/sh", R_OK | X_OK), 0, "access");
	fails(access("/etc/passwd", X_OK), EACCES, "not to execute, not even root");
	is(access("/bin/sh", W_OK), 0, "root to write");
	fails(access("/proc/version", W_OK), EACCES, "but not what the kernel shows");
	fails(access("/bin/sh", 8), EINVAL, "no such access");
	is(CHILD(become(ALICE, ALICE); is(access("/etc/passwd", R_OK), 0, "as a user");
	         fails(open("/proc/kmsg", O_RDONLY), EACCES, "what only root may read")), 0,
	         "a user");
	is(CHILD(setresuid(ALICE, 0, 0); _exit(access("/proc/kmsg", R_OK) == 0)), 0,
	         "access asks for the real user");
}

static void
descriptors(void)
{
	int a = open("/etc/passwd", O_RDONLY), b = dup(a), c = open("/etc/passwd", O_RDONLY);
	char one, two;

	read(a, &one, 1);
	is(lseek(b, 0, SEEK_CUR), 1, "dup shares the offset");
	is(lseek(c, 0, SEEK_CUR), 0, "a second open does not");
	is(CHILD(read(a, &two, 1)), 0, "a child");
	is(lseek(a, 0, SEEK_CUR), 2, "shares it too");
	is(dup2(a, 40), 40, "dup2");
	close(a);
	is(read(40, &one, 1), 1, "outlives the first");
	is(dup2(c, 40), 40, "over an open one");
	is(lseek(40, 0, SEEK_CUR), 0, "which it replaces");
	is(dup2(c, c), c, "dup2 onto itself");
	fails(dup2(50, 50), EBADF, "of a closed one");
	fails(dup2(c, OPEN_MAX), EBADF, "beyond the last");
	fails(dup2(c, -1), EBADF, "to -1");
	fails(dup(50), EBADF, "dup of a closed one");
	is(fcntl(c, F_DUPFD, 30), 30, "F_DUPFD");
	fails(fcntl(c, F_DUPFD, OPEN_MAX), EINVAL, "beyond the last");
	is(fcntl(c, F_GETFD), 0, "F_GETFD");
	is(fcntl(c, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
	is(fcntl(c, F_GETFD), FD_CLOEXEC, "is kept");
	is(fcntl(30, F_GETFD), 0, "for one descriptor alone");
	is(fcntl(c, F_GETFL) & O_ACCMODE, O_RDONLY, "F_GETFL");
	fails(fcntl(c, 999), EINVAL, "no such fcntl");
	fails(fcntl(50, F_GETFD), EBADF, "fcntl of a closed one");
	for (int i = 3; i < 64; i++)
		close(i);
}

static void
directories(void)
{
	int fd = open("/etc", O_RDONLY | O_DIRECTORY), n, again = 0, seen = 0;
	struct dirent *e;
	DIR *d = opendir("/");

	n = syscall(220, fd, buf, sizeof(buf));
	ok(n > 0 && ((struct abi_dirent64 *)buf)->d_name[0] == '.', "getdents64");
	is(syscall(220, fd, buf, sizeof(buf)), 0, "at its end");
	lseek(fd, 0, SEEK_SET);
	while ((n = syscall(220, fd, buf, 40)) > 0)
		again++;
	ok(n == 0 && again > 3, "in small pieces, after a rewind");
	lseek(fd, 0, SEEK_SET);
	fails(syscall(220, fd, buf, 10), EINVAL, "no room for one entry");
	close(fd);
	while ((e = readdir(d)))
		seen += (!strcmp(e->d_name, "bin") || !strcmp(e->d_name, "dev") ||
		         !strcmp(e->d_name, "proc") || !strcmp(e->d_name, "..")) &&
		        e->d_type == DT_DIR;
	is(seen, 4, "/ has what it should");
	closedir(d);
	fd = open("/etc/passwd", O_RDONLY);
	fails(syscall(220, fd, buf, sizeof(buf)), ENOTDIR, "getdents64 of a file");
	close(fd);
}

static void
devices(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	struct termios t, u;
	struct stat st;

	is(read(null, buf, 10), 0, "/dev/null: nothing");
	is(write(null, buf, 10), 10, "takes everything");
	memset(buf, 1, 100);
	is(read(zero, buf, 100), 100, "/dev/zero");
	ok(buf[0] == 0 && buf[99] == 0, "zeros");
	fails(read(zero, (void *)0xc0000000, 8), EFAULT, "but not into the kernel");
	ok(fstat(null, &st) == 0 && S_ISCHR(st.st_mode), "a character device");
	ok(isatty(1) && !isatty(null), "the console is a terminal");
	ok(tcgetattr(1, &t) == 0 && tcsetattr(1, TCSANOW, &t) == 0 && tcgetattr(1, &u) == 0 &&
	           memcmp(&t, &u, sizeof(t)) == 0,
	   "its settings");
	fails(tcgetattr(null, &t), ENOTTY, "others have none");
	fails(lseek(1, 0, SEEK_SET), ESPIPE, "a terminal has no place");
	fails(syscall(54, 1, 0x1234, buf), ENOTTY, "no such ioctl");
	int chance = open("/dev/urandom", O_RDONLY);

	memset(buf, 0, 32);
	is(read(chance, buf, 16), 16, "/dev/urandom");
	is(getrandom(buf + 16, 16, 0), 16, "getrandom");
	ok(memcmp(buf, buf + 16, 16) != 0, "not twice the same");
	fails(getrandom(buf, 16, 8), EINVAL, "no such flag");
	close(null), close(zero), close(chance);
	ok(procfs_number("/proc/self/stat", "") == (unsigned long)getpid(), "/proc/self");
	ok(procfs_number("/proc/meminfo", "MemTotal") > 50000, "/proc/meminfo");
	fails(open("/proc/30000/stat", O_RDONLY), ENOENT, "nobody's /proc");
	int fd = open("/proc/self/cmdline", O_RDONLY), n = read(fd, buf, 100);

	ok(n > 1 && buf[n - 1] == 0 && strstr(buf, "files"), "/proc/self/cmdline");
	close(fd);
}

void
test(void)
{
	reading();
	paths();
	opening();
	descriptors();
	directories();
	devices();
}
