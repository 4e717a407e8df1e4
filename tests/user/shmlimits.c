/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=4 --append shmall=16 --append shmmax=40K --append shmseg=3 */
/* Limits that are set on the kernel's command line, and calls that
 * fail at them and use nothing up. */
#include "shmcalls.h"

static void
remove_all(int *id, int n)
{
	while (n-- > 0)
		shmctl(id[n], IPC_RMID, NULL);
}

static void
limits(const struct entrance *e)
{
	int id[5], n;
	void *at[3], *p;

	id[1] = e->get(IPC_PRIVATE, 40 << 10, 0600);
	ok(id[1] >= 0, "3b.1b %s: size == shmmax", e->name);
	fails(e->get(IPC_PRIVATE, (40 << 10) + 1, 0600), EINVAL, "3b.1b size > shmmax: EINVAL");
	id[0] = e->get(IPC_PRIVATE, 6 * PAGE, 0600);
	ok(id[0] >= 0, "3b.3a up to shmall");
	fails(e->get(IPC_PRIVATE, 1, 0600), ENOMEM, "3b.3a a page beyond: ENOMEM");
	fails(e->get(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1>3b.3 EINVAL before ENOMEM");
	p = e->at(id[0], NULL, 0);
	e->ctl(id[0], IPC_RMID, NULL);
	fails(e->get(IPC_PRIVATE, 1, 0600), ENOMEM,
	      "ctl.4h a removed segment counts while attached");
	e->dt(p);
	id[0] = e->get(IPC_PRIVATE, 5 * PAGE + 1, 0600);
	ok(id[0] >= 0, "3b.3a after its last detach it does not");
	remove_all(id, 2);

	for (n = 0; n < 4; n++)
		id[n] = e->get(IPC_PRIVATE, 1, 0600);
	ok(id[3] >= 0, "3b.2 up to shmmni");
	fails(e->get(IPC_PRIVATE, 1, 0600), ENOSPC, "3b.2 shm_nused >= shmmni: ENOSPC");
	fails(e->get(IPC_PRIVATE, 40 << 10, 0600), ENOSPC, "3b.2>3b.3 ENOSPC before ENOMEM");
	fails(e->get(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1>3b.2 EINVAL before ENOSPC");
	is(e->ctl(id[2], IPC_RMID, NULL), 0, "ctl.4e one less");
	id[2] = e->get(IPC_PRIVATE, 1, 0600);
	is(id[2] & 0xffff, 2, "ctl.4e its slot again");

	for (n = 0; n < 3; n++)
		at[n] = e->at(id[0], NULL, 0);
	ok(at[2] != NO_ADDR, "at.3 up to shmseg");
	fails((long)e->at(id[0], (void *)1, 0), EMFILE, "at.3>at.4 EMFILE before EINVAL(addr)");
	fails((long)e->at(id[1], NULL, 0), EMFILE, "at.3 whichever segment");
	is(CHILD(fails((long)e->at(id[1], NULL, 0), EMFILE, "at.3 the child's table is as full")),
	               0, "fork.1 with all attaches");
	e->dt(at[1]);
	at[1] = e->at(id[1], NULL, 0);
	ok(at[1] != NO_ADDR, "at.3 room again after shmdt");
	for (n = 0; n < 3; n++)
		e->dt(at[n]);
	is(stat_of(id[0]).shm_nattch + stat_of(id[1]).shm_nattch, 0, "at.7b refusals left nothing");
	remove_all(id, 4);
}

/* Calls fail 40,000 times; the test's end checks that no page is lost. */
static void
failures(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600), bad = 0;
	char *p = shmat(id, NULL, 0);

	for (int i = 0; i < 10000; i++) {
		bad += shmat(id, p + PAGE, 0) != NO_ADDR;
		bad += shmat(id, p + 1, 0) != NO_ADDR;
		bad += shmat(id + 0x10000, NULL, 0) != NO_ADDR;
		bad += shmget(IPC_PRIVATE, 41 << 10, 0600) >= 0;
	}
	is(bad, 0, "at.7b 40,000 failures");
	is(stat_of(id).shm_nattch, 1, "at.7b none counted");
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
}

/* Eight processes create segments at once, in four slots: four of them get one. */
static void
race(void)
{
	int *id = shared(8 * sizeof(*id)), won = 0, full = 0;
	struct gate start;
	pid_t pid[8];

	gate_make(&start);
	for (int n = 0; n < 8; n++)
		pid[n] = SPAWN(gate_pass(&start); id[n] = shmget(IPC_PRIVATE, 1, 0600);
		               if (id[n] < 0) id[n] = -errno);
	for (int n = 0; n < 8; n++)
		gate_open(&start);
	for (int n = 0; n < 8; n++) {
		ending(pid[n]);
		won += id[n] >= 0;
		full += id[n] == -ENOSPC;
	}
	ok(won == 4 && full == 4, "3b.2 eight creators, four slots: 4 identifiers, 4 ENOSPC");
	for (int n = 0; n < 8; n++)
		shmctl(id[n], IPC_RMID, NULL);
	gate_drop(&start);
}

void
test(void)
{
	is(procfs_number("/proc/sys/kernel/shmmni", ""), 4, "1.4 shmmni= is heard");
	is(procfs_number("/proc/sys/kernel/shmall", ""), 16, "1.4 shmall= is heard");
	is(procfs_number("/proc/sys/kernel/shmmax", ""), 40 << 10, "1.4 shmmax= is heard");
	is(procfs_number("/proc/sys/kernel/shmseg", ""), 3, "1.4 shmseg= is heard");
	for (EACH_ENTRANCE(e))
		limits(e);
	failures();
	race();
	invariants();
}
