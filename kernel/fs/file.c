/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files, and the user memory that reads and writes of them move (struct uio). An open file
 * is shared by all descriptors that dup and fork made of the one that open returned; descriptors
 * are in fdtable.c.
 */
#include "fs/file.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "fs/file_map.h"
#include "fs/lock.h"
#include "fs/poll.h"
#include "fs/ramfs.h"
#include "debug/trace.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

/* ---- User memory ---- */

/* Make the next range of the iovec the current one. Returns 0 or EFAULT. */
static int
next_range(struct uio *u)
{
	struct abi_iovec v;

	/* The list may have changed since its lengths were added up. */
	if (u->niov == 0 || copyin(&v, u->iov, sizeof(v)) != 0)
		return EFAULT;
	u->iov += sizeof(v);
	u->niov--;
	u->base = v.base;
	u->len = v.len;
	return 0;
}

int
uio_probe(struct uio *u)
{
	DOES_NOT_SLEEP;
	char c;

	while (u->len == 0)
		if (next_range(u) != 0)
			return EFAULT;
	return copyin(&c, u->base, 1);
}

/* The bytes are moved in parts that each lie in one user page. A page can be accessed as a whole
 * or not at all, so that u->left is exact after a fault. */
int
uio_move(struct uio *u, void *buf, size_t n)
{
	DOES_NOT_SLEEP;
	char *p = buf;

	VERIFY(n <= u->left);
	while (n > 0) {
		size_t k = PAGE_SIZE - (u->base & PAGE_MASK);
		int err;

		if (u->len == 0) {
			if (next_range(u) != 0)
				return EFAULT;
			continue;
		}
		if (k > n)
			k = n;
		if (k > u->len)
			k = u->len;
		if (!u->to_user)
			err = copyin(p, u->base, k);
		else if (p != NULL)
			err = copyout(u->base, p, k);
		else
			err = copyzero(u->base, k);
		if (err != 0)
			return err;
		if (p != NULL)
			trace_bytes(u->base, k, p);
		u->base += k;
		u->len -= k;
		u->left -= k;
		n -= k;
		if (p != NULL)
			p += k;
	}
	return 0;
}

/* ---- Open files ---- */

/* Returns 1 if a file opened with these flags may be written to, else 0. */
static int
writes(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY;
}

int
node_deny_write(struct node *n)
{
	if (n->writers > 0 || file_map_of(n->object)->writers > 0)
		return ETXTBSY;
	n->writers--;
	return 0;
}

void
node_allow_write(struct node *n)
{
	ASSERT(n->writers < 0);
	n->writers++;
}

/* Fill in f, which is zeroed, as an open file of n with one reference. */
static void
file_setup(struct file *f, struct node *n, const struct file_ops *ops, int flags)
{
	f->refs = 1;
	f->node = n;
	node_ref(n);
	f->ops = ops;
	n->writers += writes(flags);
	f->flags = flags & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_LARGEFILE | O_DIRECTORY);
}

struct file *
file_create(struct node *n, const struct file_ops *ops, int flags)
{
	struct file *f = kmem_alloc(sizeof(*f));

	if (f != NULL)
		file_setup(f, n, ops, flags);
	return f;
}

void
file_unref(struct file *f)
{
	VERIFY(f->refs > 0);
	if (--f->refs > 0)
		return;
	if (f->node->locks != NULL)
		lock_release(f->node, f);
	if (f->ops->close != NULL)
		f->ops->close(f);
	f->node->writers -= writes(f->flags);
	node_unref(f->node);
	kmem_free(f);
}

#define TRUNCATE_TURN SPAN_SIZE /* bytes to take off between two calls of sched_point() */

/* Others see the file get shorter step by step. What they append meanwhile goes, too, and nobody
 * may run the file. */
int
file_truncate(struct node *n, uint32_t size)
{
	int err;

	may_sleep();
	n->writers++;
	while (n->size > size && n->size - size > TRUNCATE_TURN) {
		ramfs_resize(n, n->size - TRUNCATE_TURN);
		sched_point();
	}
	err = ramfs_resize(n, size);
	n->writers--;
	if (err == 0)
		node_drop_setid(n);
	return err;
}

/* Returns 0 if the file that the walk found may be opened with these flags, else the errno. */
static int
open_check(const struct walk *w, int flags)
{
	static const int wanted[] = {R_OK, W_OK, R_OK | W_OK, R_OK | W_OK};
	bool dir = node_is(w->node, S_IFDIR);
	int mode = wanted[flags & O_ACCMODE], err;

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return EEXIST;
	if (flags & O_TRUNC)
		mode |= W_OK;
	if (dir && ((mode & W_OK) || (flags & O_CREAT)))
		return EISDIR;
	if (!dir && (flags & O_DIRECTORY))
		return ENOTDIR;
	if (w->node->target != NULL)
		return ELOOP;
	if (w->node->fops == NULL)
		return ENXIO;
	err = fs_access(w->node, &curproc()->cred, mode);
	return err == 0 && (mode & W_OK) && w->node->writers < 0 ? ETXTBSY : err;
}

/* Do what open does to the tree: create w->node, or check that it may be opened and empty it for
 * O_TRUNC. Returns 0, or the errno with nothing changed. For a regular file this is the last step
 * of an open that can fail. */
static int
open_node(struct walk *w, int flags, uint32_t mode)
{
	int err;

	if (w->node == NULL) {
		if (!(flags & O_CREAT))
			return ENOENT;
		return w->slash ? EISDIR : fs_create(w, S_IFREG | (mode & 07777), NULL);
	}
	err = open_check(w, flags);
	if (err == 0 && (flags & O_TRUNC) && w->node->object != NULL)
		err = file_truncate(w->node, 0);
	return err;
}

int
file_open(struct node *start, const char *path, int flags, uint32_t mode, int *fd)
{
	bool follow = !(flags & O_NOFOLLOW) && (~flags & (O_CREAT | O_EXCL));
	struct file *f;
	struct walk w;
	int err;

	may_sleep();
	err = fd_find(0, fd);
	if (err == 0)
		err = fs_walk(path, start, &curproc()->cred, follow ? WALK_FOLLOW : WALK_STAY, &w);
	if (err != 0)
		return err;
	/* Allocate first, for what O_CREAT and O_TRUNC do cannot be undone. */
	f = kmem_alloc(sizeof(*f));
	err = f == NULL ? ENOMEM : open_node(&w, flags, mode);
	if (err == 0) {
		file_setup(f, w.node, w.node->fops, flags);
		err = f->ops->open != NULL ? f->ops->open(f) : 0;
		if (err == 0)
			err = fd_alloc(f, 0, flags & O_CLOEXEC, fd);
		if (err != 0)
			file_unref(f);
	} else {
		kmem_free(f);
	}
	fs_walk_end(&w);
	return err;
}

int
file_mmap(int fd, int prot, bool shared, struct vm_object **out, uint8_t *max_prot)
{
	DOES_NOT_SLEEP;
	struct file *f = fd_get(fd);
	int access;

	if (f == NULL)
		return EBADF;
	access = f->flags & O_ACCMODE;
	if (access == O_WRONLY || (shared && (prot & PROT_WRITE) && access != O_RDWR))
		return EACCES;
	if (f->node->object == NULL && !f->ops->zeros)
		return ENODEV;
	*max_prot = PROT_READ | PROT_EXEC | (shared && access != O_RDWR ? 0 : PROT_WRITE);
	*out = f->node->object;
	if (*out != NULL)
		vm_object_ref(*out);
	return 0;
}

void
poll_wakeup(struct poll_watch *first)
{
	DOES_NOT_SLEEP;

	for (; first != NULL; first = first->links.next)
		wakeup(first->chan);
}
