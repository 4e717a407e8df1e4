/* SPDX-License-Identifier: BSD-2-Clause */
/* utimensat: set the times of a file. There are two calls, for two forms of a time. */
#include "abi/errno.h"
#include "proc/proc.h"
#include "sys/sys_path.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

#define NSEC 1000000000u
#define NOW                                                                                        \
	{                                                                                          \
		{.tv_nsec = UTIME_NOW},                                                            \
		{                                                                                  \
			.tv_nsec = UTIME_NOW                                                       \
		}                                                                                  \
	}

/* Set the access and modification times of n. arg points to two struct abi_timespec64 in kernel
 * memory, not checked yet. Returns 0, EINVAL, EACCES or EPERM. */
static int
set_times(struct node *n, const uint32_t *arg, uint32_t *result)
{
	const struct abi_timespec64 *t = (const struct abi_timespec64 *)arg;
	struct abi_timespec64 now = fs_now(), *to[2] = {&n->atime, &n->mtime};
	uint32_t euid = curproc()->cred.euid;
	bool only_now = t[0].tv_nsec == UTIME_NOW && t[1].tv_nsec == UTIME_NOW;
	int i;

	for (i = 0; i < 2; i++)
		if ((uint32_t)t[i].tv_nsec >= NSEC && t[i].tv_nsec != UTIME_NOW &&
		    t[i].tv_nsec != UTIME_OMIT)
			return EINVAL;
	if (t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0;
	/* Who may write to the file may set both times to now; only its owner may set others. */
	if (euid != 0 && euid != n->uid && (!only_now || fs_access(n, &curproc()->cred, W_OK) != 0))
		return only_now ? EACCES : EPERM;
	for (i = 0; i < 2; i++)
		if (t[i].tv_nsec != UTIME_OMIT)
			*to[i] = t[i].tv_nsec == UTIME_NOW ? now : t[i];
	n->ctime = now;
	return 0;
}

/* Set the times of the file that a path names, or if the path is NULL, of dirfd's own file. */
static int
utimens(const union call_args *arg, const struct abi_timespec64 *t)
{
	vaddr_t pathname = arg->utimensat.pathname;
	uint32_t dirfd = arg->utimensat.dirfd;

	if (pathname == 0 && dirfd != (uint32_t)AT_FDCWD)
		return file_call(dirfd, set_times, (const uint32_t *)t, NULL);
	return path_call(dirfd, pathname, arg->utimensat.flags, set_times, (const uint32_t *)t,
	                 NULL);
}

/* Set a file's times of access and modification (NULL: to now), given with 64-bit seconds:
 * utimens(). */
int
sys_utimensat_time64(const union call_args *arg, uint32_t *result)
{
	vaddr_t times = arg->utimensat_time64.times;
	struct abi_timespec64 t[2] = NOW;

	if (times != 0 && copyin(t, times, sizeof(t)) != 0)
		return EFAULT;
	return utimens(arg, t);
}

/* Set a file's times like sys_utimensat_time64(), given with 32-bit seconds. */
int
sys_utimensat(const union call_args *arg, uint32_t *result)
{
	vaddr_t times = arg->utimensat.times;
	struct abi_timespec64 t[2] = NOW;
	struct abi_timespec32 ts[2];
	int i;

	if (times != 0 && copyin(ts, times, sizeof(ts)) != 0)
		return EFAULT;
	for (i = 0; i < 2 && times != 0; i++)
		t[i] = (struct abi_timespec64){.tv_sec = ts[i].tv_sec, .tv_nsec = ts[i].tv_nsec};
	return utimens(arg, t);
}
