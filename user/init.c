/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: process 1. Runs the one job that /etc/job describes and ends with its
 * verdict, or else a shell on the console, again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* /etc/job: strings ending in NUL: user id, program, argv[0], argv[1]... */
struct job {
	uid_t uid;
	char *path;
	char **argv;
};

static int
job_read(struct job *job)
{
	struct stat st;
	char *text, *s;
	int n = 0, fd = open("/etc/job", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 || (text = malloc(st.st_size + 1)) == NULL ||
	    read(fd, text, st.st_size) != st.st_size) {
		perror("init: /etc/job");
		exit(127);
	}
	close(fd);
	text[st.st_size] = 0;
	job->argv = calloc(st.st_size + 1, sizeof(char *));
	if (job->argv == NULL) {
		perror("init: /etc/job");
		exit(127);
	}
	for (s = text; s < text + st.st_size; s += strlen(s) + 1)
		job->argv[n++] = s;
	if (n < 3) {
		fprintf(stderr, "init: /etc/job: names no program\n");
		exit(127);
	}
	job->uid = strtoul(job->argv[0], NULL, 10);
	job->path = job->argv[1];
	job->argv += 2;
	return 1;
}

/* The child: become the user, then the program. */
static _Noreturn void
become(const struct job *job)
{
	struct passwd *pw = getpwuid(job->uid);
	static char user[64];
	char *env[] = {"PATH=/bin", "HOME=/", "TERM=vt100", user, NULL};

	snprintf(user, sizeof(user), "USER=%s", pw ? pw->pw_name : "nobody");
	setpgid(0, 0);
	tcsetpgrp(1, getpid());
	if (job->uid && (setgroups(0, NULL) < 0 || setgid(pw ? pw->pw_gid : job->uid) < 0 ||
	                 setuid(job->uid) < 0)) {
		perror("init: setuid");
		_exit(127);
	}
	execve(job->path, job->argv, env);
	fprintf(stderr, "init: %s: %s\n", job->path, strerror(errno));
	_exit(errno == EACCES || errno == ENOEXEC ? 126 : 127);
}

/* Run one job to its end, whoever else ends meanwhile, and tell how it did. */
static int
run(const struct job *job)
{
	pid_t pid = fork(), who;
	int status;

	if (pid == 0)
		become(job);
	if (pid < 0) {
		perror("init: fork");
		exit(127);
	}
	while ((who = wait(&status)) != pid) {
		if (who < 0 && errno != EINTR) {
			perror("init: wait");
			exit(127);
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(void)
{
	static char *shell[] = {"sh", NULL};
	static const struct job console = {0, "/bin/sh", shell};
	struct job job;
	int null;

	if (job_read(&job)) {
		null = open("/dev/null", O_RDONLY);
		if (null > 0) {
			dup2(null, 0);
			close(null);
		}
		return run(&job);
	}
	for (;;) {
		FILE *motd = fopen("/etc/motd", "r");
		char line[128];
		int status;

		while (motd && fgets(line, sizeof(line), motd))
			fputs(line, stdout);
		if (motd)
			fclose(motd);
		status = run(&console);
		if (status == 126 || status == 127)
			return status; /* there is no shell to be had */
	}
}
