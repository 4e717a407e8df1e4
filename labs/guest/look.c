/* SPDX-License-Identifier: BSD-2-Clause */
#include "look.h"

#include <stdarg.h>

static unsigned state;

/* Marsaglia's xorshift; the state is never 0. */
unsigned
any(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (state >> 4) % n;
}

void
see(const char *text, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, text);
	n = vsnprintf(line, sizeof(line) - 1, text, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n] = '\n';
	write(1, line, n + 1);
}

void
bound(const char *name, long value)
{
	see("bound: %s: %ld", name, value);
}

/* Copies a byte through a pipe. Returns whether both ends could be used. */
static int
through_pipe(const void *from, void *to)
{
	int fd[2], good;

	if (pipe(fd) < 0)
		bail("pipe");
	good = write(fd[1], from, 1) == 1 && read(fd[0], to, 1) == 1;
	close(fd[0]);
	close(fd[1]);
	return good;
}

int
readable(const void *at)
{
	char byte;

	return through_pipe(at, &byte);
}

int
writable(void *at)
{
	char byte;

	return through_pipe(at, &byte) && through_pipe(&byte, at);
}

void
test(void)
{
}

/* Called with the subject's name and the seed. */
int
helper(int argc, char **argv)
{
	const struct subject *s = subjects;

	if (argc != 3)
		return 2;
	while (s->name != NULL && strcmp(s->name, argv[1]) != 0)
		s++;
	if (s->name == NULL)
		return 2;
	state = strtoul(argv[2], NULL, 10) * 2654435761u | 1;
	for (int i = 0; i < 8; i++)
		any(1);
	s->look();
	return 0;
}
