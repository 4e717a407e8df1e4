/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of /proc. The files about the whole system are nodes of ramfs, made at boot. The
 * directory of a process and the files in it are made by each look-up, and hold the process's
 * number only, so that a process can end while they are open.
 */
#include "procfs/procfs.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "fs/file.h"
#include "fs/ramfs.h"
#include "mem/kmem.h"
#include "proc/proc.h"

/* Positions in /proc: first those of the entries in ramfs, then "self", then processes. */
#define POS_SELF 0x40000000u
#define POS_PID 0x40000001u
#define INO_PID 0x10000u /* inode numbers of processes' directories and files: pid_ino() */

/* ---- Nodes ---- */

/* Returns a new node for the file pf, with one reference, or NULL if memory is out. */
static struct node *
file_node(const struct node *dir, const struct procfs_file *pf)
{
	struct node *n = node_create(dir, S_IFREG | pf->mode);

	if (n != NULL) {
		n->fops = pf->mode & 0222 ? &procfs_knob_ops : &procfs_text_ops;
		n->data = pf;
	}
	return n;
}

/* Add the files of a table to dir, and let nobody change dir. */
static void
add_files(struct node *dir, const struct procfs_file *pf)
{
	if (dir == NULL)
		noboot("too little memory for /proc");
	dir->dops = &ramfs_fixed_ops;
	for (; pf->name != NULL; pf++) {
		struct node *n = file_node(dir, pf);

		if (n == NULL || ramfs_link(dir, pf->name, strlen(pf->name), n) != 0)
			noboot("too little memory for /proc");
		node_unref(n);
	}
}

struct node *
procfs_link_node(const struct node *dir)
{
	struct node *n = node_create(dir, S_IFLNK | 0777);

	if (n == NULL || (n->target = kmem_alloc(PATH_MAX)) == NULL) {
		node_unref(n);
		return NULL;
	}
	return n;
}

void
procfs_adopt(struct node *n, const struct proc *p, uint32_t ino)
{
	n->nlink = 1;
	n->pid = p->pid;
	n->ino = ino;
	n->uid = n->gid = 0;
	if (!p->guarded || node_is(n, S_IFDIR)) {
		n->uid = p->cred.euid;
		n->gid = p->cred.egid;
	}
}

/* ---- A process's directory ---- */

/* Returns the inode number of a process's directory (i = 0) or of its file i - 1. */
static uint32_t
pid_ino(int pid, unsigned i)
{
	return INO_PID + (uint32_t)pid * 16 + i;
}

/* Look up the symbolic link pf of p. Returns 0 with a new node in *out, ENOENT if the link leads
 * nowhere, or ENOMEM. */
static int
pid_link(const struct node *dir, const struct procfs_file *pf, const struct proc *p,
         struct node **out)
{
	struct node *n = procfs_link_node(dir);

	if (n == NULL)
		return ENOMEM;
	if (!pf->link(p, n->target, PATH_MAX)) {
		node_unref(n);
		return ENOENT;
	}
	n->size = strlen(n->target);
	*out = n;
	return 0;
}

/* Returns a new node for the directory pf in a process's directory dir, with one reference, or NULL
 * if memory is out. */
static struct node *
pid_dir(struct node *dir, const struct procfs_file *pf)
{
	struct node *n = node_create(dir, S_IFDIR | pf->mode);

	if (n == NULL)
		return NULL;
	n->dops = pf->dir;
	n->fops = &dir_file_ops;
	n->parent = dir;
	node_ref(dir);
	return n;
}

/* Find a file of the process whose directory dir is. Returns 0 with a new node in *out,
 * ENOENT, ENOMEM, or EACCES for a link or a directory of a process that the current one may
 * not inspect. */
static int
pid_lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	const struct proc *p = proc_find(dir->pid);
	unsigned i;
	int err = 0;

	for (i = 0; p != NULL && procfs_pid_files[i].name != NULL; i++) {
		const struct procfs_file *pf = &procfs_pid_files[i];

		if (strlen(pf->name) != len || memcmp(pf->name, name, len) != 0)
			continue;
		/* A file can be looked up by anyone: may_read() refuses to open it. */
		if ((pf->link != NULL || pf->dir != NULL) && !cred_may_inspect(curproc(), p))
			err = EACCES;
		else if (pf->link != NULL)
			err = pid_link(dir, pf, p, out);
		else if ((*out = pf->dir != NULL ? pid_dir(dir, pf) : file_node(dir, pf)) == NULL)
			err = ENOMEM;
		if (err == 0)
			procfs_adopt(*out, p, pid_ino(p->pid, i + 1));
		return err;
	}
	return ENOENT;
}

/* Put the entry of a process's directory at *pos into *e, and advance *pos. Returns false at the
 * end, or if the process is gone. */
static bool
pid_next(struct node *dir, uint32_t *pos, struct dir_entry *e)
{
	uint32_t i = *pos - DIR_FIRST, n = 0;

	while (n <= i && procfs_pid_files[n].name != NULL)
		n++;
	if (n <= i || proc_find(dir->pid) == NULL)
		return false;
	e->name = procfs_pid_files[i].name;
	e->mode = procfs_pid_files[i].link != NULL  ? S_IFLNK
	          : procfs_pid_files[i].dir != NULL ? S_IFDIR
	                                            : S_IFREG;
	e->ino = pid_ino(dir->pid, i + 1);
	++*pos;
	return true;
}

/* Name the directory of a process by its pid. Returns whether that process is still there. */
static bool
pid_name(const struct node *dir, struct dir_entry *e)
{
	snprintf(e->buf, sizeof(e->buf), "%d", dir->pid);
	e->name = e->buf;
	return proc_find(dir->pid) != NULL;
}

static const struct dir_ops pid_dir_ops = {
	.lookup = pid_lookup, .next = pid_next, .name = pid_name};

/* ---- /proc itself ---- */

/* Returns the process whose number is written in name, in decimal without leading zeros, or
 * NULL. */
static const struct proc *
proc_of(const char *name, size_t len)
{
	int pid = 0;
	size_t i;

	if (len > 5 || name[0] == '0')
		return NULL;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return NULL;
		pid = pid * 10 + name[i] - '0';
	}
	return proc_find(pid);
}

/* Find a name in /proc: "self", a process's number, or else one of the files that ramfs has.
 * Returns 0 with a new reference in *out, ENOENT or ENOMEM. */
static int
root_lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	const struct proc *p = proc_of(name, len);
	struct node *n;

	if (len == 4 && memcmp(name, "self", 4) == 0) {
		n = *out = procfs_link_node(dir);
		if (n == NULL)
			return ENOMEM;
		n->size = snprintf(n->target, PATH_MAX, "%d", curproc()->pid);
		procfs_adopt(n, curproc(), pid_ino(0, 0));
		return 0;
	}
	if (p == NULL)
		return ramfs_lookup(dir, name, len, out);
	n = *out = node_create(dir, S_IFDIR | 0555);
	if (n == NULL)
		return ENOMEM;
	procfs_adopt(n, p, pid_ino(p->pid, 0));
	n->nlink = 2;
	n->dops = &pid_dir_ops;
	n->fops = &dir_file_ops;
	n->parent = dir;
	node_ref(dir);
	return 0;
}

/* Put the entry of /proc at or after *pos into *e, and the position after it into *pos. Returns
 * false at the end. The order is that of the positions above. */
static bool
root_next(struct node *dir, uint32_t *pos, struct dir_entry *e)
{
	const struct proc *p;

	if (*pos < POS_SELF && ramfs_next(dir, pos, e))
		return true;
	e->name = "self";
	e->mode = S_IFDIR;
	if (*pos <= POS_SELF) {
		e->mode = S_IFLNK;
		e->ino = pid_ino(0, 0);
		*pos = POS_SELF + 1;
		return true;
	}
	p = proc_find_from(*pos - POS_PID);
	if (p == NULL)
		return false;
	snprintf(e->buf, sizeof(e->buf), "%d", p->pid);
	e->name = e->buf;
	e->ino = pid_ino(p->pid, 0);
	*pos = POS_PID + (uint32_t)p->pid + 1;
	return true;
}

static const struct dir_ops root_dir_ops = {
	.lookup = root_lookup, .next = root_next, .name = ramfs_name};

void
procfs_init(void)
{
	struct node *proc = fs_directory(fs_root(), "proc", 0555), *dir;

	proc->dev = DEV_PROC;
	add_files(proc, procfs_root_files);
	proc->dops = &root_dir_ops;
	add_files(ramfs_mkdir(proc, "sysvipc", 7), procfs_ipc_files);
	dir = ramfs_mkdir(proc, "sys", 3);
	if (dir != NULL) {
		dir->dops = &ramfs_fixed_ops;
		dir = ramfs_mkdir(dir, "kernel", 6);
	}
	add_files(dir, procfs_sys_files);
}
