/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes to the tree: create, remove, link and rename. Each function first checks everything that
 * could make it fail, then changes the tree. The rules are POSIX's; where POSIX leaves the choice
 * of an error open, it is Linux's.
 */
#include "abi/errno.h"
#include "fs/ramfs.h"
#include "proc/proc.h"

/* Returns 0 if the current process may bind and unbind names in dir, else ENOENT if dir has been
 * removed, EACCES, or `fixed` if dir is a directory that nobody may change. */
static int
may_change(const struct node *dir, int fixed)
{
	if (!dir->dops->changes)
		return fixed;
	if (dir->nlink == 0)
		return ENOENT;
	return fs_access(dir, &curproc()->cred, W_OK | X_OK);
}

/* Returns 0 if the current process may unbind a name of n in dir, else the errno. In a sticky
 * directory only root and the owners of n and of dir may. */
static int
may_remove(const struct node *dir, const struct node *n)
{
	uint32_t euid = curproc()->cred.euid;
	int err = may_change(dir, EPERM);

	if (err == 0 && (dir->mode & S_ISVTX) && euid != 0 && euid != n->uid && euid != dir->uid)
		return EPERM;
	return err;
}

/* Returns whether the walk ended at the root, "." or "..": these names cannot be changed. */
static bool
is_dots(const struct walk *w)
{
	return w->len == 0 ||
	       (w->name[0] == '.' && (w->len == 1 || (w->len == 2 && w->name[1] == '.')));
}

int
fs_create(struct walk *w, uint32_t mode, const char *target)
{
	DOES_NOT_SLEEP;
	const struct proc *p = curproc();
	struct node *dir = w->dir, *n;
	int err;

	if (w->node != NULL)
		return EEXIST;
	if (w->slash && (mode & S_IFMT) != S_IFDIR)
		return ENOENT;
	err = may_change(dir, ENOENT);
	if (err != 0)
		return err;
	n = node_create(dir, target != NULL ? mode : mode & ~p->umask);
	if (n == NULL)
		return ENOMEM;
	n->uid = p->cred.euid;
	n->gid = dir->mode & S_ISGID ? dir->gid : p->cred.egid;
	if (node_is(n, S_IFDIR))
		n->mode |= dir->mode & S_ISGID;
	else if ((n->mode & S_IXGRP) && !node_may_setgid(n))
		n->mode &= ~S_ISGID; /* only members of its group make a set-group-ID program */
	err = target != NULL ? node_set_target(n, target) : ramfs_setup(n);
	if (err == 0)
		err = ramfs_link(dir, w->name, w->len, n);
	if (err == 0)
		w->node = n;
	else
		node_unref(n);
	return err;
}

int
fs_remove(const struct walk *w, bool dir)
{
	DOES_NOT_SLEEP;
	int err;

	if (w->node == NULL)
		return ENOENT;
	if (is_dots(w))
		return !dir ? EISDIR : w->len == 0 ? EBUSY : w->len == 1 ? EINVAL : ENOTEMPTY;
	if (w->slash && !dir)
		return node_is(w->node, S_IFDIR) ? EISDIR : ENOTDIR;
	err = may_remove(w->dir, w->node);
	if (err != 0)
		return err;
	if (dir != node_is(w->node, S_IFDIR))
		return dir ? ENOTDIR : EISDIR;
	if (dir && !w->node->dops->changes)
		return EBUSY;
	if (dir && w->node->entries.first != NULL)
		return ENOTEMPTY;
	ramfs_unlink(w->dir, w->name, w->len);
	return 0;
}

int
fs_link(struct node *n, const struct walk *w)
{
	DOES_NOT_SLEEP;
	int err;

	if (w->node != NULL)
		return EEXIST;
	if (w->slash)
		return ENOENT;
	if (w->dir->dev != n->dev)
		return EXDEV;
	err = may_change(w->dir, ENOENT);
	if (err != 0)
		return err;
	if (node_is(n, S_IFDIR))
		return EPERM;
	if (n->nlink == 0)
		return ENOENT;
	if (node_is_pipe(n))
		return EXDEV;
	return ramfs_link(w->dir, w->name, w->len, n);
}

/* Returns 0 if n may replace what the walk `to` found, else the errno. */
static int
may_replace(const struct node *n, const struct walk *to)
{
	int err = may_remove(to->dir, to->node);

	if (err != 0)
		return err;
	if (!node_is(n, S_IFDIR))
		return node_is(to->node, S_IFDIR) ? EISDIR : 0;
	if (!node_is(to->node, S_IFDIR))
		return ENOTDIR;
	if (!to->node->dops->changes)
		return EBUSY;
	return to->node->entries.first != NULL ? ENOTEMPTY : 0;
}

int
fs_rename(const struct walk *from, const struct walk *to, bool replace)
{
	DOES_NOT_SLEEP;
	struct node *n = from->node, *up;
	int err;

	if (is_dots(from) || is_dots(to))
		return EBUSY;
	if (n == NULL)
		return ENOENT;
	if (from->dir->dev != to->dir->dev)
		return EXDEV;
	if (!replace && to->node != NULL)
		return EEXIST;
	if (!node_is(n, S_IFDIR) && (from->slash || to->slash))
		return ENOTDIR;
	/* A directory cannot be moved into itself or a directory below it. */
	for (up = to->dir; up != n && up != up->parent; up = up->parent)
		;
	if (up == n)
		return EINVAL;
	if (n == to->node)
		return 0;
	err = may_remove(from->dir, n);
	if (err == 0)
		err = to->node != NULL ? may_replace(n, to) : may_change(to->dir, ENOENT);
	/* A directory that gets another parent is written to, for its ".." changes. */
	if (err == 0 && node_is(n, S_IFDIR) && from->dir != to->dir)
		err = fs_access(n, &curproc()->cred, W_OK);
	if (err == 0 && node_is(n, S_IFDIR) && !n->dops->changes)
		err = EBUSY;
	return err != 0 ? err : ramfs_rename(from, to);
}
