/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that only programs from before Linux 2.2 make: older forms of other calls, with
 * sets of 32 signals, or with the arguments in memory.
 */
#include "abi/errno.h"
#include "proc/proc.h"
#include "sys/sys_signal.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* ---- Signals: the first 32 ---- */

/* Returns 0, or EINVAL if sig is no signal, or change is true and its action cannot be changed. */
static int
act_check(uint32_t sig, bool change)
{
	return sig < 1 || sig > NSIG || (change && (SIGBIT(sig) & SIGSET_ALWAYS)) ? EINVAL : 0;
}

/* Set a signal's handler as System V does: the action is reset when the handler is called, and the
 * signal is not blocked meanwhile. *result is the old handler. */
int
sys_signal(const union call_args *arg, uint32_t *result)
{
	uint32_t signum = arg->signal.signum;
	struct proc *p = curproc();
	struct abi_sigaction act = {.handler = arg->signal.handler,
	                            .flags = SA_RESETHAND | SA_NODEFER};
	int err = act_check(signum, true);

	if (err != 0)
		return err;
	*result = p->sig->act[signum - 1].handler;
	signal_act(p, signum, &act);
	return 0;
}

/* Act like sys_rt_sigaction(), on the older structure, whose mask has the first 32 signals only. */
int
sys_sigaction(const union call_args *arg, uint32_t *result)
{
	vaddr_t oldact = arg->sigaction.oldact;
	uint32_t signum = arg->sigaction.signum;
	struct proc *p = curproc();
	struct abi_old_sigaction old;
	struct abi_sigaction act;
	int err;

	if (arg->sigaction.act != 0 && copyin(&old, arg->sigaction.act, sizeof(old)) != 0)
		return EFAULT;
	err = act_check(signum, arg->sigaction.act != 0);
	if (err != 0)
		return err;
	act = (struct abi_sigaction){.handler = old.handler,
	                             .flags = old.flags,
	                             .restorer = old.restorer,
	                             .mask = old.mask};
	if (oldact != 0) {
		const struct abi_sigaction *was = &p->sig->act[signum - 1];

		old = (struct abi_old_sigaction){was->handler, (uint32_t)was->mask, was->flags,
		                                 was->restorer};
		if (copyout(oldact, &old, sizeof(old)) != 0)
			return EFAULT;
	}
	if (arg->sigaction.act != 0)
		signal_act(p, signum, &act);
	return 0;
}

ANSWER(sgetmask, (uint32_t)curproc()->sig->mask)

/* Block exactly the signals in newmask, which can name the first 32. *result is which of these were
 * blocked. */
int
sys_ssetmask(const union call_args *arg, uint32_t *result)
{
	*result = (uint32_t)curproc()->sig->mask;
	signal_set_mask(arg->ssetmask.newmask);
	return 0;
}

/* Change the mask of blocked signals like sys_rt_sigprocmask(), with sets of the first 32
 * signals. */
int
sys_sigprocmask(const union call_args *arg, uint32_t *result)
{
	return signal_mask_call(arg->sigprocmask.how, arg->sigprocmask.set, arg->sigprocmask.oldset,
	                        sizeof(uint32_t));
}

/* Tell which of the first 32 signals are blocked and pending. */
int
sys_sigpending(const union call_args *arg, uint32_t *result)
{
	const struct sigstate *ss = curproc()->sig;
	uint32_t set = (uint32_t)(ss->pending & ss->mask);

	return copyout(arg->sigpending.set, &set, sizeof(set));
}

/* Sleep like sys_rt_sigsuspend(). The mask is the third argument, by value; the others are not
 * used. */
int
sys_sigsuspend(const union call_args *arg, uint32_t *result)
{
	return signal_suspend(arg->sigsuspend.mask);
}

/* ---- Memory ---- */

/* Map like sys_mmap2(). The only argument points to the six of that call, of which the last is an
 * offset in bytes here. */
int
sys_mmap(const union call_args *arg, uint32_t *result)
{
	union call_args all;

	if (copyin(&all, arg->mmap.args, sizeof(all)) != 0)
		return EFAULT;
	if (all.mmap2.pgoffset & PAGE_MASK)
		return EINVAL;
	all.mmap2.pgoffset >>= PAGE_SHIFT;
	return sys_mmap2(&all, result);
}
