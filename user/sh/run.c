/* SPDX-License-Identifier: BSD-2-Clause */
/* The evaluator: it walks the tree that the parser made. */
#include "sh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int memfd_create(const char *name, unsigned flags);

int status;
char *script = "sh", **args;
int nargs;
pid_t shell_pid;

static int depth;   /* loops that are running */
static int leaving; /* how many of them break and continue still have to leave */
static int again;   /* the last of those is to be continued */

int
complain(const char *who, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", who, what, strerror(errno));
	return 1;
}

/* ---- Redirections ---- */

/* What a descriptor was before a redirection: a copy, or -1 if it was closed. */
struct saved {
	struct saved *next;
	int fd, copy;
};

/* Returns a descriptor from which the body of a here-document can be read, or -1. */
static int
here_document(const struct redirection *r)
{
	const char *body = r->quoted ? r->body : expand_body(r->body);
	int fd = memfd_create("here-document", 0);

	if (fd >= 0) {
		write(fd, body, strlen(body));
		lseek(fd, 0, SEEK_SET);
	}
	return fd;
}

/* Returns the descriptor that r leads to, or -1 after an error, which it has reported. */
static int
redirection_open(const struct redirection *r)
{
	char *word = r->body ? "<<" : expand_whole(r->word), *end;
	int fd;

	if (expand_failed)
		return -1;
	if (r->op[1] == '&') {
		fd = strtol(word, &end, 10);
		errno = EBADF;
		fd = end > word && *end == 0 ? fcntl(fd, F_DUPFD, 0) : -1;
	} else if (r->body) {
		fd = here_document(r);
	} else {
		fd = open(word,
		          *r->op == '<'   ? O_RDONLY
		          : r->op[1] == 0 ? O_WRONLY | O_CREAT | O_TRUNC
		                          : O_WRONLY | O_CREAT | O_APPEND,
		          0666);
	}
	if (fd < 0)
		complain("sh", word);
	return fd;
}

/* Does the redirections. What the descriptors were is put into *saved, unless that is NULL. Returns
 * 0, or -1 after an error. */
static int
redirect(const struct redirection *r, struct saved **saved)
{
	for (; r; r = r->next) {
		int fd = redirection_open(r);

		if (fd < 0)
			return -1;
		if (saved) {
			struct saved *s = keep(sizeof(*s));

			fflush(stdout);
			*s = (struct saved){*saved, r->fd, fcntl(r->fd, F_DUPFD_CLOEXEC, 10)};
			*saved = s;
		}
		if (fd != r->fd) {
			dup2(fd, r->fd);
			close(fd);
		}
	}
	return 0;
}

static void
undo(const struct saved *s)
{
	fflush(stdout);
	for (; s; s = s->next) {
		dup2(s->copy, s->fd);
		close(s->copy < 0 ? s->fd : s->copy);
	}
}

/* ---- Commands ---- */

static _Noreturn void
execute(char **argv)
{
	int error;

	environ = vars_environment();
	execvp(argv[0], argv);
	error = errno;
	if (error == ENOENT && !strchr(argv[0], '/'))
		fprintf(stderr, "sh: %s: not found; help lists the commands\n", argv[0]);
	else if (error == ENOENT && access(argv[0], F_OK) == 0)
		fprintf(stderr, "sh: %s: the program that has to run it is missing\n", argv[0]);
	else
		complain("sh", argv[0]);
	exit(error == ENOENT ? 127 : 126);
}

/* Makes the assignments that the words begin with. Returns the word behind them. */
static const struct word *
assign(const struct word *w, int make, int export)
{
	for (; w && is_assignment(w->text); w = w->next) {
		size_t n = name_length(w->text);

		if (make)
			var_set(keep_text(w->text, n), expand_whole(w->text + n + 1), export);
	}
	return w;
}

/* Runs words: assignments alone, a command of the shell, or a program. */
static int
run_words(const struct node *n, int last)
{
	char **argv = n->argv;
	struct saved *saved = NULL;
	builtin_fn *builtin;
	int argc = 0, st = 1;

	expand_failed = output_status = 0;
	if (argv == NULL)
		argv = expand(assign(n->words, 0, 0));
	while (argv[argc])
		argc++;
	builtin = argc ? builtin_find(argv[0]) : NULL;
	if (expand_failed)
		return 1;
	if (argc && !builtin && !last) {
		struct node ready = *n;

		ready.argv = argv;
		ready.next = NULL;
		return job_run(&ready, n, 0);
	}
	if (redirect(n->redirections, last ? NULL : &saved) == 0) {
		assign(n->words, 1, argc && !builtin);
		if (argc && !builtin && !expand_failed)
			execute(argv);
		st = expand_failed ? 1 : builtin ? builtin(argc, argv) : output_status;
	}
	undo(saved);
	return st;
}

/* ---- Loops ---- */

int
leave_loops(int n, int continued)
{
	if (depth == 0)
		fprintf(stderr, "sh: %s: there is no loop\n", continued ? "continue" : "break");
	leaving = n < depth ? n : depth;
	again = continued;
	return depth == 0;
}

/* Returns whether what comes next in the tree must not run. */
static int
stopped(void)
{
	return interrupted || leaving;
}

/* Runs the body of a loop. Returns whether the loop ends. */
static int
body_ends(const struct node *body)
{
	depth++;
	run(body, 0);
	depth--;
	if (leaving == 0)
		return interrupted;
	leaving--;
	return leaving > 0 || !again;
}

static int
run_loop(const struct node *n)
{
	int st = 0;

	while ((run(n->a, 0) == 0) == (n->kind == WHILE) && !stopped()) {
		int ends = body_ends(n->b);

		st = status;
		if (ends)
			break;
	}
	return st;
}

static int
run_for(const struct node *n)
{
	char **list;

	expand_failed = 0;
	list = expand(n->words->next);
	status = expand_failed;
	for (; *list && !expand_failed; list++) {
		if (var_set(n->words->text, *list, 0) || body_ends(n->b))
			break;
	}
	return status;
}

/* ---- The tree ---- */

static int
run_if(const struct node *n, int last)
{
	int st = run(n->a, 0);

	if (stopped())
		return st;
	return st == 0 ? run(n->b, last) : n->c ? run(n->c, last) : 0;
}

/* Runs a command that has other commands in it. */
static int
run_compound(const struct node *n, int last)
{
	int st;

	switch (n->kind) {
	case PIPELINE:
		return job_run(n->a, n, 0);
	case BACKGROUND:
		return job_run(n->a->kind == PIPELINE ? n->a->a : n->a, n->a, 1);
	case NOT:
		return !run(n->a, 0);
	case AND:
	case OR:
	case SEQUENCE:
		st = run(n->a, 0);
		if (stopped() || (n->kind != SEQUENCE && (st == 0) != (n->kind == AND)))
			return st;
		return run(n->b, last);
	case IF:
		return run_if(n, last);
	case WHILE:
	case UNTIL:
		return run_loop(n);
	case FOR:
		return run_for(n);
	default:
		return run(n->a, last);
	}
}

int
run(const struct node *n, int last)
{
	struct mark m = keep_mark();
	struct saved *saved = NULL;

	if (interrupted)
		return status;
	if (n->kind == COMMAND) {
		status = run_words(n, last);
	} else if (n->kind == SUBSHELL && !last) {
		struct node alone = *n;

		alone.next = NULL;
		status = job_run(&alone, n, 0);
	} else {
		expand_failed = 0;
		status = redirect(n->redirections, &saved) == 0 ? run_compound(n, last && !saved)
		                                                : 1;
		undo(saved);
	}
	keep_release(m);
	return status;
}

/* ---- Texts ---- */

int
run_text(const char *text, int is_file)
{
	const char *at = text;
	int line = 1;

	for (;;) {
		struct mark m = keep_mark();
		const char *start = at;
		struct node *n = NULL;
		enum parsed how = parse(&at, &n);

		if (how == PARSE_END)
			return status;
		if (how != PARSED) {
			fprintf(stderr, "%s: ", script);
			if (is_file)
				fprintf(stderr, "line %d: ", line + parse_line);
			fprintf(stderr, "%s\n", parse_error);
			return status = 2;
		}
		if (n)
			run(n, 0);
		keep_release(m);
		if (stopped())
			return status;
		while (start < at)
			line += *start++ == '\n';
	}
}

int
run_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct text all = {NULL, 0, 0};
	char buf[1024];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		text_add(&all, buf, n);
	if (n < 0) {
		complain("sh", path);
		return 127;
	}
	close(fd);
	text_drop_returns(&all, 0);
	if (all.s)
		run_text(all.s, 1);
	free(all.s);
	return status;
}
