/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of errors and signals. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In the order of their numbers. Of the signals, only those that end a program have a text. */
static const char errors[] =
	"Success\0Operation not permitted\0No such file or directory\0No such process\0"
	"Interrupted system call\0Input/output error\0No such device or address\0"
	"Argument list too long\0Exec format error\0Bad file descriptor\0No child processes\0"
	"Resource temporarily unavailable\0Cannot allocate memory\0Permission denied\0"
	"Bad address\0Block device required\0Device or resource busy\0File exists\0"
	"Invalid cross-device link\0No such device\0Not a directory\0Is a directory\0"
	"Invalid argument\0Too many open files in system\0Too many open files\0"
	"Inappropriate ioctl for device\0Text file busy\0File too large\0"
	"No space left on device\0Illegal seek\0Read-only file system\0Too many links\0"
	"Broken pipe\0Numerical argument out of domain\0Numerical result out of range\0"
	"Resource deadlock avoided\0File name too long\0No locks available\0"
	"Function not implemented\0Directory not empty\0Too many levels of symbolic links\0";
static const char signals[] =
	"No signal\0Hangup\0Interrupt\0Quit\0Illegal instruction\0Trace/breakpoint trap\0"
	"Aborted\0Bus error\0Floating point exception\0Killed\0User defined signal 1\0"
	"Segmentation fault\0User defined signal 2\0Broken pipe\0Alarm clock\0Terminated\0";

static char *
name(const char *list, int i, const char *kind)
{
	static char unknown[32];

	for (int n = i < 0 ? 1000 : i; n > 0 && *list; n--)
		list += strlen(list) + 1;
	if (*list)
		return (char *)list;
	snprintf(unknown, sizeof(unknown), "Unknown %s %d", kind, i);
	return unknown;
}

char *
strerror(int error)
{
	return error == EIDRM       ? "Identifier removed"
	       : error == EOVERFLOW ? "Value too large for defined data type"
	                            : name(errors, error, "error");
}

char *
strsignal(int sig)
{
	return name(signals, sig, "signal");
}

void
perror(const char *s)
{
	fprintf(stderr, "%s%s%s\n", s ? s : "", s && *s ? ": " : "", strerror(errno));
}
