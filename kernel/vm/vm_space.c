/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spaces as wholes: how they are created, copied by fork, and freed. vm_map.c changes what is
 * mapped in them.
 */
#include "abi/errno.h"
#include "base/sleep.h"
#include "base/string.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "vm/tree.h"

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

/* Free all blocks of the space. */
static void
blocks_free(struct vm_space *sp)
{
	struct vm_block *block;

	while ((block = sp->blocks) != NULL) {
		sp->blocks = block->next;
		kmem_free(block);
	}
}

void
vm_space_destroy(struct vm_space *sp)
{
	vm_unmap_all(sp);
	blocks_free(sp);
	pmap_destroy(&sp->pmap);
	kmem_free(sp);
}

#define BLOCK_MAX ((KMEM_SMALL - sizeof(struct vm_block)) / sizeof(struct vm_entry))

/* Allocate blocks for n entries; of sp->blocks all but the last have BLOCK_MAX entries.
 * Returns 0; or ENOMEM, and then the caller frees the blocks that sp has got so far. */
static int
blocks_alloc(struct vm_space *sp, uint32_t n)
{
	struct vm_block *block;
	uint32_t k;

	for (; n > 0; n -= k) {
		k = n % BLOCK_MAX != 0 ? n % BLOCK_MAX : BLOCK_MAX;
		block = kmem_get(sizeof(*block) + k * sizeof(block->entries[0]));
		if (block == NULL)
			return ENOMEM;
		block->next = sp->blocks;
		sp->blocks = block;
	}
	return 0;
}

/* Give copy the place in the tree of `to` that e has in its own. Entries are copied in order
 * of address, so e's left child has a copy already, and so has the parent if e is its right
 * child. The links to a right child, or to a parent above a left child, are set when that is
 * copied. */
static void
tree_copy(struct vm_space *to, const struct vm_entry *e, struct vm_entry *copy)
{
	copy->left = copy->right = NULL;
	if (e->left != NULL) {
		copy->left = e->left->twin;
		copy->left->up = copy;
	}
	if (e->up == NULL) {
		copy->up = NULL;
		to->root = copy;
	} else if (e->up->right == e) {
		copy->up = e->up->twin;
		copy->up->right = copy;
	}
}

/* Copy all entries of `from` to `to`, each with a reference on its object. The page tables,
 * the promises and the counts of attaches are left to the caller. Returns 0; or ENOMEM, and
 * then the caller calls blocks_free(). May sleep between entries once nothing can fail. */
static int
entries_copy(struct vm_space *from, struct vm_space *to)
{
	static const struct vm_entry in_block = {.flags = VM_BLOCK};
	struct vm_entry *e, *copy, *end, *last = NULL, **link = &to->first;
	struct vm_block *block;

	if (from->count == 0)
		return 0;
	if (blocks_alloc(to, from->count) != 0)
		return ENOMEM;
	vm_tree_settle(from);
	block = to->blocks;
	copy = block->entries;
	end = copy + BLOCK_MAX;
	for (e = from->first; e != NULL; e = e->next, copy++) {
		if (copy == end) {
			block = block->next;
			copy = block->entries;
			end = copy + BLOCK_MAX;
			sched_point();
		}
		e->twin = copy;
		tree_copy(to, e, copy);
		copy->prev = last;
		copy->max_gap = e->max_gap;
		copy->start = e->start;
		copy->end = e->end;
		copy->pgoff = e->pgoff;
		copy->kind = e->kind | in_block.kind;
		copy->cut = e->cut;
		copy->object = e->object;
		vm_entry_show(to, copy);
		last = *link = copy;
		link = &copy->next;
	}
	*link = NULL;
	to->count = from->count;
	to->packed = from->packed;
	to->cache.low = from->cache.low;
	to->cache.low_size = from->cache.low_size;
	memcpy(to->spans, from->spans, sizeof(to->spans));
	return 0;
}

/* Make the private entries from first to last, a run, copy-on-write in both spaces: `to` shows the
 * frames that `from` has, and a write to a page by either takes a copy. May sleep between spans. */
static void
copy(struct vm_space *to, struct vm_space *from, const struct vm_entry *first,
     const struct vm_entry *last)
{
	pmap_copy(&to->pmap, &from->pmap, first->start, last->end, true);
}

/* Show in `to` what the shared entries from first to last, a run, show in `from`. A span in
 * which nothing else is mapped is shown by one page table in both spaces; of any other the
 * page table entries are copied. May sleep between spans. */
static void
share(struct vm_space *to, struct vm_space *from, const struct vm_entry *first,
      const struct vm_entry *last)
{
	vaddr_t lo = first->prev != NULL ? first->prev->end : 0;
	vaddr_t hi = last->next != NULL ? last->next->start : USER_END;
	vaddr_t start = first->start, end = last->end, va, stop;

	for (va = start; va < end; va = stop) {
		vaddr_t span = va & ~(SPAN_SIZE - 1);

		stop = span + SPAN_SIZE < end ? span + SPAN_SIZE : end;
		if (span >= lo && span + SPAN_SIZE <= hi)
			pmap_share(&to->pmap, &from->pmap, span);
		else
			pmap_copy(&to->pmap, &from->pmap, va, stop, false);
		if (stop < end)
			sched_point();
	}
}

uint32_t vm_forks;

#define TURN_PAGES 4096u /* pages in runs of one span between two calls of sched_point() */

/*
 * All that can fail comes first; once the attaches are counted nothing fails. The loop at the
 * end is the one place where fork tells shared from private entries: runs of private ones
 * become copy-on-write in both spaces, and runs of shared ones show the same frames.
 *
 * Others may run in between. They see nattch with the child's attaches, and no child yet. The
 * current process alone changes the entries of `from`, but that one who has lent the space may die
 * and write to its stack: it does not grow while it is copied. Whoever shortens a mapped file hides
 * its pages in both spaces, for the file knows the entries of both.
 */
int
vm_space_fork(struct vm_space *from, struct vm_space **out)
{
	struct vm_space *to;
	const struct vm_entry *run, *last;
	struct vm_entry *e;
	uint32_t pages = 0;

	may_sleep();
	if (vm_space_create(&to) != 0)
		return ENOMEM;
	if (commit_charge(from->pages, from->tables) != 0)
		goto no_promise;
	from->copied = true;
	if (entries_copy(from, to) != 0 || shm_inherit(from, to) != 0)
		goto no_memory;
	vm_forks++;
	if (from->locks)
		vm_lock_all(to, false); /* locks are not inherited: POSIX, mlock() */
	to->pages = from->pages;
	to->tables = from->tables;
	to->brk_start = from->brk_start;
	to->brk_end = from->brk_end;
	to->arg_start = from->arg_start;
	to->arg_end = from->arg_end;
	to->env_end = from->env_end;
	to->stack_start = from->stack_start;
	for (run = to->first; run != NULL; run = last->next) {
		last = vm_run_end(run);
		if (run->inherit == VM_COPY)
			copy(to, from, run, last);
		else
			share(to, from, run, last);
		pages += (last->end - run->start) >> PAGE_SHIFT;
		if (pages >= TURN_PAGES) {
			pages = 0;
			sched_point();
		}
	}
	vm_forks--;
	from->copied = false;
	*out = to;
	return 0;
no_memory:
	from->copied = false;
	for (e = to->first; e != NULL; e = e->next)
		vm_entry_unshow(e);
	blocks_free(to);
	commit_release(from->pages, from->tables);
no_promise:
	pmap_destroy(&to->pmap);
	kmem_free(to);
	return ENOMEM;
}
