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

/* ---- User memory of a read or write: file.c ---- */

/* What is left to move: the rest of one range of user memory, then those of an iovec. */
struct uio {
	vaddr_t iov;   /* user address of the next struct abi_iovec */
	uint32_t niov; /* how many of them are left */
	vaddr_t base;  /* user address of the rest of the current range */
	size_t len;    /* bytes of that rest */
	size_t left;   /* bytes of all ranges */
	bool to_user;  /* the direction: true for a read of the file */
};
/* Move n bytes (n <= u->left) between buf and user memory in u's direction; with buf NULL write
 * zeros to the user. Returns 0, or EFAULT after the part by which u->left has fallen. Does not
 * sleep. */
int uio_move(struct uio *u, void *buf, size_t n);
/* Returns 0 if the first byte of u (u->left > 0) can be read, else EFAULT. A write asks before it
 * makes room in the file: then it is certain to write at least that byte. Does not sleep. */
int uio_probe(struct uio *u);

/* ---- Open files: file.c ---- */

/* An open file, which POSIX calls an open file description. */
struct file {
	uint32_t refs;   /* descriptors of all processes that name it */
	int flags;       /* O_ACCMODE, O_DIRECTORY, O_LARGEFILE, and what F_SETFL changes */
	uint32_t offset; /* bytes; of a directory: a position */
	const struct file_ops *ops;
	struct node *node; /* one reference */
	void *data;        /* belongs to the ops */
};

/* The operations on an open file. Each returns 0 or an errno; NULL: the file does not have the
 * operation. read and write report what they moved by u->left, also when they return an error:
 * then the system call succeeds with a short count. open, read, write may sleep. */
struct file_ops {
	int (*open)(struct file *f);
	int (*read)(struct file *f, struct uio *u);
	int (*write)(struct file *f, struct uio *u);
	int (*ioctl)(struct file *f, uint32_t cmd, vaddr_t arg);
	/* Returns the POLL* bits of what is possible without waiting. NULL: reads and writes
	 * never wait. */
	int (*ready)(struct file *f);
	/* Returns the list of watches on the file, for poll_wakeup() whenever the value of ready()
	 * may have changed. NULL: the value never changes. */
	struct poll_watch **(*watched)(struct file *f);
	void (*close)(struct file *f);
	bool stream; /* has no offset: cannot seek */
	bool zeros;  /* a mapping of the file is anonymous memory */
};

/* Open path, relative to start, with the flags of open() and, for O_CREAT, mode. Returns 0 with
 * the lowest free descriptor of the current process in *fd; EMFILE, ENOMEM, the errors of
 * fs_walk(), EEXIST, EISDIR, ENOTDIR, ELOOP, ENXIO, EACCES, ETXTBSY, and those of fs_create() and
 * ops->open(). May sleep: the open of a FIFO waits for its other end. */
int file_open(struct node *start, const char *path, int flags, uint32_t mode, int *fd);

/* Find what mmap is to map for descriptor fd: in *out the object, with a reference, or NULL if
 * anonymous memory will do; in *max_prot the most that mprotect may allow later. Returns 0,
 * EBADF, EACCES if fd is not open for that, or ENODEV. Does not sleep. */
int file_mmap(int fd, int prot, bool shared, struct vm_object **out, uint8_t *max_prot);

/* Returns a new open file of n with one reference, or NULL if memory is out. The open file has a
 * reference on n. Does not call ops->open(). */
struct file *file_create(struct node *n, const struct file_ops *ops, int flags);
/* Drop a reference. The last one closes the file and releases the locks that it owns. */
void file_unref(struct file *f);
/* Set the length of the regular file n to size bytes, as the current process's change to it: see
 * node_drop_setid(). Returns 0 or an error of ramfs_resize(). May sleep while the file gets
 * shorter. */
int file_truncate(struct node *n, uint32_t size);

/* ---- Tables of descriptors: fdtable.c. ---- */

/* Close the descriptors that have FD_CLOEXEC. May sleep between blocks of the table. */
void fdtable_exec(struct fdtable *fds);
#define FD_BLOCK 64u
struct fd_block {
	struct file *file[FD_BLOCK];
	uint64_t open, cloexec; /* bit i: descriptor i of the block is open, has FD_CLOEXEC */
};
struct fdtable {
	struct fd_block first;
	struct fd_block *more[OPEN_MAX / FD_BLOCK - 1]; /* NULL: not made yet */
	uint32_t nblocks;                               /* no block from this number on exists */
};
/* Returns the table's first open file at or above descriptor *fd, with its descriptor in *fd, or
 * NULL if there is none. Takes no reference. */
struct file *fdtable_next(struct fdtable *fds, uint32_t *fd);
/* Returns the open file of the current process's descriptor fd, or NULL if fd is not open. Takes
 * no reference. */
struct file *fd_get(uint32_t fd);
/* Find the current process's lowest free descriptor that is not below `from`, and make room for
 * it, so that fd_install() cannot fail. Returns 0, EMFILE or ENOMEM. */
int fd_find(uint32_t from, int *fd);
/* Let fd, a descriptor that fd_find() found, name f. The caller's reference becomes the
 * descriptor's. */
void fd_install(struct file *f, uint32_t fd, bool cloexec);
/* Let the lowest free descriptor that is not below `from` name f: the caller's reference becomes
 * the descriptor's. Returns 0 with the descriptor in *fd; EMFILE or ENOMEM with nothing changed. */
int fd_alloc(struct file *f, uint32_t from, bool cloexec, int *fd);
/* Let fd name f, with a reference of its own, and close what fd named before. Returns 0, EBADF if
 * fd is beyond the limit, or ENOMEM, both with nothing changed. */
int fd_replace(struct file *f, uint32_t fd, bool cloexec);
/* Close the current process's descriptor fd. Returns 0, or EBADF if it is not open. */
int fd_close(uint32_t fd);
/* Return and set FD_CLOEXEC of an open descriptor. */
bool fd_cloexec(uint32_t fd);
void fd_set_cloexec(uint32_t fd, bool cloexec);
/* Returns a number above all descriptors that the current process has open, a multiple of
 * FD_BLOCK. */
uint32_t fd_table_size(void);

/* ---- Pipes: pipe.c ---- */

/* Make a pipe: two open files without descriptors, with one reference each. flags may have
 * O_NONBLOCK. Returns 0 or ENOMEM. Does not sleep. */
int pipe_create(int flags, struct file **reader, struct file **writer);

#endif
