/* SPDX-License-Identifier: BSD-2-Clause */
/* shmdt, and attaches that end by munmap: spec-shm.md part 3. */
#include "shmcalls.h"

#include <time.h>

#define A ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static const struct entrance *e;

static void
only_a_start(int id)
{
	char *p = e->at(id, A, 0);

	fails(e->dt(p + 1), EINVAL, "dt.1 %s: a byte further", e->name);
	fails(e->dt(p + PAGE), EINVAL, "dt.1 a page further");
	fails(e->dt(p - PAGE), EINVAL, "dt.1 a page before");
	fails(e->dt(p + 0x800), EINVAL, "dt.1 nothing is rounded");
	fails(e->dt(NULL), EINVAL, "dt.1 NULL");
	fails(e->dt((void *)0xc0000000), EINVAL, "dt.1 the kernel");
	fails(e->dt((void *)0xfffff000), EINVAL, "dt.1 the last page");
	fails(e->dt(&id), EINVAL, "dt.1 the stack");
	is(e->dt(p), 0, "dt.2a its start");
	fails(e->dt(p), EINVAL, "dt.1 a second time");
	is(reads(p), SEGV, "dt.2a nothing is mapped there now");
	is(stat_of(id).shm_nattch, 0, "dt.2b nattch");
}

static void
bookkeeping(int id)
{
	time_t from = time(NULL);
	char *p = e->at(id, NULL, 0);
	int pid = SPAWN(e->dt(p); usleep(10000));
	struct shmid_ds ds;

	ending(pid);
	ds = stat_of(id);
	is(ds.shm_lpid, pid, "dt.2b lpid is the child that detached");
	is(ds.shm_nattch, 1, "dt.2b only the child's attach went");
	ok(ds.shm_dtime >= from && ds.shm_dtime <= time(NULL), "dt.2b dtime");
	p[0] = 1;
	e->dt(p);
	is(stat_of(id).shm_lpid, getpid(), "dt.2b lpid again");
}

/* shmdt unmaps an attach of three pages at A + 4, and leaves the mappings on both sides. */
static void
exactly(int id)
{
	char *below = mmap(A, 4 * PAGE, RW, ANON, -1, 0), *p = e->at(id, A + 4 * PAGE, 0);
	char *above = mmap(p + 3 * PAGE, 4 * PAGE, RW, ANON, -1, 0), *second;

	second = e->at(id, above + 4 * PAGE, 0);
	memset(below, 'b', 4 * PAGE);
	memset(above, 'a', 4 * PAGE);
	second[0] = 's';
	is(e->dt(p), 0, "dt.2a between neighbours");
	ok(below[4 * PAGE - 1] == 'b' && above[0] == 'a' && above[4 * PAGE - 1] == 'a',
	   "dt.2a they are untouched");
	is(second[0], 's', "dt.2a the other attach too");
	is(e->dt(second), 0, "dt.2a and it can be detached");
	munmap(below, 4 * PAGE);
	munmap(above, 4 * PAGE);
}

static void
by_munmap(int id)
{
	char *p = e->at(id, A, 0), *m;

	is(munmap(p, 3 * PAGE), 0, "munmap.1 %s: of all of an attach", e->name);
	is(stat_of(id).shm_nattch, 0, "munmap.1 it counts as detached");
	is(stat_of(id).shm_lpid, getpid(), "munmap.1 lpid");
	m = mmap(A, PAGE, RW, ANON, -1, 0);
	m[0] = 'm';
	fails(e->dt(A), EINVAL, "munmap.1 no attach is there any more");
	is(m[0], 'm', "munmap.1 what lives there now survives");
	munmap(m, PAGE);

	e->at(id, A, 0);
	is(munmap(p + PAGE, PAGE), 0, "munmap.2 the middle page of three");
	is(stat_of(id).shm_nattch, 1, "munmap.2 partly unmapped stays");
	m = mmap(A + PAGE, PAGE, RW, ANON, -1, 0);
	m[0] = 'm';
	p[0] = p[2 * PAGE] = 1;
	is(e->dt(A), 0, "munmap.3 shmdt removes what is left");
	is(m[0], 'm', "munmap.3 and nothing else");
	is(reads(p + 2 * PAGE), SEGV, "munmap.3 the tail is gone");
	is(stat_of(id).shm_nattch, 0, "munmap.3 nattch");
	munmap(m, PAGE);

	e->at(id, A, 0);
	munmap(A, PAGE);
	m = mmap(A, PAGE, RW, ANON, -1, 0);
	m[0] = 'm';
	is(e->dt(A), 0, "munmap.3 by its start, though its first page is another's");
	is(m[0], 'm', "munmap.3 whose it stays");
	munmap(m, PAGE);

	e->at(id, A, 0);
	munmap(A, PAGE), munmap(A + 2 * PAGE, PAGE);
	is(stat_of(id).shm_nattch, 1, "munmap.2 a page is left");
	munmap(A + PAGE, PAGE);
	is(stat_of(id).shm_nattch, 0, "munmap.1 the last piece ends the attach");
}

static void
split(int id)
{
	char *p = e->at(id, A, 0);

	is(mprotect(p + PAGE, PAGE, PROT_READ), 0, "munmap.4 %s: mprotect of a part", e->name);
	is(stat_of(id).shm_nattch, 1, "munmap.4 pieces are one attach");
	is(writes(p + PAGE), SEGV, "munmap.4 the part is read-only");
	p[0] = p[2 * PAGE] = 2;
	is(mprotect(p, PAGE, PROT_NONE), 0, "munmap.4 PROT_NONE");
	is(reads(p), SEGV, "munmap.4 can't be read");
	is(mprotect(p, 3 * PAGE, RW), 0, "munmap.4 all back");
	is(p[0], 2, "munmap.4 with what it held");
	is(e->dt(p), 0, "munmap.4 detach of pieces");
	is(reads(p), SEGV, "munmap.4 nothing left, 1");
	is(reads(p + 2 * PAGE), SEGV, "munmap.4 nor 3");
	is(stat_of(id).shm_nattch, 0, "munmap.4 nattch");
}

/* mmap with MAP_FIXED over an attach first unmaps it, as munmap does. */
static void
replaced(int id)
{
	char *p = e->at(id, A, 0), *m = mmap(A, 3 * PAGE, RW, ANON, -1, 0);

	ok(m == p, "munmap.1 %s: MAP_FIXED over an attach", e->name);
	is(stat_of(id).shm_nattch, 0, "munmap.1 ends it");
	munmap(m, 3 * PAGE);
}

/* A removed segment is freed with its last attach, and the next segment gets its slot. */
static void
last(void)
{
	int filler = e->get(IPC_PRIVATE, 1, 0600), id = e->get(IPC_PRIVATE, PAGE, 0600), next;
	char *p = e->at(id, NULL, 0), *q = e->at(id, NULL, 0);
	unsigned before = count_segments();

	e->ctl(id, IPC_RMID, NULL);
	e->ctl(filler, IPC_RMID, NULL);
	is(e->dt(p), 0, "dt.3a %s: not the last", e->name);
	q[0] = 'q';
	is(q[0], 'q', "dt.3a memory is still there");
	is(count_segments(), before - 1, "dt.3a and the segment");
	e->dt(q);
	is(count_segments(), before - 2, "dt.3a the last detach frees it");
	next = e->get(IPC_PRIVATE, 1, 0600);
	is(next & 0xffff, id & 0xffff, "dt.3b shm_last_free is its slot");
	e->ctl(next, IPC_RMID, NULL);
}

void
test(void)
{
	for (EACH_ENTRANCE(each)) {
		int id = each->get(IPC_PRIVATE, 3 * PAGE, 0600);

		e = each;
		only_a_start(id);
		bookkeeping(id);
		exactly(id);
		by_munmap(id);
		split(id);
		replaced(id);
		last();
		e->ctl(id, IPC_RMID, NULL);
	}
	invariants();
}
