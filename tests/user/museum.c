/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests the rows of the museum about addresses and what is mapped there. */
#include "museum.h"

#define A ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)
#define MIB (1u << 20)

static char *
map(void *at, size_t len)
{
	char *p = mmap(at, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap");
	return p;
}

static void
b1(void)
{
	static const uint32_t sizes[] = {3 * PAGE, 8 * MIB};

	for (unsigned i = 0; i < COUNT(sizes); i++) {
		uint32_t size = sizes[i];
		int id = segment(size);
		char *p = shmat(id, A, 0), *m = map(A + size, 2 * PAGE);
		char *above = shmat(id, A + 2 * size, 0);

		memset(m, 'm', 2 * PAGE);
		memset(p, 's', size);
		is(shmdt(p), 0, "B1 shmdt of %u pages", size / PAGE);
		ok(reads(m) == 0 && all(m, 'm', 2 * PAGE),
		   "B1 things mapped above survive a shmdt below them");
		ok(reads(above) == 0 && all(above, 's', size), "B1 an attach above as well");
		is(reads(p + size - 1), SEGV, "B1 what was attached is gone");
		shmdt(above);
		munmap(m, 2 * PAGE);
		shmctl(id, IPC_RMID, NULL);
	}
}

static void
b2(void)
{
	int id = segment(2 * PAGE);
	char *m = map(A + PAGE, 2 * PAGE);

	memset(m, 'm', 2 * PAGE);
	fails((long)shmat(id, A, 0), ENOMEM, "B2 a given address that is taken: no other instead");
	fails((long)shmat(id, A + 2 * PAGE, 0), ENOMEM, "B2 taken in its first page");
	ok(all(m, 'm', 2 * PAGE), "B2 the old content survives");
	is(stat_of(id).shm_nattch, 0, "B2 nothing was attached");
	is((long)shmat(id, A + 3 * PAGE, 0), (long)A + 3 * PAGE, "B2 attach at A is at A");
	shmctl(id, IPC_RMID, NULL);
}

static void
b12(void)
{
	int id = segment(2 * PAGE);
	char *m;

	shmat(id, A, 0);
	munmap(A, 2 * PAGE);
	is(stat_of(id).shm_nattch, 0, "B12 munmap of an attach detaches it");
	m = map(A, 2 * PAGE);
	memset(m, 'm', 2 * PAGE);
	fails(shmdt(A), EINVAL, "B12 shmdt of what was unmapped: EINVAL");
	ok(reads(m) == 0 && all(m, 'm', 2 * PAGE), "B12 the new mapping survives");
	shmctl(id, IPC_RMID, NULL);
}

static void
b13(void)
{
	int id = segment(2 * PAGE);
	char *w = shmat(id, NULL, 0), *r = shmat(id, A, SHM_RDONLY);

	w[0] = 'w';
	fails(mprotect(r, 2 * PAGE, RW), EACCES,
	      "B13 a read-only attach raised by mprotect: EACCES");
	is(writes(r), SEGV, "B13 a store still faults");
	mprotect(r, PAGE, PROT_NONE);
	fails(mprotect(r, PAGE, PROT_WRITE), EACCES, "B13 not by way of PROT_NONE");
	is(mprotect(r, PAGE, PROT_READ), 0, "B13 back to PROT_READ");
	is(writes(r), SEGV, "B13 and a store still faults");
	is(r[0], 'w', "B13 a load does not");
	shmctl(id, IPC_RMID, NULL);
}

static void
b14(void)
{
	static const uint32_t low[] = {1, 0x800, 0xfff};
	int id = segment(PAGE);

	for (unsigned i = 0; i < COUNT(low); i++)
		fails((long)shmat(id, (void *)low[i], SHM_RND), EINVAL,
		      "B14 SHM_RND of 0x%x is page 0: refused", low[i]);
	is(writes(NULL), SEGV, "B14 a NULL store still faults");
	is(reads((void *)0xfff), SEGV, "B14 all of page 0 is closed");
	shmctl(id, IPC_RMID, NULL);
}

static void
b15(void)
{
	static const uint32_t bad[] = {0xbffff000, 0xc0000000, 0xc0400000, 0xffffe000, 0xfffff000};
	int id = segment(2 * PAGE), other = segment(PAGE);

	for (unsigned i = 0; i < COUNT(bad); i++)
		fails((long)shmat(id, (void *)bad[i], SHM_RDONLY), EINVAL,
		      "B15 an attach at 0x%x is refused", bad[i]);
	is((long)shmat(other, (void *)0xbffff000, 0), 0xbffff000, "B15 the last page alone is not");
	is(reads((void *)0xc0000000), SEGV, "B15 the kernel's mappings are unchanged");
	is(stat_of(id).shm_nattch, 0, "B15 nothing was attached");
	shmctl(id, IPC_RMID, NULL);
	shmctl(other, IPC_RMID, NULL);
}

static void
l9(void)
{
	int id = segment(8 * PAGE), mapped = 0;
	char *p = shmat(id, A, 0);

	for (int i = 1; i < 8; i += 2)
		mprotect(p + i * PAGE, PAGE, i & 2 ? PROT_READ : PROT_NONE);
	is(stat_of(id).shm_nattch, 1, "L9 mprotect parts of an attach: one attach");
	is(shmdt(p), 0, "L9 shmdt");
	is(stat_of(id).shm_nattch, 0, "L9 nattch 0");
	for (int i = 0; i < 8; i++)
		mapped += mprotect(p + i * PAGE, PAGE, PROT_READ) == 0;
	is(mapped, 0, "L9 nothing left mapped");
	p = shmat(id, A, 0);
	mprotect(p + PAGE, PAGE, PROT_READ);
	for (int i = 0; i < 8; i++)
		munmap(p + i * PAGE, PAGE);
	is(stat_of(id).shm_nattch, 0, "L9 piece by piece by munmap as well");
	CHILD(p = shmat(id, A, 0); mprotect(p + PAGE, PAGE, PROT_READ));
	is(stat_of(id).shm_nattch, 0, "L9 and by exit");
	shmctl(id, IPC_RMID, NULL);
}

/* Tests that a removed segment keeps its frames while it is attached. If they were freed too
 * early, the other segment would get them, and its content would show. */
static void
p1(void)
{
	for (int allowed = 0; allowed < 2; allowed++) {
		int id = segment(16 * PAGE), other;
		char *p = shmat(id, A, 0), *q;

		kernel_set("shm_allow_removed", allowed ? "1" : "0");
		memset(p, 'p', 16 * PAGE);
		is(shmctl(id, IPC_RMID, NULL), 0, "P1 IPC_RMID while attached");
		for (int i = 2; i <= 3; i++)
			ok(shmctl(id, IPC_RMID, NULL) == (allowed ? 0 : -1),
			   "P1 IPC_RMID, time %d%s", i, allowed ? ", shm_allow_removed" : "");
		kernel_set("shm_allow_removed", "0");
		other = segment(64 * PAGE);
		q = shmat(other, NULL, 0);
		memset(q, 'q', 64 * PAGE);
		ok(all(p, 'p', 16 * PAGE), "P1 its memory is still its own");
		is(count_segments(), 2, "P1 the segment is still there");
		is(shmdt(p), 0, "P1 its last detach");
		is(count_segments(), 1, "P1 and only that frees it");
		shmdt(q);
		shmctl(other, IPC_RMID, NULL);
	}
}

static void
p5(void)
{
	size_t most = procfs_number("/proc/meminfo", "MemFree") / 4 * 3 * 1024 & -PAGE, size = MIB;
	int id, other;
	char *p, *q;

	p = map(A, most);
	memset(p, 0xcc, most);
	munmap(p, most);
	map(A, PAGE), map(A + PAGE + size, PAGE);
	memset(A, 'b', PAGE), memset(A + PAGE + size, 'a', PAGE);
	other = segment(16 * PAGE);
	q = shmat(other, NULL, 0);
	memset(q, 'q', 16 * PAGE);
	id = segment(size - 100);
	p = shmat(id, A + PAGE, 0);
	ok(all(p, 0, size), "P5 whole new segment reads 0, to the end of its last page");
	ok(all(A, 'b', PAGE) && all(p + size, 'a', PAGE), "P5 canaries around it are alive");
	ok(all(q, 'q', 16 * PAGE), "P5 so is another segment");
	shmctl(id, IPC_RMID, NULL);
	shmctl(other, IPC_RMID, NULL);
}

void
test(void)
{
	static const struct row rows[] = {
		{"B1", b1},   {"B2", b2}, {"B12", b12}, {"B13", b13}, {"B14", b14},
		{"B15", b15}, {"L9", l9}, {"P1", p1},   {"P5", p5},
	};

	visit(rows, COUNT(rows));
}
