/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a file of /proc: made record by record while the file is read, and taken line by
 * line when it is written.
 */
#include "procfs/procfs.h"

#include "abi/errno.h"
#include "base/number.h"
#include "base/printf.h"
#include "fs/file.h"
#include "mem/kmem.h"
#include "proc/proc.h"

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

const struct file_ops procfs_text_ops = {.open = text_open, .read = text_read, .close = text_close};
const struct file_ops procfs_knob_ops = {
	.open = text_open, .read = text_read, .write = text_write, .close = text_close};
