/* SPDX-License-Identifier: BSD-2-Clause */
/* Job control: which session the terminal belongs to, and which process group may use it now
 * (POSIX, 11.1). */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "proc/owned.h"
#include "proc/proc.h"
#include "tty/tty.h"
#include "vm/usercopy.h"

static struct {
	int pgrp; /* the foreground process group; 0: none */
	int sid;  /* the session that the terminal belongs to; 0: none */
} tty;

int
tty_pgrp(void)
{
	return tty.pgrp;
}

void
tty_leave(int sid)
{
	DOES_NOT_SLEEP;
	int pgrp = tty.pgrp;

	if (tty.sid != sid || sid == 0)
		return;
	tty.sid = tty.pgrp = 0;
	if (pgrp != 0) {
		signal_post_group(pgrp, SIGHUP, NULL);
		signal_post_group(pgrp, SIGCONT, NULL);
	}
}

/* Returns whether a process group has only zombies left. A foreground group like that does not
 * keep other groups from the terminal. */
static bool
deserted(int pgid)
{
	const struct proc *p;

	for (p = pgrp_first(pgid); p != NULL; p = p->members.next)
		if (p->state != PROC_ZOMBIE)
			return false;
	return true;
}

int
tty_background(int sig)
{
	DOES_NOT_SLEEP;
	const struct proc *p = curproc();
	bool deaf;

	if (proc_pgid(p) == tty.pgrp || proc_sid(p) != tty.sid || deserted(tty.pgrp))
		return 0;
	deaf = p->sig->act[sig - 1].handler == HANDLER_IGN || (p->sig->mask & SIGBIT(sig)) != 0;
	if (deaf && sig == SIGTTOU)
		return 0;
	if (deaf || p->pgrp->held == 0)
		return EIO;
	signal_post_group(proc_pgid(p), sig, NULL);
	return ERESTART;
}

/* Returns whether the terminal belongs to a session that still exists and is not the current
 * process's. A session loses the terminal when its leader ends: tty_leave(). */
static bool
other_session_has_it(void)
{
	const struct pgrp *first = pgrp_find(tty.sid);

	return first != NULL && first->session == first && tty.sid != proc_sid(curproc());
}

/* TIOCSPGRP: make the group whose number is at arg the foreground group. The order of the errors
 * is Linux's. */
static int
set_pgrp(vaddr_t arg)
{
	const struct proc *member;
	int pgid, err = tty_background(SIGTTOU);

	if (err != 0)
		return err == EIO ? ENOTTY : err;
	if (copyin(&pgid, arg, sizeof(pgid)) != 0)
		return EFAULT;
	if (pgid < 0)
		return EINVAL;
	if (other_session_has_it())
		return ENOTTY;
	member = pgrp_first(pgid);
	if (member == NULL)
		return ESRCH;
	if (proc_sid(member) != proc_sid(curproc()))
		return EPERM;
	tty.sid = proc_sid(member);
	tty.pgrp = pgid;
	return 0;
}

/* TIOCSCTTY: give the terminal to the session that the current process leads. If another session
 * has it, only root may take it, and only with force. Returns 0 or EPERM. */
static int
set_session(bool force)
{
	const struct proc *p = curproc();

	if (p->pid != proc_sid(p) || (other_session_has_it() && !(force && p->cred.euid == 0)))
		return EPERM;
	if (tty.sid != p->pid) {
		tty.sid = p->pid;
		tty.pgrp = proc_pgid(p);
	}
	return 0;
}

int
ctty_open(struct file *f)
{
	return tty.sid != 0 && proc_sid(curproc()) == tty.sid ? 0 : ENXIO;
}

int
tty_job_ioctl(uint32_t cmd, vaddr_t arg)
{
	DOES_NOT_SLEEP;

	switch (cmd) {
	case TIOCSCTTY:
		return set_session(arg == 1);
	case TIOCGSID:
	case TIOCGPGRP:
		if (tty.pgrp == 0 || proc_sid(curproc()) != tty.sid)
			return ENOTTY;
		return copyout(arg, cmd == TIOCGSID ? &tty.sid : &tty.pgrp, sizeof(int));
	case TIOCSPGRP:
		return set_pgrp(arg);
	default:
		return ENOTTY;
	}
}
