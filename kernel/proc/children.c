/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children, and what their parents are told of them. A child has news for its parent when it has
 * ended, stopped or continued, until the parent takes the news by wait4(). The parent keeps its
 * children on one list for each kind of news (proc.h), so that wait4() needs no search.
 */
#include "base/string.h"
#include "proc/proc.h"

/* ---- The lists ---- */

/* Take p off the list of its parent's children. Which list that is depends on p's parent,
 * exit_signal and news, so this comes before a change of one of these, and child_add() after it. */
static void
child_remove(struct proc *p)
{
	if (p->parent != NULL)
		LIST_REMOVE(p, siblings);
}

/* Set what p has to tell its parent and the status that wait reports, and put p where that belongs
 * among the parent's children. */
static void
set_news(struct proc *p, enum news news, int status)
{
	child_remove(p);
	p->news = news;
	p->status = status;
	child_add(p);
}

void
proc_ends_normally(struct proc *p)
{
	child_remove(p);
	p->exit_signal = SIGCHLD;
	child_add(p);
}

/* Make p a child of init, which waits for those that end with SIGCHLD. */
static void
give_to_init(struct proc *p)
{
	child_remove(p);
	p->parent = proc_find(INIT_PID);
	p->exit_signal = SIGCHLD;
	child_add(p);
}

/* ---- The end of the parent ---- */

/* Send the child the signal that it asked for by prctl(PR_SET_PDEATHSIG), if its parent, which
 * ends, may send it that signal. */
static void
death_signal(const struct proc *parent, struct proc *child)
{
	struct abi_siginfo info = {.si_signo = child->death_signal, .si_code = SI_USER};

	if (child->death_signal == 0 || !cred_may_signal(parent, child, info.si_signo))
		return;
	info.u.who.pid = parent->pid;
	info.u.who.uid = parent->cred.ruid;
	signal_post(child, info.si_signo, &info);
}

void
children_orphan(struct proc *p)
{
	struct proc *child;
	unsigned i;

	for (i = 0; i < CHILD_LISTS; i++) {
		while ((child = p->children[i]) != NULL) {
			if (child->state != PROC_ZOMBIE)
				pgrp_let_go(child);
			give_to_init(child);
			death_signal(p, child);
			if (child->state == PROC_ZOMBIE)
				wakeup(child->parent);
		}
	}
}

/* ---- News ---- */

/* Send p's parent the signal sig (0: none) with p's news in its siginfo, and wake it in wait4(). */
static void
notify_parent(struct proc *p, int sig, int code, int status)
{
	struct abi_siginfo info = {.si_signo = sig, .si_code = code};

	info.u.who.pid = p->pid;
	info.u.who.uid = p->cred.ruid;
	info.u.who.status = status;
	info.u.who.utime = (uint32_t)p->utime;
	info.u.who.stime = (uint32_t)p->stime;
	if (sig != 0)
		signal_post(p->parent, sig, &info);
	wakeup(p->parent);
}

/* Returns the signal that the parent gets at p's end: exit_signal, but SIGCHLD if the parent has
 * exec'ed since the fork. The new program, which may have other rights, has not asked for another
 * signal. */
static int
end_signal(const struct proc *p)
{
	return p->parent_exec_id == p->parent->exec_id ? p->exit_signal : SIGCHLD;
}

/* Returns whether the parent has asked, by its action for SIGCHLD, not to be told of p's end: then
 * init reaps p. */
static bool
unwanted(const struct proc *p)
{
	const struct abi_sigaction *chld = &p->parent->sig->act[SIGCHLD - 1];

	return p->parent->pid != INIT_PID && end_signal(p) == SIGCHLD &&
	       (chld->handler == HANDLER_IGN || (chld->flags & SA_NOCLDWAIT));
}

void
child_ended(struct proc *p, int status)
{
	int sig = status & 0x7f;

	if (unwanted(p)) {
		wakeup(p->parent);
		give_to_init(p);
	}
	set_news(p, NEWS_ENDED, status);
	notify_parent(p, end_signal(p), sig != 0 ? CLD_KILLED : CLD_EXITED,
	              sig != 0 ? sig : status >> 8 & 0xff);
}

void
proc_stop(int sig)
{
	struct proc *p = curproc();

	may_sleep();
	p->state = PROC_STOPPED;
	set_news(p, NEWS_STOPPED, sig << 8 | 0x7f);
	if (!(p->parent->sig->act[SIGCHLD - 1].flags & SA_NOCLDSTOP))
		notify_parent(p, SIGCHLD, CLD_STOPPED, sig);
	else
		wakeup(p->parent);
	sched_stop();
}

void
proc_continue(struct proc *p)
{
	set_news(p, NEWS_CONTINUED, 0xffff);
	sched_start(p);
	if (p->parent != NULL)
		notify_parent(p, SIGCHLD, CLD_CONTINUED, SIGCONT);
}

/* Free a zombie, and add its times to those of its parent's children. */
static void
reap(struct proc *p)
{
	struct proc *parent = p->parent;

	parent->cutime += p->utime + p->cutime;
	parent->cstime += p->stime + p->cstime;
	parent->cfaults += p->faults + p->cfaults;
	child_remove(p);
	pgrp_leave(p);
	pid_remove(p);
	proc_free(p);
}

void
proc_news_taken(struct proc *p)
{
	if (p->news == NEWS_ENDED)
		reap(p);
	else
		set_news(p, NEWS_NONE, 0);
}

/* ---- What a process and its children have used ---- */

void
proc_rusage(const struct proc *p, bool own, bool children, struct abi_rusage *ru)
{
	memset(ru, 0, sizeof(*ru));
	clock_timeval(own * p->utime + children * p->cutime, &ru->ru_utime);
	clock_timeval(own * p->stime + children * p->cstime, &ru->ru_stime);
	ru->ru_minflt = own * p->faults + children * p->cfaults;
}
