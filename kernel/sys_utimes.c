/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that set a file's times: five, for five forms of a time. */
#include "abi/errno.h"
#include "file.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

#define NSEC 1000000000

/* nsec may be UTIME_NOW or UTIME_OMIT. */
static int
set_times(struct node *n, struct filetime t[2])
{
	struct filetime now = fs_now(), *to[2] = {&n->atime, &n->mtime};
	uint32_t euid = curproc()->cred.euid;
	bool only_now = t[0].nsec == UTIME_NOW && t[1].nsec == UTIME_NOW;
	int i;

	if (t[0].nsec == UTIME_OMIT && t[1].nsec == UTIME_OMIT)
		return 0;
	/* "Now" is for whoever may write, another time for the owner. */
	if (euid != 0 && euid != n->uid && (!only_now || fs_access(n, &curproc()->cred, W_OK) != 0))
		return only_now ? EACCES : EPERM;
	for (i = 0; i < 2; i++) {
		if (t[i].nsec == UTIME_OMIT)
			continue;
		*to[i] = t[i].nsec == UTIME_NOW ? now : t[i];
	}
	n->ctime = now;
	return 0;
}

/* path 0: the descriptor itself. t[0].sec and nsec as the user gave them. */
static int
set_path_times(uint32_t dirfd, vaddr_t path, uint32_t flags, struct filetime t[2])
{
	struct node *n;
	int i, err;

	for (i = 0; i < 2; i++)
		if (t[i].nsec >= NSEC && t[i].nsec != UTIME_NOW && t[i].nsec != UTIME_OMIT)
			return EINVAL;
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return EINVAL;
	if (path == 0 && dirfd != (uint32_t)AT_FDCWD) {
		struct file *f = fd_get(dirfd);

		return f == NULL ? EBADF : set_times(f->node, t);
	}
	err = path_node(dirfd, path, flags, &n);
	if (err != 0)
		return err;
	err = set_times(n, t);
	node_unref(n);
	return err;
}

static const struct filetime both_now[2] = {{.nsec = UTIME_NOW}, {.nsec = UTIME_NOW}};

int
sys_utimensat(const uint32_t *arg, uint32_t *result)
{
	struct filetime t[2] = {both_now[0], both_now[1]};
	struct abi_timespec32 ts[2];
	int i;

	(void)result;
	if (arg[2] != 0 && copyin(ts, arg[2], sizeof(ts)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[2] != 0; i++)
		t[i] = (struct filetime){.sec = ts[i].tv_sec, .nsec = ts[i].tv_nsec};
	return set_path_times(arg[0], arg[1], arg[3], t);
}

int
sys_utimensat_time64(const uint32_t *arg, uint32_t *result)
{
	struct filetime t[2] = {both_now[0], both_now[1]};
	struct abi_timespec64 ts[2];
	int i;

	(void)result;
	if (arg[2] != 0 && copyin(ts, arg[2], sizeof(ts)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[2] != 0; i++)
		t[i] = (struct filetime){.sec = ts[i].tv_sec, .nsec = ts[i].tv_nsec};
	return set_path_times(arg[0], arg[1], arg[3], t);
}

int
sys_futimesat(const uint32_t *arg, uint32_t *result)
{
	struct filetime t[2] = {both_now[0], both_now[1]};
	struct abi_timeval32 tv[2];
	int i;

	(void)result;
	if (arg[2] != 0 && copyin(tv, arg[2], sizeof(tv)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[2] != 0; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= NSEC / 1000)
			return EINVAL;
		t[i] = (struct filetime){.sec = tv[i].tv_sec, .nsec = tv[i].tv_usec * 1000};
	}
	return set_path_times(arg[0], arg[1], 0, t);
}

int
sys_utimes(const uint32_t *arg, uint32_t *result)
{
	const uint32_t at[] = {AT_FDCWD, arg[0], arg[1]};

	return sys_futimesat(at, result);
}

int
sys_utime(const uint32_t *arg, uint32_t *result)
{
	struct filetime t[2] = {both_now[0], both_now[1]};
	int32_t sec[2];
	int i;

	(void)result;
	if (arg[1] != 0 && copyin(sec, arg[1], sizeof(sec)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[1] != 0; i++)
		t[i] = (struct filetime){.sec = sec[i]};
	return set_path_times(AT_FDCWD, arg[0], 0, t);
}
