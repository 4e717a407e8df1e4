/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmseg=4096 */
/* Tests the rows of the museum about counts, identifiers, permissions and replies. */
#include "museum.h"

#define A ((char *)0x60000000)
#define KEY 0x77

/* Returns the free memory in kB. It is read twice, so that what the first read allocates is not
 * counted as free. */
static unsigned long
mem_free(void)
{
	procfs_number("/proc/meminfo", "MemFree");
	return procfs_number("/proc/meminfo", "MemFree");
}

/* Makes shmat fail `calls` times, and returns how often it did not fail as it should. Every
 * tenth call fails by injection while it maps; the others fail before that, as the address is
 * taken. */
static int
fail_shmat(int id, int calls)
{
	int bad = 0;
	char *p = shmat(id, A, 0);

	memset(p, 1, 64 * PAGE);
	for (int i = 0; i < calls; i++) {
		if (i % 10 == 0)
			kernel_set("fail", "attach:nth=1");
		bad += shmat(id, i % 10 == 0 ? NULL : A + i % 10 * PAGE, 0) != NO_ADDR ||
		       errno != ENOMEM;
	}
	kernel_set("fail", "");
	bad += stat_of(id).shm_nattch != 1;
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
	return bad;
}

static void
b3(void)
{
	unsigned long before;

	fail_shmat(segment(64 * PAGE), 1); /* take what the first use needs */
	before = mem_free();
	is(fail_shmat(segment(64 * PAGE), 100000), 0, "B3 100,000 failing shmat, none counted");
	is(mem_free(), before, "B3 then IPC_RMID: free frames are back");
}

/* Returns how many words of a reply hold an address of the kernel or were not written. */
static unsigned
strange(const uint32_t *word, size_t bytes)
{
	unsigned n = 0;

	for (size_t i = 0; i < bytes / 4; i++)
		n += word[i] >= 0xc0000000u || word[i] == 0xaaaaaaaau;
	return n;
}

static int
padding_is_zero(const struct shmid_ds *ds)
{
	const struct ipc_perm *perm = &ds->shm_perm;

	return perm->pad1 == 0 && perm->pad2 == 0 &&
	       all((const char *)perm->spare, 0, sizeof(perm->spare)) &&
	       all((const char *)ds->shm_spare, 0, sizeof(ds->shm_spare));
}

static void
b4(void)
{
	int id = shmget(KEY, 1000, IPC_CREAT | 0640);
	struct shmid_ds ds;

	shmat(id, NULL, 0);
	memset(&ds, 0xaa, sizeof(ds));
	is(shmctl(id, IPC_STAT, &ds), 0, "B4 IPC_STAT");
	is(strange((void *)&ds, sizeof(ds)), 0, "B4 nothing >= 0xC0000000");
	ok(padding_is_zero(&ds), "B4 padding 0");
	is(ds.shm_perm.mode, 0640, "B4 no internal flags");
	shmctl(id, IPC_RMID, NULL);
}

/* Makes 16 processes with 4,096 attaches each, 65,536 in all. */
static void
b9(void)
{
	int id = segment(PAGE), failed = 0;
	struct gate go;
	char *p = shmat(id, NULL, 0);

	strcpy(p, "still here");
	gate_make(&go);
	for (int i = 1; i < 4096; i++)
		failed += shmat(id, NULL, 0) == NO_ADDR;
	is(failed, 0, "B9 4,096 attaches in one process");
	is(stat_of(id).shm_nattch, 4096, "B9 nattch of one process");
	for (int i = 1; i < 16; i++) {
		SPAWN(gate_pass(&go); _exit(strcmp(p, "still here")));
		if (i == 8)
			is(stat_of(id).shm_nattch, 9 * 4096, "B9 nattch above 32,767");
	}
	is(stat_of(id).shm_nattch, 65536, "B9 nattch above 65,535");
	shmctl(id, IPC_RMID, NULL);
	is(count_segments(), 1, "B9 then IPC_RMID: the segment is still there");
	for (int i = 1; i < 16; i++)
		gate_open(&go);
	for (int i = 1, status; i < 16; i++)
		failed += wait(&status) < 0 || status != 0;
	is(failed, 0, "B9 memory still there, in all processes");
	is(strcmp(p, "still here"), 0, "B9 and after their ends");
}

static void
b10(void)
{
	int id = segment(PAGE);
	char *p = shmat(id, NULL, 0);
	struct gate detached, go;
	pid_t pid;

	gate_make(&detached), gate_make(&go);
	pid = SPAWN(shmdt(p); gate_open(&detached); gate_pass(&go));
	gate_pass(&detached);
	is(stat_of(id).shm_lpid, pid, "B10 a child detaches, stat shows its pid");
	gate_open(&go);
	ending(pid);
	shmdt(p);
	is(stat_of(id).shm_lpid, getpid(), "B10 and then its parent's");
	shmctl(id, IPC_RMID, NULL);
}

/* Tests that an identifier comes again only after 32,768 uses of its slot, which are counted in
 * 15 bits of the identifier. */
static void
b11(void)
{
	int id = segment(1), same = 0, next = 0;

	shmctl(id, IPC_RMID, NULL);
	for (int i = 1; i <= 32768; i++) {
		next = segment(1);
		same += next == id && i < 32768;
		shmctl(next, IPC_RMID, NULL);
	}
	is(same, 0, "B11 32,767 reuses of a slot give other identifiers");
	is(next, id, "B11 the 32,768th gives the first one again");
}

static void
b16(void)
{
	static const uint32_t sizes[] = {0x7fffffff, 0x80000000, 0xfffff001, 0xffffffff};
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	unsigned long before = procfs_number("/proc/meminfo", "Committed_AS");
	char shmmax[16];

	for (unsigned i = 0; i < COUNT(sizes); i++) {
		fails(shmget(KEY + 1, sizes[i], IPC_CREAT | 0600), EINVAL, "B16 0x%x, a new key",
		      sizes[i]);
		fails(shmget(IPC_PRIVATE, sizes[i], 0600), EINVAL, "B16 0x%x, no key", sizes[i]);
		fails(shmget(KEY, sizes[i], 0600), EINVAL, "B16 0x%x, an existing key", sizes[i]);
	}
	snprintf(shmmax, sizeof(shmmax), "%lu", procfs_number("/proc/sys/kernel/shmmax", ""));
	kernel_set("shmmax", "4294967295");
	for (unsigned i = 2; i < COUNT(sizes); i++)
		fails(shmget(IPC_PRIVATE, sizes[i], 0600), EINVAL,
		      "B16 0x%x wraps when it is rounded, whatever shmmax", sizes[i]);
	kernel_set("shmmax", shmmax);
	is(procfs_number("/proc/meminfo", "Committed_AS"), before, "B16 committed unchanged");
	is(count_segments(), 1, "B16 and no segment more");
	shmctl(id, IPC_RMID, NULL);
}

static int
life(int how)
{
	int id = segment(5 * PAGE), bad;
	char *p = shmat(id, NULL, 0);

	bad = CHILD(p[0] = 1; shmat(id, NULL, SHM_RDONLY); if (how & 1) abort()) !=
	                                                       (how & 1 ? KILLED(SIGABRT) : 0);
	if (how & 2)
		shmctl(id, IPC_RMID, NULL);
	shmdt(p);
	if (!(how & 2))
		shmctl(id, IPC_RMID, NULL);
	return bad;
}

static void
b18(void)
{
	struct shm_info was, info;
	unsigned long before;
	int bad = 0;

	for (int i = 0; i < 4; i++)
		life(i);
	before = mem_free();
	shmctl(0, SHM_INFO, (void *)&was);
	for (int i = 0; i < 200; i++)
		bad += life(i);
	shmctl(0, SHM_INFO, (void *)&info);
	is(bad, 0, "B18 200 life cycles");
	ok(info.used_ids == was.used_ids && info.shm_tot == was.shm_tot, "B18 counts restored");
	is(mem_free(), before, "B18 free frames restored");
}

static void
b20(void)
{
	int id = shmget(KEY, 100, IPC_CREAT | 0600);

	is(stat_of(id).shm_segsz, 100, "B20 shmget(K,100): stat says 100");
	fails(shmget(KEY, 101, 0600), EINVAL, "B20 shmget(K,101) is EINVAL");
	is(shmget(KEY, 100, 0600), id, "B20 shmget(K,100) is not");
	shmctl(id, IPC_RMID, NULL);
}

static void
b21(void)
{
	static const int asked[] = {0600, 0400, 0200, IPC_CREAT | 0600,
	                            IPC_CREAT | IPC_EXCL | 0666};
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600);

	CHILD(become(BOB, BOB);
	      for (unsigned i = 0; i < COUNT(asked); i++)
	              fails(shmget(KEY, PAGE, asked[i]), EACCES,
	                    "B21 other user, 0600 segment, %o: EACCES", asked[i]));
	shmctl(id, IPC_RMID, NULL);
}

static void
l3(void)
{
	static const struct {
		const char *name;
		int cmd;
		size_t size;
	} replies[] = {
		{"IPC_STAT", IPC_STAT, sizeof(struct shmid_ds)},
		{"SHM_STAT", SHM_STAT, sizeof(struct shmid_ds)},
		{"SHM_STAT_ANY", SHM_STAT_ANY, sizeof(struct shmid_ds)},
		{"SHM_INFO", SHM_INFO, sizeof(struct shm_info)},
		{"IPC_INFO", IPC_INFO, sizeof(struct shminfo64)},
	};
	union {
		struct shmid_ds ds;
		struct shm_info info;
		struct shminfo64 limits;
		uint32_t word[64];
	} u;
	int id = shmget(KEY, 1000, IPC_CREAT | 0640), tail;

	for (unsigned i = 0; i < COUNT(replies); i++) {
		memset(&u, 0xaa, sizeof(u));
		shmctl(replies[i].cmd == IPC_STAT ? id : id & 0xffff, replies[i].cmd, &u.ds);
		/* shmmax and shmall may be any number, even one that looks like an address of
		 * the kernel. */
		if (replies[i].cmd == IPC_INFO)
			u.limits.shmmax = u.limits.shmall = 0;
		is(strange(u.word, replies[i].size), 0, "L3 %s: no kernel address, all written",
		   replies[i].name);
		ok(all((char *)&u + replies[i].size, (char)0xaa, sizeof(u) - replies[i].size),
		   "L3 %s: and nothing behind it", replies[i].name);
		if (replies[i].cmd == SHM_INFO)
			tail = u.info.shm_swp == 0 &&
			       all((char *)u.info.spare, 0, sizeof(u.info.spare));
		else if (replies[i].cmd == IPC_INFO)
			tail = all((char *)u.limits.spare, 0, sizeof(u.limits.spare));
		else
			tail = padding_is_zero(&u.ds);
		ok(tail, "L3 %s: padding 0", replies[i].name);
	}
	shmctl(id, IPC_RMID, NULL);
}

static void
l4(void)
{
	int id = shmget(KEY, 2 * PAGE, IPC_CREAT | 0666);

	is(shmctl(id, SHM_LOCK, NULL), 0, "L4 root locks");
	is(stat_of(id).shm_perm.mode, 02666, "L4 stat shows it");
	CHILD(become(BOB, BOB);
	      fails(shmctl(id, SHM_UNLOCK, NULL), EPERM, "L4 other user unlocks: EPERM");
	      fails(shmctl(id, SHM_LOCK, NULL), EPERM, "L4 other user locks: EPERM"));
	is(stat_of(id).shm_perm.mode, 02666, "L4 it is still locked");
	is(shmctl(id, SHM_UNLOCK, NULL), 0, "L4 root unlocks");
	is(stat_of(id).shm_perm.mode, 0666, "L4 stat shows that too");
	shmctl(id, IPC_RMID, NULL);
}

/* Tests that the owner of a segment gets the rights of the owner's class and of no other, even
 * if another process created the segment. */
static void
p2(void)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	struct shmid_ds ds = stat_of(id);

	ds.shm_perm.uid = ALICE;
	ds.shm_perm.mode = 0066;
	shmctl(id, IPC_SET, &ds);
	CHILD(become(ALICE, ALICE);
	      fails(shmget(KEY, 0, 0600), EACCES, "P2 shmget of a 0066 segment by its owner");
	      fails((long)shmat(id, NULL, SHM_RDONLY), EACCES, "P2 shmat to read");
	      fails((long)shmat(id, NULL, 0), EACCES, "P2 shmat to write");
	      fails(shmctl(id, IPC_STAT, &ds), EACCES, "P2 IPC_STAT"));
	CHILD(become(BOB, BOB);
	      is(shmget(KEY, 0, 0600), id, "P2 everybody else may: one class decides"));
	shmctl(id, IPC_RMID, NULL);
}

static void
p4(void)
{
	static const struct {
		const char *name;
		uid_t uid;
		gid_t gid;
	} bad[] = {{"uid", -1, 7}, {"gid", 7, -1}, {"both", -1, -1}};
	int id = shmget(KEY, PAGE, IPC_CREAT | 0640);
	struct shmid_ds was = stat_of(id), ds;

	for (unsigned i = 0; i < COUNT(bad); i++) {
		ds = was;
		ds.shm_perm.uid = bad[i].uid;
		ds.shm_perm.gid = bad[i].gid;
		ds.shm_perm.mode = 0777;
		fails(shmctl(id, IPC_SET, &ds), EINVAL, "P4 IPC_SET of -1: %s", bad[i].name);
		ds = stat_of(id);
		ok(memcmp(&ds, &was, sizeof(ds)) == 0, "P4 nothing changed: %s", bad[i].name);
	}
	ds.shm_perm.uid = -2;
	is(shmctl(id, IPC_SET, &ds), 0, "P4 -2 is somebody");
	shmctl(id, IPC_RMID, NULL);
}

static void
p3(void)
{
	static const int bad[] = {-1, 0, 1, 99999, 0x7fffffff};
	int id[3];
	struct shmid_ds ds, was;

	for (int i = 0; i < 3; i++) {
		/* Identifiers 0 and 1 belong to sequence number 0; keep only segments that have
		 * a later one. */
		while ((id[i] = segment(PAGE)) >> 16 == 0)
			shmctl(id[i], IPC_RMID, NULL);
	}
	was = ds = stat_of(id[0]);
	for (unsigned i = 0; i < COUNT(bad); i++) {
		fails((long)shmat(bad[i], NULL, 0), EINVAL, "P3 shmat of %d", bad[i]);
		fails(shmctl(bad[i], IPC_STAT, &ds), EINVAL, "P3 IPC_STAT of %d", bad[i]);
		fails(shmctl(bad[i], IPC_SET, &ds), EINVAL, "P3 IPC_SET of %d", bad[i]);
		fails(shmctl(bad[i], IPC_RMID, NULL), EINVAL, "P3 IPC_RMID of %d", bad[i]);
		fails(shmctl(bad[i], SHM_LOCK, NULL), EINVAL, "P3 SHM_LOCK of %d", bad[i]);
	}
	is(count_segments(), 3, "P3 nothing else: the segments are there");
	ds = stat_of(id[0]);
	ok(memcmp(&ds, &was, sizeof(ds)) == 0, "P3 and as they were");
	for (int i = 0; i < 3; i++)
		shmctl(id[i], IPC_RMID, NULL);
}

void
test(void)
{
	static const struct row rows[] = {
		{"B3", b3},   {"B4", b4},   {"B9", b9},   {"B10", b10}, {"B11", b11},
		{"B16", b16}, {"B18", b18}, {"B20", b20}, {"B21", b21}, {"L3", l3},
		{"L4", l4},   {"P2", p2},   {"P3", p3},   {"P4", p4},
	};

	visit(rows, COUNT(rows));
}
