/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: Linux/i386's numbers and layouts. */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include <stdint.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPWR 30
#define SIGSYS 31
#define NSIG 64 /* signals 1 to 64 */

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO 0x00000004
#define SA_RESTORER 0x04000000
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000
#define SA_EXPOSE_TAGBITS 0x00000800 /* for other machines; without effect */
/* sigaction drops all others, so a program can find out which flags there are. */
#define SA_KNOWN                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | SA_ONSTACK | \
	 SA_RESTART | SA_NODEFER | SA_RESETHAND)

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define MINSIGSTKSZ 2048

/* si_code */
#define SI_USER 0
#define SI_KERNEL 128
#define SI_QUEUE (-1)
#define SI_TKILL (-6)
#define ILL_ILLOPN 2
#define FPE_INTDIV 1
#define FPE_FLTINV 7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* The kernel's forms: addresses are 32-bit numbers, for it never uses them. */
struct abi_sigaction {
	uint32_t handler; /* 0 SIG_DFL, 1 SIG_IGN, else an address */
	uint32_t flags;
	uint32_t restorer;
	uint64_t mask; /* bit N-1 stands for signal N */
} __attribute__((packed));

/* What sigaction() had before sets of 64 signals. */
struct abi_old_sigaction {
	uint32_t handler;
	uint32_t mask;
	uint32_t flags;
	uint32_t restorer;
};

struct abi_siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	union {
		struct {
			int32_t pid;
			uint32_t uid;
			int32_t status; /* of SIGCHLD; sigqueue()'s value */
			uint32_t utime, stime;
		} who; /* SI_USER, SI_QUEUE, SIGCHLD */
		struct {
			uint32_t addr;
		} fault; /* SIGSEGV, SIGBUS, SIGILL, SIGFPE */
		uint32_t pad[29];
	} u;
};

struct abi_stack {
	uint32_t ss_sp;
	int32_t ss_flags;
	uint32_t ss_size;
};

_Static_assert(sizeof(struct abi_sigaction) == 20, "");
_Static_assert(sizeof(struct abi_old_sigaction) == 16, "");
_Static_assert(sizeof(struct abi_siginfo) == 128, "");

#endif
