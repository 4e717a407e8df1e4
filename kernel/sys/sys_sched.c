/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about processor time: nice values, scheduling policies, and time used. */
#include "abi/errno.h"
#include "abi/resource.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* ---- Nice values ---- */

/* Returns the nice value nearest to `nice` that there is. */
static int
nice_clamp(int nice)
{
	return nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice;
}

/* Returns whether the current process may give p this nice value: it may raise the value, or lower
 * it down to 20 minus p's RLIMIT_NICE, or is root. */
static bool
may_lower(const struct proc *p, int nice)
{
	return nice >= p->nice || curproc()->cred.euid == 0 ||
	       20u - (uint32_t)nice <= p->rlimit[RLIMIT_NICE].rlim_cur;
}

/* What getpriority or setpriority does with one of the processes that the call is about. *err is
 * the result of the call so far, ESRCH at the first. */
typedef void priority_fn(struct proc *p, int nice, int *best, int *err);

/* Raise *best to p's priority, if that is higher, and set *err to 0. A priority_fn. */
static void
priority_get(struct proc *p, int nice, int *best, int *err)
{
	/* The result is 40 to 1 for nice values -20 to 19, so that it is never negative. */
	if (20 - p->nice > *best)
		*best = 20 - p->nice;
	*err = 0;
}

/* Set p's nice value. If that is refused, *err becomes EPERM or EACCES; else an ESRCH in *err
 * becomes 0. A priority_fn. */
static void
priority_set(struct proc *p, int nice, int *best, int *err)
{
	if (!cred_may_set_priority(curproc(), p)) {
		*err = EPERM;
	} else if (!may_lower(p, nice)) {
		*err = EACCES;
	} else {
		p->nice = (int8_t)nice;
		if (*err == ESRCH)
			*err = 0;
	}
}

/* Call fn for one process, each process of a group, or each of a real user; who 0 means the
 * caller's process, group or user. Returns EINVAL if `which` is none of these, else what fn left in
 * *err, which is ESRCH if there is no such process. */
static int
priority_each(uint32_t which, uint32_t who, priority_fn *fn, int nice, int *best)
{
	struct proc *self = curproc(), *p;
	int err = ESRCH;

	switch (which) {
	case PRIO_PROCESS:
		p = who == 0 ? self : proc_find(who);
		if (p != NULL)
			fn(p, nice, best, &err);
		return err;
	case PRIO_PGRP:
		p = pgrp_first(who == 0 ? proc_pgid(self) : (int)who);
		for (; p != NULL; p = p->members.next)
			fn(p, nice, best, &err);
		return err;
	case PRIO_USER:
		if (who == 0)
			who = self->cred.ruid;
		for (p = proc_list.first; p != NULL; p = p->all.next)
			if (p->cred.ruid == who)
				fn(p, nice, best, &err);
		return err;
	default:
		return EINVAL;
	}
}

/* Tell the highest priority among the processes that which and who name, as 20 minus the nice
 * value. */
int
sys_getpriority(const union call_args *arg, uint32_t *result)
{
	int best = 0;
	int err =
		priority_each(arg->getpriority.which, arg->getpriority.who, priority_get, 0, &best);

	*result = best;
	return err;
}

/* Give all processes that which and who name one nice value, the nearest that there is. */
int
sys_setpriority(const union call_args *arg, uint32_t *result)
{
	return priority_each(arg->setpriority.which, arg->setpriority.who, priority_set,
	                     nice_clamp(arg->setpriority.prio), NULL);
}

/* Add inc to the caller's nice value, as far as there are values. EPERM where that would lower it
 * without the right. */
int
sys_nice(const union call_args *arg, uint32_t *result)
{
	struct proc *p = curproc();
	int by = arg->nice.inc, range = NICE_MAX - NICE_MIN, nice;

	by = by < -range ? -range : by > range ? range : by;
	nice = nice_clamp(p->nice + by);
	if (!may_lower(p, nice))
		return EPERM;
	p->nice = (int8_t)nice;
	return 0;
}

/* ---- Policies: SCHED_OTHER is the only one ---- */

/* Find the process pid; 0: the caller. Returns 0, EINVAL or ESRCH. */
static int
find(uint32_t pid, struct proc **p)
{
	if ((int)pid < 0)
		return EINVAL;
	*p = pid == 0 ? curproc() : proc_find(pid);
	return *p == NULL ? ESRCH : 0;
}

/* Tell a process's policy, which is always SCHED_OTHER. */
int
sys_sched_getscheduler(const union call_args *arg, uint32_t *result)
{
	struct proc *p;

	*result = SCHED_OTHER;
	return find(arg->sched_getscheduler.pid, &p);
}

/* Tell a process's priority within its policy, which is always 0. */
int
sys_sched_getparam(const union call_args *arg, uint32_t *result)
{
	static const struct abi_sched_param param;
	struct proc *p;
	int err = arg->sched_getparam.param == 0 ? EINVAL : find(arg->sched_getparam.pid, &p);

	return err != 0 ? err : copyout(arg->sched_getparam.param, &param, sizeof(param));
}

/* Return in *result a bound of a policy's priorities on Linux: `realtime` for a policy that has
 * priorities, else 0. Returns 0, or EINVAL for an unknown policy. */
static int
policy_priority(uint32_t policy, uint32_t realtime, uint32_t *result)
{
	*result = 0;
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		*result = realtime;
	else if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return EINVAL;
	return 0;
}

/* Tell a policy's highest priority: 99 for the two of real time, 0 for others. */
int
sys_sched_get_priority_max(const union call_args *arg, uint32_t *result)
{
	return policy_priority(arg->sched_get_priority_max.policy, 99, result);
}

/* Tell a policy's lowest priority: 1 for the two of real time, 0 for others. */
int
sys_sched_get_priority_min(const union call_args *arg, uint32_t *result)
{
	return policy_priority(arg->sched_get_priority_min.policy, 1, result);
}

/* ---- Processors: number 0 is the only one ---- */

/* Tell on which processors a process may run: on the only one. *result is the size of the mask. */
int
sys_sched_getaffinity(const union call_args *arg, uint32_t *result)
{
	uint32_t pid = arg->sched_getaffinity.pid, cpusetsize = arg->sched_getaffinity.cpusetsize;
	static const uint32_t mask = 1;
	const struct proc *p = pid == 0 ? curproc() : proc_find(pid);

	if (cpusetsize == 0 || cpusetsize % sizeof(mask) != 0)
		return EINVAL;
	if (p == NULL)
		return ESRCH;
	*result = sizeof(mask);
	return copyout(arg->sched_getaffinity.mask, &mask, sizeof(mask));
}

/* Check the mask and the caller's right, and change nothing. EINVAL unless the mask has the only
 * processor. */
int
sys_sched_setaffinity(const union call_args *arg, uint32_t *result)
{
	uint32_t pid = arg->sched_setaffinity.pid, cpusetsize = arg->sched_setaffinity.cpusetsize;
	const struct proc *p = pid == 0 ? curproc() : proc_find(pid);
	uint32_t mask = 0;

	if (copyin(&mask, arg->sched_setaffinity.mask,
	           cpusetsize < sizeof(mask) ? cpusetsize : sizeof(mask)) != 0)
		return EFAULT;
	if (p == NULL)
		return ESRCH;
	if (!cred_may_set_priority(curproc(), p))
		return EPERM;
	return mask & 1 ? 0 : EINVAL;
}

/* Tell the processor and the node that the caller runs on: 0 and 0. */
int
sys_getcpu(const union call_args *arg, uint32_t *result)
{
	vaddr_t cpu = arg->getcpu.cpu, node = arg->getcpu.node;
	static const uint32_t zero;

	if (cpu != 0 && copyout(cpu, &zero, sizeof(zero)) != 0)
		return EFAULT;
	return node == 0 ? 0 : copyout(node, &zero, sizeof(zero));
}

/* ---- Time used ---- */

/* Tell the times and page faults of the caller, or of its children that have been waited for. */
int
sys_getrusage(const union call_args *arg, uint32_t *result)
{
	int who = arg->getrusage.who;
	struct abi_rusage ru;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return EINVAL;
	proc_rusage(curproc(), who != RUSAGE_CHILDREN, who == RUSAGE_CHILDREN, &ru);
	return copyout(arg->getrusage.usage, &ru, sizeof(ru));
}
