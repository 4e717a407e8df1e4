/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/signal.h>
#include <sys/types.h>

typedef uint64_t sigset_t; /* bit N-1 stands for signal N */
typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);

#define SIG_DFL ((sighandler_t)0)
#define SIG_IGN ((sighandler_t)1)
#define SIG_ERR ((sighandler_t)-1)

typedef struct abi_siginfo siginfo_t;
#define si_pid u.who.pid
#define si_uid u.who.uid
#define si_status u.who.status
#define si_addr u.fault.addr

struct sigaction {
	union {
		sighandler_t sa_handler;
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	sigset_t sa_mask;
	int sa_flags;
};

typedef struct {
	void *ss_sp;
	int ss_flags;
	size_t ss_size;
} stack_t;

int kill(pid_t pid, int sig), raise(int sig);
sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *act, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old), sigpending(sigset_t *set);
int sigsuspend(const sigset_t *set), sigaltstack(const stack_t *stack, stack_t *old);

static inline int
__sigset(sigset_t *set, sigset_t value)
{
	*set = value;
	return 0;
}

#define sigemptyset(set) __sigset(set, 0)
#define sigfillset(set) __sigset(set, -1)
#define sigaddset(set, sig) __sigset(set, *(set) | 1ull << ((sig)-1))
#define sigdelset(set, sig) __sigset(set, *(set) & ~(1ull << ((sig)-1)))
#define sigismember(set, sig) ((int)(*(set) >> ((sig)-1) & 1))
