/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about signals. */
#include "sys/sys_signal.h"

#include "abi/errno.h"
#include "base/string.h"
#include "proc/proc.h"
#include "sys/sys_time.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Send sig to p with si_code `code`, by signal_post() or signal_post_both(); sig 0 only checks the
 * right. Returns 0 or EPERM. */
static int
send(struct proc *p, int sig, int code,
     void (*post)(struct proc *p, int sig, const struct abi_siginfo *info))
{
	struct abi_siginfo info = {.si_signo = sig, .si_code = code};
	int err = cred_may_signal(curproc(), p, sig) ? 0 : EPERM;

	info.u.who.pid = curproc()->pid;
	info.u.who.uid = curproc()->cred.ruid;
	if (err == 0 && sig != 0)
		post(p, sig, &info);
	return err;
}

/* Send sig to one of several processes. *err is the result for all of them so far, ESRCH at the
 * first: it becomes 0 if any could be sent to, else EPERM. */
static void
send_next(struct proc *p, int sig, int *err)
{
	if (send(p, sig, SI_USER, signal_post_both) == 0)
		*err = 0;
	else if (*err == ESRCH)
		*err = EPERM;
}

/* Send sig to all members of a process group. Returns 0 if any could be sent to; EPERM; ESRCH if
 * there is no member. */
static int
send_group(int pgid, int sig)
{
	struct proc *p;
	int err = ESRCH;

	for (p = pgrp_first(pgid); p != NULL; p = p->members.next)
		send_next(p, sig, &err);
	return err;
}

/* Send sig to all processes but init and the current one. Returns 0, EPERM or ESRCH. */
static int
send_all(int sig)
{
	struct proc *p;
	int err = ESRCH;

	for (p = proc_list.first; p != NULL; p = p->all.next)
		if (p->pid != INIT_PID && p != curproc())
			send_next(p, sig, &err);
	return err;
}

/* Send sig to one process, to a group (pid 0 or below -1) or to all (-1). With sig 0 only the right
 * is checked. */
int
sys_kill(const union call_args *arg, uint32_t *result)
{
	int pid = arg->kill.pid, sig = arg->kill.sig;
	struct proc *p;

	if (sig < 0 || sig > NSIG)
		return EINVAL;
	if (pid == INT32_MIN)
		return ESRCH;
	if (pid < -1)
		return send_group(-pid, sig);
	if (pid == -1)
		return send_all(sig);
	if (pid == 0)
		return send_group(proc_pgid(curproc()), sig);
	p = proc_find(pid);
	return p == NULL ? ESRCH : send(p, sig, SI_USER, signal_post);
}

/* tgkill(): since there are no threads, both numbers must be those of one process. */
static int
kill_thread(int tgid, int tid, int sig)
{
	struct proc *p = proc_find(tid);

	if (tgid <= 0 || tid <= 0 || sig < 0 || sig > NSIG)
		return EINVAL;
	return p == NULL || tgid != tid ? ESRCH : send(p, sig, SI_TKILL, signal_post);
}

/* Send sig to the one thread that a process has: kill_thread(). */
int
sys_tkill(const union call_args *arg, uint32_t *result)
{
	uint32_t tid = arg->tkill.tid;

	return kill_thread(tid, tid, arg->tkill.sig);
}

/* Send sig to the thread tid, if it is of the process tgid: kill_thread(). */
int
sys_tgkill(const union call_args *arg, uint32_t *result)
{
	return kill_thread(arg->tgkill.tgid, arg->tgkill.tid, arg->tgkill.sig);
}

/* Send a signal with a siginfo that the caller made. One that looks as if the kernel or tkill() had
 * sent it may be sent to the caller itself only. */
int
sys_rt_sigqueueinfo(const union call_args *arg, uint32_t *result)
{
	struct proc *p = proc_find(arg->rt_sigqueueinfo.pid);
	struct abi_siginfo info;
	int sig = arg->rt_sigqueueinfo.sig, err;

	if (copyin(&info, arg->rt_sigqueueinfo.info, sizeof(info)) != 0)
		return EFAULT;
	if ((info.si_code >= 0 || info.si_code == SI_TKILL) && p != curproc())
		return EPERM;
	if (sig < 0 || sig > NSIG)
		return EINVAL;
	err = p == NULL ? ESRCH : cred_may_signal(curproc(), p, sig) ? 0 : EPERM;
	if (err == 0 && sig != 0)
		signal_post(p, sig, &info);
	return err;
}

/* ---- Actions ---- */

/* Tell what a signal does, and change it unless act is NULL. EINVAL for a change to SIGKILL or
 * SIGSTOP. */
int
sys_rt_sigaction(const union call_args *arg, uint32_t *result)
{
	vaddr_t oldact = arg->rt_sigaction.oldact;
	struct proc *p = curproc();
	struct abi_sigaction act, old;
	uint32_t sig = arg->rt_sigaction.signum;

	if (arg->rt_sigaction.sigsetsize != sizeof(sigset_t))
		return EINVAL;
	if (arg->rt_sigaction.act != 0 && copyin(&act, arg->rt_sigaction.act, sizeof(act)) != 0)
		return EFAULT;
	if (sig < 1 || sig > NSIG || (arg->rt_sigaction.act != 0 && (SIGBIT(sig) & SIGSET_ALWAYS)))
		return EINVAL;
	old = p->sig->act[sig - 1];
	if (oldact != 0 && copyout(oldact, &old, sizeof(old)) != 0)
		return EFAULT;
	if (arg->rt_sigaction.act != 0)
		signal_act(p, sig, &act);
	return 0;
}

/* ---- Signal masks, and waiting for signals ---- */

/* Changes *mask by set. Returns 0, or EINVAL for an unknown `how`. */
static int
change_mask(uint32_t how, sigset_t set, sigset_t *mask)
{
	switch (how) {
	case SIG_BLOCK:
		*mask |= set;
		return 0;
	case SIG_UNBLOCK:
		*mask &= ~set;
		return 0;
	case SIG_SETMASK:
		*mask = set;
		return 0;
	default:
		return EINVAL;
	}
}

/* A set of fewer bytes than the mask has holds its lower signals: SIG_SETMASK leaves the others. */
int
signal_mask_call(uint32_t how, vaddr_t from, vaddr_t to, uint32_t size)
{
	DOES_NOT_SLEEP;
	sigset_t old = curproc()->sig->mask, mask = old, set = how == SIG_SETMASK ? old : 0;

	if (from != 0) {
		if (copyin(&set, from, size) != 0)
			return EFAULT;
		if (change_mask(how, set, &mask) != 0)
			return EINVAL;
	}
	if (to != 0 && copyout(to, &old, size) != 0)
		return EFAULT;
	signal_set_mask(mask);
	return 0;
}

/* Tell which signals are blocked, and change that unless set is NULL: signal_mask_call(). */
int
sys_rt_sigprocmask(const union call_args *arg, uint32_t *result)
{
	uint32_t sigsetsize = arg->rt_sigprocmask.sigsetsize;

	if (sigsetsize != sizeof(sigset_t))
		return EINVAL;
	return signal_mask_call(arg->rt_sigprocmask.how, arg->rt_sigprocmask.set,
	                        arg->rt_sigprocmask.oldset, sigsetsize);
}

/* Tell which signals are blocked and pending, in the first sigsetsize bytes of the set. */
int
sys_rt_sigpending(const union call_args *arg, uint32_t *result)
{
	uint32_t sigsetsize = arg->rt_sigpending.sigsetsize;
	const struct sigstate *ss = curproc()->sig;
	sigset_t set = ss->pending & ss->mask;

	if (sigsetsize > sizeof(set))
		return EINVAL;
	return copyout(arg->rt_sigpending.set, &set, sigsetsize);
}

/* rt_sigtimedwait(): take the first pending signal of the set, blocked or not, or sleep until one
 * comes. Returns 0 with its number in *result, EAGAIN after the timeout, EINTR, EINVAL or
 * EFAULT. */
static int
timed_wait(const union call_args *arg, enum time_form form, uint32_t *result)
{
	struct proc *p = curproc();
	struct sigstate *ss = p->sig;
	struct abi_siginfo info;
	sigset_t set, found;
	int64_t end;
	int err, slept = 0;

	may_sleep();
	if (arg->rt_sigtimedwait.sigsetsize != sizeof(set))
		return EINVAL;
	if (copyin(&set, arg->rt_sigtimedwait.set, sizeof(set)) != 0)
		return EFAULT;
	set &= ~SIGSET_ALWAYS;
	err = timespec_wait(arg->rt_sigtimedwait.timeout, form, &end);
	if (err != 0)
		return err;
	while ((found = ss->pending & set) == 0 && slept == 0) {
		ss->waited = set;
		slept = clock_sleep(&ss->waited, "sigwait", end);
		ss->waited = 0;
	}
	if (found == 0)
		return slept == ETIMEDOUT ? EAGAIN : EINTR;
	*result = signal_first(found);
	signal_info(p, *result, &info);
	if (arg->rt_sigtimedwait.info != 0 &&
	    copyout(arg->rt_sigtimedwait.info, &info, sizeof(info)) != 0)
		return EFAULT;
	ss->pending &= ~SIGBIT(*result);
	return 0;
}

TIME_CALLS(rt_sigtimedwait, rt_sigtimedwait_time64, timed_wait)

/* Copy a signal mask in. Returns 0, EINVAL if it has not the right size, or EFAULT. */
static int
mask_in(vaddr_t from, uint32_t size, sigset_t *set)
{
	if (size != sizeof(*set))
		return EINVAL;
	return copyin(set, from, sizeof(*set));
}

/* Set the signal mask and save the old one, for signal_deliver() to restore. */
static void
mask_while_waiting(sigset_t set)
{
	struct sigstate *ss = curproc()->sig;

	ss->saved_mask = ss->mask;
	ss->use_saved = true;
	signal_set_mask(set);
}

int
signal_wait_mask(vaddr_t from, uint32_t size)
{
	DOES_NOT_SLEEP;
	sigset_t set;
	int err = mask_in(from, size, &set);

	if (err == 0)
		mask_while_waiting(set);
	return err;
}

int
signal_suspend(sigset_t set)
{
	may_sleep();
	mask_while_waiting(set);
	while (tsleep(curproc()->sig, PCATCH, "sigsuspend", 0) == 0)
		;
	return ERESTARTNOHAND;
}

/* Sleep with another mask of blocked signals until a signal is caught: signal_suspend(). */
int
sys_rt_sigsuspend(const union call_args *arg, uint32_t *result)
{
	sigset_t set;
	int err = mask_in(arg->rt_sigsuspend.mask, arg->rt_sigsuspend.sigsetsize, &set);

	return err != 0 ? err : signal_suspend(set);
}

/* Sleep until a signal is caught. */
int
sys_pause(const union call_args *arg, uint32_t *result)
{
	may_sleep();
	while (tsleep(curproc()->sig, PCATCH, "pause", 0) == 0)
		;
	return ERESTARTNOHAND;
}

/* Tell the stack on which signal handlers run, and change it unless ss is NULL. EPERM for a change
 * while a handler runs on it. */
int
sys_sigaltstack(const union call_args *arg, uint32_t *result)
{
	vaddr_t old_ss = arg->sigaltstack.old_ss;
	struct sigstate *ss = curproc()->sig;
	struct abi_stack set, old = ss->altstack;
	bool on = old.ss_size != 0 && machine_user_sp() - old.ss_sp <= old.ss_size;

	old.ss_flags = old.ss_size == 0 ? SS_DISABLE : on ? SS_ONSTACK : 0;
	if (arg->sigaltstack.ss != 0) {
		if (copyin(&set, arg->sigaltstack.ss, sizeof(set)) != 0)
			return EFAULT;
		if (on)
			return EPERM;
		if (set.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
			return EINVAL;
		if (set.ss_flags & SS_DISABLE)
			memset(&set, 0, sizeof(set));
		else if (set.ss_size < MINSIGSTKSZ)
			return ENOMEM;
	}
	if (old_ss != 0 && copyout(old_ss, &old, sizeof(old)) != 0)
		return EFAULT;
	if (arg->sigaltstack.ss != 0)
		ss->altstack = set;
	return 0;
}

/* Go back to what a signal interrupted, from the newest signal frame (rt: of the form with
 * siginfo). A frame that cannot be read ends the process with SIGSEGV. */
static int
signal_return(bool rt, uint32_t *result)
{
	sigset_t mask;

	if (machine_signal_return(rt, &mask, result) != 0)
		signal_force_exit(SIGSEGV, "no signal frame to return from");
	signal_set_mask(mask);
	return 0;
}

/* Return from a handler that got no siginfo: signal_return(). */
int
sys_sigreturn(const union call_args *arg, uint32_t *result)
{
	return signal_return(false, result);
}

/* Return from a handler that got a siginfo: signal_return(). */
int
sys_rt_sigreturn(const union call_args *arg, uint32_t *result)
{
	return signal_return(true, result);
}
