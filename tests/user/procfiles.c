/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests /proc/PID/fd, the text files about a process, /dev/fd and /proc/cpuinfo. */
#include "tap.h"

#include <dirent.h>
#include <sys/stat.h>

enum { PRCTL = 172, SET_NAME = 15 };
#define LINE "Name:\ta\\nb\\\\c" /* for a process whose name has a newline in it */

static char text[8192];

static const char *
slurp(const char *path)
{
	int fd = open(path, O_RDONLY), n, all = 0;

	while (fd >= 0 && (n = read(fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	close(fd);
	text[all] = 0;
	return text;
}

static const char *
link_of(const char *path)
{
	static char to[256];
	int n = readlink(path, to, sizeof(to) - 1);

	to[n < 0 ? 0 : n] = 0;
	return to;
}

static const char *
fd_path(int fd)
{
	static char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* Returns whether the file has such a line. */
static int
has(const char *file, const char *line)
{
	const char *at = strstr(slurp(file), line);

	if (at != NULL && (at == text || at[-1] == '\n') && strchr("\n", at[strlen(line)]))
		return 1;
	diag("no '%s' in %s: %s", line, file, text);
	return 0;
}

static void
names(void)
{
	int fd = open("/tmp/a file", O_RDWR | O_CREAT, 0600), p[2], found = 0, others = 0, n;
	int stat = open("/proc/self/stat", O_RDONLY), dir = open("/proc/self/fd", O_RDONLY);
	struct dirent *e;
	struct stat st;
	DIR *d;

	pipe(p);
	is(strcmp(link_of(fd_path(fd)), "/tmp/a file"), 0, "a file's name");
	is(strncmp(link_of(fd_path(p[0])), "pipe:[", 6), 0, "a pipe's");
	fstat(p[1], &st);
	is(atoi(link_of(fd_path(p[1])) + 6), (long)st.st_ino, "with its number");
	is(strcmp(link_of(fd_path(1)), "/dev/console"), 0, "a device's");
	ok(strncmp(link_of(fd_path(stat)), "/proc/", 6) == 0 &&
	           strstr(link_of(fd_path(stat)), "stat"),
	   "one's of /proc");
	ok(strstr(link_of(fd_path(dir)), "/fd") != NULL, "a directory's");
	lstat(fd_path(p[0]), &st);
	is(st.st_mode, S_IFLNK | 0500, "its mode says that it is read");
	lstat(fd_path(fd), &st);
	is(st.st_mode, S_IFLNK | 0700, "or written too");
	unlink("/tmp/a file");
	ok(strstr(link_of(fd_path(fd)), "deleted") != NULL, "a file without a name");
	fails(readlink(fd_path(99), text, 9), ENOENT, "nothing is open there");
	fails(readlink("/proc/self/fd/00", text, 9), ENOENT, "that is no number");
	fails(readlink("/proc/self/fd/x", text, 9), ENOENT, "nor that");
	d = opendir("/proc/self/fd");
	while ((e = readdir(d)) != NULL) {
		n = atoi(e->d_name);
		if (n == fd || n == p[0] || n == p[1] || n == stat || n == dir)
			found++;
		else if (e->d_name[0] != '.')
			others++;
	}
	closedir(d);
	is(found, 5, "the directory has them");
	is(others, 4, "and those that were open before, and itself");
	close(fd), close(p[0]), close(p[1]), close(stat), close(dir);
}

static void
reopen(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0600), again;
	char buf[8] = "";

	write(fd, "hello", 5);
	again = open(fd_path(fd), O_RDONLY);
	ok(read(again, buf, 5) == 5 && strcmp(buf, "hello") == 0, "a file is opened anew");
	fails(write(again, "x", 1), EBADF, "to read");
	close(again);
	unlink("/tmp/file");
	again = open(fd_path(fd), O_RDWR);
	ok(again >= 0 && read(again, buf, 5) == 5, "without a name too");
	fails(link(fd_path(fd), "/tmp/file"), EXDEV, "the link itself is of /proc");
	close(again);
	fails(open(fd_path(fd), O_RDONLY | O_NOFOLLOW), ELOOP, "it is a link");
	fchmod(fd, 0400);
	is(CHILD(become(ALICE, ALICE); _exit(open(fd_path(fd), O_RDONLY) < 0 ? errno : 0)), EACCES,
	         "the file's rights count");
	close(fd);
	is(CHILD(become(ALICE, ALICE); _exit(open("/proc/1/fd", O_RDONLY) < 0 ? errno : 0)), EACCES,
	         "another's are nobody's business");
	is(CHILD(become(ALICE, ALICE); _exit(readlink("/proc/1/fd/0", text, 9) < 0 ? errno : 0)),
	         EACCES, "one by one neither");
	ok((again = open("/dev/stdin", O_RDONLY)) >= 0, "/dev/stdin");
	close(again);
	ok((again = open("/dev/fd/0", O_RDONLY)) >= 0, "/dev/fd/0");
	close(again);
	is(strcmp(link_of("/dev/stderr"), "/proc/self/fd/2"), 0, "/dev/stderr");
	fd = open("/tmp", O_RDONLY);
	snprintf(text, sizeof(text), "%s/../etc/passwd", fd_path(fd));
	ok((again = open(text, O_RDONLY)) >= 0, "a path goes on through a directory");
	close(again), close(fd);
}

/* Tests that opening an end of a pipe again does not wait for the other end. */
static void
pipes(void)
{
	int p[2], again;
	char buf[8] = "";

	pipe(p);
	write(p[1], "abc", 3);
	close(p[1]);
	again = open(fd_path(p[0]), O_RDONLY);
	ok(again >= 0 && read(again, buf, 8) == 3 && strcmp(buf, "abc") == 0,
	   "a pipe without a writer is opened to read what is in it");
	is(read(again, buf, 8), 0, "and has an end");
	close(again);
	again = open(fd_path(p[0]), O_WRONLY | O_NONBLOCK);
	ok(again >= 0 && write(again, "de", 2) == 2 && read(p[0], buf, 8) == 2, "or to write");
	close(again);
	fails(syscall(303, AT_FDCWD, fd_path(p[0]), AT_FDCWD, "/tmp/pipe", 0x400), EXDEV,
	      "it gets no name");
	close(p[0]);
}

static void
words(void)
{
	struct stat st;
	char line[64];
	pid_t pid;

	ok(has("/proc/self/status", "Name:\tprocfiles"), "the name");
	snprintf(line, sizeof(line), "Pid:\t%d", getpid());
	ok(has("/proc/self/status", line), "the number");
	snprintf(line, sizeof(line), "PPid:\t%d", getppid());
	ok(has("/proc/self/status", line), "the parent's");
	ok(has("/proc/self/status", "State:\tR (running)"), "what it does");
	ok(has("/proc/self/status", "Uid:\t0\t0\t0\t0"), "who it is");
	signal(SIGUSR1, SIG_IGN);
	ok(has("/proc/self/status", "SigIgn:\t0000000000000200"), "what it ignores");
	signal(SIGUSR1, SIG_DFL);
	is(CHILD(syscall(PRCTL, SET_NAME, "a\nb\\c"); _exit(!has("/proc/self/status", LINE))), 0,
	                                                    "a name stays in its line");
	snprintf(line, sizeof(line), "Uid:\t%d\t%d\t7\t%d", ALICE, BOB, BOB);
	is(CHILD(setresuid(ALICE, BOB, 7); _exit(!has("/proc/self/status", line))), 0,
	                                         "of another user");
	pid = SPAWN(_exit(0));
	until_state(pid, 'Z');
	snprintf(line, sizeof(line), "/proc/%d/status", pid);
	ok(has(line, "State:\tZ (zombie)") && strstr(text, "VmSize") == NULL, "a zombie's");
	ending(pid);
	is(procfs_number("/proc/self/statm", "") * 4, procfs_number("/proc/self/status", "VmSize"),
	   "statm's first number is the size");
	is(strcmp(slurp("/proc/self/comm"), "procfiles\n"), 0, "comm");
	is(CHILD(execve("/proc/self/exe", (char *[]){"x", "env", NULL},
	                (char *[]){"ONE=1", "TWO=2", NULL})), 0,
	                "environ is the environment");
	is(CHILD(become(ALICE, ALICE); _exit(open("/proc/1/environ", O_RDONLY) < 0 ? errno : 0)),
	         EACCES, "and its owner's alone");
	chdir("/tmp");
	is(strcmp(link_of("/proc/self/cwd"), "/tmp"), 0, "cwd");
	chdir("/");
	is(strcmp(link_of("/proc/self/root"), "/"), 0, "root");
	ok(stat("/proc/self/fd", &st) == 0 && st.st_mode == (S_IFDIR | 0500), "fd is a directory");
	ok(has("/proc/cpuinfo", "processor\t: 0") && strstr(text, "\nflags\t\t: fpu") &&
	           strstr(text, " cmov") && strstr(text, "\nvendor_id\t: ") &&
	           strcmp(text + strlen(text) - 2, "\n\n") == 0,
	   "the processor");
}

int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	slurp("/proc/self/environ");
	return memcmp(text, "ONE=1\0TWO=2\0", 13) != 0;
}

void
test(void)
{
	names();
	reopen();
	pipes();
	words();
}
