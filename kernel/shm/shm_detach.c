/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of attaches: shmdt, the end of their entries, and fork. Whether shmdt, munmap, exec
 * or exit unmaps an entry, vm/ reports it to shm_entry_gone() or, for a whole space, to
 * shm_detach_all(): no attach ends anywhere else.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/sleep.h"
#include "debug/trace.h"
#include "proc/proc.h"
#include "shm/shm_private.h"
#include "vm/owner.h"

/* Returns the segment of an attach, which may be a removed one. */
static struct shm_segment *
seg_attached(const struct vm_entry *e)
{
	struct shm_segment *seg = (struct shm_segment *)e->object;

	ASSERT((e->flags & VM_ATTACH) && shm_slot(seg->slot) == seg);
	return seg;
}

/* Detach an attach that was split. If its first page is still mapped, e is that entry;
 * otherwise it is looked up by the address where its first page used to be. Returns EINVAL if
 * no attach starts at addr. (noinline: shm_detach() need not save registers for this, which
 * saves 3 instructions of each shmdt of an attach in one piece.) */
__attribute__((noinline)) static int
detach_pieces(struct vm_space *sp, const struct vm_entry *e, vaddr_t addr)
{
	struct vm_object *obj;

	if (e != NULL && (e->flags & VM_ATTACH) && vm_entry_base(e) == addr)
		obj = e->object;
	else
		obj = shm_headless(sp, addr);
	if (obj == NULL) {
		why("shmdt: no attach starts at 0x%x", addr);
		return EINVAL;
	}
	vm_unmap_attach(sp, addr, obj);
	return 0;
}

/* The usual attach is in one piece: one entry, which starts at addr. */
int
shm_detach(vaddr_t addr)
{
	DOES_NOT_SLEEP;
	struct vm_space *sp = curproc()->space;
	struct vm_entry *e = vm_entry_at(sp, addr);

	if (e == NULL || e->start != addr || !(e->flags & VM_ATTACH) || e->cut != NULL)
		return detach_pieces(sp, e, addr);
	vm_unmap_entry(sp, e);
	return 0;
}

/* Record that an attach of the segment has ended: dt.2 and dt.3. */
static inline void
seg_detached(struct shm_segment *seg, int32_t pid, int64_t now)
{
	trace(TRACE_SHM_DETACH, (uint32_t)shm_segment_id(seg), (uint32_t)pid, seg->nattch - 1);
	seg->dtime = now;
	seg->lpid = pid;
	shm_segment_drop(seg);
}

void
shm_entry_gone(struct vm_space *sp, struct vm_entry *e)
{
	if (e->cut != NULL && shm_cut_drop_piece(e))
		return;
	sp->nattch--;
	seg_detached(seg_attached(e), curproc()->pid, clock_seconds());
}

void
shm_detach_all(struct vm_space *sp)
{
	int32_t pid = curproc()->pid;
	int64_t now = clock_seconds();
	struct vm_entry *e;

	for (e = sp->nattch > 0 ? sp->first : NULL; e != NULL; e = e->next)
		if ((e->flags & VM_ATTACH) && (e->cut == NULL || !shm_cut_drop_piece(e)))
			seg_detached(seg_attached(e), pid, now);
	sp->nattch = 0;
}

/* Cuts are copied first, since that can fail; then the attaches are counted. */
int
shm_inherit(const struct vm_space *from, struct vm_space *to)
{
	struct vm_entry *e, *undo;
	struct shm_segment *seg;

	for (e = from->cuts > 0 ? to->first : NULL; e != NULL; e = e->next)
		if (e->cut != NULL && shm_cut_copy(to, e) != 0)
			goto no_memory;
	to->nattch = from->nattch;
	for (e = to->first; e != NULL; e = e->next) {
		if (!(e->flags & VM_ATTACH) || (e->cut != NULL && !shm_cut_commit(e)))
			continue;
		seg = seg_attached(e);
		seg->nattch++;
		trace(TRACE_SHM_ATTACH, (uint32_t)shm_segment_id(seg), vm_entry_base(e), 0,
		      seg->nattch);
	}
	return 0;
no_memory:
	for (undo = to->first; undo != e; undo = undo->next)
		if (undo->cut != NULL)
			shm_cut_undo(undo);
	return ENOMEM;
}
