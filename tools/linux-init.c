/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first process on Linux, for tools/run --linux. It sets the system up as isthmus would
 * be, lets isthmus's init run its one job, and ends the emulator with init's status through
 * the same two ports as isthmus.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* System calls that only this program makes, so the library lacks them. */
#define NR_CHMOD 15
#define NR_MOUNT 21
#define NR_MKDIR 39
#define NR_UMASK 60
#define NR_IOPL 110
#define TCSBRK 0x5409

#define PORT_VERDICT 0xe9
#define PORT_EXIT 0xf4
#define LEAVE 16 /* QEMU exits with 2 * 16 + 1 */

static void
out(unsigned short port, unsigned char byte)
{
	__asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static void
mount(const char *type, const char *dir, mode_t mode)
{
	syscall(NR_MKDIR, dir, mode);
	syscall(NR_MOUNT, type, dir, type, 0, NULL);
	syscall(NR_CHMOD, dir, mode);
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	write(fd, text, strlen(text));
	close(fd);
}

/* In the child: runs init in a session of its own, with the first serial line as terminal. */
static _Noreturn void
start(void)
{
	static char *argv[] = {"init", NULL}, *env[] = {NULL};
	struct termios raw = {.c_cflag = 06262}; /* 115200, 8 bits, receive, no modem */

	int fd;

	setsid();
	fd = open("/dev/ttyS0", O_RDWR);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	tcsetattr(0, TCSANOW, &raw);
	execve("/bin/init", argv, env);
	_exit(127);
}

int
main(void)
{
	char verdict[32];
	pid_t pid;
	int status = 0, n;

	syscall(NR_UMASK, 0);
	mount("proc", "/proc", 0555);
	mount("devtmpfs", "/dev", 0755);
	mount("tmpfs", "/dev/shm", 01777);
	mount("tmpfs", "/tmp", 01777);
	syscall(NR_UMASK, 022);
	/* Debian turns these restrictions on; by default Linux has them off. */
	put("/proc/sys/fs/protected_hardlinks", "0\n");
	put("/proc/sys/fs/protected_symlinks", "0\n");
	put("/proc/sys/fs/protected_regular", "0\n");
	if ((pid = fork()) == 0)
		start();
	while (wait(&status) != pid || (!WIFEXITED(status) && !WIFSIGNALED(status)))
		;
	ioctl(open("/dev/ttyS0", O_RDWR), TCSBRK, 1); /* wait until all output has been sent */
	n = snprintf(verdict, sizeof(verdict), "exit %d\n",
	             WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	if (syscall(NR_IOPL, 3) < 0)
		return 1;
	for (int i = 0; i < n; i++)
		out(PORT_VERDICT, verdict[i]);
	out(PORT_EXIT, LEAVE);
	return 1;
}
