/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about resource limits, and sysinfo. */
#include "abi/errno.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "shm/shm.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* ---- Limits: all are stored and reported; docs/abi.md says which are enforced ---- */

/* Find limit `which` of process pid (0: the caller), and check that the caller may read it and,
 * if new is not NULL, change it to *new. Returns 0 with the limit in *out, EINVAL, ESRCH or
 * EPERM. */
static int
find_limit(int pid, uint32_t which, const struct abi_rlimit *new, struct abi_rlimit **out)
{
	struct proc *self = curproc(), *p = pid == 0 ? self : proc_find(pid);

	if (p == NULL)
		return ESRCH;
	if (!cred_may_limit(self, p))
		return EPERM;
	if (which >= RLIMIT_NLIMITS)
		return EINVAL;
	*out = &p->rlimit[which];
	if (new == NULL)
		return 0;
	if (new->rlim_cur > new->rlim_max)
		return EINVAL;
	if ((which == RLIMIT_NOFILE && new->rlim_max > OPEN_MAX) ||
	    (new->rlim_max > (*out)->rlim_max && self->cred.euid != 0))
		return EPERM;
	return 0;
}

/* Tell one of the caller's limits; EINVAL if there is no such resource. */
int
sys_ugetrlimit(const union call_args *arg, uint32_t *result)
{
	struct abi_rlimit *l;
	int err = find_limit(0, arg->ugetrlimit.resource, NULL, &l);

	return err != 0 ? err : copyout(arg->ugetrlimit.rlim, l, sizeof(*l));
}

/* Set one of the caller's limits; find_limit() checks that it may. */
int
sys_setrlimit(const union call_args *arg, uint32_t *result)
{
	struct abi_rlimit new, *limit;
	int err;

	if (copyin(&new, arg->setrlimit.rlim, sizeof(new)) != 0)
		return EFAULT;
	err = find_limit(0, arg->setrlimit.resource, &new, &limit);
	if (err == 0)
		*limit = new;
	return err;
}

/* The oldest form of getrlimit: a limit that does not fit into a signed word is reported as the
 * largest that does. */
int
sys_getrlimit(const union call_args *arg, uint32_t *result)
{
	struct abi_rlimit l, *limit;
	int err = find_limit(0, arg->getrlimit.resource, NULL, &limit);

	if (err != 0)
		return err;
	l = *limit;
	if (l.rlim_cur > INT32_MAX)
		l.rlim_cur = INT32_MAX;
	if (l.rlim_max > INT32_MAX)
		l.rlim_max = INT32_MAX;
	return copyout(arg->getrlimit.rlim, &l, sizeof(l));
}

/* Returns a limit as prlimit64() has it: infinity is all ones there too. */
static uint64_t
widen(uint32_t limit)
{
	return limit == RLIM_INFINITY ? UINT64_MAX : limit;
}

/* Returns a limit of prlimit64()'s as the kernel keeps it: what 32 bits cannot hold is infinity. */
static uint32_t
narrow(uint64_t limit)
{
	return limit > RLIM_INFINITY ? RLIM_INFINITY : (uint32_t)limit;
}

/* Tell a process's limit, set it, or both. Nothing is set if the old limit cannot be written:
 * EFAULT. */
int
sys_prlimit64(const union call_args *arg, uint32_t *result)
{
	vaddr_t new_limit = arg->prlimit64.new_limit, old_limit = arg->prlimit64.old_limit;
	struct abi_rlimit64 wide = {0};
	struct abi_rlimit new, *limit;
	int err;

	if (new_limit != 0 && copyin(&wide, new_limit, sizeof(wide)) != 0)
		return EFAULT;
	new = (struct abi_rlimit){narrow(wide.rlim_cur), narrow(wide.rlim_max)};
	err = find_limit(arg->prlimit64.pid, arg->prlimit64.resource, new_limit != 0 ? &new : NULL,
	                 &limit);
	if (err != 0)
		return err;
	wide = (struct abi_rlimit64){widen(limit->rlim_cur), widen(limit->rlim_max)};
	if (old_limit != 0 && copyout(old_limit, &wide, sizeof(wide)) != 0)
		return EFAULT;
	if (new_limit != 0)
		*limit = new;
	return 0;
}

/* ---- The machine ---- */

/* Tell the uptime, the load, and how much memory there is, is free and is in segments. */
int
sys_sysinfo(const union call_args *arg, uint32_t *result)
{
	struct abi_sysinfo info = {.procs = (uint16_t)proc_count};
	struct abi_timespec64 up;
	struct frame_stats st;
	unsigned i;

	clock_monotonic(&up);
	frame_stats(&st);
	info.uptime = (int32_t)up.tv_sec;
	for (i = 0; i < 3; i++)
		info.loads[i] = load_average[i];
	/* The unit is a byte if a word can count all memory in bytes, else a page. */
	info.mem_unit = st.total > UINT32_MAX / PAGE_SIZE ? PAGE_SIZE : 1;
	info.totalram = st.total * (PAGE_SIZE / info.mem_unit);
	info.freeram = st.free * (PAGE_SIZE / info.mem_unit);
	info.sharedram = shm_resident() * (PAGE_SIZE / info.mem_unit);
	return copyout(arg->sysinfo.info, &info, sizeof(info));
}
