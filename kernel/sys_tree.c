/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that change the tree of files, and what is said of them. Linux
 * has most of them twice: with a path from the current directory, and with one
 * from a directory's descriptor. The first kind is the second with AT_FDCWD.
 */
#include "abi/errno.h"
#include "file.h"
#include "kmem.h"
#include "printf.h"
#include "proc.h"
#include "string.h"
#include "syscall.h"
#include "vm.h"

/* ---- Names ---- */

static int
make(uint32_t dirfd, vaddr_t path, uint32_t mode)
{
	struct walk w;
	int err = path_walk(dirfd, path, false, &w);

	if (err != 0)
		return err;
	err = fs_create(&w, mode, NULL);
	fs_walk_end(&w);
	return err;
}

int
sys_mkdirat(const uint32_t *arg, uint32_t *result)
{
	return make(arg[0], arg[1], S_IFDIR | (arg[2] & 01777));
}
ALIAS(mkdir, mkdirat, AT_FDCWD, arg[0], arg[1])

/* Regular files only: devices and FIFOs are not for programs to make. */
int
sys_mknodat(const uint32_t *arg, uint32_t *result)
{
	if ((arg[2] & S_IFMT) != 0 && (arg[2] & S_IFMT) != S_IFREG)
		return EPERM;
	return make(arg[0], arg[1], S_IFREG | (arg[2] & 07777));
}
ALIAS(mknod, mknodat, AT_FDCWD, arg[0], arg[1])

int
sys_unlinkat(const uint32_t *arg, uint32_t *result)
{
	struct walk w;
	int err;

	if (arg[2] & ~AT_REMOVEDIR)
		return EINVAL;
	err = path_walk(arg[0], arg[1], false, &w);
	if (err != 0)
		return err;
	err = fs_remove(&w, arg[2] & AT_REMOVEDIR);
	fs_walk_end(&w);
	return err;
}
ALIAS(unlink, unlinkat, AT_FDCWD, arg[0])

ALIAS(rmdir, unlinkat, AT_FDCWD, arg[0], AT_REMOVEDIR)

int
sys_renameat2(const uint32_t *arg, uint32_t *result)
{
	struct walk from, to;
	int err;

	if (arg[4] & ~RENAME_NOREPLACE)
		return EINVAL;
	err = path_walk(arg[0], arg[1], false, &from);
	if (err != 0)
		return err;
	err = path_walk(arg[2], arg[3], false, &to);
	if (err == 0) {
		err = fs_rename(&from, &to, !(arg[4] & RENAME_NOREPLACE));
		fs_walk_end(&to);
	}
	fs_walk_end(&from);
	return err;
}

ALIAS(renameat, renameat2, arg[0], arg[1], arg[2], arg[3], 0)

ALIAS(rename, renameat2, AT_FDCWD, arg[0], AT_FDCWD, arg[1], 0)

int
sys_linkat(const uint32_t *arg, uint32_t *result)
{
	uint32_t flags = arg[4] & AT_EMPTY_PATH;
	struct node *n;
	struct walk w;
	int err;

	if (arg[4] & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return EINVAL;
	if (!(arg[4] & AT_SYMLINK_FOLLOW))
		flags |= AT_SYMLINK_NOFOLLOW;
	err = path_node(arg[0], arg[1], flags, &n);
	if (err != 0)
		return err;
	err = path_walk(arg[2], arg[3], false, &w);
	if (err == 0) {
		err = fs_link(n, &w);
		fs_walk_end(&w);
	}
	node_unref(n);
	return err;
}

ALIAS(link, linkat, AT_FDCWD, arg[0], AT_FDCWD, arg[1], 0)

int
sys_symlinkat(const uint32_t *arg, uint32_t *result)
{
	char *target = kmem_alloc(PATH_MAX);
	struct walk w;
	int err;

	if (target == NULL)
		return ENOMEM;
	err = copyinstr(target, arg[0], PATH_MAX, NULL);
	if (err == 0 && *target == '\0')
		err = ENOENT;
	if (err == 0)
		err = path_walk(arg[1], arg[2], false, &w);
	if (err == 0) {
		err = fs_create(&w, S_IFLNK | 0777, target);
		fs_walk_end(&w);
	}
	kmem_free(target);
	return err;
}

ALIAS(symlink, symlinkat, arg[0], AT_FDCWD, arg[1])

int
sys_readlinkat(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err;

	if ((int32_t)arg[3] <= 0)
		return EINVAL;
	err = path_node(arg[0], arg[1], AT_SYMLINK_NOFOLLOW, &n);
	if (err != 0)
		return err;
	if (n->target == NULL) {
		err = EINVAL;
	} else {
		*result = strlen(n->target) < arg[3] ? strlen(n->target) : arg[3];
		err = copyout(arg[2], n->target, *result);
	}
	node_unref(n);
	return err;
}
ALIAS(readlink, readlinkat, AT_FDCWD, arg[0], arg[1], arg[2])

/* ---- What is said of a file ---- */

/* Only its owner may change it. */
static bool
is_owner(const struct node *n)
{
	return curproc()->cred.euid == 0 || curproc()->cred.euid == n->uid;
}

static int
change_mode(struct node *n, uint32_t mode)
{
	if (!is_owner(n))
		return EPERM;
	if (curproc()->cred.euid != 0 && !cred_in_group(&curproc()->cred, n->gid))
		mode &= ~S_ISGID;
	n->mode = (n->mode & S_IFMT) | (mode & 07777);
	n->ctime = fs_now();
	return 0;
}

int
sys_fchmodat(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err = path_node(arg[0], arg[1], 0, &n);

	if (err != 0)
		return err;
	err = change_mode(n, arg[2]);
	node_unref(n);
	return err;
}
ALIAS(chmod, fchmodat, AT_FDCWD, arg[0], arg[1])

int
sys_fchmod(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	return f == NULL ? EBADF : change_mode(f->node, arg[1]);
}

/* Root gives files away; their owner only to a group that it is in. */
static int
change_owner(struct node *n, uint32_t uid, uint32_t gid)
{
	const struct cred *cred = &curproc()->cred;
	uint32_t to_uid = uid == UINT32_MAX ? n->uid : uid;
	uint32_t to_gid = gid == UINT32_MAX ? n->gid : gid;

	if (cred->euid != 0 && (cred->euid != n->uid || to_uid != n->uid ||
	                        (to_gid != n->gid && !cred_in_group(cred, to_gid))))
		return EPERM;
	n->uid = to_uid;
	n->gid = to_gid;
	if (!node_is(n, S_IFDIR))
		n->mode &= ~(S_ISUID | (n->mode & 010 ? S_ISGID : 0));
	n->ctime = fs_now();
	return 0;
}

int
sys_fchownat(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err;

	if (arg[4] & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return EINVAL;
	err = path_node(arg[0], arg[1], arg[4], &n);
	if (err != 0)
		return err;
	err = change_owner(n, arg[2], arg[3]);
	node_unref(n);
	return err;
}
ALIAS(chown, fchownat, AT_FDCWD, arg[0], arg[1], arg[2])

ALIAS(lchown, fchownat, AT_FDCWD, arg[0], arg[1], arg[2], AT_SYMLINK_NOFOLLOW)

int
sys_fchown(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	return f == NULL ? EBADF : change_owner(f->node, arg[1], arg[2]);
}

int
sys_umask(const uint32_t *arg, uint32_t *result)
{
	*result = curproc()->umask;
	curproc()->umask = arg[0] & 0777;
	return 0;
}

/* ---- Length ---- */

static int
truncate(struct node *n, uint32_t low, uint32_t high)
{
	if ((int32_t)high < 0)
		return EINVAL;
	if (high != 0)
		return EFBIG;
	return n->object == NULL ? EINVAL : ramfs_resize(n, low);
}

int
sys_truncate64(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err = path_node(AT_FDCWD, arg[0], 0, &n);

	if (err != 0)
		return err;
	err = node_is(n, S_IFDIR) ? EISDIR : fs_access(n, &curproc()->cred, W_OK);
	if (err == 0)
		err = truncate(n, arg[1], arg[2]);
	node_unref(n);
	return err;
}

ALIAS(truncate, truncate64, arg[0], arg[1], (int32_t)arg[1] < 0 ? UINT32_MAX : 0)

int
sys_ftruncate64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	if (f == NULL)
		return EBADF;
	if ((f->flags & O_ACCMODE) == O_RDONLY)
		return EINVAL;
	return truncate(f->node, arg[1], arg[2]);
}

ALIAS(ftruncate, ftruncate64, arg[0], arg[1], (int32_t)arg[1] < 0 ? UINT32_MAX : 0)
