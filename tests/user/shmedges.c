/* SPDX-License-Identifier: BSD-2-Clause */
/* Edges of the contract: shm_last_free, processes that sleep while a segment comes and goes, cut
 * attaches that began at one address, ipc()'s own errors, bits without a meaning, and limits and
 * rights that change while a segment is attached. */
#include "shmcalls.h"

#define A ((char *)0x60000000)
#define KEY 0x77

/* Returns the slot that the next segment gets. That slot is shm_last_free afterwards. */
static int
next_slot(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600);

	shmctl(id, IPC_RMID, NULL);
	return id & 0xffff;
}

/* Creates segments in slots 0 to 3, in order. */
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

/* A creation fails after it has slept; meanwhile slot 1 is freed. */
static void
failed_creation(void)
{
	struct shm_info info;
	int id[4];
	pid_t pid;

	four(id);
	shmctl(id[3], IPC_RMID, NULL);
	pid = SPAWN(knob("fail", "object:sleep,object:nth=1");
	            fails(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "3b.6b a creation fails"));
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

/* Checks that a refused call has left shm_last_free, which is the higher of two free slots. */
static void
kept(long result, int error, const char *name)
{
	fails(result, error, "3b.5 refused: %s", name);
	knob("fail", "\n");
	is(next_slot(), 3, "3b.5 shm_last_free stays: %s", name);
}

static void
refused(void)
{
	size_t max = procfs_number("/proc/sys/kernel/shmmax", "") & -PAGE;
	char all[16];
	int id[4];

	four(id);
	shmctl(id[1], IPC_RMID, NULL);
	shmctl(id[3], IPC_RMID, NULL);
	kept(shmget(KEY, 0, IPC_CREAT | 0600), EINVAL, "no bytes");
	kept(shmget(KEY, max + PAGE + 1, IPC_CREAT | 0600), EINVAL, "beyond shmmax");
	kept(shmget(KEY, 0xfffff001, IPC_CREAT | 0600), EINVAL, "a size that wraps");
	kept(shmget(KEY, 1, 0600), ENOENT, "no IPC_CREAT");
	kept(shmget(KEY, max, IPC_CREAT | 0600), ENOMEM, "no promise");
	knob("fail", "commit:nth=1");
	kept(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "the promise fails");
	knob("fail", "kmem:nth=1");
	kept(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "no memory for the segment");
	snprintf(all, sizeof(all), "%lu", procfs_number("/proc/sys/kernel/shmall", ""));
	knob("shmall", "3");
	kept(shmget(KEY, 2 * PAGE, IPC_CREAT | 0600), ENOMEM, "beyond shmall");
	knob("shmall", all);
	/* This call had taken the slot before it failed. */
	knob("fail", "object:nth=1");
	fails(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "3b.6b the object's memory fails");
	knob("fail", "\n");
	is(next_slot(), 1, "3b.6b shm_last_free is none, the lowest slot comes");
	none(id);
}

/* All slots are in use, so there is no shm_last_free when shmget fails with ENOSPC. */
static void
full(void)
{
	int id[128], bad = 0;

	for (int i = 0; i < 128; i++)
		bad += (id[i] = shmget(IPC_PRIVATE, 1, 0600)) < 0;
	is(bad, 0, "3b.2 all slots");
	fails(shmget(KEY, 1, IPC_CREAT | 0600), ENOSPC, "3b.2 no slot");
	invariants();
	shmctl(id[77], IPC_RMID, NULL);
	id[77] = shmget(KEY, 1, IPC_CREAT | 0600);
	is(id[77] & 0xffff, 77, "3b.4a then the only one");
	for (int i = 127; i >= 0; i--)
		for (int k = 0; k < 128; k++)
			if ((id[k] & 0xffff) == i)
				shmctl(id[k], IPC_RMID, NULL);
	is(next_slot(), 0, "3b.4a and the one that went last");
}

static void
take_away(pid_t sleeps, const char *where, int flags, int *id)
{
	until_sleeps(sleeps, where);
	*id = shmget(KEY, 1, flags);
	if (*id < 0)
		*id = -errno;
	shmctl(*id, IPC_RMID, NULL);
}

/* Two processes wait for a segment that is being created. The first to find it removes
 * it before the other one looks. */
static void
come_and_gone(int flags)
{
	int *id = shared(3 * sizeof(*id)), other;
	struct gate go;
	pid_t creator, one, two;

	gate_make(&go);
	creator = SPAWN(gate_pass(&go); knob("fail", "object:sleep"); usleep(1);
	                id[0] = shmget(KEY, 1, IPC_CREAT | 0600));
	one = SPAWN(take_away(creator, "object", flags, &id[1]));
	two = SPAWN(take_away(one, "shmget", flags, &id[2]));
	gate_open(&go);
	ending(creator), ending(one), ending(two);
	knob("fail", "\n");
	other = id[1] == id[0] ? id[2] : id[1];
	ok(id[0] > 0 && id[1] + id[2] == id[0] + other, "3a.1a one of two finds it");
	if (flags & IPC_CREAT)
		ok(other > 0 && other != id[0], "3a.1c the other makes another");
	else
		is(other, -ENOENT, "3a.1d the other finds none");
	gate_drop(&go);
	munmap(id, 3 * sizeof(*id));
}

/* Three attaches began at A. shmdt(A) ends the one that is still mapped there, and then each time
 * the one whose first page was unmapped last. */
static void
headless(void)
{
	int id[3];

	for (int i = 0; i < 3; i++) {
		id[i] = shmget(IPC_PRIVATE, (3 - i) * PAGE, 0600);
		shmat(id[i], A, i ? SHM_REMAP : 0);
	}
	for (int i = 2; i >= 0; i--) {
		is(stat_of(id[i]).shm_nattch, 1, "dt.1b attach %d is there", i);
		if (i == 2)
			is(CHILD(munmap(A, PAGE); is(shmdt(A), 0, "dt.1b a child's second");
			         is(stat_of(id[1]).shm_nattch, 1, "dt.1b is the parent's only")), 0,
			         "dt.1b a child");
		is(shmdt(A), 0, "dt.1b shmdt of where three began");
		is(stat_of(id[i]).shm_nattch, 0, "dt.1b ends attach %d", i);
		is(reads(A + (2 - i) * PAGE), SEGV, "dt.1b with what was left of it");
		if (i > 0)
			is(reads(A + (3 - i) * PAGE), 0, "dt.1b and of no other");
	}
	fails(shmdt(A), EINVAL, "dt.1b and then none");
	for (int i = 0; i < 3; i++)
		shmctl(id[i], IPC_RMID, NULL);
	next_slot();
}

/* Attaches of removed segments end together. The one at the highest
 * address is that of the lowest slot. */
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
	is(next_slot(), last, "end.1 %s: the one at the highest address went last", how);
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
by_mmap(void)
{
	mmap(A, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void
by_signal(void)
{
	kill(getpid(), SIGKILL);
}

static void
by_borrower(void)
{
	if (vfork() == 0)
		_exit(munmap(A, 4 * PAGE));
}

static void
ipc_errors(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	void *at;

	for (int v = 0; v < 4; v++) {
		int r = syscall(117, IPCOP_SHMAT | v << 16, id, 0, &at, 0, 0);

		ok(v == 1 ? r == -1 && errno == EINVAL : r == 0, "abi.5 shmat of version %d", v);
		if (r == 0)
			is(syscall(117, IPCOP_SHMDT | v << 16, 0, 0, 0, at, 0), 0,
			   "abi.5 shmdt of version %d", v);
	}
	for (unsigned v = 1; v < 0x10000; v *= 3) {
		struct shmid_ds ds;
		int other = syscall(117, IPCOP_SHMGET | v << 16, IPC_PRIVATE, PAGE, 0600, 0, 0);

		ok(other >= 0, "abi.5 shmget of version %u", v);
		is(syscall(117, IPCOP_SHMCTL | v << 16, other, IPC_STAT | IPC_64, 0, &ds, 0), 0,
		   "abi.5 shmctl of version %u", v);
		is(syscall(117, IPCOP_SHMCTL | v << 16, other, IPC_RMID, 0, 0, 0), 0,
		   "abi.5 IPC_RMID of version %u", v);
		fails(syscall(117, 99 | v << 16, 0, 0, 0, 0, 0), ENOSYS,
		      "abi.4 an unknown one of version %u", v);
	}
	fails(syscall(117, IPCOP_SHMAT, -1, 0, NULL, 0, 0), EINVAL, "abi.2 identifier, then word");
	fails(syscall(117, IPCOP_SHMAT, id, 0, NULL, 1, 0), EINVAL, "abi.2 address, then word");
	fails(syscall(117, IPCOP_SHMAT, id, 0, NULL, 0, 0), EFAULT, "abi.2 then the word");
	is(stat_of(id).shm_nattch, 0, "abi.2 nothing is attached");
	is(syscall(117, IPCOP_SHMCTL, id, SHM_LOCK, 0, 0, 0), 0, "abi.3 SHM_LOCK has no buffer");
	is(syscall(117, IPCOP_SHMCTL, id, IPC_RMID, 0, 0, 0), 0, "abi.3 nor has IPC_RMID");
}

/* A command with a bit that it does not know is an unknown command. */
static void
unknown_bits(void)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	struct shmid_ds was = stat_of(id), ds = was;

	for (int bit = 4; bit < 32; bit++)
		for (int cmd = IPC_RMID; cmd <= IPC_STAT; cmd++) {
			fails(shmctl(id, cmd | 1u << bit, &ds), EINVAL, "ctl.5 command %d, bit %d",
			      cmd, bit);
			if (1 << bit != IPC_64)
				fails(syscall(117, IPCOP_SHMCTL, id, cmd | IPC_64 | 1u << bit, 0,
				              &ds, 0),
				      EINVAL, "ctl.5 by ipc: command %d, bit %d", cmd, bit);
		}
	ds = stat_of(id);
	is(memcmp(&ds, &was, sizeof(ds)), 0, "ctl.5 nothing of it changes");
	is(shmget(KEY, PAGE, 0xfff80000 | 0600), id, "3a.5 unknown bits of a key that is there");
	shmctl(id, IPC_RMID, NULL);
}

/* -1 is no user and no group: IPC_SET refuses it, after it has checked all else. */
static void
nobody(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0644);
	struct shmid_ds was = stat_of(id), ds = was;

	sleep(1);
	ds.shm_perm.mode = 0777;
	for (int i = 0; i < 3; i++) {
		ds.shm_perm.uid = i == 1 ? ALICE : (uid_t)-1;
		ds.shm_perm.gid = i == 0 ? ALICE : (gid_t)-1;
		fails(shmctl(id, IPC_SET, &ds), EINVAL, "ctl.3f -1 as %s",
		      i == 0   ? "owner"
		      : i == 1 ? "group"
		               : "both");
	}
	CHILD(become(BOB, BOB); fails(shmctl(id, IPC_SET, &ds), EPERM, "ctl.3f EPERM first"));
	ds = stat_of(id);
	is(memcmp(&ds, &was, sizeof(ds)), 0, "ctl.3f nothing has changed, nor has ctime");
	shmctl(id, IPC_RMID, NULL);
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

/* Limits that are lowered to 0 and 1 leave existing attaches alone, and an attach keeps
 * the rights that it was made with. */
static void
under_attaches(void)
{
	static const char *const names[] = {"shmseg", "shmall", "shmmax"};
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	char *p = shmat(id, A, 0x0fff0007 & ~SHM_REMAP);

	is((long)p, (long)A, "at.5f unknown flag bits are ignored");
	for (int i = 0; i < 3; i++) {
		char was[16];

		snprintf(was, sizeof(was), "%lu",
		         procfs_number(i == 0   ? "/proc/sys/kernel/shmseg"
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
	         fails((long)shmat(id, NULL, 0), EACCES, "2.4a no new attach after setuid");
	         fails(shmctl(id, IPC_RMID, NULL), EPERM, "2.3 nor a removal");
	         is(CHILD(p[1] = 'c'), 0, "fork.1 a child has it too");
	         is(shmdt(p), 0, "dt.1 it needs no right to go")), 0,
	         "2.4a the attach of before is written to");
	ok(p[0] == 'b' && p[1] == 'c', "2.4a which is seen here");
	is(stat_of(id).shm_nattch, 1, "dt.2b and counted");
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	refused();
	failed_creation();
	full();
	come_and_gone(0600);
	come_and_gone(IPC_CREAT | 0600);
	headless();
	together("exit", by_exit);
	together("exec", by_exec);
	together("munmap", by_munmap);
	together("mmap", by_mmap);
	together("a signal", by_signal);
	together("vfork", by_borrower);
	ipc_errors();
	unknown_bits();
	nobody();
	removed();
	under_attaches();
	invariants();
}
