/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what to whose files, row by row as in docs/abi.md: when set-id bits are cleared, who
 * may set them, and whose times and owners a process may change.
 */
#include "tap.h"
#include <sys/stat.h>

#define SETPRIORITY 97
#define UTIMENSAT 320

static int
mode_of(const char *path)
{
	struct stat st = {.st_mode = 0};

	stat(path, &st);
	return st.st_mode & 07777;
}

static void
make(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0 || chown(path, uid, gid) != 0 ||
	    chmod(path, mode) != 0)
		bail("a file cannot be made");
}

/* A change of the content clears the set-id bits, but the set-group-ID bit of a file that its group
 * cannot execute only if whoever changes it is not in the group. */
static void
changed_content(void)
{
	static const struct {
		mode_t before, stranger, member;
	} rows[] = {{06777, 0777, 0777}, {06767, 0767, 02767}, {04766, 0766, 0766}};
	unsigned i;

	for (i = 0; i < 3; i++) {
		make("f", rows[i].before, 0, 0);
		CHILD(become(ALICE, ALICE); is(truncate("f", 9), 0, "a stranger's truncate");
		      is(mode_of("f"), rows[i].stranger, "takes the bits of %o", rows[i].before));
		make("f", rows[i].before, 0, ALICE);
		CHILD(become(ALICE, ALICE); is(truncate("f", 9), 0, "a member's truncate");
		      is(mode_of("f"), rows[i].member, "takes those of %o", rows[i].before));
		make("f", rows[i].before, 0, 0);
		is(truncate("f", 9), 0, "root's truncate");
		is(mode_of("f"), rows[i].before, "takes none of %o", rows[i].before);
	}
	unlink("f");
}

static void
owners(void)
{
	make("f", 06755, ALICE, 0);
	CHILD(become(ALICE, ALICE); fails(chown("f", BOB, -1), EPERM, "nobody gives a file away");
	      fails(chown("f", -1, BOB), EPERM, "nor to a group that she is not in");
	      is(mode_of("f"), 06755, "and the bits stay");
	      is(chown("f", -1, ALICE), 0, "to her own group she does");
	      is(mode_of("f"), 0755, "and the bits go"));
	make("f", 0644, ALICE, 0);
	CHILD(become(ALICE, ALICE); is(chmod("f", 02755), 0, "chmod with a bit that isn't hers");
	      is(mode_of("f"), 0755, "is taken without it"));
	unlink("f");
}

/* A new file in a set-group-ID directory gets the directory's group. Only a member of that group
 * can create it with the set-group-ID bit. */
static void
born(void)
{
	mode_t mask = umask(0);

	mkdir("d", 0777), chown("d", 0, BOB), chmod("d", 02777);
	CHILD(become(ALICE, ALICE); close(open("d/f", O_WRONLY | O_CREAT, 02777));
	      is(mode_of("d/f"), 0777, "a stranger's program has not the group's rights");
	      mkdir("d/e", 0777); is(mode_of("d/e"), 02777, "a directory passes the bit on");
	      unlink("d/f"); rmdir("d/e"));
	CHILD(become(ALICE, BOB); close(open("d/f", O_WRONLY | O_CREAT, 02777));
	      is(mode_of("d/f"), 02777, "a member's has"); unlink("d/f"));
	rmdir("d");
	umask(mask);
}

static void
times(void)
{
	const int32_t then[4] = {1, 0, 2, 0};

	make("open", 0666, 0, 0), make("closed", 0644, 0, 0);
	CHILD(become(ALICE, ALICE);
	      is(syscall(UTIMENSAT, AT_FDCWD, "open", NULL, 0), 0, "now: whoever may write");
	      fails(syscall(UTIMENSAT, AT_FDCWD, "open", then, 0), EPERM, "then: the owner only");
	      fails(syscall(UTIMENSAT, AT_FDCWD, "closed", NULL, 0), EACCES, "now, but not hers"));
	unlink("open"), unlink("closed");
}

/* A user may not change the priority of a process of hers that can become root again. */
static void
priority(void)
{
	struct gate ready;
	pid_t pid;

	gate_make(&ready);
	pid = SPAWN(if (setresuid(ALICE, ALICE, 0) != 0) _exit(1); gate_open(&ready);
	            for (;;) pause(););
	gate_pass(&ready);
	CHILD(become(ALICE, ALICE); fails(syscall(SETPRIORITY, 0, pid, 5), EPERM,
	                                  "who can be root again keeps its priority"));
	kill(pid, SIGKILL);
	is(ending(pid), KILLED(SIGKILL), "and ends");
	gate_drop(&ready);
}

/* ---- Changes of the content, one by one ---- */

static mode_t
mode_after(mode_t before, uid_t user, int (*change)(const char *))
{
	static const char path[] = "/tmp/setid";
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	write(fd, "text", 4);
	close(fd);
	chmod(path, before);
	if (CHILD(become(user, user); _exit(change(path) < 0)) != 0)
		bail("a change to a file");
	stat(path, &st);
	unlink(path);
	return st.st_mode & 07777;
}

static int
by_write(const char *path)
{
	return write(open(path, O_WRONLY), "x", 1);
}

static int
by_truncate(const char *path)
{
	return truncate(path, 4);
}

static int
by_ftruncate(const char *path)
{
	return ftruncate(open(path, O_WRONLY), 9);
}

static int
by_open(const char *path)
{
	return open(path, O_WRONLY | O_TRUNC);
}

static int
by_nothing(const char *path)
{
	write(open(path, O_WRONLY), "x", 0);
	return open(path, O_RDWR);
}

static int
by_chown(const char *path)
{
	return chown(path, -1, -1);
}

static void
set_id_files(void)
{
	static const struct {
		const char *name;
		int (*change)(const char *);
	} ways[] = {{"write", by_write},
	            {"truncate", by_truncate},
	            {"ftruncate", by_ftruncate},
	            {"O_TRUNC", by_open}};
	unsigned i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		is(mode_after(06777, ALICE, ways[i].change), 0777, "set-id bits: gone by %s",
		   ways[i].name);
		is(mode_after(06767, ALICE, ways[i].change), 0767,
		   "set-id bits: also set-group-ID without x of another's group, %s", ways[i].name);
		is(mode_after(06777, 0, ways[i].change), 06777,
		   "set-id bits: root's %s leaves them", ways[i].name);
	}
	is(mode_after(06777, ALICE, by_nothing), 06777, "set-id bits: what changes nothing");
	is(mode_after(06777, 0, by_chown), 0777, "set-id bits: gone by root's chown");
}

void
test(void)
{
	changed_content();
	owners();
	born();
	times();
	priority();
	set_id_files();
}
