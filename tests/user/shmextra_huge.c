/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 64 */
/* SHM_HUGETLB: spec-shm.md part 5. The machine has 64 MiB, which is 16 times 4 MiB; the kernel
 * and the programs use some of it. */
#include "shmcalls.h"

#define KEY 0x4096
#define LARGE (4u << 20)
#define A ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)

static const struct entrance *e;

static unsigned long
free_kib(void)
{
	return procfs_number("/proc/meminfo", "MemFree");
}

static int
dirt(const char *p, unsigned size)
{
	const uint32_t *w = (const void *)p;
	uint32_t any = 0;

	for (unsigned i = 0; i < size / 4; i++)
		any |= w[i];
	return any != 0;
}

/* A segment of this size is created, is zero, is used by several attaches, and is removed. */
static void
life(unsigned size)
{
	unsigned long before = free_kib();
	int id = e->get(KEY, size, IPC_CREAT | SHM_HUGETLB | 0600);
	struct shmid_ds ds;
	unsigned last = (size + PAGE - 1) / PAGE * PAGE - 1;
	char *p = e->at(id, NULL, 0), *q = e->at(id, NULL, 0);

	ok(p != NO_ADDR && q != NO_ADDR, "huge.1 %s: %u bytes", e->name, size);
	ds = stat_of(id);
	ok(ds.shm_segsz == size && ds.shm_perm.mode == 0600, "huge.1 size and mode as asked");
	ok(free_kib() + size / LARGE * 4096 <= before, "huge.1 each whole 4 MiB is there at once");
	is(dirt(p, last + 1), 0, "huge.1 it is zero");
	p[0] = 'a';
	p[last / 2] = 'b';
	p[last] = 'c';
	ok(q[0] == (last == 0 ? 'c' : 'a') && q[last / 2] == 'b' && q[last] == 'c',
	   "huge.4 both attaches show one memory");
	is(CHILD(_exit(p[last] == 'c' ? q[last / 2] = 'd', 0 : 1)), 0, "huge.4 so does a child's");
	is(p[last / 2], 'd', "huge.4 which may write");
	is(e->dt(p), 0, "huge.4 detached");
	is(reads(p), SEGV, "huge.4 nothing is left at the start");
	is(reads(p + last), SEGV, "huge.4 nor at the end");
	is(q[last], 'c', "huge.4 the other attach stays");
	is(e->ctl(id, IPC_RMID, NULL), 0, "huge.4 removed");
	is(q[0], 'a', "huge.4 its memory stays");
	invariants();
	e->dt(q);
	is(free_kib(), before, "huge.5 the frames come back");
	/* The next segment does not show what was written to this one. */
	id = e->get(KEY, size, IPC_CREAT | SHM_HUGETLB | 0600);
	p = e->at(id, NULL, SHM_RDONLY);
	is(dirt(p, last + 1), 0, "huge.1 the next is zero");
	e->ctl(id, IPC_RMID, NULL);
	e->dt(p);
}

/* Attaches may be at any page address, read-only, and cut by holes. */
static void
pieces(void)
{
	int id = e->get(IPC_PRIVATE, 2 * LARGE, SHM_HUGETLB | 0600);
	char *p = e->at(id, A, 0);
	const char *r = e->at(id, A + 2 * LARGE + PAGE, SHM_RDONLY);

	ok(p == A && r == A + 2 * LARGE + PAGE, "huge.4 %s: at addresses of all kinds", e->name);
	p[0] = p[LARGE] = p[2 * LARGE - 1] = 'x';
	ok(r[0] == 'x' && r[LARGE] == 'x' && r[2 * LARGE - 1] == 'x', "huge.4 one memory");
	is(writes((void *)r), SEGV, "huge.4 SHM_RDONLY");
	fails(mprotect((void *)r, PAGE, RW), EACCES, "huge.4 for good");
	e->dt(r);
	r = e->at(id, A + 2 * LARGE, SHM_RDONLY);
	is(r[0], 'x', "huge.4 a read-only one");
	is(writes((void *)r), SEGV, "huge.4 whose page can't be written");
	is(writes((void *)(r + LARGE + 7 * PAGE)), SEGV, "huge.4 nor the next");
	is(CHILD(_exit(writes((void *)r) == SEGV ? 0 : 1)), 0, "huge.4 nor in a child");

	is(mprotect(p + 5 * PAGE, PAGE, PROT_READ), 0, "huge.4 a small page is protected");
	is(writes(p + 5 * PAGE), SEGV, "huge.4 it alone");
	is(writes(p + 4 * PAGE), 0, "huge.4 not the one before");
	is(writes(p + 6 * PAGE), 0, "huge.4 nor the one after");
	is(munmap(p + LARGE + 9 * PAGE, PAGE), 0, "huge.4 a small page is unmapped");
	is(reads(p + LARGE + 9 * PAGE), SEGV, "huge.4 it alone");
	is(p[LARGE], 'x', "huge.4 what is before it stays");
	is(p[2 * LARGE - 1], 'x', "huge.4 and what is after it");
	is(CHILD(_exit(p[0] == 'x' && reads(p + LARGE + 9 * PAGE) == SEGV ? 0 : 1)), 0,
	               "huge.4 a child has the same");
	is(stat_of(id).shm_nattch, 2, "huge.4 two attaches");
	invariants();
	is(e->dt(p) | e->dt(r), 0, "huge.4 detached in pieces");
	is(stat_of(id).shm_nattch, 0, "huge.4 nattch");
	is(e->ctl(id, SHM_LOCK, NULL), 0, "huge.4 locked");
	is((long)e->at(id, p, 0), (long)p, "huge.4 attached again");
	ok(p[0] == 'x' && p[2 * LARGE - 1] == 'x', "huge.4 with what it held");
	is((long)e->at(id, p, SHM_REMAP), (long)p, "huge.4 and replaced by itself");
	is(stat_of(id).shm_nattch, 1, "huge.4 nattch");
	e->dt(p);
	e->ctl(id, IPC_RMID, NULL);
}

/* SHM_HUGETLB does not matter for a key that exists: the segment
 * is found with it and without it. */
static void
existing(void)
{
	int id = e->get(KEY, LARGE, IPC_CREAT | SHM_HUGETLB | 0600), small;

	is(e->get(KEY, 0, SHM_HUGETLB), id, "huge.1 %s: an existing key", e->name);
	is(e->get(KEY, LARGE, 0), id, "huge.1 also without the flag");
	fails(e->get(KEY, LARGE + 1, SHM_HUGETLB), EINVAL, "3a.3a a byte more than 4 MiB");
	fails(e->get(KEY, LARGE, IPC_CREAT | IPC_EXCL | SHM_HUGETLB), EEXIST, "3a.4 of 4 MiB");
	e->ctl(id, IPC_RMID, NULL);
	small = e->get(KEY, PAGE, IPC_CREAT | 0600);
	is(e->get(KEY, PAGE, IPC_CREAT | SHM_HUGETLB | 0600), small, "huge.1 one made without it");
	e->ctl(small, IPC_RMID, NULL);
	fails(e->get(IPC_PRIVATE, 0, SHM_HUGETLB | 0600), EINVAL, "3b.1a no bytes of 4 MiB pages");
	fails(e->get(KEY, LARGE, SHM_HUGETLB), ENOENT, "3.2 no key, no IPC_CREAT, SHM_HUGETLB");
}

/*
 * Memory is filled with segments of 150 pages, and every other one is removed. Then enough frames
 * for four times 4 MiB are free, but no row of 4 MiB.
 */
static void
scattered(void)
{
	unsigned long before = free_kib(),
		      committed = procfs_number("/proc/meminfo", "Committed_AS");
	int keep[60], drop[60], n = 0, id;
	char *p, *q;

	while (n < 60) {
		keep[n] = e->get(IPC_PRIVATE, 150 * PAGE, 0600);
		drop[n] = keep[n] < 0 ? -1 : e->get(IPC_PRIVATE, 150 * PAGE, 0600);
		if (drop[n] < 0)
			break;
		p = e->at(keep[n], NULL, 0);
		q = e->at(drop[n++], NULL, 0);
		for (int i = 0; i < 150; i++)
			p[i * PAGE] = q[i * PAGE] = 1;
		e->dt(p), e->dt(q);
	}
	if (n < 60 && keep[n] >= 0)
		e->ctl(keep[n], IPC_RMID, NULL);
	for (int i = 0; i < n; i++)
		e->ctl(drop[i], IPC_RMID, NULL);
	ok(free_kib() > 4 * LARGE / 1024, "huge.3 %s: %lu KiB are free, in %d pieces", e->name,
	   free_kib(), n);
	id = e->get(IPC_PRIVATE, LARGE, 0600);
	ok(id >= 0, "huge.3 4 MiB of small pages are there");
	e->ctl(id, IPC_RMID, NULL);
	fails(e->get(KEY, LARGE, IPC_CREAT | SHM_HUGETLB | 0600), ENOMEM,
	      "huge.3 in a row: ENOMEM");
	fails(e->get(KEY, 0, 0), ENOENT, "huge.3 and the key is free");
	id = e->get(KEY, LARGE - 1 - PAGE, IPC_CREAT | SHM_HUGETLB | 0600);
	ok(id >= 0, "huge.3 less than 4 MiB needs no row");
	e->ctl(id, IPC_RMID, NULL);
	for (int i = 0; i < n; i++)
		e->ctl(keep[i], IPC_RMID, NULL);
	is(free_kib(), before, "huge.5 the frames come back");
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "huge.5 and the promises");
	is(count_segments(), 0, "huge.5 no slot is in use");
	invariants();
}

/* Segments take all rows of frames that there are. When they have been removed, there are as many
 * rows again. */
static void
rows(void)
{
	int id[16], n, first = 0;

	for (int turn = 0; turn < 2; turn++) {
		for (n = 0; n < 16; n++) {
			id[n] = e->get(IPC_PRIVATE, LARGE, SHM_HUGETLB | 0600);
			if (id[n] < 0)
				break;
		}
		is(errno, ENOMEM, "huge.3 %s: after %d rows ENOMEM", e->name, n);
		for (int i = 0; i < n; i++)
			e->ctl(id[i], IPC_RMID, NULL);
		if (turn == 0)
			first = n;
	}
	ok(first >= 8 && n >= first, "huge.5 no fewer the second time");
	fails(e->get(IPC_PRIVATE, (n + 2) * LARGE, SHM_HUGETLB | 0600), ENOMEM,
	      "huge.3 most of them could be had: ENOMEM");
	id[0] = e->get(IPC_PRIVATE, (n - 2) * LARGE, SHM_HUGETLB | 0600);
	ok(id[0] >= 0, "huge.5 nothing is lost by that");
	e->ctl(id[0], IPC_RMID, NULL);
}

void
test(void)
{
	static const unsigned size[] = {1,         PAGE + 1,  LARGE - 1,           LARGE,
	                                LARGE + 1, 2 * LARGE, 3 * LARGE + 5 * PAGE};

	/* The first attach allocates the page table of its address, and the first child leaves its
	 * page directory for the next. Both stay, so they are made before anything is measured. */
	int id = shmget(IPC_PRIVATE, 1, 0600);
	char *p = shmat(id, NULL, 0);

	*p = 0;
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
	CHILD(_exit(0));
	for (EACH_ENTRANCE(each)) {
		e = each;
		for (unsigned i = 0; i < sizeof(size) / sizeof(size[0]); i++)
			life(size[i]);
		pieces();
		existing();
		scattered();
		rows();
	}
	invariants();
}
