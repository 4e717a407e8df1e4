/* SPDX-License-Identifier: BSD-2-Clause */
/* What files and file systems are: the structures of statx and statfs64. */
#ifndef ABI_STAT_H
#define ABI_STAT_H

#include <stdint.h>

/* What stat, lstat and fstat fill, and (old) what they did before that. */
struct abi_stat {
	uint32_t st_dev, st_ino;
	uint16_t st_mode, st_nlink, st_uid, st_gid;
	uint32_t st_rdev, st_size, st_blksize, st_blocks;
	uint32_t st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime, st_ctime_nsec;
	uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_stat) == 64, "struct stat is 64 bytes");

struct abi_old_stat {
	uint16_t st_dev, st_ino, st_mode, st_nlink, st_uid, st_gid, st_rdev, pad;
	uint32_t st_size, st_atime, st_mtime, st_ctime;
};
_Static_assert(sizeof(struct abi_old_stat) == 32, "the oldest struct stat is 32 bytes");

#define STATX_BASIC_STATS 0x7ff
#define STATX_MNT_ID 0x1000

struct abi_statx_time {
	int64_t sec;
	uint32_t nsec;
	int32_t pad;
};

struct abi_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad0;
	uint64_t ino, size, blocks, attributes_mask;
	struct abi_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint64_t spare[13];
} __attribute__((packed));
_Static_assert(sizeof(struct abi_statx) == 256, "struct statx is 256 bytes");

#define TMPFS_MAGIC 0x01021994
#define PROC_MAGIC 0x9fa0
#define ST_VALID 0x20 /* the flags mean something */

struct abi_statfs64 {
	uint32_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree;
	uint32_t fsid[2];
	uint32_t namelen, frsize, flags, spare[4];
} __attribute__((packed));
_Static_assert(sizeof(struct abi_statfs64) == 84, "struct statfs64 is 84 bytes");

#endif
