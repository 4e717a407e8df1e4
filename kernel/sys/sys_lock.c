/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that lock files: flock, and the lock commands of fcntl. */
#include "sys/sys_lock.h"

#include "abi/errno.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Lock or unlock the whole file for the open file that the descriptor names. EAGAIN with LOCK_NB
 * where the call would have to wait. */
int
sys_flock(const union call_args *arg, uint32_t *result)
{
	uint32_t operation = arg->flock.operation;
	static const uint8_t types[] = {
		[LOCK_SH] = F_RDLCK, [LOCK_EX] = F_WRLCK, [LOCK_UN] = F_UNLCK};
	uint32_t op = operation & ~(uint32_t)LOCK_NB;
	struct file *f = fd_get(arg->flock.fd);
	struct lock want = {.owner = f, .pid = -1, .whole = true, .last = LOCK_OFFSET_MAX};

	if (operation & LOCK_MAND) /* Linux ignores it since 5.15. */
		return 0;
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return EINVAL;
	if (f == NULL)
		return EBADF;
	want.type = types[op];
	return lock_set_whole(f->node, &want, !(operation & LOCK_NB));
}

/* ---- Record locks ---- */

/* Fill in the first and last byte and the type of l from fl. Returns 0, EINVAL or EOVERFLOW. */
static int
range_of(const struct file *f, const struct abi_flock64 *fl, struct lock *l)
{
	int64_t base = fl->l_whence == SEEK_CUR   ? f->offset
	               : fl->l_whence == SEEK_END ? f->node->size
	                                          : 0;

	if (fl->l_whence < SEEK_SET || fl->l_whence > SEEK_END)
		return EINVAL;
	if (fl->l_start > LOCK_OFFSET_MAX - base)
		return EOVERFLOW;
	base += fl->l_start;
	if (base < 0)
		return EINVAL;
	l->first = base;
	l->last = LOCK_OFFSET_MAX;
	if (fl->l_len > 0) {
		if (fl->l_len - 1 > LOCK_OFFSET_MAX - base)
			return EOVERFLOW;
		l->last = base + fl->l_len - 1;
	} else if (fl->l_len < 0) {
		if (base + fl->l_len < 0)
			return EINVAL;
		l->first = base + fl->l_len;
		l->last = base - 1;
	}
	l->type = (uint8_t)fl->l_type;
	return fl->l_type < F_RDLCK || fl->l_type > F_UNLCK ? EINVAL : 0;
}

/* Copy struct flock in. The structure has two forms, with offsets of 32 bits and (wide) of 64
 * bits. */
static int
flock_copyin(vaddr_t from, bool wide, struct abi_flock64 *fl)
{
	struct abi_flock narrow;

	if (wide)
		return copyin(fl, from, sizeof(*fl));
	if (copyin(&narrow, from, sizeof(narrow)) != 0)
		return EFAULT;
	*fl = (struct abi_flock64){.l_type = narrow.l_type,
	                           .l_whence = narrow.l_whence,
	                           .l_start = narrow.l_start,
	                           .l_len = narrow.l_len,
	                           .l_pid = narrow.l_pid};
	return 0;
}

/* Write *fl to user memory in the form with 64 or 32 bits. Returns 0, EFAULT, or EOVERFLOW if it
 * does not fit into 32. */
static int
flock_copyout(vaddr_t to, bool wide, const struct abi_flock64 *fl)
{
	struct abi_flock narrow = {.l_type = fl->l_type,
	                           .l_whence = fl->l_whence,
	                           .l_start = (int32_t)fl->l_start,
	                           .l_len = (int32_t)fl->l_len,
	                           .l_pid = fl->l_pid};

	if (wide)
		return copyout(to, fl, sizeof(*fl));
	if (narrow.l_start != fl->l_start || narrow.l_len != fl->l_len)
		return EOVERFLOW;
	return copyout(to, &narrow, sizeof(narrow));
}

/* F_GETLK: describe in *fl a lock that conflicts with `want`, or say F_UNLCK if there is none. */
static int
find_conflict(const struct node *n, const struct lock *want, struct abi_flock64 *fl)
{
	const struct lock *l;

	if (want->type == F_UNLCK)
		return EINVAL;
	l = lock_conflict(n, want);
	fl->l_type = F_UNLCK;
	if (l == NULL)
		return 0;
	fl->l_type = l->type;
	fl->l_whence = SEEK_SET;
	fl->l_start = l->first;
	fl->l_len = l->last == LOCK_OFFSET_MAX ? 0 : l->last - l->first + 1;
	fl->l_pid = l->pid;
	return 0;
}

/* Returns whether f is open for reading if type is F_RDLCK, for writing if it is F_WRLCK. */
static bool
may_lock(const struct file *f, int type)
{
	int mode = f->flags & O_ACCMODE;

	return !(type == F_RDLCK && mode == O_WRONLY) && !(type == F_WRLCK && mode == O_RDONLY);
}

int
lock_fcntl(struct file *f, uint32_t cmd, vaddr_t user)
{
	bool ofd = cmd >= F_OFD_GETLK, wide = ofd || cmd >= F_GETLK64;
	uint32_t what = ofd ? cmd - F_OFD_GETLK : wide ? cmd - F_GETLK64 : cmd - F_GETLK;
	struct lock want = {.owner = ofd ? (void *)f : curproc()->files,
	                    .pid = ofd ? -1 : curproc()->pid};
	struct abi_flock64 fl;
	int err = flock_copyin(user, wide, &fl);

	if (err == 0)
		err = range_of(f, &fl, &want);
	if (err != 0)
		return err;
	if (what != 0 && !may_lock(f, want.type))
		return EBADF;
	if (ofd && fl.l_pid != 0)
		return EINVAL;
	if (what != 0)
		return lock_set(f->node, &want, what == 2);
	err = find_conflict(f->node, &want, &fl);
	return err != 0 ? err : flock_copyout(user, wide, &fl);
}
