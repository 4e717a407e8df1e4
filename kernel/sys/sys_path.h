/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that name a file by a path or a descriptor. */
#ifndef SYS_PATH_H
#define SYS_PATH_H

#include "fs/node.h"

/* sys_path.c: a user's path to a name (WALK_NAME), from a directory's descriptor or
 * AT_FDCWD on. => as fs_walk(), EBADF, ENOTDIR. */
int path_walk(uint32_t dirfd, vaddr_t path, struct walk *w);
/* What a call does with one file; arg: its arguments behind those that name it. */
typedef int node_fn(struct node *n, const uint32_t *arg, uint32_t *result);
/* Do it with the node of a path, or of a descriptor.
 * flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. => ENOENT, fn's, and as path_walk(). */
int path_call(uint32_t dirfd, vaddr_t path, uint32_t flags, node_fn *fn, const uint32_t *arg,
              uint32_t *result);
int file_call(uint32_t fd, node_fn *fn, const uint32_t *arg, uint32_t *result);
#define PATH_CALL(name, dirfd, path, flags, fn, own)                                               \
	int sys_##name(const uint32_t *arg, uint32_t *result)                                      \
	{                                                                                          \
		return path_call(dirfd, path, flags, fn, own, result);                             \
	}
#define FILE_CALL(name, fn)                                                                        \
	int sys_##name(const uint32_t *arg, uint32_t *result)                                      \
	{                                                                                          \
		return file_call(arg[0], fn, arg + 1, result);                                     \
	}

#endif
