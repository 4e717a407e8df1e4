/* SPDX-License-Identifier: BSD-2-Clause */
/* The two mappings that grow: the heap, upwards from the program's end (brk), and the
 * stack, downwards by faults. */
#include "abi/errno.h"
#include "mem/frame.h"
#include "vm/tree.h"

int
vm_brk(struct vm_space *sp, vaddr_t end)
{
	vaddr_t old_top = page_round(sp->brk_end), top = page_round(end);
	struct vm_mapping heap = {.start = old_top,
	                          .len = top - old_top,
	                          .prot = PROT_READ | PROT_WRITE,
	                          .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                          .inherit = VM_COPY};
	struct vm_entry *e;
	int err = 0;

	if (end < sp->brk_start || end > MMAP_END)
		return ENOMEM;
	if (top < old_top) {
		err = vm_unmap(sp, top, old_top);
	} else if (top > old_top) {
		if (!vm_range_free(sp, old_top, top - old_top))
			return ENOMEM;
		e = vm_entry_at(sp, old_top - 1);
		if (e != NULL && e->start >= sp->brk_start && e->object == NULL &&
		    e->inherit == VM_COPY && e->prot == heap.prot && !(e->flags & VM_LOCKED))
			err = vm_grow(sp, e, old_top, top);
		else
			err = vm_map(sp, &heap);
	}
	if (err == 0)
		sp->brk_end = end;
	return err;
}

/*
 * Grow the stack down to the page of va. Returns the stack's entry, or NULL:
 * - if the entry above va is not the stack's, or va is below STACK_LOW;
 * - if the stack, or what the process has locked, would exceed its limit;
 * - if no free page, the guard, would be left above another mapping below the stack;
 * - if memory is short;
 * - while a fork copies the space.
 * Of a stack that mprotect or munmap has split the entry above va grows, and the limit holds
 * for each entry.
 */
struct vm_entry *
vm_stack_grow(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = vm_entry_from(sp, va);
	vaddr_t start = va & ~PAGE_MASK;

	if (sp->copied || e == NULL || !(e->flags & VM_STACK) || start < STACK_LOW ||
	    e->end - start > vm_stack_most() ||
	    ((e->flags & VM_LOCKED) &&
	     vm_locked_pages(sp) + ((e->start - start) >> PAGE_SHIFT) > vm_lock_most()) ||
	    (e->prev != NULL && !(e->prev->flags & VM_STACK) && e->prev->end > start - PAGE_SIZE))
		return NULL;
	return vm_grow(sp, e, start, e->start) == 0 ? e : NULL;
}
