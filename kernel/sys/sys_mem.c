/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about memory: brk, mmap, munmap, mprotect, madvise and msync. */
#include "abi/errno.h"
#include "fs/file.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/space.h"

#define FILE_PAGES (1u << 20) /* pages that an offset of 32 bits can address */

/* brk() does not fail: its result is the end of the heap, whether it has moved or not. */
int
sys_brk(const uint32_t *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;

	if (arg[0] != 0)
		vm_brk(sp, arg[0]);
	*result = sp->brk_end;
	return 0;
}

int
sys_munmap(const uint32_t *arg, uint32_t *result)
{
	uint32_t len = page_round(arg[1]);

	if ((arg[0] & PAGE_MASK) != 0 || len == 0 || arg[0] >= USER_END || len > USER_END - arg[0])
		return EINVAL;
	return vm_unmap(curproc()->space, arg[0], arg[0] + len);
}

int
sys_mprotect(const uint32_t *arg, uint32_t *result)
{
	uint32_t len = page_round(arg[1]);
	int prot = arg[2];

	if ((arg[0] & PAGE_MASK) != 0)
		return EINVAL;
	if (arg[1] == 0)
		return 0;
	if (len < arg[1])
		return ENOMEM;
	if ((prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
		return EINVAL;
	if (arg[0] >= USER_END || len > USER_END - arg[0])
		return ENOMEM;
	return vm_protect(curproc()->space, arg[0], arg[0] + len, prot);
}

/* ---- mmap. The order of the checks is Linux's. ---- */

/* Choose the address of a mapping of len bytes: with MAP_FIXED or MAP_FIXED_NOREPLACE exactly
 * `wish`; else `wish` if that range is free, or any free range. Returns 0, ENOMEM, EINVAL, EPERM
 * or EEXIST. */
static int
choose_address(struct vm_space *sp, vaddr_t wish, uint32_t len, int flags, vaddr_t *out)
{
	*out = wish;
	if (len > USER_END)
		return ENOMEM;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (wish > USER_END - len)
			return ENOMEM;
		if ((wish & PAGE_MASK) != 0)
			return EINVAL;
		if (wish < USER_MIN)
			return EPERM;
		if ((flags & MAP_FIXED_NOREPLACE) && !vm_range_free(sp, wish, len))
			return EEXIST;
		return 0;
	}
	*out = wish & ~PAGE_MASK;
	if (vm_range_ok(*out, len) && vm_range_free(sp, *out, len))
		return 0;
	return vm_find_space(sp, len, out);
}

/* Check mmap's descriptor, length and offset; len is the length in bytes of whole pages, 0 if that
 * wraps. Returns 0, EBADF, EINVAL, ENOMEM or EOVERFLOW. */
static int
check_length(const uint32_t *arg, uint32_t len)
{
	if (!(arg[3] & MAP_ANONYMOUS) && fd_get(arg[4]) == NULL)
		return EBADF;
	if (arg[1] == 0)
		return EINVAL;
	if (len == 0)
		return ENOMEM;
	return arg[5] + (len >> PAGE_SHIFT) < arg[5] ? EOVERFLOW : 0;
}

/*
 * Fill in the object of mapping m, with a reference: that of a file, a new one for shared
 * anonymous memory (so that children share it), or NULL for private anonymous memory. Returns 0,
 * EINVAL, EOPNOTSUPP, EOVERFLOW, ENOMEM or an error of file_mmap(). May sleep.
 */
static int
choose_object(const uint32_t *arg, struct vm_mapping *m)
{
	int type = arg[3] & MAP_TYPE, err;
	bool shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;

	if (!(arg[3] & MAP_ANONYMOUS)) {
		m->pgoff = arg[5];
		if (m->pgoff > FILE_PAGES - (m->len >> PAGE_SHIFT))
			return EOVERFLOW;
		if (type == MAP_SHARED_VALIDATE && (arg[3] & ~MAP_VALID))
			return EOPNOTSUPP;
		if (!shared && type != MAP_PRIVATE)
			return EINVAL;
		err = file_mmap(arg[4], m->prot, shared, &m->object, &m->max_prot);
		if (err != 0 || m->object != NULL)
			return err;
		m->pgoff = 0;
	} else if (type != MAP_SHARED && type != MAP_PRIVATE) {
		return EINVAL;
	}
	return shared ? vm_object_create(m->len >> PAGE_SHIFT, &m->object) : 0;
}

int
sys_mmap2(const uint32_t *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;
	struct vm_mapping m = {.len = page_round(arg[1]),
	                       .prot = arg[2] & (PROT_READ | PROT_WRITE | PROT_EXEC),
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = arg[3] & MAP_SHARED ? VM_SHARE : VM_COPY,
	                       .replace = arg[3] & MAP_FIXED};
	int err = check_length(arg, m.len);

	if (err == 0)
		err = choose_address(sp, arg[0], m.len, arg[3], &m.start);
	if (err == 0)
		err = choose_object(arg, &m);
	if (err == 0)
		err = vm_map(sp, &m);
	if (m.object != NULL)
		vm_object_unref(m.object);
	*result = m.start;
	return err;
}

/* ---- madvise and msync. There is no storage behind memory, so most of what they ask for has no
 * effect. ---- */

/* Check the range and, if drop, hide its pages: private ones are freed, and the next access sees
 * the object's page or zeros again. Returns 0, EINVAL, or ENOMEM if there is a hole in the range,
 * in which case the mapped parts are hidden all the same. */
static int
over_range(vaddr_t start, uint32_t bytes, bool drop)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t end = start + page_round(bytes);
	const struct vm_entry *e;
	int err = 0;

	if ((start & PAGE_MASK) != 0 || page_round(bytes) < bytes || end < start)
		return EINVAL;
	for (e = vm_entry_from(sp, start); start < end; start = e->end, e = e->next) {
		if (e == NULL || e->start >= end)
			return ENOMEM;
		if (e->start > start) {
			err = ENOMEM;
			start = e->start;
		}
		if (drop)
			vm_hide(sp, start, e->end < end ? e->end : end, 0, 0);
	}
	return err;
}

/* A bit for each advice that is accepted: MADV_NORMAL to MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE to
 * MADV_DODUMP. */
#define ADVICE_KNOWN 0x3c11fu

int
sys_madvise(const uint32_t *arg, uint32_t *result)
{
	if (arg[2] >= 32 || !(ADVICE_KNOWN >> arg[2] & 1))
		return EINVAL;
	return over_range(arg[0], arg[1], arg[2] == MADV_DONTNEED);
}

int
sys_msync(const uint32_t *arg, uint32_t *result)
{
	if ((arg[2] & ~(uint32_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 ||
	    (arg[2] & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return EINVAL;
	return over_range(arg[0], arg[1], false);
}
