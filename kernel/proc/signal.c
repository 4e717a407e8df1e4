/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals. To send one marks it as pending and wakes its process; the process itself acts on it
 * when it is about to return to user mode. There all its registers are in its trap frame, and
 * it is in the middle of nothing.
 */
#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "debug/inject.h"
#include "debug/stretch.h"
#include "debug/trace.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/deferred.h"

#define STOPPERS (SIGBIT(SIGSTOP) | SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU))
#define DEFAULT_IGNORED (SIGBIT(SIGCHLD) | SIGBIT(SIGURG) | SIGBIT(SIGWINCH) | SIGBIT(SIGCONT))

const char *
signal_name(int sig)
{
	static const char *const names[] = {"signal 0", "SIGHUP",   "SIGINT",  "SIGQUIT", "SIGILL",
	                                    "SIGTRAP",  "SIGABRT",  "SIGBUS",  "SIGFPE",  "SIGKILL",
	                                    "SIGUSR1",  "SIGSEGV",  "SIGUSR2", "SIGPIPE", "SIGALRM",
	                                    "SIGTERM",  "SIGSTKFLT"};

	return (unsigned)sig < sizeof(names) / sizeof(names[0]) ? names[sig] : "a signal";
}

/* ---- Sending ---- */

/* Returns whether p's action for the signal is to ignore it. */
static bool
ignored(const struct proc *p, int sig)
{
	uint32_t handler = p->sig->act[sig - 1].handler;

	if (handler == HANDLER_IGN)
		return true;
	/* A signal that init does not handle can't kill it. */
	return handler == HANDLER_DFL && (p->pid == INIT_PID || (SIGBIT(sig) & DEFAULT_IGNORED));
}

void
signal_set_mask(sigset_t mask)
{
	curproc()->sig->mask = mask & ~SIGSET_ALWAYS;
	return_work = true;
}

void
signal_info(const struct proc *p, int sig, struct abi_siginfo *info)
{
	static const struct signote unknown = {.code = SI_KERNEL};
	const struct signote *note = p->sig->note != NULL ? &p->sig->note[sig] : &unknown;

	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_errno = note->error;
	info->si_code = note->code;
	memcpy(info->u.pad, note->word, sizeof(note->word));
}

/* Keep the siginfo of a signal that becomes pending. There is one note for each signal, since
 * signals don't queue. If memory for the notes is out, signal_info() shows the kernel as the
 * sender. */
static void
note_take(struct sigstate *ss, int sig, const struct abi_siginfo *info)
{
	if (ss->note == NULL && (ss->note = kmem_alloc((NSIG + 1) * sizeof(*ss->note))) == NULL)
		return;
	ss->note[sig] = (struct signote){.code = SI_KERNEL};
	if (info != NULL) {
		ss->note[sig].error = info->si_errno;
		ss->note[sig].code = info->si_code;
		memcpy(ss->note[sig].word, info->u.pad, sizeof(ss->note[sig].word));
	}
}

void
signal_act(struct proc *p, int sig, const struct abi_sigaction *act)
{
	struct abi_sigaction *new = &p->sig->act[sig - 1];

	*new = *act;
	new->flags &= SA_KNOWN;
	new->mask &= ~SIGSET_ALWAYS;
	if (ignored(p, sig))
		p->sig->pending &= ~SIGBIT(sig);
}

/* Returns the signals that are pending and not blocked. */
static sigset_t
deliverable(const struct proc *p)
{
	return p->sig->pending & ~(p->sig->mask & ~SIGSET_ALWAYS);
}

bool
signal_pending(const struct proc *p)
{
	return (deliverable(p) | (p->sig->pending & p->sig->waited)) != 0;
}

void
signal_post(struct proc *p, int sig, const struct abi_siginfo *info)
{
	DOES_NOT_SLEEP;
	struct sigstate *ss = p->sig;

	ASSERT(sig >= 1 && sig <= NSIG);
	if (p->state == PROC_ZOMBIE)
		return;
	if (sig == SIGCONT)
		ss->pending &= ~STOPPERS;
	if (SIGBIT(sig) & STOPPERS)
		ss->pending &= ~SIGBIT(SIGCONT);
	if (ignored(p, sig) && !((ss->mask | ss->waited) & SIGBIT(sig))) {
		if (sig == SIGCONT && p->state == PROC_STOPPED)
			proc_continue(p);
		return;
	}
	note_take(ss, sig, info);
	ss->pending |= SIGBIT(sig);
	return_work = true;
	if (p->state == PROC_STOPPED && sig == SIGCONT)
		proc_continue(p);
	else if (p->state == PROC_STOPPED && sig == SIGKILL)
		sched_start(p);
	else if ((deliverable(p) | ss->waited) & SIGBIT(sig))
		sched_interrupt(p);
}

void
signal_post_both(struct proc *p, int sig, const struct abi_siginfo *info)
{
	DOES_NOT_SLEEP;

	signal_post(p, sig, info);
	if (p->unborn != NULL)
		signal_post(p->unborn, sig, info);
}

unsigned
signal_post_group(int pgid, int sig, const struct abi_siginfo *info)
{
	DOES_NOT_SLEEP;
	struct proc *p;
	unsigned n = 0;

	for (p = pgrp_first(pgid); p != NULL; p = p->members.next, n++)
		signal_post_both(p, sig, info);
	return n;
}

/* ---- Acting ---- */

void
signal_force_exit(int sig, const char *what)
{
	may_sleep();
	printf("%s[%d]: %s: %s\n", curproc()->name, curproc()->pid, signal_name(sig), what);
	proc_exit(sig);
}

void
signal_fault(int sig, int code, vaddr_t addr, const char *what)
{
	struct proc *p = curproc();
	struct sigstate *ss = p->sig;
	struct abi_siginfo info = {.si_signo = sig, .si_code = code};

	may_sleep();
	if (ss->act[sig - 1].handler <= HANDLER_IGN || (ss->mask & SIGBIT(sig))) {
		trace(TRACE_SIGNAL, (uint32_t)sig, (uint32_t)code, addr);
		printf("%s[%d]: %s: %s", p->name, p->pid, signal_name(sig), what);
		if (sig == SIGSEGV && code != SI_KERNEL)
			printf(" at 0x%08x", addr);
		printf(", pc 0x%08x, sp 0x%08x\n", machine_user_pc(), machine_user_sp());
		proc_exit(sig);
	}
	info.u.fault.addr = addr;
	signal_post(p, sig, &info);
}

/* Record in the trace that p takes the signal. */
static void
trace_signal(const struct proc *p, int sig)
{
	struct abi_siginfo info;

	if (!TRACING)
		return;
	signal_info(p, sig, &info);
	trace(TRACE_SIGNAL, (uint32_t)sig, (uint32_t)info.si_code, info.u.pad[0], info.u.pad[1],
	      info.u.pad[2]);
}

/* Put the stack pointer for a handler into *sp: the top of the alternate stack if the action wants
 * that and it is not in use already, else the program's own. */
static void
stack_for(const struct sigstate *ss, const struct abi_sigaction *act, vaddr_t *sp)
{
	const struct abi_stack *alt = &ss->altstack;

	*sp = machine_user_sp();
	if ((act->flags & SA_ONSTACK) && alt->ss_size != 0 && *sp - alt->ss_sp > alt->ss_size)
		*sp = alt->ss_sp + alt->ss_size;
}

/* Let the process run its handler for the signal when it returns to user mode. If there is no room
 * for the signal frame, the process ends. */
static void
run_handler(struct proc *p, int sig)
{
	struct sigstate *ss = p->sig;
	struct abi_sigaction act = ss->act[sig - 1];
	struct abi_siginfo info;
	sigset_t back = ss->use_saved ? ss->saved_mask : ss->mask;
	vaddr_t sp;

	if (ss->restart == ERESTART && (act.flags & SA_RESTART))
		machine_syscall_restart();
	ss->restart = 0;
	p->resumed = false;
	ss->use_saved = false;
	signal_info(p, sig, &info);
	trace_signal(p, sig);
	stack_for(ss, &act, &sp);
	if (act.flags & SA_RESETHAND)
		ss->act[sig - 1].handler = HANDLER_DFL;
	if (machine_signal_push(sig, &info, &act, back, sp) != 0)
		signal_force_exit(SIGSEGV, "no stack for a signal handler");
	ss->mask |= act.mask;
	if (!(act.flags & SA_NODEFER))
		ss->mask |= SIGBIT(sig);
}

/* Do what the signal does by default: stop the process or end it. */
static void
act(const struct proc *p, int sig)
{
	trace_signal(p, sig);
	if (SIGBIT(sig) & STOPPERS)
		proc_stop(sig);
	else
		proc_exit(sig);
}

void
signal_deliver(void)
{
	struct proc *p = curproc();
	struct sigstate *ss = p->sig;
	sigset_t set;

	may_sleep();
	while ((set = deliverable(p)) != 0) {
		/* SIGKILL first: no other signal may stop or end the process before it. */
		int sig = set & SIGBIT(SIGKILL) ? SIGKILL : signal_first(set);

		ss->pending &= ~SIGBIT(sig);
		if (ss->act[sig - 1].handler > HANDLER_IGN)
			run_handler(p, sig);
		else if (ignored(p, sig))
			continue;
		else if (SIGBIT(sig) & STOPPERS && sig != SIGSTOP && p->pgrp->held == 0)
			continue; /* nobody would continue a member of an orphaned group */
		else
			act(p, sig);
	}
	/* No handler ran, which would have cleared `restart`: make the call again. */
	if (ss->restart != 0) {
		machine_syscall_restart();
		ss->restart = 0;
		p->resumed = true;
	}
	if (ss->use_saved) {
		ss->mask = ss->saved_mask;
		ss->use_saved = false;
	}
}

void
signal_exec(struct proc *p)
{
	int i;

	for (i = 0; i < NSIG; i++) {
		uint32_t handler = p->sig->act[i].handler;

		memset(&p->sig->act[i], 0, sizeof(p->sig->act[i]));
		if (handler == HANDLER_IGN)
			p->sig->act[i].handler = HANDLER_IGN;
	}
	memset(&p->sig->altstack, 0, sizeof(p->sig->altstack));
}

void
user_return(void)
{
	struct sigstate *ss;

	may_sleep();
	stretch_resume();
	if (need_resched || inject_lot(4))
		sched_yield();
	return_work = inject_active;
	if (vm_deferred != 0) /* no program runs while there is such memory */
		vm_free_deferred();
	ss = curproc()->sig;
	if (deliverable(curproc()) != 0 || ss->restart != 0 || ss->use_saved)
		signal_deliver();
	stretch_end();
}
