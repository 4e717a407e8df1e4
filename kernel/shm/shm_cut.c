/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attaches in pieces. munmap and mprotect split entries, and an attach ends when its last piece is
 * unmapped: the pieces share a struct shm_cut, which counts them. While the first page of an
 * attach is mapped, shmdt finds the attach by the entry there. Without that page the attach is
 * "headless", and its cut is in a hash table by the address where the page was.
 */
#include "abi/errno.h"
#include "base/bits.h"
#include "mem/kmem.h"
#include "shm/shm_private.h"
#include "vm/owner.h"

#define HEADLESS_BITS 8u

static struct shm_cut *headless[1u << HEADLESS_BITS];

/* Returns the hash chain of the headless attaches of the space whose first page was at va. */
static struct shm_cut **
chain_of(const struct vm_space *sp, vaddr_t va)
{
	uint32_t key = (va >> PAGE_SHIFT) + (uint32_t)(uintptr_t)sp;

	return &headless[bits_hash(key, HEADLESS_BITS)];
}

/* Put the cut of an attach that lost its first page at the time `when` on the hash chain of its
 * space and address. */
static void
headless_add(struct shm_cut *cut, uint64_t when)
{
	struct shm_cut **chain = chain_of(cut->space, cut->va);

	cut->headless = when;
	cut->next = *chain;
	*chain = cut;
}

/* Free the cut. That of a headless attach is taken out of the hash first. */
static void
cut_free(struct shm_cut *cut)
{
	struct shm_cut **link = chain_of(cut->space, cut->va);

	if (cut->headless != 0) {
		while (*link != cut)
			link = &(*link)->next;
		*link = cut->next;
	}
	cut->space->cuts--;
	kmem_free(cut);
}

struct vm_object *
shm_headless(const struct vm_space *sp, vaddr_t va)
{
	const struct shm_cut *cut, *found = NULL;

	for (cut = *chain_of(sp, va); cut != NULL; cut = cut->next)
		if (cut->space == sp && cut->va == va &&
		    (found == NULL || cut->headless > found->headless))
			found = cut;
	return found == NULL ? NULL : found->object;
}

int
shm_cut_reserve(const struct vm_entry *e, struct shm_cut **out)
{
	*out = NULL;
	if (!(e->flags & VM_ATTACH) || e->cut != NULL)
		return 0;
	*out = kmem_alloc(sizeof(**out));
	return *out == NULL ? ENOMEM : 0;
}

void
shm_cut(struct vm_space *sp, struct vm_entry *lower, struct vm_entry *upper, struct shm_cut *fresh)
{
	struct shm_cut *cut = lower->cut;

	if (cut == NULL) {
		cut = fresh;
		cut->space = sp;
		cut->object = lower->object;
		cut->va = vm_entry_base(lower);
		cut->pieces = 1;
		lower->cut = cut;
		sp->cuts++;
	}
	cut->pieces++;
	upper->cut = cut;
}

bool
shm_cut_drop_piece(struct vm_entry *e)
{
	static uint64_t when; /* how many first pages have been unmapped, of all attaches */
	struct shm_cut *cut = e->cut;

	if (--cut->pieces == 0) {
		cut_free(cut);
		return false;
	}
	if (e->pgoff == 0)
		headless_add(cut, ++when);
	return true;
}

int
shm_cut_copy(struct vm_space *to, struct vm_entry *copy)
{
	struct shm_cut *cut = copy->cut;

	if (cut->twin == NULL) {
		cut->twin = kmem_copy(cut, sizeof(*cut));
		copy->cut = cut->twin;
		if (cut->twin == NULL)
			return ENOMEM;
		cut->twin->space = to;
		cut->twin->pieces = 0;
		cut->twin->headless = 0;
		cut->twin->twin = cut;
	}
	copy->cut = cut->twin;
	copy->cut->pieces++;
	return 0;
}

void
shm_cut_undo(struct vm_entry *copy)
{
	struct shm_cut *cut = copy->cut;

	if (--cut->pieces > 0)
		return;
	cut->twin->twin = NULL;
	kmem_free(cut);
}

bool
shm_cut_commit(struct vm_entry *copy)
{
	struct shm_cut *cut = copy->cut, *from = cut->twin;

	if (from == NULL) /* an earlier piece has done it */
		return false;
	from->twin = cut->twin = NULL;
	if (from->headless != 0)
		headless_add(cut, from->headless);
	cut->space->cuts++;
	return true;
}
