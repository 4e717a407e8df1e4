/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room fs: files: the tree and its nodes, open files, descriptors, pipes, devices. It calls
 * vm/ for what files contain, and proc/ for who is asking. tty/ and procfs/ give it files;
 * exec/ and sys/ call it, proc/ through owned.h, vm/ through owner.h.
 */
#ifndef NODE_H
#define NODE_H

#include <machine.h>

#include "abi/fcntl.h"
#include "abi/misc.h"
#include "proc/owned.h"

struct cred;
struct dir_entry;
struct dir_ops;
struct dirent;
struct file_ops;
struct lock;
struct pipe;
struct vm_object;

/* A file of any kind. Its names are entries of directories. */
struct node {
	uint32_t refs; /* one for each entry, open file, cwd, child's ".." */
	uint32_t dev, ino, mode, uid, gid, nlink, rdev;
	struct abi_timespec64 atime, mtime, ctime;
	uint32_t size;            /* bytes */
	struct vm_object *object; /* a regular file's content */
	int32_t writers;          /* open files that may write; below 0: who runs it */
	struct pipe *pipe;        /* a FIFO's, while it is open */
	char *label;              /* what a memfd is called, from kmem_alloc */
	struct lock *locks;       /* lock.h */
	uint32_t nlocks;
	char *target; /* a symbolic link's, from kmem_alloc */
	const struct file_ops *fops;
	struct dirent *names, **names_end; /* ramfs: its entries in directories, oldest first */
	const struct dir_ops *dops;        /* of a directory, */
	struct node *parent;               /* its "..", one reference; the root's is itself, */
	struct dirent *entries;            /* in order of cookie, */
	struct dirent *last, *hint;        /* and where the last look at them ended */
	const void *data;                  /* procfs: what the file shows, */
	int pid;                           /* of whom, */
	struct node *leads_to;             /* and a link to it goes here, whatever it says;
	                                      one reference */
};
#define DEV_RAMFS 1u
#define DEV_PROC 2u

static inline bool
node_is(const struct node *n, uint32_t type)
{
	return (n->mode & S_IFMT) == type;
}

/* Is it a pipe that pipe() made, which never has a name, and not a FIFO that lost its? */
static inline bool
node_is_pipe(const struct node *n)
{
	return node_is(n, S_IFIFO) && n->names == NULL && n->nlink > 0;
}

struct dir_entry {
	const char *name;
	char buf[12]; /* for a name that is stored nowhere */
	uint32_t ino, mode;
};
#define DIR_FIRST 2u /* positions 0 and 1 are "." and ".." */

struct dir_ops {
	/* => ENOENT, ENOMEM; one reference in *out. */
	int (*lookup)(struct node *dir, const char *name, size_t len, struct node **out);
	/* The first entry at *pos or behind; *pos moves beyond it. */
	bool (*next)(struct node *dir, uint32_t *pos, struct dir_entry *e);
	/* What it is called in its parent: e->name. => false: not any more. */
	bool (*name)(const struct node *dir, struct dir_entry *e);
	bool changes; /* entries may come and go: it is ramfs's */
};

/* fs.c: a node on dir's file system, without a name, one reference; the
 * caller's sets what it shows. => NULL: no memory. */
struct node *node_create(const struct node *dir, uint32_t mode);
/* Where a symbolic link leads. => ENOMEM. */
int node_set_target(struct node *n, const char *target);
struct abi_timespec64 fs_now(void);
/* A path up to its last name. */
struct walk {
	struct node *dir;  /* holds the last name; one reference */
	struct node *node; /* the path's own, one reference; NULL: not there */
	const char *name;  /* the last name, not ending in NUL */
	size_t len;
	bool slash; /* behind it: only a directory will do */
	char *buf;  /* where name stands, if that isn't the caller's */
};
/* What a walk does with a symbolic link that the path ends in. */
enum walk_end {
	WALK_FOLLOW,
	WALK_STAY, /* the link is what is meant, unless a slash follows it */
	WALK_NAME  /* the name is what is meant, also with a slash behind it */
};
/* => as fs_lookup(), but 0 when only the last name is missing; with WALK_NAME a slash
 * behind the name of a file is for the caller to judge. */
int fs_walk(const char *path, struct node *cwd, const struct cred *cred, enum walk_end end,
            struct walk *w);
void fs_walk_end(struct walk *w);

/* Make the tree: / from the initrd's ustar archive, /tmp, /dev.
 * => NOBOOT for an archive that makes no sense. */
void fs_init(const void *initrd, size_t len);
/* A directory of /, made if it isn't there; no reference is taken. => NOBOOT. */
struct node *fs_root_dir(const char *name, uint32_t mode);

/* Walk a path from cwd with that cred's rights (search permission), through
 * symbolic links.
 * => a node with one reference in *out; ENOENT, ENOTDIR, EACCES, ELOOP, ENOMEM. */
int fs_lookup(const char *path, struct node *cwd, const struct cred *cred, struct node **out);
/* May cred do R_OK, W_OK, X_OK to it? => 0, EACCES. */
int fs_access(const struct node *n, const struct cred *cred, int mode);
/* The current process changes what n contains: unless it is root, a program that others
 * run as its owner, or as its group, isn't one any more. */
void node_drop_setid(struct node *n);
/* Clear n's set-id bits. Set-group-ID without the group's x bit says something else, and
 * stays if the current process may set it. */
void node_clear_setid(struct node *n);
/* Returns whether the current process may give n the set-group-ID bit: it is root or in
 * n's group. */
bool node_may_setgid(const struct node *n);
/* A regular file's memory and size in bytes; NULL if it has none (a
 * directory, a device). The node keeps its own reference. */
struct vm_object *node_object(const struct node *n, uint32_t *size);
/* Kernel memory to and from a file's object; off + n within it. */
void file_data_write(struct vm_object *obj, uint32_t off, const void *from, size_t n);
void file_data_read(struct vm_object *obj, uint32_t off, void *to, size_t n);
/* The file whose memory obj is, and its path. => false: it has no name. */
bool fs_object_name(struct vm_object *obj, uint32_t *ino, char *path, size_t size);
/* A path of the file's, into buf. => false: it has no name, or a longer one. */
bool fs_node_name(const struct node *n, char *path, size_t size);
/* A directory's path; it ends with buf and starts where it says.
 * => NULL: it has none any more, or a longer one. */
char *fs_path(const struct node *dir, char *buf, size_t size);

/* fs_change.c: what changes a tree, with the current process's rights.
 * Make what the walk didn't find; target: of a symbolic link. */
int fs_create(struct walk *w, uint32_t mode, const char *target);
int fs_remove(const struct walk *w, bool dir);
int fs_link(struct node *n, const struct walk *w);
int fs_rename(const struct walk *from, const struct walk *to, bool replace);

#endif
