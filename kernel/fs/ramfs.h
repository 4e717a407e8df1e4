/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system in memory: all of the tree but /proc. */
#ifndef RAMFS_H
#define RAMFS_H

#include "fs/node.h"

/* ramfs.c: give n a name in dir. => ENOMEM. */
int ramfs_link(struct node *dir, const char *name, size_t len, struct node *n);
/* Take a name away; the node goes with its last reference. */
void ramfs_unlink(struct node *dir, const char *name, size_t len);
/* Move a name: to->node, if any, loses its. => ENOMEM. */
int ramfs_rename(const struct walk *from, const struct walk *to);
/* dir/name as a directory, made if it isn't there; no reference is taken.
 * => NULL: no memory, or it is something else. */
struct node *ramfs_mkdir(struct node *dir, const char *name, size_t len);
bool ramfs_next(struct node *dir, uint32_t *pos, struct dir_entry *e);
bool ramfs_name(const struct node *dir, struct dir_entry *e);
int ramfs_lookup(struct node *dir, const char *name, size_t len, struct node **out);
/* What a new node of that kind needs. => ENOMEM. */
int ramfs_setup(struct node *n);
/* A new length in bytes; what is added reads as zeros. => EFBIG, ENOSPC. */
int ramfs_resize(struct node *n, uint32_t size);
/* Let [from, to) of a regular file read as zeros, as far as the file reaches. Sleeps. */
void ramfs_zero(struct node *n, uint32_t from, uint32_t to);
extern const struct dir_ops ramfs_dir_ops, ramfs_fixed_ops;          /* fixed: no changes */
extern const struct file_ops ramfs_file_ops, dir_file_ops, fifo_ops; /* the last: pipe.c */
/* Unpack the ustar archive into the tree. => NOBOOT for one that makes no sense. */
void initrd_unpack(const void *archive, size_t len);

#endif
