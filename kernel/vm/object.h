/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: pages that several mappings may show, in one space or in many. A segment,
 * the content of a file and a shared anonymous mmap are one object each. The calls don't
 * sleep unless their comment says so.
 */
#ifndef VM_OBJECT_H
#define VM_OBJECT_H

#include <machine.h>

#include "base/assert.h"
#include "mem/frame.h"

/* The frames of the pages of all objects together; page tables are not counted. */
extern uint32_t vm_object_frames;

struct vm_object {
	uint32_t refs;     /* reference count */
	uint32_t npages;   /* size in pages */
	uint32_t resident; /* how many of its pages have a frame */
	bool large;        /* the frames of each full table form a row, for a large page */
	bool fixed;        /* the size never changes */
	frame_t *tables;   /* by page / PTAB_PAGES: the frame of the page table; 0: none yet */
	frame_t first;     /* the one element of tables, if it needs no more than one */
};

/* Create an object of npages zero-filled pages, with one reference and all of its memory
 * promised. An object created with npages == 0 (a file's content) may be resized later;
 * any other has a fixed size. Returns 0 with the object in *out, or ENOMEM with nothing
 * taken. May sleep, but only where a test asks for it (INJECT_OBJECT). */
int vm_object_create(uint32_t npages, struct vm_object **out);
/* Promise the memory of an object of npages pages: the pages and their page tables.
 * Returns 0, or ENOMEM with nothing promised. The promise ends with
 * vm_object_unpromise(), or passes to the object that vm_object_init() makes. */
int vm_object_promise(uint32_t npages);
void vm_object_unpromise(uint32_t npages);
/* Make obj, whose memory holds zeros, an object of npages zero-filled pages with one reference. The
 * object takes over the promise of its memory. obj must be the first member of memory from
 * kmem_alloc(), which is freed with the last reference. Returns 0; or ENOMEM, and then obj has its
 * reference, but neither pages nor a promise. */
int vm_object_init(struct vm_object *obj, uint32_t npages);
/* Like vm_object_init(), but each whole 4 MiB of the object gets its frames at once, and
 * they form a row. Returns ENOMEM also if there is no free row; then the promise ends with
 * the last reference. May sleep, for it clears much memory. */
int vm_object_init_large(struct vm_object *obj, uint32_t npages);
/* Make obj, which must not be fixed, npages pages long. The pages that it gains are zeros.
 * Before it shrinks the caller hides the pages that it loses from every space
 * (file_map_hide()). Returns 0, or ENOMEM with nothing changed; shrinking cannot fail. */
int vm_object_resize(struct vm_object *obj, uint32_t npages);
/* Take a reference. */
static inline void
vm_object_ref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	obj->refs++;
}
/* Free obj, which has no reference left: for vm_object_unref() only. */
void vm_object_free(struct vm_object *obj);
/* Drop a reference. The last one frees the object. */
static inline void
vm_object_unref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	if (--obj->refs == 0)
		vm_object_free(obj);
}
/* Give a page without a frame one that holds zeros, and return it; pte is the page's
 * entry, which is 0, in obj's own page table. For vm_object_page() only. */
frame_t vm_object_fill(struct vm_object *obj, pte_t *pte);
/* Returns the frame of a page, which must be below npages; the first call allocates it.
 * Cannot fail, for the memory is promised. The reference on the frame is the object's: a
 * caller that keeps the frame takes one of its own. */
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
/* Like vm_object_page(), but never allocates. Returns true with the frame in *out; false
 * if the page has no frame yet, or is beyond the object's end. */
bool vm_object_peek(const struct vm_object *obj, uint32_t page, frame_t *out);

#endif
