/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locked memory (mlock). The kernel never takes a page away to make room, so to lock pages is
 * to bring in those that have no frame yet. Which entries are locked is recorded only to
 * count them against RLIMIT_MEMLOCK.
 */
#include "abi/errno.h"
#include "base/sleep.h"
#include "vm/tree.h"

/* Returns the number of pages between two addresses, which are pages' starts. */
static uint32_t
pages_between(vaddr_t start, vaddr_t end)
{
	return (end - start) >> PAGE_SHIFT;
}

uint32_t
vm_locked_between(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	const struct vm_entry *e = sp->locks ? vm_entry_from(sp, start) : NULL;
	uint32_t n = 0;

	for (; e != NULL && e->start < end; e = e->next) {
		if (e->flags & VM_LOCKED)
			n += pages_between(e->start > start ? e->start : start,
			                   e->end < end ? e->end : end);
	}
	return n;
}

uint32_t
vm_locked_pages(struct vm_space *sp)
{
	return vm_locked_between(sp, 0, USER_END);
}

/* Returns the address up to which the pages of e can be brought in. An access to e from
 * there on gets SIGSEGV or SIGBUS. */
static vaddr_t
fillable_end(const struct vm_entry *e)
{
	uint32_t pages = pages_between(e->start, e->end);

	if (e->prot == PROT_NONE)
		return e->start;
	if (e->object == NULL)
		return e->end;
	if (e->pgoff >= e->object->npages)
		return e->start;
	if (pages > e->object->npages - e->pgoff)
		return e->start + ((e->object->npages - e->pgoff) << PAGE_SHIFT);
	return e->end;
}

void
vm_fill(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	const struct vm_entry *e;
	uint32_t n = 0;

	may_sleep();
	for (; start < end; start += PAGE_SIZE) {
		if (++n % 256 == 0)
			sched_point();
		e = vm_entry_at(sp, start);
		if (e == NULL || start >= fillable_end(e))
			continue;
		vm_fault(sp, start,
		         e->inherit == VM_COPY && (e->prot & PROT_WRITE) ? PROT_WRITE : PROT_READ);
	}
}

int
vm_lock(struct vm_space *sp, vaddr_t start, vaddr_t end, bool lock)
{
	struct vm_entry *e;
	vaddr_t va = start;

	for (e = vm_entry_from(sp, start); va < end; va = e->end, e = e->next) {
		if (e == NULL || e->start > va ||
		    (lock && fillable_end(e) < (e->end < end ? e->end : end)))
			return ENOMEM;
	}
	if (vm_split(sp, start, end) != 0)
		return ENOMEM;
	for (e = vm_entry_from(sp, start); e != NULL && e->start < end; e = e->next)
		e->flags = (e->flags & ~VM_LOCKED) | (lock ? VM_LOCKED : 0);
	sp->locks |= lock;
	return 0;
}

void
vm_lock_all(struct vm_space *sp, bool lock)
{
	struct vm_entry *e;

	for (e = sp->first; e != NULL; e = e->next)
		e->flags = (e->flags & ~VM_LOCKED) | (lock ? VM_LOCKED : 0);
	sp->locks = lock;
}
