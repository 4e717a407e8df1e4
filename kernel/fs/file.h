/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: nodes of the tree, open files, descriptors, pipes, the console. */
#ifndef FILE_H
#define FILE_H

#include <machine.h>

#include "abi/fcntl.h"
#include "abi/misc.h"
#include "abi/poll.h"
#include "base/bits.h"

struct fdtable;
struct lock;
struct pipe;
struct poll_watch;
struct vm_object;
struct proc;
struct cred;

/* ---- for the rest of the kernel ---- */

/* Make the tree: / from the initrd's ustar archive, /dev, /proc.
 * => NOBOOT for an archive that makes no sense. */
void fs_init(const void *initrd, size_t len);
struct node *fs_root(void);

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
void node_ref(struct node *n);
void node_unref(struct node *n);
/* A regular file's memory and size in bytes; NULL if it has none (a
 * directory, a device). The node keeps its own reference. */
struct vm_object *node_object(const struct node *n, uint32_t *size);
/* Nobody may write to the regular file n from here on, until as many calls of
 * node_allow_write(). => ETXTBSY: somebody may already, by an open file or a mapping. */
int node_deny_write(struct node *n);
void node_allow_write(struct node *n);
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

/* Descriptor tables: made empty, copied at fork, pruned at exec, dropped.
 * => ENOMEM. */
int fdtable_create(struct fdtable **out);
int fdtable_fork(const struct fdtable *from, struct fdtable **out);
void fdtable_exec(struct fdtable *fds);
void fdtable_destroy(struct fdtable *fds);
/* Open path, from `start` on, as the lowest free descriptor of the current
 * process; mode is for O_CREAT. */
int file_open(struct node *start, const char *path, int flags, uint32_t mode, int *fd);

/* The object behind an open file, for mmap, and what protection it may ever
 * get; *out NULL: private zeros will do. => EBADF, EACCES (not open for that),
 * ENODEV. A reference is taken. */
int file_mmap(int fd, int prot, bool shared, struct vm_object **out, uint8_t *max_prot);

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

/* fs_change.c: what changes a tree, with the current process's rights.
 * Make what the walk didn't find; target: of a symbolic link. */
int fs_create(struct walk *w, uint32_t mode, const char *target);
int fs_remove(const struct walk *w, bool dir);
int fs_link(struct node *n, const struct walk *w);
int fs_rename(const struct walk *from, const struct walk *to, bool replace);

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

void initrd_unpack(const void *archive, size_t len);
void dev_init(struct node *dev);
void procfs_init(struct node *proc);
extern const struct file_ops tty_ops, ctty_ops;
/* The terminal's foreground group; 0: none. */
int tty_pgrp(void);
/* The session of that number gives the terminal up, if it has it. */
void tty_leave(int sid);
/* tty_job.c, for tty.c. May the current process use the terminal? If it is in
 * the background its group is stopped by sig, and the call comes back when it
 * goes on. => 0; EIO where nobody would continue it; ERESTART. */
int tty_background(int sig);
int tty_job_ioctl(uint32_t cmd, vaddr_t arg);
int ctty_open(struct file *f);

/* fdtable.c */
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
/* file.c */
/* Takes its own reference on n. => NULL: no memory; nothing is opened yet. */
struct file *file_create(struct node *n, const struct file_ops *ops, int flags);
void file_unref(struct file *f);
/* Give a file another length, as the current process's own change to it.
 * => as ramfs_resize(). */
int file_truncate(struct node *n, uint32_t size);
/* sys_lock.c: fcntl's commands for locks. => EINVAL, EBADF, EFAULT, EOVERFLOW, and as
 * lock_set(), which may sleep. */
int lock_fcntl(struct file *f, uint32_t cmd, vaddr_t arg);
/* pipe.c: both ends, one reference each. => ENOMEM. */
int pipe_create(int flags, struct file **reader, struct file **writer);

/* poll.c: one who sleeps until a file is ready, on that file's list. */
struct poll_watch {
	struct poll_watch *next, **link;
	const void *chan; /* where it sleeps */
};
/* A file's `ready` may have changed: those on its list look again. */
void poll_wakeup(struct poll_watch *first);

/* ---- the console ---- */
void tty_init(void);

#endif
