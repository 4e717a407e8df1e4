/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers of both kinds, a way out of SIGSEGV, an alternate stack, restarted calls, and the state
 * of the FPU under a handler that uses the FPU. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define REG_EIP_INDEX 14

static sigjmp_buf back;
static volatile sig_atomic_t caught;
static void *volatile fault_at;
static volatile int fault_code, on_alternate;
static char alternate[16384];

static void
note(int sig)
{
	caught = sig;
}

static void
leave(int sig, siginfo_t *info, void *uc)
{
	char here;

	(void)uc;
	caught = sig;
	fault_at = info->si_addr;
	fault_code = info->si_code;
	on_alternate = &here >= alternate && &here < alternate + sizeof(alternate);
	siglongjmp(back, 1);
}

static void
read_only_attach(void)
{
	struct sigaction act = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO};
	int id = shmget(IPC_PRIVATE, 8192, 0600);
	char *at = shmat(id, NULL, SHM_RDONLY);

	shmctl(id, IPC_RMID, NULL);
	sigaction(SIGSEGV, &act, NULL);
	for (volatile int i = 0; i < 2; i++) {
		if (sigsetjmp(back, 1) == 0)
			at[4100 + i] = 'x';
		printf("write to a read-only attach: signal %d, byte %d, code %d, still %d\n",
		       caught, (int)((char *)fault_at - at), fault_code, at[4100 + i]);
	}
	shmdt(at);
	if (sigsetjmp(back, 1) == 0)
		at[0] = 'x';
	printf("and when it is detached: byte %d, code %d\n", (int)((char *)fault_at - at),
	       fault_code);
}

/* Skips the instruction that has failed. The two C libraries have different
 * names for the structure's fields. */
static void
skip(int sig, siginfo_t *info, void *p)
{
	ucontext_t *uc = p;

	(void)info;
	caught = sig;
	uc->uc_mcontext.gregs[REG_EIP_INDEX] += 2; /* ud2 */
}

static int
deep(int n)
{
	volatile char room[4096];

	room[0] = n;
	return deep(n + 1) + room[0];
}

static void
handlers(void)
{
	struct sigaction act = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
	stack_t st = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	sigaction(SIGILL, &act, NULL);
	__asm__ volatile("ud2");
	printf("a handler steps over an instruction: %d\n", caught);
	sigaltstack(&st, NULL);
	act.sa_sigaction = leave;
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigaction(SIGSEGV, &act, NULL);
	if (sigsetjmp(back, 1) == 0)
		deep(0);
	printf("the stack runs out: signal %d on the other stack: %d\n", caught, on_alternate);
	signal(SIGSEGV, SIG_DFL);
}

static void
restarts(void)
{
	struct sigaction act = {.sa_handler = note, .sa_flags = SA_RESTART};
	int fds[2], n;
	char c = 0;

	sigaction(SIGALRM, &act, NULL);
	for (int i = 0; i < 2; i++) {
		pipe(fds);
		caught = 0;
		ualarm(20000, 0);
		if (fork() == 0) {
			usleep(60000);
			write(fds[1], "x", 1);
			_exit(0);
		}
		n = read(fds[0], &c, 1);
		printf("read with%s SA_RESTART: %d, %s, signal %d\n", i ? "out" : "", n,
		       n < 0 ? strerror(errno) : "a byte", caught);
		wait(NULL);
		act.sa_flags = 0;
		sigaction(SIGALRM, &act, NULL);
	}
}

__attribute__((target("sse2"))) static void
spoil(int sig)
{
	volatile double x = sig;
	float f[4] = {sig, sig, sig, sig};

	__asm__ volatile("movups %0, %%xmm0; movups %0, %%xmm1" : : "m"(f) : "xmm0", "xmm1");
	x = x / 3 * x;
	caught = sig;
}

__attribute__((target("sse2"))) static void
fpu_below(void)
{
	double in[2] = {1.25, -2.5}, out[2], x87 = 0.1, got;

	signal(SIGUSR1, spoil);
	__asm__ volatile(
		"movups %3, %%xmm0\n\tfldl %4\n\tint $0x80\n\tfstpl %1\n\tmovups %%xmm0, %0"
		: "=m"(out), "=m"(got), "+a"((int){37})
		: "m"(in), "m"(x87), "b"(getpid()), "c"(SIGUSR1)
		: "memory", "xmm0");
	printf("SSE and x87 below a handler: %g %g %g\n", out[0], out[1], got);
}

static void
others(void)
{
	extern char **environ;
	char *argv[] = {"signals", "child", NULL};
	union sigval v = {.sival_int = 77};
	struct timespec t = {0, 1};
	siginfo_t info;
	sigset_t set;
	pid_t pid;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("sigtimedwait: %s\n", sigtimedwait(&set, &info, &t) < 0 ? strerror(errno) : "?");
	sigqueue(getpid(), SIGUSR2, v);
	printf("sigqueue: %d", sigwaitinfo(&set, &info));
	printf(", value %d\n", info.si_value.sival_int);
	status = posix_spawn(&pid, "/run/signals", NULL, NULL, argv, environ);
	printf("posix_spawn: %d", status);
	printf(", wait %d\n", waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : -1);
	if ((pid = vfork()) == 0)
		_exit(3);
	waitpid(pid, &status, 0);
	printf("vfork: %d\n", WEXITSTATUS(status));
	fflush(stdout);
	if (fork() == 0)
		abort();
	wait(&status);
	printf("abort: signal %d\n", WTERMSIG(status));
}

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 9;
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_only_attach();
	handlers();
	restarts();
	fpu_below();
	others();
	return 0;
}
