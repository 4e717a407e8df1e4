/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults: address -> entry -> object -> pmap.
 *
 * A shared entry shows the object's own frame, or a whole span of them. A private
 * page is one of:
 *	absent		zeros, or the object's page if there is one
 *	read-only	a frame that others hold too: the object, the other side
 *			of a fork, the page of zeros
 *	writable	a frame with one reference, ours
 * and a write moves it to the last state, by taking the frame over if we are
 * its last holder, else by a copy.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "base/assert.h"
#include "mem/frame.h"
#include "vm/tree.h"

/* What an i386 page table can tell apart: writing, and everything else. */
static bool
access_ok(const struct vm_entry *e, int access)
{
	if (access & PROT_WRITE)
		return e->prot & PROT_WRITE;
	return e->prot != PROT_NONE;
}

/* Read-only private zeros have no page promised to them, so all of them are
 * this one, which nobody ever writes. */
static frame_t zero_frame;

void
vm_init(void)
{
	if (!frame_alloc(&zero_frame))
		noboot("too little memory for a page of zeros");
	frame_zero(zero_frame);
}

static void
enter_shared(struct vm_space *sp, vaddr_t va, frame_t f, bool writable)
{
	frame_ref(f);
	pmap_enter(&sp->pmap, va, pte_make(f, writable));
}

/* A private page of our own with f's content in it. */
static void
enter_copy(struct vm_space *sp, vaddr_t va, frame_t f)
{
	frame_t copy = frame_alloc_user();

	frame_copy(copy, f);
	pmap_enter(&sp->pmap, va, pte_make(copy, true));
}

/*
 * A span in which nothing but this entry can be seen, from its first page on, is
 * shown whole: by one large page if the frames are in a row, else by the
 * object's own table. Beyond the entry's end, in the span of its tail, the table
 * has to be empty for good. => false: it isn't such a span.
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

/* In a span shown whole a page is there as soon as the object has it. */
static int
fault_shared(struct vm_space *sp, const struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	frame_t f = vm_object_page(e->object, page);
	pte_t pte;

	if (pmap_in_use(&sp->pmap, va >> SPAN_SHIFT)) {
		pte = pmap_lookup(&sp->pmap, va);
		if (pte_present(pte) && (!write || pte_writable(pte)))
			return 0;
	}
	if (!enter_span(sp, e, va))
		enter_shared(sp, va, f, e->prot & PROT_WRITE);
	return 0;
}

/* Nothing is at va yet. */
static void
fill_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	frame_t f;

	if (e->object != NULL) {
		f = vm_object_page(e->object, page);
		if (write)
			enter_copy(sp, va, f);
		else
			enter_shared(sp, va, f, false);
	} else if (e->prot & PROT_WRITE) {
		f = frame_alloc_user();
		frame_zero(f);
		pmap_enter(&sp->pmap, va, pte_make(f, true));
	} else {
		enter_shared(sp, va, zero_frame, false);
	}
}

__attribute__((noinline)) static int
fault_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	pte_t pte = pmap_lookup(&sp->pmap, va);
	frame_t f = pte_frame(pte);

	if (pte == 0)
		fill_private(sp, e, va, page, write);
	else if (write && frame_refs(f) > 1)
		enter_copy(sp, va, f);
	else
		enter_shared(sp, va, f, write || pte_writable(pte));
	return 0;
}

int
vm_fault(struct vm_space *sp, vaddr_t va, int access)
{
	struct vm_entry *e = vm_entry_at(sp, va);
	bool write = access & PROT_WRITE;
	uint32_t page;

	if (e == NULL && (e = vm_stack_grow(sp, va)) == NULL)
		return SEGV_MAPERR;
	if (!access_ok(e, access))
		return SEGV_ACCERR;
	va &= ~PAGE_MASK;
	page = e->pgoff + ((va - e->start) >> PAGE_SHIFT);
	if (e->object != NULL && page >= e->object->npages)
		return VM_FAULT_END;
	return e->inherit == VM_SHARE ? fault_shared(sp, e, va, page, write)
	                              : fault_private(sp, e, va, page, write);
}
