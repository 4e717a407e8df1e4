/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of descriptors. Each process has a table of its own, so no other process can close a
 * file while a call on it sleeps. A table consists of blocks of 64 descriptors. The first block,
 * which is enough for most processes, is part of the table; each other one is allocated with the
 * first descriptor in it, and fork copies those in which a descriptor is open.
 */
#include "abi/errno.h"
#include "base/bits.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "mem/kmem.h"
#include "proc/proc.h"

_Static_assert(FD_BLOCK == 64, "a block's set of descriptors is a uint64_t");

/* Return the table's i-th block, or NULL if it has not been made. */
static inline struct fd_block *
block_at(struct fdtable *fds, uint32_t i)
{
	return i == 0 ? &fds->first : i < fds->nblocks ? fds->more[i - 1] : NULL;
}

/* Allocate the block of descriptor fd, if it does not exist yet. Returns 0 or ENOMEM. */
static int
make_block(struct fdtable *fds, uint32_t fd)
{
	uint32_t i = fd / FD_BLOCK;

	if (block_at(fds, i) != NULL)
		return 0;
	fds->more[i - 1] = kmem_alloc(sizeof(struct fd_block));
	if (fds->more[i - 1] == NULL)
		return ENOMEM;
	if (fds->nblocks <= i)
		fds->nblocks = i + 1;
	return 0;
}

/* ---- Tables ---- */

int
fdtable_create(struct fdtable **out)
{
	*out = kmem_alloc(sizeof(**out));
	if (*out == NULL)
		return ENOMEM;
	(*out)->nblocks = 1;
	return 0;
}

/* Take a reference on each open file of a block, since the block has been copied. */
static void
ref_block(const struct fd_block *b)
{
	uint64_t left;

	for (left = b->open; left != 0; left &= left - 1)
		b->file[bits_first(left)]->refs++;
}

int
fdtable_fork(const struct fdtable *from, struct fdtable **out)
{
	DOES_NOT_SLEEP;
	struct fdtable *to = kmem_copy(from, sizeof(*from));
	uint32_t i;

	if (to == NULL)
		return ENOMEM;
	for (i = 1; i < from->nblocks; i++) {
		const struct fd_block *b = from->more[i - 1];

		to->more[i - 1] = NULL;
		if (b == NULL || b->open == 0)
			continue;
		to->more[i - 1] = kmem_copy(b, sizeof(*b));
		if (to->more[i - 1] == NULL)
			goto no_memory;
	}
	for (i = 0; i < to->nblocks; i++)
		if (block_at(to, i) != NULL)
			ref_block(block_at(to, i));
	*out = to;
	return 0;
no_memory:
	while (--i > 0)
		kmem_free(to->more[i - 1]);
	kmem_free(to);
	return ENOMEM;
}

/* Close descriptor i of block b. The process also loses all of its record locks on the file,
 * whichever descriptor it set them by (POSIX, fcntl()). */
static void
close_one(struct fdtable *fds, struct fd_block *b, unsigned i)
{
	struct file *f = b->file[i];

	b->file[i] = NULL;
	b->open &= ~BIT64(i);
	b->cloexec &= ~BIT64(i);
	if (f->node->locks != NULL)
		lock_release(f->node, fds);
	file_unref(f);
}

void
fdtable_exec(struct fdtable *fds)
{
	uint32_t i;

	may_sleep();
	for (i = 0; i < fds->nblocks; i++) {
		struct fd_block *b = block_at(fds, i);

		while (b != NULL && b->cloexec != 0)
			close_one(fds, b, bits_first(b->cloexec));
		if (i + 1 < fds->nblocks)
			sched_point();
	}
}

void
fdtable_destroy(struct fdtable *fds)
{
	uint32_t i;

	may_sleep();
	for (i = 0; i < fds->nblocks; i++) {
		struct fd_block *b = block_at(fds, i);

		while (b != NULL && b->open != 0)
			close_one(fds, b, bits_first(b->open));
		if (i > 0) {
			fds->more[i - 1] = NULL;
			kmem_free(b);
		}
		if (i + 1 < fds->nblocks)
			sched_point();
	}
	kmem_free(fds);
}

struct file *
fdtable_next(struct fdtable *fds, uint32_t *fd)
{
	uint32_t i = *fd / FD_BLOCK, in = *fd % FD_BLOCK;

	for (; i < fds->nblocks; i++, in = 0) {
		struct fd_block *b = block_at(fds, i);
		uint64_t left = b != NULL ? b->open >> in << in : 0;

		if (left != 0) {
			*fd = i * FD_BLOCK + bits_first(left);
			return b->file[*fd % FD_BLOCK];
		}
	}
	return NULL;
}

/* ---- The current process's descriptors ---- */

struct file *
fd_get(uint32_t fd)
{
	struct fdtable *fds = curproc()->files;
	struct fd_block *b;

	if (fd < FD_BLOCK)
		return fds->first.file[fd];
	b = block_at(fds, fd / FD_BLOCK);
	return b != NULL ? b->file[fd % FD_BLOCK] : NULL;
}

int
fd_find(uint32_t from, int *fd)
{
	struct fdtable *fds = curproc()->files;
	uint32_t i, in = from % FD_BLOCK;

	for (i = from / FD_BLOCK; i < OPEN_MAX / FD_BLOCK; i++, in = 0) {
		const struct fd_block *b = block_at(fds, i);
		uint64_t unused = ~(b != NULL ? b->open : 0) >> in << in;

		if (unused == 0)
			continue;
		*fd = i * FD_BLOCK + bits_first(unused);
		if ((uint32_t)*fd >= curproc()->rlimit[RLIMIT_NOFILE].rlim_cur)
			break;
		return make_block(fds, *fd);
	}
	return EMFILE;
}

void
fd_install(struct file *f, uint32_t fd, bool cloexec)
{
	struct fd_block *b = block_at(curproc()->files, fd / FD_BLOCK);

	b->file[fd % FD_BLOCK] = f;
	b->open |= BIT64(fd % FD_BLOCK);
	if (cloexec)
		b->cloexec |= BIT64(fd % FD_BLOCK);
}

int
fd_alloc(struct file *f, uint32_t from, bool cloexec, int *fd)
{
	int err = fd_find(from, fd);

	if (err == 0)
		fd_install(f, *fd, cloexec);
	return err;
}

int
fd_replace(struct file *f, uint32_t fd, bool cloexec)
{
	DOES_NOT_SLEEP;
	struct fdtable *fds = curproc()->files;

	if (fd >= OPEN_MAX || fd >= curproc()->rlimit[RLIMIT_NOFILE].rlim_cur)
		return EBADF;
	if (make_block(fds, fd) != 0)
		return ENOMEM;
	f->refs++;
	fd_close(fd); /* EBADF is no error here: fd was free. */
	fd_install(f, fd, cloexec);
	return 0;
}

int
fd_close(uint32_t fd)
{
	DOES_NOT_SLEEP;

	if (fd_get(fd) == NULL)
		return EBADF;
	close_one(curproc()->files, block_at(curproc()->files, fd / FD_BLOCK), fd % FD_BLOCK);
	return 0;
}

bool
fd_cloexec(uint32_t fd)
{
	return block_at(curproc()->files, fd / FD_BLOCK)->cloexec >> fd % FD_BLOCK & 1;
}

void
fd_set_cloexec(uint32_t fd, bool cloexec)
{
	struct fd_block *b = block_at(curproc()->files, fd / FD_BLOCK);

	b->cloexec &= ~BIT64(fd % FD_BLOCK);
	b->cloexec |= (uint64_t)cloexec << fd % FD_BLOCK;
}

uint32_t
fd_table_size(void)
{
	return curproc()->files->nblocks * FD_BLOCK;
}
