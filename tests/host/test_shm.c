/* SPDX-License-Identifier: BSD-2-Clause */
/* spec-shm.md parts 2 and 3, branch by branch, and the order of the errors. The names
 * begin with the part and the number. */
#include "abi/errno.h"
#include "abi/signal.h"
#include "host.h"
#include "debug/inject.h"
#include "shm/ipc.h"
#include "shm/shm_private.h"
#include "sys/syscall.h"

#define KEY 0x1234
#define P PAGE_SIZE
#define BUF 0x08100000u
#define A 0x50000000u

static struct shmid_ds ds;
static vaddr_t at;

/* The calls as a program sees them. Each returns a result, or an error as a negative number. */
static int
get(int32_t key, uint32_t size, int flags)
{
	int32_t id;
	int err = shm_get(key, size, flags, &id);

	return err != 0 ? -err : id;
}

static int
attach(int id, vaddr_t addr, int flags)
{
	return -shm_attach(id, addr, flags, &at);
}

static int
control(int id, int cmd)
{
	uint32_t result;
	int err;

	if (cmd == IPC_SET)
		copyout(BUF, &ds, sizeof(ds));
	err = shm_control(id, cmd, BUF, &result);
	if (cmd == IPC_STAT && err == 0)
		copyin(&ds, BUF, sizeof(ds));
	return -err;
}

static uint32_t
nattch(int id)
{
	must(control(id, IPC_STAT) == 0, "stat of %x", (unsigned)id);
	return ds.shm_nattch;
}

static void
become(uint32_t uid, uint32_t gid)
{
	curproc()->cred = (struct cred){.euid = uid, .egid = gid};
}

/* Compares spec-shm.md part 2 with a table of who may do what. */
static void
test_ipcperm(void)
{
	static const struct {
		uint32_t uid, gid, group, mode, request;
		int want;
	} cases[] = {
		{0, 9, 9, 0000, 0600, 0},      {0, 9, 9, 0000, IPC_M, 0},
		{1, 9, 9, 0400, 0400, 0},      {1, 9, 9, 0400, 0200, EACCES},
		{2, 9, 9, 0600, 0600, 0},      {1, 3, 9, 0066, 0400, EACCES},
		{5, 3, 9, 0040, 0400, 0},      {5, 4, 9, 0020, 0200, 0},
		{5, 9, 3, 0060, 0600, 0},      {5, 9, 4, 0040, 0600, EACCES},
		{5, 3, 9, 0606, 0400, EACCES}, {5, 9, 9, 0004, 0400, 0},
		{5, 9, 9, 0660, 0400, EACCES}, {5, 9, 9, 0002, 0200, 0},
		{5, 9, 9, 0000, 0077, 0},      {1, 9, 9, 0000, IPC_M, 0},
		{2, 9, 9, 0000, IPC_M, 0},     {5, 3, 9, 0777, IPC_M, EPERM},
		{5, 9, 9, 0777, IPC_M, EPERM},
	};
	struct ipc_perm perm = {.uid = 1, .cuid = 2, .gid = 3, .cgid = 4};
	unsigned i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cred cred = {.euid = cases[i].uid, .egid = cases[i].gid, .ngroups = 1};

		cred.groups[0] = cases[i].group;
		perm.mode = cases[i].mode;
		is(ipcperm(&cred, &perm, cases[i].request), cases[i].want,
		   "2 uid %u groups %u %u, mode %03o, request %o", cases[i].uid, cases[i].gid,
		   cases[i].group, cases[i].mode, cases[i].request);
	}
}

/* The limits are shmmni=4 shmall=64 shmmax=128K. */
static void
test_get(void)
{
	int id, first, second, third;

	first = get(IPC_PRIVATE, 100, 0640 | IPC_EXCL);
	is(first, 0x10000, "3b the first identifier after boot");
	is(get(KEY, 0xffffffff, 0), -ENOENT, "3.2 ENOENT before any size check");
	is(get(KEY, 100, IPC_EXCL), -ENOENT, "3.3 IPC_EXCL alone means nothing");
	is(get(KEY, 0, IPC_CREAT), -EINVAL, "3b.1 size 0");
	is(get(KEY, 128 * 1024 + 1, IPC_CREAT), -EINVAL, "3b.1 above shmmax");
	is(get(KEY, 0xfffff001, IPC_CREAT), -EINVAL, "3b.1 a size whose rounding wraps");
	id = get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600);
	is(id, 0x10001, "3b slot 1, whose first sequence is 1");
	is(get(KEY, 101, IPC_CREAT | IPC_EXCL), -EINVAL, "3a the size in bytes, before EEXIST");
	is(get(KEY, 100, IPC_CREAT | IPC_EXCL), -EEXIST, "3a EEXIST");
	is(get(KEY, 0, IPC_CREAT | 0600), id, "3a size 0 is any");
	is(get(KEY, 100, IPC_EXCL), id, "3a without IPC_CREAT");
	become(5, 5);
	is(get(KEY, 101, IPC_CREAT | IPC_EXCL | 0400), -EACCES, "3a EACCES first");
	is(get(KEY, 100, 0004), id, "3a only owner bits ask");
	become(0, 0);
	second = get(IPC_PRIVATE, 128 * 1024, 0600);
	third = get(IPC_PRIVATE, 120 * 1024, 0600);
	is(third, 0x10003, "3b the fourth");
	is(get(IPC_PRIVATE, 1, 0), -ENOSPC, "3b.2 shm_nused >= shmmni");
	is(get(IPC_PRIVATE, 0, 0), -EINVAL, "3b.1 before 3b.2");
	control(id, IPC_RMID);
	is(get(IPC_PRIVATE, 128 * 1024, 0), -ENOMEM, "3b.3 shmall");
	control(first, IPC_RMID);
	is(get(IPC_PRIVATE, 8192, 0), 0x20000, "3b the slot freed last comes first");
	is(get(IPC_PRIVATE, 1, 0), -ENOMEM, "3b.3 shmall again, a page too many");
	control(third, IPC_RMID);
	is(third = get(KEY, 8192, IPC_CREAT | 0777), 0x20003, "3b the last free, not the lowest");
	is(get(IPC_PRIVATE, 8192, 0), 0x20001, "3b then the lowest");
	control(0x20001, IPC_RMID);
	host_fail = 0;
	is(get(IPC_PRIVATE, P, 0), -ENOMEM, "3b no memory for the segment");
	is(shm_nused, 3, "3b it isn't counted");
	host_fail = 1;
	is(get(KEY + 1, P, IPC_CREAT), -ENOMEM, "3b memory that can't be promised");
	host_fail = -1;
	is(get(KEY + 1, P, 0), -ENOENT, "3b then the key is free again");
	is(shm_nused, 3, "3b and nothing is counted");
	is(shm_committed, 32 + 2 + 2, "3b nor committed");
	clock_now = 2000;
	become(7, 8);
	id = get(KEY + 1, 5000, IPC_CREAT | IPC_NOWAIT | 0621);
	control(id, IPC_STAT);
	ok(ds.shm_perm.uid == 7 && ds.shm_perm.cuid == 7, "3b uid and cuid are the caller's");
	ok(ds.shm_perm.gid == 8 && ds.shm_perm.cgid == 8, "3b gid and cgid too");
	is(ds.shm_perm.mode, 0621, "3b the nine bits of the mode");
	is(ds.shm_segsz, 5000, "3b the size as asked");
	is(ds.shm_cpid, curproc()->pid, "3b cpid");
	ok(ds.shm_lpid == 0 && ds.shm_nattch == 0 && ds.shm_atime == 0 && ds.shm_dtime == 0,
	   "3b the rest is 0");
	is(ds.shm_ctime, 2000, "3b ctime");
	become(0, 0);
	host_audit();
	control(0x20000, IPC_RMID);
	control(id, IPC_RMID);
	control(second, IPC_RMID);
	control(third, IPC_RMID);
}

/* The limit is shmseg=3. */
static void
test_attach(void)
{
	int id = get(KEY, 2 * P + 1, IPC_CREAT | 0640), i;
	vaddr_t own;

	is(attach(-1, A + 1, 0), -EINVAL, "at.1 -1");
	is(attach(id + 0x10000, A + 1, 0), -EINVAL, "at.1 another sequence");
	is(attach(id + 1, A + 1, 0), -EINVAL, "at.1 a free slot");
	is(attach(0x7fffffff, A + 1, 0), -EINVAL, "at.1 no such slot");
	become(5, 0);
	is(attach(id, A + 1, 0), -EACCES, "at.2 the group may not write");
	is(attach(id, A + 1, SHM_RDONLY), -EINVAL, "at.2 but read, so the address is looked at");
	become(0, 0);
	is(attach(id, A + 1, 0), -EINVAL, "at.4 not aligned");
	is(attach(id, P - 1, SHM_RND), -EINVAL, "at.5 page 0 by SHM_RND");
	is(attach(id, USER_MIN - P, 0), -EINVAL, "at.5 below the lowest");
	is(attach(id, USER_END - 2 * P, 0), -EINVAL, "at.5 into the kernel");
	is(attach(id, 0xfffff000, 0), -EINVAL, "at.5 a wrap");
	is(attach(id, BUF - 2 * P, 0), -ENOMEM, "at.5 what is mapped");
	is(attach(id, USER_END - 3 * P, 0), 0, "at.5 the last pages");
	is(attach(id, A + 5, SHM_RND | SHM_RDONLY), 0, "at.4 SHM_RND");
	is(at, A, "at.4 rounds down");
	is(attach(id, 0, SHM_RND), 0, "at.4 an address of its choice");
	own = at;
	is(attach(id, 1, 0), -EMFILE, "at.3 EMFILE before the address");
	become(5, 5);
	is(attach(id, 1, 0), -EACCES, "at.2 EACCES before EMFILE");
	become(0, 0);
	is(nattch(id), 3, "at.8 three attaches of one segment");
	ok(ds.shm_lpid == curproc()->pid && ds.shm_atime == clock_now, "at.8 lpid and atime");
	is(host_store(own + 8, 77), 0, "at.6 writable");
	is(host_store(A + 8, 78), SEGV_ACCERR, "at.6 read-only");
	is(vm_protect(curproc()->space, A, A + P, PROT_READ | PROT_WRITE), EACCES,
	   "at.6 and never writable");
	is(host_store(own + 2 * P + 8, 0), 0, "at: the last page");
	is(host_store(own + 3 * P, 0), SEGV_MAPERR, "at: none behind");
	is(shm_detach(A), 0, "dt.2 one of them");
	is(nattch(id), 2, "dt.2 counted");
	host_map(A + 9 * P, 1, PROT_READ, NULL); /* takes the entry that was free */
	for (i = 0; i < 4; i++) {
		host_fail = i;
		if (attach(id, 0, 0) == 0)
			break;
		host_fail = -1;
		must(nattch(id) == 2, "at.7 a failed attach is not counted");
		host_audit();
	}
	host_fail = -1;
	is(i, 2, "at.7 failed at each allocation, counted once");
	host_audit();
	host_exec();
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
	is(nattch(id), 0, "exec detaches all");
	control(id, IPC_RMID);
}

static void
test_detach(void)
{
	int id = get(IPC_PRIVATE, 4 * P, 0600), slot = id & 0xffff;
	struct vm_space *sp = curproc()->space;

	is(shm_detach(A), EINVAL, "dt.1 nothing there");
	is(shm_detach(BUF), EINVAL, "dt.1 no attach");
	attach(id, A, 0);
	is(shm_detach(A + P), EINVAL, "dt.1 not its start");
	is(shm_detach(A + 1), EINVAL, "dt.1 nothing is rounded");
	vm_unmap(sp, A, A + P);
	vm_unmap(sp, A + 2 * P, A + 3 * P);
	is(nattch(id), 1, "munmap of parts leaves the attach");
	host_map(A, 1, PROT_READ | PROT_WRITE, NULL);
	host_store(A, 5);
	vm_protect(sp, A + P, A + 2 * P, PROT_READ);
	host_audit();
	is(shm_detach(A), 0, "dt.2 what is left of it");
	ok(vm_range_free(sp, A + P, 3 * P), "dt.2 is gone");
	is(host_store(A, 6), 0, "dt.2 and nothing else");
	vm_unmap(sp, A, A + P);
	attach(id, A, 0);
	clock_now = 3000;
	vm_unmap(sp, A - P, A + 9 * P);
	is(nattch(id), 0, "munmap of all counts as detached");
	ok(ds.shm_dtime == 3000 && ds.shm_lpid == curproc()->pid, "dt.2 dtime and lpid");
	is(shm_detach(A), EINVAL, "munmap: it is no attach any more");
	attach(id, A, 0);
	attach(id, A + 4 * P, 0);
	control(id, IPC_RMID);
	is(shm_detach(A), 0, "dt.3 removed, one of two");
	is(shm_nused, 1, "dt.3 it still counts");
	is(host_store(A + 4 * P, 1), 0, "dt.3 and is there");
	is(shm_detach(A + 4 * P), 0, "dt.3 the last");
	is(shm_nused, 0, "dt.3 frees it");
	id = get(IPC_PRIVATE, 1, 0);
	is(id & 0xffff, slot, "dt.3 its slot is the next");
	control(id, IPC_RMID);
	host_exec();
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
}

static void
test_control(void)
{
	int id, other, cmd;
	uint32_t result;

	become(7, 7);
	id = get(KEY, P, IPC_CREAT | 0400);
	for (cmd = 0; cmd < 3; cmd++)
		is(shm_control(id ^ 0x10000, cmd, 0, &result), EINVAL, "ctl.1 not live, %d", cmd);
	is(shm_control(id ^ 0x10000, 999, 0, &result), EINVAL, "ctl.1 not live, no command");
	is(shm_control(id, 999, 0, &result), EINVAL, "ctl.5 no command");
	is(shm_control(id, IPC_STAT, 0, &result), EFAULT, "ctl.2 EFAULT");
	is(shm_control(id, IPC_SET, USER_END - 4, &result), EFAULT, "ctl.3 EFAULT");
	become(5, 7);
	is(shm_control(id, IPC_STAT, 0, &result), EACCES, "ctl.2 EACCES before EFAULT");
	is(shm_control(id, IPC_SET, 0, &result), EPERM, "ctl.3 EPERM before EFAULT");
	is(shm_control(id, IPC_RMID, 0, &result), EPERM, "ctl.4 EPERM");
	become(7, 7);
	__builtin_memset(&ds, 0xaa, sizeof(ds));
	ds.shm_perm.uid = 5;
	ds.shm_perm.gid = 6;
	clock_now = 4000;
	is(control(id, IPC_SET), 0, "ctl.3 IPC_SET");
	is(control(id, IPC_STAT), -EACCES, "ctl.3 the mode counts at once"); /* 0xaaaa & 0777 */
	become(5, 7);
	control(id, IPC_SET);
	become(0, 0);
	control(id, IPC_STAT);
	ok(ds.shm_perm.uid == 5 && ds.shm_perm.gid == 6, "ctl.3 uid and gid are taken");
	is(ds.shm_perm.mode, 0xaaaa & 0777, "ctl.3 and nine bits");
	ok(ds.shm_perm.cuid == 7 && ds.shm_perm.cgid == 7 && ds.shm_segsz == P &&
	           ds.shm_perm.key == KEY && ds.shm_nattch == 0 && ds.shm_ctime == 4000,
	   "ctl.3 ctime, and nothing else");
	attach(id, A, 0);
	become(5, 0);
	is(shm_control(id, IPC_RMID, 0xffffffff, &result), 0, "ctl.4 the owner; buf is ignored");
	become(0, 0);
	is(get(KEY, 0, 0), -ENOENT, "ctl.4 the key is free at once");
	is(control(id, IPC_RMID), -EINVAL, "ctl.4 a second time");
	is(attach(id, 0, 0), -EINVAL, "ctl.4 can't be attached");
	other = get(KEY, P, IPC_CREAT);
	ok(other > 0 && other != id, "ctl.4 a new one may have the key");
	control(other, IPC_RMID);
	shm_allow_removed = 1;
	is(nattch(id), 1, "5 shm_allow_removed: stat");
	ok(ds.shm_perm.mode & SHM_DEST && ds.shm_perm.key == 0, "5 the mode says so");
	is(attach(id, 0, 0), 0, "5 can be attached");
	is(control(id, IPC_RMID), 0, "5 and removed again");
	shm_allow_removed = 0;
	host_audit();
	host_exec();
	is(shm_nused, 0, "ctl.4 gone with its last attach");
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
}

static void
test_fork(void)
{
	struct proc *parent = curproc(), *child;
	int id = get(IPC_PRIVATE, 2 * P, 0600);

	attach(id, A, SHM_RDONLY);
	attach(id, A + 2 * P, 0);
	host_store(A + 2 * P, 42);
	control(id, IPC_STAT);
	clock_now = 5000;
	child = host_fork();
	is(nattch(id), 4, "fork: each attach of the child counts");
	ok(ds.shm_atime < 5000 && ds.shm_lpid == parent->pid, "fork: atime and lpid stay");
	host_run(child);
	is(host_store(A, 1), SEGV_ACCERR, "fork: the same protection");
	is(host_store(A + 2 * P, 43), 0, "fork: each");
	is(shm_detach(A), 0, "fork: the child detaches");
	is(nattch(id), 3, "fork: one");
	is(ds.shm_lpid, child->pid, "dt.2 lpid is the child");
	host_run(parent);
	control(id, IPC_RMID);
	host_exec();
	is(shm_nused, 1, "exec: the child still has it");
	host_exit(child);
	is(shm_nused, 0, "exit: the last one frees it");
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
}

/* SHM_REMAP replaces what is mapped, or leaves it if the call fails. */
static void
test_remap(void)
{
	int id = get(IPC_PRIVATE, 2 * P, 0600), i;
	uint32_t word;

	is(attach(id, 0, SHM_REMAP), -EINVAL, "5 SHM_REMAP wants an address");
	host_map(A - P, 4, PROT_READ | PROT_WRITE, NULL);
	host_store(A, 1);
	host_store(A + 2 * P, 2);
	/* What a failed call has allocated stays, so the next one gets further: the page table and
	 * its chunk, two splits, the promise, and the entry. */
	for (i = 0; i < 6; i++) {
		host_fail = i > 0;
		is(attach(id, A, SHM_REMAP), -ENOMEM, "5 SHM_REMAP: no memory, %d", i);
		host_audit();
		must(host_load(A, &word) == 0 && word == 1, "5 SHM_REMAP: nothing is gone");
	}
	host_fail = -1;
	is(attach(id, A, SHM_REMAP), 0, "5 SHM_REMAP");
	is(host_load(A, &word) + (int)word, 0, "5 SHM_REMAP: the segment is there");
	is(host_load(A + 2 * P, &word) + (int)word, 2, "5 SHM_REMAP: beside it, what was");
	is(attach(id, A, SHM_REMAP), 0, "5 SHM_REMAP: over itself");
	is(nattch(id), 1, "5 SHM_REMAP: is one attach");
	control(id, IPC_RMID);
	is(attach(id, A, SHM_REMAP), -EINVAL, "5 SHM_REMAP: a removed one");
	host_audit();
	host_exec();
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
}

/* ---- A segment that is being created ---- */

static struct proc *creator;
static int created;
static bool interrupt;

static void
create(void)
{
	host_run(creator);
	created = get(KEY, 3 * P, IPC_CREAT | 0600);
}

/* Lets the creator sleep in vm_object_create() until the other process sleeps, too. */
static int
sleep_and_switch(const char *why)
{
	struct proc *p = curproc();

	if (p != creator && __builtin_strcmp(why, "shmget") != 0)
		return 0;
	if (p != creator && interrupt)
		return EINTR;
	baton_yield();
	host_run(p);
	return 0;
}

static void
being_created(const char *how)
{
	host_run(creator);
	inject_set(how);
	baton_start(create);
}

static void
test_creating(void)
{
	struct proc *other = curproc();
	unsigned before = host_wakeups;
	uint32_t slot;
	int id;

	creator = host_spawn(0, 0);
	host_sleep = sleep_and_switch;
	being_created("object:sleep");
	host_run(other);
	is(shm_nused, 1, "3b counted before it sleeps");
	for (slot = 0; shm_slot(slot) == NULL; slot++)
		;
	is(attach(shm_segment_id(shm_slot(slot)), 0, 0), -EINVAL, "at.1 being created");
	id = get(KEY, 2 * P, IPC_CREAT | 0600);
	ok(id > 0 && id == created, "3a woken when it was there");
	is(host_wakeups, before + 1, "3b one wake-up");
	control(id, IPC_RMID);

	being_created("object:sleep,object:nth=1");
	host_run(other);
	id = get(KEY, 5 * P, IPC_CREAT | 0600);
	is(created, -ENOMEM, "3b the creation failed");
	ok(id > 0, "3a woken, it created one itself");
	control(id, IPC_STAT);
	is(ds.shm_segsz, 5 * P, "3a of the size that it asked for");
	control(id, IPC_RMID);

	being_created("object:sleep,object:nth=1");
	host_run(other);
	is(get(KEY, 0, 0), -ENOENT, "3a woken, there is none");

	being_created("object:sleep");
	host_run(other);
	interrupt = true;
	is(get(KEY, 0, 0), -ERESTART, "3a a signal");
	baton_yield();
	host_run(other);
	ok(created > 0, "3a does not disturb the creator");
	is(get(KEY, 0, 0), created, "3a who made it");
	control(created, IPC_RMID);
	host_run(creator);
	inject_set("");
	host_sleep = NULL;
	host_exit(creator);
	host_run(other);
}

int
main(void)
{
	host_boot(2048, 1024, "shmmni=4 shmall=64 shmseg=3 shmmax=128K");
	host_spawn(0, 0);
	host_map(BUF, 1, PROT_READ | PROT_WRITE, NULL);
	test_ipcperm();
	test_get();
	test_attach();
	test_detach();
	test_control();
	test_fork();
	test_remap();
	test_creating();
	return host_end();
}
