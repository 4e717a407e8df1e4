/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes: a ring between readers and writers, as large as Linux's, for there are
 * programs that write so much before anybody reads. Its pages come when there is
 * something for them, and go when all that was in them is read; the first stays, so
 * that where memory is out a pipe is only smaller.
 */
#include "abi/errno.h"
#include "file.h"
#include "kmem.h"
#include "proc.h"
#include "syscall.h"

#define RING (16 * PAGE_SIZE)

_Static_assert(PIPE_BUF <= PAGE_SIZE, "a write that is one piece lies in two pages");

struct pipe {
	uint32_t head, count; /* oldest byte, bytes */
	bool reader, writer;  /* is that end open? */
	struct poll_watch *pollers;
	char *page[RING / PAGE_SIZE];
};

/* Readers sleep on &p->head, writers on &p->count. */
static void
changed(struct pipe *p, const void *chan)
{
	wakeup(chan);
	poll_wakeup(p->pollers);
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
		char **page = &p->page[p->head / PAGE_SIZE];
		uint32_t off = p->head % PAGE_SIZE, n = PAGE_SIZE - off, before = u->left;

		n = n < p->count ? n : p->count;
		err = uio_move(u, *page + off, n < u->left ? n : u->left);
		p->head = (p->head + before - u->left) % RING;
		p->count -= before - u->left;
		if (p->count == 0) {
			p->head = 0;
			if (p->page[0] == NULL) {
				p->page[0] = *page;
				*page = NULL;
			}
		} else if (off + before - u->left == PAGE_SIZE && p->count <= RING - PAGE_SIZE) {
			/* The newest have not come round to it. */
			kmem_free(*page);
			*page = NULL;
		}
	}
	changed(p, &p->count);
	return err;
}

/* The page for the byte that is n behind the newest. => NULL when memory is out. */
static char *
page_for(struct pipe *p, uint32_t n)
{
	char **page = &p->page[(p->head + p->count + n) % RING / PAGE_SIZE];

	if (*page == NULL)
		*page = kmem_alloc(PAGE_SIZE);
	return *page;
}

/* Into the room that is there. */
static int
fill(struct pipe *p, struct uio *u)
{
	char *page;
	int err = 0;

	while (err == 0 && p->count < RING && u->left > 0 && (page = page_for(p, 0)) != NULL) {
		uint32_t off = (p->head + p->count) % PAGE_SIZE, n = PAGE_SIZE - off;
		uint32_t room = RING - p->count, before = u->left;

		n = n < room ? n : room;
		err = uio_move(u, page + off, n < u->left ? n : u->left);
		p->count += before - u->left;
	}
	changed(p, &p->head);
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
		if (RING - p->count >= need && page_for(p, 0) && page_for(p, need - 1))
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
	wakeup(&p->head);
	changed(p, &p->count);
	if (!p->reader && !p->writer) {
		for (unsigned i = 0; i < RING / PAGE_SIZE; i++)
			kmem_free(p->page[i]);
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

static struct poll_watch **
pipe_watched(struct file *f)
{
	return &((struct pipe *)f->data)->pollers;
}

static const struct file_ops pipe_ops = {.read = pipe_read,
                                         .write = pipe_write,
                                         .ready = pipe_ready,
                                         .watched = pipe_watched,
                                         .close = pipe_close,
                                         .stream = true};

int
pipe_create(int flags, struct file **reader, struct file **writer)
{
	struct pipe *p = kmem_alloc(sizeof(*p));
	struct node *n = node_create(NULL, S_IFIFO | 0600);

	*reader = *writer = NULL;
	if (p == NULL || n == NULL || (p->page[0] = kmem_alloc(PAGE_SIZE)) == NULL)
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
		kmem_free(p->page[0]);
	kmem_free(p);
	return ENOMEM;
}
