/* SPDX-License-Identifier: BSD-2-Clause */
/* ls [-l] [FILE...]: lists files and what directories hold. */
#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int full, failed;

static int
kind_of(const char *path, struct stat *st)
{
	if (stat(path, st) == 0)
		return st->st_mode & S_IFMT;
	fprintf(stderr, "ls: ");
	perror(path);
	failed = 2;
	return 0;
}

static void
show(const char *path, const char *name)
{
	char mode[] = "-rwxrwxrwx";
	struct passwd *pw;
	struct stat st;
	int kind = full ? kind_of(path, &st) : 0;

	if (kind) {
		mode[0] = kind == S_IFDIR ? 'd' : kind == S_IFCHR ? 'c' : '-';
		for (int i = 0; i < 9; i++) {
			if (!(st.st_mode >> (8 - i) & 1))
				mode[i + 1] = '-';
		}
		pw = getpwuid(st.st_uid);
		printf("%s %-8s %4u %8ld ", mode, pw ? pw->pw_name : "?", st.st_gid, st.st_size);
	}
	puts(name);
}

static void
show_dir(const char *dir)
{
	DIR *d = opendir(dir);
	char path[PATH_MAX];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			show(path, e->d_name);
	}
	if (d)
		closedir(d);
}

int
main(int argc, char **argv)
{
	struct stat st;
	int first = 1 + (argc > 1 && strcmp(argv[1], "-l") == 0);

	full = first > 1;
	if (first == argc)
		argv[--first] = ".";
	for (int i = first; i < argc; i++) {
		int kind = kind_of(argv[i], &st);

		if (kind == S_IFDIR && argc - first > 1)
			printf("%s:\n", argv[i]);
		if (kind == S_IFDIR)
			show_dir(argv[i]);
		else if (kind)
			show(argv[i], argv[i]);
	}
	return failed;
}
