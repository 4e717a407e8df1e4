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

/* signal() of System V: the action is reset when the handler is called, and the signal is not
 * blocked meanwhile. */
int
sys_signal(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	struct abi_sigaction act = {.handler = arg[1], .flags = SA_RESETHAND | SA_NODEFER};
	int err = act_check(arg[0], true);

	if (err != 0)
		return err;
	*result = p->sig->act[arg[0] - 1].handler;
	signal_act(p, arg[0], &act);
	return 0;
}

int
sys_sigaction(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	struct abi_old_sigaction old;
	struct abi_sigaction act;
	int err;

	if (arg[1] != 0 && copyin(&old, arg[1], sizeof(old)) != 0)
		return EFAULT;
	err = act_check(arg[0], arg[1] != 0);
	if (err != 0)
		return err;
	act = (struct abi_sigaction){.handler = old.handler,
	                             .flags = old.flags,
	                             .restorer = old.restorer,
	                             .mask = old.mask};
	if (arg[2] != 0) {
		const struct abi_sigaction *was = &p->sig->act[arg[0] - 1];

		old = (struct abi_old_sigaction){was->handler, (uint32_t)was->mask, was->flags,
		                                 was->restorer};
		if (copyout(arg[2], &old, sizeof(old)) != 0)
			return EFAULT;
	}
	if (arg[1] != 0)
		signal_act(p, arg[0], &act);
	return 0;
}

ANSWER(sgetmask, (uint32_t)curproc()->sig->mask)

int
sys_ssetmask(const uint32_t *arg, uint32_t *result)
{
	*result = (uint32_t)curproc()->sig->mask;
	signal_set_mask(arg[0]);
	return 0;
}

int
sys_sigprocmask(const uint32_t *arg, uint32_t *result)
{
	return signal_mask_call(arg[0], arg[1], arg[2], sizeof(uint32_t));
}

int
sys_sigpending(const uint32_t *arg, uint32_t *result)
{
	const struct sigstate *ss = curproc()->sig;
	uint32_t set = (uint32_t)(ss->pending & ss->mask);

	return copyout(arg[0], &set, sizeof(set));
}

/* The signal mask is the third argument, by value; the others are not used. */
int
sys_sigsuspend(const uint32_t *arg, uint32_t *result)
{
	return signal_suspend(arg[2]);
}

/* ---- Memory ---- */

/* The only argument points to the six of mmap2(), of which the last is an offset in bytes. */
int
sys_mmap(const uint32_t *arg, uint32_t *result)
{
	uint32_t all[6];

	if (copyin(all, arg[0], sizeof(all)) != 0)
		return EFAULT;
	if (all[5] & PAGE_MASK)
		return EINVAL;
	all[5] >>= PAGE_SHIFT;
	return sys_mmap2(all, result);
}
