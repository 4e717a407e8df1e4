/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page tables that the MMU follows: a directory of 1,024 entries, each for
 * a slot of 4 MiB, and a page table for each slot in use.
 *
 *	directory           table            frame
 *	[   0] ---------> [   0] ---------> page
 *	 ...               ...
 *	[ 767]            [1023]
 *	[ 768] the kernel's, the same in every directory
 *	[1023]
 *
 * A slot that shared memory fills with frames in a row may be one large page
 * of 4 MiB instead, until some of it is to change.
 *
 * A table comes with the first page entered in its slot and goes when vm_space
 * says that no entry touches the slot. Intel SDM vol. 3, 4.3; TLB: 4.10.
 */
#include <machine.h>

#include "abi/errno.h"
#include "abi/mman.h"
#include "cpu.h"
#include "frame.h"
#include "printf.h"
#include "string.h"

#define DIR_ENTRIES 1024u
#define DIR_KERNEL (KERNEL_BASE >> SLOT_SHIFT)

/* Beyond this many pages one flush is cheaper than an INVLPG each. */
#define FLUSH_PAGES 32u

static const struct pmap *active;

static pte_t *
dir_of(const struct pmap *pm)
{
	return frame_kva(pm->dir);
}

static bool
is_large(const struct pmap *pm, vaddr_t va)
{
	return dir_of(pm)[va >> SLOT_SHIFT] & PTE_LARGE;
}

/* The table of va's slot; NULL if it has none. */
static pte_t *
table_of(const struct pmap *pm, vaddr_t va)
{
	pte_t pde = dir_of(pm)[va >> SLOT_SHIFT];

	return pde == 0 || (pde & PTE_LARGE) ? NULL : frame_kva(pte_frame(pde));
}

static pte_t *
table_make(struct pmap *pm, vaddr_t va)
{
	pte_t *pt = table_of(pm, va);
	frame_t f;

	ASSERT(!is_large(pm, va));
	if (pt != NULL)
		return pt;
	frame_alloc(FRAME_TABLE, &f);
	dir_of(pm)[va >> SLOT_SHIFT] = pte_make(f, true);
	return frame_kva(f);
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

/* A large page becomes a table of small ones, for some of them are to change.
 * The slot's table has been promised with the entry. */
static void
demote(struct pmap *pm, vaddr_t va)
{
	pte_t *pde = &dir_of(pm)[va >> SLOT_SHIFT], large = *pde, *pt;
	unsigned i;

	*pde = 0;
	pt = table_make(pm, va);
	for (i = 0; i < PTAB_PAGES; i++)
		pt[i] = pte_make(pte_frame(large) + i, pte_writable(large));
	flush(pm, va, va + PAGE_SIZE);
}

/* Where the walk from va goes on: the next slot's start, or end. */
static vaddr_t
slot_end(vaddr_t va, vaddr_t end)
{
	vaddr_t next = (va | (SLOT_SIZE - 1)) + 1;

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
	pte_t pde = dir_of(pm)[va >> SLOT_SHIFT];

	if (pde & PTE_LARGE)
		return pte_make(pte_frame(pde) + ptab_index(va), pte_writable(pde));
	return pde == 0 ? 0 : table_of(pm, va)[ptab_index(va)];
}

bool
pmap_enter_large(struct pmap *pm, vaddr_t va, frame_t f, bool writable)
{
	pte_t *pde = &dir_of(pm)[va >> SLOT_SHIFT];
	unsigned i;

	if (*pde != 0)
		return false;
	for (i = 0; i < PTAB_PAGES; i++)
		frame_ref(f + i);
	*pde = pte_make(f, writable) | PTE_LARGE;
	return true;
}

static void
remove_large(struct pmap *pm, vaddr_t va)
{
	pte_t *pde = &dir_of(pm)[va >> SLOT_SHIFT];
	frame_t f = pte_frame(*pde);
	unsigned i;

	*pde = 0;
	flush(pm, va, va + PAGE_SIZE);
	for (i = 0; i < PTAB_PAGES; i++)
		frame_unref(f + i);
}

void
pmap_enter(struct pmap *pm, vaddr_t va, pte_t pte)
{
	pte_t *slot = table_make(pm, va) + ptab_index(va);
	pte_t old = *slot;

	*slot = pte;
	if (old != 0) {
		flush(pm, va, va + PAGE_SIZE);
		frame_unref(pte_frame(old));
	}
}

/* The frames may have new owners as soon as they are let go: so the entries
 * are cleared and the TLB flushed slot by slot before their frames go. */
void
pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	static frame_t gone[PTAB_PAGES];
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		unsigned i, n = 0;
		vaddr_t from = va;
		pte_t *pt;

		stop = slot_end(va, end);
		if (is_large(pm, va) && stop - va == SLOT_SIZE) {
			remove_large(pm, va);
			continue;
		}
		if (is_large(pm, va))
			demote(pm, va);
		pt = table_of(pm, va);
		if (pt == NULL)
			continue;
		for (; va < stop; va += PAGE_SIZE) {
			pte_t *pte = &pt[ptab_index(va)];

			if (*pte == 0)
				continue;
			gone[n++] = pte_frame(*pte);
			*pte = 0;
		}
		if (n > 0)
			flush(pm, from, stop);
		for (i = 0; i < n; i++)
			frame_unref(gone[i]);
	}
}

void
pmap_free_tables(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	pte_t *dir = dir_of(pm);
	unsigned slot;

	for (slot = start >> SLOT_SHIFT; slot < end >> SLOT_SHIFT; slot++) {
		frame_t f = pte_frame(dir[slot]);

		if (dir[slot] == 0)
			continue;
		dir[slot] = 0;
		/* The MMU may keep directory entries too; any INVLPG drops them. */
		flush(pm, slot << SLOT_SHIFT, (slot << SLOT_SHIFT) + PAGE_SIZE);
		frame_unref(f);
	}
}

void
pmap_protect(struct pmap *pm, vaddr_t start, vaddr_t end, int prot)
{
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		pte_t *pt;

		stop = slot_end(va, end);
		if (is_large(pm, va))
			demote(pm, va);
		pt = table_of(pm, va);
		for (; pt != NULL && va < stop; va += PAGE_SIZE) {
			pte_t *pte = &pt[ptab_index(va)];

			if (*pte == 0)
				continue;
			if (!(prot & PROT_WRITE))
				*pte &= ~PTE_WRITE;
			if (prot == PROT_NONE)
				*pte = (*pte & ~PTE_PRESENT) | PTE_PARKED;
		}
	}
	flush(pm, start, end);
}

void
pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		pte_t *pt, *copy = NULL;

		stop = slot_end(va, end);
		/* An mprotect that failed may have split the entry, not the page. */
		if (is_large(from, va) && stop - va < SLOT_SIZE)
			demote(from, va);
		if (is_large(from, va)) {
			pte_t pde = dir_of(from)[va >> SLOT_SHIFT];

			/* Only shared memory is large: it stays as it is. */
			ASSERT(!cow);
			pmap_enter_large(to, va, pte_frame(pde), pte_writable(pde));
			continue;
		}
		pt = table_of(from, va);
		for (; pt != NULL && va < stop; va += PAGE_SIZE) {
			pte_t *pte = &pt[ptab_index(va)];

			if (*pte == 0)
				continue;
			if (cow)
				*pte &= ~PTE_WRITE;
			if (copy == NULL)
				copy = table_make(to, va);
			frame_ref(pte_frame(*pte));
			copy[ptab_index(va)] = *pte;
		}
	}
	if (cow)
		flush(from, start, end);
}

unsigned
pmap_resident(const struct pmap *pm, vaddr_t start, vaddr_t end)
{
	unsigned n = 0;
	vaddr_t va, stop;

	for (va = start; va < end; va = stop) {
		const pte_t *pt = table_of(pm, va);

		stop = slot_end(va, end);
		if (is_large(pm, va))
			n += (stop - va) >> PAGE_SHIFT;
		for (; pt != NULL && va < stop; va += PAGE_SIZE)
			n += pt[ptab_index(va)] != 0;
	}
	return n;
}
