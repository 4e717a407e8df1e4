/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's jobs. */
#include <errno.h>
#include <jobs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct job jobs[JOBS];
int interactive;

struct job *
job_new(void)
{
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		if (j->n == 0) {
			memset(j, 0, sizeof(*j));
			return j;
		}
	}
	return NULL;
}

void
job_report(const struct job *j, const char *what)
{
	printf("[%d] %s  %s\n", (int)(j - jobs) + 1, what, j->text);
}

/* Note that a process changed its state. */
static void
job_event(pid_t pid, int st)
{
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		for (int i = 0; i < STAGES && j->n; i++) {
			if (j->pids[i] != pid)
				continue;
			j->stopped = WIFSTOPPED(st);
			if (j->stopped)
				return;
			j->pids[i] = 0;
			j->n--;
			if (pid == j->last)
				j->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
			return;
		}
	}
}

int
job_wait(struct job *j)
{
	while (j->n && !j->stopped) {
		int st;
		pid_t pid = waitpid(-1, &st, WUNTRACED);

		if (pid > 0)
			job_event(pid, st);
		else if (errno != EINTR)
			j->n = 0;
	}
	return j->stopped ? 128 + SIGTSTP : j->status;
}

void
job_poll(void)
{
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG | WUNTRACED)) > 0)
		job_event(pid, st);
	for (struct job *j = jobs; j < jobs + JOBS && interactive; j++) {
		if (j->background && j->n == 0) {
			job_report(j, j->status ? "Failed" : "Done");
			j->background = 0;
		}
	}
}

int
job_foreground(struct job *j)
{
	int st;

	j->background = 0;
	if (interactive)
		tcsetpgrp(0, j->pgrp);
	st = job_wait(j);
	if (interactive)
		tcsetpgrp(0, getpgrp());
	j->background = j->stopped;
	if (j->stopped)
		job_report(j, "Stopped");
	else if (st == 128 + SIGINT && interactive)
		putchar('\n');
	else if (st > 128 && st != 128 + SIGINT && st != 128 + SIGPIPE)
		fprintf(stderr, "%s\n", strsignal(st - 128));
	return st;
}
