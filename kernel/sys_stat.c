/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that tell what a file is, and what it is on. */
#include "abi/errno.h"
#include "abi/stat.h"
#include "file.h"
#include "frame.h"
#include "printf.h"
#include "syscall.h"
#include "vm.h"

static uint32_t
blocks_of(const struct node *n)
{
	return n->object != NULL ? n->object->resident * (PAGE_SIZE / 512) : 0;
}

static int
stat_copyout(const struct node *n, vaddr_t to)
{
	struct abi_stat64 st = {.st_dev = n->dev,
	                        .st_ino32 = n->ino,
	                        .st_ino = n->ino,
	                        .st_mode = n->mode,
	                        .st_nlink = n->nlink,
	                        .st_uid = n->uid,
	                        .st_gid = n->gid,
	                        .st_rdev = n->rdev,
	                        .st_size = n->size,
	                        .st_blksize = PAGE_SIZE,
	                        .st_blocks = blocks_of(n),
	                        .st_atime = (uint32_t)n->atime.tv_sec,
	                        .st_atime_nsec = n->atime.tv_nsec,
	                        .st_mtime = (uint32_t)n->mtime.tv_sec,
	                        .st_mtime_nsec = n->mtime.tv_nsec,
	                        .st_ctime = (uint32_t)n->ctime.tv_sec,
	                        .st_ctime_nsec = n->ctime.tv_nsec};

	return copyout(to, &st, sizeof(st));
}

static int
stat_path(uint32_t dirfd, vaddr_t path, uint32_t flags, vaddr_t to)
{
	struct node *n;
	int err = path_node(dirfd, path, flags, &n);

	if (err != 0)
		return err;
	err = stat_copyout(n, to);
	node_unref(n);
	return err;
}

int
sys_stat64(const uint32_t *arg, uint32_t *result)
{
	return stat_path(AT_FDCWD, arg[0], 0, arg[1]);
}

int
sys_lstat64(const uint32_t *arg, uint32_t *result)
{
	return stat_path(AT_FDCWD, arg[0], AT_SYMLINK_NOFOLLOW, arg[1]);
}

int
sys_fstat64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	return f == NULL ? EBADF : stat_copyout(f->node, arg[1]);
}

int
sys_fstatat64(const uint32_t *arg, uint32_t *result)
{
	if (arg[3] & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return EINVAL;
	return stat_path(arg[0], arg[1], arg[3], arg[2]);
}

static struct abi_statx_time
statx_time(struct abi_timespec64 t)
{
	return (struct abi_statx_time){.sec = t.tv_sec, .nsec = t.tv_nsec};
}

int
sys_statx(const uint32_t *arg, uint32_t *result)
{
	const uint32_t known =
		AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE;
	struct abi_statx st = {.mask = STATX_BASIC_STATS, .blksize = PAGE_SIZE};
	struct node *n;
	int err;

	if ((arg[2] & ~known) || (arg[2] & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return EINVAL;
	err = path_node(arg[0], arg[1], arg[2], &n);
	if (err != 0)
		return err;
	st.nlink = n->nlink;
	st.uid = n->uid;
	st.gid = n->gid;
	st.mode = (uint16_t)n->mode;
	st.ino = n->ino;
	st.size = n->size;
	st.blocks = blocks_of(n);
	st.atime = statx_time(n->atime);
	st.ctime = statx_time(n->ctime);
	st.mtime = statx_time(n->mtime);
	st.rdev_major = n->rdev >> 8;
	st.rdev_minor = n->rdev & 0xff;
	st.dev_minor = n->dev;
	node_unref(n);
	return copyout(arg[4], &st, sizeof(st));
}

/* ---- File systems ---- */

static struct abi_statfs64
statfs_of(const struct node *n)
{
	struct abi_statfs64 fs = {.type = n->dev == DEV_PROC ? PROC_MAGIC : TMPFS_MAGIC,
	                          .bsize = PAGE_SIZE,
	                          .frsize = PAGE_SIZE,
	                          .namelen = NAME_MAX};
	struct frame_stats st;

	frame_stats(&st);
	if (n->dev != DEV_PROC) {
		fs.blocks = st.total;
		fs.bfree = fs.bavail = st.total - st.kernel - st.committed;
	}
	return fs;
}

static int
statfs_copyout(const struct node *n, vaddr_t to)
{
	struct abi_statfs64 fs = statfs_of(n);
	struct abi_statfs old = {.type = fs.type,
	                         .bsize = fs.bsize,
	                         .blocks = (uint32_t)fs.blocks,
	                         .bfree = (uint32_t)fs.bfree,
	                         .bavail = (uint32_t)fs.bavail,
	                         .namelen = fs.namelen,
	                         .frsize = fs.frsize};

	return copyout(to, &old, sizeof(old));
}

static int
statfs64_copyout(const struct node *n, uint32_t size, vaddr_t to)
{
	struct abi_statfs64 fs = statfs_of(n);

	/* Without the packing that i386 has anyway, it would be 88. */
	if (size != sizeof(fs) && size != sizeof(fs) + 4)
		return EINVAL;
	return copyout(to, &fs, sizeof(fs));
}

int
sys_statfs(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err = path_node(AT_FDCWD, arg[0], 0, &n);

	if (err != 0)
		return err;
	err = statfs_copyout(n, arg[1]);
	node_unref(n);
	return err;
}

int
sys_fstatfs(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	return f == NULL ? EBADF : statfs_copyout(f->node, arg[1]);
}

int
sys_statfs64(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err = path_node(AT_FDCWD, arg[0], 0, &n);

	if (err != 0)
		return err;
	err = statfs64_copyout(n, arg[1], arg[2]);
	node_unref(n);
	return err;
}

int
sys_fstatfs64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	return f == NULL ? EBADF : statfs64_copyout(f->node, arg[1], arg[2]);
}
