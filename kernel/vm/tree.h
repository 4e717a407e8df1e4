/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside vm/: entries in order of address, and how they are cut, joined and hidden. */
#ifndef VM_TREE_H
#define VM_TREE_H

#include "vm/owner.h"
#include "vm/space.h"

/* ---- The tree: vm_tree.c ---- */

/* The last that starts at or below va;
 * NULL: none. */
struct vm_entry *vm_tree_search(struct vm_space *sp, vaddr_t va);
static inline struct vm_entry *
vm_tree_below(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->hint;

	if (e != NULL && e->start <= va && (e->next == NULL || e->next->start > va))
		return e;
	return vm_tree_search(sp, va);
}
/* Now all are in the tree. */
void vm_tree_insert(struct vm_space *sp, struct vm_entry *e); /* the youngest, too */
static inline void
vm_tree_settle(struct vm_space *sp)
{
	if (sp->young != NULL)
		vm_tree_insert(sp, sp->young);
}
/* Put e behind prev (NULL: first); take it out. */
void vm_tree_add(struct vm_space *sp, struct vm_entry *e, struct vm_entry *prev);
void vm_tree_remove(struct vm_space *sp, struct vm_entry *e);
/* Spans [lo, hi) are touched by an entry, or by none any more. */
static inline void
vm_tree_spans(struct vm_space *sp, uint32_t lo, uint32_t hi, bool used)
{
	uint32_t bits;

	if (lo + 1 == hi) { /* mostly; of more, a word's worth at a time */
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
/* e's start or end is another, in the same place among the others. */
void vm_tree_moved(struct vm_space *sp, struct vm_entry *e);

/* ---- Entries come, change and go: vm_map.c ---- */

/* The last of the entries from e on that are inherited alike and follow each other
 * without a gap, or, shared ones, in one span. */
const struct vm_entry *vm_run_end(const struct vm_entry *e);
/* Unmap everything, for good. */
void vm_unmap_all(struct vm_space *sp);
/* e also has [start, end), right above or below it, which is free. => ENOMEM. */
int vm_grow(struct vm_space *sp, struct vm_entry *e, vaddr_t start, vaddr_t end);
/* Make one entry of e and those right behind it that differ from it in nothing, until it
 * reaches end: mprotect or mlock may have cut one mapping into several. Attaches are left. */
void vm_join(struct vm_space *sp, struct vm_entry *e, vaddr_t end);

/* brk.c: grow the stack to include va. Returns its entry; NULL if va isn't the stack's, or
 * the stack may not grow so far, or there is no memory to promise. */
struct vm_entry *vm_stack_grow(struct vm_space *sp, vaddr_t va);
/* Tell e's owner that sp shows it, or no longer does. */
static inline void
vm_entry_show(struct vm_space *sp, struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_ref(e->object);
	else if (e->object != NULL)
		file_map_show(sp, e);
}
static inline void
vm_entry_unshow(struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_unref(e->object);
	else if (e->object != NULL)
		file_map_unshow(e);
}

/* ---- Borders between entries: vm_borders.c ---- */

/* What it takes to make two borders between entries. It is had before anything changes,
 * so that a call that needs more than this can still fail with nothing changed. */
struct vm_borders {
	struct vm_entry *upper[2];
	struct shm_cut *cut[2]; /* an attach's, which must not have been in pieces */
};
/* Have what the borders at start and end take. => ENOMEM. */
int vm_borders_reserve(struct vm_space *sp, vaddr_t start, vaddr_t end, struct vm_borders *b);
/* Make them, which cannot fail, or give back what was had. */
void vm_borders_make(struct vm_space *sp, vaddr_t start, vaddr_t end, const struct vm_borders *b);
void vm_borders_drop(struct vm_borders *b);
/* Make start and end borders between entries. => ENOMEM. */
int vm_split(struct vm_space *sp, vaddr_t start, vaddr_t end);

#endif
