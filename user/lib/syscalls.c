/* SPDX-License-Identifier: BSD-2-Clause */
/* Where C's functions and the kernel's calls differ in form. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int __sys_getcwd(char *buf, size_t size);
char *__sys_brk(void *end);
void *__sys_mmap2(void *addr, size_t len, int prot, int flags, int fd, unsigned page);
int __sys_reboot(unsigned magic1, unsigned magic2, int cmd, void *arg);

pid_t
wait(int *status)
{
	return waitpid(-1, status, 0);
}

char *
getcwd(char *buf, size_t size)
{
	return __sys_getcwd(buf, size) < 0 ? NULL : buf;
}

/* The kernel answers a refused brk with the old end. */
int
brk(void *end)
{
	if (__sys_brk(end) == end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *
sbrk(intptr_t by)
{
	char *end = __sys_brk(NULL);

	return by == 0 || brk(end + by) == 0 ? end : (void *)-1;
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	if (off & 4095) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return __sys_mmap2(addr, len, prot, flags, fd, (unsigned long)off >> 12);
}

int
reboot(int cmd)
{
	return __sys_reboot(REBOOT_MAGIC1, REBOOT_MAGIC2, cmd, NULL);
}

int
seteuid(uid_t uid)
{
	return setresuid(-1, uid, -1);
}

int
setegid(gid_t gid)
{
	return setresgid(-1, gid, -1);
}

int
tcgetattr(int fd, struct termios *t)
{
	return ioctl(fd, TCGETS, t);
}

int
tcsetattr(int fd, int when, const struct termios *t)
{
	return ioctl(fd, TCSETS + when, t);
}

int
isatty(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) == 0;
}

pid_t
tcgetpgrp(int fd)
{
	pid_t pgrp;

	return ioctl(fd, TIOCGPGRP, &pgrp) < 0 ? -1 : pgrp;
}

int
tcsetpgrp(int fd, pid_t pgrp)
{
	return ioctl(fd, TIOCSPGRP, &pgrp);
}

int
getpagesize(void)
{
	return 4096;
}

long
sysconf(int name)
{
	if (name == _SC_PAGESIZE)
		return getpagesize();
	errno = EINVAL;
	return -1;
}

key_t
ftok(const char *path, int id)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -1;
	return (st.st_ino & 0xffff) | (st.st_dev & 0xff) << 16 | (unsigned)id << 24;
}

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int
execvp(const char *file, char *const argv[])
{
	const char *dir = getenv("PATH"), *end;
	char path[PATH_MAX];
	int error = ENOENT;

	if (strchr(file, '/'))
		return execv(file, argv);
	for (dir = dir ? dir : "/bin"; *file; dir = end + 1) {
		end = dir + strcspn(dir, ":");
		snprintf(path, sizeof(path), "%.*s%s%s", (int)(end - dir), dir,
		         end == dir ? "" : "/", file);
		execv(path, argv);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
		if (*end == 0)
			break;
	}
	errno = error;
	return -1;
}

/* On this machine a variable argument list is already the array we need. */
int
execl(const char *path, const char *arg, ...)
{
	return execv(path, (char **)&arg);
}

int
execlp(const char *file, const char *arg, ...)
{
	return execvp(file, (char **)&arg);
}
