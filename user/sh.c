/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sh [-c COMMANDS | FILE [ARG...]]: the shell.
 *
 * A line is pipelines joined by ; & && ||. It is cut into tokens, and each
 * pipeline's words are expanded only when its turn comes, so that
 * `a=1; echo $a` does what it says. Variables are the environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <jobs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <words.h>

#define WORDS 128
#define OPS 8

struct stage { /* one command of a pipeline */
	char *words[WORDS + 1];
	int nwords;
	const char *ops[OPS]; /* redirections, and where to */
	char *files[OPS];
	int nops;
};

static struct stage stages[STAGES];

static int
syntax(const char *what)
{
	fprintf(stderr, "sh: syntax error: %s\n", what);
	return 2;
}

/* ---- commands of the shell itself ---- */

static int
do_cd(char **argv)
{
	const char *dir = argv[1] ? argv[1] : getenv("HOME") ? getenv("HOME") : "/";

	if (chdir(dir) == 0)
		return 0;
	fprintf(stderr, "cd: %s: %s\n", dir, strerror(errno));
	return 1;
}

static int
do_pwd(char **argv)
{
	char cwd[PATH_MAX];

	(void)argv;
	return getcwd(cwd, sizeof(cwd)) && puts(cwd) >= 0 ? 0 : 1;
}

static int
do_exit(char **argv)
{
	exit(argv[1] ? atoi(argv[1]) & 255 : words_special.status);
}

static int
do_export(char **argv)
{
	words_assign(argv + 1);
	return 0;
}

static int
do_jobs(char **argv)
{
	(void)argv;
	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		if (j->n)
			job_report(j, j->stopped ? "Stopped" : "Running");
	}
	return 0;
}

static int
do_fg(char **argv)
{
	int i = argv[1] ? atoi(argv[1]) - 1 : JOBS - 1;

	while (!argv[1] && i > 0 && jobs[i].n == 0)
		i--;
	if (i < 0 || i >= JOBS || jobs[i].n == 0) {
		fprintf(stderr, "fg: no such job\n");
		return 1;
	}
	jobs[i].stopped = 0;
	puts(jobs[i].text);
	fflush(stdout);
	kill(-jobs[i].pgrp, SIGCONT);
	return job_foreground(&jobs[i]);
}

static int
do_wait(char **argv)
{
	int st = 0;

	for (struct job *j = jobs; j < jobs + JOBS; j++) {
		if (argv[1] ? j->last == atoi(argv[1]) : j->n)
			st = job_wait(j);
	}
	return argv[1] ? st : 0;
}

static int
do_help(char **argv)
{
	FILE *f = fopen("/etc/help", "r");
	char line[128];

	(void)argv;
	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	return f ? fclose(f) : 1;
}

typedef int builtin(char **argv);

static builtin *
builtin_find(const char *name)
{
	static const struct {
		const char *name;
		builtin *fn;
	} table[] = {{"cd", do_cd},     {"pwd", do_pwd},   {"exit", do_exit},
	             {"jobs", do_jobs}, {"fg", do_fg},     {"export", do_export},
	             {"wait", do_wait}, {"help", do_help}, {":", do_export}};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (name && strcmp(name, table[i].name) == 0)
			return table[i].fn;
	}
	return NULL;
}

/* ---- pipelines ---- */

static int
redirect(const struct stage *s)
{
	for (int i = 0; i < s->nops; i++) {
		const char *op = s->ops[i], *file = s->files[i];
		int to = *op == '2' ? 2 : *op == '>', flags = O_RDONLY, fd;

		if (file == NULL) { /* 2>&1 */
			dup2(1, 2);
			continue;
		}
		if (to)
			flags = O_WRONLY | O_CREAT | (strchr(op, '>')[1] ? O_APPEND : O_TRUNC);
		fd = open(file, flags, 0666);
		if (fd < 0) {
			fprintf(stderr, "sh: %s: %s\n", file, strerror(errno));
			return -1;
		}
		if (fd != to) {
			dup2(fd, to);
			close(fd);
		}
	}
	return 0;
}

/* cd and its like have to run in the shell, which takes its files back. */
static int
run_builtin(const struct stage *s, builtin *fn)
{
	int saved[3], st = 1;

	for (int fd = 0; fd < 3; fd++)
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (redirect(s) == 0)
		st = fn ? fn((char **)s->words) : (words_assign((char **)s->words), 0);
	fflush(stdout);
	for (int fd = 0; fd < 3; fd++) {
		if (saved[fd] >= 0)
			dup2(saved[fd], fd);
		close(saved[fd] >= 0 ? saved[fd] : fd);
	}
	return st;
}

static void
terminal_signals(sighandler_t handler)
{
	static const int sigs[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

	for (int i = 0; i < 5; i++)
		signal(sigs[i], handler);
}

static _Noreturn void
run_child(struct stage *s, pid_t pgrp, int background)
{
	char **argv;
	builtin *fn;

	if (interactive) {
		setpgid(0, pgrp);
		if (!background)
			tcsetpgrp(0, getpgrp());
		terminal_signals(SIG_DFL);
		interactive = 0;
	}
	if (redirect(s) < 0)
		exit(1);
	argv = words_assign(s->words);
	fn = builtin_find(argv[0]);
	memset(jobs, 0, sizeof(jobs)); /* they are the parent's */
	if (fn || argv[0] == NULL)
		exit(fn ? fn(argv) : 0);
	execvp(argv[0], argv);
	fprintf(stderr, "sh: %s: %s\n", argv[0],
	        strchr(argv[0], '/') || errno != ENOENT ? strerror(errno) : "not found");
	exit(errno == ENOENT ? 127 : 126);
}

/* What `jobs` calls it: the words of the first n stages. */
static void
job_name(struct job *j, int n)
{
	size_t len = 0;

	for (struct stage *s = stages; s < stages + n; s++) {
		for (int w = 0; w < s->nwords && len < sizeof(j->text); w++)
			len += snprintf(j->text + len, sizeof(j->text) - len, "%s%s",
			                len == 0 ? ""
			                : w      ? " "
			                         : " | ",
			                s->words[w]);
	}
}

/* Run the first n stages; their status. */
static int
run_pipeline(int n, int background)
{
	int in = -1, fds[2];
	struct job *j;

	if (n == 1 && !background) {
		builtin *fn = builtin_find(stages->words[0]);
		int w = 0;

		while (w < stages->nwords && words_assignment(stages->words[w]))
			w++;
		if (fn || w == stages->nwords)
			return run_builtin(stages, fn);
	}
	j = job_new();
	if (j == NULL)
		return syntax("too many jobs");
	job_name(j, n);
	for (struct stage *s = stages; s < stages + n; s++) {
		pid_t pid = -1;

		fds[0] = fds[1] = -1;
		fflush(stdout);
		if (s + 1 == stages + n || pipe2(fds, O_CLOEXEC) == 0)
			pid = fork();
		if (pid == 0) {
			if (in < 0 && background && !interactive)
				in = open("/dev/null", O_RDONLY);
			if (in >= 0)
				dup2(in, 0);
			if (fds[1] >= 0)
				dup2(fds[1], 1);
			run_child(s, j->pgrp, background);
		}
		close(in);
		close(fds[1]);
		in = fds[0];
		if (pid < 0) {
			perror("sh: fork");
			break;
		}
		if (j->n == 0)
			j->pgrp = pid;
		if (interactive)
			setpgid(pid, j->pgrp);
		j->pids[j->n++] = j->last = pid;
	}
	close(in);
	if (j->n == 0)
		return 126;
	if (!background)
		return job_foreground(j);
	j->background = 1;
	words_special.background = j->last;
	if (interactive)
		printf("[%d] %d\n", (int)(j - jobs) + 1, j->last);
	return 0;
}

/* ---- lines ---- */

/* Expand the words of the first n stages and run them. */
static int
expand_and_run(int n, int background)
{
	for (struct stage *s = stages; s < stages + n; s++) {
		int kept = 0;

		for (int w = 0; w < s->nwords; w++) {
			char *word = words_expand(s->words[w]);

			if (word)
				s->words[kept++] = word;
		}
		s->words[s->nwords = kept] = NULL;
		for (int i = 0; i < s->nops; i++)
			s->files[i] = s->files[i] ? words_expand(s->files[i]) : NULL;
	}
	return run_pipeline(n, background);
}

/* Cut a line into pipelines and run those that the operators before allow. */
static void
run_line(char *line)
{
	int n = 0, skip = 0, joined = 0, more, *status = &words_special.status;
	struct stage *s = stages;
	const char *op;
	char *word;

	words_begin();
	s->nwords = s->nops = 0;
	do {
		more = words_token(&line, &op, &word);
		if (more < 0 || s->nwords == WORDS || s->nops == OPS || n == STAGES - 1) {
			*status = syntax(more < 0 ? "a quote is open" : "too long");
			return;
		}
		if (more && !op) {
			s->words[s->nwords++] = word;
			continue;
		}
		if (op && (strchr(op, '<') || strchr(op, '>'))) {
			s->ops[s->nops] = op;
			s->files[s->nops] = NULL;
			if (op[strlen(op) - 1] != '1' &&
			    (words_token(&line, &op, &s->files[s->nops]) <= 0 || op)) {
				*status = syntax("a redirection without a file");
				return;
			}
			s->nops++;
			continue;
		}
		if (s->nwords + s->nops == 0) {
			if (!more && n == 0 && !joined)
				return;
			*status = syntax("a command is missing");
			return;
		}
		n++;
		if (op && strcmp(op, "|") == 0) {
			s++;
		} else {
			if (!skip)
				*status = expand_and_run(n, op && strcmp(op, "&") == 0);
			skip = op && ((strcmp(op, "&&") == 0 && *status) ||
			              (strcmp(op, "||") == 0 && !*status));
			s = stages;
			n = 0;
		}
		joined = op && strcmp(op, ";") && strcmp(op, "&");
		s->nwords = s->nops = 0;
	} while (more);
}

/* Read a line without reading ahead: the rest is for the commands. */
static int
read_line(int fd, char *line)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, line + n, 1)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || line[n] == '\n' || n + 2 == WORDS_LINE)
			break;
		n++;
	}
	line[n] = 0;
	return n > 0 || got > 0;
}

int
main(int argc, char **argv)
{
	static char line[WORDS_LINE];
	int fd = 0;

	words_special.args = argv;
	words_special.nargs = argc;
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		words_special.args += 2;
		words_special.nargs -= 2;
		for (char *at = argv[2]; *at; at += strspn(at, "\n")) {
			size_t n = strcspn(at, "\n");

			snprintf(line, sizeof(line), "%.*s", (int)n, at);
			run_line(line);
			at += n;
		}
		return words_special.status;
	}
	if (argc > 1) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			fprintf(stderr, "sh: ");
			perror(argv[1]);
			return 127;
		}
		words_special.args++;
		words_special.nargs--;
	}
	interactive = fd == 0 && isatty(0);
	if (interactive) {
		terminal_signals(SIG_IGN);
		setpgid(0, 0);
		tcsetpgrp(0, getpgrp());
	}
	for (;;) {
		job_poll();
		if (interactive)
			printf("isthmus%c ", geteuid() ? '$' : '#');
		fflush(stdout);
		if (!read_line(fd, line))
			break;
		run_line(line);
	}
	if (interactive)
		putchar('\n');
	return words_special.status;
}
