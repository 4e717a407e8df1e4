/* SPDX-License-Identifier: BSD-2-Clause */
/* What a word that is being typed may become: a command where one begins, else a file. */
#include "sh.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define SEPARATORS " \t;&|<>()\"'="

static struct {
	const char *prefix; /* what all begin with */
	char **names;
	int n, room;
} list;

/* Adds a name to the list if it begins with the prefix. */
static void
candidate(const char *name, const char *end)
{
	if (strncmp(name, list.prefix, strlen(list.prefix)) != 0)
		return;
	if (list.n == list.room) {
		char **more = keep((list.room = 2 * list.room + 16) * sizeof(*more));

		list.names = list.n ? memcpy(more, list.names, list.n * sizeof(*more)) : more;
	}
	list.names[list.n] = keep(strlen(name) + strlen(end) + 1);
	strcat(strcpy(list.names[list.n++], name), end);
}

/* Adds the files in dir, directories with a slash behind them; or only those that can be run. */
static void
files(const char *dir, int programs)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		char *path = keep(strlen(dir) + strlen(e->d_name) + 2);
		int is_dir;

		if (e->d_name[0] == '.' && *list.prefix != '.')
			continue;
		sprintf(path, "%s/%s", dir, e->d_name);
		is_dir = stat(path, &st) == 0 && (st.st_mode & S_IFMT) == S_IFDIR;
		if (!programs || (!is_dir && (st.st_mode & 0111)))
			candidate(e->d_name, is_dir ? "/" : "");
	}
	if (d)
		closedir(d);
}

static void
commands(void)
{
	const char *dir = var_get("PATH") ?: "/bin";

	for (int i = 0; builtin_name(i); i++)
		candidate(builtin_name(i), "");
	while (*dir) {
		size_t n = strcspn(dir, ":");

		files(keep_text(dir, n), 1);
		dir += n + (dir[n] == ':');
	}
}

/* Returns whether a command begins at line + at. */
static int
begins_command(const char *line, size_t at)
{
	static const char *const words[] = {"if",    "then", "elif", "else", "while",
	                                    "until", "do",   "!",    "{"};
	size_t start;

	while (at && line[at - 1] == ' ')
		at--;
	for (start = at; start && !strchr(SEPARATORS, line[start - 1]); start--)
		;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i]) == at - start &&
		    strncmp(line + start, words[i], at - start) == 0)
			return begins_command(line, start);
	}
	return at == 0 || strchr(";&|(", line[at - 1]) != NULL;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort(void)
{
	int n = 0;

	qsort(list.names, list.n, sizeof(*list.names), by_name);
	for (int i = 0; i < list.n; i++) {
		if (n == 0 || strcmp(list.names[i], list.names[n - 1]) != 0)
			list.names[n++] = list.names[i];
	}
	list.n = n;
}

static void
print(void)
{
	struct winsize size;
	int width = 0, columns = ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;

	for (int i = 0; i < list.n; i++) {
		int len = strlen(list.names[i]) + 2;

		width = len > width ? len : width;
	}
	for (int i = 0; i < list.n; i++) {
		int ends = i + 1 == list.n || (i + 1) % (columns / width ?: 1) == 0;

		printf("%-*s%s", ends ? 0 : width, list.names[i], ends ? "\n" : "");
	}
}

/* Sets common to what all names begin with, with a backslash before what would end the word. */
static void
find_common(struct text *common)
{
	size_t n = strlen(list.names[0]);

	for (int i = 1; i < list.n; i++) {
		while (strncmp(list.names[0], list.names[i], n) != 0)
			n--;
	}
	for (size_t i = 0; i < n; i++) {
		if (strchr(SEPARATORS "\\$*?[#", list.names[0][i]))
			text_char(common, '\\');
		text_char(common, list.names[0][i]);
	}
	if (list.n == 1 && list.names[0][n - 1] != '/')
		text_char(common, ' ');
}

int
complete(const char *line, size_t at, size_t *start, struct text *common, int show)
{
	struct mark m = keep_mark();
	size_t word = at, part;
	const char *dir;

	while (word &&
	       (!strchr(SEPARATORS, line[word - 1]) || (word > 1 && line[word - 2] == '\\')))
		word--;
	for (part = at; part > word && line[part - 1] != '/'; part--)
		;
	*start = part;
	list.n = list.room = 0;
	list.prefix = unescape(keep_text(line + part, at - part));
	dir = unescape(keep_text(line + word, part - word));
	if (part == word && begins_command(line, word))
		commands();
	else
		files(*dir ? dir : ".", 0);
	sort();
	if (list.n)
		find_common(common);
	if (show)
		print();
	keep_release(m);
	return list.n;
}
