/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the bytes that calls write about files, the machine, the time, and the caller. */
#include "bytes.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <time.h>

unsigned char to[1024] __attribute__((aligned(16)));

unsigned char *
fresh(void)
{
	return memset(to, 0xaa, sizeof(to));
}

static const char *
state_of(const unsigned char *p, unsigned n, int any)
{
	unsigned same = 1;

	while (same < n && p[same] == p[0])
		same++;
	if (same == n && p[0] == 0xaa)
		return "untouched";
	return any ? "written" : same == n && p[0] == 0 ? "0" : "set";
}

/* Writes the bytes [at, end) into text, and each run of equal ones as one with its length. Returns
 * the number of characters. */
static int
run(char *text, size_t room, unsigned at, unsigned end)
{
	unsigned same;
	int n = 0;

	for (; at < end; at += same) {
		for (same = 1; at + same < end && to[at + same] == to[at];)
			same++;
		n += same > 1 ? snprintf(text + n, room - n, " %02x*%u", to[at], same)
		              : snprintf(text + n, room - n, " %02x", to[at]);
	}
	return n;
}

void
show_bytes(const char *call, long result, unsigned size, const struct mask *m)
{
	static char text[2048];
	int n = result == -1 ? snprintf(text, sizeof(text), "%s:", error_name(errno))
	                     : snprintf(text, sizeof(text), "%ld:", result);
	unsigned at = 0;

	for (; m->name != NULL; at = m->at + m->size, m++) {
		int any = m->name[0] == '?';

		n += run(text + n, sizeof(text) - n, at, m->at);
		n += snprintf(text + n, sizeof(text) - n, " <%s %s>", m->name + any,
		              state_of(to + m->at, m->size, any));
	}
	run(text + n, sizeof(text) - n, at, size);
	TEXT(call, "%s", text);
}

/* ---- Files ---- */

#define STAT64(...)                                                                                \
	{"dev", 0, 8}, {"ino", 12, 4}, __VA_ARGS__{"atime", 64, 8}, {"mtime", 72, 8},              \
		{"ctime", 80, 8},                                                                  \
	{                                                                                          \
		"ino", 88, 8                                                                       \
	}
#define STAT(...)                                                                                  \
	{"dev", 0, 4}, {"ino", 4, 4}, __VA_ARGS__{"atime", 32, 8}, {"mtime", 40, 8},               \
	{                                                                                          \
		"ctime", 48, 8                                                                     \
	}
#define OLD_STAT                                                                                   \
	{"?dev", 0, 2}, {"ino", 2, 2}, {"atime", 20, 4}, {"mtime", 24, 4},                         \
	{                                                                                          \
		"ctime", 28, 4                                                                     \
	}

#define STATX                                                                                      \
	{"ino", 32, 8}, {"?attributes", 56, 8}, {"atime", 64, 12}, {"ctime", 96, 12},              \
		{"mtime", 112, 12}, {"?device", 136, 8},                                           \
	{                                                                                          \
		"mount", 144, 8                                                                    \
	}

static void
stats(void)
{
	int fd = open("/tmp/bytes", O_CREAT | O_TRUNC | O_RDWR, 0640), ends[2];

	section("bytes of what a file is");
	NUM(write(fd, to, 100));
	NUM(symlink("bytes", "/tmp/bytes-link"));
	NUM(pipe(ends));
	BYTES(112, syscall(SYS_stat64, "/tmp/bytes", TO), STAT64());
	BYTES(112, syscall(SYS_lstat64, "/tmp/bytes-link", TO), STAT64({"?blocks", 56, 8}, ));
	BYTES(112, syscall(SYS_fstat64, fd, TO), STAT64());
	BYTES(112, syscall(SYS_fstatat64, AT_FDCWD, "/tmp/bytes", TO, 0), STAT64());
	BYTES(112, syscall(SYS_stat64, "/tmp", TO),
	      STAT64({"links", 20, 4}, {"?size", 44, 8}, {"?blocks", 56, 8}, ));
	BYTES(112, syscall(SYS_stat64, "/dev/null", TO), STAT64());
	BYTES(112, syscall(SYS_stat64, "/proc/self/maps", TO), STAT64({"?blksize", 52, 4}, ));
	BYTES(112, syscall(SYS_fstat64, ends[0], TO), STAT64());
	BYTES(112, syscall(SYS_stat64, "/tmp/none", TO));
	BYTES(80, syscall(SYS_stat, "/tmp/bytes", TO), STAT());
	BYTES(80, syscall(SYS_lstat, "/tmp/bytes-link", TO), STAT({"?blocks", 28, 4}, ));
	BYTES(80, syscall(SYS_fstat, fd, TO), STAT());
	BYTES(80, syscall(SYS_stat, "/dev/null", TO), STAT());
	BYTES(48, syscall(18, "/tmp/bytes", TO), OLD_STAT);
	BYTES(48, syscall(84, "/tmp/bytes-link", TO), OLD_STAT);
	BYTES(48, syscall(28, fd, TO), OLD_STAT);
	BYTES(48, syscall(18, "/dev/null", TO), OLD_STAT);
	BYTES(272, syscall(SYS_statx, AT_FDCWD, "/tmp/bytes", 0, 0x7ff, TO), STATX);
	BYTES(272, syscall(SYS_statx, AT_FDCWD, "/dev/null", 0, 0x7ff, TO), STATX);
#define STATFS                                                                                     \
	{"blocks", 8, 8}, {"free", 16, 8}, {"available", 24, 8}, {"?files", 32, 16},               \
		{"?id", 48, 8}, {"flags", 64, 4}
	BYTES(100, syscall(SYS_statfs64, "/tmp", 84, TO), STATFS);
	BYTES(100, syscall(SYS_statfs64, "/tmp", 88, TO), STATFS);
	BYTES(100, syscall(SYS_fstatfs64, fd, 84, TO), STATFS);
	BYTES(100, syscall(SYS_statfs64, "/proc", 84, TO), {"?id", 48, 8}, {"flags", 64, 4});
	BYTES(100, syscall(SYS_statfs64, "/tmp", 83, TO));
	NUM(close(fd) | close(ends[0]) | close(ends[1]));
}

static void
directories(void)
{
	int fd;

	section("bytes of directories");
	NUM(mkdir("/tmp/bytes-dir", 0755));
	NUM(fd = open("/tmp/bytes-dir", O_RDONLY | O_DIRECTORY));
	NUM(close(open("/tmp/bytes-dir/abcdef", O_CREAT | O_WRONLY, 0600)));
	BYTES(120, syscall(SYS_getdents64, fd, TO, 100), {"ino", 0, 8}, {"offset", 8, 8},
	      {"ino", 24, 8}, {"offset", 32, 8}, {"ino", 48, 8}, {"offset", 56, 8});
	BYTES(40, syscall(SYS_getdents64, fd, TO, 100));
	NUM(lseek(fd, 0, SEEK_SET));
	BYTES(40, syscall(SYS_getdents64, fd, TO, 23));
	BYTES(40, syscall(SYS_getdents64, fd, TO, 40), {"ino", 0, 8}, {"offset", 8, 8});
	NUM(lseek(fd, 0, SEEK_SET));
	BYTES(100, syscall(SYS_getdents, fd, TO, 80), {"ino", 0, 4}, {"offset", 4, 4},
	      {"ino", 16, 4}, {"offset", 20, 4}, {"ino", 32, 4}, {"offset", 36, 4});
	BYTES(40, syscall(SYS_getdents, fd, TO, 80));
	NUM(lseek(fd, 0, SEEK_SET));
	BYTES(40, syscall(SYS_readdir, fd, TO, 1), {"ino", 0, 4}, {"?offset", 4, 4});
	BYTES(40, syscall(SYS_readdir, fd, TO, 1), {"ino", 0, 4}, {"?offset", 4, 4});
	BYTES(40, syscall(SYS_readdir, fd, TO, 1), {"ino", 0, 4}, {"?offset", 4, 4});
	BYTES(40, syscall(SYS_readdir, fd, TO, 1));
	NUM(close(fd));
}

/* Offsets and paths: _llseek, readlink and getcwd. */
static void
places(void)
{
	int fd = open("/tmp/bytes", O_RDWR);

	section("bytes of places");
	BYTES(24, syscall(SYS__llseek, fd, 0, 50, TO, SEEK_SET));
	differs("long-file");
	BYTES(24, syscall(SYS__llseek, fd, 1, 50, TO, SEEK_SET));
	BYTES(24, syscall(SYS__llseek, fd, 0, 0, TO, 9));
	BYTES(24, syscall(SYS_readlink, "/tmp/bytes-link", TO, 20));
	BYTES(24, syscall(SYS_readlink, "/tmp/bytes-link", TO, 3));
	NUM(chdir("/tmp"));
	BYTES(24, syscall(SYS_getcwd, TO, 20));
	BYTES(24, syscall(SYS_getcwd, TO, 4));
	NUM(chdir("/"));
	NUM(close(fd));
}

/* Structures of which calls change a part: those of poll and select. */
static void *
polled(int in, int out)
{
	struct pollfd p[] = {
		{in, POLLIN, 9}, {out, POLLIN | POLLOUT, 9}, {-1, POLLIN, 9}, {77, 0, 9}};

	return memcpy(TO, p, sizeof(p));
}

static void *
set_of(int fd)
{
	memset(TO, 0, 8);
	to[fd / 8] = 1 << fd % 8;
	return to;
}

static void
readiness(void)
{
	long now[2] = {0, 0}, times[] = {0, 0}, *args;
	long long wide[] = {0, 0};
	int ends[2];

	section("bytes of what is ready");
	BYTES(24, syscall(SYS_pipe, TO));
	memcpy(ends, to, sizeof(ends));
	NUM(close(ends[0]) | close(ends[1]));
	BYTES(24, syscall(SYS_pipe2, TO, O_CLOEXEC));
	NUM(write(ends[1], "abc", 3));
	BYTES(24, ioctl(ends[0], FIONREAD, TO));
	NUM(ioctl(ends[0], FIONBIO, &(int){3}));
	NUM(fcntl(ends[0], F_GETFL));
	NUM(ioctl(ends[0], FIONBIO, &(int){0}));
	NUM(fcntl(ends[0], F_GETFL));
	NUM(ioctl(ends[0], FIONBIO, BAD));
	NUM(ioctl(99, FIONBIO, BAD));
	NUM(fcntl(ends[0], F_GETFD));
	NUM(ioctl(ends[0], FIONCLEX, BAD));
	NUM(fcntl(ends[0], F_GETFD));
	NUM(ioctl(ends[0], FIOCLEX, BAD));
	NUM(fcntl(ends[0], F_GETFD));
	BYTES(40, syscall(SYS_poll, polled(ends[0], ends[1]), 4, 0));
	BYTES(40, syscall(SYS_poll, polled(ends[0], ends[1]), 1, 0));
	BYTES(16, syscall(SYS__newselect, 20, set_of(ends[0]), NULL, NULL, now));
	BYTES(16, syscall(SYS__newselect, 40, set_of(ends[1]), NULL, NULL, now));
	BYTES(16, syscall(SYS__newselect, ends[1] + 1, NULL, set_of(ends[1]), NULL, now));
	BYTES(16, syscall(SYS__newselect, 40, NULL, NULL, set_of(ends[0]), now));
	BYTES(16, syscall(SYS__newselect, 40, set_of(30), NULL, NULL, now));
	args = (long[]){20, (long)set_of(ends[0]), 0, 0, (long)now};
	BYTES(16, syscall(SYS_select, args));
	/* These write back the time that is left. */
	BYTES(16, syscall(SYS__newselect, 0, NULL, NULL, NULL, memcpy(TO, times, 8)));
	BYTES(16, syscall(SYS_pselect6, 0, NULL, NULL, NULL, memcpy(TO, times, 8), NULL));
	BYTES(24, syscall(SYS_ppoll, NULL, 0, memcpy(TO, times, 8), NULL, 8));
	BYTES(24, syscall(SYS_pselect6_time64, 0, NULL, NULL, NULL, memcpy(TO, wide, 16), NULL));
	BYTES(24, syscall(SYS_ppoll_time64, NULL, 0, memcpy(TO, wide, 16), NULL, 8));
	BYTES(24, syscall(SYS_read, ends[0], TO, 20));
	NUM(close(ends[0]) | close(ends[1]));
}

/* A child has a lock, and the parent asks which lock is in its way. */
static void
locks(void)
{
	struct flock want = {.l_type = F_WRLCK, .l_start = 5, .l_len = 7};
	int fd = open("/tmp/bytes", O_RDWR), ends[2];
	struct {
		short type, whence;
		int start, len, pid;
	} narrow = {F_WRLCK, SEEK_CUR, 0, 100, 77};
	struct __attribute__((packed)) {
		short type, whence;
		long long start, len;
		int pid;
	} wide = {F_WRLCK, SEEK_CUR, 0, 100, 77};
	pid_t pid;

	section("bytes of locks");
	NUM(pipe(ends));
	pid = fork();
	if (pid == 0) {
		NUM(fcntl(fd, F_SETLK, &want));
		close(ends[1]);
		pause();
	}
	close(ends[1]);
	NUM(read(ends[0], to, 1));
	BYTES(32, syscall(SYS_fcntl64, fd, 5, memcpy(TO, &narrow, 16)), {"pid", 12, 4});
	BYTES(32, syscall(SYS_fcntl64, fd, 12, memcpy(TO, &wide, 24)), {"pid", 20, 4});
	wide.pid = 0;
	BYTES(32, syscall(SYS_fcntl64, fd, 36, memcpy(TO, &wide, 24)), {"pid", 20, 4});
	wide.pid = 77;
	kill(pid, SIGKILL);
	NUM(waitpid(pid, NULL, 0) == pid);
	BYTES(32, syscall(SYS_fcntl64, fd, 5, memcpy(TO, &narrow, 16)));
	BYTES(32, syscall(SYS_fcntl64, fd, 12, memcpy(TO, &wide, 24)));
	NUM(close(fd) | close(ends[0]));
}

/* ---- The machine and its time ---- */

static void
machine(void)
{
	section("bytes of the machine");
	BYTES(400, syscall(SYS_uname, TO), {"node", 65, 65}, {"release", 130, 65},
	      {"version", 195, 65});
	BYTES(400, syscall(109, TO), {"node", 65, 65}, {"release", 130, 65}, {"version", 195, 65});
	BYTES(60, syscall(59, TO), {"node", 9, 9}, {"release", 18, 9}, {"version", 27, 9});
	BYTES(80, syscall(SYS_sysinfo, TO), {"?uptime", 0, 4}, {"?load", 4, 12}, {"memory", 16, 4},
	      {"free", 20, 4}, {"?shared", 24, 4}, {"?buffers", 28, 4}, {"processes", 40, 2});
	BYTES(24, syscall(SYS_getrandom, TO, 8, 0), {"random", 0, 8});
	BYTES(24, syscall(SYS_getcpu, TO, to + 8, NULL));
}

static void
clocks(void)
{
	struct itimerval it = {{3, 20000}, {2000, 0}};

	section("bytes of time");
	BYTES(16, syscall(SYS_time, TO) > 0, {"now", 0, 4});
	BYTES(24, syscall(SYS_gettimeofday_time32, TO, to + 12), {"seconds", 0, 4},
	      {"?microseconds", 4, 4});
	BYTES(24, syscall(SYS_clock_gettime32, CLOCK_REALTIME, TO), {"seconds", 0, 4},
	      {"?nanoseconds", 4, 4});
	BYTES(24, syscall(SYS_clock_gettime64, CLOCK_REALTIME, TO), {"seconds", 0, 4},
	      {"?nanoseconds", 8, 4});
	BYTES(24, syscall(SYS_clock_getres_time32, CLOCK_REALTIME, TO), {"step", 4, 4});
	BYTES(24, syscall(SYS_clock_getres_time64, CLOCK_REALTIME, TO), {"step", 8, 4});
	BYTES(24, syscall(SYS_clock_getres_time32, CLOCK_MONOTONIC_COARSE, TO), {"step", 4, 4});
	BYTES(24, syscall(SYS_clock_getres_time32, 99, TO));
	BYTES(24, syscall(SYS_times, TO) >= 0, {"?user", 0, 4}, {"?system", 4, 4},
	      {"?children", 8, 8});
	BYTES(24, syscall(SYS_getitimer, ITIMER_REAL, TO));
	BYTES(24, syscall(SYS_setitimer, ITIMER_REAL, &it, TO));
	BYTES(24, syscall(SYS_getitimer, ITIMER_REAL, TO), {"seconds", 8, 4}, {"?part", 12, 4});
	BYTES(24, syscall(SYS_setitimer, ITIMER_REAL, NULL, TO), {"seconds", 8, 4},
	      {"?part", 12, 4});
	BYTES(24, syscall(SYS_getitimer, 9, TO));
#define RUSAGE                                                                                     \
	{"?user", 0, 8}, {"?system", 8, 8}, {"?memory", 16, 4}, {"?faults", 32, 8},                \
		{"?blocks", 44, 8}, {"?switches", 64, 8}
	BYTES(88, syscall(SYS_getrusage, RUSAGE_SELF, TO), RUSAGE);
	BYTES(88, syscall(SYS_getrusage, RUSAGE_CHILDREN, TO), RUSAGE);
	BYTES(88, syscall(SYS_getrusage, 7, TO));
}

/* ---- The caller ---- */

static void
limits(void)
{
	section("bytes of limits");
	for (unsigned i = 0; i < 16; i++) {
		/* Limits that depend on the machine's memory or configuration are left out. */
		if (i == RLIMIT_NPROC || i == RLIMIT_MEMLOCK || i == RLIMIT_SIGPENDING ||
		    i == RLIMIT_MSGQUEUE || i == RLIMIT_NOFILE)
			continue;
		TEXT("limit", "%u", i);
		BYTES(16, syscall(76, i, TO));
		BYTES(16, syscall(SYS_getrlimit, i, TO));
		BYTES(24, syscall(SYS_prlimit64, 0, i, NULL, TO));
	}
	BYTES(16, syscall(SYS_getrlimit, RLIMIT_MEMLOCK, TO), {"?soft", 0, 4}, {"?hard", 4, 4});
	BYTES(24, syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, TO), {"hard", 8, 4});
	BYTES(24, syscall(SYS_prlimit64, 0, 16, NULL, TO));
}

static void
capabilities(void)
{
	static const unsigned versions[] = {0x19980330, 0x20071026, 0x20080522, 77};

	for (int i = 0; i < 4; i++) {
		unsigned head[] = {versions[i], 0};

		BYTES(40, syscall(SYS_capget, head, TO));
		BYTES(24, syscall(SYS_capget, memcpy(TO, head, 8), NULL));
		BYTES(24, syscall(SYS_capget, memcpy(TO, head, 8), to + 16));
	}
}

static void
as_user(void)
{
	capabilities();
	BYTES(24, syscall(SYS_getresuid32, TO, to + 8, to + 16));
	BYTES(24, syscall(SYS_getgroups32, 4, TO));
}

static void
caller(void)
{
	static const gid_t groups[] = {5, 70000, 3};

	section("bytes of the caller");
	NUM(setgroups(3, groups));
	NUM(setresuid(0, 0, 70000));
	NUM(setresgid(1, 2, 70000));
	BYTES(24, syscall(SYS_getgroups32, 4, TO));
	BYTES(24, syscall(SYS_getgroups32, 2, TO));
	BYTES(24, syscall(SYS_getgroups32, 0, TO));
	BYTES(28, syscall(SYS_getresuid32, TO, to + 8, to + 16));
	BYTES(28, syscall(SYS_getresgid32, TO, to + 8, to + 16));
	capabilities();
	child(1000, 1000, as_user);
	NUM(prctl(PR_SET_NAME, "short"));
	BYTES(24, prctl(PR_GET_NAME, TO));
	BYTES(24, prctl(PR_GET_PDEATHSIG, TO));
	BYTES(24, syscall(SYS_sched_getparam, 0, TO));
	BYTES(24, syscall(SYS_sched_getaffinity, 0, 16, TO));
	BYTES(24, syscall(SYS_sched_getaffinity, 0, 2, TO));
	BYTES(24, syscall(SYS_sched_getaffinity, 99999, 16, TO));
	BYTES(24, syscall(SYS_getxattr, "/tmp/bytes", "user.none", TO, 10));
	BYTES(24, syscall(SYS_listxattr, "/tmp/bytes", TO, 10));
}

void
bytes_calls(void)
{
	stats();
	directories();
	places();
	readiness();
	locks();
	machine();
	clocks();
	child(0, 0, limits);
	child(0, 0, caller);
	child(0, 0, signal_bytes);
	child(0, 0, more_bytes);
	NUM(unlink("/tmp/bytes") | unlink("/tmp/bytes-link"));
	NUM(unlink("/tmp/bytes-dir/abcdef") | rmdir("/tmp/bytes-dir"));
}
