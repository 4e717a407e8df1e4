/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: the kernel wants to know where handlers return to. */
#include <signal.h>
#include <unistd.h>

void __restore(void);
void __restore_rt(void);
int __sys_rt_sigaction(int, const struct abi_sigaction *, struct abi_sigaction *, size_t);
int __sys_rt_sigprocmask(int, const sigset_t *, sigset_t *, size_t);
int __sys_rt_sigpending(sigset_t *, size_t);
int __sys_rt_sigsuspend(const sigset_t *, size_t);

int
sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct abi_sigaction k, kold;

	if (act) {
		int rt = act->sa_flags & SA_SIGINFO;

		k.handler = (uint32_t)act->sa_handler;
		k.flags = act->sa_flags | SA_RESTORER;
		k.restorer = (uint32_t)(rt ? __restore_rt : __restore);
		k.mask = act->sa_mask;
	}
	if (__sys_rt_sigaction(sig, act ? &k : NULL, old ? &kold : NULL, 8) < 0)
		return -1;
	if (old) {
		old->sa_handler = (sighandler_t)kold.handler;
		old->sa_flags = kold.flags & ~SA_RESTORER;
		old->sa_mask = kold.mask;
	}
	return 0;
}

sighandler_t
signal(int sig, sighandler_t handler)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct sigaction old;

	return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int
raise(int sig)
{
	return kill(getpid(), sig);
}

int
sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	return __sys_rt_sigprocmask(how, set, old, sizeof(sigset_t));
}

int
sigpending(sigset_t *set)
{
	return __sys_rt_sigpending(set, sizeof(sigset_t));
}

int
sigsuspend(const sigset_t *set)
{
	return __sys_rt_sigsuspend(set, sizeof(sigset_t));
}
