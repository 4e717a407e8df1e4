/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that make a process: fork, vfork and clone. */
#include "abi/errno.h"
#include "base/assert.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Fork: make a child that copies the current process. *result is the child's pid. The child's end
 * sends SIGCHLD. */
int
sys_fork(const union call_args *arg, uint32_t *result)
{
	return proc_fork(&(struct birth){.exit_signal = SIGCHLD}, (int *)result);
}

/* Fork like sys_fork(), but the child borrows the space, and the parent sleeps until the child
 * execs or exits. */
int
sys_vfork(const union call_args *arg, uint32_t *result)
{
	return proc_fork(&(struct birth){.vfork = true, .exit_signal = SIGCHLD}, (int *)result);
}

/* Flags that are accepted without effect: semaphores, detached threads and tracing, which they are
 * about, do not exist. */
#define CLONE_NO_EFFECT (CLONE_SYSVSEM | CLONE_DETACHED | CLONE_UNTRACED)
#define CLONE_KNOWN                                                                                \
	(CLONE_SIGNAL | CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |      \
	 CLONE_CHILD_SETTID | CLONE_NO_EFFECT)

/* Make a process, never a thread. The child borrows the space of the parent, as by vfork, or gets a
 * copy of it. Returns ENOSYS for flags that ask for anything else. */
int
sys_clone(const union call_args *arg, uint32_t *result)
{
	vaddr_t child_tid = arg->clone.child_tid;
	uint32_t flags = arg->clone.flags, borrow = flags & (CLONE_VM | CLONE_VFORK);
	struct birth how = {.vfork = borrow != 0,
	                    .sp = arg->clone.stack,
	                    .exit_signal = flags & CLONE_SIGNAL,
	                    .set_tid = flags & CLONE_CHILD_SETTID ? child_tid : 0,
	                    .clear_tid = flags & CLONE_CHILD_CLEARTID ? child_tid : 0};
	int err, pid;

	if ((flags & ~CLONE_KNOWN) != 0 || (borrow != 0 && borrow != (CLONE_VM | CLONE_VFORK))) {
		why("clone: flags 0x%x: there are no threads", flags);
		return ENOSYS;
	}
	if (how.exit_signal > NSIG)
		return EINVAL;
	err = proc_fork(&how, &pid);
	if (err != 0)
		return err;
	/* The child exists by now, so an error is ignored. */
	if (flags & CLONE_PARENT_SETTID)
		copyout(arg->clone.parent_tid, &pid, sizeof(pid));
	*result = pid;
	return 0;
}
