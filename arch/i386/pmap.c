/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page tables that the MMU follows: a directory of 1,024 entries, each for
 * a span of 4 MiB, and a page table for each span in use.
 *
 *	directory           table            frame
 *	[   0] ---------> [   0] ---------> page
 *	 ...               ...
 *	[ 767]            [1023]
 *	[ 768] the kernel's, the same in every directory
 *	[1023]
 *
 * A span that shows nothing but shared memory may be shown whole instead: as one
 * large page of 4 MiB, or grafted, with a table that others have too: the
 * object's own, or since a fork the one that parent and child have in common. The
 * objects have the pages, and can show them again, so such a span is simply
 * forgotten where some of it is to change. Who has a table of a fork's as the
 * last has it for himself again.
 *
 * A table comes with the first page entered in its span and goes when vm_space
 * says that no entry touches the span. Intel SDM vol. 3, 4.3; TLB: 4.10.
 */
#include <machine.h>

#include "cpu.h"

#include "abi/errno.h"
#include "abi/mman.h"
#include "base/string.h"
#include "mem/frame.h"

#define DIR_ENTRIES 1024u
#define DIR_KERNEL (KERNEL_BASE >> SPAN_SHIFT)

/* Beyond this many pages one flush is cheaper than an INVLPG each. */
#define FLUSH_PAGES 32u

static const struct pmap *active;

static pte_t *
dir_of(const struct pmap *pm)
{
	return frame_kva(pm->dir);
}

static pte_t *
pde_of(const struct pmap *pm, vaddr_t va)
{
	return &dir_of(pm)[va >> SPAN_SHIFT];
}

/* Is the span shown whole, by a graft or a large page? */
static bool
is_whole(pte_t *pde)
{
	if (!(*pde & PTE_GRAFT))
		return *pde & PTE_LARGE;
	if (frame_refs(pte_frame(*pde)) > 1)
		return true;
	*pde &= ~PTE_GRAFT;
	return false;
}

/* The table of va's span, be it grafted; NULL if it has none. */
static pte_t *
table_of(const struct pmap *pm, vaddr_t va)
{
	pte_t pde = *pde_of(pm, va);

	return pde == 0 || (pde & PTE_LARGE) ? NULL : frame_kva(pte_frame(pde));
}

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

/* The entry of va's span goes, and what it held: the reference on a table that
 * is empty, on a grafted one, or on the first frame of a large page. */
static void
forget(struct pmap *pm, vaddr_t va)
{
	pte_t *pde = pde_of(pm, va), old = *pde;

	*pde = 0;
	/* The MMU may keep an entry for all of the span: any INVLPG drops that. */
	if (pm == active && (old & PTE_GRAFT))
		cpu_load_cr3(pm->dir << PAGE_SHIFT);
	else if (pm == active)
		cpu_invlpg(va);
	frame_unref(pte_frame(old));
}

/* The table of va's span, of the pmap's own. */
static pte_t *
table_make(struct pmap *pm, vaddr_t va)
{
	pte_t *pde = pde_of(pm, va);

	if (is_whole(pde))
		forget(pm, va);
	if (*pde == 0)
		*pde = pte_make(frame_alloc_table(), true);
	return frame_kva(pte_frame(*pde));
}

/* Where the walk from va goes on: the next span's start, or end. */
static vaddr_t
span_end(vaddr_t va, vaddr_t end)
{
	vaddr_t next = (va | (SPAN_SIZE - 1)) + 1;

	return next < end ? next : end;
}

int
pmap_init(struct pmap *pm)
{
	pte_t *dir = page_alloc();

	if (dir == NULL)
		return ENOMEM;
	pm->dir = kva_frame(dir);
	memcpy(dir + DIR_KERNEL, (pte_t *)frame_kva(kernel_dir) + DIR_KERNEL,
	       (DIR_ENTRIES - DIR_KERNEL) * sizeof(pte_t));
	return 0;
}

void
pmap_destroy(struct pmap *pm)
{
	if (pm == active)
		pmap_activate(NULL);
	/* No user entry is left, so without the kernel's it is zeros. */
	memset(dir_of(pm) + DIR_KERNEL, 0, (DIR_ENTRIES - DIR_KERNEL) * sizeof(pte_t));
	page_free_zeroed(dir_of(pm));
}

void
pmap_activate(struct pmap *pm)
{
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
	pte_t *pde = pde_of(pm, va);

	return pte_frame(is_whole(pde) ? *pde : pmap_lookup(pm, va));
}

/* The span shows something already. (Not inlined: mostly it doesn't.) */
__attribute__((noinline)) static bool
span_replace(struct pmap *pm, vaddr_t va, pte_t new)
{
	pte_t *pde = pde_of(pm, va);

	if (!is_whole(pde))
		return false;
	forget(pm, va);
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

/* The frames may have new owners as soon as they are let go: so the entries
 * are cleared and the TLB flushed span by span before their frames go. */
static void
remove_pages(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	static frame_t gone[PTAB_PAGES];
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
}

void
pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end, bool alone)
{
	pte_t *pde = pde_of(pm, start);

	if (!is_whole(pde))
		remove_pages(pm, start, span_end(start, end));
	else
		alone = true;
	if (alone)
		forget(pm, start);
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
		pte_t *pt;

		stop = span_end(va, end);
		if (is_whole(pde_of(pm, va)) && keep != ~0u)
			forget(pm, va);
		pt = is_whole(pde_of(pm, va)) ? NULL : table_of(pm, va);
		for (; pt != NULL && va < stop; va += PAGE_SIZE)
			if (pt[ptab_index(va)] != 0)
				pt[ptab_index(va)] = (pt[ptab_index(va)] & keep) | parked;
	}
	flush(pm, start, end);
}

/* One span's pages; there is a table. */
static void
copy_pages(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	pte_t *pte = table_of(from, start) + ptab_index(start), *copy = NULL;
	pte_t *stop = pte + ((end - start) >> PAGE_SHIFT);
	unsigned i = ptab_index(start);

	for (; pte < stop; pte++, i++) {
		if (*pte == 0)
			continue;
		if (cow)
			*pte &= ~PTE_WRITE;
		if (copy == NULL)
			copy = table_make(to, start);
		frame_ref(pte_frame(*pte));
		copy[i] = *pte;
	}
}

void
pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		stop = span_end(va, end);
		if (is_whole(pde_of(from, va))) {
			/* It has nothing of a private neighbour. */
			if (!cow)
				pmap_share(to, from, va);
		} else if (*pde_of(from, va) != 0) {
			copy_pages(to, from, va, stop, cow);
		}
	}
	if (cow)
		flush(from, start, end);
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
