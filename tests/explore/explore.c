/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explores the worlds: make explore.
 *
 *	explore [--world NAME] [--depth N] [--failing N] [--jobs N] [--keep DIRECTORY]
 *
 * Without --world it explores all, each in a process of its own, since the kernel starts once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore.h"

static const char *only, *directory = "build/explore/states";
static unsigned depth, failing = 5, jobs;

static void
usage(void)
{
	const struct world *w;

	fprintf(stderr, "usage: explore [--world NAME] [--depth N] [--failing N] [--jobs N] "
	                "[--keep DIRECTORY]\n");
	for (w = worlds; w->name != NULL; w++)
		fprintf(stderr, "%10s  %s\n", w->name, w->about);
	exit(3);
}

static unsigned
number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n > 10000)
		usage();
	return (unsigned)n;
}

static void
options(char **arg)
{
	for (; *arg != NULL; arg += 2) {
		if (arg[1] == NULL)
			usage();
		else if (strcmp(*arg, "--world") == 0 && world_named(arg[1]) != NULL)
			only = arg[1];
		else if (strcmp(*arg, "--depth") == 0)
			depth = number(arg[1]);
		else if (strcmp(*arg, "--failing") == 0)
			failing = number(arg[1]);
		else if (strcmp(*arg, "--jobs") == 0)
			jobs = number(arg[1]);
		else if (strcmp(*arg, "--keep") == 0)
			directory = arg[1];
		else
			usage();
	}
}

/* Explores one world in a process of its own. Returns what search() does. */
static int
explore(const struct world *w)
{
	int status;

	fflush(stdout);
	if (fork() == 0) {
		unsigned d = depth > 0 ? depth : w->depth;

		status = search(w, d, failing, jobs, directory);
		fflush(stdout);
		_exit(status);
	}
	signal(SIGINT, SIG_IGN); /* it is for the search */
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

int
main(int argc, char **argv)
{
	const struct world *w;
	int worst = 0, status;

	(void)argc;
	options(argv + 1);
	if (jobs == 0 || jobs > 64)
		jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	for (w = worlds; w->name != NULL && worst != 2; w++) {
		if (only != NULL && strcmp(w->name, only) != 0)
			continue;
		status = explore(w);
		worst = status > worst ? status : worst;
	}
	return worst;
}
