/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: sending them, actions on them, and their delivery. The calls don't sleep unless their
 * comment says so. */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <machine.h>

#include "abi/signal.h"
#include "base/bits.h"

struct proc;

/* Errors inside the kernel, which no program sees: a signal has ended a call's sleep. If no handler
 * runs the call is made again. If one runs, the call returns EINTR after it; but after ERESTART
 * and a handler with SA_RESTART it is made again. */
#define ERESTART 512
#define ERESTARTNOHAND 514

/* What is kept of a pending signal's siginfo: the fields after si_signo, as many words as its
 * longest form uses. */
struct signote {
	int32_t error, code;
	uint32_t word[5];
};

/* Values of abi_sigaction.handler that are not a function's address: SIG_DFL and SIG_IGN. */
#define HANDLER_DFL 0u
#define HANDLER_IGN 1u

typedef uint64_t sigset_t; /* bit sig - 1 for signal sig */
#define SIGBIT(sig) BIT64((sig)-1)
/* The signals that can be neither blocked nor caught. */
#define SIGSET_ALWAYS (SIGBIT(SIGKILL) | SIGBIT(SIGSTOP))

/* The signal state of one process. */
struct sigstate {
	sigset_t pending;
	sigset_t mask;       /* blocked signals */
	sigset_t waited;     /* signals that sigtimedwait() waits for, blocked or not */
	sigset_t saved_mask; /* if use_saved: the mask to set when sigsuspend() or the like ends */
	bool use_saved;
	int restart; /* ERESTART or ERESTARTNOHAND if the call just made returned it; else 0 */
	struct abi_sigaction act[NSIG]; /* the action for signal sig is act[sig - 1] */
	struct signote *note; /* by signal, NSIG + 1 of them; NULL: no signal was sent yet */
	struct abi_stack altstack;
};

/* Send p the signal sig with *info; NULL means that the kernel sends it. Wakes p if it sleeps with
 * PCATCH and the signal is neither blocked nor ignored, or is one that p waits for. SIGCONT
 * continues a stopped p, and SIGKILL starts it again so that it ends. A zombie gets no signal. */
void signal_post(struct proc *p, int sig, const struct abi_siginfo *info);
/* Send the signal to p and to the child that it is making, if it forks: a signal to several
 * processes does not miss that one. */
void signal_post_both(struct proc *p, int sig, const struct abi_siginfo *info);
/* Send the signal to each process of a group, by signal_post_both(). Returns the number of these,
 * zombies included. */
unsigned signal_post_group(int pgid, int sig, const struct abi_siginfo *info);
/* Set the current process's signal mask, without SIGKILL and SIGSTOP. */
void signal_set_mask(sigset_t mask);
/* Put what is known of p's pending signal sig into *info, for a handler or sigtimedwait(). */
void signal_info(const struct proc *p, int sig, struct abi_siginfo *info);
/* Set p's action for the signal. A signal that is pending and is ignored from now on is dropped. */
void signal_act(struct proc *p, int sig, const struct abi_sigaction *act);
/* Returns whether a signal is pending that ends a sleep with PCATCH. */
bool signal_pending(const struct proc *p);
/* Returns the lowest signal of a set that is not empty. */
static inline int
signal_first(sigset_t set)
{
	return 1 + bits_first(set);
}
/* Act on the current process's pending signals, before it returns to user mode. Does not return if
 * one ends the process; sleeps while one stops it. */
void signal_deliver(void);
/* Returns the signal's name; "a signal" for those that have none in the kernel's messages. */
const char *signal_name(int sig);
/* For exec: set the actions with a handler to default, and leave ignored signals ignored. */
void signal_exec(struct proc *p);

#endif
