/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shm_allow_removed=1 --append shmmni=32768 --append shmseg=4096 */
/* The kernel's command line sets its options to their greatest
 * values: spec-shm.md parts 1 and 5. */
#include "shmcalls.h"

/* Each of 18 processes has a full table of attaches of one segment: 73,728 attaches in all. */
static void
many(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600), n = 0;
	char *p = shmat(id, NULL, 0);
	struct gate go;
	pid_t pid[17];

	while (shmat(id, NULL, 0) != NO_ADDR)
		n++;
	is(n, 4095, "1.4 a process has up to 4096 attaches");
	gate_make(&go);
	for (int i = 0; i < 17; i++)
		pid[i] = SPAWN(gate_pass(&go));
	is(stat_of(id).shm_nattch, 18 * 4096, "1.6 nattch has more than 16 bits");
	shmctl(id, IPC_RMID, NULL);
	for (int i = 0; i < 17; i++)
		gate_open(&go);
	for (int i = 0; i < 17; i++)
		ending(pid[i]);
	is(stat_of(id).shm_nattch, 4096, "1.6 and counts down again");
	p[0] = 'p';
	is(p[0], 'p', "1.6 the memory is still there");
	gate_drop(&go);
}

void
test(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600), next;
	char *p = shmat(id, NULL, 0);

	is(procfs_number("/proc/sys/kernel/shmmni", ""), 32768, "1.4 shmmni=32768");
	is(procfs_number("/proc/sys/kernel/shmseg", ""), 4096, "1.4 shmseg=4096");
	is(procfs_number("/proc/sys/kernel/shm_allow_removed", ""), 1,
	   "allow.1 from the command line");
	shmctl(id, IPC_RMID, NULL);
	is(stat_of(id).shm_perm.mode, SHM_DEST | 0600, "allow.3 from the start");
	is(shmctl(id, IPC_RMID, NULL), 0, "allow.4 from the start");
	is(CHILD(ok(shmat(id, NULL, 0) != NO_ADDR, "allow.2 from the start")), 0,
	         "allow.2 a child");
	shmdt(p);
	fails(shmctl(id, IPC_RMID, NULL), EINVAL, "allow.5 freed with its last attach");
	next = shmget(IPC_PRIVATE, 1, 0600);
	is(next & 0xffff, id & 0xffff, "allow.5 and its slot is the next");
	shmctl(next, IPC_RMID, NULL);
	invariants();
	is(CHILD(many()), 0, "1.6 a child");
	is(count_segments(), 0, "exit.5 4096 attaches end at once");
}
