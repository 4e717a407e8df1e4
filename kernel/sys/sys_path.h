/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that name a file by a path or a descriptor. Nothing declared here sleeps, unless fn
 * does. */
#ifndef SYS_PATH_H
#define SYS_PATH_H

#include "fs/node.h"

/* Walk the path at a user address to its last name (WALK_NAME), relative to the directory of the
 * descriptor dirfd, or with AT_FDCWD to the working directory. Returns 0 with the result in *w,
 * EBADF, ENOTDIR, EFAULT, or an error of fs_walk(). */
int path_walk(uint32_t dirfd, vaddr_t path, struct walk *w);
/* What a system call does with one file. arg is the first of its arguments after those that name
 * the file. Returns 0 or an errno. */
typedef int node_fn(struct node *n, const uint32_t *arg, uint32_t *result);
/* Call fn for the node of a path, or of a descriptor. flags: AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT
 * (ignored), AT_EMPTY_PATH. Returns what fn returns, EINVAL for other flags, ENOENT, or an error
 * of path_walk(). */
int path_call(uint32_t dirfd, vaddr_t path, uint32_t flags, node_fn *fn, const uint32_t *arg,
              uint32_t *result);
int file_call(uint32_t fd, node_fn *fn, const uint32_t *arg, uint32_t *result);
/* Define a system call that is path_call() with fn. own: where the arguments for fn begin. */
#define PATH_CALL(name, dirfd, path, flags, fn, own)                                               \
	int sys_##name(const union call_args *arg, uint32_t *result)                               \
	{                                                                                          \
		return path_call(dirfd, path, flags, fn, own, result);                             \
	}
/* Define a system call that is file_call() with fn. The call's first argument, fd, is the
 * descriptor. */
#define FILE_CALL(name, fn)                                                                        \
	int sys_##name(const union call_args *arg, uint32_t *result)                               \
	{                                                                                          \
		return file_call(arg->name.fd, fn, arg->word + 1, result);                         \
	}

#endif
