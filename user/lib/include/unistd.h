/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/fcntl.h"
#include <sys/types.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE _SC_PAGESIZE

/* fcntl.h, sched.h and sys/uio.h include this header. */
extern char **environ, *optarg;
extern int optind, opterr, optopt;

struct iovec {
	void *iov_base;
	size_t iov_len;
};

int open(const char *path, int flags, ...), fcntl(int fd, int cmd, ...);
ssize_t read(int fd, void *buf, size_t n), write(int fd, const void *buf, size_t n);
ssize_t readv(int fd, const struct iovec *iov, int n),
	writev(int fd, const struct iovec *iov, int n);
off_t lseek(int fd, off_t off, int whence);
int unlink(const char *path), rmdir(const char *path);
int link(const char *from, const char *to), symlink(const char *target, const char *path);
ssize_t readlink(const char *path, char *buf, size_t size);
int truncate(const char *path, off_t size), ftruncate(int fd, off_t size);
int chown(const char *path, uid_t uid, gid_t gid);
int close(int fd), dup(int fd), dup2(int fd, int to), pipe(int fds[2]),
	pipe2(int fds[2], int flags);
int access(const char *path, int mode), chdir(const char *path);
char *getcwd(char *buf, size_t size);
int isatty(int fd), tcsetpgrp(int fd, pid_t pgrp);

pid_t fork(void);
__attribute__((returns_twice)) pid_t vfork(void);
int sched_yield(void);
int execve(const char *path, char *const argv[], char *const envp[]);
int execvp(const char *file, char *const argv[]), execl(const char *path, const char *arg, ...);
#define execv(path, argv) execve(path, argv, environ)
_Noreturn void _exit(int status);
int brk(void *end);
void *sbrk(intptr_t by);
unsigned alarm(unsigned seconds), sleep(unsigned seconds);
int usleep(useconds_t us), pause(void), getopt(int argc, char *const argv[], const char *options);
/* Makes any system call by its number. Errors are returned as by the other functions here. */
long syscall(long number, ...);
#define getpagesize() 4096
#define sysconf(name) ((name) == _SC_PAGESIZE ? 4096l : -1l)

pid_t getpid(void), getppid(void), gettid(void), getpgrp(void), getpgid(pid_t pid), setsid(void);
int setpgid(pid_t pid, pid_t pgrp);
uid_t getuid(void), geteuid(void);
gid_t getgid(void), getegid(void);
int setuid(uid_t uid), setgid(gid_t gid), setreuid(uid_t r, uid_t e), setregid(gid_t r, gid_t e);
int setresuid(uid_t r, uid_t e, uid_t s), setresgid(gid_t r, gid_t e, gid_t s);
int getresuid(uid_t *r, uid_t *e, uid_t *s), getresgid(gid_t *r, gid_t *e, gid_t *s);
#define seteuid(uid) setresuid(-1, uid, -1)
#define setegid(gid) setresgid(-1, gid, -1)
int getgroups(int n, gid_t *groups), setgroups(size_t n, const gid_t *groups);
ssize_t getrandom(void *buf, size_t n, unsigned flags);
