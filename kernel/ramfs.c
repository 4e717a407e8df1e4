/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system in memory. A directory is a list of nodes; a regular file is
 * a vm_object, the same thing that a segment is, so that to map one is to map
 * the other.
 */
#include "abi/errno.h"
#include "file.h"
#include "string.h"
#include "vm.h"

/* ---- Directories ---- */

/* Cookies rise along the list and are never used again, so that a position in
 * a directory stays right while entries come and go. */
void
ramfs_link(struct node *dir, struct node *n)
{
	static uint32_t last_cookie = DIR_FIRST;
	struct node **link = &dir->children;

	while (*link != NULL)
		link = &(*link)->sibling;
	*link = n;
	n->cookie = last_cookie++;
	n->parent = dir;
	node_ref(dir);
	if ((n->mode & S_IFMT) == S_IFDIR) {
		dir->nlink++;
		n->nlink = 2;
	}
}

static struct node *
find(const struct node *dir, const char *name, size_t len)
{
	struct node *n = dir->children;

	while (n != NULL && (strncmp(n->name, name, len) != 0 || n->name[len] != '\0'))
		n = n->sibling;
	return n;
}

int
ramfs_lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	*out = find(dir, name, len);
	if (*out == NULL)
		return ENOENT;
	node_ref(*out);
	return 0;
}

bool
ramfs_next(struct node *dir, uint32_t *pos, struct dir_entry *e)
{
	struct node *n = dir->children;

	while (n != NULL && n->cookie < *pos)
		n = n->sibling;
	if (n == NULL)
		return false;
	*pos = n->cookie + 1;
	e->name = n->name;
	e->ino = n->ino;
	e->mode = n->mode;
	return true;
}

const struct dir_ops ramfs_dir_ops = {.lookup = ramfs_lookup, .next = ramfs_next};

struct node *
ramfs_mkdir(struct node *dir, const char *name, size_t len)
{
	struct node *n = find(dir, name, len);

	if (n != NULL)
		return (n->mode & S_IFMT) == S_IFDIR ? n : NULL;
	n = node_create(name, len, S_IFDIR | 0755);
	if (n == NULL)
		return NULL;
	n->dops = &ramfs_dir_ops;
	n->fops = &dir_file_ops;
	ramfs_link(dir, n);
	return n;
}

static int
dir_read(struct file *f, struct uio *u)
{
	(void)f, (void)u;
	return EISDIR;
}

const struct file_ops dir_file_ops = {.read = dir_read};

/* ---- Regular files ---- */

/* Straight from the frames to the user: a view is open during each copy, which
 * may fault but never sleeps. */
static int
file_read(struct file *f, struct uio *u)
{
	struct node *n = f->node;
	int err = 0;

	while (err == 0 && u->left > 0 && f->offset < n->size) {
		uint32_t in_page = f->offset & PAGE_MASK;
		size_t k = PAGE_SIZE - in_page, before = u->left;
		char *page;

		if (k > n->size - f->offset)
			k = n->size - f->offset;
		if (k > u->left)
			k = u->left;
		page = window_open(vm_object_page(n->object, f->offset >> PAGE_SHIFT));
		err = uio_move(u, page + in_page, k);
		window_close(page);
		f->offset += before - u->left;
	}
	return err;
}

const struct file_ops ramfs_file_ops = {.read = file_read};
