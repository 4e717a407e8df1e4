/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/fcntl.h>
#include <sys/types.h>

#define S_ISDIR(m) (((m)&S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m)&S_IFMT) == S_IFCHR)
#define S_ISREG(m) (((m)&S_IFMT) == S_IFREG)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)
#define S_ISLNK(m) (((m)&S_IFMT) == S_IFLNK)
#define S_IRWXU 0700
#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
#define S_IRWXG 0070
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IXGRP 0010
#define S_IRWXO 0007
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IXOTH 0001

/* struct abi_stat64 word for word; what is 64 bits wide there is its low
 * word here. */
struct stat {
	dev_t st_dev;
	uint32_t dev_high, pad0, ino32;
	mode_t st_mode;
	nlink_t st_nlink;
	uid_t st_uid;
	gid_t st_gid;
	dev_t st_rdev;
	uint32_t rdev_high, pad1;
	off_t st_size;
	int32_t size_high;
	blksize_t st_blksize;
	blkcnt_t st_blocks;
	uint32_t blocks_high;
	uint32_t st_atime, st_atime_nsec;
	uint32_t st_mtime, st_mtime_nsec;
	uint32_t st_ctime, st_ctime_nsec;
	ino_t st_ino;
	uint32_t ino_high;
};
_Static_assert(sizeof(struct stat) == sizeof(struct abi_stat64), "");

int stat(const char *path, struct stat *st), lstat(const char *path, struct stat *st);
int fstat(int fd, struct stat *st);
