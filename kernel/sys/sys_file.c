/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls on descriptors: read, write and seek; dup, fcntl and pipe. */
#include "abi/errno.h"
#include "fs/dev.h"
#include "proc/proc.h"
#include "sys/sys_lock.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

#define IO_MAX 0x7fffffffu /* the most bytes of one call: its result is a signed word */

/* ---- read and write ---- */

/* Read or write u by f's operation. Returns 0 with the number of bytes in *result, also if an error
 * came after the first of them; else EBADF, EINVAL, or the operation's error. May sleep. */
static int
transfer(struct file *f, struct uio *u, uint32_t *result)
{
	uint32_t all = u->left;
	int (*move)(struct file *, struct uio *);
	int err = 0;

	may_sleep();
	if (f == NULL || (f->flags & O_ACCMODE) == (u->to_user ? O_WRONLY : O_RDONLY))
		return EBADF;
	move = u->to_user ? f->ops->read : f->ops->write;
	if (move == NULL || all > IO_MAX)
		return EINVAL;
	if (all > 0 || node_is(f->node, S_IFDIR))
		err = move(f, u);
	/* Bytes that were moved before an error cannot be taken back: report them instead. */
	*result = all - u->left;
	return *result > 0 ? 0 : err;
}

/* readv() and writev(): iov is the user address of iovcnt struct iovec. */
static int
transfer_vector(uint32_t fd, vaddr_t iov, uint32_t iovcnt, bool to_user, uint32_t *result)
{
	struct uio u = {.iov = iov, .niov = iovcnt, .to_user = to_user};
	struct abi_iovec v;
	uint32_t i;

	if (fd_get(fd) == NULL)
		return EBADF;
	if (u.niov > IOV_MAX)
		return EINVAL;
	for (i = 0; i < u.niov; i++) {
		if (copyin(&v, u.iov + i * sizeof(v), sizeof(v)) != 0)
			return EFAULT;
		if (v.len > IO_MAX - u.left)
			return EINVAL;
		u.left += v.len;
	}
	return transfer(fd_get(fd), &u, result);
}

/* Read at most count bytes at the file's position into buf. *result is how many: 0 at the end of
 * the file. */
int
sys_read(const union call_args *arg, uint32_t *result)
{
	uint32_t count = arg->read.count;
	struct uio u = {.base = arg->read.buf, .len = count, .left = count, .to_user = true};

	return transfer(fd_get(arg->read.fd), &u, result);
}

/* Write at most count bytes from buf at the file's position. *result is how many. */
int
sys_write(const union call_args *arg, uint32_t *result)
{
	uint32_t count = arg->write.count;
	struct uio u = {.base = arg->write.buf, .len = count, .left = count};

	return transfer(fd_get(arg->write.fd), &u, result);
}

/* Read like sys_read(), into the buffers that iov lists, one after the other. */
int
sys_readv(const union call_args *arg, uint32_t *result)
{
	return transfer_vector(arg->readv.fd, arg->readv.iov, arg->readv.iovcnt, true, result);
}

/* Write like sys_write(), from the buffers that iov lists, one after the other. */
int
sys_writev(const union call_args *arg, uint32_t *result)
{
	return transfer_vector(arg->writev.fd, arg->writev.iov, arg->writev.iovcnt, false, result);
}

/* pread() and pwrite(): transfer at the offset high << 32 | low. The operation gets a copy of the
 * open file, so that nobody who uses the file meanwhile sees its offset change. */
static int
transfer_at(uint32_t fd, uint32_t low, uint32_t high, struct uio *u, uint32_t *result)
{
	struct file *f = fd_get(fd);
	struct file at;

	if (f == NULL)
		return EBADF;
	if (f->ops->stream)
		return ESPIPE;
	if ((int32_t)high < 0)
		return EINVAL;
	if (high != 0 || (int32_t)low < 0)
		return u->to_user ? 0 : EFBIG;
	at = *f;
	at.offset = low;
	return transfer(&at, u, result);
}

/* Read like sys_read(), but at an offset that is given; the file's position stays. */
int
sys_pread64(const union call_args *arg, uint32_t *result)
{
	uint32_t count = arg->pread64.count;
	struct uio u = {.base = arg->pread64.buf, .len = count, .left = count, .to_user = true};

	return transfer_at(arg->pread64.fd, arg->pread64.offset_low, arg->pread64.offset_high, &u,
	                   result);
}

/* Write like sys_write(), but at an offset that is given; the file's position stays. */
int
sys_pwrite64(const union call_args *arg, uint32_t *result)
{
	uint32_t count = arg->pwrite64.count;
	struct uio u = {.base = arg->pwrite64.buf, .len = count, .left = count};

	return transfer_at(arg->pwrite64.fd, arg->pwrite64.offset_low, arg->pwrite64.offset_high,
	                   &u, result);
}

/* Compute the new offset of a seek. The caller sets f->offset once it has reported the result.
 * Returns 0 with the offset in *at, EBADF, ESPIPE, EINVAL or EOVERFLOW. */
static int
seek(const struct file *f, int64_t to, uint32_t whence, uint32_t *at)
{
	if (f == NULL)
		return EBADF;
	if (f->ops->stream)
		return ESPIPE;
	if (whence == SEEK_CUR)
		to += f->offset;
	else if (whence == SEEK_END)
		to += f->node->size;
	else if (whence != SEEK_SET)
		return EINVAL;
	if (to < 0)
		return EINVAL;
	if (to > INT32_MAX)
		return EOVERFLOW;
	*at = (uint32_t)to;
	return 0;
}

/* Move the file's position by a 32-bit offset from what whence says. *result is the new
 * position. */
int
sys_lseek(const union call_args *arg, uint32_t *result)
{
	struct file *f = fd_get(arg->lseek.fd);
	int err = seek(f, (int32_t)arg->lseek.offset, arg->lseek.whence, result);

	if (err == 0)
		f->offset = *result;
	return err;
}

/* Move the file's position by a 64-bit offset. The new position goes to the program's 64-bit word
 * `result`; if that fails (EFAULT), the position stays. */
int
sys_llseek(const union call_args *arg, uint32_t *result)
{
	uint64_t offset = (uint64_t)arg->llseek.offset_high << 32 | arg->llseek.offset_low, wide;
	struct file *f = fd_get(arg->llseek.fd);
	uint32_t at;
	int err = seek(f, (int64_t)offset, arg->llseek.whence, &at);

	wide = at;
	if (err == 0)
		err = copyout(arg->llseek.result, &wide, sizeof(wide));
	if (err == 0)
		f->offset = at;
	return err;
}

/* Does nothing, since files have no storage but memory. Returns 0, EBADF, or EINVAL for a file
 * without an offset, such as a pipe, as Linux does. */
int
sys_fsync(const union call_args *arg, uint32_t *result)
{
	struct file *f = fd_get(arg->fsync.fd);

	return f == NULL ? EBADF : f->ops->stream ? EINVAL : 0;
}

/* Set O_NONBLOCK of f if the number at `from` is not 0, else clear it. Returns 0 or EFAULT. */
static int
set_nonblock(struct file *f, vaddr_t from)
{
	int on;

	if (copyin(&on, from, sizeof(on)) != 0)
		return EFAULT;
	f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~O_NONBLOCK;
	return 0;
}

/* Do the requests that any open file has (FIONBIO, FIOCLEX, FIONCLEX), and pass all others to the
 * file's own ioctl; ENOTTY if it has none. */
int
sys_ioctl(const union call_args *arg, uint32_t *result)
{
	struct file *f = fd_get(arg->ioctl.fd);

	if (f == NULL)
		return EBADF;
	switch (arg->ioctl.request) {
	case FIONBIO:
		return set_nonblock(f, arg->ioctl.argp);
	case FIOCLEX:
	case FIONCLEX:
		fd_set_cloexec(arg->ioctl.fd, arg->ioctl.request == FIOCLEX);
		return 0;
	default:
		if (f->ops->ioctl == NULL)
			return ENOTTY;
		return f->ops->ioctl(f, arg->ioctl.request, arg->ioctl.argp);
	}
}

/* ---- Descriptors ---- */

/* Close a descriptor; EBADF if it is not open. */
int
sys_close(const union call_args *arg, uint32_t *result)
{
	return fd_close(arg->close.fd);
}

/* dup() and F_DUPFD: let the lowest free descriptor that is not below `from` name fd's open file,
 * too. */
static int
duplicate(uint32_t fd, uint32_t from, bool cloexec, uint32_t *result)
{
	struct file *f = fd_get(fd);
	int err;

	if (f == NULL)
		return EBADF;
	if (from >= curproc()->rlimit[RLIMIT_NOFILE].rlim_cur)
		return EINVAL;
	err = fd_alloc(f, from, cloexec, (int *)result);
	if (err == 0)
		f->refs++;
	return err;
}

/* Name oldfd's open file by the lowest free descriptor too, which is *result. */
int
sys_dup(const union call_args *arg, uint32_t *result)
{
	return duplicate(arg->dup.oldfd, 0, false, result);
}

/* dup3(): let descriptor `to` name fd's open file. */
static int
duplicate_to(uint32_t fd, uint32_t to, bool cloexec, uint32_t *result)
{
	struct file *f = fd_get(fd);

	*result = to;
	return f == NULL ? EBADF : fd_replace(f, to, cloexec);
}

/* Name oldfd's open file by newfd too, and close what newfd named before. If the two are equal,
 * only check that oldfd is open. */
int
sys_dup2(const union call_args *arg, uint32_t *result)
{
	uint32_t oldfd = arg->dup2.oldfd, newfd = arg->dup2.newfd;

	*result = newfd;
	if (oldfd == newfd)
		return fd_get(oldfd) == NULL ? EBADF : 0;
	return duplicate_to(oldfd, newfd, false, result);
}

/* Duplicate like sys_dup2(), with O_CLOEXEC as the only flag; equal descriptors are EINVAL. */
int
sys_dup3(const union call_args *arg, uint32_t *result)
{
	uint32_t oldfd = arg->dup3.oldfd, newfd = arg->dup3.newfd, flags = arg->dup3.flags;

	if (oldfd == newfd || (flags & ~O_CLOEXEC))
		return EINVAL;
	return duplicate_to(oldfd, newfd, flags & O_CLOEXEC, result);
}

/* Duplicate a descriptor, read or change its flags or the open file's, or do something about locks,
 * as cmd says; EINVAL for a cmd that is none of these. */
int
sys_fcntl64(const union call_args *arg, uint32_t *result)
{
	uint32_t cmd = arg->fcntl64.cmd;
	uint32_t fd = arg->fcntl64.fd;
	struct file *f = fd_get(fd);
	const int changes = O_APPEND | O_NONBLOCK;

	if (f == NULL)
		return EBADF;
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(fd, arg->fcntl64.arg, cmd == F_DUPFD_CLOEXEC, result);
	case F_GETFD:
		*result = fd_cloexec(fd);
		return 0;
	case F_SETFD:
		fd_set_cloexec(fd, arg->fcntl64.arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		*result = f->flags;
		return 0;
	case F_SETFL:
		f->flags = (f->flags & ~changes) | ((int)arg->fcntl64.arg & changes);
		return 0;
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_GETLK64:
	case F_SETLK64:
	case F_SETLKW64:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return lock_fcntl(f, cmd, arg->fcntl64.arg);
	default:
		return EINVAL;
	}
}

/* Do what sys_fcntl64() does, but refuse the commands with offsets of 64 bits: EINVAL. */
int
sys_fcntl(const union call_args *arg, uint32_t *result)
{
	uint32_t cmd = arg->fcntl.cmd;
	bool wide = (cmd >= F_GETLK64 && cmd <= F_SETLKW64) ||
	            (cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW);

	if (wide)
		return fd_get(arg->fcntl.fd) == NULL ? EBADF : EINVAL;
	return sys_fcntl64(arg, result);
}

/* Make a pipe and write its two descriptors, the reader's first, to user memory. */
static int
make_pipe(vaddr_t to, int flags)
{
	struct file *end[2];
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return EINVAL;
	err = pipe_create(flags, &end[0], &end[1]);
	if (err != 0)
		return err;
	err = fd_alloc(end[0], 0, flags & O_CLOEXEC, &fd[0]);
	if (err != 0)
		goto no_reader;
	err = fd_alloc(end[1], 0, flags & O_CLOEXEC, &fd[1]);
	if (err != 0)
		goto no_writer;
	if (copyout(to, fd, sizeof(fd)) == 0)
		return 0;
	fd_close(fd[0]);
	fd_close(fd[1]);
	return EFAULT;
no_writer:
	fd_close(fd[0]);
	file_unref(end[1]);
	return err;
no_reader:
	file_unref(end[0]);
	file_unref(end[1]);
	return err;
}

/* Make a pipe, and write its two descriptors, to read and to write, to pipefd. */
int
sys_pipe(const union call_args *arg, uint32_t *result)
{
	return make_pipe(arg->pipe.pipefd, 0);
}

/* Make a pipe like sys_pipe(), with flags for both of its ends: make_pipe(). */
int
sys_pipe2(const union call_args *arg, uint32_t *result)
{
	return make_pipe(arg->pipe2.pipefd, arg->pipe2.flags);
}

/* Fill buf with random bytes, at most 2 GiB - 1. *result is how many were written; EFAULT if none
 * could be. */
int
sys_getrandom(const union call_args *arg, uint32_t *result)
{
	uint32_t size = arg->getrandom.size;
	uint32_t len = size < INT32_MAX ? size : INT32_MAX;
	struct uio u = {.base = arg->getrandom.buf, .len = len, .left = len, .to_user = true};
	int err;

	if (arg->getrandom.flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return EINVAL;
	err = dev_random(&u);
	*result = len - u.left;
	return *result > 0 ? 0 : err;
}
