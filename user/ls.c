/* SPDX-License-Identifier: BSD-2-Clause */
/* ls [-al] [FILE...] */
#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLUMNS 80

static int all, full, failed;

static void
complain(const char *name)
{
	fprintf(stderr, "ls: ");
	perror(name);
	failed = 1;
}

static void
show_long(const char *path, const char *name)
{
	struct passwd *pw;
	struct group *gr;
	struct stat st;
	char mode[] = "?rwxrwxrwx", num[2][12];

	if (lstat(path, &st) < 0) {
		complain(path);
		return;
	}
	mode[0] = S_ISDIR(st.st_mode)    ? 'd'
	          : S_ISCHR(st.st_mode)  ? 'c'
	          : S_ISLNK(st.st_mode)  ? 'l'
	          : S_ISFIFO(st.st_mode) ? 'p'
	                                 : '-';
	for (int i = 0; i < 9; i++) {
		if (!(st.st_mode >> (8 - i) & 1))
			mode[i + 1] = '-';
	}
	sprintf(num[0], "%u", st.st_uid);
	sprintf(num[1], "%u", st.st_gid);
	pw = getpwuid(st.st_uid);
	gr = getgrgid(st.st_gid);
	printf("%s %2u %-8s %-8s %8ld %s\n", mode, st.st_nlink, pw ? pw->pw_name : num[0],
	       gr ? gr->gr_name : num[1], st.st_size, name);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
show_dir(const char *dir)
{
	DIR *d = opendir(dir);
	char **names = NULL, path[PATH_MAX];
	size_t n = 0, width = 0, column = 0;
	struct dirent *e;

	if (d == NULL) {
		complain(dir);
		return;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' && !all)
			continue;
		names = realloc(names, (n + 1) * sizeof(*names));
		if (names == NULL || (names[n] = strdup(e->d_name)) == NULL) {
			complain(dir);
			exit(2);
		}
		if (strlen(names[n++]) + 2 > width)
			width = strlen(e->d_name) + 2;
	}
	closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	if (!isatty(1))
		width = COLUMNS;
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (full) {
			show_long(path, names[i]);
		} else {
			column += width;
			if (i + 1 == n || column + width > COLUMNS)
				column = 0;
			printf("%-*s%s", column ? (int)width : 0, names[i], column ? "" : "\n");
		}
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char **argv)
{
	int c, many;

	while ((c = getopt(argc, argv, "al")) != -1) {
		if (c == '?')
			return 2;
		*(c == 'a' ? &all : &full) = 1;
	}
	if (optind == argc)
		argv[--optind] = ".";
	many = argc - optind > 1;
	for (; optind < argc; optind++) {
		struct stat st;

		if (stat(argv[optind], &st) < 0) {
			complain(argv[optind]);
		} else if (S_ISDIR(st.st_mode)) {
			if (many)
				printf("%s:\n", argv[optind]);
			show_dir(argv[optind]);
		} else if (full) {
			show_long(argv[optind], argv[optind]);
		} else {
			puts(argv[optind]);
		}
	}
	return failed ? 2 : 0;
}
