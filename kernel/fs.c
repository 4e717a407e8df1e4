/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of files: nodes, who may do what to them, and the way from a path
 * to a node. What a directory holds is for its dir_ops to say (ramfs.c,
 * procfs.c), so that a further file system is a further dir_ops.
 */
#include "abi/errno.h"
#include "file.h"
#include "kmem.h"
#include "printf.h"
#include "proc.h"
#include "string.h"
#include "vm.h"

static struct node *root;

struct node *
fs_root(void)
{
	return root;
}

/* ---- Nodes ---- */

struct node *
node_create(const char *name, size_t len, uint32_t mode)
{
	static uint32_t last_ino = 1;
	struct node *n = kmem_alloc(sizeof(*n) + len + 1);

	if (n == NULL)
		return NULL;
	n->refs = 1;
	n->ino = ++last_ino;
	n->mode = mode;
	n->nlink = 1;
	memcpy(n->name, name, len);
	return n;
}

void
node_ref(struct node *n)
{
	ASSERT(n->refs > 0);
	n->refs++;
}

/* The last reference to a child may be the last but one to its parent, and so
 * on upwards. */
void
node_unref(struct node *n)
{
	while (n != NULL) {
		struct node *parent = n->parent;

		ASSERT(n->refs > 0);
		if (--n->refs > 0)
			return;
		if (n->object != NULL)
			vm_object_unref(n->object);
		kmem_free(n);
		n = parent;
	}
}

struct vm_object *
node_object(const struct node *n, uint32_t *size)
{
	*size = n->size;
	return n->object;
}

void
fs_init(const void *initrd, size_t len)
{
	struct node *dev, *proc;

	root = node_create("", 0, S_IFDIR | 0755);
	if (root == NULL)
		noboot("too little memory for the root directory");
	root->parent = root;
	root->nlink = 2;
	root->dops = &ramfs_dir_ops;
	root->fops = &dir_file_ops;
	initrd_unpack(initrd, len);
	dev = ramfs_mkdir(root, "dev", 3);
	proc = ramfs_mkdir(root, "proc", 4);
	if (dev == NULL || proc == NULL)
		noboot("initrd: /dev or /proc is not a directory, or memory is out");
	dev_init(dev);
	procfs_init(proc);
}

/* ---- Rights ---- */

int
fs_access(const struct node *n, const struct cred *cred, int mode)
{
	uint32_t bits = n->mode;

	/* What has content is on a file system that can't be written to. */
	if ((mode & W_OK) && (n->fops == NULL || n->fops->write == NULL))
		return EROFS;
	if (cred->euid == 0) {
		bool executable = (bits & 0111) != 0 || (bits & S_IFMT) == S_IFDIR;

		return (mode & X_OK) && !executable ? EACCES : 0;
	}
	if (cred->euid == n->uid)
		bits >>= 6;
	else if (cred_in_group(cred, n->gid))
		bits >>= 3;
	return (mode & ~bits & 7) != 0 ? EACCES : 0;
}

/* ---- Paths ---- */

/* One step down from w->node, which becomes w->dir. */
static int
step(struct walk *w, const struct cred *cred)
{
	struct node *dir = w->node;
	int err;

	if ((dir->mode & S_IFMT) != S_IFDIR)
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

int
fs_walk(const char *path, struct node *cwd, const struct cred *cred, struct walk *w)
{
	int err = *path == '\0' ? ENOENT : 0;

	*w = (struct walk){.node = *path == '/' ? root : cwd, .name = path};
	node_ref(w->node);
	while (*path == '/')
		path++;
	while (err == 0 && *path != '\0') {
		if (w->node == NULL) {
			err = ENOENT;
			break;
		}
		w->name = path;
		while (*path != '\0' && *path != '/')
			path++;
		w->len = path - w->name;
		w->slash = *path == '/';
		while (*path == '/')
			path++;
		err = step(w, cred);
	}
	if (err == 0 && w->slash && w->node != NULL && (w->node->mode & S_IFMT) != S_IFDIR)
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
	w->node = w->dir = NULL;
}

int
fs_lookup(const char *path, struct node *cwd, const struct cred *cred, struct node **out)
{
	struct walk w;
	int err = fs_walk(path, cwd, cred, &w);

	if (err != 0)
		return err;
	*out = w.node;
	w.node = NULL;
	fs_walk_end(&w);
	return *out == NULL ? ENOENT : 0;
}
