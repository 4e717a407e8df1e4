/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children: wait4 and waitid, which differ in what they fill in. */
#include "abi/errno.h"
#include "proc.h"
#include "string.h"
#include "syscall.h"
#include "vm.h"

/* What a child had to tell. */
struct news {
	int pid; /* 0: none has any, and WNOHANG was given */
	uint32_t uid;
	int status; /* as wait4 gives it: exit code << 8, or the signal */
	struct abi_rusage ru;
};

/* type: P_*. Children that end without SIGCHLD are for those who ask for them. */
static bool
matches(const struct proc *p, uint32_t type, int id, uint32_t options)
{
	if (!(options & WALL) && (p->exit_signal != SIGCHLD) != ((options & WCLONE) != 0))
		return false;
	return type == P_ALL || id == (type == P_PID ? p->pid : p->pgid);
}

/* Has p something to tell that options ask for? */
static bool
has_news(struct proc *p, uint32_t options, int *status)
{
	bool keep = options & WNOWAIT;

	if (p->state == PROC_ZOMBIE && (options & WEXITED)) {
		*status = p->status;
	} else if (p->stop_signal != 0 && (options & WUNTRACED)) {
		*status = p->stop_signal << 8 | 0x7f;
		p->stop_signal = keep ? p->stop_signal : 0;
	} else if (p->continued && (options & WCONTINUED)) {
		*status = 0xffff;
		p->continued = keep;
	} else {
		return false;
	}
	return true;
}

/* => ECHILD, EINTR. */
static int
wait_for(uint32_t type, int id, uint32_t options, struct news *news)
{
	struct proc *self = curproc(), *p;
	bool any;

	memset(news, 0, sizeof(*news));
	for (;;) {
		any = false;
		p = type == P_PID ? proc_find(id) : self->children;
		for (; p != NULL; p = type == P_PID ? NULL : p->sibling) {
			if (p->parent != self || !matches(p, type, id, options))
				continue;
			any = true;
			if (!has_news(p, options, &news->status))
				continue;
			news->pid = p->pid;
			news->uid = p->cred.ruid;
			proc_rusage(p, true, true, &news->ru);
			if (p->state == PROC_ZOMBIE && !(options & WNOWAIT))
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
	int which = arg[0], err;
	struct news news;

	if (arg[2] & ~(WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WALL | WCLONE))
		return EINVAL;
	if (which == INT32_MIN)
		return ESRCH; /* -which is no number */
	if (which > 0)
		err = wait_for(P_PID, which, arg[2] | WEXITED, &news);
	else if (which == -1)
		err = wait_for(P_ALL, 0, arg[2] | WEXITED, &news);
	else
		err = wait_for(P_PGID, which == 0 ? curproc()->pgid : -which, arg[2] | WEXITED,
		               &news);
	if (err != 0)
		return err;
	*result = news.pid;
	if (news.pid == 0)
		return 0;
	if (arg[1] != 0 && copyout(arg[1], &news.status, sizeof(news.status)) != 0)
		return EFAULT;
	return arg[3] == 0 ? 0 : copyout(arg[3], &news.ru, sizeof(news.ru));
}

int
sys_waitpid(const uint32_t *arg, uint32_t *result)
{
	uint32_t arg4[4] = {arg[0], arg[1], arg[2], 0};

	return sys_wait4(arg4, result);
}

/* The same in the words of SIGCHLD. */
static void
news_info(const struct news *news, struct abi_siginfo *info)
{
	int status = news->status;

	if (news->pid == 0)
		return;
	info->si_signo = SIGCHLD;
	info->u.who.pid = news->pid;
	info->u.who.uid = news->uid;
	if (status == 0xffff) {
		info->si_code = CLD_CONTINUED;
		info->u.who.status = SIGCONT;
	} else if ((status & 0xff) == 0x7f) {
		info->si_code = CLD_STOPPED;
		info->u.who.status = status >> 8;
	} else {
		info->si_code = status & 0x7f ? CLD_KILLED : CLD_EXITED;
		info->u.who.status = status & 0x7f ? status & 0x7f : status >> 8;
	}
}

/* waitid(type, id, siginfo, options, rusage) */
int
sys_waitid(const uint32_t *arg, uint32_t *result)
{
	uint32_t options = arg[3], kinds = WEXITED | WSTOPPED | WCONTINUED;
	int id = arg[1], err;
	struct abi_siginfo info = {.si_signo = 0};
	struct news news;

	if ((options & ~(kinds | WNOHANG | WNOWAIT | WNOTHREAD | WALL | WCLONE)) != 0 ||
	    !(options & kinds) || arg[0] > P_PGID)
		return EINVAL;
	if ((arg[0] == P_PID && id <= 0) || (arg[0] == P_PGID && id < 0))
		return EINVAL;
	if (arg[0] == P_PGID && id == 0)
		id = curproc()->pgid;
	err = wait_for(arg[0], id, options, &news);
	if (err != 0)
		return err;
	news_info(&news, &info);
	if (arg[2] != 0 && copyout(arg[2], &info, sizeof(info)) != 0)
		return EFAULT;
	return arg[4] == 0 || news.pid == 0 ? 0 : copyout(arg[4], &news.ru, sizeof(news.ru));
}
