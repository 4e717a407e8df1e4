/* SPDX-License-Identifier: BSD-2-Clause */
/* Expansion: words as they were written become arguments. */
#include "sh.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a word becomes: a list of fields, and the one that is being made. */
struct fields {
	int divide;        /* blanks in unquoted values end a field, and patterns become files */
	struct text field; /* with divide, it has a backslash before what is no part of a pattern */
	int begun;         /* there is a field, though it may be empty */
	char **list;
	int n, room;
};

int expand_failed, output_status;

/* ---- Fields ---- */

static void
put(struct fields *f, char c, int quoted)
{
	if (f->divide && (c == '\\' || (quoted && strchr("*?[", c))))
		text_char(&f->field, '\\');
	text_char(&f->field, c);
	f->begun = 1;
}

static void
list_add(void *arg, const char *s)
{
	struct fields *f = arg;

	if (f->n + 1 >= f->room) {
		char **list = keep((f->room = 2 * f->room + 8) * sizeof(*list));

		f->list = f->n ? memcpy(list, f->list, f->n * sizeof(*list)) : list;
	}
	f->list[f->n++] = keep_text(s, strlen(s));
}

static void
end_field(struct fields *f)
{
	char *s;

	if (!f->begun)
		return;
	f->begun = 0;
	s = text_keep(&f->field);
	if (glob(s, list_add, f) == 0)
		list_add(f, unescape(s));
}

static void
put_value(struct fields *f, const char *value, int quoted)
{
	for (; *value; value++) {
		if (f->divide && !quoted && strchr(" \t\n", *value))
			end_field(f);
		else
			put(f, *value, quoted);
	}
}

/* ---- $ ---- */

/* Puts what a command prints, without the newlines at its end. */
static void
put_output(struct fields *f, const char *command, int quoted)
{
	struct text out = {NULL, 0, 0};
	int fds[2], st;
	char buf[512];
	ssize_t n;
	pid_t pid = -1;

	fflush(stdout);
	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		expand_failed = complain("sh", "$(...)");
		return;
	}
	if (pid == 0) {
		int typed = interactive;

		become_child();
		if (typed)
			signal(SIGTSTP, SIG_IGN); /* nobody could continue it */
		dup2(fds[1], 1);
		exit(run_text(command, 0));
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		text_add(&out, buf, n);
	close(fds[0]);
	while (waitpid(pid, &st, 0) < 0)
		;
	output_status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	while (out.len && out.s[out.len - 1] == '\n')
		out.s[--out.len] = 0;
	put_value(f, text_keep(&out), quoted);
}

/* Puts "$@" as a field for each argument; else all in one, or divided at blanks. */
static void
put_arguments(struct fields *f, int at, int quoted)
{
	for (int i = 0; i < nargs; i++) {
		if (i && at && quoted && f->divide)
			end_field(f);
		else if (i)
			put_value(f, " ", quoted);
		put_value(f, args[i], quoted);
		f->begun |= quoted;
	}
}

/* Returns the value of the variable, argument or special parameter of that name, or NULL. */
static const char *
value_of(const char *name, char number[12])
{
	if (isdigit(*name)) {
		int i = atoi(name);

		return i == 0 ? script : i <= nargs ? args[i - 1] : NULL;
	}
	if (!strchr("?$!#", *name))
		return var_get(name);
	sprintf(number, "%d",
	        *name == '?'   ? status
	        : *name == '$' ? shell_pid
	        : *name == '!' ? background
	                       : nargs);
	return *name == '!' && background == 0 ? "" : number;
}

/* Puts ${text}: a name, or NAME:-WORD, which is WORD if the variable is empty. */
static void
put_braces(struct fields *f, const char *text, int quoted)
{
	size_t n = name_length(text) ?: isdigit(*text) ? strspn(text, "0123456789") : 1;
	const char *value;
	char number[12];

	if (*text == 0 || (text[n] && strncmp(text + n, ":-", 2) != 0)) {
		fprintf(stderr, "sh: ${%s}: only ${NAME} and ${NAME:-WORD} are known\n", text);
		expand_failed = 1;
		return;
	}
	if (strchr("@*", *text)) {
		put_arguments(f, *text == '@', quoted);
		return;
	}
	value = value_of(keep_text(text, n), number);
	if (text[n] && (value == NULL || *value == 0))
		value = expand_whole(text + n + 2);
	put_value(f, value ?: "", quoted);
}

/* Puts what the dollar before s stands for. Returns the end of its text. */
static const char *
dollar(struct fields *f, const char *s, int quoted)
{
	const char *open, *end = unit_end(s - 1, &open);
	char number[12];
	size_t n = name_length(s);
	long value;

	if (end == NULL) { /* only in a here-document; elsewhere the parser has looked */
		fprintf(stderr, "sh: '%s' is missing in a here-document\n", open);
		expand_failed = 1;
		return s + strlen(s);
	}
	if (*s == '(' && s[1] == '(' && end[-2] == ')') {
		if (arith(expand_whole(keep_text(s + 2, end - s - 4)), &value) < 0)
			expand_failed = 1;
		sprintf(number, "%ld", value);
		put_value(f, number, quoted);
	} else if (*s == '(') {
		put_output(f, keep_text(s + 1, end - s - 2), quoted);
	} else if (*s == '{') {
		put_braces(f, keep_text(s + 1, end - s - 2), quoted);
	} else if (n || (*s && strchr("?$!#0123456789@*", *s))) {
		end = s + (n ?: 1);
		put_braces(f, keep_text(s, end - s), quoted);
	} else {
		put(f, '$', quoted);
	}
	return end;
}

/* ---- Words ---- */

/* Puts the word. In the body of a here-document, quotes are characters like others. */
static void
put_word(struct fields *f, const char *s, int body)
{
	char quote = body ? '"' : 0;

	while (*s) {
		char c = *s++;

		if (!body && (quote ? c == quote : c == '\'' || c == '"')) {
			quote ^= c;
			if (quote == '\'' || (quote && strncmp(s, "$@\"", 3) != 0))
				f->begun = 1; /* "$@" may become nothing at all */
		} else if (c == '$' && quote != '\'') {
			s = dollar(f, s, quote);
		} else if (c == '`' && quote != '\'') {
			fprintf(stderr, "sh: `...` is not known: write $(...)\n");
			expand_failed = 1;
			return;
		} else if (c == '\\' && quote != '\'' && *s &&
		           (!quote || strchr(body ? "\\$`\n" : "\\\"$`\n", *s))) {
			if (*s != '\n')
				put(f, *s, 1);
			s++;
		} else {
			put(f, c, quote);
		}
	}
}

char **
expand(const struct word *words)
{
	struct fields f = {.divide = 1};

	for (; words && !expand_failed; words = words->next) {
		put_word(&f, words->text, 0);
		end_field(&f);
	}
	list_add(&f, "");
	f.list[--f.n] = NULL;
	return f.list;
}

static char *
whole(const char *text, int body)
{
	struct fields f = {.divide = 0};

	put_word(&f, text, body);
	return text_keep(&f.field);
}

char *
expand_whole(const char *word)
{
	return whole(word, 0);
}

char *
expand_body(const char *body)
{
	return whole(body, 1);
}
