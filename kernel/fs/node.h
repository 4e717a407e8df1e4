/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room fs: files: the tree and its nodes, open files, descriptors, pipes, devices. It calls
 * mem/, vm/ for the content of files, and proc/ for the current process's rights. tty/ and procfs/
 * add files to the tree; exec/ and sys/ call it, proc/ through owned.h, vm/ through owner.h.
 *
 * Nothing declared here sleeps.
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

/* A file of any kind; other systems call it an inode. The names of a node are directory entries. */
struct node {
	/* One for each name, open file, working directory and running program, for each
	 * child's "..", and for each link of /proc/PID/fd to it. */
	uint32_t refs;
	uint32_t dev, ino, mode, uid, gid, nlink, rdev; /* as in struct stat */
	struct abi_timespec64 atime, mtime, ctime;
	uint32_t size;            /* bytes */
	struct vm_object *object; /* a regular file's content, one reference; else NULL */
	int32_t writers;          /* open files that may write; -n: n processes run it */
	struct pipe *pipe;        /* the ring of a pipe or FIFO while it is open, else NULL */
	char *label;              /* a memfd's name, from kmem_alloc; else NULL */
	struct lock *locks;       /* advisory locks of all owners: lock.h */
	uint32_t nlocks;
	char *target; /* where a symbolic link leads, from kmem_alloc; else NULL */
	const struct file_ops *fops;
	struct {
		struct dirent *first, **end;
	} names; /* ramfs: the entries that name it, a queue, oldest first */

	/* Directories; the entries are ramfs's. */
	const struct dir_ops *dops;
	struct node *parent; /* "..", one reference; the root is its own parent, without */
	struct {
		struct dirent *first, **end;
	} entries;            /* a queue, in order of their cookies */
	struct dirent *found; /* a cache: what ramfs_next() found last; it changes no result */

	/* Files of /proc. */
	const void *data;      /* the struct procfs_file that the file shows */
	int pid;               /* the process that the file is about; 0: none */
	struct node *leads_to; /* whoever follows the link gets this node, one reference */
};
#define DEV_RAMFS 1u
#define DEV_PROC 2u

/* Returns whether the node is of the type: one of the S_IF constants. */
static inline bool
node_is(const struct node *n, uint32_t type)
{
	return (n->mode & S_IFMT) == type;
}

/* Returns whether n was made by pipe(). Such a node never has a name but has nlink 1, unlike a
 * FIFO that has lost its name. */
static inline bool
node_is_pipe(const struct node *n)
{
	return node_is(n, S_IFIFO) && n->names.first == NULL && n->nlink > 0;
}

/* One entry of a directory, as dir_ops return it. */
struct dir_entry {
	const char *name; /* may point to buf */
	char buf[12];     /* for a name that is stored nowhere else */
	uint32_t ino, mode;
};
#define DIR_FIRST 2u /* positions 0 and 1 are "." and ".." */

struct dir_ops {
	/* Look up name, of len bytes. Returns 0 with the node and a reference on it in *out, or
	 * ENOENT, ENOMEM, and in /proc also EACCES. */
	int (*lookup)(struct node *dir, const char *name, size_t len, struct node **out);
	/* Find the first entry at position *pos or after it, and set *pos to the position after
	 * that entry. Returns false if there is none. */
	bool (*next)(struct node *dir, uint32_t *pos, struct dir_entry *e);
	/* Find the name that dir has in its parent, for e->name. Returns false if dir has been
	 * removed. */
	bool (*name)(const struct node *dir, struct dir_entry *e);
	bool changes; /* names may be bound and unbound: the directory is ramfs's */
};

/* ---- Nodes and paths: fs.c ---- */

/* Returns a new node with one reference and no name, on dir's file system (dir NULL: ramfs), or
 * NULL if memory is out. The caller sets the fields of its kind. */
struct node *node_create(const struct node *dir, uint32_t mode);
/* Make target the place where the symbolic link n leads. Returns 0 or ENOMEM. */
int node_set_target(struct node *n, const char *target);
/* Returns the time of day at the last tick, for the stamps of a node. */
struct abi_timespec64 fs_now(void);

/* What fs_walk() finds. */
struct walk {
	struct node *dir;  /* the directory of the last name, one reference; NULL: no name */
	struct node *node; /* what the path names, one reference; NULL: does not exist */
	const char *name;  /* the last name of the path, without a NUL */
	size_t len;        /* bytes of name; 0: the root */
	bool slash;        /* a slash follows the name: only a directory will do */
	char *buf;         /* memory that name lies in, for fs_walk_end() to free; may be NULL */
};
/* What a walk does with a symbolic link at the end of its path. */
enum walk_end {
	WALK_FOLLOW, /* follow the link */
	WALK_STAY,   /* return the link itself, unless a slash follows it */
	WALK_NAME    /* return the link itself in any case */
};
/* Walk path, from the root if it begins with a slash, else from cwd, with the rights of cred
 * (search permission for each directory on the way). Returns 0 with the result in *w, for
 * fs_walk_end(), also if only the last name does not exist. Returns ENOENT, ENOTDIR, EACCES,
 * ENAMETOOLONG, ELOOP or ENOMEM with nothing in *w. A slash after the name of a file is
 * ENOTDIR, but with WALK_NAME it is left to the caller. name may point into path. */
int fs_walk(const char *path, struct node *cwd, const struct cred *cred, enum walk_end end,
            struct walk *w);
/* Drop the references and the memory of a walk. */
void fs_walk_end(struct walk *w);
/* Walk path as fs_walk() does, following all symbolic links. Returns 0 with the node and a
 * reference on it in *out, or ENOENT or another error of fs_walk(). */
int fs_lookup(const char *path, struct node *cwd, const struct cred *cred, struct node **out);

/* Make the tree: what the ustar archive initrd, of len bytes, contains, then /dev and /tmp. Calls
 * noboot() if the archive is malformed or memory is out. */
void fs_init(const void *initrd, size_t len);
/* Returns the directory called name in dir, which gets this mode. The directory is made if the boot
 * image does not contain it. Takes no reference. Calls noboot() if it cannot be made. */
struct node *fs_directory(struct node *dir, const char *name, uint32_t mode);

/* Returns 0 if cred has all the rights in mode (R_OK, W_OK, X_OK) to n, else EACCES. */
int fs_access(const struct node *n, const struct cred *cred, int mode);
/* Call node_clear_setid() because the current process changes the content of n, if n is a regular
 * file and the process is not root: nobody may put other code into a set-id program. */
void node_drop_setid(struct node *n);
/* Clear n's set-user-ID bit, and its set-group-ID bit unless the group may not execute n (then
 * the bit does not make it a set-id program) and the current process may set the bit. */
void node_clear_setid(struct node *n);
/* Returns whether the current process may give n the set-group-ID bit: it is root or in
 * n's group. */
bool node_may_setgid(const struct node *n);
/* Returns the object with n's content, and n's size in bytes in *size; NULL if n is not a regular
 * file with content. Takes no reference. */
struct vm_object *node_object(const struct node *n, uint32_t *size);

/* Copy n bytes between kernel memory and offset off of a file's object: file_data.c. off + n must
 * lie within the object. A page that is not resident reads as zeros. */
void file_data_write(struct vm_object *obj, uint32_t off, const void *from, size_t n);
void file_data_read(struct vm_object *obj, uint32_t off, void *to, size_t n);

/* Write a path of n, which for a memfd is "/memfd:LABEL (deleted)", to path. Returns false if n
 * has no name, or the path does not fit into size bytes. */
bool fs_node_name(const struct node *n, char *path, size_t size);
/* Returns the path of the directory dir, a string that ends at the end of buf. Returns NULL if dir
 * or a directory above it has been removed, or the path does not fit into size bytes. */
char *fs_path(const struct node *dir, char *buf, size_t size);

/* ---- Changes to the tree, with the current process's rights: fs_change.c ---- */

/* Make the file that the walk did not find, and put it into w->node. mode is its type and its
 * permissions, from which the umask is taken; target is where a symbolic link leads, else NULL.
 * Returns 0, EEXIST, ENOENT, EACCES or ENOMEM. */
int fs_create(struct walk *w, uint32_t mode, const char *target);
/* Unbind the name that the walk found: of a directory if dir (rmdir), else of another file
 * (unlink). Returns 0, ENOENT, EISDIR, ENOTDIR, ENOTEMPTY, EBUSY, EINVAL, EACCES or EPERM. */
int fs_remove(const struct walk *w, bool dir);
/* Bind the name that the walk did not find to n. Returns 0, EEXIST, ENOENT, EXDEV, EPERM,
 * EACCES or ENOMEM. */
int fs_link(struct node *n, const struct walk *w);
/* Give what `from` found the name of `to` in place of its own. What has that name already is
 * replaced, or the reason for EEXIST if !replace. Returns 0, EBUSY, ENOENT, EXDEV, EEXIST,
 * ENOTDIR, EISDIR, ENOTEMPTY, EINVAL (into itself), EACCES, EPERM or ENOMEM. */
int fs_rename(const struct walk *from, const struct walk *to, bool replace);

#endif
