/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sh [-c COMMANDS | FILE]: the shell.
 *
 * A line is a sequence of pipelines joined by ; & && ||. Each pipeline is parsed (sh/parse.c) and
 * run before the next is parsed, so that `a=1; echo $a` prints 1. Variables are kept in the
 * environment.
 * Each job is a process group of its own, except that a shell that is not interactive runs
 * foreground jobs in its own group, so that the terminal's signals reach them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh/parse.h"

#define JOBS 16
#define LINE 4096

static struct job {
	pid_t pgrp; /* its process group; 0 once all its processes have ended */
	pid_t last; /* the last process, whose status is the job's */
	int status, stopped, background;
	char text[64];
} jobs[JOBS];

static int interactive; /* the shell has a terminal, which it hands to each foreground job */
int status;             /* $? */
pid_t background;       /* $! */

static int run(const char *at);

/* ---- Variables ---- */

/* Returns a pointer to the first word that is not an assignment. With make, makes the assignments
 * before it. */
static char **
assign(char **argv, int make)
{
	for (; *argv; argv++) {
		char *eq = *argv + name_length(*argv);

		if (eq == *argv || *eq != '=')
			break;
		*eq = 0;
		if (make)
			setenv(*argv, eq + 1, 1);
		*eq = '=';
	}
	return argv;
}

/* ---- Jobs ---- */

static void
job_report(const struct job *j, const char *what)
{
	printf("[%d] %s  %s\n", (int)(j - jobs) + 1, what, j->text);
}

/* Waits until j has ended or stopped (with WNOHANG, only collects what has happened), and records
 * its state. */
static void
job_wait(struct job *j, int flags)
{
	pid_t pid = 0;
	int st;

	while (j->pgrp && !j->stopped &&
	       (pid = waitpid(-j->pgrp, &st, flags | (interactive ? WUNTRACED : 0))) > 0) {
		j->stopped = WIFSTOPPED(st);
		if (j->stopped)
			j->status = 128 + WSTOPSIG(st);
		else if (pid == j->last)
			j->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	}
	if (pid < 0)
		j->pgrp = 0;
}

/* Reports the background jobs that have ended since the last call, if the shell is interactive;
 * with all, also the others and their states. */
static int
job_poll(int all)
{
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		job_wait(j, WNOHANG);
		if (interactive && j->background && j->pgrp == 0)
			job_report(j, j->status ? "Failed" : "Done");
		else if (all && j->pgrp)
			job_report(j, j->stopped ? "Stopped" : "Running");
		if (j->pgrp == 0)
			j->background = 0;
	}
	return 0;
}

static int
job_foreground(struct job *j)
{
	if (interactive)
		tcsetpgrp(0, j->pgrp);
	job_wait(j, 0);
	if (interactive)
		tcsetpgrp(0, getpgrp());
	j->background = j->stopped;
	if (j->stopped)
		job_report(j, "Stopped");
	else if (j->status == 128 + SIGINT && interactive)
		putchar('\n');
	else if (j->status > 128 && j->status != 128 + SIGINT && j->status != 128 + SIGPIPE)
		fprintf(stderr, "%s\n", strsignal(j->status - 128));
	return j->status;
}

/* ---- Commands ---- */

static int
complain(const char *who, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", who, what, strerror(errno));
	return 1;
}

/* Continues job number, or the last one, in the foreground. Returns its status. */
static int
do_fg(const char *number)
{
	for (struct job *j = jobs + JOBS; j-- > jobs;) {
		if (j->pgrp == 0 || (number && j - jobs + 1 != atoi(number)))
			continue;
		puts(j->text);
		j->stopped = 0;
		kill(-j->pgrp, SIGCONT);
		return job_foreground(j);
	}
	fprintf(stderr, "fg: no such job\n");
	return 1;
}

/* Waits for the job whose last process is pid, or for all jobs. Returns its status, 0 for all. */
static int
do_wait(const char *pid)
{
	int st = 0;

	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		if (pid && j->last != atoi(pid))
			continue;
		job_wait(j, 0);
		st = pid ? j->status : 0;
	}
	return st;
}

/* Runs a built-in command. Returns its status, or -1 if argv is not a built-in command. */
static int
builtin(char **argv)
{
	const char *name = argv[0], *arg = argv[1];
	char cwd[PATH_MAX];

	if (strcmp(name, "cd") == 0)
		return chdir(arg ?: "/") < 0 ? complain("cd", arg) : 0;
	if (strcmp(name, "pwd") == 0)
		return getcwd(cwd, sizeof(cwd)) ? puts(cwd) < 0 : complain("pwd", ".");
	if (strcmp(name, "exit") == 0)
		exit(arg ? atoi(arg) & 255 : status);
	if (strcmp(name, "export") == 0)
		return *assign(argv + 1, 1) != NULL;
	if (strcmp(name, "jobs") == 0)
		return job_poll(1);
	if (strcmp(name, "fg") == 0)
		return do_fg(arg);
	if (strcmp(name, "wait") == 0)
		return do_wait(arg);
	if (strcmp(name, "help") == 0)
		return run("cat /etc/help");
	return -1;
}

static int
redirect(const struct stage *s)
{
	for (int to = 0; to < 3; to++) {
		int flags = !to ? O_RDONLY : O_WRONLY | O_CREAT | (s->append ? O_APPEND : O_TRUNC);
		int fd = s->file[to] ? open(s->file[to], flags | O_CLOEXEC, 0666) : to;

		if (fd < 0)
			return complain("sh", s->file[to]);
		dup2(fd, to);
	}
	return s->both && dup2(1, 2) < 0;
}

static void
terminal_signals(sighandler_t handler)
{
	static const int sigs[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

	for (int i = 0; i < 5; i++)
		signal(sigs[i], handler);
}

static _Noreturn void
run_child(struct stage *s, const struct job *j, int in, int out)
{
	char **argv;
	int st;

	if (interactive || j->background)
		setpgid(0, j->pgrp);
	if (interactive && !j->background)
		tcsetpgrp(0, getpgrp());
	if (interactive)
		terminal_signals(SIG_DFL);
	else if (in < 0 && j->background)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	interactive = 0;
	dup2(in, 0);
	dup2(out, 1);
	if (redirect(s))
		exit(1);
	memset(jobs, 0, sizeof(jobs)); /* they are the parent's children, not this process's */
	argv = assign(s->argv, 1);
	st = *argv ? builtin(argv) : 0;
	if (st >= 0)
		exit(st);
	execvp(argv[0], argv);
	st = errno == ENOENT ? 127 : 126;
	complain("sh", argv[0]);
	exit(st);
}

/* Runs a pipeline. Returns the status of its last process, or 0 in the background. */
static int
run_pipeline(struct pipeline *p, int in_background)
{
	struct stage *first = p->stages;
	struct job *j = jobs;
	int in = -1;

	/* Built-in commands such as cd have to run in the shell itself. */
	if (p->n == 1 && !in_background && !first->file[0] && !first->file[1]) {
		int st = *assign(first->argv, 0) ? builtin(first->argv) : 0;

		if (st >= 0) {
			assign(first->argv, 1);
			return st;
		}
	}
	while (j < jobs + JOBS - 1 && j->pgrp)
		j++;
	if (j->pgrp) {
		fprintf(stderr, "sh: too many jobs\n");
		return 1;
	}
	*j = (struct job){.background = in_background};
	snprintf(j->text, sizeof(j->text), "%.*s", p->len, p->text);
	for (struct stage *s = first; s < first + p->n; s++) {
		int fds[2] = {-1, -1};
		pid_t pid = -1;

		fflush(stdout);
		if (s + 1 == first + p->n || pipe2(fds, O_CLOEXEC) == 0)
			pid = fork();
		if (pid == 0)
			run_child(s, j, in, fds[1]);
		if (pid < 0)
			j->status = complain("sh", "fork");
		close(in);
		close(fds[1]);
		in = fds[0];
		if (pid < 0)
			break;
		if (interactive || in_background)
			setpgid(pid, j->pgrp);
		if (j->pgrp == 0)
			j->pgrp = interactive || in_background ? pid : getpgrp();
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

/* Runs one or more lines. Returns the status of the last command. */
static int
run(const char *at)
{
	struct pipeline p;
	int skip = 0;

	do {
		if (parse_pipeline(&at, &p) < 0)
			return status = 2;
		if (p.n && !skip)
			status = run_pipeline(&p, p.end && strcmp(p.end, "&") == 0);
		/* What follows && runs only after a status of 0, what follows || after others. */
		skip = p.end && ((strcmp(p.end, "&&") == 0 && status != 0) ||
		                 (strcmp(p.end, "||") == 0 && status == 0));
	} while (p.end);
	return status;
}

int
main(int argc, char **argv)
{
	static char line[LINE];
	FILE *in = stdin;

	if (argc > 2 && strcmp(argv[1], "-c") == 0)
		return run(argv[2]);
	if (argc > 1 && (in = fopen(argv[1], "r")) == NULL) {
		complain("sh", argv[1]);
		return 127;
	}
	interactive = in == stdin && isatty(0);
	if (interactive) {
		terminal_signals(SIG_IGN);
		setpgid(0, 0);
		tcsetpgrp(0, getpgrp());
	}
	for (;;) {
		job_poll(0);
		if (interactive)
			printf("isthmus%c ", geteuid() ? '$' : '#');
		if (!fgets(line, sizeof(line), in))
			break;
		run(line);
	}
	if (interactive)
		putchar('\n');
	return status;
}
