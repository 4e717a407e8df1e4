/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that take a path, or ask what a file or a directory is. */
#include "abi/errno.h"
#include "file.h"
#include "kmem.h"
#include "printf.h"
#include "proc.h"
#include "string.h"
#include "syscall.h"
#include "vm.h"

/* A path of the user's in memory of its own, for the caller to free. */
static int
path_copyin(vaddr_t from, char **out)
{
	int err;

	*out = kmem_alloc(PATH_MAX);
	if (*out == NULL)
		return ENOMEM;
	err = copyinstr(*out, from, PATH_MAX, NULL);
	if (err != 0)
		kmem_free(*out);
	return err;
}

/* The node that a path of the user's leads to, with one reference. */
static int
lookup_user(vaddr_t upath, const struct cred *cred, struct node **out)
{
	char *path;
	int err = path_copyin(upath, &path);

	if (err != 0)
		return err;
	err = fs_lookup(path, curproc()->cwd, cred, out);
	kmem_free(path);
	return err;
}

int
sys_open(const uint32_t *arg, uint32_t *result)
{
	char *path;
	int err = path_copyin(arg[0], &path);

	if (err != 0)
		return err;
	err = file_open(path, arg[1], (int *)result);
	kmem_free(path);
	return err;
}

int
sys_access(const uint32_t *arg, uint32_t *result)
{
	struct cred cred = curproc()->cred;
	struct node *n;
	int err;

	(void)result;
	if (arg[1] & ~7u)
		return EINVAL;
	/* It asks for who the user really is. */
	cred.euid = cred.ruid;
	cred.egid = cred.rgid;
	err = lookup_user(arg[0], &cred, &n);
	if (err != 0)
		return err;
	err = fs_access(n, &cred, arg[1]);
	node_unref(n);
	return err;
}

/* ---- stat ---- */

/* n NULL: a pipe. */
static int
stat_copyout(const struct node *n, vaddr_t to)
{
	struct abi_stat64 st = {.st_mode = S_IFIFO | 0600, .st_nlink = 1, .st_blksize = PAGE_SIZE};

	if (n != NULL) {
		st.st_dev = 1;
		st.st_ino32 = n->ino;
		st.st_ino = n->ino;
		st.st_mode = n->mode;
		st.st_nlink = n->nlink;
		st.st_uid = n->uid;
		st.st_gid = n->gid;
		st.st_rdev = n->rdev;
		st.st_size = n->size;
		st.st_blocks = page_round(n->size) / 512;
		st.st_atime = st.st_mtime = st.st_ctime = n->mtime;
	}
	return copyout(to, &st, sizeof(st));
}

int
sys_stat64(const uint32_t *arg, uint32_t *result)
{
	struct node *n;
	int err = lookup_user(arg[0], &curproc()->cred, &n);

	(void)result;
	if (err != 0)
		return err;
	err = stat_copyout(n, arg[1]);
	node_unref(n);
	return err;
}

int
sys_lstat64(const uint32_t *arg, uint32_t *result)
{
	return sys_stat64(arg, result);
}

int
sys_fstat64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);

	(void)result;
	return f == NULL ? EBADF : stat_copyout(f->node, arg[1]);
}

/* ---- Directories ---- */

/* The entry at *pos, which moves on. */
static bool
dir_next(struct node *dir, uint32_t *pos, struct dir_entry *e)
{
	const struct node *n = *pos == 0 ? dir : dir->parent;

	if (*pos >= DIR_FIRST)
		return dir->dops->next(dir, pos, e);
	e->name = *pos == 0 ? "." : "..";
	e->ino = n->ino;
	e->mode = n->mode;
	++*pos;
	return true;
}

/* One record at `to`, where there is room for `room` bytes. */
static int
dirent_copyout(vaddr_t to, size_t room, const struct dir_entry *e, uint32_t next, size_t *len)
{
	const size_t head = offsetof(struct abi_dirent64, d_name);
	size_t name = strlen(e->name);
	struct abi_dirent64 d = {.d_ino = e->ino, .d_off = next};

	*len = (head + name + 1 + 7) & ~(size_t)7;
	if (*len > room)
		return EINVAL;
	d.d_reclen = *len;
	d.d_type = (e->mode & S_IFMT) >> 12; /* DT_* are these bits */
	if (copyout(to, &d, head) != 0 || copyout(to + head, e->name, name) != 0)
		return EFAULT;
	return copyzero(to + head + name, *len - head - name);
}

int
sys_getdents64(const uint32_t *arg, uint32_t *result)
{
	struct file *f = fd_get(arg[0]);
	vaddr_t to = arg[1];
	size_t room = arg[2], len;
	int err = 0;

	if (f == NULL)
		return EBADF;
	if (f->node == NULL || f->node->dops == NULL)
		return ENOTDIR;
	for (;;) {
		uint32_t next = f->offset;
		struct dir_entry e;

		if (!dir_next(f->node, &next, &e))
			break;
		err = dirent_copyout(to, room, &e, next, &len);
		if (err != 0)
			break;
		f->offset = next;
		to += len;
		room -= len;
	}
	*result = to - arg[1];
	return *result > 0 ? 0 : err;
}

int
sys_chdir(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	struct node *n;
	int err = lookup_user(arg[0], &p->cred, &n);

	(void)result;
	if (err != 0)
		return err;
	err = (n->mode & S_IFMT) != S_IFDIR ? ENOTDIR : fs_access(n, &p->cred, X_OK);
	if (err != 0) {
		node_unref(n);
		return err;
	}
	node_unref(p->cwd);
	p->cwd = n;
	return 0;
}

/* Written from its end, on the way up to the root. */
int
sys_getcwd(const uint32_t *arg, uint32_t *result)
{
	const struct node *n = curproc()->cwd;
	char *path = kmem_alloc(PATH_MAX), *p;
	int err = 0;

	if (path == NULL)
		return ENOMEM;
	p = path + PATH_MAX - 1;
	if (n == fs_root())
		*--p = '/';
	for (; err == 0 && n != fs_root(); n = n->parent) {
		size_t len = strlen(n->name);

		if (len + 1 > (size_t)(p - path)) {
			err = ENAMETOOLONG;
			break;
		}
		p -= len;
		memcpy(p, n->name, len);
		*--p = '/';
	}
	*result = path + PATH_MAX - p;
	if (err == 0)
		err = *result > arg[1] ? ERANGE : copyout(arg[0], p, *result);
	kmem_free(path);
	return err;
}
