/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory, from both sides: /proc/frames says who has each frame, and /proc/PID/pages
 * shows what the page tables of a process say.
 */
#include "mem/frame.h"
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "shm/shm.h"
#include "vm/object.h"
#include "vm/space.h"

/* ---- /proc/frames: the owner of each frame, as two bytes, low byte first ---- */

/* Values below OWNER_FILE are FRAME_FREE, FRAME_KERNEL and FRAME_TABLE. */
enum {
	OWNER_FILE = 3,         /* a page of a file, or of an owner that is not known */
	OWNER_NONE = 4,         /* no RAM here */
	OWNER_COW = 5,          /* a page that processes share until one of them writes to it */
	OWNER_SHARED_TABLE = 6, /* a page table with several holders */
	OWNER_PID = 15,         /* plus the number of the process that has the page alone */
	OWNER_SLOT = 0x8000     /* plus the slot of the segment that the page is in */
};

/* Keep the owner of frame f, in bits that nothing else uses. */
static void
frame_set_owner(frame_t f, uint32_t owner)
{
	frame_table[f].link =
		(frame_table[f].link & ((1u << FRAME_OWNER) - 1)) | owner << FRAME_OWNER;
}

/* Returns the owner that was kept. */
static uint16_t
frame_owner(frame_t f)
{
	return frame_table[f].link >> FRAME_OWNER;
}

/* Returns true if frame f is the page of e's object that lies at va, not a copy of it. */
static bool
is_objects_page(const struct vm_entry *e, vaddr_t va, frame_t f)
{
	frame_t page;

	return e->object != NULL &&
	       vm_object_peek(e->object, e->pgoff + ((va - e->start) >> PAGE_SHIFT), &page) &&
	       page == f;
}

/* Mark the frames of p's private pages: as p's, or as shared if others have references, too. */
static void
mark_process(const struct proc *p)
{
	uint32_t owner = (uint32_t)p->pid + OWNER_PID;
	const struct vm_entry *e;
	vaddr_t va;

	if (owner >= OWNER_SLOT)
		owner = OWNER_SLOT - 1;
	for (e = p->space->first; e != NULL; e = e->next) {
		if (e->inherit == VM_SHARE)
			continue;
		for (va = e->start; va < e->end; va += PAGE_SIZE) {
			pte_t pte = pmap_lookup(&p->space->pmap, va);
			vaddr_t span = va & ~(SPAN_SIZE - 1);

			/* Skip a span without a page: much may be mapped, and little resident. */
			if (va == span &&
			    pmap_resident(&p->space->pmap, span, span + SPAN_SIZE) == 0)
				va += SPAN_SIZE - PAGE_SIZE;
			if (pte == 0)
				continue;
			if (frame_refs(pte_frame(pte)) == 1)
				frame_set_owner(pte_frame(pte), owner);
			else if (!is_objects_page(e, va, pte_frame(pte)))
				frame_set_owner(pte_frame(pte), OWNER_COW);
		}
	}
}

/* Make the segment in a slot the owner of its frames. */
static void
mark_segment(uint32_t slot)
{
	const struct vm_object *obj = shm_slot_object(slot);
	uint32_t page;
	frame_t f;

	for (page = 0; obj != NULL && page < obj->npages; page++)
		if (vm_object_peek(obj, page, &f))
			frame_set_owner(f, OWNER_SLOT | slot);
}

/* Record the owner of each user frame: a process, a segment, or one of the values above. */
static void
frames_mark(void)
{
	const struct proc *p;
	uint32_t slot;
	frame_t f;

	for (f = 0; f < frame_limit; f++)
		if (frame_kind(f) == FRAME_USER)
			frame_set_owner(f, OWNER_FILE);
	for (p = proc_list.first; p != NULL; p = p->all.next)
		if (proc_own_space(p) != NULL)
			mark_process(p);
	for (slot = 0; slot < shm_slot_limit(); slot++)
		mark_segment(slot);
}

/* Returns the value for frame f. */
static uint16_t
frame_value(frame_t f)
{
	enum frame_kind kind = frame_kind(f);

	switch (kind) {
	case FRAME_TABLE:
		return frame_refs(f) > 1 ? OWNER_SHARED_TABLE : FRAME_TABLE;
	case FRAME_USER:
		return frame_owner(f) != 0 ? frame_owner(f) : OWNER_FILE;
	case FRAME_HOLE:
		return OWNER_NONE;
	default:
		return kind;
	}
}

/* The cursor is a frame. The owners are found at frame 0 and kept in frame_table, while the kinds
 * are those of now: a frame that has been allocated since then shows as a file's. */
void
procfs_show_frames(struct text *t, const struct proc *p)
{
	if (t->cursor == 0)
		frames_mark();
	for (; t->cursor < frame_limit && t->len < 2048; t->cursor++) {
		uint16_t value = frame_value(t->cursor);

		t->buf[t->len++] = (char)value;
		t->buf[t->len++] = (char)(value >> 8);
	}
}

/* ---- /proc/PID/pages: a line for each page: its address, its entry of the page table, that
 * of the page directory, and by what the span is shown ---- */

/* Add lines for the pages from t->cursor to the end of its span, and move the cursor. */
static void
show_span(struct text *t, pte_t pde)
{
	const char *by = pde & PTE_LARGE ? "large" : pde & PTE_GRAFT ? "graft" : "own";
	const pte_t *table = frame_kva(pte_frame(pde));
	vaddr_t end = (t->cursor | (SPAN_SIZE - 1)) + 1;

	if (pde & PTE_LARGE) {
		text_add(t, "%08x %08x %08x %s\n", t->cursor, 0, pde, by);
		t->cursor = end;
	}
	for (; t->cursor < end && t->len < 2048; t->cursor += PAGE_SIZE) {
		pte_t pte = table[ptab_index(t->cursor)];

		if (pte != 0)
			text_add(t, "%08x %08x %08x %s\n", t->cursor, pte, pde, by);
	}
}

/* The cursor is an address. The record is what the next span shows, or a part of it. */
void
procfs_show_pages(struct text *t, const struct proc *p)
{
	const struct pmap *pm = p->space != NULL ? &p->space->pmap : NULL;
	const pte_t *dir = pm != NULL ? frame_kva(pm->dir) : NULL;

	while (dir != NULL && t->len == 0 && t->cursor < USER_END) {
		pte_t pde = dir[t->cursor >> SPAN_SHIFT];
		vaddr_t end = (t->cursor | (SPAN_SIZE - 1)) + 1;

		if (pde != 0 && pmap_resident(pm, t->cursor, end) != 0)
			show_span(t, pde);
		else
			t->cursor = end;
	}
}
