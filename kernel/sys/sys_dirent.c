/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that read directories: getdents64, getdents and readdir, which differ in the form
 * of a record. */
#include "abi/errno.h"
#include "base/string.h"
#include "fs/file.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Find the entry at position *pos, as dir_ops' next() does, with "." and ".." before the others. */
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

/* Write the record of e to user memory at `to`, where there is room for `room` bytes; next is the
 * position after it. As on Linux, the bytes that align the next record are not written. Returns 0
 * with the record's length in *len, EINVAL if there is too little room, or EFAULT. */
typedef int record_fn(vaddr_t to, size_t room, const struct dir_entry *e, uint32_t next,
                      size_t *len);

/* Returns the type of e as DT_*, whose values are the type bits of a mode shifted down. */
static uint8_t
type_of(const struct dir_entry *e)
{
	return (e->mode & S_IFMT) >> 12;
}

/* Writes a record of getdents64: see record_fn. */
static int
record64(vaddr_t to, size_t room, const struct dir_entry *e, uint32_t next, size_t *len)
{
	const size_t head = offsetof(struct abi_dirent64, d_name);
	size_t name = strlen(e->name);
	struct abi_dirent64 d = {.d_ino = e->ino, .d_off = next, .d_type = type_of(e)};

	*len = (head + name + 1 + 7) & ~(size_t)7;
	if (*len > room)
		return EINVAL;
	d.d_reclen = *len;
	if (copyout(to, &d, head) != 0 || copyout(to + head, e->name, name) != 0)
		return EFAULT;
	return copyzero(to + head + name, 1);
}

/* Writes a record of getdents, with the type in its last byte: see record_fn. */
static int
record32(vaddr_t to, size_t room, const struct dir_entry *e, uint32_t next, size_t *len)
{
	const size_t head = offsetof(struct abi_dirent, d_name);
	size_t name = strlen(e->name);
	struct abi_dirent d = {.d_ino = e->ino, .d_off = next};
	uint8_t type = type_of(e);

	*len = (head + name + 2 + 3) & ~(size_t)3;
	if (*len > room)
		return EINVAL;
	d.d_reclen = *len;
	if (copyout(to, &d, head) != 0 || copyout(to + head, e->name, name) != 0 ||
	    copyzero(to + head + name, 1) != 0)
		return EFAULT;
	return copyout(to + *len - 1, &type, 1);
}

/* Write records of the directory fd, one by one by `record`, while they fit into count bytes at
 * dirp. Returns 0 with the bytes written in *result, 0 at the end; else EBADF, ENOTDIR, EINVAL if
 * not even one record fits, or EFAULT. */
static int
read_dir(uint32_t fd, vaddr_t dirp, uint32_t count, record_fn *record, uint32_t *result)
{
	struct file *f = fd_get(fd);
	vaddr_t to = dirp;
	size_t room = count, len;
	int err = 0;

	if (f == NULL)
		return EBADF;
	if (f->node->dops == NULL)
		return ENOTDIR;
	for (;;) {
		uint32_t next = f->offset;
		struct dir_entry e;

		if (!dir_next(f->node, &next, &e))
			break;
		err = record(to, room, &e, next, &len);
		if (err != 0)
			break;
		f->offset = next;
		to += len;
		room -= len;
	}
	*result = to - dirp;
	return *result > 0 ? 0 : err;
}

/* Read names of a directory as records with 64-bit numbers: read_dir(). */
int
sys_getdents64(const union call_args *arg, uint32_t *result)
{
	return read_dir(arg->getdents64.fd, arg->getdents64.dirp, arg->getdents64.count, record64,
	                result);
}

/* Read names of a directory as records with 32-bit numbers: read_dir(). */
int
sys_getdents(const union call_args *arg, uint32_t *result)
{
	return read_dir(arg->getdents.fd, arg->getdents.dirp, arg->getdents.count, record32,
	                result);
}

/* Read one name of a directory. *result is 1, or 0 at the end. The third argument is not used. */
int
sys_readdir(const union call_args *arg, uint32_t *result)
{
	vaddr_t dirp = arg->readdir.dirp;
	const size_t head = offsetof(struct abi_old_dirent, d_name);
	struct file *f = fd_get(arg->readdir.fd);
	struct dir_entry e;
	uint32_t next;

	if (f == NULL)
		return EBADF;
	if (f->node->dops == NULL)
		return ENOTDIR;
	next = f->offset;
	*result = dir_next(f->node, &next, &e);
	if (*result == 1) {
		size_t name = strlen(e.name);
		struct abi_old_dirent d = {
			.d_ino = e.ino, .d_off = f->offset, .d_namlen = (uint16_t)name};

		if (copyout(dirp, &d, head) != 0 || copyout(dirp + head, e.name, name) != 0 ||
		    copyzero(dirp + head + name, 1) != 0)
			return EFAULT;
	}
	f->offset = next;
	return 0;
}
