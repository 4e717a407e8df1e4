/* SPDX-License-Identifier: BSD-2-Clause */
/* Files whose names match a pattern with * ? and [...]. */
#include "sh.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
	void (*found)(void *arg, const char *path);
	void *arg;
	int count;
};

/* Returns whether [...] matches c; *p is behind its opening, and is moved behind its end. */
static int
match_class(const char **p, char c)
{
	int not = **p == '!' || **p == '^', any = 0;
	const char *first = *p += not ;

	for (; **p && (**p != ']' || *p == first); ++*p) {
		char low = **p, high = low;

		if ((*p)[1] == '-' && (*p)[2] && (*p)[2] != ']') {
			high = (*p)[2];
			*p += 2;
		}
		any |= low <= c && c <= high;
	}
	*p += **p == ']';
	return any != not ;
}

static int
match(const char *p, const char *s)
{
	while (*p) {
		char c = *p++;

		if (c == '*') {
			for (;; s++) {
				if (match(p, s))
					return 1;
				if (*s == 0)
					return 0;
			}
		}
		if (*s == 0)
			return 0;
		if (c == '[' && strchr(p, ']')) {
			if (!match_class(&p, *s++))
				return 0;
			continue;
		}
		if (c == '\\' && *p)
			c = *p++;
		else if (c == '?')
			c = *s;
		if (c != *s++)
			return 0;
	}
	return *s == 0;
}

static int
is_pattern(const char *s)
{
	for (; *s; s++) {
		if (strchr("*?[", *s))
			return 1;
		s += *s == '\\' && s[1];
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns the entries of dir that match, sorted, with a NULL behind them. */
static char **
entries(const char *dir, const char *pattern)
{
	char **list = keep(sizeof(*list));
	DIR *d = opendir(*dir ? dir : ".");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		char **longer;

		if ((e->d_name[0] == '.' && *pattern != '.') || !match(pattern, e->d_name))
			continue;
		longer = keep((n + 2) * sizeof(*list));
		list = memcpy(longer, list, n * sizeof(*list));
		list[n++] = keep_text(e->d_name, strlen(e->d_name));
	}
	if (d)
		closedir(d);
	qsort(list, n, sizeof(*list), by_name);
	return list;
}

/* Finds what begins with the path `have` and goes on with a match for the pattern. */
static void
search(struct search *s, const char *have, const char *pattern)
{
	size_t n = strcspn(pattern, "/"), slashes = strspn(pattern + n, "/"), len = strlen(have);
	const char *rest = pattern + n + slashes;
	char *part = keep_text(pattern, n);
	char *single[] = {part, NULL}, **names = single;
	struct stat st;

	if (n + slashes == 0) {
		if (lstat(have, &st) == 0) {
			s->count++;
			s->found(s->arg, have);
		}
		return;
	}
	if (is_pattern(part))
		names = entries(have, part);
	else
		unescape(part);
	for (; *names; names++) {
		char *path = keep(len + strlen(*names) + slashes + 1);

		strcat(strcat(strcpy(path, have), *names), slashes ? "/" : "");
		search(s, path, rest);
	}
}

int
glob(const char *pattern, void (*found)(void *arg, const char *path), void *arg)
{
	struct search s = {found, arg, 0};

	if (is_pattern(pattern))
		search(&s, "", pattern);
	return s.count;
}
