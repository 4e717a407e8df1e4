/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes: a ring between readers and writers, as large as Linux's, for there are
 * programs that write so much before anybody reads. Its pages come when there is
 * something for them, and go when all that was in them is read; the first stays, so
 * that where memory is out a pipe is only smaller.
 */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "fs/ramfs.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

#define RING (16 * PAGE_SIZE)

_Static_assert(PIPE_BUF <= PAGE_SIZE, "a write that is one piece lies in two pages");

struct pipe {
	uint32_t head, count;                /* oldest byte, bytes */
	uint32_t files;                      /* that are open, or are being opened */
	uint32_t readers, writers;           /* of these */
	uint32_t readers_ever, writers_ever; /* how many there have been */
	struct poll_watch *pollers;
	char *page[RING / PAGE_SIZE];
};

static bool
reads(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_WRONLY;
}

static bool
writes(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_RDONLY;
}

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
		if (p->writers == 0)
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
		if (p->readers == 0) {
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

static struct pipe *
create(void)
{
	struct pipe *p = kmem_alloc(sizeof(*p));

	if (p != NULL && (p->page[0] = kmem_alloc(PAGE_SIZE)) == NULL) {
		kmem_free(p);
		return NULL;
	}
	return p;
}

static void
destroy(struct pipe *p)
{
	unsigned i;

	for (i = 0; p != NULL && i < RING / PAGE_SIZE; i++)
		kmem_free(p->page[i]);
	kmem_free(p);
}

/* f is one of the pipe's open files. */
static void
join(struct pipe *p, struct file *f)
{
	f->node->pipe = p;
	f->data = p;
	p->files++;
	p->readers += reads(f);
	p->readers_ever += reads(f);
	p->writers += writes(f);
	p->writers_ever += writes(f);
}

static void
pipe_close(struct file *f)
{
	struct pipe *p = f->data;

	if (p == NULL) /* It came to nothing. */
		return;
	p->readers -= reads(f);
	p->writers -= writes(f);
	wakeup(&p->head);
	changed(p, &p->count);
	if (--p->files == 0) {
		f->node->pipe = NULL;
		destroy(p);
	}
}

/*
 * Open a FIFO: who only reads waits for a writer, and who only writes for a reader. The
 * other may be gone again when the sleep ends, so that what is looked at is how many
 * there have been. A reader that does not wait keeps that number in f->offset, which
 * a pipe has no other use for: until a writer has come, no end is told by poll. A pipe
 * without a name is opened again through /proc/PID/fd, and nobody waits for that.
 */
static int
fifo_open(struct file *f)
{
	struct pipe *p = f->node->pipe;
	uint32_t *others, seen;
	bool waits = !node_is_pipe(f->node);

	if (waits && !reads(f) && (f->flags & O_NONBLOCK) && (p == NULL || p->readers == 0))
		return ENXIO;
	if (p == NULL && (p = create()) == NULL)
		return ENOMEM;
	join(p, f);
	wakeup(&p->readers_ever);
	changed(p, &p->writers_ever);
	if (!waits || (reads(f) && writes(f)))
		return 0;
	if ((reads(f) ? p->writers : p->readers) > 0)
		return 0;
	others = reads(f) ? &p->writers_ever : &p->readers_ever;
	seen = *others;
	if (f->flags & O_NONBLOCK) {
		f->offset = seen;
		return 0;
	}
	while (*others == seen)
		if (tsleep(others, PCATCH, "fifo", 0) != 0)
			return ERESTART;
	return 0;
}

/* There is room when a write of PIPE_BUF bytes would not wait. */
static int
pipe_ready(struct file *f)
{
	const struct pipe *p = f->data;
	int ready = 0;

	if (reads(f)) {
		ready |= p->count > 0 ? POLL_READ : 0;
		ready |= p->writers == 0 && f->offset != p->writers_ever ? POLLHUP : 0;
	}
	if (writes(f)) {
		ready |= RING - p->count >= PIPE_BUF ? POLL_WRITE : 0;
		ready |= p->readers == 0 ? POLLERR : 0;
	}
	return ready;
}

static struct poll_watch **
pipe_watched(struct file *f)
{
	return &((struct pipe *)f->data)->pollers;
}

static int
pipe_ioctl(struct file *f, uint32_t cmd, vaddr_t arg)
{
	const struct pipe *p = f->data;

	return cmd == FIONREAD ? copyout(arg, &p->count, sizeof(p->count)) : ENOTTY;
}

const struct file_ops fifo_ops = {.open = fifo_open,
                                  .read = pipe_read,
                                  .write = pipe_write,
                                  .ioctl = pipe_ioctl,
                                  .ready = pipe_ready,
                                  .watched = pipe_watched,
                                  .close = pipe_close,
                                  .stream = true};

int
pipe_create(int flags, struct file **reader, struct file **writer)
{
	struct pipe *p = create();
	struct node *n = node_create(NULL, S_IFIFO | 0600);
	struct file *r = NULL, *w = NULL;

	if (n != NULL) {
		n->fops = &fifo_ops;
		r = file_create(n, &fifo_ops, (flags & O_NONBLOCK) | O_RDONLY);
		w = file_create(n, &fifo_ops, (flags & O_NONBLOCK) | O_WRONLY);
	}
	if (p == NULL || r == NULL || w == NULL)
		goto undo;
	n->nlink = 1;
	n->uid = curproc()->cred.euid;
	n->gid = curproc()->cred.egid;
	node_unref(n); /* The files have their own references. */
	join(p, r);
	join(p, w);
	*reader = r;
	*writer = w;
	return 0;
undo:
	if (r != NULL)
		file_unref(r);
	if (w != NULL)
		file_unref(w);
	node_unref(n);
	destroy(p);
	return ENOMEM;
}
