/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of files: nodes, rights to them, and the walk from a path to a node. The entries of a
 * directory are found by its dir_ops (ramfs.c, procfs.c); another file system would be another
 * set of them.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/string.h"
#include "fs/dev.h"
#include "fs/file_map.h"
#include "fs/ramfs.h"
#include "mem/kmem.h"
#include "proc/proc.h"

#define SYMLINKS_MAX 40u /* symbolic links that one walk follows, as on Linux */

static struct node *root;

struct node *
fs_root(void)
{
	return root;
}

/* ---- Nodes ---- */

struct abi_timespec64
fs_now(void)
{
	struct abi_timespec64 now;

	clock_stamp(&now);
	return now;
}

struct node *
node_create(const struct node *dir, uint32_t mode)
{
	static uint32_t last_ino = 1;
	struct node *n = kmem_alloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	n->refs = 1;
	n->dev = dir != NULL ? dir->dev : DEV_RAMFS;
	n->ino = ++last_ino;
	n->mode = mode;
	n->atime = n->mtime = n->ctime = fs_now();
	return n;
}

void
node_ref(struct node *n)
{
	VERIFY(n->refs > 0);
	n->refs++;
}

/* A node that is freed drops the reference on its parent, which may be the parent's last, and so on
 * upwards. This is a loop, since a deep tree would overflow the stack of a recursion. */
void
node_unref(struct node *n)
{
	DOES_NOT_SLEEP;

	while (n != NULL) {
		struct node *parent = n->parent;

		VERIFY(n->refs > 0);
		if (--n->refs > 0)
			return;
		if (n->object != NULL) {
			file_map_of(n->object)->node = NULL;
			vm_object_unref(n->object);
		}
		node_unref(n->leads_to);
		kmem_free(n->target);
		kmem_free(n->label);
		kmem_free(n);
		n = parent;
	}
}

int
node_set_target(struct node *n, const char *target)
{
	size_t len = strlen(target);

	n->target = kmem_alloc(len + 1);
	if (n->target == NULL)
		return ENOMEM;
	memcpy(n->target, target, len);
	n->size = len;
	return 0;
}

struct vm_object *
node_object(const struct node *n, uint32_t *size)
{
	*size = n->size;
	return n->object;
}

struct node *
fs_directory(struct node *dir, const char *name, uint32_t mode)
{
	struct node *n = ramfs_mkdir(dir, name, strlen(name));

	if (n == NULL)
		noboot("/%s is not a directory, or memory is out", name);
	n->mode = S_IFDIR | mode;
	return n;
}

void
fs_init(const void *initrd, size_t len)
{
	DOES_NOT_SLEEP;
	struct node *dev;

	root = node_create(NULL, S_IFDIR | 0755);
	if (root == NULL || ramfs_setup(root) != 0)
		noboot("too little memory for the root directory");
	root->parent = root;
	root->nlink = 2;
	initrd_unpack(initrd, len);
	dev = fs_directory(root, "dev", 0755);
	fs_directory(dev, "shm", 01777);
	fs_directory(root, "tmp", 01777);
	dev_init(dev);
}

/* ---- Rights ---- */

int
fs_access(const struct node *n, const struct cred *cred, int mode)
{
	uint32_t bits = n->mode;

	/* A file without a write operation shows the kernel's data: not even root may write it. */
	if ((mode & W_OK) && node_is(n, S_IFREG) && (n->fops == NULL || n->fops->write == NULL))
		return EACCES;
	if (cred->euid == 0) {
		bool executable = (bits & 0111) != 0 || node_is(n, S_IFDIR);

		return (mode & X_OK) && !executable ? EACCES : 0;
	}
	if (cred->euid == n->uid)
		bits >>= 6;
	else if (cred_in_group(cred, n->gid))
		bits >>= 3;
	return (mode & ~bits & 7) != 0 ? EACCES : 0;
}

bool
node_may_setgid(const struct node *n)
{
	const struct cred *cred = &curproc()->cred;

	return cred->euid == 0 || cred_in_group(cred, n->gid);
}

void
node_clear_setid(struct node *n)
{
	if ((n->mode & S_IXGRP) || !node_may_setgid(n))
		n->mode &= ~S_ISGID;
	n->mode &= ~S_ISUID;
}

void
node_drop_setid(struct node *n)
{
	if (curproc()->cred.euid != 0 && node_is(n, S_IFREG))
		node_clear_setid(n);
}

/* ---- Paths ---- */

/* Go from the directory w->node to its entry w->name: w->node becomes w->dir, and the entry
 * becomes w->node, or NULL if there is none. Returns 0, ENOENT if w->node is NULL, ENOTDIR, EACCES,
 * ENAMETOOLONG, or an error of the directory's lookup. */
static int
step(struct walk *w, const struct cred *cred)
{
	struct node *dir = w->node;
	int err;

	if (dir == NULL)
		return ENOENT;
	if (!node_is(dir, S_IFDIR))
		return ENOTDIR;
	err = fs_access(dir, cred, X_OK);
	if (err != 0)
		return err;
	if (w->len > NAME_MAX)
		return ENAMETOOLONG;
	node_unref(w->dir);
	w->dir = dir;
	w->node = NULL;
	if (w->name[0] == '.' && (w->len == 1 || (w->len == 2 && w->name[1] == '.'))) {
		w->node = w->len == 1 ? dir : dir->parent;
		node_ref(w->node);
		return 0;
	}
	err = dir->dops->lookup(dir, w->name, w->len, &w->node);
	return err == ENOENT ? 0 : err;
}

/* Follow the symbolic link w->node. The link's target replaces its name in front of the rest of the
 * path, *path, and the walk continues with that from the root or from w->dir. A link with leads_to
 * ends there at once. Returns 0, ELOOP, ENAMETOOLONG or ENOMEM. */
static int
follow_link(struct walk *w, const char **path, unsigned count)
{
	size_t len = strlen(w->node->target), rest = strlen(*path);
	char *buf;

	if (count > SYMLINKS_MAX)
		return ELOOP;
	if (w->node->leads_to != NULL) {
		struct node *n = w->node->leads_to;

		node_ref(n);
		node_unref(w->node);
		w->node = n;
		return 0;
	}
	if (len + 1 + rest + 1 > PATH_MAX)
		return ENAMETOOLONG;
	buf = kmem_alloc(len + 1 + rest + 1);
	if (buf == NULL)
		return ENOMEM;
	memcpy(buf, w->node->target, len);
	if (w->slash)
		buf[len++] = '/';
	memcpy(buf + len, *path, rest);
	kmem_free(w->buf);
	w->buf = buf;
	node_unref(w->node);
	w->node = *buf == '/' ? root : w->dir;
	node_ref(w->node);
	while (*buf == '/')
		buf++;
	w->name = *path = buf;
	w->len = 0;
	return 0;
}

int
fs_walk(const char *path, struct node *cwd, const struct cred *cred, enum walk_end end,
        struct walk *w)
{
	DOES_NOT_SLEEP;
	int err = *path == '\0' ? ENOENT : 0;
	unsigned links = 0;

	*w = (struct walk){.node = *path == '/' ? root : cwd, .name = path};
	node_ref(w->node);
	while (*path == '/')
		path++;
	while (err == 0 && *path != '\0') {
		w->name = path;
		while (*path != '\0' && *path != '/')
			path++;
		w->len = path - w->name;
		w->slash = *path == '/';
		while (*path == '/')
			path++;
		err = step(w, cred);
		if (err == 0 && w->node != NULL && w->node->target != NULL &&
		    (end == WALK_FOLLOW || *path != '\0' || (end == WALK_STAY && w->slash)))
			err = follow_link(w, &path, ++links);
	}
	if (err == 0 && w->slash && end != WALK_NAME && w->node != NULL &&
	    !node_is(w->node, S_IFDIR))
		err = ENOTDIR;
	if (err != 0)
		fs_walk_end(w);
	return err;
}

void
fs_walk_end(struct walk *w)
{
	node_unref(w->node);
	node_unref(w->dir);
	kmem_free(w->buf);
	*w = (struct walk){.node = NULL};
}

int
fs_lookup(const char *path, struct node *cwd, const struct cred *cred, struct node **out)
{
	struct walk w;
	int err = fs_walk(path, cwd, cred, WALK_FOLLOW, &w);

	if (err != 0)
		return err;
	*out = w.node;
	w.node = NULL;
	fs_walk_end(&w);
	return *out == NULL ? ENOENT : 0;
}

/* ---- From a node to its path ---- */

char *
fs_path(const struct node *dir, char *buf, size_t size)
{
	DOES_NOT_SLEEP;
	char *p = buf + size - 1;
	struct dir_entry e;

	*p = '\0';
	if (dir == root)
		*--p = '/';
	for (; dir != root; dir = dir->parent) {
		size_t len = dir->dops->name(dir, &e) ? strlen(e.name) : size;

		if (len + 1 > (size_t)(p - buf))
			return NULL;
		p -= len;
		memcpy(p, e.name, len);
		*--p = '/';
	}
	return p;
}
