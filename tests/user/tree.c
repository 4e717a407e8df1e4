/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree of files: names are created, moved and removed, and who may do that. */
#include "tap.h"

#include <dirent.h>
#include <sys/stat.h>

static struct stat st;

static int
make(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);

	return fd < 0 ? -1 : close(fd);
}

static unsigned
links(const char *path)
{
	return lstat(path, &st) < 0 ? 0 : st.st_nlink;
}

static void
directories(void)
{
	is(mkdir("d", 0755), 0, "mkdir");
	ok(links("d") == 2 && S_ISDIR(st.st_mode), "a directory has two links");
	is(links("."), 3, "and is one of its parent's");
	fails(mkdir("d", 0755), EEXIST, "mkdir again");
	fails(mkdir("no/d", 0755), ENOENT, "in nothing");
	is(mkdir("d/e/", 0755), 0, "with a slash behind");
	fails(rmdir("d"), ENOTEMPTY, "rmdir of a full one");
	fails(unlink("d/e"), EISDIR, "unlink of a directory");
	fails(rmdir("d/e/."), EINVAL, "rmdir of .");
	fails(rmdir("d/e/.."), ENOTEMPTY, "rmdir of ..");
	fails(rmdir("/"), EBUSY, "rmdir of the root");
	is(chdir("d/e"), 0, "be in one");
	is(rmdir("../e"), 0, "that is removed");
	fails(make("x", 0600), ENOENT, "nothing can be made there");
	fails((long)getcwd((char[64]){0}, 64) ? 0 : -1, ENOENT, "it has no path");
	is(chdir(".."), 0, "but a way out");
	chdir("..");
	is(make("f", 0600), 0, "a file");
	fails(rmdir("f"), ENOTDIR, "is not for rmdir");
	fails(unlink("f/"), ENOTDIR, "nor has it a slash");
	fails(mkdir("f/d", 0700), ENOTDIR, "nothing is below it");
	fails(make("g/", 0600), EISDIR, "no file's name ends with a slash");
	is(unlink("f"), 0, "unlink");
	is(rmdir("d"), 0, "rmdir");
	fails(mkdir("/proc/x", 0700), ENOENT, "nothing is made in /proc");
	fails(unlink("/proc/version"), EPERM, "nor removed");
}

/* A directory changes while it is being read. */
static void
reading(void)
{
	char name[8];
	struct dirent *e;
	unsigned seen = 0, twice = 0;
	static uint8_t was[300];
	DIR *d;

	mkdir("many", 0700);
	chdir("many");
	for (int i = 0; i < 300; i++)
		snprintf(name, sizeof(name), "%d", i), make(name, 0600);
	d = opendir(".");
	while ((e = readdir(d)) != NULL) {
		int i = atoi(e->d_name);

		if (e->d_name[0] == '.')
			continue;
		seen++;
		twice += was[i]++;
		if (i % 2 == 0)
			unlink(e->d_name);
		snprintf(name, sizeof(name), "%d", i + 1000);
		if (i % 50 == 7)
			rename(e->d_name, "moved"), unlink("moved");
	}
	closedir(d);
	ok(seen == 300 && twice == 0, "each once, though half of them go meanwhile (%u)", seen);
	for (int i = 1; i < 300; i += 2)
		snprintf(name, sizeof(name), "%d", i), unlink(name);
	chdir("..");
	is(rmdir("many"), 0, "the directory is empty again");
}

static void
hard_links(void)
{
	make("a", 0600);
	is(link("a", "b"), 0, "link");
	ok(links("a") == 2 && links("b") == 2, "one file, two names");
	fails(link("a", "b"), EEXIST, "link to what is there");
	fails(link("no", "c"), ENOENT, "of nothing");
	fails(link(".", "c"), EPERM, "of a directory");
	fails(link("/proc/version", "c"), EXDEV, "of what is on another file system");
	is(truncate("a", 7), 0, "what one changes");
	ok(stat("b", &st) == 0 && st.st_size == 7, "the other shows");
	is(unlink("a"), 0, "one name goes");
	is(links("b"), 1, "the other stays");
	is(unlink("b"), 0, "and goes too");
}

static void
symbolic_links(void)
{
	char buf[64];
	int n;

	mkdir("d", 0755);
	make("d/f", 0600);
	is(symlink("d/f", "l"), 0, "symlink");
	ok(lstat("l", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 3, "lstat");
	ok(stat("l", &st) == 0 && S_ISREG(st.st_mode), "stat goes through it");
	n = readlink("l", buf, sizeof(buf));
	ok(n == 3 && memcmp(buf, "d/f", 3) == 0, "readlink");
	is(readlink("l", buf, 2), 2, "cut short");
	fails(readlink("d", buf, 2), EINVAL, "of what is none");
	fails(readlink("l", buf, 0), EINVAL, "into nothing");
	fails(open("l", O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW");
	fails(open("l", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST, "O_EXCL does not follow");
	symlink("../d/", "d/up");
	ok(stat("d/up/up/up/f", &st) == 0, "in the middle, relative to where it stands");
	symlink("/tmp/tree/d", "abs");
	ok(stat("abs/f", &st) == 0, "an absolute one");
	symlink("x", "y"), symlink("y", "x");
	fails(stat("x", &st), ELOOP, "in a circle");
	fails(symlink("", "e"), ENOENT, "to nothing");
	fails(symlink("a", "l"), EEXIST, "where something is");
	symlink("d/new", "dangling");
	fails(stat("dangling", &st), ENOENT, "one to what is not there");
	is(close(open("dangling", O_WRONLY | O_CREAT, 0600)), 0, "O_CREAT");
	is(links("d/new"), 1, "makes what it says");
	is(unlink("dangling"), 0, "unlink takes the link");
	is(links("d/new"), 1, "not what it says");
	symlink("/", "root");
	ok(stat("root/tmp/tree", &st) == 0 && stat("root", &st) == 0 && S_ISDIR(st.st_mode),
	   "to the root");
	fails(mkdir("root", 0700), EEXIST, "which is there");
	unlink("d/new"), unlink("d/up"), unlink("d/f"), rmdir("d");
	unlink("l"), unlink("abs"), unlink("x"), unlink("y"), unlink("root");
}

static void
renaming(void)
{
	make("a", 0600), mkdir("d", 0700), mkdir("d/e", 0700), mkdir("x", 0700);
	is(rename("a", "b"), 0, "rename");
	ok(links("a") == 0 && links("b") == 1, "moves the name");
	is(rename("b", "d/c"), 0, "into a directory");
	is(links("d/c"), 1, "where it is");
	make("b", 0600), truncate("b", 5);
	is(rename("b", "d/c"), 0, "over another file");
	ok(stat("d/c", &st) == 0 && st.st_size == 5, "which it replaces");
	fails(rename("d", "d/e/f"), EINVAL, "a directory into itself");
	fails(rename("d", "d/e"), EINVAL, "or onto what is in it");
	fails(rename("d/c", "x"), EISDIR, "a file over a directory");
	fails(rename("x", "d/c"), ENOTDIR, "a directory over a file");
	fails(rename("x", "d"), ENOTEMPTY, "over a full one");
	fails(rename("no", "y"), ENOENT, "nothing");
	fails(rename(".", "y"), EBUSY, "the current directory");
	fails(rename("d/c", "y/"), ENOTDIR, "a file to what ends with a slash");
	fails(syscall(353, -100, "d/c", -100, "x", 1), EEXIST, "RENAME_NOREPLACE");
	fails(syscall(353, -100, "d/c", -100, "x", 8), EINVAL, "no such flag");
	is(rename("d/e", "x"), 0, "a directory over an empty one");
	ok(links("d") == 2 && links("x") == 2 && links(".") == 4, "all links are right");
	is(rename("x", "d/x"), 0, "a directory moves");
	chdir("d/x");
	ok(stat("../c", &st) == 0, "and its .. with it");
	is(rename("/tmp/tree/d", "/tmp/tree/dd"), 0, "even from below");
	char buf[64];
	ok(getcwd(buf, 64) && strcmp(buf, "/tmp/tree/dd/x") == 0, "getcwd knows");
	chdir("/tmp/tree");
	is(rename("dd/c", "dd/c"), 0, "to itself");
	make("h", 0600), link("h", "i");
	is(rename("h", "i"), 0, "to another name of the same");
	is(links("h"), 2, "changes nothing");
	unlink("h"), unlink("i"), unlink("dd/c"), rmdir("dd/x"), rmdir("dd");
}

static void
rights(void)
{
	make("secret", 0600), mkdir("open", 0777), mkdir("sticky", 0777);
	chmod("open", 0777), chmod("sticky", 01777);
	make("sticky/roots", 0666);
	is(CHILD({
		   become(ALICE, ALICE);
		   fails(open("secret", O_RDONLY), EACCES, "another's file");
		   fails(make("new", 0600), EACCES, "a directory that isn't hers");
		   fails(unlink("secret"), EACCES, "to unlink in");
		   fails(chmod("secret", 0666), EPERM, "nor its mode");
		   fails(chown("secret", ALICE, -1), EPERM, "nor its owner");
		   is(make("open/hers", 0644), 0, "where all may write");
		   ok(stat("open/hers", &st) == 0 && st.st_uid == ALICE && st.st_gid == ALICE,
		      "it is hers");
		   is(chmod("open/hers", 04755), 0, "chmod of her own");
		   fails(chown("open/hers", BOB, -1), EPERM, "she can't give it away");
		   fails(chown("open/hers", -1, BOB), EPERM, "nor to a strange group");
		   is(chown("open/hers", -1, ALICE), 0, "to her own");
		   is(make("sticky/hers", 0666) + chmod("sticky/hers", 0666), 0, "in a sticky one");
		   fails(unlink("sticky/roots"), EPERM, "only what is hers");
		   fails(rename("sticky/roots", "open/x"), EPERM, "may go or move");
		   fails(rename("open/hers", "sticky/roots"), EPERM, "or be replaced");
	   }),
	   0, "a user");
	is(CHILD({
		   become(BOB, BOB);
		   fails(unlink("sticky/hers"), EPERM, "another user");
		   is(unlink("open/hers"), 0, "where all may write: all may remove");
		   is(open("sticky/hers", O_RDONLY) < 0, 0, "all may read");
		   fails(syscall(320, -100, "sticky/hers", (int[4]){1, 0, 1, 0}, 0), EPERM,
		         "times are for the owner");
		   is(syscall(320, -100, "sticky/hers", NULL, 0), 0, "but \"now\" for writers");
	   }),
	   0, "another user");
	is(umask(027), 022, "umask");
	make("masked", 0666), mkdir("maskedd", 0777);
	ok(stat("masked", &st) == 0 && (st.st_mode & 0777) == 0640, "is taken from a file's mode");
	ok(stat("maskedd", &st) == 0 && (st.st_mode & 0777) == 0750, "and a directory's");
	is(CHILD(_exit(umask(0) == 027)), 1, "a child has it");
	umask(022);
	is(chmod("masked", 06755), 0, "set-id bits");
	is(chown("masked", ALICE, -1), 0, "root gives it away");
	ok(stat("masked", &st) == 0 && (st.st_mode & 07777) == 0755 && st.st_uid == ALICE,
	   "without them");
	is(syscall(320, -100, "masked", (int[4]){1000, 5, 0, 0x3ffffffe}, 0), 0, "utimensat");
	ok(stat("masked", &st) == 0 && st.st_atime == 1000 && st.st_mtime > 1000, "and UTIME_OMIT");
	fails(syscall(320, -100, "masked", (int[4]){1, 1000000000, 1, 0}, 0), EINVAL,
	      "no such nanosecond");
	unlink("masked"), rmdir("maskedd"), unlink("sticky/hers"), unlink("sticky/roots");
	rmdir("sticky"), rmdir("open"), unlink("secret");
}

void
test(void)
{
	is(mkdir("/tmp/tree", 0755), 0, "a place to work");
	chdir("/tmp/tree");
	directories();
	reading();
	hard_links();
	symbolic_links();
	renaming();
	rights();
	chdir("/");
	is(rmdir("/tmp/tree"), 0, "left empty");
}
