/* SPDX-License-Identifier: BSD-2-Clause */
/* The C functions whose interface differs from that of the kernel's call. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <unistd.h>

int __sys_getcwd(char *buf, size_t size);
char *__sys_brk(void *end);
void *__sys_mmap2(void *addr, size_t len, int prot, int flags, int fd, unsigned page);

void __restore(void), __restore_rt(void); /* machine.asm: where handlers return to */
int __sys_rt_sigaction(int, const struct sigaction *, struct sigaction *, size_t);

_Static_assert(sizeof(struct sigaction) == sizeof(struct abi_sigaction), "");

char *
getcwd(char *buf, size_t size)
{
	return __sys_getcwd(buf, size) < 0 ? NULL : buf;
}

/* The kernel returns the old end if it refuses the call. */
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
isatty(int fd)
{
	struct abi_termios t;

	return ioctl(fd, TCGETS, &t) == 0;
}

int
tcsetpgrp(int fd, pid_t pgrp)
{
	return ioctl(fd, TIOCSPGRP, &pgrp);
}

key_t
ftok(const char *path, int id)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -1;
	return (st.st_ino & 0xffff) | (st.st_dev & 0xff) << 16 | (unsigned)id << 24;
}

/* On this machine the variable arguments lie on the stack as the array that execv needs. */
int
execl(const char *path, const char *arg, ...)
{
	return execv(path, (char **)&arg);
}

int
execvp(const char *file, char *const argv[])
{
	const char *dir = getenv("PATH") ?: "/bin", *end;
	char path[PATH_MAX];
	int error = ENOENT;

	if (strchr(file, '/'))
		return execv(file, argv);
	for (; *file && *dir; dir = end + (*end == ':')) {
		end = dir + strcspn(dir, ":");
		snprintf(path, sizeof(path), "%.*s/%s", (int)(end - dir), dir, file);
		execv(path, argv);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
	}
	errno = error;
	return -1;
}

int
sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction k = act ? *act : (struct sigaction){.sa_flags = 0};

	k.sa_restorer = k.sa_flags & SA_SIGINFO ? __restore_rt : __restore;
	k.sa_flags |= SA_RESTORER;
	if (__sys_rt_sigaction(sig, act ? &k : NULL, old, sizeof(sigset_t)) < 0)
		return -1;
	if (old)
		old->sa_flags &= ~SA_RESTORER;
	return 0;
}

sighandler_t
signal(int sig, sighandler_t handler)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

	return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int
raise(int sig)
{
	return kill(getpid(), sig);
}
