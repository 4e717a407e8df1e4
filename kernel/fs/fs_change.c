/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What changes a tree: names come, go and move. Each checks all that could stop
 * it, then does it; the rules are POSIX's, with Linux's choice of error where
 * POSIX leaves one.
 */
#include "abi/errno.h"
#include "fs/ramfs.h"
#include "proc/proc.h"

/* May names in dir be changed? fixed: the error where nobody may. */
static int
may_change(const struct node *dir, int fixed)
{
	if (!dir->dops->changes)
		return fixed;
	if (dir->nlink == 0)
		return ENOENT;
	return fs_access(dir, &curproc()->cred, W_OK | X_OK);
}

/* May n's name be taken away? In a sticky directory that is for owners only. */
static int
may_remove(const struct node *dir, const struct node *n)
{
	uint32_t euid = curproc()->cred.euid;
	int err = may_change(dir, EPERM);

	if (err == 0 && (dir->mode & S_ISVTX) && euid != 0 && euid != n->uid && euid != dir->uid)
		return EPERM;
	return err;
}

/* Is it the root, "." or ".."? Those are no names to change. */
static bool
is_dots(const struct walk *w)
{
	return w->len == 0 ||
	       (w->name[0] == '.' && (w->len == 1 || (w->len == 2 && w->name[1] == '.')));
}

int
fs_create(struct walk *w, uint32_t mode, const char *target)
{
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
		n->mode &= ~S_ISGID; /* a set-id program needs a member of its group */
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
	if (dir && w->node->entries != NULL)
		return ENOTEMPTY;
	ramfs_unlink(w->dir, w->name, w->len);
	return 0;
}

int
fs_link(struct node *n, const struct walk *w)
{
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

/* May what is at `to` make way for n? */
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
	return to->node->entries != NULL ? ENOTEMPTY : 0;
}

int
fs_rename(const struct walk *from, const struct walk *to, bool replace)
{
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
	/* A directory can't come to be within itself. */
	for (up = to->dir; up != n && up != up->parent; up = up->parent)
		;
	if (up == n)
		return EINVAL;
	if (n == to->node)
		return 0;
	err = may_remove(from->dir, n);
	if (err == 0)
		err = to->node != NULL ? may_replace(n, to) : may_change(to->dir, ENOENT);
	/* Its ".." is to change: that is a write to it. */
	if (err == 0 && node_is(n, S_IFDIR) && from->dir != to->dir)
		err = fs_access(n, &curproc()->cred, W_OK);
	if (err == 0 && node_is(n, S_IFDIR) && !n->dops->changes)
		err = EBUSY;
	return err != 0 ? err : ramfs_rename(from, to);
}
