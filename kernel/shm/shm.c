/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V shared memory: shmget and shmat. docs/spec-shm.md is the contract; shmdt and fork are
 * in shm_detach.c, shmctl is in shm_control.c.
 *
 *	key ----> hash ----+
 *	                   v
 *	id = seq | slot -> segment, a vm_object -> frames
 *	                   ^
 *	process -> space -> entries, each with a reference on the object
 *
 * A FREE slot has no segment; the state of a segment is kept in bits of perm.mode above the nine
 * of the mode (shm_private.h). An attach is one entry, or several after munmap or mprotect has
 * split it (shm_cut.c), and it lasts as long as any of them is mapped.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/cmdline.h"
#include "debug/inject.h"
#include "debug/trace.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "shm/ipc.h"
#include "shm/shm_private.h"
#include "vm/owner.h"

struct shminfo shminfo;
uint32_t shm_allow_removed;
uint32_t shm_nused;
uint32_t shm_committed;

void
shm_init(void)
{
	struct frame_stats st;

	frame_stats(&st);
	shminfo.shmmin = 1;
	shminfo.shmmni = cmdline_number("shmmni", 128, 1, SHM_SLOTS_MAX);
	shminfo.shmseg = cmdline_number("shmseg", 128, 1, SHM_ATTACH_MAX);
	shminfo.shmall = cmdline_number("shmall", st.total, 0, UINT32_MAX);
	shminfo.shmmax = cmdline_number("shmmax",
	                                st.total < UINT32_MAX / PAGE_SIZE ? st.total * PAGE_SIZE
	                                                                  : UINT32_MAX & ~PAGE_MASK,
	                                0, UINT32_MAX);
	shm_allow_removed = cmdline_number("shm_allow_removed", 0, 0, 1);
	if (shm_slots_init(shminfo.shmmni) != 0)
		noboot("too little memory for shmmni=%u", shminfo.shmmni);
}

/* ---- Segments ---- */

/* Returns the segment's size in pages, rounded up. */
static uint32_t
seg_pages(const struct shm_segment *seg)
{
	return page_round(seg->segsz) >> PAGE_SHIFT;
}

int32_t
shm_segment_id(const struct shm_segment *seg)
{
	return ipc_id(seg->perm.seq, seg->slot);
}

/* Returns whether the segment can be used by its identifier: it is live, or removed and attached
 * while shm_allow_removed is set. (A segment that is being created has no attach.) */
static bool
seg_usable(const struct shm_segment *seg)
{
	return !(seg->perm.mode & (SHMSEG_CREATING | SHMSEG_REMOVED)) ||
	       (shm_allow_removed && seg->nattch > 0);
}

/* No segment has the sequence number of a negative identifier, so these need no check. */
struct shm_segment *
shm_segment_live(int32_t id)
{
	struct shm_segment *seg = shm_slot(id & 0xffff);

	if (seg == NULL || seg->perm.seq != id >> 16 || !seg_usable(seg)) {
		why("shm: %d is not a segment's identifier", id);
		return NULL;
	}
	return seg;
}

/* Make the slot FREE and take the segment out of the counts. The memory is freed with the last
 * reference on its object, which SHM_LOCK may still hold. */
static void
seg_release(struct shm_segment *seg)
{
	shm_nused--;
	shm_committed -= seg_pages(seg);
	shm_slot_free(seg);
}

void
shm_segment_free(struct shm_segment *seg)
{
	shm_last_free = (int32_t)seg->slot;
	trace(TRACE_SHM_FREE, (uint32_t)shm_segment_id(seg));
	seg_release(seg);
}

/* ---- shmget ---- */

/* spec-shm.md part 3a. Returns 0, EACCES, EINVAL or EEXIST. If the segment is being created, sleeps
 * until that has ended and returns EAGAIN: the segment may be gone, so the caller looks the key
 * up again. Returns ERESTART if a signal ends the sleep: then the call is made again, unless a
 * handler without SA_RESTART has run (signal.h). */
static int
get_existing(struct shm_segment *seg, uint32_t size, int flags, int32_t *id)
{
	int err;

	may_sleep();
	if (seg->perm.mode & SHMSEG_CREATING) {
		seg->perm.mode |= SHMSEG_WANTED;
		return tsleep(seg, PCATCH, "shmget", 0) != 0 ? ERESTART : EAGAIN;
	}
	err = ipcperm(&curproc()->cred, &seg->perm, flags & 0777);
	if (err != 0)
		return err;
	if (size != 0 && size > seg->segsz) {
		why("shmget: %u bytes are wanted, the segment has %u", size, seg->segsz);
		return EINVAL;
	}
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return EEXIST;
	*id = shm_segment_id(seg);
	return 0;
}

/* Makes the checks of spec-shm.md part 3b, in their order. Returns 0 with the segment's memory
 * promised, or EINVAL, ENOSPC or ENOMEM with nothing taken. */
static int
create_check(uint32_t size)
{
	uint32_t pages = page_round(size) >> PAGE_SHIFT;

	if (size < shminfo.shmmin || size > shminfo.shmmax || page_round(size) < size) {
		why("shmget: %u bytes are not from %u to %u", size, shminfo.shmmin, shminfo.shmmax);
		return EINVAL;
	}
	if (shm_nused >= shminfo.shmmni) {
		why("shmget: all %u slots are in use", shminfo.shmmni);
		return ENOSPC;
	}
	if (pages > shminfo.shmall || shm_committed > shminfo.shmall - pages) {
		why("shmget: %u pages more would be beyond shmall, %u", pages, shminfo.shmall);
		return ENOMEM;
	}
	return vm_object_promise(pages);
}

/*
 * Creates a segment: spec-shm.md part 3b. Returns 0, EINVAL, ENOSPC or ENOMEM. May sleep. The
 * slot and the key are taken, and the counts raised, before anything that may sleep: other
 * callers find the segment in the state "being created" meanwhile, and limits that
 * already count it. (noinline: otherwise shm_get() would save registers for this also where
 * the key exists. That saves 18 instructions there, and costs 8 for a new segment.)
 */
__attribute__((noinline)) static int
get_new(int32_t key, uint32_t size, int flags, int32_t *id)
{
	const struct proc *p = curproc();
	struct shm_segment *seg;
	bool wanted;
	int err;

	err = create_check(size);
	if (err != 0)
		return err;
	seg = shm_slot_alloc(key);
	if (seg == NULL) {
		vm_object_unpromise(page_round(size) >> PAGE_SHIFT);
		return ENOMEM;
	}
	seg->perm.cuid = seg->perm.uid = p->cred.euid;
	seg->perm.cgid = seg->perm.gid = p->cred.egid;
	seg->perm.mode = (flags & 0777) | SHMSEG_CREATING;
	seg->segsz = size;
	seg->cpid = p->pid;
	seg->ctime = clock_seconds();
	shm_nused++;
	shm_committed += seg_pages(seg);

	inject_sleep(INJECT_OBJECT);
	err = flags & SHM_HUGETLB ? vm_object_init_large(&seg->object, seg_pages(seg))
	                          : vm_object_init(&seg->object, seg_pages(seg));

	wanted = seg->perm.mode & SHMSEG_WANTED;
	seg->perm.mode &= ~(SHMSEG_CREATING | SHMSEG_WANTED);
	*id = shm_segment_id(seg);
	if (err == 0)
		trace(TRACE_SHM_GET, (uint32_t)*id, (uint32_t)key, size);
	if (wanted)
		wakeup(seg);
	if (err != 0)
		seg_release(seg); /* a failed creation does not set shm_last_free: 3b.6 */
	return err;
}

int
shm_get(int32_t key, uint32_t size, int flags, int32_t *id)
{
	struct shm_segment *seg;
	int err;

	may_sleep();
	do {
		seg = key == IPC_PRIVATE ? NULL : shm_slot_by_key(key);
		if (seg != NULL)
			err = get_existing(seg, size, flags, id);
		else if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
			err = ENOENT;
		else
			err = get_new(key, size, flags, id);
	} while (err == EAGAIN);
	return err;
}

/* ---- shmat ---- */

/* Choose an address for an attach of len bytes. Returns 0 or ENOMEM. A long attach begins at the
 * start of a span if possible, so that its object's page tables can be grafted. */
static int
choose_address(struct vm_space *sp, uint32_t len, vaddr_t *va)
{
	if (len >= VM_SPANS_FROM && vm_find_spans(sp, len, va) == 0)
		return 0;
	return vm_find_space(sp, len, va);
}

/* Puts the address of an attach of len bytes into *va: the given one or, if addr is 0, one that the
 * kernel chooses (spec-shm.md at.4 and at.5). Returns 0, EINVAL or ENOMEM. */
static int
attach_address(struct vm_space *sp, vaddr_t addr, uint32_t len, int flags, vaddr_t *va)
{
	if (addr == 0 && (flags & SHM_REMAP)) {
		why("shmat: SHM_REMAP without an address");
		return EINVAL;
	}
	if (addr == 0)
		return choose_address(sp, len, va);
	*va = addr;
	if (flags & SHM_RND)
		*va &= ~(SHMLBA - 1);
	if (*va & (SHMLBA - 1)) {
		why("shmat: 0x%x is not a multiple of SHMLBA and SHM_RND is clear", addr);
		return EINVAL;
	}
	if (!vm_range_ok(*va, len)) {
		why("shmat: %u bytes at 0x%x are not all in user space", len, *va);
		return EINVAL;
	}
	if (!(flags & SHM_REMAP) && !vm_range_free(sp, *va, len)) {
		why("shmat: something is mapped in the %u bytes at 0x%x", len, *va);
		return ENOMEM;
	}
	return 0;
}

uint32_t
shm_attach_size(int32_t id)
{
	const struct shm_segment *seg = shm_segment_live(id);

	return seg == NULL ? 0 : page_round(seg->segsz);
}

/* Returns whether shmat shall fail here on request (debug/inject.h); may sleep on request, too. The
 * attach has been counted but has no entry yet: sp->attaching tells shm_check() of it. */
static bool
attach_injected_failure(struct vm_space *sp, const struct vm_object *obj)
{
	if (!inject_active)
		return false;
	sp->attaching = obj;
	inject_sleep(INJECT_ATTACH);
	sp->attaching = NULL;
	return inject_fail(INJECT_ATTACH);
}

/* Makes all checks of shmat but the last, which is for the mapping's own memory, in the order of
 * spec-shm.md part 3. Returns 0 with the mapping in *m, whose object is the segment's; or
 * EINVAL, EACCES, EMFILE or ENOMEM. Changes nothing else. */
static inline int
attach_check(const struct proc *p, int32_t id, vaddr_t addr, int flags, struct vm_mapping *m)
{
	struct shm_segment *seg = shm_segment_live(id);
	int err, prot = flags & SHM_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE;

	if (seg == NULL)
		return EINVAL;
	err = ipcperm(&p->cred, &seg->perm, flags & SHM_RDONLY ? IPC_R : IPC_R | IPC_W);
	if (err != 0)
		return err;
	if (p->space->nattch >= shminfo.shmseg) {
		why("shmat: all %u attaches are in use", shminfo.shmseg);
		return EMFILE;
	}
	m->object = &seg->object;
	m->len = page_round(seg->segsz);
	m->pgoff = 0;
	m->prot = prot | (flags & SHM_EXEC ? PROT_EXEC : 0);
	m->max_prot = prot | PROT_EXEC;
	m->inherit = VM_SHARE;
	m->flags = VM_ATTACH;
	m->replace = flags & SHM_REMAP;
	return attach_address(p->space, addr, m->len, flags, &m->start);
}

int
shm_attach_check(int32_t id, vaddr_t addr, int flags)
{
	DOES_NOT_SLEEP;
	struct vm_mapping m;

	return attach_check(curproc(), id, addr, flags, &m);
}

int
shm_attach(int32_t id, vaddr_t addr, int flags, vaddr_t *out)
{
	const struct proc *p = curproc();
	struct shm_segment *seg;
	struct vm_mapping m;
	int err = attach_check(p, id, addr, flags, &m);

	may_sleep();
	if (err != 0)
		return err;
	/* Count the attach before anything may sleep, so that IPC_RMID can't free the segment. */
	seg = (struct shm_segment *)m.object;
	seg->nattch++;
	err = attach_injected_failure(p->space, m.object) ? ENOMEM : vm_map(p->space, &m);
	if (err != 0) {
		shm_segment_drop(seg);
		return err;
	}
	p->space->nattch++;
	seg->lpid = p->pid;
	seg->atime = clock_seconds();
	trace(TRACE_SHM_ATTACH, (uint32_t)id, m.start, (uint32_t)p->pid, seg->nattch);
	*out = m.start;
	return 0;
}
