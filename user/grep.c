/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grep [-cinqv] PATTERN [FILE...]: prints the lines that match, of files or of standard input.
 * In a pattern . is any character, [...] one of several, * any number of what is before it; ^ and
 * $ are the line's ends, and a backslash takes such a character's meaning.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count_only, no_case, numbers, quiet, invert, several;

/* Returns the end of the first element of a pattern: [...], \c or a character. */
static const char *
element_end(const char *p)
{
	const char *end = *p == '[' ? strchr(p + 2 + (p[1] == '^'), ']') : NULL;

	return end ? end + 1 : p + 1 + (*p == '\\' && p[1]);
}

static int
fold(char c)
{
	return no_case ? tolower((unsigned char)c) : (unsigned char)c;
}

/* Returns whether the element from p up to end matches character c. */
static int
match_one(const char *p, const char *end, char c)
{
	int not, any = 0;

	if (end - p == 1)
		return *p == '.' || fold(*p) == fold(c);
	if (*p == '\\')
		return fold(p[1]) == fold(c);
	not = p[1] == '^';
	for (p += 1 + not ; p < end - 1; p++) {
		char low = *p;

		if (p[1] == '-' && p + 2 < end - 1)
			p += 2;
		any |= fold(low) <= fold(c) && fold(c) <= fold(*p);
	}
	return any != not ;
}

static int
match_here(const char *p, const char *s)
{
	const char *end;

	while (*p) {
		if (*p == '$' && p[1] == 0)
			return *s == 0;
		end = element_end(p);
		if (*end == '*') {
			for (;; s++) {
				if (match_here(end + 1, s))
					return 1;
				if (*s == 0 || !match_one(p, end, *s))
					return 0;
			}
		}
		if (*s == 0 || !match_one(p, end, *s++))
			return 0;
		p = end;
	}
	return 1;
}

static int
match(const char *p, const char *s)
{
	if (*p == '^')
		return match_here(p + 1, s);
	do {
		if (match_here(p, s))
			return 1;
	} while (*s++);
	return 0;
}

/* Returns how many lines of the file match, or -1 after an error. */
static int
grep(const char *pattern, const char *name)
{
	FILE *f = name ? fopen(name, "r") : stdin;
	static char line[4096];
	int found = 0, number = 0;

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		number++;
		if (match(pattern, line) == invert)
			continue;
		found++;
		if (count_only || quiet)
			continue;
		if (several)
			printf("%s:", name);
		if (numbers)
			printf("%d:", number);
		puts(line);
	}
	if (f == NULL || ferror(f)) {
		fprintf(stderr, "grep: ");
		perror(name ?: "standard input");
		return -1;
	}
	if (name)
		fclose(f);
	if (count_only && several)
		printf("%s:", name);
	if (count_only)
		printf("%d\n", found);
	return found;
}

int
main(int argc, char **argv)
{
	static const char letters[] = "cinqv";
	static int *const flags[] = {&count_only, &no_case, &numbers, &quiet, &invert};
	int c, found = 0, failed = 0;
	const char *pattern;

	while ((c = getopt(argc, argv, letters)) != -1 && c != '?')
		*flags[strchr(letters, c) - letters] = 1;
	if (c == '?' || optind == argc) {
		fprintf(stderr, "usage: grep [-cinqv] PATTERN [FILE...]\n");
		return 2;
	}
	pattern = argv[optind++];
	several = argc - optind > 1;
	do {
		int n = grep(pattern, argv[optind]);

		found += n > 0;
		failed |= n < 0;
	} while (argv[optind] && argv[++optind]);
	return failed ? 2 : !found;
}
