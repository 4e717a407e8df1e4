/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults: address -> entry -> object -> pmap.
 *
 * A page of a shared entry shows the object's own frame, or a whole span of them is shown at
 * once. A page of a private entry is in one of four states:
 *	absent		it reads as zeros, or as the object's page if there is an object
 *	read-only	it has a frame that others may hold too: the object, the other space
 *			of a fork, the page of zeros
 *	writable	it has a frame with one reference, this page's
 *	parked		it keeps its frame but is not present: PROT_NONE made it so
 * A write to it makes it writable: it keeps a frame that nobody else holds any more, and
 * gets a copy of any other (copy-on-write).
 */
#include "abi/signal.h"
#include "base/assert.h"
#include "base/sleep.h"
#include "debug/trace.h"
#include "mem/frame.h"
#include "vm/tree.h"

/* Returns true if e's protection allows the access. Page tables of the i386 distinguish only
 * writes from everything else (Intel SDM vol. 3, 4.6), so any protection but PROT_NONE allows
 * reads and execution. */
static bool
access_ok(const struct vm_entry *e, int access)
{
	if (access & PROT_WRITE)
		return e->prot & PROT_WRITE;
	return e->prot != PROT_NONE;
}

/* The page of zeros. Private pages without an object show this one frame when they are first
 * read while their entry is read-only, for then no page need be promised to them. Nobody
 * ever writes to it. */
static frame_t zero_frame;

void
vm_init(void)
{
	if (!frame_alloc(&zero_frame))
		noboot("too little memory for a page of zeros");
	frame_zero(zero_frame);
}

/* Enter frame f itself at va, with a new reference on it: others may hold it, too. */
static void
enter_frame(struct vm_space *sp, vaddr_t va, frame_t f, bool writable)
{
	frame_ref(f);
	pmap_enter(&sp->pmap, va, pte_make(f, writable));
}

/* Enter a copy of frame f at va, writable. The memory for it is promised. */
static void
enter_copy(struct vm_space *sp, vaddr_t va, frame_t f)
{
	frame_t copy = frame_alloc_user();

	frame_copy(copy, f);
	pmap_enter(&sp->pmap, va, pte_make(copy, true));
}

/*
 * Show the whole span that va is in by one entry of the directory: by a large page if the
 * object's frames form a row there, else by a graft of the object's own page table. Returns
 * false if the span can't be shown so. It can if
 * - e reaches down to the span's start, and shows there the first page of a table;
 * - nothing else is mapped in the span;
 * - if e ends inside the span, the object ends there too and can't grow: otherwise pages beyond
 *   e's end would be seen.
 * (noinline: vm_fault() keeps more of its variables in registers. That saves 2 instructions of
 * a fault that enters no span, and costs 4 of one that does.)
 */
__attribute__((noinline)) static bool
enter_span(struct vm_space *sp, const struct vm_entry *e, vaddr_t va)
{
	vaddr_t span = va & ~(SPAN_SIZE - 1), left = e->end - span;
	uint32_t page = e->pgoff + ((span - e->start) >> PAGE_SHIFT);
	const struct vm_object *obj = e->object;
	pte_t pde;

	if (span < e->start || page % PTAB_PAGES != 0)
		return false;
	if (left < SPAN_SIZE && e->next != NULL && e->next->start - span < SPAN_SIZE)
		return false;
	if (left < SPAN_SIZE && (!obj->fixed || page + (left >> PAGE_SHIFT) < obj->npages))
		return false;
	pde = pte_make(obj->tables[page / PTAB_PAGES], e->prot & PROT_WRITE) | PTE_GRAFT;
	if (obj->large && left >= SPAN_SIZE && obj->npages - page >= PTAB_PAGES)
		pde = pte_make(vm_object_page(e->object, page), e->prot & PROT_WRITE) | PTE_LARGE;
	return pmap_enter_span(&sp->pmap, span, pde);
}

/* Resolve a fault in a shared entry. In a span that is shown whole a page can be seen as soon
 * as vm_object_page() has given it a frame: then nothing is left to enter. */
static inline void
fault_shared(struct vm_space *sp, const struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	frame_t f = vm_object_page(e->object, page);
	pte_t pte;

	if (pmap_in_use(&sp->pmap, va >> SPAN_SHIFT)) {
		pte = pmap_lookup(&sp->pmap, va);
		if (pte_present(pte) && (!write || pte_writable(pte)))
			return;
	}
	if (!enter_span(sp, e, va))
		enter_frame(sp, va, f, e->prot & PROT_WRITE);
}

/* Enter a page of a private entry for the first time: nothing is at va yet. */
static void
fill_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	frame_t f;

	if (e->object != NULL) {
		f = vm_object_page(e->object, page);
		if (write)
			enter_copy(sp, va, f);
		else
			enter_frame(sp, va, f, false);
	} else if (e->prot & PROT_WRITE) {
		f = frame_alloc_user();
		frame_zero(f);
		pmap_enter(&sp->pmap, va, pte_make(f, true));
	} else {
		enter_frame(sp, va, zero_frame, false);
	}
}

/* Resolve a fault in a private entry. */
static inline void
fault_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	pte_t pte = pmap_lookup(&sp->pmap, va);
	frame_t f = pte_frame(pte);

	if (pte == 0)
		fill_private(sp, e, va, page, write);
	else if (write && frame_refs(f) > 1)
		enter_copy(sp, va, f);
	else
		enter_frame(sp, va, f, write || pte_writable(pte));
}

#define AHEAD_FROM 3u
#define AHEAD_PAGES 7u

/*
 * Resolve faults that have not happened yet. Programs often touch memory from its start to its end,
 * and a fault takes as long as clearing a page. So the third fault in a row at the page after the
 * last one's, and each that follows it, also makes a few more pages: shared ones, or private ones
 * of zeros, whose memory is promised in either case. It stops at the end of the entry, of the
 * object and of the span, and at a private page that is there.
 */
static void
fault_ahead(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	vaddr_t end = span_end(va, e->end);
	unsigned n;

	if (++sp->faults_in_order < AHEAD_FROM || !(e->prot & PROT_WRITE))
		return;
	for (n = 1; n <= AHEAD_PAGES && sp->fault_next < end; n++, sp->fault_next += PAGE_SIZE) {
		if (e->inherit == VM_SHARE && page + n < e->object->npages)
			fault_shared(sp, e, sp->fault_next, page + n, write);
		else if (e->object == NULL && pmap_lookup(&sp->pmap, sp->fault_next) == 0)
			fill_private(sp, e, sp->fault_next, page + n, write);
		else
			return;
	}
}

int
vm_fault(struct vm_space *sp, vaddr_t va, int access)
{
	DOES_NOT_SLEEP;
	struct vm_entry *e = vm_entry_at(sp, va);
	bool write = access & PROT_WRITE, in_order;
	uint32_t page;

	trace(TRACE_FAULT, va, (uint32_t)access);
	if (e == NULL && (e = vm_stack_grow(sp, va)) == NULL)
		return SEGV_MAPERR;
	if (!access_ok(e, access))
		return SEGV_ACCERR;
	va &= ~PAGE_MASK;
	page = e->pgoff + ((va - e->start) >> PAGE_SHIFT);
	if (e->object != NULL && page >= e->object->npages)
		return VM_FAULT_END;
	if (e->inherit == VM_SHARE)
		fault_shared(sp, e, va, page, write);
	else
		fault_private(sp, e, va, page, write);
	in_order = va == sp->fault_next;
	sp->fault_next = va + PAGE_SIZE;
	if (in_order)
		fault_ahead(sp, e, va, page, write);
	else
		sp->faults_in_order = 0;
	return 0;
}
