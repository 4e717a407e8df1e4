/* SPDX-License-Identifier: BSD-2-Clause */
/* wait4 and waitid: wait for news of children. */
#include "abi/errno.h"
#include "base/bits.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Returns the lists of children (see CHILD_LISTS in proc.h), as bits, that have the given news,
 * also as bits. Children that do not end with SIGCHLD are on lists of their own, which only the
 * options WALL and WCLONE include. */
static uint32_t
lists(uint32_t news, uint32_t options)
{
	if (options & WALL)
		return news | news << NEWS_KINDS;
	return options & WCLONE ? news << NEWS_KINDS : news;
}

/* Returns whether p is on one of these lists of the current process, and in group pgid (0: any). */
static bool
is_on(const struct proc *p, uint32_t lists, int pgid)
{
	return p->parent == curproc() && (lists >> proc_child_list(p, p->news) & 1) &&
	       (pgid == 0 || proc_pgid(p) == pgid);
}

/* Returns the first child on one of these lists that is in group pgid (0: any), or NULL. */
static struct proc *
first_on(uint32_t lists, int pgid)
{
	struct proc *p;

	for (; lists != 0; lists &= lists - 1) {
		p = curproc()->children[bits_first(lists)];
		while (p != NULL && !is_on(p, lists, pgid))
			p = p->siblings.next;
		if (p != NULL)
			return p;
	}
	return NULL;
}

/* Returns the first process of group pgid that is a child on one of these lists, or NULL. */
static struct proc *
first_of_group(uint32_t lists, int pgid)
{
	struct proc *p = pgrp_first(pgid);

	while (p != NULL && !is_on(p, lists, pgid))
		p = p->members.next;
	return p;
}

/* Which children a call waits for, and for what news of theirs. */
struct child_query {
	int pid;        /* the child; 0: any of the group */
	int pgid;       /* the process group; 0: any */
	uint32_t kinds; /* options of the call: WALL, WCLONE, WNOHANG */
	uint32_t news;  /* the news that it asks for, a bit for each of enum news */
};

/* Returns a child that q is about and that is on one of these lists, or NULL. The lists of children
 * with news are short. If `known` is true, the lists are those of all children: then the members
 * of the group are searched instead, if q names a group. */
static struct proc *
find_child(const struct child_query *q, uint32_t lists, bool known)
{
	struct proc *p;

	if (q->pid != 0) {
		p = proc_find(q->pid);
		return p != NULL && is_on(p, lists, 0) ? p : NULL;
	}
	return known && q->pgid != 0 ? first_of_group(lists, q->pgid) : first_on(lists, q->pgid);
}

/* Wait until a child that q is about has news. Returns 0 with that child in *child, or NULL there
 * if none has news and WNOHANG is given; ECHILD if there is no such child; ERESTART. The child
 * keeps its news until proc_news_taken(). May sleep. */
static int
wait_for(const struct child_query *q, struct proc **child)
{
	uint32_t all = lists((1u << NEWS_KINDS) - 1, q->kinds), asked = lists(q->news, q->kinds);

	may_sleep();
	while ((*child = find_child(q, asked, false)) == NULL) {
		if (find_child(q, all, true) == NULL)
			return ECHILD;
		if (q->kinds & WNOHANG)
			return 0;
		if (tsleep(curproc(), PCATCH, "wait", 0) != 0)
			return ERESTART;
	}
	return 0;
}

/* Copy out what p and the children that it has waited for have used; to 0: nowhere. Returns 0 or
 * EFAULT. */
static int
rusage_out(vaddr_t to, const struct proc *p)
{
	struct abi_rusage ru;

	if (to == 0)
		return 0;
	proc_rusage(p, true, true, &ru);
	return copyout(to, &ru, sizeof(ru));
}

/* Wait for a child that has ended or, by the options, stopped or continued; *result is its pid. The
 * child's news is taken only after everything has been copied out: after EFAULT the child can be
 * waited for again. */
int
sys_wait4(const union call_args *arg, uint32_t *result)
{
	vaddr_t wstatus = arg->wait4.wstatus;
	uint32_t options = arg->wait4.options;
	int which = arg->wait4.pid, err;
	struct child_query q = {.kinds = options, .news = 1u << NEWS_ENDED};
	struct proc *p;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WALL | WCLONE))
		return EINVAL;
	if (which == INT32_MIN)
		return ESRCH; /* -which is not the number of any group */
	if (which > 0)
		q.pid = which;
	else if (which != -1)
		q.pgid = which == 0 ? proc_pgid(curproc()) : -which;
	if (options & WUNTRACED)
		q.news |= 1u << NEWS_STOPPED;
	if (options & WCONTINUED)
		q.news |= 1u << NEWS_CONTINUED;
	err = wait_for(&q, &p);
	if (err != 0 || p == NULL)
		return err;
	if (wstatus != 0 && copyout(wstatus, &p->status, sizeof(p->status)) != 0)
		return EFAULT;
	if (rusage_out(arg->wait4.rusage, p) != 0)
		return EFAULT;
	*result = p->pid;
	proc_news_taken(p);
	return 0;
}

ALIAS(waitpid, wait4, arg->waitpid.pid, arg->waitpid.wstatus, arg->waitpid.options, 0)

/* ---- waitid ---- */

/* Fill in q from the arguments of waitid. Returns 0, EINVAL, or EBADF for P_PIDFD, since there are
 * no descriptors of processes. */
static int
waitid_query(uint32_t kind, uint32_t id, uint32_t options, struct child_query *q)
{
	const uint32_t news = WEXITED | WSTOPPED | WCONTINUED;

	if ((options & ~(WNOHANG | news | WNOWAIT | WNOTHREAD | WALL | WCLONE)) ||
	    !(options & news))
		return EINVAL;
	if (kind > P_PIDFD || (kind != P_ALL && (int)id < 0) || (kind == P_PID && id == 0))
		return EINVAL;
	if (kind == P_PIDFD)
		return EBADF;
	*q = (struct child_query){.kinds = options,
	                          .news = (options & WEXITED ? 1u << NEWS_ENDED : 0) |
	                                  (options & WSTOPPED ? 1u << NEWS_STOPPED : 0) |
	                                  (options & WCONTINUED ? 1u << NEWS_CONTINUED : 0)};
	if (kind == P_PID)
		q->pid = id;
	if (kind == P_PGID)
		q->pgid = id == 0 ? proc_pgid(curproc()) : (int)id;
	return 0;
}

/* Describe the news of p in *info. */
static void
waitid_tell(const struct proc *p, struct abi_siginfo *info)
{
	int sig = p->status & 0x7f, code = p->status >> 8 & 0xff;

	info->si_signo = SIGCHLD;
	info->u.who.pid = p->pid;
	info->u.who.uid = p->cred.ruid;
	if (p->news == NEWS_STOPPED) {
		info->si_code = CLD_STOPPED;
		info->u.who.status = code;
	} else if (p->news == NEWS_CONTINUED) {
		info->si_code = CLD_CONTINUED;
		info->u.who.status = SIGCONT;
	} else {
		info->si_code = sig != 0 ? CLD_KILLED : CLD_EXITED;
		info->u.who.status = sig != 0 ? sig : code;
	}
}

/* Wait for a child's news, and describe it in a siginfo. The fields of siginfo about a child are
 * always written: as zeros if there is no news and, as on Linux, also if the call fails. */
int
sys_waitid(const union call_args *arg, uint32_t *result)
{
	vaddr_t infop = arg->waitid.infop;
	uint32_t options = arg->waitid.options;
	const size_t told = offsetof(struct abi_siginfo, u.who.status) + sizeof(int32_t);
	struct abi_siginfo info = {.si_signo = 0};
	struct proc *p = NULL;
	struct child_query q;
	int err = waitid_query(arg->waitid.idtype, arg->waitid.id, options, &q);

	if (err == 0)
		err = wait_for(&q, &p);
	if (p != NULL) {
		waitid_tell(p, &info);
		if (rusage_out(arg->waitid.rusage, p) != 0)
			return EFAULT;
	}
	if (infop != 0 && copyout(infop, &info, told) != 0)
		return EFAULT;
	if (p != NULL && !(options & WNOWAIT))
		proc_news_taken(p);
	return err;
}
