/* SPDX-License-Identifier: BSD-2-Clause */
/* fallocate: reserve memory for a part of a file, or clear a part of it. */
#include "abi/errno.h"
#include "base/sleep.h"
#include "fs/file.h"
#include "fs/ramfs.h"
#include "sys/syscall.h"

#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

/*
 * Allocate the bytes [from, to) of n, or clear them if mode is PUNCH. All pages up to the end of
 * a file are promised to it already, so an allocation changes something only beyond the end: it
 * makes the file longer. Pages beyond the end of a file that keeps its size cannot be promised.
 * Returns 0, EOPNOTSUPP, EFBIG or ENOSPC. May sleep.
 */
static int
allocate(struct node *n, uint32_t mode, uint64_t from, uint64_t to)
{
	may_sleep();
	if (mode == PUNCH) {
		node_drop_setid(n);
		if (from < n->size)
			ramfs_zero(n, (uint32_t)from, to < n->size ? (uint32_t)to : n->size);
		return 0;
	}
	if (to <= n->size)
		return 0;
	if (mode & FALLOC_FL_KEEP_SIZE)
		return EOPNOTSUPP;
	return to > UINT32_MAX ? EFBIG : file_truncate(n, (uint32_t)to);
}

/* Allocate or clear bytes of a file: allocate(). Offset and length have 64 bits each, the low word
 * first. The order of the checks is Linux's. */
int
sys_fallocate(const union call_args *arg, uint32_t *result)
{
	int64_t from =
		(int64_t)((uint64_t)arg->fallocate.offset_high << 32 | arg->fallocate.offset_low);
	int64_t len = (int64_t)((uint64_t)arg->fallocate.len_high << 32 | arg->fallocate.len_low);
	struct file *f = fd_get(arg->fallocate.fd);
	uint32_t mode = arg->fallocate.mode;

	if (f == NULL)
		return EBADF;
	if (from < 0 || len <= 0)
		return EINVAL;
	if (mode != 0 && mode != FALLOC_FL_KEEP_SIZE && mode != PUNCH)
		return EOPNOTSUPP;
	if ((f->flags & O_ACCMODE) == O_RDONLY)
		return EBADF;
	if (node_is(f->node, S_IFIFO))
		return ESPIPE;
	if (node_is(f->node, S_IFDIR))
		return EISDIR;
	if (!node_is(f->node, S_IFREG))
		return ENODEV;
	if (from > INT64_MAX - len)
		return EFBIG;
	return f->node->object == NULL
	               ? EOPNOTSUPP
	               : allocate(f->node, mode, (uint64_t)from, (uint64_t)(from + len));
}
