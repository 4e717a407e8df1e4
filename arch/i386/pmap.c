/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page tables that the MMU follows (Intel SDM vol. 3, 4.3; TLB: 4.10): a directory of
 * 1,024 entries, each for a span of 4 MiB, and a page table for each span in use.
 *
 *	directory           table            frame
 *	[   0] ---------> [   0] ---------> page
 *	 ...               ...
 *	[ 767]            [1023]
 *	[ 768] the kernel's, the same in every directory
 *	[1023]
 *
 * A span that shows nothing but shared memory may be shown whole instead, by one entry of
 * the directory: as a large page of 4 MiB, or by a graft, which is a page table that others
 * hold too. That is the object's own table, or after a fork the one that parent and child
 * share. Objects keep the pages of shared memory, and faults bring them back, so a span
 * shown whole is simply forgotten when a part of it is to change. Once all other sharers of
 * a table that fork shared are gone, the remaining pmap owns it again and may change it in
 * place.
 *
 * A page table is allocated with the first page entered in its span, and freed when the
 * caller of pmap_remove() says that no entry of the space touches the span any more.
 */
#include <machine.h>

#include "cpu.h"

#include "abi/errno.h"
#include "abi/mman.h"
#include "base/sleep.h"
#include "base/string.h"
#include "mem/frame.h"
#include "vm/deferred.h"

#define DIR_ENTRIES 1024u
#define DIR_KERNEL (KERNEL_BASE >> SPAN_SHIFT)

/* For more pages than this the whole TLB is flushed: that is cheaper than an INVLPG each. */
#define FLUSH_PAGES 32u

/* If more than this goes of a span that nothing else is mapped in, its pages are freed later. For
 * less that would cost more, as all entries of the table are looked at then. But many small parts
 * take long, too: once so many pages were freed in place, and while others wait to be freed, any
 * part is freed later. */
#define DEFER_BYTES (SPAN_SIZE / 2)
#define DEFER_PAGES 2048u

static unsigned freed_in_place; /* pages, since a span was last deferred */

static const struct pmap *active; /* the one that the MMU follows; NULL: the kernel's alone */

/* Returns the page directory, as an array of 1,024 words. */
static pte_t *
dir_of(const struct pmap *pm)
{
	return frame_kva(pm->dir);
}

/* Returns the directory entry of va's span. */
static pte_t *
pde_of(const struct pmap *pm, vaddr_t va)
{
	return &dir_of(pm)[va >> SPAN_SHIFT];
}

/* Returns true if the directory entry pde shows its span whole, by a graft or a large page. */
static bool
span_is_whole(pte_t pde)
{
	return pde & (PTE_GRAFT | PTE_LARGE);
}

/* If *pde is a graft whose table nobody else holds any more, make the table the pmap's own,
 * which may be changed in place. Whoever is about to change a span calls this before it asks
 * whether the span is shown whole. */
static void
span_reclaim(pte_t *pde)
{
	if (span_is_whole(*pde) && (*pde & PTE_GRAFT) && frame_refs(pte_frame(*pde)) == 1)
		*pde &= ~PTE_GRAFT;
}

/* Returns the page table of va's span, which may be a graft; NULL if it has none. */
static pte_t *
table_of(const struct pmap *pm, vaddr_t va)
{
	pte_t pde = *pde_of(pm, va);

	return pde == 0 || (pde & PTE_LARGE) ? NULL : frame_kva(pte_frame(pde));
}

/* Drop [start, end) of pm from the TLB. Only the active pmap has anything there. */
static void
flush(const struct pmap *pm, vaddr_t start, vaddr_t end)
{
	if (pm != active)
		return;
	if ((end - start) >> PAGE_SHIFT > FLUSH_PAGES) {
		cpu_load_cr3(pm->dir << PAGE_SHIFT);
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		cpu_invlpg(start);
}

/* Clear the directory entry of start's span, which shows nothing outside [start, end), and drop the
 * reference that it holds: on the pmap's own page table, which is empty, on a graft, or on the
 * first frame of a large page. */
static inline void
forget(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	pte_t *pde = pde_of(pm, start), old = *pde;

	*pde = 0;
	/* Pages of a graft may be in the TLB. Otherwise one INVLPG is enough: it drops a large
	 * page, and always the MMU's copies of directory entries. */
	if (old & PTE_GRAFT)
		flush(pm, start, end);
	else if (pm == active)
		cpu_invlpg(start);
	frame_unref(pte_frame(old));
}

/* Clear the directory entry of va's span as forget() does, whatever the span shows. */
static void
forget_span(struct pmap *pm, vaddr_t va)
{
	va &= ~(SPAN_SIZE - 1);
	forget(pm, va, va + SPAN_SIZE);
}

/* Returns the pmap's own page table for va's span. If there is none it is allocated; a span
 * shown whole is forgotten for it. Cannot fail, for the table is promised. */
static pte_t *
table_make(struct pmap *pm, vaddr_t va)
{
	pte_t *pde = pde_of(pm, va);

	span_reclaim(pde);
	if (span_is_whole(*pde))
		forget_span(pm, va);
	if (*pde == 0)
		*pde = pte_make(frame_alloc_table(), true);
	return frame_kva(pte_frame(*pde));
}

/* A cache of one page directory; it changes no result. It is that of a pmap that was destroyed:
 * the kernel's entries are in it, which never change, and no others. NULL: none. The next pmap
 * takes it, so a fork and its exit write 512 words less. */
static pte_t *spare_dir;

int
pmap_init(struct pmap *pm)
{
	pte_t *dir = spare_dir;

	spare_dir = NULL;
	if (dir == NULL) {
		dir = page_alloc();
		if (dir == NULL)
			return ENOMEM;
		memcpy(dir + DIR_KERNEL, (pte_t *)frame_kva(kernel_dir) + DIR_KERNEL,
		       (DIR_ENTRIES - DIR_KERNEL) * sizeof(pte_t));
	}
	pm->dir = kva_frame(dir);
	return 0;
}

void
pmap_destroy(struct pmap *pm)
{
	if (pm == active)
		pmap_activate(NULL);
	if (spare_dir == NULL) {
		spare_dir = dir_of(pm);
		return;
	}
	/* No user entry is left, so without the kernel's it is zeros. */
	memset(dir_of(pm) + DIR_KERNEL, 0, (DIR_ENTRIES - DIR_KERNEL) * sizeof(pte_t));
	page_free_zeroed(dir_of(pm));
}

void
pmap_activate(struct pmap *pm)
{
	if (pm == active)
		return; /* who has lent a space and who has it; the TLB is right for both */
	active = pm;
	cpu_load_cr3((pm != NULL ? pm->dir : kernel_dir) << PAGE_SHIFT);
}

pte_t
pmap_lookup(const struct pmap *pm, vaddr_t va)
{
	pte_t pde = *pde_of(pm, va);

	if (pde == 0)
		return 0;
	if (pde & PTE_LARGE)
		return pte_make(pte_frame(pde) + ptab_index(va), pte_writable(pde));
	return table_of(pm, va)[ptab_index(va)] & (pde | ~PTE_WRITE);
}

frame_t
pmap_held(const struct pmap *pm, vaddr_t va)
{
	pte_t pde = *pde_of(pm, va);

	return pte_frame(span_is_whole(pde) ? pde : pmap_lookup(pm, va));
}

/* Do what pmap_enter_span() does where the span shows something already. (noinline:
 * pmap_enter_span() saves fewer registers where the span is empty, 9 instructions.) */
__attribute__((noinline)) static bool
span_replace(struct pmap *pm, vaddr_t va, pte_t new)
{
	pte_t *pde = pde_of(pm, va);

	span_reclaim(pde);
	if (!span_is_whole(*pde))
		return false;
	forget_span(pm, va);
	return pmap_enter_span(pm, va, new);
}

bool
pmap_enter_span(struct pmap *pm, vaddr_t va, pte_t new)
{
	pte_t *pde = pde_of(pm, va);

	if (*pde != 0)
		return span_replace(pm, va, new);
	*pde = new;
	frame_ref(pte_frame(new));
	return true;
}

void
pmap_enter(struct pmap *pm, vaddr_t va, pte_t pte)
{
	pte_t *entry = table_make(pm, va) + ptab_index(va);
	pte_t old = *entry;

	*entry = pte;
	if (old != 0) {
		flush(pm, va, va + PAGE_SIZE);
		frame_unref(pte_frame(old));
	}
}

/* Remove the pages of [start, end), all in one span that has a page table. A frame may have a
 * new owner as soon as its reference is dropped, so all entries are cleared and the TLB is
 * flushed before the first reference is dropped. */
static void
remove_pages(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	static frame_t gone[PTAB_PAGES]; /* static: half of a kernel stack would be too much */
	pte_t *pte = table_of(pm, start) + ptab_index(start);
	pte_t *stop = pte + ((end - start) >> PAGE_SHIFT);
	unsigned i, n = 0;

	for (; pte < stop; pte++) {
		if (*pte == 0)
			continue;
		gone[n++] = pte_frame(*pte);
		*pte = 0;
	}
	if (n > 0)
		flush(pm, start, end);
	for (i = 0; i < n; i++)
		frame_unref(gone[i]);
	freed_in_place += n;
}

/* Take the pmap's own page table for start's span, which shows nothing outside [start, end), out of
 * use, to be freed later. */
static void
defer_table(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	pte_t *pde = pde_of(pm, start), old = *pde;

	*pde = 0;
	flush(pm, start, end);
	freed_in_place = 0;
	vm_defer_table(pte_frame(old));
}

void
pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end, bool alone)
{
	pte_t *pde = pde_of(pm, start);

	span_reclaim(pde);
	end = span_end(start, end);
	if (alone && !span_is_whole(*pde) &&
	    (end - start > DEFER_BYTES || freed_in_place >= DEFER_PAGES || vm_deferred != 0)) {
		defer_table(pm, start, end);
		return;
	}
	if (!span_is_whole(*pde)) {
		remove_pages(pm, start, end);
	} else if (!alone) {
		forget_span(pm, start);
		return;
	}
	if (alone)
		forget(pm, start, end);
}

void
pmap_protect(struct pmap *pm, vaddr_t start, vaddr_t end, int prot)
{
	pte_t keep = prot & PROT_WRITE ? ~0u : ~PTE_WRITE, parked = 0;
	vaddr_t va, stop;

	if (prot == PROT_NONE) {
		keep &= ~PTE_PRESENT;
		parked = PTE_PARKED;
	}
	for (va = start; va < end; va = stop) {
		pte_t *pde = pde_of(pm, va), *pt;

		stop = span_end(va, end);
		span_reclaim(pde);
		if (span_is_whole(*pde)) {
			if (keep != ~0u)
				forget_span(pm, va);
			continue;
		}
		pt = table_of(pm, va);
		for (; pt != NULL && va < stop; va += PAGE_SIZE)
			if (pt[ptab_index(va)] != 0)
				pt[ptab_index(va)] = (pt[ptab_index(va)] & keep) | parked;
	}
	flush(pm, start, end);
}

/* Do what pmap_copy() does for [start, end), all in one span for which `from` has a table. Only the
 * pages from the first to the last that could be written are dropped from the TLB. */
static void
copy_pages(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	pte_t *pte = table_of(from, start) + ptab_index(start), *copy = NULL;
	vaddr_t va, first = end, last = end;

	for (va = start; va < end; va += PAGE_SIZE, pte++) {
		if (*pte == 0)
			continue;
		if (cow && pte_writable(*pte)) {
			*pte &= ~PTE_WRITE;
			first = first < va ? first : va;
			last = va + PAGE_SIZE;
		}
		if (copy == NULL)
			copy = table_make(to, start);
		frame_ref(pte_frame(*pte));
		copy[ptab_index(va)] = *pte;
	}
	flush(from, first, last);
}

void
pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		pte_t *pde = pde_of(from, va);

		stop = span_end(va, end);
		span_reclaim(pde);
		if (span_is_whole(*pde)) {
			/* A span shown whole shows no private pages: with cow it has none. */
			if (!cow)
				pmap_share(to, from, va);
		} else if (*pde != 0) {
			copy_pages(to, from, va, stop, cow);
		}
		if (stop < end)
			sched_point();
	}
}

void
pmap_share(struct pmap *to, struct pmap *from, vaddr_t va)
{
	pte_t *pde = pde_of(from, va);

	if (*pde == 0 || *pde_of(to, va) != 0)
		return;
	if (!(*pde & PTE_LARGE))
		*pde |= PTE_GRAFT;
	frame_ref(pte_frame(*pde));
	*pde_of(to, va) = *pde;
}

unsigned
pmap_resident(const struct pmap *pm, vaddr_t start, vaddr_t end)
{
	unsigned n = 0;
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		const pte_t *pt = table_of(pm, va);

		stop = span_end(va, end);
		if (*pde_of(pm, va) & PTE_LARGE)
			n += (stop - va) >> PAGE_SHIFT;
		for (; pt != NULL && va < stop; va += PAGE_SIZE)
			n += pt[ptab_index(va)] != 0;
	}
	return n;
}
