/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: pipelines and jobs. Each job is a process group of its own, except that a shell that
 * is not interactive runs foreground jobs in its own group, so that the terminal's signals reach
 * them.
 */
#include "sh.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS 16

static struct job {
	pid_t pgrp; /* its process group; 0 once all its processes have ended */
	pid_t last; /* the last process, whose status is the job's */
	int status, stopped, background;
	int signal; /* that has ended the last process, or 0 */
	int news;   /* it has stopped, and nobody was told */
	char text[64];
} jobs[JOBS];

int interactive;
pid_t background;
volatile int interrupted;

/* ---- Signals ---- */

static void
on_interrupt(int sig)
{
	interrupted = sig;
}

/* Sends SIGHUP to the jobs that are left when the shell ends. A stopped one has to be continued to
 * get it. */
static void
hang_up(void)
{
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		if (j->pgrp) {
			kill(-j->pgrp, SIGHUP);
			kill(-j->pgrp, SIGCONT);
		}
	}
}

static void
on_hang_up(int sig)
{
	hang_up();
	_exit(128 + sig);
}

static void
terminal_signals(sighandler_t handler)
{
	static const int sigs[] = {SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

	for (int i = 0; i < 4; i++)
		signal(sigs[i], handler);
}

void
jobs_start(void)
{
	struct sigaction act = {.sa_handler = on_interrupt}; /* which no call survives */

	interactive = 1;
	sigaction(SIGINT, &act, NULL);
	signal(SIGHUP, on_hang_up);
	terminal_signals(SIG_IGN);
	setpgid(0, 0);
	tcsetpgrp(0, getpgrp());
	atexit(hang_up);
}

void
become_child(void)
{
	if (interactive) {
		signal(SIGINT, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		terminal_signals(SIG_DFL);
	}
	interactive = 0;
	memset(jobs, 0, sizeof(jobs)); /* they are the parent's children, not this process's */
}

/* ---- Jobs ---- */

static void
job_report(const struct job *j, const char *what)
{
	printf("[%d] %s  %s\n", (int)(j - jobs) + 1, what, j->text);
}

static void
job_report_end(const struct job *j)
{
	char exit[16];

	snprintf(exit, sizeof(exit), "Exit %d", j->status);
	job_report(j, j->signal ? strsignal(j->signal) : j->status ? exit : "Done");
}

/* Waits until j has ended or stopped (with WNOHANG, only collects what has happened), and records
 * its state. Returns early if Ctrl-C is typed. */
static void
job_wait(struct job *j, int flags)
{
	pid_t pid = 0;
	int st;

	while (j->pgrp && !j->stopped &&
	       (pid = waitpid(-j->pgrp, &st, flags | (interactive ? WUNTRACED : 0))) > 0) {
		j->stopped = WIFSTOPPED(st);
		j->news = j->stopped;
		if (j->stopped) {
			j->status = 128 + WSTOPSIG(st);
		} else if (pid == j->last) {
			j->signal = WIFEXITED(st) ? 0 : WTERMSIG(st);
			j->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + j->signal;
		}
	}
	if (pid < 0 && errno == ECHILD)
		j->pgrp = 0;
}

int
job_poll(int all)
{
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		job_wait(j, WNOHANG);
		if (interactive && j->background && j->pgrp == 0)
			job_report_end(j);
		else if (j->pgrp && (all || (interactive && j->news)))
			job_report(j, j->stopped ? "Stopped" : "Running");
		if (j->pgrp == 0)
			j->background = 0;
		j->news = 0;
	}
	return 0;
}

static int
job_foreground(struct job *j)
{
	if (interactive)
		tcsetpgrp(0, j->pgrp);
	do
		job_wait(j, 0);
	while (j->pgrp && !j->stopped);
	if (interactive) {
		tcsetpgrp(0, getpgrp());
		/* A program that ended in peace may have changed the modes on purpose. */
		if (!j->signal && !j->stopped)
			modes_note();
		else
			modes_restore();
	}
	j->background = j->stopped;
	j->news = 0;
	if (interactive && (j->stopped || j->signal == SIGINT))
		interrupted = j->status - 128;
	if (j->stopped && interactive)
		putchar('\n'); /* behind the ^Z */
	if (j->stopped)
		job_report(j, "Stopped");
	else if (j->signal && j->signal != SIGINT && j->signal != SIGPIPE)
		fprintf(stderr, "%s\n", strsignal(j->signal));
	return j->status;
}

/* Returns job number N or %N, or with NULL the last one; with stopped, the last that is stopped.
 * Returns NULL if there is no such job, which it has reported. */
static struct job *
job_find(const char *who, const char *number, int stopped)
{
	int n = number ? atoi(number + (*number == '%')) : 0;

	for (struct job *j = jobs + JOBS; j-- > jobs;) {
		if (j->pgrp && (number ? j - jobs + 1 == n : !stopped || j->stopped))
			return j;
	}
	fprintf(stderr, "%s: there is no such job; jobs lists them\n", who);
	return NULL;
}

int
job_kill(const char *number, int sig)
{
	struct job *j = job_find("kill", number, 0);

	if (j == NULL)
		return 1;
	if (kill(-j->pgrp, sig) < 0)
		return complain("kill", number);
	if (j->stopped && (sig == SIGTERM || sig == SIGHUP)) { /* it cannot end before it goes on */
		j->stopped = 0;
		j->background = 1;
		kill(-j->pgrp, SIGCONT);
	}
	return 0;
}

int
do_fg(const char *number)
{
	struct job *j = job_find("fg", number, 0);

	if (j == NULL)
		return 1;
	j->stopped = 0;
	tcsetpgrp(0, j->pgrp);
	puts(j->text);
	fflush(stdout);
	kill(-j->pgrp, SIGCONT);
	return job_foreground(j);
}

int
do_bg(const char *number)
{
	struct job *j = job_find("bg", number, 1);

	if (j == NULL)
		return 1;
	j->stopped = 0;
	j->background = 1;
	job_report(j, "Running");
	return kill(-j->pgrp, SIGCONT) < 0;
}

/* Returns whether j is the job that which names: %N, or the number of its last process. */
static int
is_named(const struct job *j, const char *which)
{
	return *which == '%' ? j - jobs + 1 == atoi(which + 1) : j->last == atoi(which);
}

/* Waits for the job that which names, or for all. Returns its status, 127 if there is none; 0 for
 * all. */
int
do_wait(const char *which)
{
	int st = which ? 127 : 0;

	for (struct job *j = jobs; j < jobs + JOBS && !interrupted; j++) {
		if (j->last == 0 || (which && !is_named(j, which)))
			continue;
		job_wait(j, 0);
		st = which ? j->status : 0;
	}
	return interrupted ? 128 + SIGINT : st;
}

/* ---- Pipelines ---- */

/* Runs one command of job j in a process that was forked for it. */
static _Noreturn void
run_stage(const struct node *n, const struct job *j, int in, int out)
{
	if (interactive || j->background)
		setpgid(0, j->pgrp);
	if (interactive && !j->background)
		tcsetpgrp(0, getpgrp());
	if (!interactive && in < 0 && j->background)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	become_child();
	dup2(in, 0);
	dup2(out, 1);
	exit(run(n, 1));
}

/* Returns a free place for a job; the last one is left for the foreground. */
static struct job *
job_new(const struct node *whole, int in_background)
{
	struct job *j = jobs;

	/* A job that has ended keeps its place until that is told, unless places run short. */
	if (!interactive || jobs[JOBS - 2].background)
		job_poll(0);
	while (j < jobs + JOBS - 1 && (j->pgrp || j->background))
		j++;
	if (j->pgrp || (in_background && j == jobs + JOBS - 1)) {
		fprintf(stderr, "sh: there are too many jobs: at most %d\n", JOBS - 1);
		return NULL;
	}
	*j = (struct job){.background = in_background};
	snprintf(j->text, sizeof(j->text), "%.*s", whole->len, whole->text);
	j->text[strcspn(j->text, "\n")] = 0;
	return j;
}

int
job_run(const struct node *first, const struct node *whole, int in_background)
{
	struct job *j = job_new(whole, in_background);
	int in = -1, own_group = interactive || in_background;

	if (j == NULL)
		return 1;
	for (const struct node *n = first; n; n = n->next) {
		int fds[2] = {-1, -1};
		pid_t pid = -1;

		fflush(stdout);
		if (n->next == NULL || pipe2(fds, O_CLOEXEC) == 0)
			pid = fork();
		if (pid == 0)
			run_stage(n, j, in, fds[1]);
		if (pid < 0)
			j->status = complain("sh", "fork");
		close(in);
		close(fds[1]);
		in = fds[0];
		if (pid < 0)
			break;
		if (own_group)
			setpgid(pid, j->pgrp);
		if (j->pgrp == 0)
			j->pgrp = own_group ? pid : getpgrp();
		j->last = pid;
	}
	close(in);
	if (!in_background)
		return job_foreground(j);
	background = j->last;
	if (interactive)
		printf("[%d] %d\n", (int)(j - jobs) + 1, j->last);
	return 0;
}
