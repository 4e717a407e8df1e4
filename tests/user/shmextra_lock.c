/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHM_LOCK of a large segment sleeps while it works. Meanwhile the segment is removed, and after
 * 32,768 uses of its slot another segment has its identifier.
 */
#include "shmcalls.h"

#include <sched.h>

/* run: --mem 1536 */

#define SIZE (1200u << 20)
#define REUSES 32768

static struct {
	int begun, ended, error;
} * locker;

static void
lock(int id)
{
	become(BOB, BOB);
	locker->begun = 1;
	locker->error = shmctl(id, SHM_LOCK, NULL) < 0 ? errno : 0;
	locker->ended = 1;
}

void
test(void)
{
	struct shmid_ds ds = {.shm_perm = {.uid = BOB, .gid = BOB, .mode = 0666}};
	int id = shmget(IPC_PRIVATE, SIZE, 0666), next = -1, i;
	pid_t pid;

	locker = shared(sizeof(*locker));
	shmctl(id, IPC_SET, &ds);
	pid = SPAWN(lock(id));
	while (!locker->begun)
		sched_yield();
	sched_yield();
	is(locker->ended, 0, "lock.3 others run while the pages are filled");
	is(shmctl(id, IPC_RMID, NULL), 0, "lock.5 it is removed meanwhile");
	for (i = 0; i < REUSES; i++) {
		next = shmget(IPC_PRIVATE, 1, 0600);
		if (next == id)
			break;
		shmctl(next, IPC_RMID, NULL);
	}
	is(next, id, "lock.5 another has its identifier");
	is(locker->ended, 0, "lock.5 and the lock is not done yet");
	waitpid(pid, NULL, 0);
	is(locker->error, EINVAL, "lock.5 then there is nothing to lock");
	is(stat_of(next).shm_perm.mode, 0600, "lock.2 the other one is not touched");
	shmctl(next, IPC_RMID, NULL);
}
