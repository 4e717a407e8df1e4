/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: files whose content is made when they are read. The files about the whole system are
 * nodes of ramfs, made at boot. The directory of a process and the files in it are made by each
 * look-up, and hold the process's number only, so that a process can end while they are open.
 */
#include "procfs/procfs.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/number.h"
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

/* ---- Text ---- */

void
text_add(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->buf) - t->len, n;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	t->len += n < room ? n : room - 1;
}

/* Returns 0 if the current process may read n, EACCES if not, or ESRCH if the process that n is
 * about is gone. Each read asks again, for a process may change its user after the open. */
static int
may_read(const struct node *n)
{
	const struct procfs_file *pf = n->data;
	const struct proc *p = n->pid != 0 ? proc_find(n->pid) : NULL;

	if (n->pid != 0 && p == NULL)
		return ESRCH;
	if (pf->root && curproc()->cred.euid != 0)
		return EACCES;
	return pf->inspects && !cred_may_inspect(curproc(), p) ? EACCES : 0;
}

/* Open a text file: check the right to read it, and get memory for its text. */
static int
text_open(struct file *f)
{
	int err = may_read(f->node);

	if (err != 0)
		return err;
	f->data = kmem_alloc(sizeof(struct text));
	return f->data == NULL ? ENOMEM : 0;
}

/* Records that text_find() makes and drops between two calls of sched_yield(): a read at a high
 * offset must not make other processes wait until the end of its time slice. */
#define DROPPED_IN_A_TURN 64

/* Make the record with the file's byte `at`, or set t->len to 0 if that is beyond the end. The
 * records before it are made and dropped, since their length is not known before. Returns 0, or
 * an error of may_read(), which is called again before each record. May sleep between records,
 * never within one. */
static int
text_find(struct text *t, const struct node *n, uint32_t at)
{
	const struct procfs_file *pf = n->data;
	unsigned made = 0;
	int err;

	/* A read that goes back makes all records anew, with the values of now. */
	if (at < t->start || at == 0)
		t->cursor = t->start = t->len = 0;
	do {
		err = may_read(n);
		if (err != 0 || at - t->start < t->len)
			return err;
		t->start += t->len;
		t->len = 0;
		if (!pf->many && t->cursor++ > 0)
			return 0;
		if (pf->text != NULL)
			text_add(t, "%s\n", pf->text);
		else if (pf->number != NULL)
			text_add(t, "%u\n", *pf->number);
		else
			pf->show(t, n->pid != 0 ? proc_find(n->pid) : NULL);
		sched_point();
		if (++made % DROPPED_IN_A_TURN == 0)
			sched_yield();
	} while (t->len > 0);
	return 0;
}

/* Copy the file's text from f->offset on to u, record by record, and move f->offset behind it.
 * Returns 0, an error of text_find(), or EFAULT. */
static int
text_copy(struct file *f, struct text *t, struct uio *u)
{
	int err = 0;

	while (err == 0 && u->left > 0) {
		uint32_t before = u->left, from, n;

		err = text_find(t, f->node, f->offset);
		if (err != 0 || t->len == 0)
			break;
		from = f->offset - t->start;
		n = t->len - from;
		err = uio_move(u, t->buf + from, n < u->left ? n : u->left);
		f->offset += before - u->left;
	}
	return err;
}

/* Read like text_copy(). Reads of the same open file wait for each other, since they share its
 * record. Returns ERESTART if a signal ends the wait. */
static int
text_read(struct file *f, struct uio *u)
{
	struct text *t = f->data;
	int err;

	may_sleep();
	while (t->busy)
		if (tsleep(t, PCATCH, "proc", 0) != 0)
			return ERESTART;
	t->busy = 1;
	err = text_copy(f, t, u);
	t->busy = 0;
	wakeup(t);
	return err;
}

/* Free the text at the last close. */
static void
text_close(struct file *f)
{
	kmem_free(f->data);
}

/* Returns the first place from s on that is not white space. */
static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	return s;
}

/* Store the number that line, of n bytes, begins with; blanks may surround it. Returns how many
 * bytes were used: as on Linux, a second number is left to the next write. Returns 0, with nothing
 * stored, if there is no number or it exceeds pf->max. */
static size_t
store_number(const struct procfs_file *pf, const char *line, size_t n)
{
	uint32_t v;
	const char *end = number_parse(skip_blanks(line), &v);

	if (end == NULL || v > pf->max)
		return 0;
	if (end != line + n && *end != ' ' && *end != '\t' && *end != '\n')
		return 0;
	*pf->number = v;
	return (size_t)(skip_blanks(end) - line);
}

/* Store the line that u is, as the file's store() does, or the number in it. A number is stored
 * only by a write at offset 0: as on Linux, a write at any other offset succeeds and changes
 * nothing. Returns 0, EFAULT, EINVAL, or an error of store(). */
static int
text_write(struct file *f, struct uio *u)
{
	const struct procfs_file *pf = f->node->data;
	char line[128];
	size_t n = u->left, taken = n;
	int err;

	if (n >= sizeof(line))
		return EINVAL;
	err = uio_move(u, line, n);
	if (err != 0)
		return err;
	line[n] = '\0';
	if (pf->store != NULL)
		err = pf->store(line);
	else if (f->offset == 0 && n > 0 && (taken = store_number(pf, line, n)) == 0)
		err = EINVAL;
	if (err != 0)
		taken = 0;
	else if (pf->store == NULL)
		f->offset += taken;
	u->left = n - taken;
	return err;
}

static const struct file_ops text_ops = {.open = text_open, .read = text_read, .close = text_close};
static const struct file_ops knob_ops = {
	.open = text_open, .read = text_read, .write = text_write, .close = text_close};

/* ---- Nodes ---- */

/* Returns a new node for the file pf, with one reference, or NULL if memory is out. */
static struct node *
file_node(const struct node *dir, const struct procfs_file *pf)
{
	struct node *n = node_create(dir, S_IFREG | pf->mode);

	if (n != NULL) {
		n->fops = pf->mode & 0222 ? &knob_ops : &text_ops;
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
