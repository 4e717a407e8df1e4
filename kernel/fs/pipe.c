/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes and FIFOs: a ring of bytes between readers and writers. The ring is as large as Linux's,
 * since there are programs that write that much before anybody reads. A page of the ring is
 * allocated when bytes are written to it, and freed when all of them have been read. One page is
 * always kept, so that a pipe works, with less room, when memory is out.
 */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "fs/ramfs.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

#define RING (16 * PAGE_SIZE)

_Static_assert(PIPE_BUF <= PAGE_SIZE, "an atomic write lies in at most two pages");

struct pipe {
	uint32_t head;                       /* place of the oldest byte in the ring */
	uint32_t count;                      /* bytes in the ring */
	uint32_t files;                      /* open files, also those that open() waits for */
	uint32_t readers, writers;           /* of these files; one may be both */
	uint32_t readers_ever, writers_ever; /* how many have been opened: see fifo_open() */
	struct poll_watch *pollers;
	char *page[RING / PAGE_SIZE]; /* NULL: not allocated */
};

/* Returns whether the open file is an end to read from; one may be both. */
static bool
reads(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_WRONLY;
}

/* Returns whether the open file is an end to write to; one may be both. */
static bool
writes(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_RDONLY;
}

/* Wake the processes that sleep on chan, and those that poll the pipe. Readers sleep on &p->head,
 * writers on &p->count. */
static void
changed(struct pipe *p, const void *chan)
{
	wakeup(chan);
	poll_wakeup(p->pollers);
}

/* Sleeps while the pipe is empty and has a writer. Returns 0, with nothing read at the end of the
 * file, EAGAIN with O_NONBLOCK, ERESTART after a signal, or EFAULT. */
static int
pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	int err = 0;

	may_sleep();
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
			/* The page is read to its end, and the newest bytes, which follow the
			 * oldest around the ring, have not reached it again. */
			kmem_free(*page);
			*page = NULL;
		}
	}
	changed(p, &p->count);
	return err;
}

/* Returns the page for the byte at distance n after the newest one, allocated if needed, or NULL
 * if memory is out. */
static char *
page_for(struct pipe *p, uint32_t n)
{
	char **page = &p->page[(p->head + p->count + n) % RING / PAGE_SIZE];

	if (*page == NULL)
		*page = kmem_alloc(PAGE_SIZE);
	return *page;
}

/* Move bytes of u into the ring until it is full, u is empty, or memory is out. Returns 0, or
 * EFAULT after the part that was moved. */
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

/* A write of up to PIPE_BUF bytes is atomic (POSIX, write()), so it waits until there is room for
 * all of them. A longer write waits only until there is room for one byte. */
static int
pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	uint32_t need = u->left <= PIPE_BUF ? u->left : 1;
	int err = 0;

	may_sleep();
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

/* Returns a new pipe with its first page, or NULL if memory is out. */
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

/* Free a pipe and its pages; NULL does nothing. */
static void
destroy(struct pipe *p)
{
	unsigned i;

	for (i = 0; p != NULL && i < RING / PAGE_SIZE; i++)
		kmem_free(p->page[i]);
	kmem_free(p);
}

/* Count f among the pipe's open files. */
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

/* Wake whoever waits at the other end, which may have nobody left here, and free the pipe with its
 * last file. */
static void
pipe_close(struct file *f)
{
	struct pipe *p = f->data;

	if (p == NULL) /* fifo_open() failed before join(). */
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
 * Open a FIFO (POSIX, open()). An open for reading only waits for a writer, and one for writing
 * only waits for a reader. The other side may have closed the FIFO again before the sleep ends,
 * so the wait ends when the number of those that ever opened it has changed. A reader with
 * O_NONBLOCK does not wait; it keeps that number in f->offset, which a pipe does not use
 * otherwise, and poll reports no POLLHUP to it before the first writer. A pipe that pipe() made
 * can be opened again by /proc/PID/fd: that never waits.
 */
static int
fifo_open(struct file *f)
{
	struct pipe *p = f->node->pipe;
	uint32_t *others, seen;
	bool waits = !node_is_pipe(f->node);

	may_sleep();
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

/* A pipe is ready for writing if a write of PIPE_BUF bytes would not wait (POSIX, poll()). */
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

/* Returns the list of those who poll the pipe, by either end. */
static struct poll_watch **
pipe_watched(struct file *f)
{
	return &((struct pipe *)f->data)->pollers;
}

/* Tell how many bytes can be read (FIONREAD); ENOTTY for any other request. */
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
	DOES_NOT_SLEEP;
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
