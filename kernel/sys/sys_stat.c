/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that describe a file and its file system: stat in its four forms, statx, statfs. */
#include "abi/errno.h"
#include "abi/stat.h"
#include "mem/frame.h"
#include "sys/sys_path.h"
#include "sys/syscall.h"
#include "vm/object.h"
#include "vm/usercopy.h"

/* Returns how much memory n's content takes, in blocks of 512 bytes. */
static uint32_t
blocks_of(const struct node *n)
{
	return n->object != NULL ? n->object->resident * (PAGE_SIZE / 512) : 0;
}

/* Copy what stat64() tells of a node to arg[0]. */
static int
stat64_out(struct node *n, const uint32_t *arg, uint32_t *result)
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

	return copyout(arg[0], &st, sizeof(st));
}

PATH_CALL(stat64, AT_FDCWD, arg->stat64.pathname, 0, stat64_out, &arg->stat64.statbuf)
PATH_CALL(lstat64, AT_FDCWD, arg->lstat64.pathname, AT_SYMLINK_NOFOLLOW, stat64_out,
          &arg->lstat64.statbuf)
PATH_CALL(fstatat64, arg->fstatat64.dirfd, arg->fstatat64.pathname, arg->fstatat64.flags,
          stat64_out, &arg->fstatat64.statbuf)
FILE_CALL(fstat64, stat64_out)

/* ---- The stat of before large files, and the one before that (oldstat) ---- */

#define NOBODY 65534u /* shown instead of an id that does not fit into 16 bits */

/* Returns an id for a field of 16 bits: NOBODY stands for one that needs more. */
static uint16_t
short_id(uint32_t id)
{
	return (uint16_t)(id > UINT16_MAX ? NOBODY : id);
}

/* Copy what stat() tells of a node to arg[0]; EOVERFLOW if the count of links needs more than 16
 * bits. */
static int
stat_out(struct node *n, const uint32_t *arg, uint32_t *result)
{
	struct abi_stat st = {.st_dev = n->dev,
	                      .st_ino = n->ino,
	                      .st_mode = (uint16_t)n->mode,
	                      .st_nlink = (uint16_t)n->nlink,
	                      .st_uid = short_id(n->uid),
	                      .st_gid = short_id(n->gid),
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

	if (st.st_nlink != n->nlink)
		return EOVERFLOW;
	return copyout(arg[0], &st, sizeof(st));
}

PATH_CALL(stat, AT_FDCWD, arg->stat.pathname, 0, stat_out, &arg->stat.statbuf)
PATH_CALL(lstat, AT_FDCWD, arg->lstat.pathname, AT_SYMLINK_NOFOLLOW, stat_out, &arg->lstat.statbuf)
FILE_CALL(fstat, stat_out)

/* Copy what the oldest stat() tells of a node to arg[0]; EOVERFLOW if the inode or the count of
 * links needs more than 16 bits. */
static int
oldstat_out(struct node *n, const uint32_t *arg, uint32_t *result)
{
	struct abi_old_stat st = {.st_dev = (uint16_t)n->dev,
	                          .st_ino = (uint16_t)n->ino,
	                          .st_mode = (uint16_t)n->mode,
	                          .st_nlink = (uint16_t)n->nlink,
	                          .st_uid = short_id(n->uid),
	                          .st_gid = short_id(n->gid),
	                          .st_rdev = (uint16_t)n->rdev,
	                          .st_size = n->size,
	                          .st_atime = (uint32_t)n->atime.tv_sec,
	                          .st_mtime = (uint32_t)n->mtime.tv_sec,
	                          .st_ctime = (uint32_t)n->ctime.tv_sec};

	if (st.st_ino != n->ino || st.st_nlink != n->nlink)
		return EOVERFLOW;
	return copyout(arg[0], &st, sizeof(st));
}

PATH_CALL(oldstat, AT_FDCWD, arg->oldstat.pathname, 0, oldstat_out, &arg->oldstat.statbuf)
PATH_CALL(oldlstat, AT_FDCWD, arg->oldlstat.pathname, AT_SYMLINK_NOFOLLOW, oldstat_out,
          &arg->oldlstat.statbuf)
FILE_CALL(oldfstat, oldstat_out)

/* ---- statx ---- */

/* Returns a time in statx()'s form. */
static struct abi_statx_time
statx_time(struct abi_timespec64 t)
{
	return (struct abi_statx_time){.sec = t.tv_sec, .nsec = t.tv_nsec};
}

/* Copy what statx() tells of a node to arg[0]. */
static int
statx_out(struct node *n, const uint32_t *arg, uint32_t *result)
{
	struct abi_statx st = {.mask = STATX_BASIC_STATS | STATX_MNT_ID,
	                       .blksize = PAGE_SIZE,
	                       .nlink = n->nlink,
	                       .uid = n->uid,
	                       .gid = n->gid,
	                       .mode = (uint16_t)n->mode,
	                       .ino = n->ino,
	                       .size = n->size,
	                       .blocks = blocks_of(n),
	                       .atime = statx_time(n->atime),
	                       .ctime = statx_time(n->ctime),
	                       .mtime = statx_time(n->mtime),
	                       .rdev_major = n->rdev >> 8,
	                       .rdev_minor = n->rdev & 0xff,
	                       .dev_minor = n->dev,
	                       .mnt_id = n->dev};

	return copyout(arg[0], &st, sizeof(st));
}

/* The flags that say how up to date the values must be have no effect: they always are. */
PATH_CALL(statx, arg->statx.dirfd, arg->statx.pathname, arg->statx.flags & ~AT_STATX_SYNC_TYPE,
          statx_out, &arg->statx.statxbuf)

/* ---- File systems ---- */

/* Copy what statfs64() tells of a node's file system to arg[1]. arg[0] is the structure's size;
 * EINVAL if it is another. Files take their pages from all memory, so its free part is the file
 * system's. */
static int
statfs_out(struct node *n, const uint32_t *arg, uint32_t *result)
{
	uint32_t size = arg[0];
	vaddr_t buf = arg[1];
	struct abi_statfs64 fs = {.type = n->dev == DEV_PROC ? PROC_MAGIC : TMPFS_MAGIC,
	                          .bsize = PAGE_SIZE,
	                          .frsize = PAGE_SIZE,
	                          .namelen = NAME_MAX,
	                          .flags = ST_VALID};
	struct frame_stats st;

	if (size != sizeof(fs))
		return EINVAL;
	frame_stats(&st);
	if (n->dev != DEV_PROC) {
		fs.blocks = st.total;
		fs.bfree = fs.bavail = st.total - st.kernel - st.committed;
	}
	return copyout(buf, &fs, sizeof(fs));
}

PATH_CALL(statfs64, AT_FDCWD, arg->statfs64.path, 0, statfs_out, &arg->statfs64.size)
FILE_CALL(fstatfs64, statfs_out)
