/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sh [-c COMMANDS | FILE]: the shell.
 *
 * A line is a sequence of pipelines joined by ; & && ||. Each pipeline is parsed and run before
 * the next is parsed, so that `a=1; echo $a` prints 1. Variables are kept in the environment.
 * Each job is a process group of its own, except that a shell that is not interactive runs
 * foreground jobs in its own group, so that the terminal's signals reach them.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS 128
#define STAGES 16
#define JOBS 16
#define LINE 4096

static struct stage { /* one command of a pipeline */
	char *argv[WORDS + 1];
	int argc;
	const char *file[3]; /* files that its descriptors 0 to 2 are redirected to, or NULL */
	int append, both;    /* flags: >> and 2>&1 were given */
} stages[STAGES];

static struct job {
	pid_t pgrp; /* its process group; 0 once all its processes have ended */
	pid_t last; /* the last process, whose status is the job's */
	int status, stopped, background;
	char text[64];
} jobs[JOBS];

static int interactive;  /* the shell has a terminal, which it hands to each foreground job */
static int status;       /* $? */
static pid_t background; /* $! */

static int run(const char *at);

static int
syntax(const char *what)
{
	fprintf(stderr, "sh: %s\n", what);
	return -1;
}

/* ---- words ---- */

/* An operator stands before those that it begins with. */
static const char *const operators[] = {"2>&1", "2>", "&&", "||", ">>", "\n",
                                        ";",    "&",  "|",  "<",  ">",  NULL};

static char room[4 * LINE], *next; /* the words of the current pipeline */

static void
emit(char c)
{
	if (next < room + sizeof(room) - 1)
		*next++ = c;
}

static size_t
name_length(const char *s)
{
	size_t n = 0;

	while (isalnum(s[n]) || s[n] == '_')
		n++;
	return n;
}

/* Emits the value of the variable whose name begins at s. Returns the end of the name. */
static const char *
variable(const char *s)
{
	char name[64], text[12];
	size_t n = name_length(s);
	const char *value = text;

	snprintf(name, sizeof(name), "%.*s", (int)n, s);
	sprintf(text, "%d", *s == '?' ? status : *s == '$' ? getpid() : background);
	if (*s == 0 || !strchr("?$!", *s))
		value = n ? getenv(name) : "$";
	else
		n = 1;
	while (value && *value)
		emit(*value++);
	return s + n;
}

/* Parses the next token at *at and moves *at behind it. Sets *op if it is an operator, else *word,
 * which stays NULL for a word that expands to nothing. Returns 1, or 0 at the end of the line, or
 * -1 if a quote is not closed. */
static int
token(const char **at, const char **op, char **word)
{
	const char *s = *at + strspn(*at, " \t\r"), *const *o = operators;
	char quote = 0, *start = next, any = 0;

	s += *s == '#' ? strcspn(s, "\n") : 0;
	while (*o && strncmp(s, *o, strlen(*o)))
		o++;
	*op = *o;
	*word = NULL;
	*at = s + (*o ? strlen(*o) : 0);
	if (*o || *s == 0)
		return *o != NULL;
	while (*s && (quote || !strchr(" \t\r\n;&|<>", *s))) {
		char c = *s++;

		if (quote ? c == quote : c == '\'' || c == '"') {
			quote ^= c;
			any = 1;
		} else if (c == '$' && quote != '\'') {
			s = variable(s);
		} else {
			if (c == '\\' && quote != '\'' && *s && (!quote || strchr("\\\"$", *s)))
				c = *s++;
			emit(c);
		}
	}
	if (any || next > start)
		*word = start;
	emit(0);
	*at = s;
	return quote ? -1 : 1;
}

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

/* ---- jobs ---- */

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

/* ---- commands ---- */

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

/* Runs the first n stages as a pipeline; text is its source, for messages. Returns the status of
 * its last process, or 0 in the background. */
static int
run_pipeline(int n, int in_background, const char *text, int len)
{
	struct job *j = jobs;
	int in = -1;

	/* Built-in commands such as cd have to run in the shell itself. */
	if (n == 1 && !in_background && !stages->file[0] && !stages->file[1]) {
		int st = *assign(stages->argv, 0) ? builtin(stages->argv) : 0;

		if (st >= 0) {
			assign(stages->argv, 1);
			return st;
		}
	}
	while (j < jobs + JOBS - 1 && j->pgrp)
		j++;
	if (j->pgrp)
		return syntax("too many jobs") & 1;
	while (len > 0 && text[len - 1] == ' ')
		len--;
	*j = (struct job){.background = in_background};
	snprintf(j->text, sizeof(j->text), "%.*s", len, text);
	for (struct stage *s = stages; s < stages + n; s++) {
		int fds[2] = {-1, -1};
		pid_t pid = -1;

		fflush(stdout);
		if (s + 1 == stages + n || pipe2(fds, O_CLOEXEC) == 0)
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

/* Parses the next pipeline at *at into stages, and sets *end to the operator behind it, NULL at the
 * end. Returns the number of its stages, or -1 after a syntax error. */
static int
read_pipeline(const char **at, const char **end)
{
	struct stage *s = stages;
	const char *op;
	char *word;
	int more, to;

	next = room;
	memset(stages, 0, sizeof(stages));
	while ((more = token(at, &op, &word)) >= 0) {
		if (s->argc == WORDS || next == room + sizeof(room) - 1)
			return syntax("too long");
		if (more && !op) {
			if (word)
				s->argv[s->argc++] = word;
		} else if (op && strcmp(op, "2>&1") == 0) {
			s->both = 1;
		} else if (op && (strchr(op, '<') || strchr(op, '>'))) {
			s->append |= strcmp(op, ">>") == 0;
			to = *op == '2' ? 2 : *op == '>';
			if (token(at, &op, &word) <= 0 || !word)
				return syntax("a redirection without a file");
			s->file[to] = word;
		} else if (s->argc == 0 && (s > stages || (op && strcmp(op, "|") == 0))) {
			return syntax("a command is missing");
		} else if (op == NULL || strcmp(op, "|") || s + 1 == stages + STAGES) {
			*end = op;
			return s - stages + (s->argc > 0);
		} else {
			s++;
		}
	}
	return syntax("a quote is open");
}

/* Runs one or more lines. Returns the status of the last command. */
static int
run(const char *at)
{
	const char *op, *start;
	int skip = 0, n;

	do {
		start = at + strspn(at, " \t");
		n = read_pipeline(&at, &op);
		if (n < 0)
			return status = 2;
		if (n && !skip)
			status = run_pipeline(n, op && strcmp(op, "&") == 0, start,
			                      at - start - (op ? strlen(op) : 0));
		skip = op && op[0] == op[1] && (*op == '&') == (status != 0);
	} while (op);
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
