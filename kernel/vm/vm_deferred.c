/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Freeing page tables later: deferred.h. The tables are a list: entry 0 of each, whose page is
 * freed at once, is the number of the next, in the place of a page's.
 *
 *	vm_deferred -> [next | pte 1 .. 1023] -> [next | pte 1 .. 1023] -> 0
 */
#include "vm/deferred.h"

#include "base/assert.h"
#include "base/sleep.h"

frame_t vm_deferred;
static uint32_t owed_pages, owed_tables; /* promises to give back when the list is empty */

void
vm_defer_table(frame_t table)
{
	pte_t *pt = frame_kva(table);

	ASSERT(frame_refs(table) == 1 && frame_kind(table) == FRAME_TABLE);
	if (pt[0] != 0)
		frame_unref(pte_frame(pt[0]));
	pt[0] = vm_deferred << PAGE_SHIFT;
	vm_deferred = table;
	return_work = true; /* user_return() calls vm_free_deferred() */
}

void
vm_owe(uint32_t pages, uint32_t tables)
{
	owed_pages += pages;
	owed_tables += tables;
}

/* Free the page table and the references that its entries from 1 on hold. */
static void
free_table(frame_t table)
{
	pte_t *pt = frame_kva(table);
	unsigned i;

	pt[0] = 0;
	for (i = 1; i < PTAB_PAGES; i++) {
		if (pt[i] == 0)
			continue;
		frame_unref(pte_frame(pt[i]));
		pt[i] = 0;
	}
	frame_unref(table);
}

/* The promises are given back only with an empty list. That comes: a process that defers more
 * empties the list before it can do so again. */
void
vm_free_deferred(void)
{
	frame_t table;

	may_sleep();
	while ((table = vm_deferred) != 0) {
		vm_deferred = pte_frame(*(pte_t *)frame_kva(table));
		free_table(table);
		if (vm_deferred == 0) {
			commit_release(owed_pages, owed_tables);
			owed_pages = owed_tables = 0;
		}
		sched_point();
	}
}
