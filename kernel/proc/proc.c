/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: their birth by fork, the space that they have or borrow, and their end. exec is in
 * exec/, the table of processes in pid.c, what a parent knows of its children in children.c.
 */
#include "proc/proc.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "debug/trace.h"
#include "mem/kmem.h"
#include "proc/owned.h"
#include "vm/deferred.h"
#include "vm/space.h"
#include "vm/usercopy.h"

/* ---- Birth ---- */

/* Returns a process in state PROC_NEW with a kernel stack, which runs fn first. The process owns
 * sig, which may be NULL for lack of memory. Returns NULL, with sig freed, if memory is out. */
static struct proc *
proc_alloc(void (*fn)(void), struct sigstate *sig)
{
	struct proc *p = kmem_alloc(sizeof(*p));

	if (p == NULL || sig == NULL || machine_proc_init(p, fn) != 0) {
		kmem_free(sig);
		kmem_free(p);
		return NULL;
	}
	p->state = PROC_NEW;
	p->start_tick = clock_ticks;
	p->sig = sig;
	return p;
}

void
proc_free(struct proc *p)
{
	machine_proc_free(p);
	kmem_free(p->sig->note);
	kmem_free(p->sig);
	kmem_free(p);
}

/* Returns a copy of a parent's signal state for its child, in which no signal is pending; NULL if
 * memory is out. */
static struct sigstate *
sigstate_copy(const struct sigstate *from)
{
	struct sigstate *sig = kmem_copy(from, sizeof(*from));

	if (sig != NULL) {
		sig->pending = sig->waited = 0;
		sig->use_saved = false;
		sig->restart = 0;
		sig->note = NULL;
	}
	return sig;
}

void
proc_init(void (*fn)(void))
{
	struct proc *p = proc_alloc(fn, kmem_alloc(sizeof(*p->sig)));

	if (p == NULL || vm_space_create(&p->space) != 0 || fdtable_create(&p->files) != 0 ||
	    pgrp_move(p, INIT_PID, NULL) != 0)
		noboot("too little memory for the first process");
	p->pid = pid_alloc();
	p->exit_signal = SIGCHLD;
	strlcpy(p->name, "init", sizeof(p->name));
	memcpy(p->rlimit, rlimit_first, sizeof(p->rlimit));
	p->umask = 022;
	p->cwd = fs_root();
	node_ref(p->cwd);
	pid_add(p);
	sched_start(p);
}

/* What a new process runs first, with its own space current. */
static void
fork_return(void)
{
	struct proc *p = curproc();

	if (p->set_tid != 0)
		copyout(p->set_tid, &p->pid, sizeof(p->pid));
}

/* Sleeps until the current process's borrower has left its space. All signals but SIGKILL and
 * SIGSTOP are blocked meanwhile. */
static void
vfork_wait(struct proc *p)
{
	sigset_t mask = p->sig->mask;

	signal_set_mask(~0ull);
	while (p->borrower != NULL)
		if (tsleep(&p->borrower, PCATCH, "vfork", 0) == EINTR)
			signal_deliver();
	signal_set_mask(mask);
}

int
proc_fork(const struct birth *how, int *pid)
{
	struct proc *parent = curproc(), *p;
	int err = ENOMEM;

	may_sleep();
	if (parent->cred.ruid != 0 && parent->cred.euid != 0 &&
	    proc_beyond_limit(parent->cred.ruid, 1))
		return EAGAIN;
	p = proc_alloc(fork_return, sigstate_copy(parent->sig));
	if (p == NULL)
		return ENOMEM;
	if (fdtable_fork(parent->files, &p->files) != 0)
		goto no_files;
	machine_proc_fork(p, parent, how->sp);
	p->pid = pid_alloc();
	if (p->pid == 0) {
		err = EAGAIN;
		goto no_space;
	}
	/* The space is last, since its copy counts attaches: nothing after it can fail. */
	if (how->vfork) {
		p->space = parent->space;
		p->lender = parent;
		parent->borrower = p;
	} else {
		parent->unborn = p;
		err = vm_space_fork(parent->space, &p->space);
		parent->unborn = NULL;
		if (err != 0)
			goto no_number;
	}
	p->exit_signal = how->exit_signal;
	p->set_tid = how->set_tid;
	p->clear_tid = how->clear_tid;
	p->cred = parent->cred;
	p->umask = parent->umask;
	p->cwd = parent->cwd;
	node_ref(p->cwd);
	proc_set_program(p, parent->program);
	p->guarded = parent->guarded;
	p->crowded = parent->crowded;
	parent->crowded = false; /* as on Linux: from now on the child's exec fails */
	p->exec_id = p->parent_exec_id = parent->exec_id;
	memcpy(p->name, parent->name, sizeof(p->name));
	memcpy(p->rlimit, parent->rlimit, sizeof(p->rlimit));
	p->nice = parent->nice;
	pid_add(p);
	pgrp_join(p, parent->pgrp);
	p->parent = parent;
	child_add(p);
	*pid = p->pid;
	trace(TRACE_FORK, (uint32_t)p->pid);
	sched_start(p);
	shm_verify();
	if (how->vfork)
		vfork_wait(parent);
	return 0;
no_number:
	pid_drop(p->pid);
no_space:
	fdtable_destroy(p->files);
no_files:
	proc_free(p);
	return err;
}

void
proc_set_program(struct proc *p, struct node *n)
{
	struct node *old = p->program;

	p->program = n;
	if (n != NULL) {
		node_ref(n);
		/* This cannot fail: exec or the parent denies writes to n already. */
		node_deny_write(n);
	}
	if (old != NULL) {
		node_allow_write(old);
		node_unref(old);
	}
}

/* ---- Spaces, lent and borrowed ---- */

struct vm_space *
proc_own_space(const struct proc *p)
{
	return p->lender == NULL ? p->space : NULL;
}

/*
 * The users of one space are a chain of lenders and borrowers, since a borrower may lend the space
 * in turn; all but the last in the chain sleep. A process that leaves, perhaps because it was
 * killed in its sleep, is unlinked from the chain. The last user destroys the space.
 */
void
proc_set_space(struct vm_space *sp)
{
	DOES_NOT_SLEEP;
	struct proc *p = curproc(), *lender = p->lender, *borrower = p->borrower;
	struct vm_space *old = p->space;
	const uint32_t zero = 0;

	if (p->clear_tid != 0 && lender != NULL)
		copyout(p->clear_tid, &zero, sizeof(zero));
	p->clear_tid = 0;
	p->space = sp;
	pmap_activate(sp != NULL ? &sp->pmap : NULL);
	p->lender = p->borrower = NULL;
	if (borrower != NULL)
		borrower->lender = lender;
	if (lender != NULL)
		lender->borrower = borrower;
	if (lender != NULL && borrower == NULL)
		wakeup(&lender->borrower);
	if (lender == NULL && borrower == NULL)
		vm_space_destroy(old);
	shm_verify();
}

void
proc_guard(struct proc *p)
{
	p->guarded = true;
	p->death_signal = 0;
}

/* ---- Death ---- */

/* End the machine with the status of init, or 128 + the signal that killed it: without init it
 * cannot go on. */
static _Noreturn void
init_exit(int status)
{
	int sig = status & 0x7f;

	if (sig != 0)
		printf("init was ended by %s\n", signal_name(sig));
	machine_shutdown(VERDICT_EXIT, sig != 0 ? 128 + sig : status >> 8 & 0xff);
}

void
proc_exit(int status)
{
	struct proc *p = curproc();

	may_sleep();
	trace(TRACE_EXIT, (uint32_t)status);
	if (p->pid == INIT_PID)
		init_exit(status);
	timer_cancel(&p->alarm_timer);
	if (p->pid == proc_sid(p))
		tty_leave(p->pid);
	/* This ends its attaches. From here on it has no user memory. */
	proc_set_space(NULL);
	fdtable_destroy(p->files);
	p->files = NULL;
	node_unref(p->cwd);
	p->cwd = NULL;
	proc_set_program(p, NULL);
	vm_free_deferred();
	children_orphan(p);
	p->state = PROC_ZOMBIE;
	pgrp_let_go(p);
	child_ended(p, status);
	sched_exit();
}
