/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes: a ring of one page between readers and writers. */
#include "abi/errno.h"
#include "file.h"
#include "kmem.h"
#include "proc.h"
#include "syscall.h"

#define RING PAGE_SIZE

_Static_assert(RING >= PIPE_BUF, "a write of PIPE_BUF bytes is one piece");

struct pipe {
	uint32_t head, count; /* oldest byte, bytes */
	bool reader, writer;  /* is that end open? */
	char *ring;
};

/* Readers sleep on &p->head, writers on &p->count, who polls elsewhere. */
static void
changed(const void *chan)
{
	wakeup(chan);
	poll_wakeup();
}

static int
pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	int err = 0;

	while (p->count == 0) {
		if (!p->writer)
			return 0;
		if (f->flags & O_NONBLOCK)
			return EAGAIN;
		if (tsleep(&p->head, PCATCH, "pipe read", 0) != 0)
			return ERESTART;
	}
	while (err == 0 && p->count > 0 && u->left > 0) {
		uint32_t n = RING - p->head, before = u->left;

		n = n < p->count ? n : p->count;
		err = uio_move(u, p->ring + p->head, n < u->left ? n : u->left);
		p->head = (p->head + before - u->left) % RING;
		p->count -= before - u->left;
	}
	changed(&p->count);
	return err;
}

/* Into the room that is there. */
static int
fill(struct pipe *p, struct uio *u)
{
	int err = 0;

	while (err == 0 && p->count < RING && u->left > 0) {
		uint32_t tail = (p->head + p->count) % RING, before = u->left;
		uint32_t n = tail < p->head ? p->head - tail : RING - tail;

		err = uio_move(u, p->ring + tail, n < u->left ? n : u->left);
		p->count += before - u->left;
	}
	changed(&p->head);
	return err;
}

/* POSIX: up to PIPE_BUF bytes go in as one piece. So a short write waits for
 * room for all of it, a longer one for any. */
static int
pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	uint32_t need = u->left <= PIPE_BUF ? u->left : 1;
	int err = 0;

	while (err == 0 && u->left > 0) {
		if (!p->reader) {
			signal_post(curproc(), SIGPIPE, NULL);
			return EPIPE;
		}
		if (RING - p->count >= need)
			err = fill(p, u);
		else if (f->flags & O_NONBLOCK)
			err = EAGAIN;
		else if (tsleep(&p->count, PCATCH, "pipe write", 0) != 0)
			err = ERESTART;
	}
	return err;
}

static void
pipe_close(struct file *f)
{
	struct pipe *p = f->data;

	if ((f->flags & O_ACCMODE) == O_RDONLY)
		p->reader = false;
	else
		p->writer = false;
	changed(&p->head);
	changed(&p->count);
	if (!p->reader && !p->writer) {
		kmem_free(p->ring);
		kmem_free(p);
	}
}

/* There is room when a write of PIPE_BUF bytes would not wait. */
static int
pipe_ready(struct file *f)
{
	const struct pipe *p = f->data;

	if ((f->flags & O_ACCMODE) == O_RDONLY)
		return (p->count > 0 ? POLL_READ : 0) | (p->writer ? 0 : POLLHUP);
	return (RING - p->count >= PIPE_BUF ? POLL_WRITE : 0) | (p->reader ? 0 : POLLERR);
}

static const struct file_ops pipe_ops = {.read = pipe_read,
                                         .write = pipe_write,
                                         .ready = pipe_ready,
                                         .close = pipe_close,
                                         .stream = true};

int
pipe_create(int flags, struct file **reader, struct file **writer)
{
	struct pipe *p = kmem_alloc(sizeof(*p));
	struct node *n = node_create(NULL, S_IFIFO | 0600);

	*reader = *writer = NULL;
	if (p == NULL || n == NULL || (p->ring = kmem_alloc(RING)) == NULL)
		goto undo;
	n->nlink = 1;
	n->uid = curproc()->cred.euid;
	n->gid = curproc()->cred.egid;
	*reader = file_create(n, &pipe_ops, (flags & O_NONBLOCK) | O_RDONLY);
	*writer = file_create(n, &pipe_ops, (flags & O_NONBLOCK) | O_WRONLY);
	if (*reader == NULL || *writer == NULL)
		goto undo;
	node_unref(n);
	p->reader = p->writer = true;
	(*reader)->data = (*writer)->data = p;
	return 0;
undo:
	if (*reader != NULL) {
		node_unref(n);
		kmem_free(*reader);
	}
	node_unref(n);
	if (p != NULL)
		kmem_free(p->ring);
	kmem_free(p);
	return ENOMEM;
}
