/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shmlife: shows the life of one shared segment, step by step. Checks each step's description
 * against the kernel's behaviour, and exits with status 1 if one is not true.
 */
#include <errno.h>
#include <procfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 8192

static int step, failed, id;

static void
expect(int ok, const char *what)
{
	if (!ok) {
		printf("     *** not as described: %s (%s)\n", what, strerror(errno));
		failed = 1;
	}
}

static _Noreturn void
fail(const char *call)
{
	fprintf(stderr, "shmlife: ");
	perror(call);
	exit(1);
}

static void
tell(const char *what)
{
	printf("\n%2d.  %s\n", ++step, what);
}

/* Draws who has the segment attached: us is true for the parent, them for the child. */
static void
draw(int us, int them, unsigned nattch)
{
	struct shmid_ds ds;

	expect(shmctl(id, IPC_STAT, &ds) == 0, "IPC_STAT");
	expect(ds.shm_nattch == nattch, "nattch");
	expect(ds.shm_segsz == SIZE, "size");
	printf("\n        parent %5d  %s", getpid(), us ? "--->" : "    ");
	printf(" +-----------------+ %s\n", them ? "<---  child" : "");
	printf("                           | segment %7d |\n", id);
	printf("                           +-----------------+   nattch %u\n",
	       (unsigned)ds.shm_nattch);
}

/* Returns how many attaches the removed segment has, or 0 if it has been freed. The identifier is
 * no longer valid for shmctl, but the list shows it until it is freed. */
static unsigned
listed(void)
{
	FILE *list = shm_list();
	struct shm_line s;
	unsigned found = 0;

	while (shm_next(list, &s)) {
		if (s.id == id && s.perms & SHM_DEST)
			found = s.nattch;
	}
	if (list)
		fclose(list);
	return found;
}

/* Lets the other process continue by a byte on pipe `to`, and waits for its byte on pipe `from`;
 * -1 stands for no pipe. */
static void
turn(int to, int from)
{
	char c = 0;

	fflush(stdout);
	if (to >= 0)
		expect(write(to, &c, 1) == 1, "write to a pipe");
	if (from >= 0)
		expect(read(from, &c, 1) == 1, "read from a pipe");
}

static _Noreturn void
child(char *m, int in, int out)
{
	turn(-1, in);
	printf("     child reads: \"%s\"\n", m);
	expect(strcmp(m, "written by the parent") == 0, "the child sees the parent's text");
	strcpy(m, "answered by the child");
	turn(out, in);
	expect(shmdt(m) == 0, "shmdt in the child");
	turn(out, -1);
	exit(failed);
}

int
main(void)
{
	int to_child[2], to_parent[2], status;
	struct shmid_ds ds;
	pid_t pid;
	char *m;

	tell("shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600): two pages, not attached yet");
	id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	if (id < 0 || pipe(to_child) < 0 || pipe(to_parent) < 0)
		fail("shmget");
	draw(0, 0, 0);

	tell("shmat: the parent attaches it; the kernel chooses where");
	m = shmat(id, NULL, 0);
	if (m == (void *)-1)
		fail("shmat");
	printf("     the address is %p\n", (void *)m);
	draw(1, 0, 1);

	tell("first read and write: new memory is zero, frames are allocated on touch");
	for (int i = 0; i < SIZE; i++) {
		if (m[i])
			expect(0, "new memory reads as zero");
	}
	strcpy(m, "written by the parent");
	printf("     parent writes: \"%s\"\n", m);

	tell("fork: the child inherits the attach, at the same address");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		child(m, to_child[0], to_parent[1]);
	draw(1, 1, 2);

	tell("the child reads and answers: both see the same page, nothing is copied");
	turn(to_child[1], to_parent[0]);
	printf("     parent reads: \"%s\"\n", m);
	expect(strcmp(m, "answered by the child") == 0, "the parent sees the child's text");

	tell("shmdt in the child: only the parent is left");
	turn(to_child[1], to_parent[0]);
	draw(1, 0, 1);
	wait(&status);
	expect(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	       "the child found everything as described");

	tell("shmctl(IPC_RMID) while attached: the id is invalid now, the memory stays");
	expect(shmctl(id, IPC_RMID, NULL) == 0, "IPC_RMID");
	printf("     parent still reads: \"%s\"; nattch %u\n", m, listed());
	expect(listed() == 1, "it is listed as removed and attached once");
	expect(strcmp(m, "answered by the child") == 0, "the memory is still there");

	tell("shmdt by the parent, the last: the segment is freed");
	expect(shmdt(m) == 0, "shmdt");
	expect(listed() == 0, "it is no longer listed");
	expect(shmctl(id, IPC_STAT, &ds) < 0 && errno == EINVAL, "the identifier is dead");
	printf("     shmctl(%d, IPC_STAT): %s\n", id, strerror(errno));

	printf("\n%s\n", failed ? "Something did not happen as described."
	                        : "Everything happened as described.");
	return failed;
}
