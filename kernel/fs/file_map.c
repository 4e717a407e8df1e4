/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings of files. The object with a file's content keeps a list of the entries that show
 * it, so that their pages can be hidden when the file gets shorter. A segment needs no such
 * list, for its size never changes.
 */
#include "fs/file_map.h"

#include "base/sleep.h"
#include "mem/kmem.h"
#include "vm/owner.h"

struct vm_object *
file_map_create(struct node *n)
{
	struct file_map *m = kmem_alloc(sizeof(*m));

	if (m == NULL)
		return NULL;
	if (vm_object_init(&m->object, 0) != 0) {
		vm_object_unref(&m->object);
		return NULL;
	}
	m->node = n;
	return &m->object;
}

/* Returns 1 if a store through e can change the file, now or after mprotect, else 0. */
static uint32_t
writes(const struct vm_entry *e)
{
	return e->inherit == VM_SHARE && (e->max_prot & PROT_WRITE);
}

void
file_map_show(struct vm_space *sp, struct vm_entry *e)
{
	vm_object_ref(e->object);
	if (e->object->fixed)
		return;
	file_map_of(e->object)->writers += writes(e);
	e->space = sp;
	LIST_INSERT(&file_map_of(e->object)->shown, e, shown);
}

void
file_map_unshow(struct vm_entry *e)
{
	if (!e->object->fixed) {
		file_map_of(e->object)->writers -= writes(e);
		LIST_REMOVE(e, shown);
	}
	vm_object_unref(e->object);
}

void
file_map_hide(struct vm_object *obj, uint32_t from)
{
	DOES_NOT_SLEEP;
	const struct vm_entry *e;

	for (e = file_map_of(obj)->shown; e != NULL; e = e->shown.next) {
		uint32_t skip = from > e->pgoff ? from - e->pgoff : 0;

		if (skip < (e->end - e->start) >> PAGE_SHIFT)
			vm_hide(e->space, e->start + (skip << PAGE_SHIFT), e->end, 0, 0);
	}
}
