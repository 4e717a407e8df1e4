/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths of user programs, and the system calls that open, test and enter what a path names. */
#include "sys/sys_path.h"

#include "abi/errno.h"
#include "base/string.h"
#include "debug/trace.h"
#include "fs/file.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Find the directory that path is relative to: that of dirfd, or the working directory. Returns 0
 * with the node in *out, without a reference, EBADF or ENOTDIR. */
static int
start_of(uint32_t dirfd, const char *path, struct node **out)
{
	struct file *f;

	*out = curproc()->cwd;
	if (dirfd == (uint32_t)AT_FDCWD || *path == '/')
		return 0;
	f = fd_get(dirfd);
	if (f == NULL)
		return EBADF;
	*out = f->node;
	return node_is(f->node, S_IFDIR) ? 0 : ENOTDIR;
}

/* Copy a path from user memory to *out, for the caller to kmem_free(). Allocates only as much as
 * the path is long, since a file must be removable when memory is short. Returns 0, EFAULT,
 * ENAMETOOLONG or ENOMEM. */
static int
path_copyin(vaddr_t from, char **out)
{
	/* Static, since it would take half of a kernel stack. Nothing sleeps while it is in use. */
	static char buf[PATH_MAX];
	size_t len;
	int err = copyinstr(buf, from, sizeof(buf), &len);

	if (err != 0)
		return err;
	*out = kmem_alloc(len + 1);
	if (*out == NULL)
		return ENOMEM;
	memcpy(*out, buf, len);
	return 0;
}

/* Walk the path at user address upath as fs_walk() does, relative to dirfd. Returns 0 with the
 * result in *w, or an error of path_copyin(), start_of() or fs_walk(). */
static int
walk_as(const struct cred *cred, uint32_t dirfd, vaddr_t upath, enum walk_end end, struct walk *w)
{
	struct node *start;
	char *path;
	int err = path_copyin(upath, &path);

	if (err != 0)
		return err;
	err = start_of(dirfd, path, &start);
	if (err == 0)
		err = fs_walk(path, start, cred, end, w);
	/* w->name may point into path, so w keeps it. */
	if (err == 0 && w->buf == NULL)
		w->buf = path;
	else
		kmem_free(path);
	return err;
}

int
path_walk(uint32_t dirfd, vaddr_t path, struct walk *w)
{
	DOES_NOT_SLEEP;

	return walk_as(&curproc()->cred, dirfd, path, WALK_NAME, w);
}

/* Find the node of a path, or with AT_EMPTY_PATH and an empty path that of dirfd. Returns 0 with
 * the node and a reference on it in *out, or the errno. */
static int
node_as(const struct cred *cred, uint32_t dirfd, vaddr_t path, uint32_t flags, struct node **out)
{
	struct walk w;
	char first;
	int err;

	if ((flags & AT_EMPTY_PATH) && copyin(&first, path, 1) == 0 && first == '\0') {
		struct file *f = fd_get(dirfd);

		if (f == NULL && dirfd != (uint32_t)AT_FDCWD)
			return EBADF;
		*out = f != NULL ? f->node : curproc()->cwd;
		node_ref(*out);
		return 0;
	}
	err = walk_as(cred, dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? WALK_STAY : WALK_FOLLOW, &w);
	if (err != 0)
		return err;
	*out = w.node;
	w.node = NULL;
	fs_walk_end(&w);
	return *out == NULL ? ENOENT : 0;
}

int
path_call(uint32_t dirfd, vaddr_t path, uint32_t flags, node_fn *fn, const uint32_t *arg,
          uint32_t *result)
{
	struct node *n;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return EINVAL;
	err = node_as(&curproc()->cred, dirfd, path, flags, &n);
	if (err != 0)
		return err;
	err = fn(n, arg, result);
	node_unref(n);
	return err;
}

int
file_call(uint32_t fd, node_fn *fn, const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(fd);

	return f == NULL ? EBADF : fn(f->node, arg, result);
}

/* Open a file, or make it with O_CREAT: file_open(). *result is the descriptor. */
int
sys_openat(const union call_args *arg, uint32_t *result)
{
	struct node *start;
	char *path;
	int err = path_copyin(arg->openat.pathname, &path);

	if (err != 0)
		return err;
	err = start_of(arg->openat.dirfd, path, &start);
	if (err == 0)
		err = file_open(start, path, arg->openat.flags, arg->openat.mode, (int *)result);
	kmem_free(path);
	return err;
}

ALIAS(open, openat, AT_FDCWD, arg->open.pathname, arg->open.flags, arg->open.mode)

ALIAS(creat, openat, AT_FDCWD, arg->creat.pathname, O_CREAT | O_WRONLY | O_TRUNC, arg->creat.mode)

/* Check whether the caller may read, write or execute a file; EACCES if not. */
int
sys_faccessat2(const union call_args *arg, uint32_t *result)
{
	uint32_t mode = arg->faccessat2.mode, flags = arg->faccessat2.flags;
	struct cred cred = curproc()->cred;
	struct node *n;
	int err;

	if ((mode & ~7u) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return EINVAL;
	/* access() checks the rights of the real user and group. */
	if (!(flags & AT_EACCESS)) {
		cred.euid = cred.ruid;
		cred.egid = cred.rgid;
	}
	err = node_as(&cred, arg->faccessat2.dirfd, arg->faccessat2.pathname, flags, &n);
	if (err != 0)
		return err;
	err = fs_access(n, &cred, mode);
	node_unref(n);
	return err;
}

ALIAS(faccessat, faccessat2, arg->faccessat.dirfd, arg->faccessat.pathname, arg->faccessat.mode, 0)

ALIAS(access, faccessat2, AT_FDCWD, arg->access.pathname, arg->access.mode, 0)

/* ---- Directories ---- */

/* Make n the working directory of the current process. */
static int
set_cwd(struct node *n, const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	int err = node_is(n, S_IFDIR) ? fs_access(n, &p->cred, X_OK) : ENOTDIR;

	if (err != 0)
		return err;
	node_ref(n);
	node_unref(p->cwd);
	p->cwd = n;
	return 0;
}

PATH_CALL(chdir, AT_FDCWD, arg->chdir.path, 0, set_cwd, NULL)
FILE_CALL(fchdir, set_cwd)

/* Write the path of the working directory to buf. *result is its length with the terminating 0.
 * ENOENT if the directory has been removed; ERANGE if buf is too small. */
int
sys_getcwd(const union call_args *arg, uint32_t *result)
{
	char *buf = kmem_alloc(PATH_MAX), *path;
	int err = ENOENT;

	if (buf == NULL)
		return ENOMEM;
	path = fs_path(curproc()->cwd, buf, PATH_MAX);
	if (path != NULL) {
		*result = buf + PATH_MAX - path;
		trace_bytes(arg->getcwd.buf, *result - 1, path);
		err = *result > arg->getcwd.size ? ERANGE : copyout(arg->getcwd.buf, path, *result);
	}
	kmem_free(buf);
	return err;
}
