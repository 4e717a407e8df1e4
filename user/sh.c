/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sh [-c COMMANDS [NAME [ARG...]] | FILE [ARG...]]: the shell. sh/sh.h says which file does what.
 *
 * It runs the commands given, or those of the file, or those that it reads from standard input. It
 * is interactive if that is a terminal.
 */
#include "sh/sh.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "usage: sh [-c COMMANDS [NAME [ARG...]] | FILE [ARG...]]\n";

/* Adds the next line of standard input to t. A terminal is asked for it with a prompt. Returns
 * EDIT_END at the end, when nothing was added. */
static enum edited
next_line(struct text *t, int first)
{
	char line[EDIT_MAX], prompt[] = "isthmus# ", c;
	enum edited how;
	size_t before = t->len;

	if (interactive && isatty(1)) {
		if (geteuid())
			prompt[7] = '$';
		how = edit(first ? prompt : "> ", line);
		if (how == EDIT_LINE) {
			history_add(line);
			text_add(t, line, strlen(line));
			text_char(t, '\n');
		}
		return how;
	}
	/* What follows the line is a command's input, so it must not be read. */
	while (read(0, &c, 1) == 1) {
		text_char(t, c);
		if (c == '\n')
			break;
	}
	text_drop_returns(t, before);
	return t->len > before ? EDIT_LINE : EDIT_END;
}

/* Reads a command, which may take several lines. Returns NULL at the end. */
static char *
next_command(void)
{
	static struct text t;
	struct mark m = keep_mark();
	const char *at;
	struct node *n;
	enum parsed how;

	t.len = 0;
	do {
		enum edited got = next_line(&t, t.len == 0);

		if (got == EDIT_END)
			return t.len ? t.s : NULL;
		if (got == EDIT_INTERRUPTED) {
			status = 130;
			return "";
		}
		at = t.s;
		how = parse(&at, &n);
		keep_release(m);
	} while (how == PARSE_MORE);
	return t.s;
}

static int
run_input(void)
{
	char *command;

	do {
		job_poll(0);
		interrupted = 0;
		command = next_command();
		if (command)
			run_text(command, 0);
		if (interrupted == SIGINT) {
			putchar('\n'); /* behind the ^C */
			status = 128 + SIGINT;
		}
	} while (command && (interactive || !*parse_error));
	return status;
}

int
main(int argc, char **argv)
{
	int from_text = argc > 1 && strcmp(argv[1], "-c") == 0;

	shell_pid = getpid();
	vars_import(environ);
	if (argc > 1 && argv[1][0] == '-' && (!from_text || argc < 3)) {
		fputs(usage, stderr);
		return 2;
	}
	script = from_text ? argv[3] ?: argv[0] : argv[argc > 1];
	args = argv + (from_text ? argc > 3 ? 4 : 3 : argc > 1 ? 2 : 1);
	nargs = argv + argc - args;
	if (from_text)
		return run_text(argv[2], 0);
	if (argc > 1)
		return run_file(argv[1]);
	if (isatty(0)) {
		modes_note();
		jobs_start();
	}
	return run_input();
}
