/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about limits and turns, and about the machine that all share. */
#include "abi/errno.h"
#include "frame.h"
#include "proc.h"
#include "shm.h"
#include "syscall.h"
#include "vm.h"

/* ---- Limits: kept and told; RLIMIT_NOFILE holds, and from the next exec on RLIMIT_STACK ---- */

#define UNLIMITED                                                                                  \
	{                                                                                          \
		RLIM_INFINITY, RLIM_INFINITY                                                       \
	}

const struct abi_rlimit rlimit_first[RLIMIT_NLIMITS] = {
	[0 ... 2] = UNLIMITED,
	[RLIMIT_STACK] = {8u << 20, RLIM_INFINITY},
	[RLIMIT_CORE] = {0, RLIM_INFINITY},
	[5 ... 6] = UNLIMITED,
	[RLIMIT_NOFILE] = {OPEN_MAX, OPEN_MAX},
	[8 ... 11] = UNLIMITED, /* the last four are of what isn't there */
};

static int
set_limit(struct proc *p, uint32_t which, const struct abi_rlimit *new)
{
	if (new->rlim_cur > new->rlim_max)
		return EINVAL;
	if (which == RLIMIT_NOFILE && new->rlim_max > OPEN_MAX)
		return EPERM;
	if (new->rlim_max > p->rlimit[which].rlim_max && curproc()->cred.euid != 0)
		return EPERM;
	p->rlimit[which] = *new;
	return 0;
}

int
sys_setrlimit(const uint32_t *arg, uint32_t *result)
{
	struct abi_rlimit new;

	if (arg[0] >= RLIMIT_NLIMITS)
		return EINVAL;
	if (copyin(&new, arg[1], sizeof(new)) != 0)
		return EFAULT;
	return set_limit(curproc(), arg[0], &new);
}

int
sys_ugetrlimit(const uint32_t *arg, uint32_t *result)
{
	if (arg[0] >= RLIMIT_NLIMITS)
		return EINVAL;
	return copyout(arg[1], &curproc()->rlimit[arg[0]], sizeof(struct abi_rlimit));
}

/* The old call, to which no limit is more than a signed word. */
int
sys_getrlimit(const uint32_t *arg, uint32_t *result)
{
	struct abi_rlimit l;

	if (arg[0] >= RLIMIT_NLIMITS)
		return EINVAL;
	l = curproc()->rlimit[arg[0]];
	l.rlim_cur = l.rlim_cur > INT32_MAX ? INT32_MAX : l.rlim_cur;
	l.rlim_max = l.rlim_max > INT32_MAX ? INT32_MAX : l.rlim_max;
	return copyout(arg[1], &l, sizeof(l));
}

static uint64_t
widen(uint32_t limit)
{
	return limit == RLIM_INFINITY ? UINT64_MAX : limit;
}

static uint32_t
narrow(uint64_t limit)
{
	return limit > RLIM_INFINITY ? RLIM_INFINITY : (uint32_t)limit;
}

int
sys_prlimit64(const uint32_t *arg, uint32_t *result)
{
	struct proc *self = curproc(), *p = arg[0] == 0 ? self : proc_find(arg[0]);
	struct abi_rlimit64 old, new;
	int err = 0;

	if (arg[1] >= RLIMIT_NLIMITS)
		return EINVAL;
	if (arg[2] != 0 && copyin(&new, arg[2], sizeof(new)) != 0)
		return EFAULT;
	if (p == NULL)
		return ESRCH;
	if (p != self && !proc_may_signal(&self->cred, p))
		return EPERM;
	old.rlim_cur = widen(p->rlimit[arg[1]].rlim_cur);
	old.rlim_max = widen(p->rlimit[arg[1]].rlim_max);
	if (arg[2] != 0)
		err = set_limit(p, arg[1],
		                &(struct abi_rlimit){narrow(new.rlim_cur), narrow(new.rlim_max)});
	if (err == 0 && arg[3] != 0)
		err = copyout(arg[3], &old, sizeof(old));
	return err;
}

/* ---- Priorities: told to who asks; all get their turn alike ---- */

#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2
#define NICE_MIN (-20)
#define NICE_MAX 19

static bool
is_one_of(const struct proc *p, uint32_t which, uint32_t who)
{
	const struct proc *self = curproc();

	if (which == PRIO_PROCESS)
		return p->pid == (int)(who == 0 ? (uint32_t)self->pid : who);
	if (which == PRIO_PGRP)
		return p->pgid == (int)(who == 0 ? (uint32_t)self->pgid : who);
	return p->cred.ruid == (who == 0 ? self->cred.ruid : who);
}

/* The result is 20 - nice, which is never negative. */
int
sys_getpriority(const uint32_t *arg, uint32_t *result)
{
	const struct proc *p;

	if (arg[0] > PRIO_USER)
		return EINVAL;
	for (p = proc_list; p != NULL; p = p->next)
		if (is_one_of(p, arg[0], arg[1]) && (uint32_t)(20 - p->nice) > *result)
			*result = 20 - p->nice;
	return *result == 0 ? ESRCH : 0;
}

static int
set_nice(struct proc *p, int nice)
{
	const struct cred *cred = &curproc()->cred;

	nice = nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice;
	if (cred->euid != 0 && cred->euid != p->cred.euid && cred->euid != p->cred.ruid)
		return EPERM;
	if (nice < p->nice && cred->euid != 0)
		return EACCES;
	p->nice = nice;
	return 0;
}

int
sys_setpriority(const uint32_t *arg, uint32_t *result)
{
	struct proc *p;
	int err = ESRCH, one;

	if (arg[0] > PRIO_USER)
		return EINVAL;
	for (p = proc_list; p != NULL; p = p->next) {
		if (!is_one_of(p, arg[0], arg[1]))
			continue;
		one = set_nice(p, (int)arg[2]);
		if (err == ESRCH || one != 0)
			err = one;
	}
	return err;
}

int
sys_nice(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	int by = (int)arg[0];

	by = by < -40 ? -40 : by > 40 ? 40 : by;
	return set_nice(p, p->nice + by) != 0 ? EPERM : 0;
}

/* ---- One CPU, one policy ---- */

static int
known(uint32_t pid)
{
	return pid == 0 || proc_find(pid) != NULL ? 0 : ESRCH;
}

int
sys_sched_getaffinity(const uint32_t *arg, uint32_t *result)
{
	static const uint32_t mask = 1;

	if (arg[1] == 0 || arg[1] % sizeof(mask) != 0)
		return EINVAL;
	if (known(arg[0]) != 0)
		return ESRCH;
	*result = sizeof(mask);
	return copyout(arg[2], &mask, sizeof(mask));
}

int
sys_sched_setaffinity(const uint32_t *arg, uint32_t *result)
{
	uint32_t mask = 0;

	if (copyin(&mask, arg[2], arg[1] < sizeof(mask) ? arg[1] : sizeof(mask)) != 0)
		return EFAULT;
	return known(arg[0]) != 0 ? ESRCH : mask & 1 ? 0 : EINVAL;
}

int
sys_getcpu(const uint32_t *arg, uint32_t *result)
{
	static const uint32_t zero;

	if (arg[0] != 0 && copyout(arg[0], &zero, sizeof(zero)) != 0)
		return EFAULT;
	return arg[1] == 0 ? 0 : copyout(arg[1], &zero, sizeof(zero));
}

int
sys_sched_getscheduler(const uint32_t *arg, uint32_t *result)
{
	(void)result; /* SCHED_OTHER is 0 */
	return known(arg[0]);
}

int
sys_sched_getparam(const uint32_t *arg, uint32_t *result)
{
	static const uint32_t zero;

	return known(arg[0]) != 0 ? ESRCH : copyout(arg[1], &zero, sizeof(zero));
}

/* Of SCHED_OTHER both ends are 0; of SCHED_FIFO and SCHED_RR 1 and 99. */
static int
priority_end(uint32_t policy, uint32_t of_realtime, uint32_t *result)
{
	*result = policy == 1 || policy == 2 ? of_realtime : 0;
	return policy <= 3 || policy == 5 ? 0 : EINVAL;
}

int
sys_sched_get_priority_max(const uint32_t *arg, uint32_t *result)
{
	return priority_end(arg[0], 99, result);
}

int
sys_sched_get_priority_min(const uint32_t *arg, uint32_t *result)
{
	return priority_end(arg[0], 1, result);
}

/* ---- The machine ---- */

int
sys_sysinfo(const uint32_t *arg, uint32_t *result)
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
	/* In bytes, as long as they can be counted. */
	info.mem_unit = st.total > UINT32_MAX / PAGE_SIZE ? PAGE_SIZE : 1;
	info.totalram = st.total * (PAGE_SIZE / info.mem_unit);
	info.freeram = st.free * (PAGE_SIZE / info.mem_unit);
	info.sharedram = shm_resident() * (PAGE_SIZE / info.mem_unit);
	return copyout(arg[0], &info, sizeof(info));
}
