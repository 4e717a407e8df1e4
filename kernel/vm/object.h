/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory objects: memory that mappings share, whoever maps it. */
#ifndef VM_OBJECT_H
#define VM_OBJECT_H

#include <machine.h>

#include "base/assert.h"
#include "mem/frame.h"

extern uint32_t vm_object_frames; /* that all of them have */

struct vm_object {
	uint32_t refs;
	uint32_t npages;
	uint32_t resident; /* frames it has */
	bool large;        /* the frames of each full table are in a row */
	bool fixed;        /* its size will not change */
	frame_t *tables;   /* page table for each PTAB_PAGES pages, 0: none yet */
	frame_t first;     /* it, if there is no more than one */
};

/* npages of zeros, one reference, committed in full. One that is made of none
 * can change its size, and no other.
 * => ENOMEM with nothing taken. */
int vm_object_create(uint32_t npages, struct vm_object **out);
/* Promise the memory of an object of npages: its pages and their tables. Returns
 * ENOMEM, with nothing promised, if there is not enough. vm_object_unpromise() takes
 * the promise back; the calls below that say so take it over. Does not sleep. */
int vm_object_promise(uint32_t npages);
void vm_object_unpromise(uint32_t npages);
/* Make obj, which is all zeros, an object of npages zero-filled pages with one
 * reference. It takes over the promise of its memory. The object is the first member
 * of what kmem_free() frees with the last reference. Returns ENOMEM if there is no
 * memory to name its tables: then it has the reference, but no pages and no promise.
 * Does not sleep. */
int vm_object_init(struct vm_object *obj, uint32_t npages);
/* Like vm_object_init(), but the frames of each whole 4 MiB are there from the start
 * and lie in a row. Returns ENOMEM also where there are no such rows. May sleep, for
 * clearing takes time. */
int vm_object_init_large(struct vm_object *obj, uint32_t npages);
/* Grow by zeros, or shrink. => ENOMEM with nothing changed; shrinking can't
 * fail, and no space shows the pages that go any more. */
int vm_object_resize(struct vm_object *obj, uint32_t npages);
static inline void
vm_object_ref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	obj->refs++;
}
/* The last one frees it: vm_object_free(). */
void vm_object_free(struct vm_object *obj);
static inline void
vm_object_unref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	if (--obj->refs == 0)
		vm_object_free(obj);
}
/* The frame of a page, made on first use.
 * => can't fail; no reference is taken: the object holds one. */
frame_t vm_object_fill(struct vm_object *obj, pte_t *pte); /* it isn't there yet */
static inline frame_t
vm_object_page(struct vm_object *obj, uint32_t page)
{
	frame_t *table = &obj->tables[page / PTAB_PAGES];
	pte_t *pte;

	ASSERT(page < obj->npages);
	if (*table == 0)
		*table = frame_alloc_table();
	pte = (pte_t *)frame_kva(*table) + page % PTAB_PAGES;
	return *pte != 0 ? pte_frame(*pte) : vm_object_fill(obj, pte);
}
/* The same, only if it is there. */
bool vm_object_peek(const struct vm_object *obj, uint32_t page, frame_t *out);

#endif
