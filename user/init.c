/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: process 1. If /etc/job exists, runs the one program that it names and exits with that
 * program's status. Otherwise runs a shell on the console, and a new one whenever it exits, until
 * one can't be executed.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

static int failure = -1; /* a pipe's end: a byte there tells that a program was not executed */

static _Noreturn void
fail(const char *what, int status)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
	write(failure, "", 1);
	exit(status);
}

/* In the child: becomes user uid and executes path. */
static _Noreturn void
become(uid_t uid, const char *path, char **argv)
{
	struct passwd *pw = getpwuid(uid);
	static char user[64];
	char *env[] = {PATH, "HOME=/", "TERM=vt100", user, NULL};

	snprintf(user, sizeof(user), "USER=%s", pw ? pw->pw_name : "nobody");
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN); /* sent to a background process that calls tcsetpgrp */
	tcsetpgrp(1, getpid());
	signal(SIGTTOU, SIG_DFL);
	if (uid && (setgroups(0, NULL) < 0 || setgid(pw ? pw->pw_gid : uid) < 0 || setuid(uid) < 0))
		fail("setuid", 127);
	execve(path, argv, env);
	fail(path, 127);
}

/* Runs a program as process *child and waits for it, reaping any orphans that end first. Returns
 * its exit status, or 128 plus the signal that killed it. */
static int
run(uid_t uid, const char *path, char **argv, pid_t *child)
{
	pid_t pid = fork(), who;
	int status;

	*child = pid;
	if (pid == 0)
		become(uid, path, argv);
	if (pid < 0)
		fail("fork", 127);
	while ((who = wait(&status)) != pid) {
		if (who < 0 && errno != EINTR)
			fail("wait", 127);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Says in the kernel's log what process pid, which ran the program, has left. */
static void
say_what_is_left(pid_t pid, char *program)
{
	char number[12], *argv[] = {"leaks", number, program, NULL};
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail("/dev/kmsg", 127);
	dup2(fd, 1);
	snprintf(number, sizeof(number), "%d", (int)pid);
	run(0, "/bin/leaks", argv, &pid);
}

/* Runs the job in file fd, and returns its status. The file consists of strings that end with
 * NUL: user id, standard input (empty: the console), whether to say what is left (empty: no),
 * program, argv[0], argv[1]... */
static int
run_job(int fd)
{
	struct stat st;
	char *text, **words;
	int n = 0, status;
	pid_t pid;

	if (fstat(fd, &st) < 0 || (text = calloc(st.st_size + 1, 1)) == NULL ||
	    (words = calloc(st.st_size + 1, sizeof(*words))) == NULL ||
	    read(fd, text, st.st_size) != st.st_size)
		fail("/etc/job", 127);
	close(fd);
	for (char *s = text; s < text + st.st_size; s += strlen(s) + 1)
		words[n++] = s;
	errno = EINVAL;
	if (n < 5)
		fail("/etc/job", 127);
	if (*words[1]) {
		if ((fd = open(words[1], O_RDONLY | O_CLOEXEC)) < 0)
			fail(words[1], 127);
		dup2(fd, 0);
	}
	status = run(strtoul(words[0], NULL, 10), words[3], words + 4, &pid);
	if (*words[2])
		say_what_is_left(pid, words[3]);
	return status;
}

int
main(void)
{
	static char *cat[] = {"cat", "/etc/motd", NULL}, *shell[] = {"sh", NULL};
	int status, ends[2], fd = open("/etc/job", O_RDONLY | O_CLOEXEC);
	pid_t pid;
	char c;

	if (fd >= 0)
		return run_job(fd);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		fail("pipe", 127);
	failure = ends[1];
	run(0, "/bin/cat", cat, &pid);
	for (;;) {
		status = run(0, "/bin/sh", shell, &pid);
		if (read(ends[0], &c, 1) == 1)
			return status;
		printf("The shell ended with status %d; this is a new one. "
		       "poweroff ends the machine.\n",
		       status);
		fflush(stdout);
	}
}
