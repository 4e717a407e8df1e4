/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Borders: the entry that contains an address is split in two, which meet there. Each
 * border is made in two steps: the memory is reserved, which can fail, and then the entry
 * is split, which cannot.
 */
#include "abi/errno.h"
#include "mem/kmem.h"
#include "vm/tree.h"

void
vm_borders_drop(struct vm_borders *b)
{
	for (int i = 0; i < 2; i++) {
		kmem_free(b->upper[i]);
		kmem_free(b->cut[i]);
	}
}

int
vm_borders_reserve(struct vm_space *sp, vaddr_t start, vaddr_t end, struct vm_borders *b)
{
	const vaddr_t at[2] = {start, end};
	const struct vm_entry *e, *cut = NULL; /* cut: the entry that the lower border splits */

	*b = (struct vm_borders){.upper = {NULL}};
	for (int i = 0; i < 2; i++) {
		e = vm_entry_at(sp, at[i]);
		if (e == NULL || e->start == at[i])
			continue;
		b->upper[i] = kmem_get(sizeof(*e));
		if (b->upper[i] == NULL || (e != cut && shm_cut_reserve(e, &b->cut[i]) != 0)) {
			vm_borders_drop(b);
			return ENOMEM;
		}
		cut = e;
	}
	return 0;
}

/* Split the entry that contains va: it keeps what is below va, and upper becomes the rest.
 * Does nothing if upper is NULL, for then no border is needed at va. Since the memory was
 * reserved, the border may have been made for another mapping, or the attach been cut
 * elsewhere: then what is not needed is freed. */
static void
split_at(struct vm_space *sp, vaddr_t va, struct vm_entry *upper, struct shm_cut *cut)
{
	struct vm_entry *e;

	if (upper == NULL)
		return;
	e = vm_entry_at(sp, va);
	if (e->start == va || e->cut != NULL)
		kmem_free(cut);
	if (e->start == va) {
		kmem_free(upper);
		return;
	}
	*upper = *e;
	if (e->flags & VM_ATTACH)
		shm_cut(sp, e, upper, cut);
	upper->start = va;
	upper->pgoff += (va - e->start) >> PAGE_SHIFT;
	e->end = va;
	upper->flags &= ~VM_BLOCK;
	vm_entry_show(sp, upper);
	vm_tree_add(sp, upper, e);
}

void
vm_borders_make(struct vm_space *sp, vaddr_t start, vaddr_t end, const struct vm_borders *b)
{
	split_at(sp, start, b->upper[0], b->cut[0]);
	split_at(sp, end, b->upper[1], b->cut[1]);
}

int
vm_split(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	struct vm_borders b;
	int err = vm_borders_reserve(sp, start, end, &b);

	if (err == 0)
		vm_borders_make(sp, start, end, &b);
	return err;
}
