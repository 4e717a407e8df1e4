/* SPDX-License-Identifier: BSD-2-Clause */
/* The limits of a process (setrlimit), which docs/abi.md lists, as the rest of the kernel checks
 * them. */
#include "abi/misc.h"
#include "proc/proc.h"
#include "vm/owner.h"

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
	[8 ... 11] = UNLIMITED, /* 12 to 14 are 0, as on Linux but for message queues */
	[RLIMIT_RTTIME] = UNLIMITED,
};

bool
proc_beyond_limit(uint32_t uid, unsigned more)
{
	uint32_t most = curproc()->rlimit[RLIMIT_NPROC].rlim_cur, n = more;
	const struct proc *p;

	if (most == RLIM_INFINITY)
		return false;
	for (p = proc_list.first; p != NULL; p = p->all.next)
		if (p->cred.ruid == uid)
			n += 1 + (p->unborn != NULL);
	return n > most;
}

uint32_t
vm_stack_most(void)
{
	return curproc()->rlimit[RLIMIT_STACK].rlim_cur;
}

uint32_t
vm_lock_most(void)
{
	const struct proc *p = curproc();

	return p->cred.euid == 0 ? UINT32_MAX : p->rlimit[RLIMIT_MEMLOCK].rlim_cur >> PAGE_SHIFT;
}
