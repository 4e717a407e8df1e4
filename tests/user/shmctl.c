/* SPDX-License-Identifier: BSD-2-Clause */
/* shmctl: SPEC-shm.md part 3, in the order of its errors. */
#include "shmcalls.h"

#include <time.h>

#define BAD ((struct shmid_ds *)0xc0000000)
#define KEY 0x77

static const struct entrance *e;

static void
identifiers(int id)
{
	static const int bad[] = {-1, 0, 1, 99999, 0x7fffffff};
	int gone = e->get(IPC_PRIVATE, 1, 0600);

	e->ctl(gone, IPC_RMID, NULL);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fails(e->ctl(bad[i], IPC_STAT, BAD), EINVAL, "ctl.1 %s: stat of %d", e->name, bad[i]);
		fails(e->ctl(bad[i], IPC_RMID, NULL), EINVAL, "ctl.1 removal of %d", bad[i]);
	}
	fails(e->ctl(gone, IPC_SET, BAD), EINVAL, "ctl.1 a removed one, before buf");
	fails(e->ctl(gone, IPC_RMID, NULL), EINVAL, "ctl.1 and to remove it again");
	fails(e->ctl(gone, 77, BAD), EINVAL, "ctl.1 unknown command, dead identifier");
	fails(e->ctl(id, 77, BAD), EINVAL, "ctl.5 unknown command");
	fails(e->ctl(id, -1, BAD), EINVAL, "ctl.5 unknown command -1");
	/* Each entrance refuses the other's form of a command. */
	fails(shmctl(id, IPC_STAT | IPC_64, BAD), EINVAL, "ctl.5 IPC_64 is for ipc() alone");
	fails(syscall(117, IPCOP_SHMCTL, id, IPC_STAT, 0, BAD, 0), EINVAL, "ctl.5 and ipc() wants it");
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
	is(e->ctl(id, IPC_STAT, &u.ds), 0, "ctl.2 %s: stat", e->name);
	for (unsigned i = 0; i < 84 / 4; i++)
		high += u.word[i] >= 0xaaaaaaaa;
	is(high, 0, "ctl.2 no address, no old stack bytes");
	ok(u.byte[84] == 0xaa && u.byte[99] == 0xaa, "ctl.2 84 bytes and no more");
	is(u.ds.shm_perm.mode, 0640, "ctl.2 mode: documented bits only");
	ok(u.ds.shm_perm.pad1[0] == 0 && u.ds.shm_perm.pad1[1] == 0 && u.ds.shm_perm.pad2[0] == 0 &&
	           u.ds.shm_perm.pad2[1] == 0 && u.ds.shm_spare[0] == 0 && u.ds.shm_spare[1] == 0,
	   "ctl.2 padding is zero");
	is(u.ds.shm_perm.key, KEY, "ctl.2 key");
	is(u.ds.shm_segsz, 1000, "ctl.2 size");
	fails(e->ctl(id, IPC_STAT, BAD), EFAULT, "ctl.2 to the kernel");
	fails(e->ctl(id, IPC_STAT, NULL), EFAULT, "ctl.2 to NULL");
	fails(e->ctl(id, IPC_STAT, (void *)(0xc0000000 - 40)), EFAULT, "ctl.2 across the border");
	fails(e->ctl(id, IPC_STAT, (void *)0xffffffe0), EFAULT, "ctl.2 across the end");
	fails(e->ctl(id, IPC_STAT, (void *)stat), EFAULT, "ctl.2 to read-only memory");
}

static void
stranger(int id)
{
	struct shmid_ds ds = {.shm_segsz = 0};

	become(BOB, BOB);
	fails(e->ctl(id, IPC_STAT, BAD), EACCES, "ctl.2 EACCES before EFAULT");
	fails(e->ctl(id, IPC_SET, BAD), EPERM, "ctl.3 EPERM before EFAULT");
	fails(e->ctl(id, IPC_SET, &ds), EPERM, "ctl.3 EPERM");
	fails(e->ctl(id, IPC_RMID, NULL), EPERM, "ctl.4 EPERM");
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
	fails(e->ctl(id, IPC_SET, BAD), EFAULT, "ctl.3 %s: from the kernel", e->name);
	fails(e->ctl(id, IPC_SET, NULL), EFAULT, "ctl.3 from NULL");
	ok(stat_of(id).shm_ctime == was.shm_ctime, "ctl.3 ctime stays if it fails");
	is(e->ctl(id, IPC_SET, &ds), 0, "ctl.3 IPC_SET");
	ds = stat_of(id);
	ok(ds.shm_ctime >= from && ds.shm_ctime <= time(NULL), "ctl.3 ctime is now");
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.gid == 300 && ds.shm_perm.mode == 0044,
	   "ctl.3 uid, gid and nine bits are taken");
	is(writes(p), 0, "ctl.3 an attach keeps its protection");
	was.shm_ctime = ds.shm_ctime;
	was.shm_perm.uid = ds.shm_perm.uid;
	was.shm_perm.gid = ds.shm_perm.gid;
	was.shm_perm.mode = ds.shm_perm.mode;
	was.shm_dtime = ds.shm_dtime; /* the child above attached and ended */
	was.shm_lpid = ds.shm_lpid;
	ok(memcmp(&was, &ds, sizeof(ds)) == 0, "ctl.3 nothing else changes");
	e->dt(p);
}

static void
removal(int id)
{
	char *p = e->at(id, NULL, 0);
	unsigned long committed = proc_number("/proc/meminfo", "Committed_AS");
	unsigned segments = count_segments();
	int next;

	is(e->ctl(id, IPC_RMID, BAD), 0, "ctl.4 %s: buf is ignored", e->name);
	fails(e->ctl(id, IPC_RMID, NULL), EINVAL, "ctl.4 removed is removed");
	fails(e->ctl(id, IPC_RMID, NULL), EINVAL, "ctl.4 however often");
	fails(e->ctl(id, IPC_STAT, BAD), EINVAL, "ctl.4 no stat");
	fails((long)e->at(id, NULL, 0), EINVAL, "ctl.4 no further attach");
	fails(e->get(KEY, 1, 0), ENOENT, "ctl.4 the key is free at once");
	is(count_segments(), segments, "ctl.4 it still counts in nused");
	is(proc_number("/proc/meminfo", "Committed_AS"), committed, "ctl.4 and in committed");
	next = e->get(KEY, 1, IPC_CREAT | 0600);
	ok(next > 0 && (next & 0xffff) != (id & 0xffff), "ctl.4 the slot isn't free");
	p[0] = 'p';
	is(CHILD(_exit(p[0])), 'p', "fork: of a removed segment's attach");
	is(p[0], 'p', "ctl.4 memory stays");
	e->dt(p);
	e->ctl(next, IPC_RMID, NULL);
	is(count_segments(), segments - 1, "ctl.4 freed by its last detach");
	is(reads(p), SEGV, "ctl.4 and its memory is gone");
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
		is(e->ctl(id, IPC_RMID, NULL), 0, "ctl.4 without attaches");
		is(count_segments(), 0, "ctl.4 it is freed now");
	}
	fails(syscall(117, 99, 0, 0, 0, 0, 0), ENOSYS, "ipc: an unknown operation");
}
