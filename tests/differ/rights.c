/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may do what to whose files: set-id bits, owners, sticky directories. */
#include "differ.h"
#include <sys/uio.h>

#define HERS 1000
#define HIS 1001

static const char *file = "/tmp/rights-file";
static mode_t first_mode;

/* Makes the file anew, with the bits that the next call may clear. */
static void
renew(uid_t uid, gid_t gid)
{
	unlink(file);
	close(open(file, O_WRONLY | O_CREAT, 0600));
	if (truncate(file, 100) || chown(file, uid, gid) || chmod(file, first_mode))
		_exit(97);
}

static const char *const changes[] = {
	"truncate",  "truncate to the same length",
	"ftruncate", "O_TRUNC",
	"write",     "pwrite",
	"writev",    "write of nothing",
	"a mapping", "chown nothing",
	"chown",     "utimensat",
	NULL,
};

static long
change(int which)
{
	int fd = open(file, O_RDWR | (which == 3 ? O_TRUNC : 0));
	struct iovec v = {"x", 1};

	if (fd < 0)
		return -1;
	switch (which) {
	case 0:
		return truncate(file, 5);
	case 1:
		return truncate(file, 100);
	case 2:
		return ftruncate(fd, 5);
	case 4:
		return write(fd, "x", 1);
	case 5:
		return pwrite(fd, "x", 1, 7);
	case 6:
		return writev(fd, &v, 1);
	case 7:
		return write(fd, "x", 0);
	case 8:
		return *(char *)mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0) = 0;
	case 9:
		return chown(file, -1, -1);
	case 10:
		return chown(file, -1, HERS);
	case 11:
		return utimensat(AT_FDCWD, file, NULL, 0);
	default:
		return 0;
	}
}

static int next_change;

static void
one_change(void)
{
	struct stat st = {.st_mode = 0};
	long result = change(next_change), error = errno;

	stat(file, &st);
	TEXT(changes[next_change], "%ld %ld, %o becomes %o", result, result < 0 ? error : 0,
	     (unsigned)first_mode, (unsigned)st.st_mode & 07777);
}

/* The actor changes a file with that owner and group. */
static void
changes_by(const char *who, uid_t actor, uid_t uid, gid_t gid)
{
	static const mode_t modes[] = {06777, 06767, 04755 | 022, 02676};

	section(who);
	for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		first_mode = modes[m];
		for (next_change = 0; changes[next_change] != NULL; next_change++) {
			renew(uid, gid);
			child(actor, actor, one_change);
		}
	}
}

static void
show_mode(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		TEXT(path, "%o %d:%d", (unsigned)st.st_mode, st.st_uid, st.st_gid);
	else
		TEXT(path, "not there");
}

static void
her_modes(void)
{
	umask(0);
	NUM(chmod("hers", 06755));
	show_mode("hers");
	NUM(chown("hers", HIS, -1));
	NUM(chown("hers", -1, HIS));
	NUM(chmod("roots-group", 02755));
	show_mode("roots-group");
	NUM(close(open("setgid/file", O_WRONLY | O_CREAT, 02777)) < 0);
	show_mode("setgid/file");
	NUM(mkdir("setgid/dir", 0777));
	show_mode("setgid/dir");
	NUM(unlink("sticky/roots"));
	NUM(rename("sticky/roots", "sticky/new"));
	NUM(rename("sticky/hers", "sticky/roots"));
	NUM(rename("sticky/hers", "open/hers"));
	NUM(rename("sticky/his", "open/his"));
	NUM(rename("open/hers", "sticky/hers"));
	NUM(rename("open/roots", "sticky/roots"));
	NUM(link("sticky/roots", "open/link"));
	NUM(rmdir("sticky/d"));
	NUM(utimensat(AT_FDCWD, "roots-open", NULL, 0));
	NUM(utimensat(AT_FDCWD, "roots-open", (struct timespec[2]){{1, 0}, {2, 0}}, 0));
	NUM(utimensat(AT_FDCWD, "roots-group", NULL, 0));
	NUM(utimensat(AT_FDCWD, "hers", (struct timespec[2]){{1, 0}, {2, 0}}, 0));
	NUM(chmod("roots-open", 0777));
	NUM(chown("roots-open", HERS, -1));
}

static void
make(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
	if (chown(path, uid, gid) || chmod(path, mode))
		_exit(97);
}

static void
trees(void)
{
	section("modes, owners, sticky directories");
	mkdir("/tmp/rights", 0777), chdir("/tmp/rights");
	mkdir("setgid", 0777), chown("setgid", 0, HIS), chmod("setgid", 02777);
	mkdir("sticky", 0777), chmod("sticky", 01777), mkdir("open", 0777), chmod("open", 0777);
	mkdir("sticky/d", 0777), chmod("sticky/d", 0777);
	make("hers", 0644, HERS, HERS), make("roots-group", 0644, HERS, 0);
	make("roots-open", 0666, 0, 0), make("sticky/roots", 0666, 0, 0);
	make("open/roots", 0666, 0, 0);
	make("sticky/hers", 0666, HERS, HERS), make("sticky/his", 0666, HIS, HIS);
	child(HERS, HERS, her_modes);
	NUM(chown("hers", HIS, HIS));
	show_mode("hers");
	chdir("/tmp");
}

void
file_rights_calls(void)
{
	changes_by("set-id bits: another's file", HERS, 0, 0);
	changes_by("set-id bits: her own file", HERS, HERS, HERS);
	changes_by("set-id bits: her own file of another group", HERS, HERS, 0);
	changes_by("set-id bits: root", 0, HERS, HERS);
	trees();
}
