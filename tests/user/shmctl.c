/* SPDX-License-Identifier: BSD-2-Clause */
/* shmctl: spec-shm.md part 3, in the order of its errors. */
#include "shmcalls.h"

#include <time.h>

#define BAD ((struct shmid_ds *)0xc0000000)
#define KEY 0x77

static const struct entrance *e;

static void
identifiers(int id)
{
	static const int bad[] = {-1, 0, 1, 99999, 0x7fffffff};
	int gone = e->get(IPC_PRIVATE, 1, 0600), wrong = 0;

	e->ctl(gone, IPC_RMID, NULL);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fails(e->ctl(bad[i], IPC_STAT, BAD), EINVAL, "ctl.1a %s: stat of %d", e->name,
		      bad[i]);
		fails(e->ctl(bad[i], IPC_RMID, NULL), EINVAL, "ctl.1a removal of %d", bad[i]);
	}
	for (int cmd = 0; cmd < 99; cmd++)
		if (cmd != IPC_INFO && (cmd < SHM_STAT || cmd > SHM_STAT_ANY))
			wrong += e->ctl(gone, cmd, BAD) != -1 || errno != EINVAL;
	is(wrong, 0, "ctl.1a every command that takes an identifier");
	fails(e->ctl(gone, IPC_SET, BAD), EINVAL, "ctl.1>ctl.2 a removed one, before buf");
	fails(e->ctl(gone, IPC_RMID, NULL), EINVAL, "ctl.1a and to remove it again");
	fails(e->ctl(gone, 77, BAD), EINVAL, "ctl.1b unknown command, dead identifier");
	fails(e->ctl(id, 77, BAD), EINVAL, "ctl.5 unknown command");
	fails(e->ctl(id, -1, BAD), EINVAL, "ctl.5 unknown command -1");
	/* Each entrance refuses the other one's form of a command. */
	fails(shmctl(id, IPC_STAT | IPC_64, BAD), EINVAL, "abi.3 IPC_64 is for ipc() alone");
	fails(syscall(117, IPCOP_SHMCTL, id, IPC_STAT, 0, BAD, 0), EINVAL,
	      "abi.3 and ipc() wants it");
}

static void
stat(int id)
{
	union {
		struct shmid_ds ds;
		unsigned char byte[sizeof(struct shmid_ds) + 16];
		uint32_t word[sizeof(struct shmid_ds) / 4];
	} u;
	int high = 0;

	memset(&u, 0xaa, sizeof(u));
	is(e->ctl(id, IPC_STAT, &u.ds), 0, "ctl.2a %s: stat", e->name);
	for (unsigned i = 0; i < 84 / 4; i++)
		high += u.word[i] >= 0xaaaaaaaa;
	is(high, 0, "ctl.2d no address, no old stack bytes");
	ok(u.byte[84] == 0xaa && u.byte[99] == 0xaa, "ctl.2d 84 bytes and no more");
	is(u.ds.shm_perm.mode, 0640, "ctl.2d mode: documented bits only");
	ok(u.ds.shm_perm.pad1 == 0 && u.ds.shm_perm.pad2 == 0 && u.ds.shm_perm.spare[0] == 0 &&
	           u.ds.shm_perm.spare[1] == 0 && u.ds.shm_spare[0] == 0 && u.ds.shm_spare[1] == 0,
	   "ctl.2d padding is zero");
	is(u.ds.shm_perm.key, KEY, "ctl.2a key");
	is(u.ds.shm_segsz, 1000, "ctl.2a size");
	fails(e->ctl(id, IPC_STAT, BAD), EFAULT, "ctl.2c to the kernel");
	fails(e->ctl(id, IPC_STAT, NULL), EFAULT, "ctl.2c to NULL");
	fails(e->ctl(id, IPC_STAT, (void *)(0xc0000000 - 40)), EFAULT, "ctl.2c across the border");
	fails(e->ctl(id, IPC_STAT, (void *)0xffffffe0), EFAULT, "ctl.2c across the end");
	fails(e->ctl(id, IPC_STAT, (void *)stat), EFAULT, "ctl.2c to read-only memory");
}

static void
stranger(int id)
{
	struct shmid_ds ds = {.shm_segsz = 0};

	become(BOB, BOB);
	fails(e->ctl(id, IPC_STAT, &ds), EACCES, "ctl.2b EACCES");
	fails(e->ctl(id, IPC_STAT, BAD), EACCES, "ctl.2b>ctl.2c EACCES before EFAULT");
	fails(e->ctl(id, IPC_SET, BAD), EPERM, "ctl.3b>ctl.3c EPERM before EFAULT");
	fails(e->ctl(id, IPC_SET, &ds), EPERM, "ctl.3b EPERM");
	fails(e->ctl(id, IPC_RMID, NULL), EPERM, "ctl.4a EPERM");
	fails(e->ctl(id, 77, BAD), EINVAL, "ctl.5 EINVAL to strangers too");
}

static void
set(int id)
{
	struct shmid_ds ds, was;
	time_t from;
	char *p = e->at(id, NULL, 0);

	was = ds = stat_of(id);
	memset(&ds, 0x55, sizeof(ds));
	ds.shm_perm.uid = ALICE;
	ds.shm_perm.gid = 300;
	ds.shm_perm.mode = 07044;
	sleep(1);
	from = time(NULL);
	fails(e->ctl(id, IPC_SET, BAD), EFAULT, "ctl.3c %s: from the kernel", e->name);
	fails(e->ctl(id, IPC_SET, NULL), EFAULT, "ctl.3c from NULL");
	ok(stat_of(id).shm_ctime == was.shm_ctime, "ctl.3c ctime stays if it fails");
	is(e->ctl(id, IPC_SET, &ds), 0, "ctl.3a IPC_SET");
	ds = stat_of(id);
	ok(ds.shm_ctime >= from && ds.shm_ctime <= time(NULL), "ctl.3a ctime is now");
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.gid == 300 && ds.shm_perm.mode == 0044,
	   "ctl.3a uid, gid and nine bits are taken");
	is(writes(p), 0, "ctl.3e an attach keeps its protection");
	was.shm_ctime = ds.shm_ctime;
	was.shm_perm.uid = ds.shm_perm.uid;
	was.shm_perm.gid = ds.shm_perm.gid;
	was.shm_perm.mode = ds.shm_perm.mode;
	was.shm_dtime = ds.shm_dtime; /* the child above attached and ended */
	was.shm_lpid = ds.shm_lpid;
	ok(memcmp(&was, &ds, sizeof(ds)) == 0, "ctl.3d nothing else changes");
	e->dt(p);
}

static void
removal(int id)
{
	char *p = e->at(id, NULL, 0);
	unsigned long committed = procfs_number("/proc/meminfo", "Committed_AS");
	unsigned segments = count_segments();
	struct shmid_ds was, ds;
	int next;

	e->ctl(id & 0xffff, SHM_STAT, &was);
	sleep(1);
	is(e->ctl(id, IPC_RMID, BAD), 0, "ctl.4b %s: buf is ignored", e->name);
	is(e->ctl(id & 0xffff, SHM_STAT, &ds), id, "ctl.4h its slot is in use");
	ok(ds.shm_ctime == was.shm_ctime, "ctl.4d ctime stays");
	is(ds.shm_perm.key, IPC_PRIVATE, "ctl.4c it has no key any more");
	fails(e->ctl(id, IPC_RMID, NULL), EINVAL, "ctl.4g removed is removed");
	fails(e->ctl(id, IPC_RMID, NULL), EINVAL, "ctl.4g however often");
	fails(e->ctl(id, IPC_STAT, BAD), EINVAL, "ctl.4g no stat");
	fails((long)e->at(id, NULL, 0), EINVAL, "ctl.4g no further attach");
	fails(e->get(KEY, 1, 0), ENOENT, "ctl.4c the key is free at once");
	is(count_segments(), segments, "ctl.4h it still counts in nused");
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "ctl.4h and in committed");
	next = e->get(KEY, 1, IPC_CREAT | 0600);
	ok(next > 0 && (next & 0xffff) != (id & 0xffff), "ctl.4f the slot isn't free");
	p[0] = 'p';
	is(CHILD(_exit(p[0])), 'p', "fork.1 of a removed segment's attach");
	is(p[0], 'p', "ctl.4f memory stays");
	e->dt(p);
	e->ctl(next, IPC_RMID, NULL);
	is(count_segments(), segments - 1, "ctl.4f freed by its last detach");
	is(reads(p), SEGV, "ctl.4f and its memory is gone");
}

void
test(void)
{
	for (EACH_ENTRANCE(each)) {
		e = each;
		int id = e->get(KEY, 1000, IPC_CREAT | 0640);

		identifiers(id);
		stat(id);
		CHILD(stranger(id));
		set(id);
		removal(id);
		id = e->get(IPC_PRIVATE, 1, 0600);
		is(e->ctl(id, IPC_RMID, NULL), 0, "ctl.4e without attaches");
		is(count_segments(), 0, "ctl.4e it is freed now");
		int next = e->get(IPC_PRIVATE, 1, 0600);

		is(next & 0xffff, id & 0xffff, "ctl.4e shm_last_free is its slot");
		e->ctl(next, IPC_RMID, NULL);
	}
	fails(syscall(117, 99, 0, 0, 0, 0, 0), ENOSYS, "abi.4 an unknown operation");
	invariants();
}
