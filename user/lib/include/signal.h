/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/signal.h"
#include <sys/types.h>

typedef uint64_t sigset_t; /* bit N-1 is signal N */
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

/* Has the layout of struct abi_sigaction. */
struct sigaction {
	union {
		sighandler_t sa_handler;
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	int sa_flags;
	void (*sa_restorer)(void);
	sigset_t sa_mask;
};

typedef struct {
	void *ss_sp;
	int ss_flags;
	size_t ss_size;
} stack_t;

int kill(pid_t pid, int sig), raise(int sig);
sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *act, struct sigaction *old);
int sigaltstack(const stack_t *stack, stack_t *old);
int __sys_rt_sigprocmask(int how, const sigset_t *set, sigset_t *old, size_t size);
int __sys_rt_sigpending(sigset_t *set, size_t size);
int __sys_rt_sigsuspend(const sigset_t *set, size_t size);

#define sigprocmask(how, set, old) __sys_rt_sigprocmask(how, set, old, sizeof(sigset_t))
#define sigpending(set) __sys_rt_sigpending(set, sizeof(sigset_t))
#define sigsuspend(set) __sys_rt_sigsuspend(set, sizeof(sigset_t))

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
