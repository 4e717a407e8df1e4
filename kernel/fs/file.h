/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files, and the descriptors that name them. */
#ifndef FILE_H
#define FILE_H

#include <machine.h>

#include "abi/poll.h"
#include "fs/node.h"

struct fdtable;
struct poll_watch;
struct vm_object;

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
/* Can the first byte of u (u->left > 0) be read? A write asks before it makes room, and
 * then at least that byte will come. Returns EFAULT; does not sleep. */
int uio_probe(struct uio *u);

struct file {
	uint32_t refs; /* descriptors, of all processes */
	int flags;     /* O_ACCMODE and what F_SETFL changes */
	uint32_t offset;
	const struct file_ops *ops;
	struct node *node; /* one reference */
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
	/* The list of those who poll it, for poll_wakeup() when ready() may say
	 * something else; NULL: it never does. */
	struct poll_watch **(*watched)(struct file *f);
	void (*close)(struct file *f);
	bool stream; /* has no place to seek to */
	bool zeros;  /* a mapping of it is anonymous memory */
};

/* Open path, from `start` on, as the lowest free descriptor of the current
 * process; mode is for O_CREAT. */
int file_open(struct node *start, const char *path, int flags, uint32_t mode, int *fd);

/* The object behind an open file, for mmap, and what protection it may ever
 * get; *out NULL: private zeros will do. => EBADF, EACCES (not open for that),
 * ENODEV. A reference is taken. */
int file_mmap(int fd, int prot, bool shared, struct vm_object **out, uint8_t *max_prot);

/* file.c */
/* Takes its own reference on n. => NULL: no memory; nothing is opened yet. */
struct file *file_create(struct node *n, const struct file_ops *ops, int flags);
void file_unref(struct file *f);
/* Give a file another length, as the current process's own change to it.
 * => as ramfs_resize(). */
int file_truncate(struct node *n, uint32_t size);
/* ---- Tables of descriptors: fdtable.c ---- */

/* Close the descriptors that exec does not keep. */
void fdtable_exec(struct fdtable *fds);
#define FD_BLOCK 64u
struct fd_block {
	struct file *file[FD_BLOCK];
	uint64_t open, cloexec; /* which are */
};
struct fdtable {
	struct fd_block first;
	struct fd_block *more[OPEN_MAX / FD_BLOCK - 1]; /* NULL: not made yet */
	uint32_t nblocks;                               /* no block from here on was made */
};
/* Return the table's first open file at or above *fd, and its number in *fd; NULL
 * if there is none. */
struct file *fdtable_next(struct fdtable *fds, uint32_t *fd);
/* Return the current process's open file, or NULL. */
struct file *fd_get(uint32_t fd);
/* Find the lowest free descriptor from `from` on, and make room for it: fd_install()
 * with it cannot fail. => EMFILE, ENOMEM. */
int fd_find(uint32_t from, int *fd);
/* A descriptor that fd_find() found names f from now on, and has f's reference. */
void fd_install(struct file *f, uint32_t fd, bool cloexec);
/* Do both. => as fd_find(). */
int fd_alloc(struct file *f, uint32_t from, bool cloexec, int *fd);
/* Let fd name f, with a reference of its own, instead of what it named until now.
 * => EBADF: fd is beyond the limit; ENOMEM; both with nothing changed. */
int fd_replace(struct file *f, uint32_t fd, bool cloexec);
/* => EBADF. */
int fd_close(uint32_t fd);
/* Tell and set FD_CLOEXEC of an open descriptor. */
bool fd_cloexec(uint32_t fd);
void fd_set_cloexec(uint32_t fd, bool cloexec);
/* Return a number above all open descriptors, a multiple of FD_BLOCK. */
uint32_t fd_table_size(void);
/* pipe.c: both ends, one reference each. => ENOMEM. */
int pipe_create(int flags, struct file **reader, struct file **writer);

#endif
