/* SPDX-License-Identifier: BSD-2-Clause */
/* head [-n N | -N] [FILE...]: prints the first N lines (10) of files, or of standard input. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int
head(const char *name, long lines)
{
	FILE *f = name ? fopen(name, "r") : stdin;
	int c;

	while (f && lines > 0 && (c = fgetc(f)) != EOF) {
		putchar(c);
		lines -= c == '\n';
	}
	if (f == NULL || ferror(f)) {
		fprintf(stderr, "head: ");
		perror(name ?: "standard input");
		return 1;
	}
	if (name)
		fclose(f);
	return 0;
}

static long
number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0) {
		fprintf(stderr, "usage: head [-n N | -N] [FILE...]\n");
		exit(2);
	}
	return n;
}

int
main(int argc, char **argv)
{
	long lines = 10;
	int c, failed = 0;

	if (argc > 1 && argv[1][0] == '-' && isdigit(argv[1][1]))
		lines = number(argv[optind++] + 1);
	while ((c = getopt(argc, argv, "n:")) != -1)
		lines = number(c == 'n' ? optarg : "");
	if (optind == argc)
		return head(NULL, lines);
	for (; optind < argc; optind++)
		failed |= head(argv[optind], lines);
	return failed;
}
