/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading directories and /etc/passwd. */
#include <dirent.h>
#include <fcntl.h>
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

	if (d) {
		d->fd = fd;
		d->pos = d->len = 0;
	} else if (fd >= 0) {
		close(fd);
	}
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

/* Returns the entry of /etc/passwd (name:x:uid:gid:...) for uid, or NULL. The next call overwrites
 * it. */
struct passwd *
getpwuid(uid_t uid)
{
	static struct passwd pw;
	static char line[256];
	FILE *f = fopen("/etc/passwd", "r");
	char *at = NULL;

	pw.pw_name = NULL;
	while (f && !pw.pw_name && fgets(line, sizeof(line), f)) {
		if ((at = strstr(line, ":x:")) == NULL || strtoul(at + 3, &at, 10) != uid)
			continue;
		pw.pw_name = strtok(line, ":");
		pw.pw_uid = uid;
		pw.pw_gid = strtoul(at + 1, NULL, 10);
	}
	if (f)
		fclose(f);
	return pw.pw_name ? &pw : NULL;
}
