/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children. */
#include "abi/errno.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

/* which: as wait4 takes it. Children that end without SIGCHLD are for those who
 * ask for them. */
static bool
matches(const struct proc *p, int which, uint32_t options)
{
	if (!(options & WALL) && (p->exit_signal != SIGCHLD) != ((options & WCLONE) != 0))
		return false;
	if (which > 0)
		return p->pid == which;
	return which == -1 || proc_pgid(p) == (which == 0 ? proc_pgid(curproc()) : -which);
}

/* Has p something to tell that options ask for? Exit code << 8, or the signal. */
static bool
has_news(struct proc *p, uint32_t options, int *status)
{
	if (p->state == PROC_ZOMBIE) {
		*status = p->status;
	} else if (p->stop_signal != 0 && (options & WUNTRACED)) {
		*status = p->stop_signal << 8 | 0x7f;
		p->stop_signal = 0;
	} else if (p->continued && (options & WCONTINUED)) {
		*status = 0xffff;
		p->continued = false;
	} else {
		return false;
	}
	return true;
}

/* *pid 0: none has any news, and WNOHANG was given. => ECHILD, ERESTART. */
static int
wait_for(int which, uint32_t options, uint32_t *pid, int *status, struct abi_rusage *ru)
{
	struct proc *self = curproc(), *p;
	bool any;

	for (;;) {
		any = false;
		p = which > 0 ? proc_find(which) : self->children;
		for (; p != NULL; p = which > 0 ? NULL : p->sibling) {
			if (p->parent != self || !matches(p, which, options))
				continue;
			any = true;
			if (!has_news(p, options, status))
				continue;
			*pid = p->pid;
			proc_rusage(p, true, true, ru);
			if (p->state == PROC_ZOMBIE)
				proc_reap(p);
			return 0;
		}
		if (!any)
			return ECHILD;
		if (options & WNOHANG)
			return 0;
		if (tsleep(self, PCATCH, "wait", 0) != 0)
			return ERESTART;
	}
}

int
sys_wait4(const uint32_t *arg, uint32_t *result)
{
	struct abi_rusage ru;
	int status, err;

	if (arg[2] & ~(WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WALL | WCLONE))
		return EINVAL;
	if ((int)arg[0] == INT32_MIN)
		return ESRCH; /* there is no such group: its number would be none */
	err = wait_for(arg[0], arg[2], result, &status, &ru);
	if (err != 0 || *result == 0)
		return err;
	if (arg[1] != 0 && copyout(arg[1], &status, sizeof(status)) != 0)
		return EFAULT;
	return arg[3] == 0 ? 0 : copyout(arg[3], &ru, sizeof(ru));
}

ALIAS(waitpid, wait4, arg[0], arg[1], arg[2])
