/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the invariants of spec-shm.md part 3. The check counts anew, from the entries and the page
 * tables of all processes, and compares the result with the counts that the kernel keeps.
 */
#include "base/assert.h"
#include "base/printf.h"
#include "debug/stretch.h"
#include "mem/frame.h"
#include "proc/owned.h"
#include "proc/proc.h"
#include "shm/shm_private.h"
#include "vm/deferred.h"

/* The result: the first invariant that does not hold, in words. FIND() records it. */
struct finding {
	char *buf;
	size_t size;
	bool ok;        /* all hold so far */
	uint32_t steps; /* slots, entries and processes visited so far */
};

#define FIND(f, cond, ...)                                                                         \
	do {                                                                                       \
		if ((f)->ok && !(cond)) {                                                          \
			(f)->ok = false;                                                           \
			snprintf((f)->buf, (f)->size, __VA_ARGS__);                                \
		}                                                                                  \
	} while (0)

/* Returns whether e is the lowest entry that is left of an attach. */
static bool
is_first_piece(const struct vm_entry *e)
{
	const struct vm_entry *p = e;

	if (!(e->flags & VM_ATTACH))
		return false;
	while (e->cut != NULL && (p = p->prev) != NULL && p->start >= e->cut->va)
		if (p->cut == e->cut)
			return false;
	return true;
}

/* Returns the number of entries of e's attach, from e upwards. */
static uint32_t
count_pieces(struct finding *f, const struct vm_entry *e)
{
	vaddr_t base = vm_entry_base(e), bytes = e->object->npages << PAGE_SHIFT;
	const struct vm_entry *p;
	uint32_t count = 0;

	for (p = e; p != NULL && p->start - base < bytes; p = p->next, f->steps++)
		count += (p->flags & VM_ATTACH) && p->object == e->object &&
		         vm_entry_base(p) == base;
	return count;
}

/* Checks that each attach of the process shows the segment that is in its slot, and lies within it;
 * that each cut has as many pieces as it counts, and the space as many attaches. */
static void
check_space(struct finding *f, const struct proc *p)
{
	const struct vm_entry *e;
	uint32_t count = 0, pieces, expected;

	for (e = p->space->first; f->ok && e != NULL; e = e->next) {
		const struct shm_segment *seg = (const struct shm_segment *)e->object;

		f->steps++;
		if (!(e->flags & VM_ATTACH))
			continue;
		FIND(f, shm_slot(seg->slot) == seg, "process %d: 0x%x shows no segment", p->pid,
		     e->start);
		FIND(f, e->end - vm_entry_base(e) <= page_round(seg->segsz),
		     "process %d: 0x%x lies outside of its attach", p->pid, e->start);
		if (!is_first_piece(e))
			continue;
		count++;
		pieces = count_pieces(f, e);
		expected = e->cut != NULL ? e->cut->pieces : 1;
		FIND(f, pieces == expected, "process %d: the attach at 0x%x has %u pieces, not %u",
		     p->pid, e->start, pieces, expected);
	}
	FIND(f, count == p->space->nattch, "process %d: %u attaches, not %u", p->pid, count,
	     p->space->nattch);
}

/* Returns the number of the segment's attaches over all processes, those included that shmat has
 * counted but not yet mapped. Puts the number of their entries into *entries. */
static uint32_t
count_attaches(struct finding *f, const struct shm_segment *seg, uint32_t *entries)
{
	const struct vm_space *sp;
	const struct vm_entry *e;
	const struct proc *p;
	uint32_t count = 0;

	*entries = 0;
	for (p = proc_list.first; p != NULL; p = p->all.next) {
		sp = proc_own_space(p);
		count += sp != NULL && sp->attaching == &seg->object;
		for (e = sp == NULL ? NULL : sp->first; e != NULL; e = e->next, f->steps++) {
			*entries += e->object == &seg->object;
			count += e->object == &seg->object && is_first_piece(e);
		}
	}
	return count;
}

/* Returns whether p's pmap has a reference on `frame` to show it at va. The frame is a page of an
 * object, or `table`, the object's page table for that page. Where processes share a page table
 * since a fork, that table's one reference on the frame is counted for the first of them in
 * proc_list. */
static bool
owns_reference(struct finding *f, const struct proc *p, vaddr_t va, frame_t frame, frame_t table)
{
	frame_t held = pmap_held(&p->space->pmap, va);
	const struct proc *q;

	if (held == frame)
		return true;
	if (held == table || frame_kind(held) != FRAME_TABLE ||
	    pte_frame(pmap_lookup(&p->space->pmap, va)) != frame)
		return false;
	for (q = proc_list.first; q != p; q = q->all.next, f->steps++)
		if (proc_own_space(q) != NULL && pmap_held(&q->space->pmap, va) == held)
			return false;
	return true;
}

/* Returns how many references on `frame` all pmaps have, to show page `page` of the object at
 * addresses that are multiples of align: PAGE_SIZE for the page's frame, SPAN_SIZE for the object's
 * page table that begins with the page. */
static uint32_t
count_views(struct finding *f, const struct vm_object *obj, uint32_t page, frame_t frame,
            uint32_t align)
{
	const struct proc *p;
	const struct vm_entry *e;
	uint32_t count = 0;

	for (p = proc_list.first; p != NULL; p = p->all.next) {
		const struct vm_space *sp = proc_own_space(p);

		for (e = sp == NULL ? NULL : sp->first; e != NULL; e = e->next) {
			vaddr_t va = e->start + ((page - e->pgoff) << PAGE_SHIFT);

			f->steps++;
			if (e->object != obj || page < e->pgoff ||
			    page - e->pgoff >= (e->end - e->start) >> PAGE_SHIFT)
				continue;
			count += va % align == 0 &&
			         owns_reference(f, p, va, frame, obj->tables[page / PTAB_PAGES]);
		}
	}
	return count;
}

/* Returns whether the frame has one reference and those of so many views. Page tables that are yet
 * to be freed (vm/deferred.h), and the spaces that forks are making, may have more. */
static bool
refs_fit(frame_t frame, uint32_t views)
{
	return frame_refs(frame) == 1 + views ||
	       ((vm_deferred != 0 || vm_forks > 0) && frame_refs(frame) > 1 + views);
}

/* Checks the references on the segment's frames. A page's frame has one from the object, and
 * one from each page table but the object's own that shows it; of a large page it is the first
 * frame that has the reference. A page table of the object has one from the object, and one
 * from each span that it is grafted into, at the start of which it shows its first page.
 * (Another attach of the object further up in such a span, of which no page has been touched
 * yet, has no reference: SPAN_SIZE leaves it out.) */
static void
check_frames(struct finding *f, const struct shm_segment *seg)
{
	const struct vm_object *obj = &seg->object;
	uint32_t page, views, resident = 0, id = shm_segment_id(seg);
	frame_t frame;

	for (page = 0; f->ok && page < obj->npages; page++) {
		frame_t table = obj->tables[page / PTAB_PAGES];

		if (page % PTAB_PAGES == 0 && table != 0) {
			views = count_views(f, obj, page, table, SPAN_SIZE);
			FIND(f, refs_fit(table, views),
			     "segment %d: table %u has %u references, not 1 + %u", id,
			     page / PTAB_PAGES, frame_refs(table), views);
		}
		if (!vm_object_peek(obj, page, &frame))
			continue;
		resident++;
		views = count_views(f, obj, page, frame, PAGE_SIZE);
		FIND(f, refs_fit(frame, views), "segment %d: page %u has %u references, not 1 + %u",
		     id, page, frame_refs(frame), views);
	}
	FIND(f, resident == obj->resident, "segment %d: %u pages are there, not %u", id, resident,
	     obj->resident);
}

/* Checks the segment's state, its counts and its frames. */
static void
check_segment(struct finding *f, const struct shm_segment *seg)
{
	bool creating = seg->perm.mode & SHMSEG_CREATING, removed = seg->perm.mode & SHMSEG_REMOVED;
	int32_t id = shm_segment_id(seg);
	uint32_t entries, attaches = count_attaches(f, seg, &entries);

	FIND(f, creating || !(seg->perm.mode & SHMSEG_WANTED), "segment %d: WANTED but made", id);
	FIND(f, !creating || (!removed && seg->nattch == 0),
	     "segment %d: removed or attached before it is made", id);
	FIND(f, !removed || seg->nattch > 0, "segment %d: removed, without an attach", id);
	FIND(f, !removed || seg->perm.key == IPC_PRIVATE, "segment %d: removed, with a key", id);
	FIND(f, seg->nattch == attaches || (vm_forks > 0 && seg->nattch > attaches),
	     "segment %d: nattch %u, attaches %u", id, seg->nattch, attaches);
	/* Each entry has a reference, its slot has one, and each SHM_LOCK under way, too. */
	FIND(f, seg->object.refs > entries, "segment %d: %u references, %u entries and a slot", id,
	     seg->object.refs, entries);
	if (!creating)
		check_frames(f, seg);
}

/* Checks each slot with its segment, the totals of the table, and each space's attaches, up to the
 * first invariant that does not hold. */
static void
check_all(struct finding *f)
{
	uint32_t slot, used = 0, pages = 0, highest = shm_slot_highest();
	const struct proc *p;

	for (slot = 0; f->ok && slot <= highest; slot++) {
		const struct shm_segment *seg = shm_slot(slot);

		f->steps++;
		if (seg == NULL)
			continue;
		used++;
		pages += page_round(seg->segsz) >> PAGE_SHIFT;
		FIND(f, seg->slot == slot, "slot %u: holds slot %u's segment", slot, seg->slot);
		check_segment(f, seg);
	}
	FIND(f, used == shm_nused, "%u slots are in use, not %u", used, shm_nused);
	FIND(f, pages == shm_committed, "segments have %u pages, not %u", pages, shm_committed);
	FIND(f, shm_last_free < 0 || shm_slot(shm_last_free) == NULL,
	     "shm_last_free is %d, which is in use", shm_last_free);
	for (p = proc_list.first; f->ok && p != NULL; p = p->all.next)
		if (proc_own_space(p) != NULL)
			check_space(f, p);
}

bool
shm_check(char *what, size_t size)
{
	DOES_NOT_SLEEP;
	struct finding f = {.buf = what, .size = size, .ok = true};

	check_all(&f);
	return f.ok;
}

#ifdef DEBUG
/* A check takes time in proportion to all that is mapped. After one of n steps the next n / 1,024
 * calls are left out, so that a call costs about a thousand steps on the average. */
void
shm_verify(void)
{
	static uint32_t skip;
	uint64_t begun = machine_cycles();
	char what[128];
	struct finding f = {.buf = what, .size = sizeof(what), .ok = true};

	if (skip > 0) {
		skip--;
		return;
	}
	check_all(&f);
	if (!f.ok)
		panic("shm_verify: %s", what);
	skip = f.steps / 1024;
	stretch_skip(begun);
}
#endif
