/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: nodes of the tree, open files, descriptors, pipes, the console. */
#ifndef FILE_H
#define FILE_H

#include <machine.h>

#include "abi/fcntl.h"
#include "abi/misc.h"
#include "abi/poll.h"

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

/* ---- between the files of this room ---- */

/* What read and write move: a range of user memory, or (niov) several. */
struct uio {
	vaddr_t iov;   /* user address of the next struct abi_iovec */
	uint32_t niov; /* how many come */
	vaddr_t base;  /* what is left of the current range */
	size_t len;
	size_t left; /* of all, bytes */
	bool to_user;
};
/* Move n <= u->left bytes to or from buf, in u's direction; buf NULL: zeros to
 * the user. => EFAULT; u->left then tells how far it came. */
int uio_move(struct uio *u, void *buf, size_t n);

struct file {
	uint32_t refs; /* descriptors, of all processes */
	int flags;     /* O_ACCMODE and what F_SETFL changes */
	uint32_t offset;
	const struct file_ops *ops;
	struct node *node; /* one reference; NULL: a pipe */
	void *data;        /* the ops' own */
};

/* What was moved shows in u->left, also when an errno comes back: then the
 * call as a whole succeeds with a short count. NULL: not possible. */
struct file_ops {
	int (*open)(struct file *f);
	int (*read)(struct file *f, struct uio *u);
	int (*write)(struct file *f, struct uio *u);
	int (*ioctl)(struct file *f, uint32_t cmd, vaddr_t arg);
	/* POLL* bits for what would not wait; NULL: neither read nor write would. */
	int (*ready)(struct file *f);
	void (*close)(struct file *f);
	bool stream; /* has no place to seek to */
};

struct node {
	uint32_t refs; /* one for the tree, one for each child, open file, cwd */
	uint32_t ino, mode, uid, gid, nlink, mtime, rdev;
	uint32_t size;            /* bytes */
	struct vm_object *object; /* a regular file's content */
	const struct file_ops *fops;
	const struct dir_ops *dops;      /* of a directory */
	struct node *parent;             /* one reference; the root's is itself */
	struct node *children, *sibling; /* in order of cookie */
	uint32_t cookie;                 /* its place among its siblings, for getdents */
	const void *data;                /* procfs: what the file shows, */
	int pid;                         /* and of whom */
	char name[];
};

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
};

/* fs.c: a node without a parent, one reference. => NULL: no memory. */
struct node *node_create(const char *name, size_t len, uint32_t mode);
/* A path up to its last name. */
struct walk {
	struct node *dir;  /* holds the last name; one reference */
	struct node *node; /* the path's own, one reference; NULL: not there */
	const char *name;  /* the last name, not ending in NUL */
	size_t len;
	bool slash; /* behind it: only a directory will do */
};
/* => as fs_lookup(), but 0 when only the last name is missing. */
int fs_walk(const char *path, struct node *cwd, const struct cred *cred, struct walk *w);
void fs_walk_end(struct walk *w);

/* ramfs.c: put n (whose reference is taken over) into dir; a directory there. */
void ramfs_link(struct node *dir, struct node *n);
/* dir/name as a directory, made if it isn't there; no reference is taken.
 * => NULL: no memory, or it is something else. */
struct node *ramfs_mkdir(struct node *dir, const char *name, size_t len);
bool ramfs_next(struct node *dir, uint32_t *pos, struct dir_entry *e);
int ramfs_lookup(struct node *dir, const char *name, size_t len, struct node **out);
extern const struct dir_ops ramfs_dir_ops;
extern const struct file_ops ramfs_file_ops, dir_file_ops;

void initrd_unpack(const void *archive, size_t len);
void dev_init(struct node *dev);
void procfs_init(struct node *proc);
extern const struct file_ops tty_ops;
/* The terminal's foreground group; 0: none. */
int tty_pgrp(void);

/* file.c */
struct fdtable {
	struct file *file[OPEN_MAX];
	uint64_t cloexec; /* a bit for each */
};
/* The current process's open file. => NULL: none. */
struct file *fd_get(uint32_t fd);
/* Give f's reference the lowest free descriptor from `from` on. => EMFILE. */
int fd_alloc(struct file *f, uint32_t from, bool cloexec, int *fd);
/* => EBADF. */
int fd_close(uint32_t fd);
struct file *file_create(const struct file_ops *ops, int flags); /* NULL: no memory */
void file_unref(struct file *f);
/* pipe.c: both ends, one reference each. => ENOMEM. */
int pipe_create(int flags, struct file **reader, struct file **writer);

/* poll.c: a file's `ready` may have changed: who waits for any looks again. */
void poll_wakeup(void);

/* ---- the console ---- */
void tty_init(void);

#endif
