/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the files of vm/ only: the list and the tree of a space's entries, changes to
 * entries, and borders between them. None of the calls sleeps.
 */
#ifndef VM_TREE_H
#define VM_TREE_H

#include "vm/owner.h"
#include "vm/space.h"

/* ---- The tree: vm_tree.c ---- */

/* Put the young entry, which is in the list already, into the tree. */
void vm_tree_insert(struct vm_space *sp, struct vm_entry *e);
/* Make sure that the tree holds all entries: afterwards none is young. */
static inline void
vm_tree_settle(struct vm_space *sp)
{
	if (sp->cache.young != NULL)
		vm_tree_insert(sp, sp->cache.young);
}
/* Add e behind prev (NULL: as the first). The new entry becomes the hint and the young entry. */
void vm_tree_add(struct vm_space *sp, struct vm_entry *e, struct vm_entry *prev);
/* Take e out of the list and the tree, and do not free it. */
void vm_tree_remove(struct vm_space *sp, struct vm_entry *e);
/* Record that an entry now touches the spans [lo, hi), or (used is false) that none does
 * any more. */
static inline void
vm_tree_spans(struct vm_space *sp, uint32_t lo, uint32_t hi, bool used)
{
	uint32_t bits;

	if (lo + 1 == hi) { /* the common case; more are done a word of bits at a time */
		if (used)
			sp->spans[lo / 32] |= 1u << lo % 32;
		else
			sp->spans[lo / 32] &= ~(1u << lo % 32);
		return;
	}
	for (; lo < hi; lo = (lo | 31) + 1) {
		bits = ~0u << lo % 32;
		if (hi <= (lo | 31))
			bits &= ~(~0u << hi % 32);
		if (used)
			sp->spans[lo / 32] |= bits;
		else
			sp->spans[lo / 32] &= ~bits;
	}
}
/* Say that e's start or end has changed, while its place among the entries is the same. */
void vm_tree_moved(struct vm_space *sp, struct vm_entry *e);

/* ---- Changes to entries: vm_map.c ---- */

/* Returns the last entry of the run that begins with e. The entries of a run are all shared
 * or all private, and each starts where the one below ends; shared ones may also leave a gap
 * inside one span. */
const struct vm_entry *vm_run_end(const struct vm_entry *e);
/* Unmap everything in a space that is about to be freed: sp can't be used afterwards. */
void vm_unmap_all(struct vm_space *sp);
/* Extend e by [start, end), a free range right above or right below it. Returns 0, or ENOMEM
 * with nothing changed. */
int vm_grow(struct vm_space *sp, struct vm_entry *e, vaddr_t start, vaddr_t end);
/* Make one entry of e and of those that continue it and differ from it in nothing else,
 * until it ends at `end` or above: mprotect or mlock may have split what a program made as
 * one mapping. Attaches are left as they are. */
void vm_join(struct vm_space *sp, struct vm_entry *e, vaddr_t end);

/* brk.c: grow the stack down to the page of va. Returns the stack's entry, or NULL if va is
 * not in the stack's range, a limit forbids it or the memory can't be promised. */
struct vm_entry *vm_stack_grow(struct vm_space *sp, vaddr_t va);
/* Take the reference that e, an entry of sp, holds on its object, if it has one. A file is
 * also told that e shows it. */
static inline void
vm_entry_show(struct vm_space *sp, struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_ref(e->object);
	else if (e->object != NULL)
		file_map_show(sp, e);
}
/* Drop e's reference on its object: the reverse of vm_entry_show(). */
static inline void
vm_entry_unshow(struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_unref(e->object);
	else if (e->object != NULL)
		file_map_unshow(e);
}

/* ---- Borders between entries: vm_borders.c ---- */

/* The memory for borders at two addresses. The memory is reserved before anything changes, so that
 * a call that needs other memory too can still fail with nothing changed. */
struct vm_borders {
	struct vm_entry *upper[2]; /* for the upper half of the entry split; NULL: none is */
	struct shm_cut *cut[2];    /* for an attach that is split for the first time; or NULL */
};
/* Reserve the memory for borders at start and end. Returns 0; or ENOMEM with none. */
int vm_borders_reserve(struct vm_space *sp, vaddr_t start, vaddr_t end, struct vm_borders *b);
/* Make the borders that b was reserved for. Cannot fail. */
void vm_borders_make(struct vm_space *sp, vaddr_t start, vaddr_t end, const struct vm_borders *b);
/* Free what was reserved, if the borders aren't made. */
void vm_borders_drop(struct vm_borders *b);
/* Make borders at start and end. Returns 0, or ENOMEM with nothing changed. */
int vm_split(struct vm_space *sp, vaddr_t start, vaddr_t end);

#endif
