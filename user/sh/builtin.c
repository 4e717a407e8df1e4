/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that the shell carries out itself. /etc/help describes them. */
#include "sh.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
too_many(int argc, char **argv, int most)
{
	if (argc <= most + 1)
		return 0;
	fprintf(stderr, "sh: %s: too many arguments; help %s says which\n", argv[0], argv[0]);
	return 1;
}

static int
built_cd(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : var_get("HOME") ?: "/";

	if (too_many(argc, argv, 1))
		return 2;
	return chdir(dir) < 0 ? complain("cd", dir) : 0;
}

static int
built_pwd(int argc, char **argv)
{
	char cwd[PATH_MAX];

	return getcwd(cwd, sizeof(cwd)) ? puts(cwd) < 0 : complain("pwd", ".");
}

static int
built_exit(int argc, char **argv)
{
	exit(argc > 1 ? atoi(argv[1]) & 255 : status);
}

/* Makes the variables known to programs, with a new value or the one that they have. */
static int
built_export(int argc, char **argv)
{
	int st = 0;

	for (int i = 1; i < argc; i++) {
		char *eq = strchr(argv[i], '=');

		if (eq)
			*eq = 0;
		st |= var_set(argv[i], eq ? eq + 1 : var_get(argv[i]) ?: "", 1);
	}
	return st;
}

static int
built_unset(int argc, char **argv)
{
	while (argc > 1)
		var_unset(argv[--argc]);
	return 0;
}

static int
built_jobs(int argc, char **argv)
{
	return job_poll(1);
}

static int
built_fg(int argc, char **argv)
{
	return do_fg(argv[1]);
}

static int
built_bg(int argc, char **argv)
{
	return do_bg(argv[1]);
}

static int
built_wait(int argc, char **argv)
{
	return do_wait(argv[1]);
}

static int
built_true(int argc, char **argv)
{
	return 0;
}

static int
built_false(int argc, char **argv)
{
	return 1;
}

static int
built_leave(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	return leave_loops(n > 0 ? n : 1, **argv == 'c');
}

static int
built_shift(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	if (n < 0 || n > nargs) {
		fprintf(stderr, "sh: shift: there are only %d arguments\n", nargs);
		return 1;
	}
	args += n;
	nargs -= n;
	return 0;
}

/* Reads a line, a byte at a time, because what follows is another command's. Each name gets a
 * word of it, the last one all that is left. Returns 1 at the end of the file. */
static int
built_read(int argc, char **argv)
{
	struct text line = {NULL, 0, 0};
	int i = 1 + (argc > 1 && strcmp(argv[1], "-r") == 0), got, st = 0;
	char c, *at;

	while ((got = read(0, &c, 1)) == 1 && c != '\n')
		text_char(&line, c);
	at = text_keep(&line);
	for (; i < argc; i++) {
		size_t n;

		at += strspn(at, " \t");
		n = i + 1 < argc ? strcspn(at, " \t") : strlen(at);
		while (i + 1 == argc && n && strchr(" \t", at[n - 1]))
			n--;
		st |= var_set(argv[i], keep_text(at, n), 0);
		at += n;
	}
	return interrupted ? 128 + SIGINT : st ? 2 : got != 1;
}

static int
built_source(int argc, char **argv)
{
	return argc > 1 ? run_file(argv[1]) : 2;
}

/* Prints what /etc/help says. Its first part, up to a line --, is an overview. In the second one
 * each line that is not indented begins with a command's name, and those behind it describe it. */
static int
built_help(int argc, char **argv)
{
	FILE *f = fopen("/etc/help", "r");
	int overview = argc < 2, shown = overview, found = overview, behind = 0;
	char line[256];

	if (f == NULL)
		return complain("help", "/etc/help");
	while (fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, " \n");

		if (strcmp(line, "--\n") == 0) {
			behind = 1;
			shown = 0;
		} else if (!overview && behind && n) {
			shown = strlen(argv[1]) == n && strncmp(line, argv[1], n) == 0;
			found |= shown;
		}
		if (shown)
			printf("%s", line);
	}
	fclose(f);
	if (!found)
		fprintf(stderr, "help: %s: there is no such command; help lists them\n", argv[1]);
	return !found;
}

static const struct {
	const char *name;
	builtin_fn *fn;
} builtins[] = {
	{".", built_source},
	{":", built_true},
	{"[", do_test},
	{"bg", built_bg},
	{"break", built_leave},
	{"cd", built_cd},
	{"continue", built_leave},
	{"exit", built_exit},
	{"export", built_export},
	{"false", built_false},
	{"fg", built_fg},
	{"help", built_help},
	{"jobs", built_jobs},
	{"kill", do_kill},
	{"pwd", built_pwd},
	{"read", built_read},
	{"shift", built_shift},
	{"test", do_test},
	{"true", built_true},
	{"unset", built_unset},
	{"wait", built_wait},
	{NULL, NULL},
};

builtin_fn *
builtin_find(const char *name)
{
	int i = 0;

	while (builtins[i].name && strcmp(builtins[i].name, name) != 0)
		i++;
	return builtins[i].fn;
}

const char *
builtin_name(int i)
{
	return i < (int)(sizeof(builtins) / sizeof(*builtins)) ? builtins[i].name : NULL;
}
