/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about memory: brk, mmap, munmap, mprotect, madvise and msync. */
#include "abi/errno.h"
#include "fs/file.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/space.h"

#define FILE_PAGES (1u << 20) /* pages that an offset of 32 bits can address */

/* Move the end of the heap, unless addr is 0. The call does not fail: its result is the end of the
 * heap, whether it has moved or not. */
int
sys_brk(const union call_args *arg, uint32_t *result)
{
	vaddr_t addr = arg->brk.addr;
	struct vm_space *sp = curproc()->space;

	if (addr != 0)
		vm_brk(sp, addr);
	*result = sp->brk_end;
	return 0;
}

/* Unmap the whole pages from addr on. EINVAL unless addr is a page's, the length is not 0 and the
 * range lies in user space. */
int
sys_munmap(const union call_args *arg, uint32_t *result)
{
	vaddr_t addr = arg->munmap.addr;
	uint32_t len = page_round(arg->munmap.length);

	if ((addr & PAGE_MASK) != 0 || len == 0 || addr >= USER_END || len > USER_END - addr)
		return EINVAL;
	return vm_unmap_in_turns(curproc()->space, addr, addr + len);
}

/* Change the protection of the whole pages from addr on: vm_protect(). A length of 0 does nothing,
 * whatever prot says. */
int
sys_mprotect(const union call_args *arg, uint32_t *result)
{
	vaddr_t addr = arg->mprotect.addr;
	uint32_t len = page_round(arg->mprotect.len);
	int prot = arg->mprotect.prot;

	if ((addr & PAGE_MASK) != 0)
		return EINVAL;
	if (arg->mprotect.len == 0)
		return 0;
	if (len < arg->mprotect.len)
		return ENOMEM;
	if ((prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
		return EINVAL;
	if (addr >= USER_END || len > USER_END - addr)
		return ENOMEM;
	return vm_protect_in_turns(curproc()->space, addr, addr + len, prot);
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
check_length(const union call_args *arg, uint32_t len)
{
	uint32_t pgoffset = arg->mmap2.pgoffset;

	if (!(arg->mmap2.flags & MAP_ANONYMOUS) && fd_get(arg->mmap2.fd) == NULL)
		return EBADF;
	if (arg->mmap2.length == 0)
		return EINVAL;
	if (len == 0)
		return ENOMEM;
	return pgoffset + (len >> PAGE_SHIFT) < pgoffset ? EOVERFLOW : 0;
}

/*
 * Fill in the object of mapping m, with a reference: that of a file, a new one for shared
 * anonymous memory (so that children share it), or NULL for private anonymous memory. Returns 0,
 * EINVAL, EOPNOTSUPP, EOVERFLOW, ENOMEM or an error of file_mmap(). May sleep.
 */
static int
choose_object(const union call_args *arg, struct vm_mapping *m)
{
	uint32_t flags = arg->mmap2.flags;
	int type = flags & MAP_TYPE, err;
	bool shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;

	may_sleep();
	if (!(flags & MAP_ANONYMOUS)) {
		m->pgoff = arg->mmap2.pgoffset;
		if (m->pgoff > FILE_PAGES - (m->len >> PAGE_SHIFT))
			return EOVERFLOW;
		if (type == MAP_SHARED_VALIDATE && (flags & ~MAP_VALID))
			return EOPNOTSUPP;
		if (!shared && type != MAP_PRIVATE)
			return EINVAL;
		err = file_mmap(arg->mmap2.fd, m->prot, shared, &m->object, &m->max_prot);
		if (err != 0 || m->object != NULL)
			return err;
		m->pgoff = 0;
	} else if (type != MAP_SHARED && type != MAP_PRIVATE) {
		return EINVAL;
	}
	return shared ? vm_object_create(m->len >> PAGE_SHIFT, &m->object) : 0;
}

/* Map a file or new memory; *result is its address. The order of errors is that of the four
 * steps. */
int
sys_mmap2(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->mmap2.flags;
	struct vm_space *sp = curproc()->space;
	struct vm_mapping m = {.len = page_round(arg->mmap2.length),
	                       .prot = arg->mmap2.prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = flags & MAP_SHARED ? VM_SHARE : VM_COPY,
	                       .replace = flags & MAP_FIXED};
	int err = check_length(arg, m.len);

	if (err == 0)
		err = choose_address(sp, arg->mmap2.addr, m.len, flags, &m.start);
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
			vm_hide_in_turns(sp, start, e->end < end ? e->end : end);
	}
	return err;
}

/* A bit for each advice that is accepted: MADV_NORMAL to MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE to
 * MADV_DODUMP. */
#define ADVICE_KNOWN 0x3c11fu

/* Check the range and take the advice: MADV_DONTNEED drops private pages, all other advice that is
 * known changes nothing. */
int
sys_madvise(const union call_args *arg, uint32_t *result)
{
	uint32_t advice = arg->madvise.advice;

	if (advice >= 32 || !(ADVICE_KNOWN >> advice & 1))
		return EINVAL;
	return over_range(arg->madvise.addr, arg->madvise.length, advice == MADV_DONTNEED);
}

/* Check the flags and that the range is mapped. Nothing has to be written, since a file's pages are
 * the mapping's. */
int
sys_msync(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->msync.flags;

	if ((flags & ~(uint32_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return EINVAL;
	return over_range(arg->msync.addr, arg->msync.length, false);
}
