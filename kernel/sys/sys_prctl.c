/* SPDX-License-Identifier: BSD-2-Clause */
/* prctl: a process's settings about itself: its name, its guard, the signal at its parent's end. */
#include "abi/errno.h"
#include "abi/resource.h"
#include "base/string.h"
#include "debug/trace.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Set the name of the current process. A longer one than fits is cut, as on Linux. */
static int
set_name(vaddr_t from)
{
	char name[COMM_SIZE] = "";

	if (copyinstr(name, from, COMM_SIZE - 1, NULL) == EFAULT)
		return EFAULT;
	name[COMM_SIZE - 1] = '\0';
	strlcpy(curproc()->name, name, sizeof(curproc()->name));
	trace_text(TRACE_NAME, (uint32_t)curproc()->pid, 0, name);
	return 0;
}

/* Copy the current process's name to the program, with zeros after it, COMM_SIZE bytes in all. */
static int
get_name(vaddr_t to)
{
	char name[COMM_SIZE] = "";

	strlcpy(name, curproc()->name, sizeof(name));
	return copyout(to, name, sizeof(name));
}

/* Read or set the name, the signal that a parent's end sends, or whether the process may be
 * inspected; EINVAL for any other option. */
int
sys_prctl(const union call_args *arg, uint32_t *result)
{
	uint32_t arg2 = arg->prctl.arg2;
	struct proc *p = curproc();
	int sig;

	switch (arg->prctl.option) {
	case PR_SET_NAME:
		return set_name(arg2);
	case PR_GET_NAME:
		return get_name(arg2);
	case PR_SET_PDEATHSIG:
		if (arg2 > NSIG)
			return EINVAL;
		p->death_signal = (uint8_t)arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		sig = p->death_signal;
		return copyout(arg2, &sig, sizeof(sig));
	case PR_GET_DUMPABLE:
		*result = !p->guarded;
		return 0;
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return EINVAL;
		p->guarded = arg2 == 0;
		return 0;
	default:
		return EINVAL;
	}
}
