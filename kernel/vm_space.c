/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spaces as wholes: what a process gets at fork, and what it loses at its end.
 * What is in them is vm_map.c's.
 */
#include "abi/errno.h"
#include "frame.h"
#include "kmem.h"
#include "printf.h"
#include "shm.h"
#include "string.h"
#include "vm.h"

int
vm_space_create(struct vm_space **out)
{
	struct vm_space *sp = kmem_alloc(sizeof(*sp));

	if (sp == NULL)
		return ENOMEM;
	if (pmap_init(&sp->pmap) != 0) {
		kmem_free(sp);
		return ENOMEM;
	}
	*out = sp;
	return 0;
}

void
vm_space_destroy(struct vm_space *sp)
{
	vm_unmap_all(sp);
	pmap_destroy(&sp->pmap);
	kmem_free(sp);
}

/* copy's place in the tree is e's, among those that have been copied: all below e,
 * and its parent if that is one of them. */
static void
tree_copy(struct vm_space *to, const struct vm_entry *e, struct vm_entry *copy)
{
	if (e->left != NULL) {
		copy->left = e->left->twin;
		copy->left->up = copy;
	}
	copy->right = NULL;
	if (e->up == NULL) {
		to->root = copy;
	} else if (e->up->right == e) {
		copy->up = e->up->twin;
		copy->up->right = copy;
	}
}

/* Entries without what they stand for: nothing is mapped or counted yet. */
static int
entries_copy(struct vm_space *from, struct vm_space *to)
{
	struct vm_entry *e, *last = NULL, **link = &to->first;

	for (e = from->first; e != NULL; e = e->next) {
		struct vm_entry *copy = kmem_copy(e, sizeof(*e));

		if (copy == NULL)
			return ENOMEM;
		e->twin = copy;
		copy->next = NULL;
		copy->prev = last;
		*link = copy;
		link = &copy->next;
		last = copy;
		if (e->cut != NULL && shm_cut_copy(to, copy) != 0)
			return ENOMEM;
		tree_copy(to, e, copy);
	}
	to->packed = from->packed;
	to->low = from->low;
	to->low_room = from->low_room;
	memcpy(to->slots, from->slots, sizeof(to->slots));
	return 0;
}

/* After a failure: what entries_copy() made goes, and leaves no trace. */
static void
entries_free(struct vm_space *sp)
{
	struct vm_entry *e;

	while ((e = sp->first) != NULL) {
		sp->first = e->next;
		if (e->cut != NULL)
			shm_cut_undo(e);
		kmem_free(e);
	}
}

/* What a run of shared entries shows. Slots that have nothing else in them, both
 * spaces show by the same tables. */
static void
share(struct vm_space *to, struct vm_space *from, const struct vm_entry *first,
      const struct vm_entry *last)
{
	vaddr_t lo = first->prev != NULL ? first->prev->end : 0;
	vaddr_t hi = last->next != NULL ? last->next->start : USER_END;
	vaddr_t start = first->start, end = last->end, va, stop;

	for (va = start; va < end; va = stop) {
		vaddr_t slot = va & ~(SLOT_SIZE - 1);

		stop = slot + SLOT_SIZE < end ? slot + SLOT_SIZE : end;
		if (slot >= lo && slot + SLOT_SIZE <= hi)
			pmap_share(&to->pmap, &from->pmap, slot);
		else
			pmap_copy(&to->pmap, &from->pmap, va, stop, false);
	}
}

/*
 * All that can fail comes first; from the moment that the attaches are counted
 * nothing does. The one switch on inheritance is the last argument of
 * pmap_copy: what is shared stays as it is, what is private becomes
 * copy-on-write on both sides.
 */
int
vm_space_fork(struct vm_space *from, struct vm_space **out)
{
	struct vm_space *to;
	struct vm_entry *e;
	const struct vm_entry *run, *last;

	if (vm_space_create(&to) != 0)
		return ENOMEM;
	if (commit_charge(from->pages, from->tables) != 0)
		goto no_promise;
	if (entries_copy(from, to) != 0)
		goto no_memory;
	to->pages = from->pages;
	to->tables = from->tables;
	to->brk_start = from->brk_start;
	to->brk_end = from->brk_end;
	to->stack_limit = from->stack_limit;
	to->arg_start = from->arg_start;
	to->arg_end = from->arg_end;
	to->env_end = from->env_end;
	to->stack_start = from->stack_start;
	for (e = to->first; e != NULL; e = e->next) {
		if (e->object != NULL)
			vm_object_ref(e->object);
		if (e->flags & VM_ATTACH)
			shm_entry_inherited(to, e);
	}
	for (run = to->first; run != NULL; run = last->next) {
		last = vm_run_end(run);
		if (run->inherit == VM_COPY)
			pmap_copy(&to->pmap, &from->pmap, run->start, last->end, true);
		else
			share(to, from, run, last);
	}
	*out = to;
	return 0;
no_memory:
	entries_free(to);
	commit_release(from->pages, from->tables);
no_promise:
	pmap_destroy(&to->pmap);
	kmem_free(to);
	return ENOMEM;
}
