/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of the life of an attach: what fork, exec and exit do to it, what becomes
 * of a segment that is removed, and of an attach that is split.
 */
#include "shmlook.h"

/* Shows whether a detach has been recorded, and the kernel's own check. */
static void
stat_more(int id)
{
	struct shmid_ds ds;
	char text[8] = "";
	int fd = open("/proc/sysvipc/check", O_RDONLY);

	stat(id);
	if (shmctl(id, IPC_STAT, &ds) == 0)
		see("  detached %s", ds.shm_dtime ? "once" : "never");
	read(fd, text, sizeof(text) - 1);
	close(fd);
	see("  the kernel's own check: %s", strcmp(text, "ok\n") == 0 ? "ok" : "not ok");
}

/* Attaches each of n segments at up to two places. */
static void
make(int *id, int n)
{
	for (int i = 0; i < n; i++) {
		id[i] = get(i + 1, 1 + any(4 * PAGE), IPC_CREAT | 0600);
		at(id[i], PLACE(2 * i), any(2) ? 0 : SHM_RDONLY);
		if (any(2))
			at(id[i], PLACE(2 * i + 1), 0);
	}
}

/* What a child does with the attaches that it has inherited. */
static void
inherits(const int *id)
{
	see("the child:");
	look_around();
	for (int i = 0; i < 6; i++)
		see("place %d: %s", i, writable(PLACE(i)) ? "written" : "not written");
	dt(PLACE(any(6)));
	dt(PLACE(any(6)));
	stat_more(id[any(3)]);
}

static void
inherited(void)
{
	int id[3];
	struct gate go;
	pid_t pid;

	make(id, 3);
	gate_make(&go);
	pid = SPAWN(gate_pass(&go); inherits(id); gate_pass(&go); _exit(7));
	for (int i = 0; i < 3; i++)
		stat_more(id[i]);
	gate_open(&go);
	until_state(pid, 'S');
	for (int i = 0; i < 3; i++)
		stat_more(id[i]);
	gate_open(&go);
	see("it ends with %d", ending(pid));
	for (int i = 0; i < 3; i++)
		stat_more(id[i]);
	/* A generation further. */
	see("grandchildren: %d",
	    CHILD(if (fork() == 0) { stat(id[0]); _exit(0); } wait(NULL); stat(id[1]); _exit(3)));
	stat_more(id[any(3)]);
}

static void
ends(void)
{
	int id[3];
	static const char *const argv[] = {"true", NULL}, *const bad[] = {"nothing", NULL};
	struct gate go;

	make(id, 3);
	gate_make(&go);
	for (int i = 0; i < 5; i++) {
		pid_t pid = 0;

		switch (any(5)) {
		case 0:
			see("exit: %d", CHILD(_exit((int)any(100))));
			break;
		case 1:
			pid = SPAWN(pause());
			kill(pid, SIGKILL);
			see("killed: %d", ending(pid));
			break;
		case 2:
			see("a fault: %d", CHILD(*(volatile char *)PLACE(20) = 1));
			break;
		case 3:
			see("exec: %d",
			    CHILD(execve("/bin/true", (char **)argv, (char **)argv + 1)));
			break;
		case 4:
			see("exec that fails: %d",
			    CHILD(execve("/bin/nothing", (char **)bad, (char **)bad + 1);
			          stat_more(id[any(3)])));
			break;
		}
		for (int k = 0; k < 3; k++)
			stat_more(id[k]);
		if (any(2))
			dt(PLACE(any(6)));
	}
}

static void
removed(void)
{
	int id[3], next[3], children = 0;
	struct gate go;

	gate_make(&go);
	make(id, 3);
	for (int i = 0; i < 3; i++) {
		if (any(2))
			SPAWN(gate_pass(&go)), children++;
		rm(id[i]);
		stat_more(id[i]);
		rm(id[i]);
		at(id[i], PLACE(7), 0);
		next[i] = get(i + 1, 100, IPC_CREAT | IPC_EXCL | 0600);
		see("what it held: %s", writable(PLACE(2 * i + 1)) ? "is there" : "is not there");
	}
	for (; children > 0; children--) {
		gate_open(&go);
		wait(NULL);
	}
	see("segments: %u", count_segments());
	for (int i = 0; i < 8; i++)
		dt(PLACE(any(6)));
	see("segments: %u", count_segments());
	look_around();
	for (int i = 0; i < 6; i++)
		dt(PLACE(i));
	get(IPC_PRIVATE, 1, 0600);
	get(IPC_PRIVATE, 1, 0600);
	for (int i = 0; i < 3; i++)
		stat_more(next[i]);
}

/* Attaches that begin at one address, and have lost the page there one after the other. */
static void
headless(void)
{
	int id[3], n = 2 + (int)any(2);

	for (int i = 0; i < n; i++) {
		unsigned pages = 2 * (unsigned)(n - i);

		id[i] = get(10 + i, pages * PAGE, IPC_CREAT | 0600);
		at(id[i], PLACE(4), 0);
		see("its first pages go: %s", error(munmap(PLACE(4), (pages - 1) * PAGE)));
		look_around();
	}
	for (int i = 0; i <= n; i++) {
		dt(PLACE(4));
		look_around();
		for (int k = 0; k < n; k++)
			stat_more(id[k]);
	}
}

/* munmap, mprotect and SHM_REMAP of parts. */
static void
pieces(void)
{
	int id[2];

	for (int i = 0; i < 2; i++) {
		id[i] = get(i + 1, (3 + any(5)) * PAGE, IPC_CREAT | 0600);
		at(id[i], PLACE(i), 0);
	}
	for (int i = 0; i < 30; i++) {
		char *place = PLACE(any(3)) + any(7) * PAGE;
		unsigned len = (1 + any(3)) * PAGE;

		switch (any(7)) {
		case 0:
		case 1:
			see("munmap(%p, %u): %s", (void *)place, len, error(munmap(place, len)));
			break;
		case 2:
			see("mprotect(%p, %u): %s", (void *)place, len,
			    error(mprotect(place, len, any(2) ? PROT_READ : RW)));
			break;
		case 3:
			at(id[any(2)], PLACE(any(3)) + any(3) * PAGE, any(2) ? SHM_REMAP : 0);
			break;
		case 4:
			dt(any(2) ? place : PLACE(any(3)));
			break;
		case 5:
			see("a child ends with %d",
			    CHILD(look_around(); dt(PLACE(any(3))); stat_more(id[any(2)])));
			break;
		case 6:
			look_around();
			break;
		}
		stat_more(id[any(2)]);
	}
	for (int i = 0; i < 3; i++)
		for (int page = 0; page < 8; page++)
			if (shmdt(PLACE(i) + page * PAGE) == 0)
				see("an attach began at page %d of place %d", page, i);
	look_around();
	stat_more(id[0]);
	stat_more(id[1]);
	headless();
}

static void
some_lives(void)
{
	int id[3];

	make(id, 3);
	for (int i = 0; i < 6; i++)
		munmap(PLACE(i) + any(4) * PAGE, (1 + any(2)) * PAGE);
	CHILD(dt(PLACE(any(6))); CHILD(dt(PLACE(any(6)))));
	for (int i = 0; i < 3; i++)
		rm(id[i]);
	if (any(2))
		dt(PLACE(0));
}

static void
left_over(void)
{
	unsigned long frames, promised;

	for (int i = 0; i < 2; i++) {
		frames = procfs_number("/proc/meminfo", "MemFree");
		promised = procfs_number("/proc/meminfo", "Committed_AS");
		see("some lives: %d", CHILD(some_lives()));
	}
	see("KiB lost: %ld, promised: %ld",
	    (long)(frames - procfs_number("/proc/meminfo", "MemFree")),
	    (long)(procfs_number("/proc/meminfo", "Committed_AS") - promised));
	see("segments: %u", count_segments());
}

const struct subject subjects[] = {{"inherited", inherited}, {"ends", ends},
                                   {"removed", removed},     {"pieces", pieces},
                                   {"left", left_over},      {NULL, NULL}};
