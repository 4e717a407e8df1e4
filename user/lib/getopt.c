/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of one letter, before the other arguments. */
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
	static int at; /* the next letter in argv[optind], 0: none begun */
	const char *arg = optind < argc ? argv[optind] : NULL, *o;

	if (at == 0) {
		if (arg == NULL || arg[0] != '-' || arg[1] == 0)
			return -1;
		if (strcmp(arg, "--") == 0) {
			optind++;
			return -1;
		}
		at = 1;
	}
	optopt = arg[at++];
	o = optopt == ':' ? NULL : strchr(options, optopt);
	optarg = (char *)arg + at;
	if (*optarg == 0) {
		optind++;
		at = 0;
	}
	if (o == NULL)
		return complain(argv[0], "invalid option");
	if (o[1] != ':')
		return optopt;
	if (at == 0) {
		if (optind >= argc)
			return complain(argv[0], "option requires an argument");
		optarg = argv[optind];
	}
	optind++;
	at = 0;
	return optopt;
}
