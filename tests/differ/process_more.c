/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: what they have used, how they share a processor, waitid, and old calls. */
#include "differ.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void
user_priorities(void)
{
	NUM(setpriority(PRIO_PROCESS, 1, 3));
	NUM(setpriority(PRIO_PROCESS, getppid(), 3));
	NUM(setpriority(PRIO_PROCESS, 0, 3));
	NUM(setpriority(PRIO_PROCESS, 0, 2));
	NUM(setpriority(PRIO_USER, 0, 4));
	NUM(syscall(SYS_getpriority, PRIO_USER, 0));
	NUM(syscall(SYS_nice, -1));
	NUM(syscall(SYS_nice, 1));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	NUM(sched_setaffinity(1, 4, (void *)&(long){1}));
}

static void
priorities(void)
{
	section("priorities");
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	NUM(syscall(SYS_getpriority, PRIO_PGRP, 0));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 99999));
	NUM(syscall(SYS_getpriority, PRIO_PGRP, 99999));
	NUM(syscall(SYS_getpriority, PRIO_USER, 99999));
	NUM(syscall(SYS_getpriority, 3, 0));
	NUM(syscall(SYS_getpriority, -1, 0));
	NUM(setpriority(PRIO_PROCESS, 99999, 0));
	NUM(setpriority(3, 0, 0));
	NUM(setpriority(PRIO_PROCESS, 0, 30));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	NUM(setpriority(PRIO_PROCESS, 0, -30));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	NUM(syscall(SYS_nice, 25));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	NUM(setpriority(PRIO_PROCESS, 0, 0));
	child(1000, 1000, user_priorities);
	NUM(sched_get_priority_max(SCHED_OTHER));
	NUM(sched_get_priority_max(SCHED_FIFO));
	NUM(sched_get_priority_min(SCHED_RR));
	NUM(sched_get_priority_min(SCHED_BATCH));
	NUM(sched_get_priority_max(4));
	NUM(sched_get_priority_max(-1));
	NUM(syscall(SYS_sched_getscheduler, 0));
	NUM(syscall(SYS_sched_getscheduler, -1));
	NUM(syscall(SYS_sched_getscheduler, 99999));
	NUM(syscall(SYS_sched_getparam, 0, NULL));
	NUM(syscall(SYS_sched_getparam, 0, BAD));
	NUM(syscall(SYS_sched_getparam, -1, BAD));
	NUM(syscall(SYS_sched_getparam, 99999, BAD));
}

static void
processors(void)
{
	unsigned mask[4] = {0xaaaaaaaa, 0xaaaaaaaa}, cpu = 7, node = 7;

	section("processors");
	NUM(syscall(SYS_sched_getaffinity, 0, 4, mask));
	TEXT("mask", "%x %x", mask[0], mask[1]);
	NUM(syscall(SYS_sched_getaffinity, 0, 16, mask));
	NUM(syscall(SYS_sched_getaffinity, 0, 0, mask));
	NUM(syscall(SYS_sched_getaffinity, 0, 5, mask));
	NUM(syscall(SYS_sched_getaffinity, 99999, 5, mask));
	NUM(syscall(SYS_sched_getaffinity, 99999, 4, mask));
	NUM(syscall(SYS_sched_getaffinity, -1, 4, mask));
	NUM(syscall(SYS_sched_getaffinity, 0, 4, BAD));
	NUM(syscall(SYS_sched_setaffinity, 0, 4, (unsigned[]){3}));
	NUM(syscall(SYS_sched_setaffinity, 0, 4, (unsigned[]){2}));
	NUM(syscall(SYS_sched_setaffinity, 0, 0, mask));
	NUM(syscall(SYS_sched_setaffinity, 0, 1, (unsigned[]){1}));
	NUM(syscall(SYS_sched_setaffinity, 99999, 4, BAD));
	NUM(syscall(SYS_sched_setaffinity, 99999, 4, mask));
	NUM(syscall(SYS_getcpu, &cpu, &node, NULL));
	TEXT("getcpu", "%u %u", cpu, node);
	NUM(syscall(SYS_getcpu, NULL, NULL, NULL));
	NUM(syscall(SYS_getcpu, BAD, NULL, NULL));
}

static void
usage(void)
{
	unsigned char ru[100];
	int untouched = 0;

	section("usage");
	memset(ru, 0xaa, sizeof(ru));
	NUM(syscall(SYS_getrusage, RUSAGE_SELF, ru));
	for (size_t i = 72; i < sizeof(ru); i++)
		untouched += ru[i] == 0xaa;
	TEXT("bytes beyond struct rusage", "%d", untouched);
	NUM(syscall(SYS_getrusage, RUSAGE_CHILDREN, ru));
	NUM(syscall(SYS_getrusage, 1, ru));
	NUM(syscall(SYS_getrusage, 2, ru));
	NUM(syscall(SYS_getrusage, -2, ru));
	NUM(syscall(SYS_getrusage, 0, BAD));
	NUM(syscall(SYS_getrusage, 0, NULL));
}

static void
own_words(void)
{
	char name[20] = "...................";
	int sig = 77;

	section("prctl");
	NUM(prctl(PR_SET_NAME, "a name that is too long"));
	NUM(prctl(PR_GET_NAME, name));
	TEXT("name", "%s", name);
	NUM(prctl(PR_SET_NAME, ""));
	NUM(prctl(PR_GET_NAME, name));
	TEXT("name", "<%s>, then %d %d", name, name[14], name[16]);
	NUM(prctl(PR_SET_NAME, BAD));
	NUM(prctl(PR_GET_NAME, BAD));
	NUM(prctl(PR_SET_PDEATHSIG, SIGUSR1));
	NUM(prctl(PR_GET_PDEATHSIG, &sig));
	TEXT("death signal", "%d", sig);
	NUM(prctl(PR_SET_PDEATHSIG, 65));
	NUM(prctl(PR_SET_PDEATHSIG, -1));
	NUM(prctl(PR_GET_PDEATHSIG, BAD));
	NUM(prctl(PR_SET_PDEATHSIG, 0));
	NUM(prctl(9999, 0));
	NUM(prctl(-1, 0));
}

static void
wait_for(const char *what, int kind, int id, int options)
{
	int info[8] = {77, 77, 77, 77, 77, 77, 77, 77};
	long result = syscall(SYS_waitid, kind, id, info, options, NULL);

	if (result != 0)
		show_number(what, result);
	TEXT(what, "%d: %d %d %d, %s, %d %d, then %d", (int)result, info[0], info[1], info[2],
	     info[3] == 0    ? "nobody"
	     : info[3] == 77 ? "untouched"
	                     : "a child",
	     info[4], info[5], info[6]);
}
#define WAITID(kind, id, options)                                                                  \
	wait_for("waitid(" #kind ", " #id ", " #options ")", kind, id, options)

static void
waiting(void)
{
	pid_t pid;

	section("waitid");
	WAITID(P_ALL, 0, WEXITED);
	WAITID(P_ALL, 0, 0);
	WAITID(P_ALL, 0, WEXITED | 0x10);
	WAITID(P_PID, 0, WEXITED);
	WAITID(P_PID, -1, WEXITED);
	WAITID(P_PGID, -1, WEXITED);
	WAITID(4, 0, WEXITED);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	WAITID(P_PID, pid, WEXITED | WNOHANG);
	WAITID(P_PGID, pid, WEXITED);
	kill(pid, SIGSTOP);
	WAITID(P_PID, pid, WSTOPPED | WNOWAIT);
	WAITID(P_PGID, 0, WSTOPPED);
	WAITID(P_PID, pid, WSTOPPED | WNOHANG);
	kill(pid, SIGCONT);
	WAITID(P_ALL, 0, WCONTINUED);
	kill(pid, SIGUSR1);
	WAITID(P_ALL, 0, WEXITED | WNOWAIT);
	NUM(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL));
	WAITID(P_ALL, 0, WEXITED);
	pid = fork();
	if (pid == 0)
		_exit(300);
	WAITID(P_PID, pid, WEXITED);
}

static void
handler(int sig)
{
	TEXT("handler", "%d", sig);
}

static void
old_signals(void)
{
	struct {
		void (*handler)(int);
		unsigned mask, flags, restorer;
	} act = {handler, 1 << 3, SA_RESTART, 0}, old = {0};
	unsigned set = 1u << (SIGUSR1 - 1) | 1u << (SIGKILL - 1), was = 77;

	section("old calls");
	NUM(syscall(SYS_signal, SIGUSR2, SIG_IGN));
	NUM(syscall(SYS_signal, SIGUSR2, SIG_DFL));
	NUM(syscall(SYS_signal, SIGKILL, SIG_IGN));
	NUM(syscall(SYS_signal, 65, SIG_IGN));
	NUM(syscall(SYS_signal, 0, SIG_IGN));
	NUM(syscall(SYS_sigaction, SIGUSR2, &act, &old));
	TEXT("sigaction", "%d %x %x", old.handler == SIG_DFL, old.mask, old.flags);
	NUM(syscall(SYS_sigaction, SIGUSR2, NULL, &old));
	TEXT("sigaction", "%d %x %x", old.handler == handler, old.mask, old.flags);
	NUM(syscall(SYS_sigaction, SIGUSR2, BAD, NULL));
	NUM(syscall(SYS_sigaction, 65, NULL, NULL));
	NUM(syscall(SYS_sigaction, 65, BAD, NULL));
	NUM(syscall(SYS_sigaction, SIGSTOP, &act, NULL));
	NUM(syscall(SYS_sigaction, SIGSTOP, NULL, &old));
	NUM(syscall(SYS_sigprocmask, SIG_BLOCK, &set, &was));
	TEXT("mask", "%x", was);
	NUM(syscall(SYS_sgetmask));
	NUM(syscall(SYS_sigprocmask, 3, NULL, &was));
	NUM(syscall(SYS_sigprocmask, 3, &set, &was));
	NUM(syscall(SYS_sigprocmask, SIG_BLOCK, BAD, &was));
	NUM(kill(getpid(), SIGUSR1));
	NUM(syscall(SYS_sigpending, &was));
	TEXT("pending", "%x", was);
	NUM(syscall(SYS_sigpending, BAD));
	NUM(syscall(SYS_signal, SIGUSR1, SIG_IGN));
	NUM(syscall(SYS_sigpending, &was));
	TEXT("pending", "%x", was);
	NUM(syscall(SYS_ssetmask, -1));
	NUM(syscall(SYS_ssetmask, 0));
	NUM(syscall(SYS_sgetmask));
}

static void
old_others(void)
{
	int args[6] = {0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
	unsigned limit[2] = {3000000000u, 0xffffffff};

	AT(NULL, syscall(SYS_mmap, args));
	args[5] = 1;
	AT(NULL, syscall(SYS_mmap, args));
	args[5] = 0, args[1] = 0;
	AT(NULL, syscall(SYS_mmap, args));
	AT(NULL, syscall(SYS_mmap, BAD));
	NUM(syscall(SYS_setrlimit, RLIMIT_CORE, limit));
	NUM(syscall(76, RLIMIT_CORE, limit));
	TEXT("limit", "%x %x", limit[0], limit[1]);
	NUM(syscall(76, 16, limit));
	NUM(syscall(SYS_setrlimit, 16, limit));
	NUM(syscall(SYS_setrlimit, 16, BAD));
	limit[0] = 5, limit[1] = 4;
	NUM(syscall(SYS_setrlimit, RLIMIT_CORE, limit));
	NUM(syscall(59, BAD));
	NUM(syscall(109, BAD));
}

void
process_more_calls(void)
{
	child(0, 0, priorities);
	processors();
	usage();
	child(0, 0, own_words);
	child(0, 0, waiting);
	child(0, 0, old_signals);
	child(0, 0, old_others);
}
