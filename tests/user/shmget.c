/* SPDX-License-Identifier: BSD-2-Clause */
/* shmget: SPEC-shm.md parts 1, 3, 3a and 3b, in their order. */
#include "shmcalls.h"

#include <time.h>

#define KEY 0x1234

static void
identifiers(void)
{
	int id[5], n;

	id[0] = shmget(IPC_PRIVATE, 1, 0600);
	is(id[0], 0x10000, "1 the first identifier after boot is 0x10000");
	for (n = 1; n < 5; n++)
		id[n] = shmget(IPC_PRIVATE, 1, 0600);
	is(id[4], 0x50004, "3b.4 slots from the lowest, 3b.5 seq goes on");
	shmctl(id[0], IPC_RMID, NULL);
	shmctl(id[3], IPC_RMID, NULL);
	shmctl(id[1], IPC_RMID, NULL);
	is(id[1] = shmget(IPC_PRIVATE, 1, 0600), 0x60001, "3b.4 the slot freed last comes first");
	is(id[0] = shmget(IPC_PRIVATE, 1, 0600), 0x70000, "3b.4 then the lowest free one");
	is(id[3] = shmget(IPC_PRIVATE, 1, 0600), 0x80003, "3b.4 and the next");
	fails(shmctl(0x10000, IPC_STAT, NULL), EINVAL, "1 an identifier with an old seq");
	for (n = 0; n < 5; n++)
		shmctl(id[n], IPC_RMID, NULL);
	fails(shmget(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1 no bytes");
	is(shmget(IPC_PRIVATE, 1, 0600), 0x90004, "3b.5 a refused call takes no seq");
	shmctl(0x90004, IPC_RMID, NULL);
}

/* 32,768 segments later. */
static void
sequence(void)
{
	int id = 0, last;

	do {
		last = id;
		id = shmget(IPC_PRIVATE, 1, 0600);
		if (shmctl(id, IPC_RMID, NULL) < 0)
			bail("remove");
	} while (id >> 16);
	is(last >> 16, 0x7fff, "3b.5 seq is 15 bits wide");
	is(id, last & 0xffff, "3b.5 and begins again with 0, in the same slot");
}

static void
sizes(const struct entrance *e, int id)
{
	static const size_t wrong[] = {0x7fffffff, 0x80000000, 0xfffff000, 0xfffff001, 0xffffffff};
	unsigned long committed = proc_number("/proc/meminfo", "Committed_AS");
	size_t max = proc_number("/proc/sys/kernel/shmmax", "");

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fails(e->get(KEY + 1, wrong[i], IPC_CREAT | 0600), EINVAL,
		      "3b.1 %s: 0x%x bytes on a new key", e->name, wrong[i]);
		fails(e->get(IPC_PRIVATE, wrong[i], 0600), EINVAL, "3b.1 %s: 0x%x bytes, private",
		      e->name, wrong[i]);
		fails(e->get(KEY, wrong[i], 0600), EINVAL, "3a.3 %s: 0x%x bytes on an old key",
		      e->name, wrong[i]);
	}
	fails(e->get(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1 size < shmmin");
	fails(e->get(IPC_PRIVATE, max + 1, 0600), EINVAL, "3b.1 size > shmmax");
	fails(e->get(IPC_PRIVATE, max, 0600), ENOMEM, "3b.3 more than can be promised");
	fails(e->get(KEY + 1, 0, 0), ENOENT, "3.2 no key, no IPC_CREAT: before a size of 0");
	fails(e->get(KEY + 1, max + 1, IPC_EXCL), ENOENT, "3.2 and before one too big");
	is(e->get(KEY, 0, 0), id, "3a.3 size 0 suits every segment");
	is(e->get(KEY, 100, 0), id, "3a.3 the size it has");
	fails(e->get(KEY, 101, 0), EINVAL, "3a.3 a byte more, though in the same page");
	is(proc_number("/proc/meminfo", "Committed_AS"), committed, "3b nothing is committed");
	is(count_segments(), 1, "3b nor in use");
}

static void
stranger(const struct entrance *e, int id)
{
	become(BOB, BOB);
	fails(e->get(KEY, 101, IPC_CREAT | IPC_EXCL | 0600), EACCES,
	      "3a.2 EACCES before EINVAL before EEXIST");
	fails(e->get(KEY, 1, 0400), EACCES, "3a.2 reading");
	fails(e->get(KEY, 1, 0200), EACCES, "3a.2 writing");
	is(e->get(KEY, 1, 0), id, "2.4 asking for nothing is granted");
	is(e->get(KEY, 1, 0177), id, "2.4 only the owner's r and w bits ask");
}

static void
existing(const struct entrance *e)
{
	int id = e->get(KEY, 100, IPC_CREAT | 0600), other;

	ok(id > 0, "3.3 %s: IPC_CREAT of a new key", e->name);
	is(e->get(KEY, 100, 0600), id, "3.1 the key is found");
	is(e->get(KEY, 100, IPC_CREAT | 0600), id, "3.1 also with IPC_CREAT");
	is(e->get(KEY, 100, IPC_EXCL | 0600), id, "3.3 IPC_EXCL alone means nothing");
	fails(e->get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600), EEXIST, "3a.4 both: EEXIST");
	fails(e->get(KEY, 101, IPC_CREAT | IPC_EXCL), EINVAL, "3a.3 EINVAL before EEXIST");
	CHILD(stranger(e, id));
	sizes(e, id);
	other = e->get(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600);
	ok(other > 0 && other != id, "3.3 IPC_PRIVATE always creates");
	e->ctl(other, IPC_RMID, NULL);
	e->ctl(id, IPC_RMID, NULL);
	fails(e->get(KEY, 100, 0), ENOENT, "3.2 a removed key is free");
}

static void
effective(const struct entrance *e)
{
	struct shmid_ds ds;
	int id;

	if (setresgid(78, 77, 78) < 0 || setresuid(BOB, ALICE, BOB) < 0)
		bail("ids");
	id = e->get(KEY, 1, IPC_CREAT | 0600);
	ds = stat_of(id);
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.cuid == ALICE && ds.shm_perm.gid == 77 &&
	           ds.shm_perm.cgid == 77,
	   "3b.7 the effective ids count");
	e->ctl(id, IPC_RMID, NULL);
}

/* What a new segment says of itself. */
static void
fields(const struct entrance *e)
{
	time_t from = time(NULL);
	int id = e->get(KEY, 5000, IPC_CREAT | 0x7ff80000 | 0640);
	struct shmid_ds ds = stat_of(id);

	ok(ds.shm_perm.uid == 0 && ds.shm_perm.cuid == 0 && ds.shm_perm.gid == 0 &&
	           ds.shm_perm.cgid == 0,
	   "3b.7 %s: owner and creator", e->name);
	is(ds.shm_perm.mode, 0640, "3b.7 mode: nine bits of flags");
	is(ds.shm_perm.key, KEY, "3b.6 key");
	is(ds.shm_perm.seq, id >> 16, "3b.5 seq");
	is(ds.shm_segsz, 5000, "1 the size as asked");
	is(ds.shm_cpid, getpid(), "3b.7 cpid");
	ok(ds.shm_lpid == 0 && ds.shm_nattch == 0 && ds.shm_atime == 0 && ds.shm_dtime == 0,
	   "3b.7 lpid, nattch, atime, dtime are 0");
	ok(ds.shm_ctime >= from && ds.shm_ctime <= time(NULL), "3b.7 ctime is now");
	e->ctl(id, IPC_RMID, NULL);

	CHILD(effective(e));
}

/* A new segment is zeros to the end of its last page, whatever the frame held. */
static void
zeros(void)
{
	int id = shmget(IPC_PRIVATE, 4 << 20, 0600), dirt = 0;
	char *p = shmat(id, NULL, 0);

	memset(p, 0xaa, 4 << 20);
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
	id = shmget(IPC_PRIVATE, (4 << 20) - 4000, 0600);
	p = shmat(id, NULL, 0);
	for (int i = 0; i < 4 << 20; i++)
		dirt += p[i] != 0;
	is(dirt, 0, "3b new memory is zero to the end of its last page");
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
}

void
test(void)
{
	identifiers();
	for (EACH_ENTRANCE(e)) {
		existing(e);
		fields(e);
	}
	zeros();
	sequence();
}
