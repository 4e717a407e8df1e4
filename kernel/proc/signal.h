/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: sending, what is done about them, handlers. */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <machine.h>

#include "abi/signal.h"
#include "base/bits.h"

struct proc;

/* Inside the kernel only: interrupted. The call is made again if no handler
 * ran, or (ERESTART) if its handler says SA_RESTART; else the user sees EINTR. */
#define ERESTART 512
#define ERESTARTNOHAND 514

/* What is kept of a pending signal's siginfo: all fields behind si_signo that any of its
 * forms uses. */
struct signote {
	int32_t error, code;
	uint32_t word[5];
};

/* Values of abi_sigaction.handler that are not a function's address: SIG_DFL and SIG_IGN. */
#define HANDLER_DFL 0u
#define HANDLER_IGN 1u

typedef uint64_t sigset_t; /* bit sig - 1 */
#define SIGBIT(sig) BIT64((sig)-1)
/* Those that can be neither blocked nor caught. */
#define SIGSET_ALWAYS (SIGBIT(SIGKILL) | SIGBIT(SIGSTOP))

struct sigstate {
	sigset_t pending, mask;
	sigset_t waited;     /* by sigtimedwait, blocked or not */
	sigset_t saved_mask; /* to go back to after sigsuspend */
	bool use_saved;
	int restart; /* ERESTART or ERESTARTNOHAND of the call just refused */
	struct abi_sigaction act[NSIG];
	struct signote *note; /* of pending signals, NSIG + 1; NULL: none has come yet */
	struct abi_stack altstack;
};

/* Send. info may be NULL: from the kernel.
 * => wakes p if it sleeps with PCATCH and the signal isn't ignored. */
void signal_post(struct proc *p, int sig, const struct abi_siginfo *info);
/* To each process of a group; => how many there were. */
unsigned signal_post_group(int pgid, int sig, const struct abi_siginfo *info);
/* The current process's mask; what can't be blocked isn't. */
void signal_set_mask(sigset_t mask);
/* What is pending of p's signal, to tell a handler or who waited for it. */
void signal_info(const struct proc *p, int sig, struct abi_siginfo *info);
/* What will be done about it from now on. */
void signal_act(struct proc *p, int sig, const struct abi_sigaction *act);
/* Is there one that would interrupt a sleep? */
bool signal_pending(const struct proc *p);
/* The lowest of a set that isn't empty. */
static inline int
signal_first(sigset_t set)
{
	return 1 + bits_first(set);
}
/* Act on the current process's signals before it goes back to user mode.
 * => may not return (it ends), may sleep (it stops). */
void signal_deliver(void);
const char *signal_name(int sig);
/* exec: handlers go back to default, ignored ones stay. */
void signal_exec(struct proc *p);

#endif
