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
set_times(struct node *n, struct abi_timespec64 t[2])
{
	struct abi_timespec64 now = fs_now(), *to[2] = {&n->atime, &n->mtime};
	uint32_t euid = curproc()->cred.euid;
	bool only_now = t[0].tv_nsec == UTIME_NOW && t[1].tv_nsec == UTIME_NOW;
	int i;

	if (t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0;
	/* "Now" is for whoever may write, another time for the owner. */
	if (euid != 0 && euid != n->uid && (!only_now || fs_access(n, &curproc()->cred, W_OK) != 0))
		return only_now ? EACCES : EPERM;
	for (i = 0; i < 2; i++) {
		if (t[i].tv_nsec == UTIME_OMIT)
			continue;
		*to[i] = t[i].tv_nsec == UTIME_NOW ? now : t[i];
	}
	n->ctime = now;
	return 0;
}

/* path 0: the descriptor itself. The times are as the user gave them. */
static int
set_path_times(uint32_t dirfd, vaddr_t path, uint32_t flags, struct abi_timespec64 t[2])
{
	struct node *n;
	int i, err;

	for (i = 0; i < 2; i++)
		if ((uint32_t)t[i].tv_nsec >= NSEC && t[i].tv_nsec != UTIME_NOW &&
		    t[i].tv_nsec != UTIME_OMIT)
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

static const struct abi_timespec64 both_now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};

int
sys_utimensat(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec64 t[2] = {both_now[0], both_now[1]};
	struct abi_timespec32 ts[2];
	int i;

	if (arg[2] != 0 && copyin(ts, arg[2], sizeof(ts)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[2] != 0; i++)
		t[i] = (struct abi_timespec64){.tv_sec = ts[i].tv_sec, .tv_nsec = ts[i].tv_nsec};
	return set_path_times(arg[0], arg[1], arg[3], t);
}

int
sys_utimensat_time64(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec64 t[2] = {both_now[0], both_now[1]};

	if (arg[2] != 0 && copyin(t, arg[2], sizeof(t)) != 0)
		return EFAULT;
	return set_path_times(arg[0], arg[1], arg[3], t);
}

int
sys_futimesat(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec64 t[2] = {both_now[0], both_now[1]};
	struct abi_timeval32 tv[2];
	int i;

	if (arg[2] != 0 && copyin(tv, arg[2], sizeof(tv)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[2] != 0; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= NSEC / 1000)
			return EINVAL;
		t[i] = (struct abi_timespec64){.tv_sec = tv[i].tv_sec,
		                               .tv_nsec = tv[i].tv_usec * 1000};
	}
	return set_path_times(arg[0], arg[1], 0, t);
}

ALIAS(utimes, futimesat, AT_FDCWD, arg[0], arg[1])

int
sys_utime(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec64 t[2] = {both_now[0], both_now[1]};
	int32_t sec[2];
	int i;

	if (arg[1] != 0 && copyin(sec, arg[1], sizeof(sec)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && arg[1] != 0; i++)
		t[i] = (struct abi_timespec64){.tv_sec = sec[i]};
	return set_path_times(AT_FDCWD, arg[0], 0, t);
}
