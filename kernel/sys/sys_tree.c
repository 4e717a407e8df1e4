/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that change the tree of files, and the mode, owner and length of a file. Linux has
 * most of them twice: with a path relative to the working directory, and with one relative to
 * the directory of a descriptor. The first kind is the second with AT_FDCWD.
 */
#include "abi/errno.h"
#include "base/string.h"
#include "fs/file.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "sys/sys_path.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* ---- Names ---- */

int
sys_mkdirat(const uint32_t *arg, uint32_t *result)
{
	struct walk w;
	int err = path_walk(arg[0], arg[1], &w);

	if (err != 0)
		return err;
	err = fs_create(&w, S_IFDIR | (arg[2] & 01777), NULL);
	fs_walk_end(&w);
	return err;
}

ALIAS(mkdir, mkdirat, AT_FDCWD, arg[0], arg[1])

/* Make a regular file or a FIFO. Devices and sockets cannot be made: EPERM, even for root. */
int
sys_mknodat(const uint32_t *arg, uint32_t *result)
{
	uint32_t type = arg[2] & S_IFMT;
	struct walk w;
	int err;

	if (type == 0)
		type = S_IFREG;
	if (type == S_IFDIR)
		return EPERM;
	if (type != S_IFREG && type != S_IFIFO && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFSOCK)
		return EINVAL;
	err = path_walk(arg[0], arg[1], &w);
	if (err != 0)
		return err;
	if (w.node == NULL && !w.slash && type != S_IFREG && type != S_IFIFO)
		err = EPERM;
	else
		err = fs_create(&w, type | (arg[2] & 07777), NULL);
	fs_walk_end(&w);
	return err;
}

ALIAS(mknod, mknodat, AT_FDCWD, arg[0], arg[1], arg[2])

int
sys_unlinkat(const uint32_t *arg, uint32_t *result)
{
	struct walk w;
	int err;

	if (arg[2] & ~AT_REMOVEDIR)
		return EINVAL;
	err = path_walk(arg[0], arg[1], &w);
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
	err = path_walk(arg[0], arg[1], &from);
	if (err != 0)
		return err;
	err = path_walk(arg[2], arg[3], &to);
	if (err == 0) {
		err = fs_rename(&from, &to, !(arg[4] & RENAME_NOREPLACE));
		fs_walk_end(&to);
	}
	fs_walk_end(&from);
	return err;
}

ALIAS(renameat, renameat2, arg[0], arg[1], arg[2], arg[3], 0)

ALIAS(rename, renameat2, AT_FDCWD, arg[0], AT_FDCWD, arg[1], 0)

/* link(): bind the name that the path in arg ends in to n, too. */
static int
give_name(struct node *n, const uint32_t *arg, uint32_t *result)
{
	struct walk w;
	int err = path_walk(arg[0], arg[1], &w);

	if (err == 0) {
		err = fs_link(n, &w);
		fs_walk_end(&w);
	}
	return err;
}

/* linkat() follows a symbolic link only with AT_SYMLINK_FOLLOW, while other calls follow it unless
 * they have AT_SYMLINK_NOFOLLOW: so the flag is turned around. */
PATH_CALL(linkat, arg[0], arg[1],
          (arg[4] & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW) | (arg[4] & ~AT_SYMLINK_FOLLOW),
          give_name, arg + 2)
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
		err = path_walk(arg[1], arg[2], &w);
	if (err == 0) {
		err = fs_create(&w, S_IFLNK | 0777, target);
		fs_walk_end(&w);
	}
	kmem_free(target);
	return err;
}

ALIAS(symlink, symlinkat, arg[0], AT_FDCWD, arg[1])

/* readlink(): copy the target of the symbolic link n out, without a NUL. */
static int
tell_target(struct node *n, const uint32_t *arg, uint32_t *result)
{
	if ((int32_t)arg[1] <= 0 || n->target == NULL)
		return EINVAL;
	*result = strlen(n->target) < arg[1] ? strlen(n->target) : arg[1];
	return copyout(arg[0], n->target, *result);
}

PATH_CALL(readlinkat, arg[0], arg[1], AT_SYMLINK_NOFOLLOW, tell_target, arg + 2)
ALIAS(readlink, readlinkat, AT_FDCWD, arg[0], arg[1], arg[2])

/* ---- Mode and owner ---- */

/* Returns whether the current process may change n's mode: it is root or n's owner. */
static bool
is_owner(const struct node *n)
{
	return curproc()->cred.euid == 0 || curproc()->cred.euid == n->uid;
}

static int
change_mode(struct node *n, const uint32_t *arg, uint32_t *result)
{
	uint32_t mode = arg[0] & 07777;

	if (!is_owner(n))
		return EPERM;
	if (!node_may_setgid(n))
		mode &= ~S_ISGID;
	n->mode = (n->mode & S_IFMT) | mode;
	n->ctime = fs_now();
	return 0;
}

PATH_CALL(fchmodat, arg[0], arg[1], 0, change_mode, arg + 2)
PATH_CALL(chmod, AT_FDCWD, arg[0], 0, change_mode, arg + 1)
FILE_CALL(fchmod, change_mode)

/* chown(): only root may change the owner; the owner may change the group, to one that the process
 * is in. The file loses its set-id bits, unless it is a directory: see node_clear_setid(). */
static int
change_owner(struct node *n, const uint32_t *arg, uint32_t *result)
{
	const struct cred *cred = &curproc()->cred;
	uint32_t uid = arg[0] == UINT32_MAX ? n->uid : arg[0];
	uint32_t gid = arg[1] == UINT32_MAX ? n->gid : arg[1];

	if (cred->euid != 0 &&
	    (cred->euid != n->uid || uid != n->uid || (gid != n->gid && !cred_in_group(cred, gid))))
		return EPERM;
	if (!node_is(n, S_IFDIR))
		node_clear_setid(n);
	n->uid = uid;
	n->gid = gid;
	n->ctime = fs_now();
	return 0;
}

PATH_CALL(fchownat, arg[0], arg[1], arg[4], change_owner, arg + 2)
PATH_CALL(chown, AT_FDCWD, arg[0], 0, change_owner, arg + 1)
PATH_CALL(lchown, AT_FDCWD, arg[0], AT_SYMLINK_NOFOLLOW, change_owner, arg + 1)
FILE_CALL(fchown, change_owner)

int
sys_umask(const uint32_t *arg, uint32_t *result)
{
	*result = curproc()->umask;
	curproc()->umask = arg[0] & 0777;
	return 0;
}

/* ---- Length ---- */

/* truncate(): arg is the length in 64 bits, the low word first. */
static int
set_length(struct node *n, const uint32_t *arg, uint32_t *result)
{
	int err = node_is(n, S_IFDIR) ? EISDIR : fs_access(n, &curproc()->cred, W_OK);

	if (err != 0)
		return err;
	if ((int32_t)arg[1] < 0 || n->object == NULL)
		return EINVAL;
	if (n->writers < 0)
		return ETXTBSY;
	return arg[1] != 0 ? EFBIG : file_truncate(n, arg[0]);
}

PATH_CALL(truncate64, AT_FDCWD, arg[0], 0, set_length, arg + 1)
ALIAS(truncate, truncate64, arg[0], arg[1], (int32_t)arg[1] < 0 ? UINT32_MAX : 0)

/* The right to write was checked by open(): the mode of the file does not matter any more. */
int
sys_ftruncate64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	if (f == NULL)
		return EBADF;
	if ((f->flags & O_ACCMODE) == O_RDONLY || f->node->object == NULL || (int32_t)arg[2] < 0)
		return EINVAL;
	return arg[2] != 0 ? EFBIG : file_truncate(f->node, arg[1]);
}
ALIAS(ftruncate, ftruncate64, arg[0], arg[1], (int32_t)arg[1] < 0 ? UINT32_MAX : 0)
