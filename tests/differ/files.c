/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, directories, links and pipes. */
#include "differ.h"
#include <dirent.h>
#include <poll.h>
#include <sys/uio.h>

#define T "/tmp/differ"
#define USER 1000

static char buf[8192];

static void
stat_line(const char *what, int result, const struct stat *st)
{
	if (result < 0)
		show_number(what, -1);
	else if (S_ISDIR(st->st_mode)) /* their size and number of links are up to each system */
		TEXT(what, "mode %o owner %d:%d", st->st_mode, st->st_uid, st->st_gid);
	else
		TEXT(what, "mode %o links %d owner %d:%d size %lld blocks %d", st->st_mode,
		     (int)st->st_nlink, st->st_uid, st->st_gid, (long long)st->st_size,
		     S_ISREG(st->st_mode) && st->st_blocks != 0);
}
#define STAT(path)                                                                                 \
	do {                                                                                       \
		struct stat st;                                                                    \
		int r = stat(path, &st);                                                           \
		stat_line("stat " path, r, &st);                                                   \
	} while (0)
#define LSTAT(path)                                                                                \
	do {                                                                                       \
		struct stat st;                                                                    \
		int r = lstat(path, &st);                                                          \
		stat_line("lstat " path, r, &st);                                                  \
	} while (0)

/* On both systems a new descriptor gets the lowest free number. */
static void
opening(void)
{
	int fd, two;

	section("open");
	NUM(mkdir(T, 0755));
	NUM(mkdir(T, 0755));
	NUM(chdir(T));
	NUM(open("a", O_RDONLY));
	NUM(open("a", O_CREAT | O_WRONLY, 0666));
	NUM(close(3));
	NUM(close(3));
	NUM(open("a", O_CREAT | O_EXCL | O_RDWR, 0666));
	NUM(open("a/", O_RDONLY));
	NUM(open("a/b", O_RDONLY));
	NUM(open("no/b", O_CREAT | O_RDWR, 0666));
	NUM(open("", O_RDONLY));
	NUM(open(BAD, O_RDONLY));
	NUM(open("a", O_DIRECTORY | O_RDONLY));
	NUM(open(".", O_WRONLY));
	NUM(open(".", O_CREAT | O_RDONLY, 0666));
	NUM(open("new/", O_CREAT | O_RDWR, 0666));
	NUM(fd = open("a", O_RDWR | O_APPEND));
	NUM(write(fd, "hello ", 6));
	NUM(lseek(fd, 0, SEEK_SET));
	NUM(write(fd, "world\n", 6));
	NUM(lseek(fd, 0, SEEK_CUR));
	NUM(pread(fd, buf, 100, 6));
	NUM(memcmp(buf, "world\n", 6));
	NUM(lseek(fd, 0, SEEK_CUR));
	NUM(close(fd));
	NUM(fd = open("a", O_RDONLY));
	NUM(write(fd, "x", 1));
	NUM(read(fd, buf, 5));
	NUM(read(fd, BAD, 5));
	NUM(read(fd, buf, 0));
	NUM(read(fd, AWAY, 0));
	NUM(read(fd, AWAY, 5));
	NUM(two = dup(fd));
	NUM(lseek(two, -2, SEEK_CUR));
	NUM(read(fd, buf, 100));
	NUM(read(fd, buf, 100));
	NUM(lseek(fd, -1, SEEK_SET));
	NUM(lseek(fd, 0, 9));
	NUM(lseek(fd, 100, SEEK_END));
	NUM(read(fd, buf, 1));
	NUM(ftruncate(fd, 0));
	NUM(close(two));
	NUM(close(fd));
	NUM(fd = open("a", O_WRONLY));
	NUM(read(fd, buf, 1));
	NUM(lseek(fd, 5000, SEEK_SET));
	NUM(write(fd, "end", 3));
	STAT("a");
	NUM(ftruncate(fd, 2));
	STAT("a");
	NUM(ftruncate(fd, -1));
	NUM(ftruncate(fd, 10000));
	NUM(pwrite(fd, "mid", 3, 5000));
	NUM(pwrite(fd, "mid", 3, -1));
	NUM(close(fd));
	STAT("a");
	NUM(truncate("a", 3));
	NUM(truncate("no", 3));
	NUM(truncate(".", 3));
	NUM(fd = open("a", O_RDWR | O_TRUNC));
	STAT("a");
	NUM(dup2(fd, 17));
	NUM(dup2(fd, fd));
	NUM(dup2(99, 5));
	NUM(dup2(fd, -1));
	NUM(dup2(fd, 100000));
	NUM(fcntl(fd, F_GETFD));
	NUM(fcntl(fd, F_SETFD, FD_CLOEXEC));
	NUM(fcntl(fd, F_GETFD));
	NUM(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
	NUM(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
	NUM(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
	NUM(fcntl(fd, F_DUPFD, 10));
	NUM(fcntl(fd, F_DUPFD, -1));
	NUM(fcntl(99, F_GETFD));
	NUM(fcntl(fd, 999));
	for (int i = 3; i < 20; i++)
		close(i);
	NUM(open("m", O_CREAT | O_RDWR, 01777));
	STAT("m");
	NUM(close(3));
	NUM(unlink("m"));
}

static void
vectors(void)
{
	struct iovec v[3] = {{buf, 3}, {buf + 10, 0}, {buf + 20, 4}},
		     bad[2] = {{buf, 2}, {AWAY, 1}};
	int fd;

	section("vectors");
	NUM(fd = open("v", O_CREAT | O_RDWR, 0600));
	memcpy(buf, "one", 3);
	memcpy(buf + 20, "four", 4);
	NUM(writev(fd, v, 3));
	NUM(lseek(fd, 0, SEEK_SET));
	memset(buf, 0, 100);
	NUM(readv(fd, v, 3));
	NUM(memcmp(buf, "one", 3) | memcmp(buf + 20, "four", 4));
	NUM(readv(fd, v, -1));
	NUM(readv(fd, v, 0));
	NUM(readv(fd, BAD, 1));
	NUM(writev(fd, v, 1025));
	NUM(writev(fd, bad, 2));
	NUM(writev(99, v, 1));
	v[0].iov_len = 0x80000000;
	NUM(writev(fd, v, 1));
	NUM(close(fd));
	NUM(unlink("v"));
}

static void
names(void)
{
	static char longest[5000];
	int fd;

	section("names");
	NUM(fd = open("f", O_CREAT | O_RDWR, 0644));
	NUM(write(fd, "text", 4));
	NUM(link("f", "g"));
	NUM(link("f", "g"));
	NUM(link("no", "h"));
	NUM(link(".", "h"));
	STAT("g");
	NUM(unlink("f"));
	STAT("f");
	STAT("g");
	NUM(rename("g", "h"));
	NUM(rename("g", "h"));
	STAT("h");
	NUM(rename("h", "h"));
	NUM(mkdir("d", 0700));
	NUM(mkdir("d/e", 0777));
	NUM(mkdir("no/e", 0777));
	NUM(mkdir("h/e", 0777));
	NUM(mkdir(".", 0777));
	NUM(mkdir("", 0777));
	NUM(rename("h", "d"));
	NUM(rename("d", "h"));
	NUM(rename("d", "d/e/x"));
	NUM(rename("h", "d/e/h"));
	NUM(rename("d/e", "e"));
	NUM(rmdir("e"));
	NUM(unlink("e"));
	NUM(rmdir("e/h"));
	NUM(rmdir("no"));
	NUM(rmdir("e/."));
	NUM(rmdir("e/.."));
	NUM(mkdir("empty", 0755));
	NUM(rename("e", "empty"));
	NUM(rename("d", "empty"));
	NUM(unlink("empty/h"));
	NUM(rmdir("empty/"));
	NUM(rmdir("d"));
	NUM(rmdir("/"));
	NUM(unlink(""));
	NUM(unlink("/"));
	NUM(unlink("."));
	NUM(unlink(BAD));
	/* The file has no name any more, but the descriptor still reads it. */
	NUM(pread(fd, buf, 4, 0));
	NUM(close(fd));
	memset(longest, 'n', 255);
	NUM(mkdir(longest, 0755));
	NUM(rmdir(longest));
	memset(longest, 'n', 256);
	NUM(mkdir(longest, 0755));
	memset(longest, '/', 4999);
	NUM(mkdir(longest, 0755));
	NUM(access(longest, F_OK));
}

static void
links(void)
{
	section("symbolic links");
	NUM(symlink("there", "s"));
	NUM(symlink("x", "s"));
	NUM(symlink("", "t"));
	LSTAT("s");
	STAT("s");
	NUM(readlink("s", buf, 100));
	NUM(memcmp(buf, "there", 5));
	NUM(readlink("s", buf, 2));
	NUM(readlink("s", buf, 0));
	NUM(readlink(".", buf, 10));
	NUM(readlink("no", buf, 10));
	NUM(open("s", O_CREAT | O_EXCL | O_RDWR, 0644));
	NUM(open("s", O_NOFOLLOW | O_RDONLY));
	NUM(open("s", O_RDONLY));
	NUM(close(open("s", O_CREAT | O_RDWR, 0644)));
	STAT("there");
	STAT("s");
	NUM(unlink("s"));
	STAT("there");
	NUM(symlink("loop", "loop"));
	STAT("loop");
	NUM(open("loop", O_RDONLY));
	NUM(unlink("loop"));
	NUM(mkdir("dir", 0755));
	NUM(symlink("dir", "to"));
	NUM(mkdir("to/sub", 0755));
	STAT("dir/sub");
	STAT("to/sub/../../there");
	NUM(rmdir("to"));
	NUM(symlink("/tmp/differ/dir/sub", "to/up"));
	STAT("dir/up/");
	NUM(unlink("dir/up"));
	NUM(rmdir("dir/sub"));
	NUM(rmdir("dir"));
	LSTAT("to");
	STAT("to");
	NUM(unlink("to"));
	NUM(unlink("there"));
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
directories(void)
{
	static char name[16][32];
	struct dirent *e;
	DIR *d;
	int n = 0;

	section("directories");
	NUM(chdir(T));
	NUM(mkdir("list", 0755));
	NUM(chdir("list"));
	for (int i = 0; i < 5; i++)
		NUM(close(open((char[]){'f', '0' + i, 0}, O_CREAT | O_WRONLY, 0600)));
	NUM(mkdir("sub", 0755));
	NUM(symlink("f1", "link"));
	d = opendir(".");
	while (d && n < 16 && (e = readdir(d)))
		snprintf(name[n++], 32, "%.20s type %d", e->d_name, e->d_type);
	if (d)
		closedir(d);
	qsort(name, n, 32, by_name);
	for (int i = 0; i < n; i++)
		TEXT("entry", "%s", name[i]);
	NUM(syscall(SYS_getdents64, 0, buf, 100));
	NUM(open("f1", O_RDONLY));
	NUM(syscall(SYS_getdents64, 3, buf, 100));
	NUM(close(3));
	NUM(open(".", O_RDONLY));
	NUM(syscall(SYS_getdents64, 3, buf, 1));
	NUM(syscall(SYS_getdents64, 3, BAD, 4096));
	NUM(read(3, buf, 1));
	NUM(fchdir(3));
	NUM(close(3));
	TEXT("getcwd", "%s", getcwd(buf, 100) ? buf : strerror(errno));
	NUM(syscall(SYS_getcwd, buf, 5));
	NUM(syscall(SYS_getcwd, buf, 100));
	NUM(chdir("f1"));
	NUM(chdir("no"));
	NUM(chdir("sub"));
	NUM(rmdir("../sub"));
	NUM(open("x", O_CREAT | O_WRONLY, 0600));
	NUM(syscall(SYS_getcwd, buf, 100));
	NUM(chdir(".."));
	NUM(chdir(T));
}

static void
as_user(void)
{
	NUM(open("secret", O_RDONLY));
	NUM(open("open", O_RDONLY));
	NUM(open("open", O_WRONLY));
	NUM(open("nowhere", O_CREAT | O_WRONLY, 0600));
	NUM(access("open", R_OK));
	NUM(access("open", W_OK));
	NUM(access("open", X_OK));
	NUM(chmod("open", 0777));
	NUM(chown("open", USER, -1));
	NUM(unlink("open"));
	NUM(rename("open", "x"));
	NUM(open("closed/in", O_RDONLY));
	NUM(chdir("closed"));
	NUM(open("sticky/theirs", O_RDONLY));
	NUM(unlink("sticky/theirs"));
	NUM(rename("sticky/theirs", "sticky/mine"));
	NUM(close(open("sticky/mine", O_CREAT | O_WRONLY, 0400)));
	STAT("sticky/mine");
	NUM(open("sticky/mine", O_WRONLY));
	NUM(chmod("sticky/mine", 0600));
	NUM(chown("sticky/mine", 0, -1));
	NUM(chown("sticky/mine", -1, 0));
	NUM(chown("sticky/mine", USER, USER));
	NUM(link("open", "sticky/again"));
	NUM(truncate("open", 0));
	NUM(execl("open", "open", NULL));
	NUM(execl("secret", "open", NULL));
	NUM(setuid(0));
	NUM(setgid(0));
	NUM(kill(1, 0));
}

static void
permissions(void)
{
	section("permissions");
	NUM(close(open("secret", O_CREAT | O_WRONLY, 0600)));
	NUM(close(open("open", O_CREAT | O_WRONLY, 0644)));
	NUM(mkdir("closed", 0700));
	NUM(close(open("closed/in", O_CREAT | O_WRONLY, 0644)));
	NUM(mkdir("sticky", 0755));
	NUM(chmod("sticky", 01777));
	NUM(close(open("sticky/theirs", O_CREAT | O_WRONLY, 0644)));
	child(USER, USER, as_user);
	STAT("sticky/mine");
	NUM(chmod("open", 04755));
	STAT("open");
	NUM(chown("open", 5, 6));
	STAT("open");
	NUM(chmod("no", 0755));
	NUM(chmod("open", 0));
	NUM(open("open", O_RDONLY));
	NUM(access("open", X_OK));
	NUM(access("open", 8));
	NUM(fchmod(3, 0600));
	NUM(fchmod(99, 0600));
	NUM(close(3));
	STAT("open");
	NUM(umask(077));
	NUM(umask(022));
}

static void
pipes(void)
{
	struct pollfd p[2];
	int fd[2], n;

	section("pipes");
	NUM(pipe(fd));
	TEXT("pipe", "%d %d", fd[0], fd[1]);
	NUM(pipe(BAD));
	NUM(write(fd[1], "abc", 3));
	NUM(read(fd[0], buf, 2));
	NUM(read(fd[0], buf, 2));
	NUM(write(fd[0], "x", 1));
	NUM(read(fd[1], buf, 1));
	NUM(lseek(fd[0], 0, SEEK_CUR));
	NUM(fcntl(fd[0], F_SETFL, O_NONBLOCK));
	NUM(read(fd[0], buf, 1));
	p[0] = (struct pollfd){fd[0], POLLIN, 0};
	p[1] = (struct pollfd){fd[1], POLLOUT, 0};
	NUM(poll(p, 2, 0));
	TEXT("poll", "%x %x", p[0].revents, p[1].revents);
	NUM(write(fd[1], "x", 1));
	NUM(poll(p, 2, 0));
	TEXT("poll", "%x %x", p[0].revents, p[1].revents);
	NUM(fcntl(fd[1], F_SETFL, O_NONBLOCK));
	for (n = 0; write(fd[1], buf, 4096) == 4096 && n < 100; n++)
		;
	NUM(write(fd[1], buf, 4096));
	NUM(poll(p, 2, 0));
	TEXT("poll", "%x %x", p[0].revents, p[1].revents);
	NUM(close(fd[1]));
	NUM(poll(p, 1, -1));
	while (read(fd[0], buf, sizeof(buf)) > 0)
		;
	NUM(read(fd[0], buf, 1));
	NUM(poll(p, 1, -1));
	TEXT("poll", "%x", p[0].revents);
	NUM(close(fd[0]));
	NUM(pipe(fd));
	NUM(close(fd[0]));
	signal(SIGPIPE, SIG_IGN);
	NUM(write(fd[1], "x", 1));
	signal(SIGPIPE, SIG_DFL);
	p[0] = (struct pollfd){fd[1], POLLOUT, 0};
	NUM(poll(p, 1, 0));
	TEXT("poll", "%x", p[0].revents);
	p[0].fd = 99;
	NUM(poll(p, 1, 0));
	TEXT("poll", "%x", p[0].revents);
	p[0].fd = -1;
	NUM(poll(p, 1, 0));
	NUM(poll(BAD, 1, 0));
	NUM(close(fd[1]));
	NUM(pipe2(fd, O_CLOEXEC | O_NONBLOCK));
	NUM(fcntl(fd[0], F_GETFD));
	NUM(close(fd[0]) | close(fd[1]));
	NUM(pipe2(fd, 0x7));
}

static void
devices(void)
{
	section("devices");
	NUM(open("/dev/null", O_RDWR));
	NUM(write(3, buf, 100));
	NUM(read(3, buf, 100));
	NUM(close(3));
	NUM(open("/dev/zero", O_RDWR));
	memset(buf, 1, 100);
	NUM(read(3, buf, 100));
	NUM(buf[0] | buf[99]);
	NUM(write(3, buf, 100));
	NUM(close(3));
	NUM(open("/dev/nothing", O_RDONLY));
	NUM(close(open("/dev/shm/x", O_CREAT | O_RDWR, 0600)));
	NUM(unlink("/dev/shm/x"));
	NUM(mkdir("/proc/x", 0755));
	NUM(isatty(0));
}

void
file_calls(void)
{
	opening();
	vectors();
	names();
	links();
	directories();
	permissions();
	pipes();
	devices();
	lock_calls();
	kind_calls();
}
