/* SPDX-License-Identifier: BSD-2-Clause */
/* shmat: spec-shm.md part 3, in the order of its errors. */
#include "shmcalls.h"

#include <time.h>

#define A ((char *)0x60000000)
#define USER_TOP 0xc0000000u

static void
refused(const struct entrance *e, int id, uint32_t addr, int flags, int error, const char *name)
{
	fails((long)e->at(id, (void *)addr, flags), error, "%s (%s)", name, e->name);
}

/* Each call has an error, and also all errors that are checked later: the first one is reported. */
static void
order(const struct entrance *e, int id)
{
	static const int bad[] = {-1, 0, 1, 99999, 0x7fffffff, INT32_MIN};
	void *at[128];

	become(BOB, BOB);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails((long)e->at(bad[i], A + 1, 0), EINVAL, "at.1a identifier %d", bad[i]);
	fails((long)e->at(id + 0x10000, A, 0), EINVAL, "at.1d another seq");
	for (int i = 0; i < 128; i++)
		at[i] = e->at(id, NULL, SHM_RDONLY);
	refused(e, id, 0x60000001, 0, EACCES, "at.2>at.3 EACCES before EMFILE and EINVAL(addr)");
	refused(e, id, 0x60000001, SHM_RDONLY, EMFILE, "at.3>at.4 EMFILE before EINVAL(addr)");
	refused(e, -1, 0x60000001, SHM_RDONLY, EINVAL, "at.1>at.3 EINVAL(id) before EMFILE");
	is(stat_of(id).shm_nattch, 128, "at.8b one segment, 128 attaches");
	e->dt(at[64]);
	refused(e, id, (uint32_t)at[0] + 1, SHM_RDONLY, EINVAL,
	        "at.4>at.5 EINVAL(addr) before ENOMEM");
	refused(e, id, (uint32_t)at[0], SHM_RDONLY, ENOMEM, "at.5d ENOMEM comes last");
	refused(e, id, (uint32_t)at[0] + 1, 0, EACCES, "at.2>at.4 EACCES before EINVAL(addr)");
	refused(e, id, (uint32_t)at[0], 0, EACCES, "at.2>at.5 EACCES before ENOMEM");
	refused(e, -1, (uint32_t)at[0], 0, EINVAL, "at.1>at.5 EINVAL(id) before ENOMEM");
	at[64] = e->at(id, NULL, SHM_RDONLY | SHM_RND);
	refused(e, id, (uint32_t)at[0], SHM_RDONLY, EMFILE, "at.3>at.5 EMFILE before ENOMEM");
	e->dt(at[64]);
	ok(e->at(id, NULL, SHM_RDONLY) != NO_ADDR, "at.3 room that was freed is good again");
}

static void
addresses(const struct entrance *e, int id)
{
	refused(e, id, 0x60000800, 0, EINVAL, "at.4b not a multiple of SHMLBA");
	is((long)e->at(id, A + 0x800, SHM_RND), (long)A, "at.4a SHM_RND rounds down");
	refused(e, id, (uint32_t)A, 0, ENOMEM, "at.5d occupied");
	refused(e, id, 0x60000fff, SHM_RND, ENOMEM, "at.5d occupied after SHM_RND");
	is((long)e->at(id, A + 0x2000, 0), (long)A + 0x2000, "at.5a honoured exactly");
	e->dt(A);
	refused(e, id, (uint32_t)A + 0x1000, 0, ENOMEM, "at.5d occupied in its second page");
	e->dt(A + 0x2000);
	is((long)e->at(id, A + 0x1000, 0), (long)A + 0x1000, "at.5a free again");
	e->dt(A + 0x1000);
	refused(e, id, 1, SHM_RND, EINVAL, "at.5c page 0 by SHM_RND");
	refused(e, id, 0x1000, 0, EINVAL, "at.5c page 1");
	refused(e, id, 0xf000, 0, EINVAL, "at.5c below the lowest mappable page");
	is((long)e->at(id, (void *)0x10000, 0), 0x10000, "at.5a the lowest mappable page");
	e->dt((void *)0x10000);
	is(writes(NULL), SEGV, "at.5c a NULL store still faults");
	refused(e, id, USER_TOP - PAGE, 0, EINVAL, "at.5b the last user page, two pages long");
	refused(e, id, USER_TOP, 0, EINVAL, "at.5b the kernel");
	refused(e, id, 0xfffff000, 0, EINVAL, "at.5b the last page, wrapping");
	refused(e, id, 0xffffffff, SHM_RND, EINVAL, "at.5b the last byte");
	is(reads((void *)USER_TOP), SEGV, "at.5b the kernel is closed");
	is(stat_of(id).shm_nattch, 0, "at.7b what was refused left nothing");
}

/* A stranger cannot attach a segment that he may only write to, and
 * nobody can attach a removed one. */
static void
removed(const struct entrance *e)
{
	int id = e->get(IPC_PRIVATE, 1, 0600), blind = e->get(IPC_PRIVATE, 1, 0622), big;
	char *p = e->at(id, NULL, SHM_RND);

	ok(p != NO_ADDR && ((uint32_t)p & (PAGE - 1)) == 0, "at.4c NULL and SHM_RND");
	CHILD(become(BOB, BOB); refused(e, id, 0, 0, EACCES, "at.2 neither right");
	      refused(e, blind, 0, 0, EACCES, "at.2 writing alone is not enough");
	      refused(e, blind, 0, SHM_RDONLY, EACCES, "at.2 nor for SHM_RDONLY"));
	e->ctl(id, IPC_RMID, NULL);
	refused(e, id, 0, 0, EINVAL, "at.1c it is removed");
	CHILD(become(BOB, BOB); refused(e, id, 0, 0, EINVAL, "at.1>at.2 EINVAL(id) before EACCES"));
	e->dt(p);
	e->ctl(blind, IPC_RMID, NULL);
	big = e->get(IPC_PRIVATE, 8 << 20, 0600);
	refused(e, big, (uint32_t)&e & -PAGE, 0, EINVAL, "at.5b>at.5d the stack and the kernel");
	e->ctl(big, IPC_RMID, NULL);
}

/* A segment is removed while an attach of it sleeps half-way. */
static void
counted(const struct entrance *e, const char *fail, int wanted)
{
	int id = e->get(IPC_PRIVATE, PAGE, 0600);
	unsigned n = count_segments();
	char *p = e->at(id, NULL, 0);
	pid_t pid;

	*p = 'p';
	e->dt(p);
	pid = SPAWN(knob("fail", fail); usleep(1); /* start at a clock tick */
	            p = e->at(id, NULL, 0); _exit(p == NO_ADDR ? errno : *p));
	until_sleeps(pid, "attach");
	is(stat_of(id).shm_nattch, 1, "at.7a %s, %s: counted before it sleeps", e->name, fail);
	e->ctl(id, IPC_RMID, NULL);
	is(count_segments(), n, "at.7a not freed while it sleeps");
	is(ending(pid), wanted, wanted == 'p' ? "at.7a its memory is there" : "at.7b ENOMEM");
	knob("fail", "\n");
	is(count_segments(), n - 1, "at.7b nothing stays");
}

/* An attach is refused where something is mapped, and what is mapped keeps its content. */
static void
neighbours(const struct entrance *e, int id)
{
	char *m = mmap(A, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	               -1, 0);

	memset(m, 'm', 3 * PAGE);
	refused(e, id, (uint32_t)A, 0, ENOMEM, "at.5d over a mapping");
	refused(e, id, (uint32_t)A - PAGE, 0, ENOMEM, "at.5d into its first page");
	refused(e, id, (uint32_t)A + 2 * PAGE, 0, ENOMEM, "at.5d from its last page on");
	refused(e, id, (uint32_t)&e & -PAGE, 0, ENOMEM, "at.5d over the stack");
	refused(e, id, (uint32_t)neighbours & -PAGE, 0, ENOMEM, "at.5d over the program");
	ok(m[0] == 'm' && m[PAGE] == 'm' && m[3 * PAGE - 1] == 'm', "at.5d nothing there changed");
	munmap(m, 3 * PAGE);
}

static void
sharing(const struct entrance *e, int id)
{
	char *a = e->at(id, NULL, 0), *b = e->at(id, NULL, 0);
	const char *r = e->at(id, NULL, SHM_RDONLY);

	ok(a != NO_ADDR && b != NO_ADDR && r != NO_ADDR && a != b, "at.8b %s: attached thrice",
	   e->name);
	a[0] = 'x';
	b[PAGE] = 'y';
	ok(b[0] == 'x' && r[0] == 'x' && a[PAGE] == 'y' && r[PAGE] == 'y',
	   "at.6a all show one memory");
	is(writes((void *)r), SEGV, "at.6b SHM_RDONLY can't be written");
	is(writes((void *)(r + PAGE + 5)), SEGV, "at.6b in no page");
	fails(e->ctl(id, IPC_STAT, (void *)r), EFAULT, "at.6b nor by the kernel for us");
	is(e->ctl(id, IPC_STAT, (void *)a), 0, "at.6a into itself it may write");
	is(((struct shmid_ds *)r)->shm_nattch, 3, "at.6a and that is seen at once");
	fails(mprotect((void *)r, PAGE, PROT_READ | PROT_WRITE), EACCES, "at.6c nor made writable");
	fails(mprotect((void *)r, 2 * PAGE, PROT_WRITE), EACCES, "at.6c nor write-only");
	is(mprotect(a, PAGE, PROT_READ), 0, "at.6a a writable one can be made read-only");
	is(writes(a), SEGV, "at.6a then it is");
	is(mprotect(a, PAGE, PROT_READ | PROT_WRITE), 0, "at.6a and writable again");
	is(CHILD(a[1] = 'c'), 0, "fork.2 the child can write");
	is(r[1], 'c', "fork.1 and it is seen here");
	is(stat_of(id).shm_nattch, 3, "at.8a nattch");
	e->dt(a), e->dt(b), e->dt(r);
}

static void
bookkeeping(const struct entrance *e, int id)
{
	time_t from = time(NULL);
	struct shmid_ds ds, child;

	struct shmid_ds *seen = shared(sizeof(*seen));
	int pid = SPAWN(e->at(id, NULL, 0); *seen = stat_of(id));

	ending(pid);
	child = *seen;
	munmap(seen, sizeof(*seen));
	is(child.shm_lpid, pid, "at.8a lpid");
	is(child.shm_nattch, 1, "at.8a nattch");
	ok(child.shm_atime >= from && child.shm_atime <= time(NULL), "at.8a atime");
	ds = stat_of(id);
	is(ds.shm_nattch, 0, "exit.1 exit detaches");
	ok(ds.shm_atime == child.shm_atime, "at.7b a refused attach leaves atime");
	e->at(id, A + 1, 0);
	is(stat_of(id).shm_lpid, pid, "at.7b and lpid");
}

/* The room between 1 GiB and the stack takes 63 attaches of 32 MiB. */
static void
fill(const struct entrance *e)
{
	int id = e->get(IPC_PRIVATE, 32 << 20, 0600), n = 0;

	while (n < 100 && e->at(id, NULL, 0) != NO_ADDR)
		n++;
	ok(n >= 60 && n < 70, "at.4c %s: user space holds %d attaches of 32 MiB", e->name, n);
	fails((long)e->at(id, NULL, 0), ENOMEM, "at.4d no room: ENOMEM");
	is(stat_of(id).shm_nattch, n, "at.7b the failed call is not counted");
	e->ctl(id, IPC_RMID, NULL);
}

/* What was done by one entrance can be continued by the other. */
static void
crossed(void)
{
	const struct entrance *d = &entrances[0], *i = &entrances[1];
	int id = i->get(0x1bc, PAGE, IPC_CREAT | 0600);
	struct shmid_ds a, b;
	char *p, *q;

	is(d->get(0x1bc, 0, 0), id, "abi.1 one finds the other's segment");
	p = i->at(id, NULL, 0), q = d->at(id, NULL, 0);
	p[0] = 'x';
	is(q[0], 'x', "abi.1 both attach it");
	ok(i->ctl(id, IPC_STAT, &a) == 0 && d->ctl(id, IPC_STAT, &b) == 0 &&
	           memcmp(&a, &b, sizeof(a)) == 0,
	   "abi.1 both say the same of it");
	is(d->dt(p), 0, "abi.1 one detaches the other's");
	is(i->dt(q), 0, "abi.1 and the other the one's");
	is(i->ctl(id, IPC_RMID, NULL), 0, "abi.1 removed by one");
	fails(d->ctl(id, IPC_RMID, NULL), EINVAL, "abi.1 is removed for the other");
}

void
test(void)
{
	uint32_t word;

	for (EACH_ENTRANCE(e)) {
		int id = e->get(IPC_PRIVATE, 2 * PAGE - 7, 0644);

		CHILD(order(e, id));
		addresses(e, id);
		neighbours(e, id);
		removed(e);
		counted(e, "attach:sleep=100", 'p');
		counted(e, "attach:sleep=100,attach:nth=1", ENOMEM);
		sharing(e, id);
		bookkeeping(e, id);
		CHILD(fill(e));
		e->ctl(id, IPC_RMID, NULL);
		fails((long)e->at(id, NULL, 0), EINVAL, "at.1b a removed identifier");
	}
	crossed();
	/* By ipc() the attach's address is stored in memory. */
	int id = shmget(IPC_PRIVATE, 1, 0600);

	fails(syscall(117, IPCOP_SHMAT, id, 0, 0xc0000000, 0, 0), EFAULT, "abi.2 no place for it");
	fails(syscall(117, IPCOP_SHMAT, id, 0, test, 0, 0), EFAULT, "abi.2 a read-only place");
	is(stat_of(id).shm_nattch, 0, "abi.2 and nothing is attached");
	is(syscall(117, IPCOP_SHMAT, id, 0, &word, A, 0), 0, "abi.2 the result itself is 0");
	is(word, (long)A, "abi.2 the address is in the word");
	shmctl(id, IPC_RMID, NULL);
	invariants();
}
