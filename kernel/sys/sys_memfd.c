/* SPDX-License-Identifier: BSD-2-Clause */
/* memfd_create: a regular file without a name, which is freed with its last open file. */
#include "abi/errno.h"
#include "base/string.h"
#include "fs/file.h"
#include "fs/ramfs.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Returns a new open file for reading and writing, with one reference, or NULL if memory is out. */
static struct file *
create(const char *label)
{
	struct node *n = node_create(NULL, S_IFREG | 0777);
	struct file *f = NULL;

	if (n == NULL)
		return NULL;
	n->uid = curproc()->cred.euid;
	n->gid = curproc()->cred.egid;
	n->label = kmem_alloc(strlen(label) + 1);
	if (n->label != NULL && ramfs_setup(n) == 0)
		f = file_create(n, n->fops, O_RDWR | O_LARGEFILE);
	if (f != NULL)
		memcpy(n->label, label, strlen(label));
	node_unref(n);
	return f;
}

/* Make a file without a name, and open it; *result is the descriptor. Seals do not exist, so
 * MFD_ALLOW_SEALING is EINVAL, as for a flag that Linux does not know. */
int
sys_memfd_create(const union call_args *arg, uint32_t *result)
{
	uint32_t flags = arg->memfd_create.flags;
	char label[MFD_NAME_MAX + 1];
	struct file *f;
	int err, fd;

	if (flags & ~MFD_CLOEXEC)
		return EINVAL;
	err = copyinstr(label, arg->memfd_create.name, sizeof(label), NULL);
	if (err != 0)
		return err == ENAMETOOLONG ? EINVAL : err;
	err = fd_find(0, &fd);
	if (err != 0)
		return err;
	f = create(label);
	if (f == NULL)
		return ENOMEM;
	fd_install(f, fd, flags & MFD_CLOEXEC);
	*result = fd;
	return 0;
}
