/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that change the tree of files, and the mode, owner and length of a file. Linux has
 * most of them twice: with a path relative to the working directory, and with one relative to
 * the directory of a descriptor. The first kind is the second with AT_FDCWD.
 */
#include "abi/errno.h"
#include "base/string.h"
#include "debug/trace.h"
#include "fs/file.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "sys/sys_path.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* ---- Names ---- */

/* Make a directory. */
int
sys_mkdirat(const union call_args *arg, uint32_t *result)
{
	struct walk w;
	int err = path_walk(arg->mkdirat.dirfd, arg->mkdirat.pathname, &w);

	if (err != 0)
		return err;
	err = fs_create(&w, S_IFDIR | (arg->mkdirat.mode & 01777), NULL);
	fs_walk_end(&w);
	return err;
}

ALIAS(mkdir, mkdirat, AT_FDCWD, arg->mkdir.pathname, arg->mkdir.mode)

/* Make a regular file or a FIFO. Devices and sockets cannot be made: EPERM, even for root. */
int
sys_mknodat(const union call_args *arg, uint32_t *result)
{
	uint32_t mode = arg->mknodat.mode;
	uint32_t type = mode & S_IFMT;
	struct walk w;
	int err;

	if (type == 0)
		type = S_IFREG;
	if (type == S_IFDIR)
		return EPERM;
	if (type != S_IFREG && type != S_IFIFO && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFSOCK)
		return EINVAL;
	err = path_walk(arg->mknodat.dirfd, arg->mknodat.pathname, &w);
	if (err != 0)
		return err;
	if (w.node == NULL && !w.slash && type != S_IFREG && type != S_IFIFO)
		err = EPERM;
	else
		err = fs_create(&w, type | (mode & 07777), NULL);
	fs_walk_end(&w);
	return err;
}

ALIAS(mknod, mknodat, AT_FDCWD, arg->mknod.pathname, arg->mknod.mode, arg->mknod.dev)

/* Unbind a name, of a directory with AT_REMOVEDIR, else of any other file. */
int
sys_unlinkat(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->unlinkat.flags;
	struct walk w;
	int err;

	if (flags & ~AT_REMOVEDIR)
		return EINVAL;
	err = path_walk(arg->unlinkat.dirfd, arg->unlinkat.pathname, &w);
	if (err != 0)
		return err;
	err = fs_remove(&w, flags & AT_REMOVEDIR);
	fs_walk_end(&w);
	return err;
}
ALIAS(unlink, unlinkat, AT_FDCWD, arg->unlink.pathname, 0)

ALIAS(rmdir, unlinkat, AT_FDCWD, arg->rmdir.pathname, AT_REMOVEDIR)

/* Move a name to another place. A file that has the new name is replaced; with RENAME_NOREPLACE
 * that is EEXIST. */
int
sys_renameat2(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->renameat2.flags;
	struct walk from, to;
	int err;

	if (flags & ~RENAME_NOREPLACE)
		return EINVAL;
	err = path_walk(arg->renameat2.olddirfd, arg->renameat2.oldpath, &from);
	if (err != 0)
		return err;
	err = path_walk(arg->renameat2.newdirfd, arg->renameat2.newpath, &to);
	if (err == 0) {
		err = fs_rename(&from, &to, !(flags & RENAME_NOREPLACE));
		fs_walk_end(&to);
	}
	fs_walk_end(&from);
	return err;
}

ALIAS(renameat, renameat2, arg->renameat.olddirfd, arg->renameat.oldpath, arg->renameat.newdirfd,
      arg->renameat.newpath, 0)

ALIAS(rename, renameat2, AT_FDCWD, arg->rename.oldpath, AT_FDCWD, arg->rename.newpath, 0)

/* link(): bind the name that newpath ends in to n, too. */
static int
give_name(struct node *n, const uint32_t *arg, uint32_t *result)
{
	uint32_t newdirfd = arg[0];
	vaddr_t newpath = arg[1];
	struct walk w;
	int err = path_walk(newdirfd, newpath, &w);

	if (err == 0) {
		err = fs_link(n, &w);
		fs_walk_end(&w);
	}
	return err;
}

/* linkat() follows a symbolic link only with AT_SYMLINK_FOLLOW, while other calls follow it unless
 * they have AT_SYMLINK_NOFOLLOW: so the flag is turned around. */
PATH_CALL(linkat, arg->linkat.olddirfd, arg->linkat.oldpath,
          (arg->linkat.flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW) |
                  (arg->linkat.flags & ~AT_SYMLINK_FOLLOW),
          give_name, &arg->linkat.newdirfd)
ALIAS(link, linkat, AT_FDCWD, arg->link.oldpath, AT_FDCWD, arg->link.newpath, 0)

/* Make a symbolic link to `target`, which need not exist. */
int
sys_symlinkat(const union call_args *arg, uint32_t *result)
{
	char *target = kmem_alloc(PATH_MAX);
	struct walk w;
	int err;

	if (target == NULL)
		return ENOMEM;
	err = copyinstr(target, arg->symlinkat.target, PATH_MAX, NULL);
	if (err == 0 && *target == '\0')
		err = ENOENT;
	if (err == 0)
		err = path_walk(arg->symlinkat.newdirfd, arg->symlinkat.linkpath, &w);
	if (err == 0) {
		err = fs_create(&w, S_IFLNK | 0777, target);
		fs_walk_end(&w);
	}
	kmem_free(target);
	return err;
}

ALIAS(symlink, symlinkat, arg->symlink.target, AT_FDCWD, arg->symlink.linkpath)

/* readlink(): copy the target of the symbolic link n out, without a NUL. */
static int
target_out(struct node *n, const uint32_t *arg, uint32_t *result)
{
	vaddr_t buf = arg[0];
	uint32_t bufsiz = arg[1];

	if ((int32_t)bufsiz <= 0 || n->target == NULL)
		return EINVAL;
	*result = strlen(n->target) < bufsiz ? strlen(n->target) : bufsiz;
	trace_bytes(buf, *result, n->target);
	return copyout(buf, n->target, *result);
}

PATH_CALL(readlinkat, arg->readlinkat.dirfd, arg->readlinkat.pathname, AT_SYMLINK_NOFOLLOW,
          target_out, &arg->readlinkat.buf)
ALIAS(readlink, readlinkat, AT_FDCWD, arg->readlink.pathname, arg->readlink.buf,
      arg->readlink.bufsiz)

/* ---- Mode and owner ---- */

/* Returns whether the current process may change n's mode: it is root or n's owner. */
static bool
is_owner(const struct node *n)
{
	return curproc()->cred.euid == 0 || curproc()->cred.euid == n->uid;
}

/* chmod(): set the mode of n. Returns EPERM unless the process owns n. Drops set-group-ID where
 * node_may_setgid() forbids it. */
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

PATH_CALL(fchmodat, arg->fchmodat.dirfd, arg->fchmodat.pathname, 0, change_mode,
          &arg->fchmodat.mode)
PATH_CALL(chmod, AT_FDCWD, arg->chmod.pathname, 0, change_mode, &arg->chmod.mode)
FILE_CALL(fchmod, change_mode)

/* chown(): only root may change the owner; the owner may change the group, to one that the process
 * is in. The file loses its set-id bits, unless it is a directory: see node_clear_setid(). */
static int
change_owner(struct node *n, const uint32_t *arg, uint32_t *result)
{
	const struct cred *cred = &curproc()->cred;
	uint32_t owner = arg[0], group = arg[1];
	uint32_t uid = owner == UINT32_MAX ? n->uid : owner;
	uint32_t gid = group == UINT32_MAX ? n->gid : group;

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

PATH_CALL(fchownat, arg->fchownat.dirfd, arg->fchownat.pathname, arg->fchownat.flags, change_owner,
          &arg->fchownat.owner)
PATH_CALL(chown, AT_FDCWD, arg->chown.pathname, 0, change_owner, &arg->chown.owner)
PATH_CALL(lchown, AT_FDCWD, arg->lchown.pathname, AT_SYMLINK_NOFOLLOW, change_owner,
          &arg->lchown.owner)
FILE_CALL(fchown, change_owner)

/* Set the bits that new files do not get. *result is what they were. */
int
sys_umask(const union call_args *arg, uint32_t *result)
{
	*result = curproc()->umask;
	curproc()->umask = arg->umask.mask & 0777;
	return 0;
}

/* ---- Length ---- */

/* truncate(): set the length of n. Returns EFBIG for one of more than 32 bits. */
static int
set_length(struct node *n, const uint32_t *arg, uint32_t *result)
{
	uint32_t length_low = arg[0], length_high = arg[1];
	int err = node_is(n, S_IFDIR) ? EISDIR : fs_access(n, &curproc()->cred, W_OK);

	if (err != 0)
		return err;
	if ((int32_t)length_high < 0 || n->object == NULL)
		return EINVAL;
	if (n->writers < 0)
		return ETXTBSY;
	return length_high != 0 ? EFBIG : file_truncate(n, length_low);
}

PATH_CALL(truncate64, AT_FDCWD, arg->truncate64.path, 0, set_length, &arg->truncate64.length_low)
ALIAS(truncate, truncate64, arg->truncate.path, arg->truncate.length,
      (int32_t)arg->truncate.length < 0 ? UINT32_MAX : 0)

/* Set the length of an open file, like set_length(), but the right to write was checked by open():
 * the mode of the file does not matter any more. */
int
sys_ftruncate64(const union call_args *arg, uint32_t *result)
{
	uint32_t length_high = arg->ftruncate64.length_high;
	struct file *f = fd_get(arg->ftruncate64.fd);

	if (f == NULL)
		return EBADF;
	if ((f->flags & O_ACCMODE) == O_RDONLY || f->node->object == NULL ||
	    (int32_t)length_high < 0)
		return EINVAL;
	return length_high != 0 ? EFBIG : file_truncate(f->node, arg->ftruncate64.length_low);
}
ALIAS(ftruncate, ftruncate64, arg->ftruncate.fd, arg->ftruncate.length,
      (int32_t)arg->ftruncate.length < 0 ? UINT32_MAX : 0)
