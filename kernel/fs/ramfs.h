/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system in memory: the whole tree but the files of processes in /proc. Only
 * ramfs_zero() and the reads and writes of its files may sleep. */
#ifndef RAMFS_H
#define RAMFS_H

#include "fs/node.h"

/* ---- Names: ramfs.c. The caller has checked that the change is allowed. ---- */

/* Bind name, of len bytes and not in dir yet, to n. Returns 0, or ENOMEM with nothing changed. */
int ramfs_link(struct node *dir, const char *name, size_t len, struct node *n);
/* Unbind name, which is in dir. The node is freed with its last reference. */
void ramfs_unlink(struct node *dir, const char *name, size_t len);
/* Bind the name of `to` to from->node, in place of to->node if that exists, and unbind the name of
 * `from`. Returns 0, or ENOMEM with nothing changed. */
int ramfs_rename(const struct walk *from, const struct walk *to);
/* Returns the directory called name in dir, which is made if it does not exist. Takes no
 * reference. Returns NULL if memory is out, or the name is bound to another kind of file. */
struct node *ramfs_mkdir(struct node *dir, const char *name, size_t len);
/* The dir_ops of a ramfs directory. */
bool ramfs_next(struct node *dir, uint32_t *pos, struct dir_entry *e);
bool ramfs_name(const struct node *dir, struct dir_entry *e);
int ramfs_lookup(struct node *dir, const char *name, size_t len, struct node **out);

/* ---- Nodes: ramfs.c ---- */

/* Give the new node n the operations of its kind and, if it is a regular file, an empty object.
 * Returns 0 or ENOMEM. */
int ramfs_setup(struct node *n);
/* Set the length of the regular file n to size bytes. Bytes that are added read as zeros. Returns
 * 0, or EFBIG or ENOSPC with nothing changed. */
int ramfs_resize(struct node *n, uint32_t size);
/* Write zeros to the bytes [from, to) of the regular file n, as far as they lie below its end. May
 * sleep. */
void ramfs_zero(struct node *n, uint32_t from, uint32_t to);
extern const struct dir_ops ramfs_dir_ops;
extern const struct dir_ops ramfs_fixed_ops; /* of a directory that no program may change */
extern const struct file_ops ramfs_file_ops, dir_file_ops;
extern const struct file_ops fifo_ops; /* pipe.c */

/* ---- The boot image: initrd.c ---- */

/* Unpack the ustar archive of len bytes into the tree. Calls noboot() if it is malformed or memory
 * is out. */
void initrd_unpack(const void *archive, size_t len);

#endif
