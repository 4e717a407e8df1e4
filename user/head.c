/* SPDX-License-Identifier: BSD-2-Clause */
/* head [-n N] [FILE...]: prints the first N lines (10) of files, or of standard input. */
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

int
main(int argc, char **argv)
{
	long lines = 10;
	int c, failed = 0;

	while ((c = getopt(argc, argv, "n:")) != -1) {
		char *end = optarg;

		if (c == 'n')
			lines = strtol(optarg, &end, 10);
		if (c != 'n' || end == optarg || *end || lines < 0) {
			fprintf(stderr, "usage: head [-n N] [FILE...]\n");
			return 2;
		}
	}
	if (optind == argc)
		return head(NULL, lines);
	for (; optind < argc; optind++)
		failed |= head(argv[optind], lines);
	return failed;
}
