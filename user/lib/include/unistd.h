/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/fcntl.h>
#include <sys/types.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE _SC_PAGESIZE

extern char **environ, *optarg;
extern int optind, opterr, optopt;

ssize_t read(int fd, void *buf, size_t n), write(int fd, const void *buf, size_t n);
int close(int fd);
off_t lseek(int fd, off_t off, int whence);
int access(const char *path, int mode), dup(int fd), dup2(int fd, int to), pipe(int fds[2]);
int pipe2(int fds[2], int flags), chdir(const char *path);
char *getcwd(char *buf, size_t size);
int isatty(int fd);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t pgrp);

pid_t fork(void);
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]), execvp(const char *file, char *const argv[]);
int execl(const char *path, const char *arg, ...), execlp(const char *file, const char *arg, ...);
_Noreturn void _exit(int status);
void *sbrk(intptr_t by);
int brk(void *end);
unsigned alarm(unsigned seconds), sleep(unsigned seconds);
int usleep(useconds_t us), pause(void);
long sysconf(int name);
int getpagesize(void), getopt(int argc, char *const argv[], const char *options);
/* Any call by its number, as the kernel takes it; errors as from a stub. */
long syscall(long number, ...);

pid_t getpid(void), getppid(void), gettid(void), getpgrp(void), getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t pgrp);
pid_t setsid(void);
uid_t getuid(void), geteuid(void);
gid_t getgid(void), getegid(void);
int setuid(uid_t uid), setgid(gid_t gid), seteuid(uid_t uid), setegid(gid_t gid);
int setreuid(uid_t r, uid_t e), setregid(gid_t r, gid_t e), setresuid(uid_t r, uid_t e, uid_t s);
int setresgid(gid_t r, gid_t e, gid_t s), getresuid(uid_t *r, uid_t *e, uid_t *s);
int getresgid(gid_t *r, gid_t *e, gid_t *s), getgroups(int n, gid_t *groups);
int setgroups(size_t n, const gid_t *groups);
ssize_t getrandom(void *buf, size_t n, unsigned flags);
