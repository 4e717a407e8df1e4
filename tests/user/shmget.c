/* SPDX-License-Identifier: BSD-2-Clause */
/* shmget: spec-shm.md parts 1, 3, 3a and 3b, in that order. */
#include "shmcalls.h"

#include <time.h>

#define KEY 0x1234

static void
identifiers(void)
{
	int id[5], n;

	id[0] = shmget(IPC_PRIVATE, 1, 0600);
	is(id[0], 0x10000, "1.2 the first identifier after boot is 0x10000");
	for (n = 1; n < 5; n++)
		id[n] = shmget(IPC_PRIVATE, 1, 0600);
	is(id[4], 0x10004, "3b.4b slots from the lowest, each with a seq of its own");
	shmctl(id[0], IPC_RMID, NULL);
	shmctl(id[3], IPC_RMID, NULL);
	shmctl(id[1], IPC_RMID, NULL);
	is(id[1] = shmget(IPC_PRIVATE, 1, 0600), 0x20001, "3b.4a the slot freed last comes first");
	is(id[0] = shmget(IPC_PRIVATE, 1, 0600), 0x20000, "3b.4b then the lowest free one");
	is(id[3] = shmget(IPC_PRIVATE, 1, 0600), 0x20003, "3b.4b and the next");
	fails(shmctl(0x10000, IPC_STAT, NULL), EINVAL, "ctl.1a an identifier with an old seq");
	for (n = 0; n < 5; n++)
		shmctl(id[n], IPC_RMID, NULL);
	fails(shmget(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1a no bytes");
	is(shmget(IPC_PRIVATE, 1, 0600), 0x20004, "3b.5 a refused call takes no seq");
	shmctl(0x20004, IPC_RMID, NULL);
}

/* A refused shmget uses no slot and no sequence number, so nobody can make a slot's seq wrap
 * around without creating segments. */
static void
refused(void)
{
	size_t max = procfs_number("/proc/sys/kernel/shmmax", "") & ~(PAGE - 1);
	int granted = 0, id = shmget(IPC_PRIVATE, 1, 0600), next;

	shmctl(id, IPC_RMID, NULL);
	for (int i = 0; i < 40000; i++)
		granted += shmget(i % 2 ? KEY : IPC_PRIVATE, max, IPC_CREAT | 0600) != -1;
	is(granted, 0, "3b.3b 40,000 promises are refused");
	next = shmget(IPC_PRIVATE, 1, 0600);
	is(next, id + 0x10000, "3b.5 they took no slot and no seq");
	shmctl(next, IPC_RMID, NULL);
	knob("fail", "commit:nth=1");
	fails(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "3b.3b one more is refused");
	knob("fail", "kmem:nth=1");
	fails(shmget(KEY, 1, IPC_CREAT | 0600), ENOMEM, "3b.3b and one without memory for it");
	knob("fail", "\n");
	id = shmget(IPC_PRIVATE, 1, 0600);
	is(id, next + 0x10000, "3b.5 nor did these");
	shmctl(id, IPC_RMID, NULL);
}

/* A slot's sequence number wraps around after 32,768 segments. */
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

/* A creation fails late, when its object cannot be allocated. Its
 * slot is the lowest free one then. */
static void
failed(void)
{
	int other = shmget(IPC_PRIVATE, 1, 0600), first = shmget(IPC_PRIVATE, 1, 0600), next;
	unsigned long committed;

	shmctl(first, IPC_RMID, NULL);
	committed = procfs_number("/proc/meminfo", "Committed_AS");
	is(knob("fail", "object:nth=1"), 0, "3b.6b a failure is called up");
	fails(shmget(KEY, 3 * PAGE, IPC_CREAT | 0600), ENOMEM, "3b.6b and comes");
	is(count_segments(), 1, "3b.6b no slot is in use");
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "3b.6b nothing is committed");
	fails(shmget(KEY, 1, 0), ENOENT, "3b.6b the key is free");
	next = shmget(IPC_PRIVATE, 1, 0600);
	is((next - first) >> 16, 2, "3b.6b seq stays advanced");
	is(next & 0xffff, first & 0xffff, "3b.6b its slot is FREE again");
	shmctl(next, IPC_RMID, NULL);
	shmctl(other, IPC_RMID, NULL);
	invariants();
}

/* One process creates a segment and sleeps half-way; another one arrives meanwhile. */
static struct {
	int created, create_error, came, come_error;
} * met;

static void
interrupted(int sig)
{
	(void)sig;
}

static void
meet(const char *fail, int flags, int sig, int sa_flags)
{
	struct sigaction act = {.sa_handler = interrupted, .sa_flags = sa_flags};
	struct shm_info info;
	struct gate go;
	pid_t creator, comer;

	gate_make(&go);
	creator = SPAWN(gate_pass(&go); knob("fail", fail);
	                met->created = shmget(KEY, 3 * PAGE, IPC_CREAT | 0600);
	                met->create_error = errno);
	comer = SPAWN(sigaction(SIGUSR1, &act, NULL); until_sleeps(creator, "object");
	              met->came = shmget(KEY, PAGE, flags); met->come_error = errno);
	gate_open(&go);
	until_sleeps(comer, "shmget");
	shmctl(0, SHM_INFO, (void *)&info);
	is(info.used_ids, 1, "3b.6a %s: the slot counts while it is being created", fail);
	is(info.shm_tot, 3, "3b.6a so do its pages");
	fails(shmctl(shmctl(0, IPC_INFO, (void *)&info), SHM_STAT, NULL), EINVAL,
	      "3b.6a but nobody sees it");
	if (sig)
		kill(comer, sig);
	if (sig == SIGSTOP) {
		until_state(comer, 'T');
		kill(comer, SIGCONT);
	}
	ending(comer);
	ending(creator);
	knob("fail", "\n");
	gate_drop(&go);
}

static void
waits(void)
{
	met = shared(sizeof(*met));
	meet("object:sleep=100", 0600, 0, 0);
	ok(met->created > 0 && met->came == met->created, "3a.1a waits for the creator");
	is(met->came, met->created, "3b.8 and is woken");
	shmctl(met->created, IPC_RMID, NULL);
	meet("object:sleep=100", 0600, SIGUSR1, 0);
	ok(met->came == -1 && met->come_error == EINTR, "3a.1b a handler: EINTR");
	ok(met->created > 0, "3a.1b the creator is not disturbed");
	shmctl(met->created, IPC_RMID, NULL);
	meet("object:sleep=100", 0600, SIGUSR1, SA_RESTART);
	ok(met->created > 0 && met->came == met->created, "3a.1b SA_RESTART: it waits on");
	shmctl(met->created, IPC_RMID, NULL);
	meet("object:sleep=100", 0600, SIGSTOP, 0);
	ok(met->created > 0 && met->came == met->created, "3a.1e stopped, continued: waits on");
	shmctl(met->created, IPC_RMID, NULL);
	meet("object:sleep=100", 0600, SIGCHLD, 0);
	ok(met->created > 0 && met->came == met->created, "3a.1e SIGCHLD, ignored: waits on");
	shmctl(met->created, IPC_RMID, NULL);
	meet("object:sleep=100,object:nth=1", IPC_CREAT | 0600, SIGSTOP, 0);
	ok(met->created == -1 && met->came > 0, "3a.1e stopped while the creation fails: creates");
	shmctl(met->came, IPC_RMID, NULL);
	meet("object:sleep=100,object:nth=1", IPC_CREAT | 0600, 0, 0);
	ok(met->created == -1 && met->create_error == ENOMEM, "3b.6b the creator fails late");
	ok(met->came > 0, "3a.1c who waits creates instead");
	is(stat_of(met->came).shm_segsz, PAGE, "3a.1c as it asked");
	shmctl(met->came, IPC_RMID, NULL);
	meet("object:sleep=100,object:nth=1", 0600, 0, 0);
	ok(met->came == -1 && met->come_error == ENOENT, "3a.1d gone again: ENOENT");
	is(met->created, -1, "3a.1d for the creation failed");
	is(count_segments(), 0, "3b.6b nothing of it is left");
	invariants();
	munmap(met, sizeof(*met));
}

/* The constants and limits of a machine on which nobody has changed any. */
static void
defaults(void)
{
	unsigned long kib = procfs_number("/proc/meminfo", "MemTotal");
	struct shminfo64 info;

	ok(IPC_PRIVATE == 0 && IPC_CREAT == 01000 && IPC_EXCL == 02000 && IPC_NOWAIT == 04000 &&
	           IPC_RMID == 0 && IPC_SET == 1 && IPC_STAT == 2 && SHM_R == 0400 && SHM_W == 0200,
	   "1.1 <sys/ipc.h>");
	ok(SHM_RDONLY == 010000 && SHM_RND == 020000 && SHM_REMAP == 040000 &&
	           SHM_EXEC == 0100000 && SHMLBA == 4096,
	   "1.1 <sys/shm.h>");
	shmctl(0, IPC_INFO, (void *)&info);
	is(info.shmmni, 128, "1.3 shmmni");
	is(info.shmseg, 128, "1.3 shmseg");
	is(info.shmmin, 1, "1.3 shmmin");
	is(info.shmall, kib / 4, "1.3 shmall: all memory");
	is(info.shmmax, kib * 1024, "1.3 shmmax: all memory");
}

static void
sizes(const struct entrance *e, int id)
{
	static const size_t wrong[] = {0x7fffffff, 0x80000000, 0xfffff000, 0xfffff001, 0xffffffff};
	unsigned long committed = procfs_number("/proc/meminfo", "Committed_AS");
	size_t max = procfs_number("/proc/sys/kernel/shmmax", "");

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fails(e->get(KEY + 1, wrong[i], IPC_CREAT | 0600), EINVAL,
		      "3b.1c %s: 0x%x bytes on a new key", e->name, wrong[i]);
		fails(e->get(IPC_PRIVATE, wrong[i], 0600), EINVAL, "3b.1c %s: 0x%x bytes, private",
		      e->name, wrong[i]);
		fails(e->get(KEY, wrong[i], 0600), EINVAL, "3a.3a %s: 0x%x bytes on an old key",
		      e->name, wrong[i]);
	}
	fails(e->get(IPC_PRIVATE, 0, 0600), EINVAL, "3b.1a size < shmmin");
	fails(e->get(IPC_PRIVATE, max + 1, 0600), EINVAL, "3b.1b size > shmmax");
	fails(e->get(IPC_PRIVATE, max, 0600), ENOMEM, "3b.3b more than can be promised");
	fails(e->get(KEY + 1, 0, 0), ENOENT, "3.2>3b.1 no key, no IPC_CREAT: before a size of 0");
	fails(e->get(KEY + 1, max + 1, IPC_EXCL), ENOENT, "3.2>3b.1 and before one too big");
	is(e->get(KEY, 0, 0), id, "3a.3b size 0 suits every segment");
	is(e->get(KEY, 100, 0), id, "3a.5 the size it has");
	fails(e->get(KEY, 101, 0), EINVAL, "3a.3a a byte more, though in the same page");
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "3b.6b nothing is committed");
	is(count_segments(), 1, "3b.6b nor in use");
}

static void
stranger(const struct entrance *e, int id)
{
	become(BOB, BOB);
	fails(e->get(KEY, 101, IPC_CREAT | IPC_EXCL | 0600), EACCES,
	      "3a.2>3a.3 EACCES before EINVAL");
	fails(e->get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600), EACCES,
	      "3a.2>3a.4 EACCES before EEXIST");
	fails(e->get(KEY, 1, 0400), EACCES, "3a.2 reading");
	fails(e->get(KEY, 1, 0200), EACCES, "3a.2 writing");
	is(e->get(KEY, 1, 0), id, "2.4d asking for nothing is granted");
	fails(e->get(KEY, 1, 0100), EACCES, "3a.2 the x bit");
	is(e->get(KEY, 1, 0077), id, "2.4c only the bits in the owner's position ask");
}

static void
existing(const struct entrance *e)
{
	int id = e->get(KEY, 100, IPC_CREAT | 0600), other;

	ok(id > 0, "3.3a %s: IPC_CREAT of a new key", e->name);
	is(e->get(KEY, 100, 0600), id, "3.1 the key is found");
	is(e->get(KEY, 100, IPC_CREAT | 0600), id, "3.1 also with IPC_CREAT");
	is(e->get(KEY, 100, IPC_EXCL | 0600), id, "3.3c IPC_EXCL alone means nothing");
	fails(e->get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600), EEXIST, "3a.4 both: EEXIST");
	fails(e->get(KEY, 101, IPC_CREAT | IPC_EXCL), EINVAL, "3a.3>3a.4 EINVAL before EEXIST");
	CHILD(stranger(e, id));
	sizes(e, id);
	other = e->get(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600);
	ok(other > 0 && other != id, "3.3b IPC_PRIVATE always creates");
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
	   "3b.7a the effective ids count");
	e->ctl(id, IPC_RMID, NULL);
}

/* IPC_STAT of a new segment. */
static void
fields(const struct entrance *e)
{
	static const key_t keys[] = {1, -1, INT32_MAX, INT32_MIN, 0x10000};
	time_t from = time(NULL);
	int id = e->get(KEY, 5000, IPC_CREAT | 0x7ff80000 | 0640);
	struct shmid_ds ds = stat_of(id);

	ok(ds.shm_perm.uid == 0 && ds.shm_perm.cuid == 0 && ds.shm_perm.gid == 0 &&
	           ds.shm_perm.cgid == 0,
	   "3b.7a %s: owner and creator", e->name);
	is(ds.shm_perm.mode, 0640, "3b.7b mode: nine bits of flags");
	is(ds.shm_perm.key, KEY, "3b.6a key");
	is(ds.shm_perm.seq, id >> 16, "3b.5 seq");
	is(ds.shm_segsz, 5000, "1.5 the size as asked");
	is(ds.shm_cpid, getpid(), "3b.7c cpid");
	ok(ds.shm_lpid == 0 && ds.shm_nattch == 0 && ds.shm_atime == 0 && ds.shm_dtime == 0,
	   "3b.7c lpid, nattch, atime, dtime are 0");
	ok(ds.shm_ctime >= from && ds.shm_ctime <= time(NULL), "3b.7c ctime is now");
	e->ctl(id, IPC_RMID, NULL);
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		id = e->get(keys[i], 1, IPC_CREAT | IPC_EXCL | 0600);
		is(e->get(keys[i], 1, 0), id, "3.1 key 0x%x", keys[i]);
		is(stat_of(id).shm_perm.key, keys[i], "3b.6a key 0x%x", keys[i]);
		e->ctl(id, IPC_RMID, NULL);
	}
	syscall(60, 0777); /* there is no umask for segments */
	id = e->get(KEY, 1, IPC_CREAT | 0666);
	is(stat_of(id).shm_perm.mode, 0666, "3.3d no umask");
	e->ctl(id, IPC_RMID, NULL);
	CHILD(effective(e));
}

/* A new segment is zero to the end of its last page, whatever its frames held before. */
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
	is(dirt, 0, "3b.9 new memory is zero to the end of its last page");
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
	refused();
	failed();
	waits();
	defaults();
	sequence();
}
