/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mremap: give a mapping another length or another address. At a new address faults bring
 * shared pages back; private pages, which only the page tables record, are carried over.
 */
#include "abi/errno.h"
#include "mem/frame.h"
#include "vm/tree.h"

/* Enter the pages of [from, end), of a private entry, also at `to`. */
static void
pages_carry(struct pmap *pm, vaddr_t from, vaddr_t end, vaddr_t to)
{
	for (; from < end; from += PAGE_SIZE, to += PAGE_SIZE) {
		pte_t pte = pmap_lookup(pm, from);

		if (pte == 0)
			continue;
		frame_ref(pte_frame(pte));
		pmap_enter(pm, to, pte);
	}
}

/*
 * Move the len bytes from start to `to`, where they become new_len bytes. Those that stay are
 * all of one entry; if len is more than new_len, the rest is unmapped. If len is 0 nothing is
 * unmapped: the object at start is mapped a second time. Returns 0, or ENOMEM with nothing
 * changed.
 */
static int
move(struct vm_space *sp, vaddr_t start, uint32_t len, vaddr_t to, uint32_t new_len, bool replace)
{
	struct vm_entry *e = vm_entry_at(sp, start), *moved;
	uint8_t prot = e->prot;
	struct vm_mapping m = {.start = to,
	                       .len = new_len,
	                       .object = e->object,
	                       .pgoff = e->pgoff + ((start - e->start) >> PAGE_SHIFT),
	                       .prot = prot,
	                       .max_prot = e->max_prot,
	                       .inherit = e->inherit,
	                       .flags = e->flags & VM_LOCKED,
	                       .replace = replace};
	struct vm_borders b = {.upper = {NULL}};

	/* If the old pages are promised, vm_map() must promise the new ones, writable or not. */
	m.prot |= e->flags & VM_CHARGED ? PROT_WRITE : 0;
	if (len > 0 && vm_borders_reserve(sp, start, start + len, &b) != 0)
		return ENOMEM;
	if (vm_map(sp, &m) != 0) {
		vm_borders_drop(&b);
		return ENOMEM;
	}
	moved = vm_entry_at(sp, to);
	moved->prot = prot;
	if (len == 0)
		return 0;
	vm_borders_make(sp, start, start + len, &b);
	if (m.inherit == VM_COPY)
		pages_carry(&sp->pmap, start, start + (len < new_len ? len : new_len), to);
	return vm_unmap(sp, start, start + len); /* has its borders: cannot fail */
}

/* Check that the len bytes from start, an address in e, may become new_len bytes. Returns 0;
 * EFAULT if they are not all in e; EINVAL if e is an attach, which has the length of its
 * segment, if a private mapping would be mapped twice (len is 0), or if an offset in the
 * file would need more than 32 bits. */
static int
resize_check(const struct vm_entry *e, vaddr_t start, uint32_t len, uint32_t new_len)
{
	uint32_t page = e->pgoff + ((start - e->start) >> PAGE_SHIFT);

	if (len > e->end - start)
		return EFAULT;
	if ((len == 0 && e->inherit == VM_COPY) || (e->flags & VM_ATTACH) ||
	    (e->object != NULL && page > UINT32_MAX / PAGE_SIZE - new_len / PAGE_SIZE))
		return EINVAL;
	return 0;
}

int
vm_remap_to(struct vm_space *sp, vaddr_t start, uint32_t len, vaddr_t to, uint32_t new_len)
{
	struct vm_entry *e = vm_entry_at(sp, start);
	uint32_t kept = len < new_len ? len : new_len;
	int err;

	if (e == NULL)
		return EFAULT;
	if ((to & PAGE_MASK) != 0 || new_len > USER_END || to > USER_END - new_len ||
	    (start < to + new_len && to < start + len) || len > USER_END - start)
		return EINVAL;
	if (to < USER_MIN)
		return EPERM;
	vm_join(sp, e, start + kept);
	err = resize_check(e, start, kept, new_len);
	return err != 0 ? err : move(sp, start, len, to, new_len, true);
}

int
vm_remap(struct vm_space *sp, vaddr_t start, uint32_t len, uint32_t new_len, bool may_move,
         vaddr_t *out)
{
	struct vm_entry *e = vm_entry_at(sp, start);
	int err;

	*out = start;
	if (e == NULL)
		return EFAULT;
	if (len > USER_END - start)
		return len >= new_len ? EINVAL : EFAULT;
	if (len >= new_len)
		return len == new_len ? 0 : vm_unmap(sp, start + new_len, start + len);
	vm_join(sp, e, start + len);
	err = resize_check(e, start, len, new_len);
	if (err != 0)
		return err;
	if (len == e->end - start && vm_range_ok(start, new_len) &&
	    vm_range_free(sp, e->end, new_len - len))
		return vm_grow(sp, e, e->end, start + new_len);
	if (!may_move || vm_find_space(sp, new_len, out) != 0)
		return ENOMEM;
	return move(sp, start, len, *out, new_len, false);
}
