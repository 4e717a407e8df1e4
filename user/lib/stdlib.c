/* SPDX-License-Identifier: BSD-2-Clause */
/* The start and end of a program, the environment, parsing of numbers, sorting. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp);
_Noreturn void __libc_start(int *stack);

int errno;
char **environ;

static void (*at_exit[32])(void);
static unsigned at_exits;

void
__libc_start(int *stack)
{
	char **argv = (char **)(stack + 1);

	environ = argv + stack[0] + 1;
	exit(main(stack[0], argv, environ));
}

int
atexit(void (*fn)(void))
{
	if (at_exits == sizeof(at_exit) / sizeof(*at_exit))
		return -1;
	at_exit[at_exits++] = fn;
	return 0;
}

void
exit(int status)
{
	while (at_exits)
		at_exit[--at_exits]();
	fflush(NULL);
	_exit(status);
}

void
abort(void)
{
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
	_exit(127);
}

void
__assert_fail(const char *what, const char *file, int line)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}

/* Returns a pointer to the entry NAME=... in the environment, or to its final NULL. */
static char **
env_find(const char *name, size_t len)
{
	char **e;

	for (e = environ; *e; e++) {
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			break;
	}
	return e;
}

char *
getenv(const char *name)
{
	char *e = *env_find(name, strlen(name));

	return e ? e + strlen(name) + 1 : NULL;
}

int
setenv(const char *name, const char *value, int overwrite)
{
	static char **made; /* the environment, once it has been copied to grow */
	size_t n = env_find(name, strlen(name)) - environ;
	char *s;

	if (environ[n] && !overwrite)
		return 0;
	if (environ[n] == NULL) {
		char **bigger = realloc(made, (n + 2) * sizeof(*bigger));

		if (bigger == NULL)
			return -1;
		if (made == NULL)
			memcpy(bigger, environ, n * sizeof(*bigger));
		environ = made = bigger;
		environ[n] = environ[n + 1] = NULL;
	}
	s = malloc(strlen(name) + strlen(value) + 2);
	if (s == NULL)
		return -1;
	sprintf(s, "%s=%s", name, value);
	environ[n] = s;
	return 0;
}

/* Parses a number and returns its magnitude, at most max. Sets *neg if it has a minus sign; max is
 * then larger by extra. */
static unsigned long long
number(const char *s, char **end, int base, unsigned long long max, int extra, int *neg)
{
	const char *start = s;
	unsigned long long n = 0;
	int any = 0, over = 0;

	while (isspace(*s))
		s++;
	*neg = *s == '-';
	max += *neg ? extra : 0;
	if (*s == '-' || *s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2])) {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (;; s++) {
		int digit = isdigit(*s) ? *s - '0' : isalpha(*s) ? tolower(*s) - 'a' + 10 : 99;

		if (digit >= base)
			break;
		any = 1;
		if (n > (max - digit) / base)
			over = 1;
		else
			n = n * base + digit;
	}
	if (over) {
		errno = ERANGE;
		n = max;
		*neg &= extra; /* an unsigned maximum is not negated */
	}
	if (end)
		*end = (char *)(any ? s : start);
	return n;
}

/* The magnitude of a negative number may be larger by one. Unsigned results wrap around. */
#define STRTO(type, name, max, extra)                                                              \
	type name(const char *s, char **end, int base)                                             \
	{                                                                                          \
		int neg;                                                                           \
		unsigned long long n;                                                              \
                                                                                                   \
		n = number(s, end, base, max, extra, &neg);                                        \
		return neg ? -n : n;                                                               \
	}
STRTO(long, strtol, LONG_MAX, 1)
STRTO(unsigned long, strtoul, ULONG_MAX, 0)
STRTO(long long, strtoll, LLONG_MAX, 1)
STRTO(unsigned long long, strtoull, ULLONG_MAX, 0)

static unsigned seed = 1;

void
srand(unsigned s)
{
	seed = s;
}

int
rand(void)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16 | seed << 16) & RAND_MAX;
}

/* Insertion sort: the tables here are small. */
void
qsort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	char *end = (char *)base + n * size, temp[size];

	for (char *next = base, *at; next < end; next += size) {
		memcpy(temp, next, size);
		for (at = next; at > (char *)base && cmp(at - size, temp) > 0; at -= size)
			memcpy(at, at - size, size);
		memcpy(at, temp, size);
	}
}
