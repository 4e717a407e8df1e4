/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test and [: conditions.
 *
 *	or:      and [-o and]...
 *	and:     not [-a not]...
 *	not:     ! not, or ( or ), or A OP B, or OP A, or a text, which is true if it is not empty
 */
#include "sh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char **at;         /* what is left, with a NULL behind it */
static const char *wrong; /* an error, or NULL */

static int or (void);

static int
next_is(const char *word)
{
	if (*at == NULL || strcmp(*at, word) != 0)
		return 0;
	at++;
	return 1;
}

static int
is_file(char op, const char *path)
{
	struct stat st;

	if (op == 'r' || op == 'w' || op == 'x')
		return access(path, op == 'r' ? R_OK : op == 'w' ? W_OK : X_OK) == 0;
	if (op == 'h' || op == 'L')
		return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == S_IFLNK;
	if (stat(path, &st) < 0)
		return 0;
	switch (op) {
	case 'f':
		return (st.st_mode & S_IFMT) == S_IFREG;
	case 'd':
		return (st.st_mode & S_IFMT) == S_IFDIR;
	case 'p':
		return (st.st_mode & S_IFMT) == S_IFIFO;
	case 's':
		return st.st_size > 0;
	default:
		return 1;
	}
}

static long
number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s == 0 || *end)
		wrong = s;
	return n;
}

/* Sets *result to what `a op b` is. Returns 0 if op is no such operator. */
static int
compare(const char *a, const char *op, const char *b, int *result)
{
	static const char ops[] = "-eq -ne -lt -le -gt -ge ";
	const char *found = strlen(op) == 3 ? strstr(ops, op) : NULL;
	long x, y;

	if (strcmp(op, "=") == 0 || strcmp(op, "!=") == 0) {
		*result = (strcmp(a, b) == 0) == (*op == '=');
		return 1;
	}
	if (found == NULL)
		return 0;
	x = number(a);
	y = number(b);
	switch ((found - ops) / 4) {
	case 0:
		*result = x == y;
		break;
	case 1:
		*result = x != y;
		break;
	case 2:
		*result = x < y;
		break;
	case 3:
		*result = x <= y;
		break;
	case 4:
		*result = x > y;
		break;
	default:
		*result = x >= y;
	}
	return 1;
}

static int not(void)
{
	const char *a;
	int result;

	if (*at == NULL) {
		wrong = "the end";
		return 0;
	}
	if (at[1] && at[2] && compare(at[0], at[1], at[2], &result)) {
		at += 3;
		return result;
	}
	if (at[1] && next_is("!"))
		return !not();
	if (at[1] && next_is("(")) {
		result = or ();
		if (!next_is(")"))
			wrong = "a missing )";
		return result;
	}
	a = *at++;
	if (*a != '-' || strlen(a) != 2 || *at == NULL || !strchr("nztefdpsrwxhL", a[1]))
		return *a != 0;
	if (a[1] == 'n' || a[1] == 'z')
		return (**at++ != 0) == (a[1] == 'n');
	return a[1] == 't' ? isatty(number(*at++)) : is_file(a[1], *at++);
}

static int and (void)
{
	int result = not();

	while (!wrong && next_is("-a"))
		result &= not();
	return result;
}

static int or (void)
{
	int result = and();

	while (!wrong && next_is("-o"))
		result |= and();
	return result;
}

int
do_test(int argc, char **argv)
{
	int result;

	wrong = NULL;
	if (strcmp(argv[0], "[") == 0) {
		if (strcmp(argv[argc - 1], "]") != 0) {
			fprintf(stderr, "sh: [: a ] is missing\n");
			return 2;
		}
		argv[--argc] = NULL;
	}
	at = argv + 1;
	result = argc > 1 && or ();
	if (!wrong && argc > 1 && *at)
		wrong = *at;
	if (wrong)
		fprintf(stderr, "sh: %s: '%s' is not expected\n", argv[0], wrong);
	return wrong ? 2 : !result;
}
