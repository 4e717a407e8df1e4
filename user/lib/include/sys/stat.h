/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/fcntl.h"
#include <sys/types.h>

#define S_ISDIR(m) (((m)&S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m)&S_IFMT) == S_IFCHR)
#define S_ISREG(m) (((m)&S_IFMT) == S_IFREG)
#define S_ISLNK(m) (((m)&S_IFMT) == S_IFLNK)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)

enum { S_IRWXU = 0700, S_IRUSR = 0400, S_IWUSR = 0200, S_IXUSR = 0100 };
enum { S_IRWXG = 0070, S_IRGRP = 0040, S_IWGRP = 0020 };
enum { S_IRWXO = 0007, S_IROTH = 0004, S_IWOTH = 0002, S_IXOTH = 0001 };

/* Has the layout of struct abi_stat64, except that 64-bit fields are given as their low words. */
struct stat {
	dev_t st_dev;
	uint32_t pad0, ino32;
	mode_t st_mode;
	nlink_t st_nlink;
	uid_t st_uid;
	gid_t st_gid;
	dev_t st_rdev;
	uint32_t pad1;
	off_t st_size;
	int32_t size_high;
	blksize_t st_blksize;
	blkcnt_t st_blocks;
	uint32_t st_atime, atime_nsec, st_mtime, mtime_nsec, st_ctime, ctime_nsec;
	ino_t st_ino;
};
_Static_assert(sizeof(struct stat) == sizeof(struct abi_stat64), "");

int stat(const char *path, struct stat *st), lstat(const char *path, struct stat *st);
int fstat(int fd, struct stat *st);
int mkdir(const char *path, mode_t mode), chmod(const char *path, mode_t mode);
int fchmod(int fd, mode_t mode);
mode_t umask(mode_t mask);
