/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that lock memory, and mremap, which must respect the limit on locked memory. */
#include "abi/errno.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/owner.h"
#include "vm/space.h"

/* ---- Limits ---- */

/* Returns whether the current process may lock any memory. */
static bool
may_lock(void)
{
	return curproc()->cred.euid == 0 || curproc()->rlimit[RLIMIT_MEMLOCK].rlim_cur > 0;
}

/* ---- mlock and munlock ---- */

/* Lock or unlock the len bytes at start, and if fill, bring in every page now. Returns 0, EINVAL
 * if the range wraps, or ENOMEM if it exceeds the limit, has a hole, or (lock) a page that no
 * access can bring in. May sleep. */
static int
change(vaddr_t start, uint32_t len, bool lock, bool fill)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t end;
	int err;

	may_sleep();
	len = page_round(len + (start & PAGE_MASK));
	start &= ~PAGE_MASK;
	end = start + len;
	if (end < start)
		return EINVAL;
	if (lock && (len >> PAGE_SHIFT) + vm_locked_pages(sp) - vm_locked_between(sp, start, end) >
	                    vm_lock_most())
		return ENOMEM;
	if (len == 0)
		return 0;
	err = vm_lock(sp, start, end, lock);
	if (err == 0 && fill)
		vm_fill(sp, start, end);
	return err;
}

/* Lock the pages of a range, and fill them unless MLOCK_ONFAULT is set. */
int
sys_mlock2(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->mlock2.flags;

	if (flags & ~MLOCK_ONFAULT)
		return EINVAL;
	if (!may_lock())
		return EPERM;
	return change(arg->mlock2.addr, arg->mlock2.len, true, !(flags & MLOCK_ONFAULT));
}

ALIAS(mlock, mlock2, arg->mlock.addr, arg->mlock.len, 0)

/* Unlock the pages of a range. */
int
sys_munlock(const union call_args *arg, uint32_t *result)
{
	return change(arg->munlock.addr, arg->munlock.len, false, false);
}

/* ---- All of it ---- */

/* Returns the number of pages of all entries of the space. */
static uint32_t
all_pages(const struct vm_space *sp)
{
	const struct vm_entry *e;
	uint32_t n = 0;

	for (e = sp->first; e != NULL; e = e->next)
		n += (e->end - e->start) >> PAGE_SHIFT;
	return n;
}

/* Lock all pages that are mapped, and fill them unless MCL_ONFAULT is set. MCL_FUTURE is accepted
 * and has no effect: later mappings are promised their memory anyway, and get it at the first
 * touch. */
int
sys_mlockall(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->mlockall.flags;
	struct vm_space *sp = curproc()->space;
	const struct vm_entry *e;

	if (flags == 0 || flags == MCL_ONFAULT ||
	    (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
		return EINVAL;
	if (!may_lock())
		return EPERM;
	if (!(flags & MCL_CURRENT))
		return 0;
	if (all_pages(sp) > vm_lock_most())
		return ENOMEM;
	vm_lock_all(sp, true);
	for (e = sp->first; e != NULL && !(flags & MCL_ONFAULT); e = e->next) {
		vm_fill(sp, e->start, e->end);
		sched_point();
	}
	return 0;
}

/* Unlock all pages of the space. */
int
sys_munlockall(const union call_args *arg, uint32_t *result)
{
	vm_lock_all(curproc()->space, false);
	return 0;
}

/* ---- mremap ---- */

/* Returns whether the mapping at start is locked and would exceed the limit on locked memory if it
 * grew from len to new_len bytes. */
static bool
grows_too_much(struct vm_space *sp, vaddr_t start, uint32_t len, uint32_t new_len)
{
	const struct vm_entry *e = vm_entry_at(sp, start);

	if (e == NULL || !(e->flags & VM_LOCKED) || new_len <= len)
		return false;
	return vm_locked_pages(sp) + ((new_len - len) >> PAGE_SHIFT) > vm_lock_most();
}

/* Make a mapping longer or shorter, or move it: vm_remap(), by which an attach can be neither moved
 * nor made longer. May sleep, to bring in the new pages of a locked mapping. */
int
sys_mremap(const union call_args *arg, uint32_t *result)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t start = arg->mremap.old_address, to = arg->mremap.new_address;
	uint32_t len = page_round(arg->mremap.old_size), new_len = page_round(arg->mremap.new_size),
		 flags = arg->mremap.flags;
	const struct vm_entry *e;
	int err;

	may_sleep();
	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) || flags == MREMAP_FIXED ||
	    (start & PAGE_MASK) != 0 || new_len == 0)
		return EINVAL;
	if (grows_too_much(sp, start, len, new_len))
		return EAGAIN;
	if (flags & MREMAP_FIXED)
		err = vm_remap_to(sp, start, len, to, new_len);
	else
		err = vm_remap(sp, start, len, new_len, flags & MREMAP_MAYMOVE, &to);
	if (err != 0)
		return err;
	*result = to;
	e = vm_entry_at(sp, to);
	if ((e->flags & VM_LOCKED) && new_len > len)
		vm_fill(sp, to + len, to + new_len);
	return 0;
}
