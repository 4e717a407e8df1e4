/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: nodes of the tree, open files, descriptors, pipes, the console. */
#ifndef FILE_H
#define FILE_H

#include <machine.h>

#include "abi/fcntl.h"

struct fdtable;
struct vm_object;
struct proc;
struct cred;

/* ---- for the rest of the kernel ---- */

/* Make the tree: / from the initrd's ustar archive, /dev, /proc.
 * => NOBOOT for an archive that makes no sense. */
void fs_init(const void *initrd, size_t len);
struct node *fs_root(void);

/* Walk a path from cwd with that cred's rights (search permission).
 * => a node with one reference in *out; ENOENT, ENOTDIR, EACCES, ENOMEM. */
int fs_lookup(const char *path, struct node *cwd, const struct cred *cred, struct node **out);
/* May cred do R_OK, W_OK, X_OK to it? => 0, EACCES, EROFS. */
int fs_access(const struct node *n, const struct cred *cred, int mode);
void node_ref(struct node *n);
void node_unref(struct node *n);
/* A regular file's memory and size in bytes; NULL if it has none (a
 * directory, a device). The node keeps its own reference. */
struct vm_object *node_object(const struct node *n, uint32_t *size);

/* Descriptor tables: made empty, copied at fork, pruned at exec, dropped.
 * => ENOMEM. */
int fdtable_create(struct fdtable **out);
int fdtable_fork(const struct fdtable *from, struct fdtable **out);
void fdtable_exec(struct fdtable *fds);
void fdtable_destroy(struct fdtable *fds);
/* Open path as the lowest free descriptor, for the current process. */
int file_open(const char *path, int flags, int *fd);

/* The object behind an open regular file, for mmap. => EBADF, EACCES (not
 * open for that), ENODEV. A reference is taken. */
int file_mmap(int fd, int prot, bool shared, struct vm_object **out);

/* ---- the console ---- */
void tty_init(void);

#endif
