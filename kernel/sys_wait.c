/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children. */
#include "abi/errno.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

/* Lists of children are bits here: those with such news. Children that end without
 * SIGCHLD are for those who ask for them. */
static uint32_t
lists(uint32_t news, uint32_t options)
{
	if (options & WALL)
		return news | news << NEWS_KINDS;
	return options & WCLONE ? news << NEWS_KINDS : news;
}

/* Is p on one of those lists of the current process's, and of that group (0: any)? */
static bool
is_on(const struct proc *p, uint32_t lists, int pgid)
{
	return p->parent == curproc() && (lists >> proc_child_list(p, p->news) & 1) &&
	       (pgid == 0 || proc_pgid(p) == pgid);
}

/* The first child on one of those lists. */
static struct proc *
first_on(uint32_t lists, int pgid)
{
	struct proc *p;

	for (; lists != 0; lists &= lists - 1) {
		p = curproc()->children[bits_first(lists)];
		while (p != NULL && !is_on(p, lists, pgid))
			p = p->sibling;
		if (p != NULL)
			return p;
	}
	return NULL;
}

static struct proc *
first_of_group(uint32_t lists, int pgid)
{
	struct proc *p = pgrp_first(pgid);

	while (p != NULL && !is_on(p, lists, pgid))
		p = p->pgrp_next;
	return p;
}

/* which: as wait4 takes it. For any that has news those with news are looked at,
 * for one that may have some day (known) those that it is about. */
static struct proc *
look(int which, uint32_t lists, bool known)
{
	int pgid = which == -1 ? 0 : which == 0 ? proc_pgid(curproc()) : -which;
	struct proc *p;

	if (which > 0) {
		p = proc_find(which);
		return p != NULL && is_on(p, lists, 0) ? p : NULL;
	}
	return known && pgid != 0 ? first_of_group(lists, pgid) : first_on(lists, pgid);
}

/* ru may be NULL. *pid 0: none has any news, and WNOHANG was given. => ECHILD, ERESTART. */
static int
wait_for(int which, uint32_t options, uint32_t *pid, int *status, struct abi_rusage *ru)
{
	uint32_t all = lists((1u << NEWS_KINDS) - 1, options);
	uint32_t news = 1u << NEWS_ENDED | (options & WUNTRACED ? 1u << NEWS_STOPPED : 0) |
	                (options & WCONTINUED ? 1u << NEWS_CONTINUED : 0);
	uint32_t asked = lists(news, options);
	struct proc *p;

	while ((p = look(which, asked, false)) == NULL) {
		if (look(which, all, true) == NULL)
			return ECHILD;
		if (options & WNOHANG)
			return 0;
		if (tsleep(curproc(), PCATCH, "wait", 0) != 0)
			return ERESTART;
	}
	*pid = p->pid;
	*status = p->status;
	if (ru != NULL)
		proc_rusage(p, true, true, ru);
	proc_told(p);
	return 0;
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
	err = wait_for(arg[0], arg[2], result, &status, arg[3] != 0 ? &ru : NULL);
	if (err != 0 || *result == 0)
		return err;
	if (arg[1] != 0 && copyout(arg[1], &status, sizeof(status)) != 0)
		return EFAULT;
	return arg[3] == 0 ? 0 : copyout(arg[3], &ru, sizeof(ru));
}

ALIAS(waitpid, wait4, arg[0], arg[1], arg[2])
