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
	shm_space_free(sp);
	pmap_destroy(&sp->pmap);
	kmem_free(sp);
}

static struct vm_entry *
twin(const struct vm_entry *e)
{
	return e == NULL ? NULL : e->twin;
}

/* Entries without what they stand for: nothing is mapped or counted yet. The
 * tree gets the same shape: each entry knows its copy until the next fork. */
static int
entries_copy(struct vm_space *from, struct vm_space *to)
{
	struct vm_entry *e, *last = NULL;

	for (e = from->first; e != NULL; e = e->next) {
		struct vm_entry *copy = kmem_copy(e, sizeof(*e));

		if (copy == NULL)
			return ENOMEM;
		e->twin = copy;
		copy->next = NULL;
		copy->prev = last;
		*(last != NULL ? &last->next : &to->first) = copy;
		last = copy;
	}
	for (e = to->first; e != NULL; e = e->next) {
		e->left = twin(e->left);
		e->right = twin(e->right);
		e->up = twin(e->up);
	}
	to->root = twin(from->root);
	to->packed = from->packed;
	memcpy(to->slots, from->slots, sizeof(to->slots));
	return 0;
}

static void
entries_free(struct vm_space *sp)
{
	struct vm_entry *e;

	while ((e = sp->first) != NULL) {
		sp->first = e->next;
		kmem_free(e);
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
	if (entries_copy(from, to) != 0 || shm_fork(from, to) != 0)
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
	for (e = to->first; e != NULL; e = e->next)
		if (e->object != NULL)
			vm_object_ref(e->object);
	for (run = to->first; run != NULL; run = last->next) {
		last = vm_run_end(run);
		pmap_copy(&to->pmap, &from->pmap, run->start, last->end, run->inherit == VM_COPY);
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
