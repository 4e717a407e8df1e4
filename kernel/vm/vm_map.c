/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is mapped in a space: entries in order of address, and the calls that add, change
 * and remove them. space.h draws the addresses of a space.
 *
 * Promises. A space is promised one page for each page of a private entry that is or was
 * writable, and one page table for each span that any entry touches. sp->pages and
 * sp->tables count both as entries are added and removed, so that fork knows what a copy
 * of the space takes.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/sleep.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "vm/deferred.h"
#include "vm/tree.h"

/* ---- Promises ---- */

/* Returns how many spans [start, end) touches that neither prev, the entry below it, nor next, the
 * entry above it, touches (NULL: there is none). The spans are [*lo, *hi). */
static inline uint32_t
spans_alone(const struct vm_entry *prev, vaddr_t start, vaddr_t end, const struct vm_entry *next,
            uint32_t *lo, uint32_t *hi)
{
	*lo = start >> SPAN_SHIFT;
	*hi = ((end - 1) >> SPAN_SHIFT) + 1;
	if (prev != NULL && prev->end > (start & ~(SPAN_SIZE - 1)))
		++*lo;
	if (next != NULL && *lo < *hi && next->start <= ((end - 1) | (SPAN_SIZE - 1)))
		--*hi;
	return *hi - *lo;
}

/* Promise sp so many pages and page tables. Returns 0, or ENOMEM with nothing promised. */
static int
space_charge(struct vm_space *sp, uint32_t pages, uint32_t tables)
{
	if (commit_charge(pages, tables) != 0)
		return ENOMEM;
	sp->pages += pages;
	sp->tables += tables;
	return 0;
}

/* Give back promises that space_charge() made. */
static void
space_release(struct vm_space *sp, uint32_t pages, uint32_t tables)
{
	ASSERT(sp->pages >= pages && sp->tables >= tables);
	sp->pages -= pages;
	sp->tables -= tables;
	vm_release(pages, tables);
}

/* Returns the number of e's pages. */
static uint32_t
entry_pages(const struct vm_entry *e)
{
	return (e->end - e->start) >> PAGE_SHIFT;
}

/* ---- Ranges ---- */

bool
vm_range_ok(vaddr_t start, uint32_t len)
{
	return start >= USER_MIN && start < USER_END && len <= USER_END - start;
}

bool
vm_range_free(struct vm_space *sp, vaddr_t start, uint32_t len)
{
	const struct vm_entry *e = vm_entry_from(sp, start);

	return e == NULL || e->start >= start + len;
}

/* ---- Mapping ---- */

/* Returns a new entry for m, which is not in the list yet, with a reference on its object;
 * its pages and `tables` page tables are promised. Returns NULL, with nothing promised, if
 * memory is short. */
static inline struct vm_entry *
entry_create(struct vm_space *sp, const struct vm_mapping *m, uint32_t tables)
{
	bool charged = m->inherit == VM_COPY && (m->prot & PROT_WRITE);
	uint32_t pages = charged ? m->len >> PAGE_SHIFT : 0;
	struct vm_entry *e;

	if (space_charge(sp, pages, tables) != 0)
		return NULL;
	e = sp->cache.spare;
	sp->cache.spare = NULL;
	if (e == NULL && (e = kmem_get(sizeof(*e))) == NULL) {
		space_release(sp, pages, tables);
		return NULL;
	}
	e->start = m->start;
	e->end = m->start + m->len;
	e->object = m->object;
	e->pgoff = m->pgoff;
	e->kind = m->kind;
	if (charged)
		e->flags |= VM_CHARGED;
	e->cut = NULL;
	vm_entry_show(sp, e);
	return e;
}

inline void
vm_hide(struct vm_space *sp, vaddr_t start, vaddr_t end, uint32_t lo, uint32_t alone)
{
	uint32_t span = start >> SPAN_SHIFT, last = (end - 1) >> SPAN_SHIFT;

	do {
		if (pmap_in_use(&sp->pmap, span))
			pmap_remove(&sp->pmap, start, end, span - lo < alone);
		start = ++span << SPAN_SHIFT;
	} while (span <= last);
}

void
vm_hide_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	vaddr_t stop;

	may_sleep();
	for (; start < end; start = stop) {
		stop = span_end(start, end);
		vm_hide(sp, start, stop, 0, 0);
		sched_point();
	}
}

/* Free e, which is out of the list. An attach ends before its reference is dropped: the
 * last reference would free a removed segment, and shm_entry_gone() still needs it. */
static inline void
entry_free(struct vm_space *sp, struct vm_entry *e)
{
	if (e->flags & VM_ATTACH) {
		shm_entry_gone(sp, e);
		vm_object_unref(e->object);
	} else {
		vm_entry_unshow(e);
	}
	if (e->flags & VM_BLOCK)
		return;
	if ((VM_CACHE & VM_CACHE_SPARE) && sp->cache.spare == NULL)
		sp->cache.spare = e;
	else
		kmem_free(e);
}

void
vm_join(struct vm_space *sp, struct vm_entry *e, vaddr_t end)
{
	struct vm_entry *n;

	while (e->end < end && (n = e->next) != NULL && n->start == e->end &&
	       n->object == e->object &&
	       (e->object == NULL || n->pgoff - e->pgoff == entry_pages(e)) && n->prot == e->prot &&
	       n->max_prot == e->max_prot && n->inherit == e->inherit &&
	       ((n->flags ^ e->flags) & ~VM_BLOCK) == 0 && !(e->flags & VM_ATTACH)) {
		vm_tree_remove(sp, n);
		e->end = n->end;
		vm_tree_moved(sp, e);
		entry_free(sp, n);
	}
}

/* The order matters: the pages and the page tables that no other entry needs are freed
 * before their promises are given back, for a promise covers what is in use. */
void
vm_unmap_entry(struct vm_space *sp, struct vm_entry *e)
{
	uint32_t lo, hi, tables = spans_alone(e->prev, e->start, e->end, e->next, &lo, &hi);

	vm_hide(sp, e->start, e->end, lo, tables);
	vm_tree_spans(sp, lo, hi, false);
	space_release(sp, e->flags & VM_CHARGED ? entry_pages(e) : 0, tables);
	vm_tree_remove(sp, e);
	entry_free(sp, e);
}

const struct vm_entry *
vm_run_end(const struct vm_entry *e)
{
	const struct vm_entry *next;

	while ((next = e->next) != NULL && next->inherit == e->inherit &&
	       (next->start == e->end || (e->inherit == VM_SHARE &&
	                                  next->start >> SPAN_SHIFT == (e->end - 1) >> SPAN_SHIFT)))
		e = next;
	return e;
}

/* No entry stays, so the tree and the record of spans are not kept up to date, and pages are
 * hidden a run at a time. The runs below are hidden already: spans_alone() need not see them. */
void
vm_unmap_all(struct vm_space *sp)
{
	struct vm_entry *e, *first = sp->first, *next;
	const struct vm_entry *last;
	uint32_t lo, hi, tables;

	for (e = first; e != NULL; e = last->next) {
		last = vm_run_end(e);
		tables = spans_alone(NULL, e->start, last->end, last->next, &lo, &hi);
		vm_hide(sp, e->start, last->end, lo, tables);
	}
	shm_detach_all(sp);
	sp->first = sp->root = sp->cache.young = sp->cache.hint = NULL;
	for (e = first; e != NULL; e = next) {
		next = e->next;
		vm_entry_unshow(e);
		if (!(e->flags & VM_BLOCK))
			kmem_free(e);
	}
	kmem_free(sp->cache.spare);
	space_release(sp, sp->pages, sp->tables);
}

/* Unmap the entries in [start, end), but no more than `most`. No entry lies across either end.
 * Returns whether there are more. */
static bool
unmap_range(struct vm_space *sp, vaddr_t start, vaddr_t end, uint32_t most)
{
	struct vm_entry *e, *next;

	for (e = vm_entry_from(sp, start); e != NULL && e->start < end; e = next) {
		if (most-- == 0)
			return true;
		next = e->next;
		vm_unmap_entry(sp, e);
	}
	return false;
}

int
vm_unmap(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	int err = vm_split(sp, start, end);

	if (err == 0)
		unmap_range(sp, start, end, UINT32_MAX);
	return err;
}

int
vm_unmap_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	int err = vm_split(sp, start, end);

	may_sleep();
	while (err == 0 && unmap_range(sp, start, end, 64))
		sched_point();
	return err;
}

void
vm_unmap_attach(struct vm_space *sp, vaddr_t start, struct vm_object *obj)
{
	vaddr_t last = start + ((obj->npages - 1) << PAGE_SHIFT);
	struct vm_entry *e, *next;

	for (e = vm_entry_from(sp, start); e != NULL && e->start <= last; e = next) {
		next = e->next;
		if (e->object == obj && vm_entry_base(e) == start)
			vm_unmap_entry(sp, e);
	}
}

/*
 * Map m, which ends at `end`, in place of what is mapped there. All that can fail is done
 * before anything is unmapped. Only afterwards is it known which page tables the neighbours
 * need too, so tables for all spans of the range are promised first, and those that are too
 * many are given back. Returns 0, or ENOMEM with nothing changed.
 */
static int
map_over(struct vm_space *sp, const struct vm_mapping *m, vaddr_t end)
{
	uint32_t lo, hi, tables = spans_alone(NULL, m->start, end, NULL, &lo, &hi);
	struct vm_entry *prev, *e;
	struct vm_borders b;

	if (vm_borders_reserve(sp, m->start, end, &b) != 0)
		return ENOMEM;
	e = entry_create(sp, m, tables);
	if (e == NULL) {
		vm_borders_drop(&b);
		return ENOMEM;
	}
	vm_borders_make(sp, m->start, end, &b);
	unmap_range(sp, m->start, end, UINT32_MAX);
	prev = vm_entry_below(sp, m->start);
	vm_tree_add(sp, e, prev);
	space_release(sp, 0, tables - spans_alone(prev, m->start, end, e->next, &lo, &hi));
	vm_tree_spans(sp, lo, hi, true);
	return 0;
}

int
vm_map(struct vm_space *sp, const struct vm_mapping *m)
{
	vaddr_t end = m->start + m->len;
	struct vm_entry *prev, *e;
	uint32_t lo, hi, tables;

	ASSERT(m->len > 0 && vm_range_ok(m->start, m->len));
	ASSERT(m->replace || vm_range_free(sp, m->start, m->len));
	if (m->replace)
		return map_over(sp, m, end);
	prev = vm_entry_below(sp, m->start);
	tables = spans_alone(prev, m->start, end, prev != NULL ? prev->next : sp->first, &lo, &hi);
	e = entry_create(sp, m, tables);
	if (e == NULL)
		return ENOMEM;
	vm_tree_add(sp, e, prev);
	vm_tree_spans(sp, lo, hi, true);
	return 0;
}

/* ---- Protection ---- */

/* Check that [start, end) may get the protection prot. Returns 0, with the number of pages
 * that must be promised for it in *pages; ENOMEM if part of the range is not mapped; EACCES
 * if prot is more than some entry's max_prot. */
static int
protect_check(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot, uint32_t *pages)
{
	struct vm_entry *e;
	vaddr_t va = start;

	*pages = 0;
	for (e = vm_entry_from(sp, start); va < end; e = e->next) {
		if (e == NULL || e->start > va)
			return ENOMEM;
		if (prot & ~e->max_prot) {
			why("mprotect: 0x%x can never have protection %d", va, prot);
			return EACCES;
		}
		if (e->inherit == VM_COPY && (prot & PROT_WRITE) && !(e->flags & VM_CHARGED))
			*pages += ((e->end < end ? e->end : end) - va) >> PAGE_SHIFT;
		va = e->end;
	}
	return 0;
}

/* Do what vm_protect() does, but leave the page tables as they are. */
static int
protect_entries(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot)
{
	struct vm_entry *e;
	struct vm_borders b;
	uint32_t pages;
	int err;

	if (start == end)
		return 0;
	err = protect_check(sp, start, end, prot, &pages);
	if (err != 0)
		return err;
	if (vm_borders_reserve(sp, start, end, &b) != 0)
		return ENOMEM;
	if (space_charge(sp, pages, 0) != 0) {
		vm_borders_drop(&b);
		return ENOMEM;
	}
	vm_borders_make(sp, start, end, &b);
	for (e = vm_entry_at(sp, start); e != NULL && e->start < end; e = e->next) {
		e->prot = prot;
		if (e->inherit == VM_COPY && (prot & PROT_WRITE))
			e->flags |= VM_CHARGED;
	}
	return 0;
}

int
vm_protect(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot)
{
	int err = protect_entries(sp, start, end, prot);

	if (err == 0)
		pmap_protect(&sp->pmap, start, end, prot);
	return err;
}

/* Until its turn a page keeps the access that it had. pmap_protect() only takes rights away, and
 * only of pages that are there; faults give what the entries allow. */
int
vm_protect_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot)
{
	int err = protect_entries(sp, start, end, prot);
	vaddr_t stop;

	may_sleep();
	for (; err == 0 && start < end; start = stop) {
		stop = span_end(start, end);
		pmap_protect(&sp->pmap, start, stop, prot);
		sched_point();
	}
	return err;
}

/* ---- Growing, for brk.c and vm_remap.c ---- */

int
vm_grow(struct vm_space *sp, struct vm_entry *e, vaddr_t start, vaddr_t end)
{
	uint32_t pages = (end - start) >> PAGE_SHIFT;
	uint32_t lo, hi, tables;

	if (end == e->start)
		tables = spans_alone(e->prev, start, end, e, &lo, &hi);
	else
		tables = spans_alone(e, start, end, e->next, &lo, &hi);
	if (space_charge(sp, (e->flags & VM_CHARGED) ? pages : 0, tables) != 0)
		return ENOMEM;
	if (end == e->start)
		e->start = start;
	else
		e->end = end;
	vm_tree_moved(sp, e);
	vm_tree_spans(sp, lo, hi, true);
	return 0;
}
