/* SPDX-License-Identifier: BSD-2-Clause */
/* SHM_LOCK, the commands of ipcs, /proc/sysvipc/shm: spec-shm.md part 5. */
#include "shmcalls.h"

#include <procfs.h>

#define BAD ((void *)0xc0000000)
#define KEY 0x10c
#define PAGES 5u

static const struct entrance *e;

/* A reply with spare room after it, which shows how much the kernel has written. */
static union {
	unsigned char byte[128];
	uint32_t word[32];
	struct shmid_ds ds;
	struct shminfo64 limits;
	struct shm_info usage;
} u;

/* Makes the call with that reply, and checks that it has written exactly size bytes, that none of
 * them is left over from before, and that no word is an address of the kernel. */
static int
ask(int id, int cmd, unsigned size, const char *name)
{
	int high = 0, r;

	memset(&u, 0xee, sizeof(u));
	r = e->ctl(id, cmd, &u.ds);
	for (unsigned i = 0; i < size / 4; i++)
		high += u.word[i] >= 0xc0000000;
	is(high, 0, "info.7 %s: no address, no old bytes", name);
	ok(u.byte[size] == 0xee && u.byte[127] == 0xee, "info.7 %s: %u bytes", name, size);
	return r;
}

static unsigned
resident(int id)
{
	FILE *f = shm_list();
	struct shm_line line = {.id = -1};

	while (shm_next(f, &line) && line.id != id)
		;
	fclose(f);
	return line.rss / PAGE;
}

static int
usage_rss(void)
{
	struct shm_info info;

	return e->ctl(0, SHM_INFO, (void *)&info) < 0 ? -1 : (int)info.shm_rss;
}

/* ---- SHM_LOCK and SHM_UNLOCK ---- */

static void
lock_fills(void)
{
	int id = e->get(IPC_PRIVATE, PAGES * PAGE - 9, 0640);
	char *p = e->at(id, NULL, 0);
	struct shmid_ds ds, was;
	unsigned long before;
	int dirt = 0;

	p[PAGE] = 'p';
	was = stat_of(id);
	is(resident(id), 1, "lock.3 %s: a page was touched", e->name);
	before = procfs_number("/proc/meminfo", "MemFree");
	is(e->ctl(id, SHM_LOCK, BAD), 0, "lock.1 root, buf is ignored");
	is(before - procfs_number("/proc/meminfo", "MemFree"), (PAGES - 1) * PAGE / 1024,
	   "lock.3 it takes the other pages");
	is(resident(id), PAGES, "lock.3 all are there");
	is(usage_rss(), PAGES, "lock.3 SHM_INFO says so too");
	ds = stat_of(id);
	is(ds.shm_perm.mode, SHM_LOCKED | 0640, "lock.4 IPC_STAT shows 02000");
	ds.shm_perm.mode = was.shm_perm.mode;
	ok(memcmp(&ds, &was, sizeof(ds)) == 0, "lock.4 and nothing else is new");
	for (unsigned i = 0; i < PAGES * PAGE; i++)
		dirt += p[i] != 0 && i != PAGE;
	ok(p[PAGE] == 'p' && dirt == 0, "lock.3 what was there stays, the rest is zero");
	is(e->ctl(id, SHM_LOCK, NULL), 0, "lock.1 once more");
	e->ctl(id, IPC_SET, &was);
	is(stat_of(id).shm_perm.mode, SHM_LOCKED | 0640, "lock.4 IPC_SET leaves it");
	is(e->ctl(id, SHM_UNLOCK, BAD), 0, "lock.1 SHM_UNLOCK");
	is(stat_of(id).shm_perm.mode, 0640, "lock.4 no longer shown");
	is(e->ctl(id, SHM_UNLOCK, NULL), 0, "lock.1 of what isn't locked");
	is(resident(id), PAGES, "lock.3 the pages stay");
	e->ctl(id, SHM_LOCK, NULL);
	e->ctl(id, IPC_RMID, NULL);
	fails(e->ctl(id, SHM_LOCK, BAD), EINVAL, "lock.5 a removed segment");
	fails(e->ctl(id, SHM_UNLOCK, BAD), EINVAL, "lock.5 nor unlocked");
	fails(e->ctl(-1, SHM_LOCK, BAD), EINVAL, "lock.5 no identifier at all");
	e->dt(p);
}

/* Returns which of the two calls the user may make: 1 for SHM_LOCK, 2
 * for SHM_UNLOCK, or 3 for both. */
static int
may_lock(uid_t uid, int id)
{
	return CHILD(become(uid, 50);
	             int lock = e->ctl(id, SHM_LOCK, NULL) == 0 ? 1 : errno == EPERM ? 0 : 4;
	             int unlock = e->ctl(id, SHM_UNLOCK, NULL) == 0 ? 2 : errno == EPERM ? 0 : 8;
	             _exit(lock + unlock));
}

static void
lock_rights(void)
{
	struct shmid_ds ds;
	int id;

	CHILD(become(ALICE, ALICE); id = e->get(KEY, 1, IPC_CREAT | 0666); ds = stat_of(id);
	      ds.shm_perm.uid = BOB; e->ctl(id, IPC_SET, &ds));
	id = e->get(KEY, 1, 0);
	is(may_lock(ALICE, id), 3, "lock.1 %s: the creator", e->name);
	is(may_lock(BOB, id), 3, "lock.1 the owner");
	is(may_lock(0, id), 3, "lock.1 root");
	is(may_lock(70, id), 0, "lock.2 another, though the mode is 0666: EPERM");
	e->ctl(id, SHM_LOCK, NULL);
	is(may_lock(70, id), 0, "lock.2 nor may another unlock");
	is(stat_of(id).shm_perm.mode, SHM_LOCKED | 0666, "lock.2 it is still locked");
	e->ctl(id, IPC_RMID, NULL);
}

/* ---- The commands that ipcs uses ---- */

static void
limits(void)
{
	is(ask(-1, IPC_INFO, sizeof(u.limits), "IPC_INFO"), 2, "info.1 %s: the highest slot in use",
	   e->name);
	is(u.limits.shmmni, procfs_number("/proc/sys/kernel/shmmni", ""), "info.1 shmmni");
	is(u.limits.shmmax, procfs_number("/proc/sys/kernel/shmmax", ""), "info.1 shmmax");
	is(u.limits.shmall, procfs_number("/proc/sys/kernel/shmall", ""), "info.1 shmall");
	is(u.limits.shmseg, procfs_number("/proc/sys/kernel/shmseg", ""), "info.1 shmseg");
	is(u.limits.shmmin, 1, "info.1 shmmin");
	is(u.limits.spare[0] | u.limits.spare[1] | u.limits.spare[2] | u.limits.spare[3], 0,
	   "info.7 IPC_INFO: padding");
	fails(e->ctl(0, IPC_INFO, BAD), EFAULT, "info.6 IPC_INFO");
	fails(e->ctl(0, IPC_INFO, NULL), EFAULT, "info.6 IPC_INFO to NULL");
}

static void
usage(void)
{
	is(ask(-1, SHM_INFO, sizeof(u.usage), "SHM_INFO"), 2, "info.2 %s: the highest slot in use",
	   e->name);
	is(u.usage.used_ids, 2, "info.2 two segments");
	is(u.usage.shm_tot, PAGES + 1, "info.2 their pages");
	is(u.usage.shm_rss, 1, "info.2 one was touched");
	is(u.usage.shm_swp | u.usage.spare[0] | u.usage.spare[1], 0, "info.7 SHM_INFO: padding");
	fails(e->ctl(0, SHM_INFO, BAD), EFAULT, "info.6 SHM_INFO");
	fails(e->ctl(0, SHM_INFO, (void *)(0xc0000000 - 8)), EFAULT, "info.6 across the border");
}

static void
by_slot(int id, int cmd, const char *name)
{
	static const int none[] = {-1, 1, 3, 32767, 32768, 99999, 0x7fffffff, 0x10001};
	struct shmid_ds ds = stat_of(id);
	int tag = cmd == SHM_STAT ? 3 : 4;

	is(ask(2, cmd, sizeof(ds), name), id,
	   tag == 3 ? "info.3 %s: the identifier (%s)" : "info.4 %s: the identifier (%s)", name,
	   e->name);
	ok(memcmp(&u.ds, &ds, sizeof(ds)) == 0,
	   tag == 3 ? "info.3 %s: what IPC_STAT says" : "info.4 %s: what IPC_STAT says", name);
	for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		fails(e->ctl(none[i], cmd, BAD), EINVAL, "info.5 %s of %d", name, none[i]);
	is(e->ctl(id, cmd, &u.ds), id, "info.5 %s: the slot of an identifier", name);
	fails(e->ctl(2, cmd, BAD), EFAULT, "info.6 %s", name);
}

/* Frees slot 0 last, so that the next three segments get the slots 0, 1 and 2. */
static void
first_slots(void)
{
	int id[3], zero = 0;

	for (int i = 0; i < 3; i++)
		id[i] = e->get(IPC_PRIVATE, 1, 0600);
	for (int i = 0; i < 3; i++)
		if ((id[i] & 0xffff) != 0)
			e->ctl(id[i], IPC_RMID, NULL);
		else
			zero = id[i];
	e->ctl(zero, IPC_RMID, NULL);
}

static void
info(void)
{
	int id[3];
	char *p;

	first_slots();
	for (int i = 0; i < 3; i++)
		id[i] = e->get(i == 2 ? KEY : IPC_PRIVATE, i == 2 ? PAGES * PAGE : 1,
		               IPC_CREAT | 0600);
	e->ctl(id[1], IPC_RMID, NULL);
	p = e->at(id[2], NULL, 0);
	p[0] = 1;
	limits();
	usage();
	by_slot(id[2], SHM_STAT, "SHM_STAT");
	by_slot(id[2], SHM_STAT_ANY, "SHM_STAT_ANY");
	CHILD(become(BOB, BOB);
	      is(e->ctl(0, IPC_INFO, &u.ds), 2, "info.1 strangers may ask");
	      is(e->ctl(0, SHM_INFO, &u.ds), 2, "info.2 strangers may ask");
	      fails(e->ctl(2, SHM_STAT, &u.ds), EACCES, "info.3 strangers need IPC_R");
	      fails(e->ctl(2, SHM_STAT, BAD), EACCES, "info.3 EACCES before EFAULT");
	      fails(e->ctl(1, SHM_STAT, BAD), EINVAL, "info.5 strangers too");
	      is(e->ctl(2, SHM_STAT_ANY, &u.ds), id[2], "info.4 strangers may ask");
	      is(u.ds.shm_perm.mode, 0600, "info.4 though its mode says no"));
	e->ctl(id[2], IPC_RMID, NULL);
	is(ask(2, SHM_STAT, sizeof(u.ds), "removed"), id[2],
	   "info.3 one that is removed but attached");
	is(u.ds.shm_perm.mode, SHM_DEST | 0600, "info.3 its mode says that");
	is(u.ds.shm_perm.key, 0, "info.3 its key is gone");
	e->dt(p);
	fails(e->ctl(2, SHM_STAT, BAD), EINVAL, "info.5 freed");
	is(e->ctl(0, IPC_INFO, &u.ds), 0, "info.1 the highest is 0 now");
	e->ctl(id[0], IPC_RMID, NULL);
}

/* ---- /proc/sysvipc/shm ---- */

static int
slurp(char *text, int size, int bite)
{
	int fd = open("/proc/sysvipc/shm", O_RDONLY), n = 0, r;

	while ((r = read(fd, text + n, n + bite < size ? bite : size - 1 - n)) > 0)
		n += r;
	text[n] = 0;
	close(fd);
	return n;
}

static int
print(char *to, int size, int id, unsigned rss)
{
	struct shmid_ds ds = stat_of(id);
	const struct ipc_perm *p = &ds.shm_perm;

	return snprintf(
		to, size,
		"%10d %10d  %4o %10u %5d %5d  %5u %5u %5u %5u %5u %10llu %10llu %10llu %10u %10u\n",
		p->key, id, p->mode, ds.shm_segsz, ds.shm_cpid, ds.shm_lpid, ds.shm_nattch, p->uid,
		p->gid, p->cuid, p->cgid, ds.shm_atime, ds.shm_dtime, ds.shm_ctime, rss, 0);
}

static void
list(void)
{
	static char got[1024], again[1024], want[1024];
	int a = e->get(-7, 100, IPC_CREAT | 0604), b = e->get(IPC_PRIVATE, 3 * PAGE, 0777), n, fd;
	char *p = e->at(b, NULL, 0);

	p[0] = p[2 * PAGE] = 1;
	e->ctl(a, SHM_LOCK, NULL);
	n = snprintf(want, sizeof(want),
	             "       key      shmid perms       size  cpid  lpid nattch   uid   gid"
	             "  cuid  cgid      atime      dtime      ctime        rss       swap\n");
	/* The lines come in the order of slots. */
	int first = (a & 0xffff) < (b & 0xffff);

	n += print(want + n, sizeof(want) - n, first ? a : b, first ? PAGE : 2 * PAGE);
	n += print(want + n, sizeof(want) - n, first ? b : a, first ? 2 * PAGE : PAGE);
	is(slurp(got, sizeof(got), 1000), n, "proc.1 %s: its length", e->name);
	ok(strcmp(got, want) == 0, "proc.1 heading, columns and values are Linux's");
	if (strcmp(got, want) != 0)
		diag("got:\n%swanted:\n%s", got, want);
	slurp(again, sizeof(again), 7);
	ok(strcmp(got, again) == 0, "proc.1 read in bits");
	CHILD(slurp(got, sizeof(got), 100); become(BOB, BOB); slurp(again, sizeof(again), 100);
	      ok(strcmp(got, again) == 0, "proc.1 everybody reads all of it"));
	fd = open("/proc/sysvipc/shm", O_WRONLY);
	ok(fd < 0 || write(fd, "x", 1) < 0, "proc.1 nobody writes it");
	close(fd);
	e->ctl(b, IPC_RMID, NULL);
	e->ctl(a, IPC_RMID, NULL);
	e->dt(p);
}

/* ---- Flags of shmget and shmat that are accepted and have no effect ---- */

static void
flags(void)
{
	unsigned long before = procfs_number("/proc/meminfo", "Committed_AS");
	int id = e->get(KEY, 4 * PAGE, IPC_CREAT | SHM_NORESERVE | 0600);
	char *p = e->at(id, NULL, SHM_EXEC | SHM_RDONLY), *q = e->at(id, NULL, SHM_EXEC);

	ok(id > 0, "noreserve.1 %s: accepted", e->name);
	is(stat_of(id).shm_perm.mode, 0600, "noreserve.1 no mode bit comes of it");
	ok(procfs_number("/proc/meminfo", "Committed_AS") >= before + 16, "noreserve.1 promised");
	fails(e->get(IPC_PRIVATE, procfs_number("/proc/sys/kernel/shmmax", ""),
	             SHM_NORESERVE | 0600),
	      ENOMEM, "noreserve.1 what can't be promised is refused");
	ok(p != NO_ADDR && q != NO_ADDR, "execflag.1 %s: accepted", e->name);
	q[0] = (char)0xc3; /* ret */
	((void (*)(void))(uintptr_t)p)();
	ok(1, "execflag.1 what is there runs");
	is(writes(p), SEGV, "execflag.1 SHM_RDONLY stays so");
	CHILD(become(BOB, BOB);
	      fails((long)e->at(id, NULL, SHM_EXEC | SHM_RDONLY), EACCES,
	            "execflag.1 gives no right"));
	e->dt(p), e->dt(q);
	e->ctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	for (EACH_ENTRANCE(each)) {
		e = each;
		info();
		lock_fills();
		lock_rights();
		list();
		flags();
	}
	invariants();
}
