/* SPDX-License-Identifier: BSD-2-Clause */
/* wc [-lwc] [FILE...]: counts the lines, words and bytes of files, or of standard input. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char letters[] = "lwc";
static int wanted; /* bit n: show what letter n asks for */

static void
show(const long counts[3], const char *name)
{
	const char *sep = "";

	for (int i = 0; i < 3; i++) {
		if ((wanted ?: 7) >> i & 1) {
			printf("%s%ld", sep, counts[i]);
			sep = " ";
		}
	}
	printf("%s%s\n", name ? " " : "", name ?: "");
}

static int
count(const char *name, long total[3])
{
	FILE *f = name ? fopen(name, "r") : stdin;
	long counts[3] = {0, 0, 0};
	int c, in_word = 0;

	while (f && (c = fgetc(f)) != EOF) {
		counts[0] += c == '\n';
		counts[1] += !in_word && !isspace(c);
		counts[2]++;
		in_word = !isspace(c);
	}
	if (f == NULL || ferror(f)) {
		fprintf(stderr, "wc: ");
		perror(name ?: "standard input");
		return 1;
	}
	if (name)
		fclose(f);
	show(counts, name);
	for (int i = 0; i < 3; i++)
		total[i] += counts[i];
	return 0;
}

int
main(int argc, char **argv)
{
	long total[3] = {0, 0, 0};
	int c, failed = 0, files;

	while ((c = getopt(argc, argv, letters)) != -1) {
		if (c == '?') {
			fprintf(stderr, "usage: wc [-lwc] [FILE...]\n");
			return 2;
		}
		wanted |= 1 << (strchr(letters, c) - letters);
	}
	files = argc - optind;
	if (files == 0)
		return count(NULL, total);
	for (; optind < argc; optind++)
		failed |= count(argv[optind], total);
	if (files > 1)
		show(total, "total");
	return failed;
}
