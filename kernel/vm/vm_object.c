/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects: memory that mappings share. An object keeps its frames in page tables of its
 * own, in the format that the MMU reads, so that a space can show a whole span of the
 * object by one entry of its directory (pmap_enter_span()). Tables and frames are
 * allocated when they are first needed:
 *
 *	tables[0] -> [pte 0 .. 1023]	pages    0 .. 1023
 *	tables[1] -> [pte 0 .. 1023]	pages 1024 .. 2047
 *	tables[2]  = 0			pages 2048 .. 3071: none was touched yet
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/sleep.h"
#include "base/string.h"
#include "debug/inject.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "vm/deferred.h"
#include "vm/object.h"

#define DEFER_PAGES 64u /* an object with more pages is freed later: deferred.h */

uint32_t vm_object_frames;

/* Returns how many page tables npages pages take. */
static uint32_t
table_count(uint32_t npages)
{
	return (npages + PTAB_PAGES - 1) / PTAB_PAGES;
}

/* Returns an array for the frames of ntables page tables: obj's own field if one is
 * enough, else new memory that holds zeros; NULL if there is none. */
static frame_t *
tables_alloc(struct vm_object *obj, uint32_t ntables)
{
	return ntables <= 1 ? &obj->first : kmem_alloc(ntables * sizeof(obj->tables[0]));
}

/* Free the list of the object's tables, unless it is the one within the object. */
static void
tables_free(struct vm_object *obj)
{
	if (obj->tables != &obj->first)
		kmem_free(obj->tables);
}

int
vm_object_promise(uint32_t npages)
{
	return commit_charge(npages, table_count(npages));
}

void
vm_object_unpromise(uint32_t npages)
{
	vm_release(npages, table_count(npages));
}

int
vm_object_init(struct vm_object *obj, uint32_t npages)
{
	obj->refs = 1;
	obj->tables = inject_fail(INJECT_OBJECT) ? NULL : tables_alloc(obj, table_count(npages));
	if (obj->tables == NULL) {
		vm_object_unpromise(npages);
		return ENOMEM;
	}
	obj->npages = npages;
	obj->fixed = npages > 0;
	return 0;
}

int
vm_object_create(uint32_t npages, struct vm_object **out)
{
	struct vm_object *obj;

	may_sleep();
	if (vm_object_promise(npages) != 0)
		return ENOMEM;
	inject_sleep(INJECT_OBJECT);
	obj = kmem_alloc(sizeof(*obj));
	if (obj == NULL) {
		vm_object_unpromise(npages);
		return ENOMEM;
	}
	if (vm_object_init(obj, npages) != 0) {
		vm_object_unref(obj);
		return ENOMEM;
	}
	*out = obj;
	return 0;
}

int
vm_object_init_large(struct vm_object *obj, uint32_t npages)
{
	uint32_t t, i;
	frame_t f;

	may_sleep();
	if (vm_object_init(obj, npages) != 0)
		return ENOMEM;
	obj->large = true;
	for (t = 0; t < npages / PTAB_PAGES; t++) {
		pte_t *pt;

		if (!frame_alloc_row(&f)) {
			why("object: no %u frames in a row", PTAB_PAGES);
			return ENOMEM;
		}
		obj->tables[t] = frame_alloc_table();
		pt = frame_kva(obj->tables[t]);
		for (i = 0; i < PTAB_PAGES; i++) {
			frame_zero(f + i);
			pt[i] = pte_make(f + i, true);
			if (i % 128 == 127)
				sched_point();
		}
		obj->resident += PTAB_PAGES;
		vm_object_frames += PTAB_PAGES;
	}
	return 0;
}

/* Free the frames of the pages from `from` on, and the page tables in which no page
 * below `from` lies. */
static void
drop_pages(struct vm_object *obj, uint32_t from)
{
	uint32_t t, left = obj->resident;
	pte_t *pte, *end;

	for (t = from / PTAB_PAGES; t < table_count(obj->npages); t++, from = 0) {
		if (obj->tables[t] == 0)
			continue;
		pte = frame_kva(obj->tables[t]);
		end = pte + PTAB_PAGES;
		for (pte += from % PTAB_PAGES; pte < end && left > 0; pte++) {
			if (*pte == 0)
				continue;
			frame_unref(pte_frame(*pte));
			*pte = 0;
			left--;
		}
		if (from % PTAB_PAGES == 0) {
			frame_unref(obj->tables[t]);
			obj->tables[t] = 0;
		}
	}
	vm_object_frames -= obj->resident - left;
	obj->resident = left;
}

/* Free all frames of the object and its page tables later. */
static void
defer_pages(struct vm_object *obj)
{
	uint32_t t;

	for (t = 0; t < table_count(obj->npages); t++)
		if (obj->tables[t] != 0)
			vm_defer_table(obj->tables[t]);
	vm_object_frames -= obj->resident;
}

int
vm_object_resize(struct vm_object *obj, uint32_t npages)
{
	uint32_t more = table_count(npages) - table_count(obj->npages);
	frame_t *tables;

	ASSERT(!obj->fixed);
	if (npages < obj->npages) {
		drop_pages(obj, npages);
		vm_release(obj->npages - npages, -more);
		obj->npages = npages;
		return 0;
	}
	if (inject_fail(INJECT_OBJECT) || commit_charge(npages - obj->npages, more) != 0)
		return ENOMEM;
	tables = more > 0 ? tables_alloc(obj, table_count(npages)) : obj->tables;
	if (tables == NULL) {
		commit_release(npages - obj->npages, more);
		return ENOMEM;
	}
	if (tables != obj->tables) {
		memcpy(tables, obj->tables, table_count(obj->npages) * sizeof(tables[0]));
		tables_free(obj);
		obj->tables = tables;
		if (tables != &obj->first)
			obj->first = 0;
	}
	obj->npages = npages;
	return 0;
}

void
vm_object_free(struct vm_object *obj)
{
	if (obj->resident > DEFER_PAGES)
		defer_pages(obj);
	/* A segment of one table that nobody touched has nothing to free: skip the walk. */
	else if (!obj->fixed || obj->resident > 0 || obj->npages > PTAB_PAGES || obj->first != 0)
		drop_pages(obj, 0);
	vm_object_unpromise(obj->npages);
	tables_free(obj);
	kmem_free(obj);
}

frame_t
vm_object_fill(struct vm_object *obj, pte_t *pte)
{
	frame_t f = frame_alloc_user();

	frame_zero(f);
	*pte = pte_make(f, true);
	obj->resident++;
	vm_object_frames++;
	return f;
}

bool
vm_object_peek(const struct vm_object *obj, uint32_t page, frame_t *out)
{
	frame_t table = page < obj->npages ? obj->tables[page / PTAB_PAGES] : 0;
	pte_t pte;

	if (table == 0)
		return false;
	pte = ((pte_t *)frame_kva(table))[page % PTAB_PAGES];
	*out = pte_frame(pte);
	return pte != 0;
}
