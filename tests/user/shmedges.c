/* SPDX-License-Identifier: BSD-2-Clause */
/* Edges of the contract: shm_last_free, ipc()'s own errors, limits and rights that change
 * under attaches, the heap and the stack beside an attach. */
#include "shmcalls.h"

#define A ((char *)0x60000000)

/* The next segment's slot; nothing is left of it but that its slot is shm_last_free. */
static int
next_slot(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600);

	shmctl(id, IPC_RMID, NULL);
	return id & 0xffff;
}

/* Slots 0 to 3 are in use, in order. */
static void
four(int id[4])
{
	next_slot();
	for (int i = 0; i < 4; i++)
		id[i] = shmget(IPC_PRIVATE, PAGE, 0600);
}

static void
none(int id[4])
{
	for (int i = 3; i >= 0; i--)
		shmctl(id[i], IPC_RMID, NULL);
}

/* The creation fails after its sleep; meanwhile slot 1 becomes FREE. */
static void
failed_creation(void)
{
	struct shm_info info;
	int id[4];
	pid_t pid;

	four(id);
	shmctl(id[3], IPC_RMID, NULL);
	pid = SPAWN(knob("fail", "object:sleep,object:nth=1");
	            fails(shmget(0x77, 1, IPC_CREAT | 0600), ENOMEM, "3b.6b a creation fails"));
	do {
		sched_yield();
		shmctl(0, SHM_INFO, (void *)&info);
	} while (info.used_ids < 4);
	shmctl(id[1], IPC_RMID, NULL);
	ending(pid);
	knob("fail", "\n");
	is(next_slot(), id[1] & 0xffff, "3b.6b shm_last_free is what was freed meanwhile");
	none(id);
}

/* Attaches of removed segments that end together, the highest in the lowest slot. */
static void
together(const char *how, void (*end)(void))
{
	int id[4], last;

	four(id);
	last = id[0] & 0xffff;
	pid_t pid = SPAWN(for (int i = 0; i < 4; i++) {
		shmat(id[i], A + (3 - i) * PAGE, 0);
		shmctl(id[i], IPC_RMID, NULL);
	} end());
	ending(pid);
	is(count_segments(), 0, "exit.5 %s: all are gone", how);
	is(next_slot(), last, "dt.3b %s: the one at the highest address went last", how);
}

static void
by_exit(void)
{
	_exit(0);
}

static void
by_exec(void)
{
	execl("/bin/true", "true", NULL);
}

static void
by_munmap(void)
{
	munmap(A, 4 * PAGE);
}

static void
ipc_errors(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	void *at;

	for (int v = 0; v < 4; v++) {
		int r = syscall(117, IPCOP_SHMAT | v << 16, id, 0, &at, 0, 0);

		ok(v == 1 ? r == -1 && errno == EINVAL : r == 0, "abi.1 shmat of version %d", v);
		if (r == 0)
			is(syscall(117, IPCOP_SHMDT | v << 16, 0, 0, 0, at, 0), 0,
			   "abi.1 shmdt of version %d", v);
	}
	fails(syscall(117, IPCOP_SHMAT, -1, 0, NULL, 0, 0), EINVAL, "abi.2 identifier, then word");
	fails(syscall(117, IPCOP_SHMAT, id, 0, NULL, 1, 0), EINVAL, "abi.2 address, then word");
	fails(syscall(117, IPCOP_SHMAT, id, 0, NULL, 0, 0), EFAULT, "abi.2 then the word");
	is(stat_of(id).shm_nattch, 0, "abi.2 nothing is attached");
	is(syscall(117, IPCOP_SHMCTL, id, SHM_LOCK, 0, 0, 0), 0, "abi.3 SHM_LOCK has no buffer");
	is(syscall(117, IPCOP_SHMCTL, id, IPC_RMID, 0, 0, 0), 0, "abi.3 nor has IPC_RMID");
}

static void
removed(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	char *p = shmat(id, NULL, 0);
	struct shmid_ds ds = stat_of(id);

	shmctl(id, IPC_RMID, NULL);
	ds.shm_perm.uid = ALICE;
	ds.shm_perm.mode = 0640;
	fails(shmctl(id, IPC_SET, &ds), EINVAL, "ctl.4g IPC_SET of a removed segment");
	knob("shm_allow_removed", "1");
	is(shmctl(id, IPC_SET, &ds), 0, "allow.2 1: IPC_SET works on it");
	ds = stat_of(id);
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.mode == 01640, "allow.3 and it stays removed");
	is(shmctl(id, SHM_LOCK, NULL), 0, "allow.2 1: SHM_LOCK does");
	is(shmctl(id, SHM_UNLOCK, NULL), 0, "allow.2 1: SHM_UNLOCK does");
	shmdt(p);
	is(count_segments(), 0, "allow.5 its last detach ends it");
	knob("shm_allow_removed", "0");
}

/* Limits of 0 and 1 take nothing away; an attach keeps the rights it was made with. */
static void
under_attaches(void)
{
	static const char *const names[] = {"shmseg", "shmall", "shmmax"};
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	char *p = shmat(id, A, 0x0fff0007 & ~SHM_REMAP);

	is((long)p, (long)A, "at.4c unknown flag bits are ignored");
	for (int i = 0; i < 3; i++) {
		char was[16];

		snprintf(was, sizeof(was), "%lu",
		         proc_number(i == 0   ? "/proc/sys/kernel/shmseg"
		                     : i == 1 ? "/proc/sys/kernel/shmall"
		                              : "/proc/sys/kernel/shmmax",
		                     ""));
		for (int n = 0; n < 2; n++) {
			is(knob(names[i], n ? "1" : "0"), 0, "proc.5 %s is %d", names[i], n);
			ok(i == 0 ? shmat(id, NULL, 0) == NO_ADDR && errno == EMFILE
			          : shmget(IPC_PRIVATE, 2 * PAGE, 0600) == -1,
			   "proc.5 new use is refused");
			is(writes(p), 0, "proc.5 what is attached stays");
			is(CHILD(_exit(shmdt(p))), 0, "proc.5 forks and detaches");
		}
		knob(names[i], was);
	}
	is(CHILD(become(BOB, BOB); p[0] = 'b';
	         fails((long)shmat(id, NULL, 0), EACCES, "2.4a no new attach after setuid")), 0,
	         "2.4a the attach of before is written to");
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	failed_creation();
	together("exit", by_exit);
	together("exec", by_exec);
	together("munmap", by_munmap);
	ipc_errors();
	removed();
	under_attaches();
	invariants();
}
