/* SPDX-License-Identifier: BSD-2-Clause */
/* What errors and signals are called. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const errors[] = {[0] = "Success",
                                     [EPERM] = "Operation not permitted",
                                     [ENOENT] = "No such file or directory",
                                     [ESRCH] = "No such process",
                                     [EINTR] = "Interrupted system call",
                                     [EIO] = "Input/output error",
                                     [ENXIO] = "No such device or address",
                                     [E2BIG] = "Argument list too long",
                                     [ENOEXEC] = "Exec format error",
                                     [EBADF] = "Bad file descriptor",
                                     [ECHILD] = "No child processes",
                                     [EAGAIN] = "Resource temporarily unavailable",
                                     [ENOMEM] = "Cannot allocate memory",
                                     [EACCES] = "Permission denied",
                                     [EFAULT] = "Bad address",
                                     [EBUSY] = "Device or resource busy",
                                     [EEXIST] = "File exists",
                                     [ENODEV] = "No such device",
                                     [ENOTDIR] = "Not a directory",
                                     [EISDIR] = "Is a directory",
                                     [EINVAL] = "Invalid argument",
                                     [ENFILE] = "Too many open files in system",
                                     [EMFILE] = "Too many open files",
                                     [ENOTTY] = "Inappropriate ioctl for device",
                                     [EFBIG] = "File too large",
                                     [ENOSPC] = "No space left on device",
                                     [ESPIPE] = "Illegal seek",
                                     [EROFS] = "Read-only file system",
                                     [EPIPE] = "Broken pipe",
                                     [EDOM] = "Numerical argument out of domain",
                                     [ERANGE] = "Numerical result out of range",
                                     [ENAMETOOLONG] = "File name too long",
                                     [ENOSYS] = "Function not implemented",
                                     [ENOTEMPTY] = "Directory not empty",
                                     [ELOOP] = "Too many levels of symbolic links",
                                     [EIDRM] = "Identifier removed",
                                     [EOVERFLOW] = "Value too large for defined data type",
                                     [ETIMEDOUT] = "Connection timed out"};

static const char *const signals[] = {[SIGHUP] = "Hangup",
                                      [SIGINT] = "Interrupt",
                                      [SIGQUIT] = "Quit",
                                      [SIGILL] = "Illegal instruction",
                                      [SIGTRAP] = "Trace/breakpoint trap",
                                      [SIGABRT] = "Aborted",
                                      [SIGBUS] = "Bus error",
                                      [SIGFPE] = "Floating point exception",
                                      [SIGKILL] = "Killed",
                                      [SIGUSR1] = "User defined signal 1",
                                      [SIGSEGV] = "Segmentation fault",
                                      [SIGUSR2] = "User defined signal 2",
                                      [SIGPIPE] = "Broken pipe",
                                      [SIGALRM] = "Alarm clock",
                                      [SIGTERM] = "Terminated",
                                      [SIGCHLD] = "Child exited",
                                      [SIGCONT] = "Continued",
                                      [SIGSTOP] = "Stopped (signal)",
                                      [SIGTSTP] = "Stopped",
                                      [SIGTTIN] = "Stopped (tty input)",
                                      [SIGTTOU] = "Stopped (tty output)",
                                      [SIGSYS] = "Bad system call"};

static char *
name(const char *const *table, size_t n, int i, const char *kind)
{
	static char unknown[32];

	if (i >= 0 && (size_t)i < n && table[i])
		return (char *)table[i];
	snprintf(unknown, sizeof(unknown), "Unknown %s %d", kind, i);
	return unknown;
}

char *
strerror(int error)
{
	return name(errors, sizeof(errors) / sizeof(*errors), error, "error");
}

char *
strsignal(int sig)
{
	return name(signals, sizeof(signals) / sizeof(*signals), sig, "signal");
}

void
perror(const char *s)
{
	char *what = strerror(errno);

	if (s && *s)
		fprintf(stderr, "%s: %s\n", s, what);
	else
		fprintf(stderr, "%s\n", what);
}
