/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/PID/fd: a symbolic link for each open file. The link's target is the file's name, or its
 * kind and inode number, but that is only for readers: following the link leads to the file itself
 * (leads_to), even if it has no name.
 */
#include "abi/errno.h"
#include "base/printf.h"
#include "fs/file.h"
#include "proc/proc.h"
#include "procfs/procfs.h"

#define INO_FD 0x100000u /* the links' inode numbers begin here, above those of pid_ino() */

/* Returns the inode number of the link of pid's descriptor fd. */
static uint32_t
fd_ino(int pid, uint32_t fd)
{
	return INO_FD + (uint32_t)pid * OPEN_MAX + fd;
}

/* Returns the descriptor that name is the number of, in decimal without leading zeros, or
 * OPEN_MAX if it is none. */
static uint32_t
number_of(const char *name, size_t len)
{
	uint32_t n = 0;
	size_t i;

	if (len == 0 || len > 4 || (name[0] == '0' && len > 1))
		return OPEN_MAX;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return OPEN_MAX;
		n = n * 10 + (uint32_t)(name[i] - '0');
	}
	return n < OPEN_MAX ? n : OPEN_MAX;
}

/* Returns p's first open file at or above descriptor *fd, with its descriptor in *fd, or NULL if
 * there is none. p may be NULL or a zombie. Returns NULL also if the current process may not
 * inspect p: p may have changed its user, or have run a set-id program, since the directory was
 * opened. */
static struct file *
next_file(const struct proc *p, uint32_t *fd)
{
	if (p == NULL || p->files == NULL || !cred_may_inspect(curproc(), p))
		return NULL;
	return fdtable_next(p->files, fd);
}

/* Write what the link of a descriptor for n shows, as Linux words it. */
static void
describe(const struct node *n, char *buf, size_t size)
{
	const struct procfs_file *pf = n->data;

	if (n->pid != 0 && pf != NULL)
		snprintf(buf, size, "/proc/%d/%s", n->pid, pf->name);
	else if (node_is_pipe(n))
		snprintf(buf, size, "pipe:[%u]", n->ino);
	else if (!fs_node_name(n, buf, size))
		snprintf(buf, size, "file:[%u] (deleted)", n->ino);
}

/* Find the link of a descriptor, whose permission bits say how the file is open. Returns 0 with a
 * new node in *out, ENOENT or ENOMEM. */
static int
fd_lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	const struct proc *p = proc_find(dir->pid);
	uint32_t fd = number_of(name, len), found = fd;
	const struct file *f = next_file(p, &found);
	struct node *n;

	if (f == NULL || found != fd)
		return ENOENT;
	n = procfs_link_node(dir);
	if (n == NULL)
		return ENOMEM;
	procfs_adopt(n, p, fd_ino(p->pid, fd));
	n->mode = S_IFLNK | 0100;
	if ((f->flags & O_ACCMODE) != O_WRONLY)
		n->mode |= 0400;
	if ((f->flags & O_ACCMODE) != O_RDONLY)
		n->mode |= 0200;
	describe(f->node, n->target, PATH_MAX);
	n->size = 64; /* the size of each such link on Linux */
	n->leads_to = f->node;
	node_ref(f->node);
	*out = n;
	return 0;
}

/* Put the link of the first descriptor from *pos on into *e, and the position after it into *pos.
 * Returns false if there is none. */
static bool
fd_next(struct node *dir, uint32_t *pos, struct dir_entry *e)
{
	uint32_t fd = *pos - DIR_FIRST;

	if (next_file(proc_find(dir->pid), &fd) == NULL)
		return false;
	snprintf(e->buf, sizeof(e->buf), "%u", fd);
	e->name = e->buf;
	e->mode = S_IFLNK;
	e->ino = fd_ino(dir->pid, fd);
	*pos = fd + 1 + DIR_FIRST;
	return true;
}

/* Name the directory of a process's descriptors. Returns whether that process is still there. */
static bool
fd_name(const struct node *dir, struct dir_entry *e)
{
	e->name = "fd";
	return proc_find(dir->pid) != NULL;
}

const struct dir_ops procfs_fd_ops = {.lookup = fd_lookup, .next = fd_next, .name = fd_name};
