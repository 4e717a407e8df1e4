/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories, and the names of users and groups. */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct DIR {
	int fd;
	int pos, len;
	uint64_t buf[128]; /* records, aligned */
};

int __sys_getdents64(int fd, void *buf, size_t n);

DIR *
opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : malloc(sizeof(*d));

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	d->fd = fd;
	d->pos = d->len = 0;
	return d;
}

struct dirent *
readdir(DIR *d)
{
	struct dirent *e;

	if (d->pos >= d->len) {
		d->pos = 0;
		d->len = __sys_getdents64(d->fd, d->buf, sizeof(d->buf));
		if (d->len <= 0)
			return NULL;
	}
	e = (struct dirent *)((char *)d->buf + d->pos);
	d->pos += e->d_reclen;
	return e;
}

int
closedir(DIR *d)
{
	int fd = d->fd;

	free(d);
	return close(fd);
}

/* Find the line of a colon-separated file by the name or, where that is
 * NULL, by the number in its third field; cut it into its fields. */
static int
find(const char *path, const char *name, unsigned id, char *line, int size, char **field, int n)
{
	FILE *f = fopen(path, "r");
	int found = 0;

	while (f && !found && fgets(line, size, f)) {
		char *s = line;

		line[strcspn(line, "\n")] = 0;
		for (int i = 0; i < n; i++) {
			field[i] = s;
			s += strcspn(s, ":");
			if (*s)
				*s++ = 0;
		}
		found = name ? strcmp(field[0], name) == 0 : strtoul(field[2], NULL, 10) == id;
	}
	if (f)
		fclose(f);
	return found;
}

static struct passwd *
user(const char *name, uid_t uid)
{
	static struct passwd pw;
	static char line[256];
	char *field[7];

	if (!find("/etc/passwd", name, uid, line, sizeof(line), field, 7))
		return NULL;
	pw.pw_name = field[0];
	pw.pw_uid = strtoul(field[2], NULL, 10);
	pw.pw_gid = strtoul(field[3], NULL, 10);
	pw.pw_dir = field[5];
	pw.pw_shell = field[6];
	return &pw;
}

struct passwd *
getpwuid(uid_t uid)
{
	return user(NULL, uid);
}

struct passwd *
getpwnam(const char *name)
{
	return user(name, 0);
}

struct group *
getgrgid(gid_t gid)
{
	static struct group gr;
	static char line[256];
	char *field[4];

	if (!find("/etc/group", NULL, gid, line, sizeof(line), field, 4))
		return NULL;
	gr.gr_name = field[0];
	gr.gr_gid = gid;
	return &gr;
}
