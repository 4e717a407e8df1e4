/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls by which programs say what they are going to do with memory,
 * and ask what there is of it. All of it is resident once it was touched, and
 * nothing stands behind it: most of them have nothing to do but to look whether
 * the range is mapped.
 */
#include "abi/errno.h"
#include "frame.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

/* The range [start, *end) of whole pages. => EINVAL, ENOMEM. */
static int
range(vaddr_t start, uint32_t bytes, vaddr_t *end)
{
	uint32_t len = page_round(bytes);

	if ((start & PAGE_MASK) != 0 || len < bytes)
		return EINVAL;
	if (start >= USER_END || len > USER_END - start)
		return ENOMEM;
	*end = start + len;
	return 0;
}

/* The entry at or above va that starts below end; NULL: none. */
static struct vm_entry *
entry_in(struct vm_space *sp, vaddr_t va, vaddr_t end)
{
	struct vm_entry *e = vm_entry_from(sp, va);

	return e != NULL && e->start < end ? e : NULL;
}

/* => ENOMEM: there is a hole in it. */
static int
all_mapped(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	const struct vm_entry *e = entry_in(sp, start, end);

	for (; start < end; start = e->end, e = e->next)
		if (e == NULL || e->start > start)
			return ENOMEM;
	return 0;
}

static int
mapped_range(const uint32_t *arg, vaddr_t *end)
{
	int err = range(arg[0], arg[1], end);

	return err != 0 ? err : all_mapped(curproc()->space, arg[0], *end);
}

/* ---- madvise ---- */

/* What is private becomes what it was before it was written: the object's, or
 * zeros. What is shared stays where it is, in its object. */
static void
drop(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	struct vm_entry *e;

	for (e = entry_in(sp, start, end); e != NULL && e->start < end; e = e->next)
		pmap_remove(&sp->pmap, e->start > start ? e->start : start,
		            e->end < end ? e->end : end);
}

int
sys_madvise(const uint32_t *arg, uint32_t *result)
{
	vaddr_t end;
	int err;

	switch (arg[2]) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
		break;
	default:
		return EINVAL;
	}
	err = range(arg[0], arg[1], &end);
	if (err != 0)
		return EINVAL;
	if (arg[2] == MADV_DONTNEED || arg[2] == MADV_FREE)
		drop(curproc()->space, arg[0], end);
	return all_mapped(curproc()->space, arg[0], end);
}

/* ---- mlock: resident is what was touched ---- */

static int
touch(struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	struct vm_entry *e;
	vaddr_t va;
	char c;

	for (va = start; va < end; va += PAGE_SIZE) {
		e = vm_entry_at(sp, va);
		if (e == NULL || copyin(&c, va, 1) != 0)
			return ENOMEM;
		/* A page that will be written is had now, and not by a copy later. */
		if (e->inherit == VM_COPY && (e->prot & PROT_WRITE) && copyout(va, &c, 1) != 0)
			return ENOMEM;
		sched_point();
	}
	return 0;
}

int
sys_mlock(const uint32_t *arg, uint32_t *result)
{
	vaddr_t start = arg[0] & ~PAGE_MASK, end;
	const uint32_t whole[2] = {start, arg[1] + (arg[0] & PAGE_MASK)};
	int err = whole[1] < arg[1] ? EINVAL : mapped_range(whole, &end);

	return err != 0 ? err : touch(curproc()->space, start, end);
}

int
sys_munlock(const uint32_t *arg, uint32_t *result)
{
	vaddr_t end;
	const uint32_t whole[2] = {arg[0] & ~PAGE_MASK, arg[1] + (arg[0] & PAGE_MASK)};

	return whole[1] < arg[1] ? EINVAL : mapped_range(whole, &end);
}

int
sys_mlockall(const uint32_t *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;
	const struct vm_entry *e;

	if (arg[0] == 0 || arg[0] > 7)
		return EINVAL;
	/* What can't be read stays as it is. */
	for (e = sp->first; (arg[0] & MCL_CURRENT) && e != NULL; e = e->next)
		touch(sp, e->start, e->end);
	return 0;
}

int
sys_munlockall(const uint32_t *arg, uint32_t *result)
{
	return 0;
}

/* ---- msync, mincore ---- */

int
sys_msync(const uint32_t *arg, uint32_t *result)
{
	vaddr_t end;

	if ((arg[2] & ~(uint32_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 ||
	    (arg[2] & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return EINVAL;
	return mapped_range(arg, &end);
}

/* A byte for each page: is it there? Of a shared object also where this process
 * has not looked yet. */
int
sys_mincore(const uint32_t *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t va, end, to = arg[2];
	int err = mapped_range(arg, &end);
	frame_t f;

	for (va = arg[0]; err == 0 && va < end; va += PAGE_SIZE) {
		const struct vm_entry *e = vm_entry_at(sp, va);
		bool there = pmap_lookup(&sp->pmap, va) != 0;

		if (!there && e->object != NULL)
			there = vm_object_peek(e->object,
			                       e->pgoff + ((va - e->start) >> PAGE_SHIFT), &f);
		err = copyout(to++, &there, 1);
		sched_point();
	}
	return err;
}

/* ---- mremap ---- */

/* The private pages of e move to `to`, which is free: their frames change hands. */
static void
move_pages(struct vm_space *sp, const struct vm_entry *e, vaddr_t to)
{
	vaddr_t va;

	for (va = e->start; va < e->end; va += PAGE_SIZE) {
		pte_t pte = pmap_lookup(&sp->pmap, va);

		if (pte == 0)
			continue;
		frame_ref(pte_frame(pte));
		pmap_enter(&sp->pmap, to + (va - e->start), pte);
		pmap_remove(&sp->pmap, va, va + PAGE_SIZE);
	}
}

/* Only anonymous private memory grows: malloc's. Behind it if there is room,
 * else, if it may, elsewhere. */
static int
grow(struct vm_space *sp, struct vm_entry *e, uint32_t len, bool may_move, uint32_t *at)
{
	uint32_t old = e->end - e->start;
	struct vm_mapping m = {
		.len = len, .prot = e->prot, .max_prot = e->max_prot, .inherit = VM_COPY};
	int err = ENOMEM;

	if (e->end < sp->stack_limit && len - old < sp->stack_limit - e->end &&
	    vm_range_free(sp, e->end, len - old))
		return vm_entry_grow(sp, e, e->end, e->start + len);
	if (may_move)
		err = vm_find_space(sp, len, PAGE_SIZE, &m.start);
	if (err == 0)
		err = vm_map(sp, &m);
	if (err != 0)
		return err;
	*at = m.start;
	move_pages(sp, e, m.start);
	return vm_unmap(sp, e->start, e->end); /* all of an entry: splits nothing */
}

int
sys_mremap(const uint32_t *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;
	uint32_t old = page_round(arg[1]), new = page_round(arg[2]);
	struct vm_entry *e;
	vaddr_t end;

	if (range(arg[0], arg[1], &end) != 0 || old == 0 || new == 0 ||
	    (arg[3] & ~(uint32_t)MREMAP_MAYMOVE) != 0)
		return EINVAL;
	if (all_mapped(sp, arg[0], end) != 0)
		return EFAULT;
	*result = arg[0];
	if (new <= old)
		return new < old ? vm_unmap(sp, arg[0] + new, end) : 0;
	e = vm_entry_at(sp, arg[0]);
	if (e->object != NULL || e->inherit != VM_COPY || e->start != arg[0] || e->end != end ||
	    e->stack || !(e->prot & PROT_WRITE) || new > USER_END)
		return ENOMEM;
	return grow(sp, e, new, arg[3] & MREMAP_MAYMOVE, result);
}
