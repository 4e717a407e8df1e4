/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes all shm calls at random, by several users, and compares them with a model that was
 * written from docs/spec-shm.md alone. The model foretells each result, each error, each field of
 * a stat and each word of memory.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "host.h"
#include "shm/shm_private.h"

#define P PAGE_SIZE
#define NSEGS 8   /* shmmni */
#define NATTACH 4 /* shmseg */
#define NPROCS 6
#define ALL_PAGES 30u /* shmall */
#define SEG_PAGES 8u  /* shmmax */
#define A 0x50000000u
#define BUF 0x08100000u

struct segment {
	bool used, removed;
	int id, key;
	uint32_t size, uid, gid, cuid, cgid, mode, nattch;
	int cpid, lpid;
	int64_t atime, dtime, ctime;
	uint32_t word[SEG_PAGES];
};

struct attach {
	vaddr_t va; /* 0: free */
	struct segment *seg;
	bool read_only;
	uint32_t mapped; /* a bit for each page */
};

static struct segment segs[NSEGS];
static struct user {
	struct proc *proc;
	struct attach attaches[NATTACH];
} users[NPROCS], *u;
static int last_free = -1;
static int sequence[NSEGS]; /* the sequence number of each slot */
static unsigned step, created, counts[200];

#define claim(got, want, what) claim_(got, want, what)

static void
claim_(long long got, long long want, const char *what)
{
	if (got != want)
		is(got, want, "storm: step %u: %s", step, what), fatal("storm");
	counts[got > -100 && got < 100 ? got + 100 : 100]++;
}

static uint32_t
pages(const struct segment *g)
{
	return (g->size + P - 1) / P;
}

/* Does what spec-shm.md part 2 says. The request consists of the bits 04, 02 and 01. */
static bool
may(const struct segment *g, uint32_t request)
{
	const struct cred *c = &u->proc->cred;

	if (c->euid == 0)
		return true;
	if (c->euid == g->uid || c->euid == g->cuid)
		return (g->mode >> 6 & request) == request;
	if (c->egid == g->gid || c->egid == g->cgid)
		return (g->mode >> 3 & request) == request;
	return (g->mode & request) == request;
}

static bool
owns(const struct segment *g)
{
	uint32_t uid = u->proc->cred.euid;

	return uid == 0 || uid == g->uid || uid == g->cuid;
}

static void
segment_free(struct segment *g)
{
	g->used = false;
	last_free = (int)(g - segs);
}

static struct segment *
live(int id)
{
	unsigned i;

	for (i = 0; i < NSEGS; i++)
		if (segs[i].used && !segs[i].removed && segs[i].id == id)
			return &segs[i];
	return NULL;
}

static void
detached(struct attach *a)
{
	struct segment *g = a->seg;

	a->va = 0;
	g->dtime = clock_now;
	g->lpid = u->proc->pid;
	if (--g->nattch == 0 && g->removed)
		segment_free(g);
}

static vaddr_t
top(const struct attach *a)
{
	return a->va + (31 - (uint32_t)__builtin_clz(a->mapped)) * P;
}

/* Detaches all, in order of address: several removed segments may be freed, and the next
 * segment gets the last one's slot. */
static void
detach_all(void)
{
	struct attach *a, *first;

	do {
		first = NULL;
		for (a = u->attaches; a < u->attaches + NATTACH; a++)
			if (a->va != 0 && (first == NULL || top(a) < top(first)))
				first = a;
		if (first != NULL)
			detached(first);
	} while (first != NULL);
}

/* Returns whether the page at va is part of this attach. */
static bool
covers(const struct attach *a, vaddr_t va)
{
	return a->va != 0 && va >= a->va && va - a->va < SEG_PAGES * P &&
	       (a->mapped >> (va - a->va) / P & 1);
}

static bool
range_free(vaddr_t va, uint32_t n)
{
	uint32_t i, k;

	for (k = 0; k < n; k++)
		for (i = 0; i < NATTACH; i++)
			if (covers(&u->attaches[i], va + k * P))
				return false;
	return true;
}

/* Draws an identifier, mostly that of a live segment. */
static int
draw_id(void)
{
	const struct segment *g = &segs[rnd(NSEGS)];

	return chance(85) ? g->id : g->id + (int)(rnd(3) - 1) * 0x10000 + (int)rnd(3) - 1;
}

static int
want_get(int key, uint32_t size, int flags)
{
	uint32_t committed = 0, nused = 0;
	struct segment *g;
	int i, slot = last_free;

	for (i = NSEGS - 1; i >= 0; i--) {
		g = &segs[i];
		if (!g->used) {
			slot = last_free < 0 ? i : slot;
			continue;
		}
		nused++;
		committed += pages(g);
		if (key == IPC_PRIVATE || g->removed || g->key != key)
			continue;
		if (!may(g, flags >> 6 & 7))
			return -EACCES;
		if (size > g->size)
			return -EINVAL;
		return (flags & IPC_CREAT) && (flags & IPC_EXCL) ? -EEXIST : g->id;
	}
	if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
		return -ENOENT;
	if (size == 0 || size > SEG_PAGES * P)
		return -EINVAL;
	if (nused == NSEGS)
		return -ENOSPC;
	if (committed + (size + P - 1) / P > ALL_PAGES)
		return -ENOMEM;
	last_free = -1;
	g = &segs[slot];
	*g = (struct segment){.used = true,
	                      .id = ++sequence[slot] << 16 | slot,
	                      .key = key,
	                      .size = size,
	                      .uid = u->proc->cred.euid,
	                      .gid = u->proc->cred.egid,
	                      .mode = flags & 0777,
	                      .cpid = u->proc->pid,
	                      .ctime = clock_now};
	g->cuid = g->uid;
	g->cgid = g->gid;
	created++;
	return g->id;
}

static void
do_get(void)
{
	int key = (int)rnd(6), flags = (int)rnd(02000), want, err;
	uint32_t size = chance(90) ? rnd(SEG_PAGES * P + 100) : -rnd(5000);
	int32_t id = 0;

	flags |= chance(50) ? 0660 | IPC_CREAT : chance(30) ? IPC_CREAT | IPC_EXCL : 0;
	size = chance(20) ? 0 : size;
	want = want_get(key, size, flags);
	err = shm_get(key, size, flags, &id);
	claim(err != 0 ? -err : id, want, "shmget");
}

static void
do_attach(void)
{
	int id = draw_id(), flags = (chance(30) ? SHM_RDONLY : 0) | (chance(30) ? SHM_RND : 0);
	vaddr_t va = chance(40) ? 0 : A + rnd(24) * P + (chance(20) ? rnd(P) : 0), start, got;
	struct segment *g = live(id);
	int want = 0;
	unsigned i;

	va = chance(3) ? (vaddr_t) - (vaddr_t)(rnd(40) * P) : va;
	start = flags & SHM_RND ? va & ~(P - 1) : va;
	for (i = 0; i < NATTACH && u->attaches[i].va != 0; i++)
		;
	if (g == NULL)
		want = EINVAL;
	else if (!may(g, flags & SHM_RDONLY ? 4 : 6))
		want = EACCES;
	else if (i == NATTACH)
		want = EMFILE;
	else if (va != 0 && (start % P != 0 || start >= 0xc0000000))
		want = EINVAL;
	else if (va != 0 && !range_free(start, pages(g)))
		want = ENOMEM;
	claim(-shm_attach(id, va, flags, &got), -want, "shmat");
	if (want != 0)
		return;
	if (va != 0)
		claim(got, start, "shmat's address");
	must(range_free(got, pages(g)) && got >= 0x10000 && got < 0xbf000000, "storm: chosen");
	u->attaches[i] = (struct attach){.va = got,
	                                 .seg = g,
	                                 .read_only = flags & SHM_RDONLY,
	                                 .mapped = (1u << pages(g)) - 1};
	g->nattch++;
	g->lpid = u->proc->pid;
	g->atime = clock_now;
}

static void
do_detach(void)
{
	struct attach *a = &u->attaches[rnd(NATTACH)], *found = NULL;
	vaddr_t va = chance(80) ? a->va : a->va + rnd(3) * 2048;
	unsigned i;

	/* Two attaches can begin at va, if the first page of one was
	 * unmapped. The mapped one is meant. */
	for (i = NATTACH; i-- > 0;)
		if (u->attaches[i].va == va && va != 0 &&
		    (found == NULL || !covers(found, va) || covers(&u->attaches[i], va)))
			found = &u->attaches[i];
	claim(-shm_detach(va), found != NULL ? 0 : -EINVAL, "shmdt");
	if (found != NULL)
		detached(found);
}

static void
do_unmap(void)
{
	vaddr_t va = u->attaches[rnd(NATTACH)].va + (rnd(8) - 2) * P;
	uint32_t n = 1 + rnd(5), i, k;

	if (va < 0x10000 || va > 0xb0000000)
		return;
	claim(-vm_unmap(u->proc->space, va, va + n * P), 0, "munmap");
	for (k = 0; k < n; k++) {
		for (i = 0; i < NATTACH; i++) {
			struct attach *a = &u->attaches[i];

			if (!covers(a, va + k * P))
				continue;
			a->mapped &= ~(1u << (va + k * P - a->va) / P);
			if (a->mapped == 0)
				detached(a);
		}
	}
}

static void
do_access(void)
{
	struct attach *a = &u->attaches[rnd(NATTACH)];
	uint32_t page = rnd(SEG_PAGES), word = rnd(1u << 31), got = 0;
	vaddr_t va = a->va + page * P + 4000;
	int err;

	if (!covers(a, va))
		return;
	if (chance(50)) {
		claim(host_load(va, &got), 0, "load");
		claim(got, a->seg->word[page], "a word");
		return;
	}
	err = host_store(va, word);
	claim(err, a->read_only ? SEGV_ACCERR : 0, "store");
	if (err == 0)
		a->seg->word[page] = word;
}

/* The structure goes through user memory, so a page is mapped for it during the call. */
static void
do_control(void)
{
	static const int commands[] = {IPC_STAT, IPC_STAT, IPC_STAT, IPC_SET, IPC_RMID, 77};
	int id = draw_id(), cmd = commands[rnd(6)], want = 0;
	struct segment *g = live(id);
	struct shmid_ds ds = {.shm_perm = {.uid = rnd(3), .gid = rnd(3), .mode = rnd(010000)}};
	uint32_t result;

	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
	copyout(BUF, &ds, sizeof(ds));
	if (g == NULL || cmd == 77)
		want = EINVAL;
	else if (cmd == IPC_STAT)
		want = may(g, 4) ? 0 : EACCES;
	else
		want = owns(g) ? 0 : EPERM;
	claim(-shm_control(id, cmd, BUF, &result), -want, "shmctl");
	if (want == 0 && cmd == IPC_STAT) {
		copyin(&ds, BUF, sizeof(ds));
		must(ds.shm_perm.key == g->key && ds.shm_perm.seq == g->id >> 16, "storm: key");
		must(ds.shm_perm.uid == g->uid && ds.shm_perm.gid == g->gid, "storm: owner");
		must(ds.shm_perm.cuid == g->cuid && ds.shm_perm.cgid == g->cgid, "storm: creator");
		must(ds.shm_perm.mode == g->mode && ds.shm_segsz == g->size, "storm: mode");
		must(ds.shm_cpid == g->cpid && ds.shm_lpid == g->lpid, "storm: pids");
		must(ds.shm_atime == g->atime && ds.shm_dtime == g->dtime, "storm: times");
		must(ds.shm_ctime == g->ctime && ds.shm_nattch == g->nattch, "storm: nattch");
	} else if (want == 0 && cmd == IPC_SET) {
		g->uid = ds.shm_perm.uid;
		g->gid = ds.shm_perm.gid;
		g->mode = ds.shm_perm.mode & 0777;
		g->ctime = clock_now;
	} else if (want == 0) {
		g->removed = true;
		if (g->nattch == 0)
			segment_free(g);
	}
	vm_unmap(u->proc->space, BUF, BUF + P);
}

static void
spawn(void)
{
	u->proc = host_spawn(rnd(3), rnd(3));
}

/* Another process exits, and a child of the current one takes its place. */
static void
do_fork(void)
{
	struct user *parent = u;
	unsigned i;

	u = &users[rnd(NPROCS)];
	if (u == parent)
		return;
	detach_all();
	host_exit(u->proc);
	u->proc = host_fork();
	must(u->proc != NULL, "storm: fork");
	for (i = 0; i < NATTACH; i++) {
		u->attaches[i] = parent->attaches[i];
		if (u->attaches[i].va != 0)
			u->attaches[i].seg->nattch++;
	}
}

int
main(void)
{
	unsigned i;

	host_boot(2048, 1024, "shmmni=8 shmseg=4 shmall=30 shmmax=32K");
	for (u = users; u < users + NPROCS; u++)
		spawn();
	for (step = 0; step < 30000; step++) {
		static void (*const calls[])(void) = {do_get,    do_get,    do_attach, do_attach,
		                                      do_detach, do_access, do_access, do_access,
		                                      do_unmap,  do_control};

		u = &users[rnd(NPROCS)];
		host_run(u->proc);
		clock_now++;
		if (chance(3)) {
			do_fork();
		} else if (chance(1)) {
			detach_all();
			host_exec();
		} else if (chance(1)) {
			detach_all();
			host_exit(u->proc);
			spawn();
		} else {
			calls[rnd(10)]();
		}
		if (step % 20 == 0)
			host_audit();
	}
	ok(true, "storm: %u calls as foretold, %u segments", step, created);
	for (i = 0; i < 100; i++)
		if (counts[i] > 0)
			ok(counts[i] > 5, "storm: %u had error %u", counts[i], 100 - i);
	for (u = users; u < users + NPROCS; u++) {
		host_run(u->proc);
		detach_all();
		host_exec();
	}
	u = users;
	host_run(u->proc);
	u->proc->cred.euid = 0;
	for (i = 0; i < NSEGS; i++)
		if (segs[i].used)
			claim(shm_control(segs[i].id, IPC_RMID, 0, NULL), 0, "remove");
	is(shm_nused, 0, "storm: no segment is left");
	return host_end();
}
