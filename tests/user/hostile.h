/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of syscalls.def, good arguments for each and bad ones of each kind: for hostile.c,
 * which tries them one by one, and fuzz.c, which makes hostile programs of them.
 */
#pragma once

#include "every_call.h"
#include "tap.h"

#include <sys/stat.h>

#define TOP 0xc0000000u
/* The page at GOOD can be read and written, and nothing is mapped right behind it. The page at
 * READ_ONLY can only be read. */
#define GOOD 0x50000000u
#define READ_ONLY 0x50010000u
#define ZEROS (GOOD + 1024)
/* Nothing is mapped at these addresses. */
#define NOTHING 0x58000000u
#define FREE 0xb0000000u
/* Strings in the good page: a file's name (at GOOD, relative to the current directory), the path
 * of a program, and the name of a symbolic link. */
#define NAME "victim"
#define PROGRAM (GOOD + 320)
#define LINK (GOOD + 360)
/* Stands for the identifier of a segment that is made for each call. */
#define SEGMENT 0x5e6u
enum { FILE_FD = 10, PIPE_FD, DIR_FD, TTY_FD, RW_FD };

/*
 * Good arguments for the calls that would fail with the defaults of arguments_of() before they look
 * at the argument under test. A letter describes each argument: p is a pointer to memory that must
 * be readable, o to memory that must be writable as well, q to memory that the call may leave
 * alone; s is a string, f a descriptor, d a directory's descriptor, and i and u are numbers.
 */
static const struct {
	const char *name, *args;
	uint32_t good[6];
} special[] = {
	{"read", "fou", {FILE_FD, GOOD, 8}},
	{"write", "fpu", {PIPE_FD, GOOD, 8}},
	{"waitpid", "ioi", {-1, GOOD, 0}},
	{"wait4", "ioio", {-1, GOOD, 0, GOOD}},
	{"execve", "spp", {PROGRAM, 0, 0}},
	{"time", "o", {GOOD}},
	{"kill", "ii", {30000, 0}},
	{"pipe", "o", {GOOD}},
	{"pipe2", "oi", {GOOD, 0}},
	{"ioctl", "fio", {TTY_FD, TCGETS, GOOD}},
	{"gettimeofday", "oo", {GOOD, GOOD}},
	{"reboot", "iiiq", {0, 0, 0, GOOD}},
	{"munmap", "uu", {FREE, PAGE}},
	{"mprotect", "uui", {FREE, PAGE, PROT_READ}},
	{"mmap2", "uuiifi", {0, PAGE, PROT_READ, MAP_PRIVATE, FILE_FD, 0}},
	{"ipc", "iiiiqi", {IPCOP_SHMCTL, SEGMENT, IPC_STAT | IPC_64, 0, GOOD, 0}},
	{"uname", "o", {GOOD}},
	{"readv", "fpi", {FILE_FD, GOOD + 64, 1}},
	{"writev", "fpi", {PIPE_FD, GOOD + 64, 1}},
	{"nanosleep", "pq", {GOOD, GOOD}},
	{"rt_sigaction", "ipou", {SIGUSR1, GOOD, GOOD, 8}},
	{"rt_sigprocmask", "ipou", {SIG_BLOCK, GOOD, GOOD, 8}},
	{"rt_sigpending", "ou", {GOOD, 8}},
	{"rt_sigsuspend", "pu", {GOOD, 8}},
	{"getcwd", "ou", {GOOD, 64}},
	{"sigaltstack", "qo", {0, GOOD}},
	{"stat64", "so", {GOOD, GOOD + 128}},
	{"lstat64", "so", {GOOD, GOOD + 128}},
	{"fstat64", "fo", {FILE_FD, GOOD}},
	{"stat", "so", {GOOD, GOOD + 128}},
	{"lstat", "so", {GOOD, GOOD + 128}},
	{"fstat", "fo", {FILE_FD, GOOD}},
	{"oldstat", "so", {GOOD, GOOD + 128}},
	{"oldlstat", "so", {GOOD, GOOD + 128}},
	{"oldfstat", "fo", {FILE_FD, GOOD}},
	{"getdents", "fou", {DIR_FD, GOOD, 256}},
	{"readdir", "foi", {DIR_FD, GOOD, 1}},
	{"setxattr", "sspui", {GOOD, LINK, GOOD, 8, 0}},
	{"lsetxattr", "sspui", {GOOD, LINK, GOOD, 8, 0}},
	{"fsetxattr", "fspui", {RW_FD, LINK, GOOD, 8, 0}},
	{"getxattr", "ssqu", {GOOD, LINK, GOOD, 8}},
	{"lgetxattr", "ssqu", {GOOD, LINK, GOOD, 8}},
	{"fgetxattr", "fsqu", {RW_FD, LINK, GOOD, 8}},
	{"listxattr", "squ", {GOOD, GOOD, 8}},
	{"llistxattr", "squ", {GOOD, GOOD, 8}},
	{"flistxattr", "fqu", {RW_FD, GOOD, 8}},
	{"fallocate", "fiuuuu", {RW_FD, 0, 0, 0, 8, 0}},
	{"flock", "fi", {FILE_FD, LOCK_SH}},
	{"getgroups", "io", {8, GOOD}},
	{"setgroups", "ip", {2, GOOD}},
	{"getresuid", "ooo", {GOOD, GOOD, GOOD}},
	{"getresgid", "ooo", {GOOD, GOOD, GOOD}},
	{"getdents64", "fou", {DIR_FD, GOOD, 256}},
	{"set_thread_area", "p", {GOOD + 96}},
	{"set_tid_address", "q", {GOOD}},
	{"clock_gettime", "io", {CLOCK_REALTIME, GOOD}},
	{"clock_gettime64", "io", {CLOCK_REALTIME, GOOD}},
	{"clock_getres", "io", {CLOCK_REALTIME, GOOD}},
	{"clock_getres_time64", "io", {CLOCK_REALTIME, GOOD}},
	{"clock_nanosleep", "iipq", {CLOCK_MONOTONIC, 0, ZEROS, GOOD}},
	{"clock_nanosleep_time64", "iipq", {CLOCK_MONOTONIC, 0, ZEROS, GOOD}},
	{"times", "o", {GOOD}},
	{"getitimer", "io", {0, GOOD}},
	{"setitimer", "ipo", {0, ZEROS, GOOD}},
	{"ugetrlimit", "io", {4, GOOD}},
	{"prlimit64", "iipo", {0, 4, ZEROS, GOOD}},
	{"sysinfo", "o", {GOOD}},
	{"madvise", "uui", {FREE, PAGE, 0}},
	{"msync", "uui", {FREE, PAGE, 4}},
	{"futex", "qiupqi", {GOOD, 0, 0, ZEROS, GOOD, 0}},
	{"futex_time64", "qiupqi", {GOOD, 0, 0, ZEROS, GOOD, 0}},
	{"set_robust_list", "qu", {GOOD, 12}},
	{"poll", "oui", {GOOD, 1, 0}},
	{"ppoll", "oupqu", {GOOD, 1, ZEROS, 0, 8}},
	{"ppoll_time64", "oupqu", {GOOD, 1, ZEROS, 0, 8}},
	{"select", "ioooq", {8, ZEROS, ZEROS, ZEROS, ZEROS}},
	{"pselect6", "ioooqp", {8, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS}},
	{"pselect6_time64", "ioooqp", {8, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS}},
	{"getrandom", "oui", {GOOD, 8, 0}},
	{"shmctl", "iio", {SEGMENT, IPC_STAT, GOOD}},
	{"shmwho", "iqu", {SEGMENT, GOOD, 4}},
	{"rt_sigtimedwait", "pqpu", {GOOD, GOOD, GOOD + 300, 8}},
	{"rt_sigtimedwait_time64", "pqpu", {GOOD, GOOD, GOOD + 300, 8}},
	{"capget", "oq", {GOOD, 0}},
	{"rt_sigqueueinfo", "iip", {30000, 0, GOOD}},
	{"lseek", "fii", {FILE_FD, 0, SEEK_SET}},
	{"llseek", "fuuoi", {FILE_FD, 0, 0, GOOD, SEEK_SET}},
	{"utimensat", "dqqi", {DIR_FD, GOOD, 0, 0}},
	{"utimensat_time64", "dqqi", {DIR_FD, GOOD, 0, 0}},
	{"readlink", "sou", {LINK, GOOD, 8}},
	{"readlinkat", "dsou", {DIR_FD, LINK, GOOD, 8}},
	{"pread64", "fouuu", {FILE_FD, GOOD, 8, 0, 0}},
	{"pwrite64", "fpuuu", {RW_FD, GOOD, 8, 0, 0}},
	{"statfs64", "suo", {GOOD, 84, GOOD + 128}},
	{"fstatfs64", "fuo", {FILE_FD, 84, GOOD}},
	{"statx", "dsiio", {DIR_FD, GOOD, 0, 0, GOOD + 256}},
	{"fstatat64", "dsoi", {DIR_FD, GOOD, GOOD + 128, 0}},
	{"renameat", "dsds", {DIR_FD, GOOD, DIR_FD, GOOD}},
	{"renameat2", "dsdsi", {DIR_FD, GOOD, DIR_FD, GOOD, 0}},
	{"linkat", "dsdsi", {DIR_FD, GOOD, DIR_FD, GOOD, 0}},
	{"symlinkat", "sds", {GOOD, DIR_FD, GOOD}},
	{"ftruncate", "fi", {RW_FD, 0}},
	{"ftruncate64", "fuu", {RW_FD, 0, 0}},
	{"oldolduname", "o", {GOOD}},
	{"olduname", "o", {GOOD}},
	{"sigaction", "ipo", {SIGUSR1, GOOD, GOOD}},
	{"sigpending", "o", {GOOD}},
	{"sigprocmask", "ipo", {SIG_BLOCK, GOOD, GOOD}},
	{"setrlimit", "ip", {4, ZEROS}},
	{"getrlimit", "io", {4, GOOD}},
	{"getrusage", "io", {0, GOOD}},
	{"sched_getparam", "io", {0, GOOD}},
	{"sched_setaffinity", "iup", {0, 4, GOOD}},
	{"sched_getaffinity", "iuo", {0, 4, GOOD}},
	{"getcpu", "ooq", {GOOD, GOOD, 0}},
	{"waitid", "iioio", {P_ALL, 0, GOOD, WEXITED, GOOD}},
};

static const uint32_t pointers[] = {1,          0xfff,     0xffff, NOTHING,        GOOD + PAGE - 2,
                                    TOP - 0x10, TOP - 2,   TOP,    TOP + 0x100000, 0xfffffff0,
                                    0xfffffffc, 0xffffffff};
static const uint32_t numbers[] = {
	-1,         0,        1,          63,      64,      65,         0x7f,       0x100,
	0xfff,      0x1001,   0xffff,     0x10000, 0x10001, 0x7fff0000, 0x7fffffff, 0x80000000,
	0x80000001, GOOD + 8, TOP - PAGE, TOP - 1, TOP,     0xfffff000, 0xfffff001, -2};
static const uint32_t descriptors[] = {-1, OPEN_MAX, OPEN_MAX + 1, 0x7fffffff, 0x80000000, -2};

/* Makes memory, descriptors, and the directory `room` with files, for the arguments to refer to.
 * The good page is shared with children if `sharing` is MAP_SHARED. */
static inline void
surroundings(const char *room, int sharing)
{
	int p[2];
	uint32_t *good = mmap((void *)GOOD, PAGE, PROT_READ | PROT_WRITE,
	                      sharing | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	mmap((void *)READ_ONLY, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	pipe2(p, O_NONBLOCK);
	dup2(p[1], PIPE_FD);
	dup2(p[0], 20);
	dup2(open("/etc/passwd", O_RDONLY), FILE_FD);
	mkdir(room, 0755);
	chdir(room);
	dup2(open(".", O_RDONLY), DIR_FD);
	dup2(open("file", O_RDWR | O_CREAT, 0600), RW_FD);
	symlink("nowhere", "link");
	dup2(open("/dev/console", O_RDWR), TTY_FD);
	for (int i = 3; i < 9; i++)
		close(i);
	/* The good page holds a path, an iovec at byte 64 and a segment descriptor at byte 96. */
	strcpy((char *)good, NAME);
	strcpy((char *)PROGRAM, "/bin/true");
	strcpy((char *)LINK, "link");
	good[16] = GOOD + 200;
	good[17] = 8;
	good[24] = -1;
	good[26] = 0xfffff;
	good[27] = 0x51;
	memcpy((char *)good + PAGE - 2, "xx", 2);
}

/* Puts good arguments of the call into good[]. Returns a letter for each. */
static inline const char *
arguments_of(const struct call *c, uint32_t *good)
{
	for (int i = 0; i < 6; i++)
		good[i] = 0;
	for (int i = 0; c->args[i]; i++)
		good[i] = c->args[i] == 'f'          ? FILE_FD
		          : c->args[i] == 'd'        ? DIR_FD
		          : strchr("ps", c->args[i]) ? GOOD
		                                     : 0;
	for (unsigned i = 0; i < COUNT(special); i++) {
		if (strcmp(c->name, special[i].name) == 0) {
			memcpy(good, special[i].good, sizeof(special[i].good));
			return special[i].args;
		}
	}
	return c->args;
}
