/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells a right kernel from a wrong one: exits with 0 on a right one, and with 1 on a wrong one. */
#include "look.h"

/* Your defects are drawn by this name. */
#define NAME "reference"

#define PLACE ((char *)0x60000000)

/* Ends the program unless what a right kernel does has happened. */
static void
must(int good, const char *what)
{
	if (good)
		return;
	see("wrong: %s", what);
	exit(1);
}

static void
addresses(int id)
{
	char *a = shmat(id, PLACE, 0);

	must(a == PLACE && shmat(id, PLACE, 0) == NO_ADDR, "two attaches at one address");
	must(shmdt(a) == 0, "a detach");
	a = shmat(id, NULL, SHM_RDONLY);
	must(mprotect(a, PAGE, PROT_READ | PROT_WRITE) == -1, "a read-only attach made writable");
	shmdt(a);
}

static void
ends(int id)
{
	char *a = shmat(id, PLACE, 0);
	pid_t pid = SPAWN(shmdt(a));

	must(ending(pid) == 0 && stat_of(id).shm_lpid == pid, "the last to detach is the child");
	munmap(a, 3 * PAGE);
	must(stat_of(id).shm_nattch == 0, "munmap ends an attach");
	a = shmat(id, PLACE, 0);
	munmap(a + PAGE, PAGE);
	must(stat_of(id).shm_nattch == 1, "a part of an attach is left");
	munmap(a, PAGE);
	munmap(a + 2 * PAGE, PAGE);
	must(stat_of(id).shm_nattch == 0, "no part is left");
}

static void
users(int id)
{
	struct shmid_ds ds = stat_of(id);

	must(CHILD(become(BOB, BOB); _exit(shmget(7, 0, 0400) == -1)) == 1, "a key of root's");
	ds.shm_perm.uid = ALICE;
	ds.shm_perm.mode = 0006;
	must(shmctl(id, IPC_SET, &ds) == 0, "IPC_SET");
	must(CHILD(become(ALICE, ALICE); _exit(shmat(id, NULL, SHM_RDONLY) == NO_ADDR)) == 1,
	           "the owner's bits are the owner's only ones");
	ds.shm_perm.uid = -1;
	must(shmctl(id, IPC_SET, &ds) == -1, "nobody is an owner");
}

static void
mine(void)
{
	int id = shmget(7, 3 * PAGE - 100, IPC_CREAT | 0600), next;

	must(id >= 0 && stat_of(id).shm_segsz == 3 * PAGE - 100, "the size");
	addresses(id);
	ends(id);
	users(id);
	shmctl(id, IPC_RMID, NULL);
	next = shmget(7, PAGE, IPC_CREAT | 0600);
	must(shmctl(id, IPC_RMID, NULL) == -1, "an identifier of a removed segment");
	shmctl(next, IPC_RMID, NULL);
}

const struct subject subjects[] = {{"mine", mine}, {NULL, NULL}};
