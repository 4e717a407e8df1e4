/* SPDX-License-Identifier: BSD-2-Clause */
/* getopt: options of one letter. Unlike glibc's, it stops at the first other argument. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

static int
complain(const char *name, const char *what)
{
	if (opterr)
		fprintf(stderr, "%s: %s -- '%c'\n", name, what, optopt);
	return '?';
}

int
getopt(int argc, char *const argv[], const char *options)
{
	static char *next = ""; /* what is left of the argument before optind */
	const char *o;

	if (*next == 0) {
		char *arg = optind < argc ? argv[optind] : "";

		if (*arg != '-' || arg[1] == 0)
			return -1;
		optind++;
		if (strcmp(arg, "--") == 0)
			return -1;
		next = arg + 1;
	}
	optopt = *next++;
	o = optopt == ':' ? NULL : strchr(options, optopt);
	if (o == NULL)
		return complain(argv[0], "invalid option");
	if (o[1] != ':')
		return optopt;
	optarg = *next ? next : argv[optind++];
	next = "";
	return optarg ? optopt : complain(argv[0], "option requires an argument");
}
