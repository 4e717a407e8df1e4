/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: what handlers are told, masks, restarting, stacks. */
#include "differ.h"
#include <setjmp.h>
#include <sys/time.h>
#include <time.h>

static volatile int count, last;
static siginfo_t got;
static sigjmp_buf back;

static void
plain(int sig)
{
	count++;
	last = sig;
}

static void
informed(int sig, siginfo_t *info, void *context)
{
	count++;
	last = sig;
	got = *info;
	(void)context;
}

static void
escaping(int sig, siginfo_t *info, void *context)
{
	informed(sig, info, context);
	siglongjmp(back, 1);
}

static void
handle(int sig, void (*f)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act = {.sa_flags = flags | SA_SIGINFO};

	act.sa_sigaction = f;
	NUM(sigaction(sig, &act, NULL));
}

#define INFO(what)                                                                                 \
	TEXT(what, "%d times, signal %d, %d in its info, code %d, from %s:%d", count, last,        \
	     got.si_signo, got.si_code, got.si_pid == getpid() ? "me" : "another", got.si_uid)
#define FAULT(what, statement)                                                                     \
	do {                                                                                       \
		if (sigsetjmp(back, 1) == 0) {                                                     \
			statement;                                                                 \
			TEXT(what, "went on");                                                     \
		} else                                                                             \
			TEXT(what, "signal %d code %d at %x", last, got.si_code,                   \
			     (unsigned)(uintptr_t)got.si_addr);                                    \
	} while (0)

extern const char no_instruction[];

static void
sending(void)
{
	sigset_t set, old;
	union sigval value = {.sival_int = 42};
	struct sigaction now;

	section("signals");
	handle(SIGUSR1, informed, 0);
	NUM(kill(getpid(), SIGUSR1));
	INFO("kill");
	NUM(raise(SIGUSR1));
	INFO("raise");
	NUM(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
	INFO("tgkill");
	NUM(syscall(SYS_tgkill, getpid(), 1, SIGUSR1));
	NUM(syscall(SYS_tgkill, -1, getpid(), SIGUSR1));
	NUM(syscall(SYS_tkill, 0, SIGUSR1));
	NUM(sigqueue(getpid(), SIGUSR1, value));
	TEXT("sigqueue", "%d code %d value %d", count, got.si_code, got.si_value.sival_int);
	NUM(sigaction(SIGKILL, &(struct sigaction){.sa_handler = plain}, NULL));
	NUM(sigaction(SIGSTOP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL));
	NUM(sigaction(65, NULL, NULL));
	NUM(sigaction(0, NULL, NULL));
	NUM(syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8));
	NUM(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	NUM(sigprocmask(SIG_BLOCK, &set, &old));
	NUM(kill(getpid(), SIGUSR1));
	NUM(kill(getpid(), SIGUSR1));
	INFO("blocked");
	NUM(sigpending(&old));
	NUM(sigismember(&old, SIGUSR1));
	NUM(sigismember(&old, SIGUSR2));
	NUM(sigprocmask(SIG_UNBLOCK, &set, NULL));
	INFO("unblocked");
	NUM(sigprocmask(9, &set, NULL));
	NUM(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8));
	NUM(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
	sigfillset(&set);
	NUM(sigprocmask(SIG_SETMASK, &set, NULL));
	NUM(sigprocmask(SIG_SETMASK, NULL, &set));
	NUM(sigismember(&set, SIGKILL) | sigismember(&set, SIGSTOP));
	NUM(kill(getpid(), SIGUSR1));
	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	NUM(sigsuspend(&set));
	INFO("sigsuspend");
	sigemptyset(&set);
	NUM(sigprocmask(SIG_SETMASK, &set, NULL));
	handle(SIGUSR1, informed, SA_RESETHAND);
	NUM(raise(SIGUSR1));
	NUM(sigaction(SIGUSR1, NULL, &now));
	NUM(now.sa_handler == SIG_DFL);
}

static void
nested(int sig)
{
	if (count++ == 0) {
		raise(sig);
		TEXT("inside", "%d", count);
	}
}

static void
masks(void)
{
	struct sigaction act = {.sa_handler = nested}, old;

	section("masks of handlers");
	count = 0;
	NUM(sigaction(SIGUSR2, &act, NULL));
	NUM(raise(SIGUSR2));
	NUM(count);
	count = 0;
	act.sa_flags = SA_NODEFER;
	NUM(sigaction(SIGUSR2, &act, NULL));
	NUM(raise(SIGUSR2));
	NUM(count);
	act.sa_flags = 0;
	act.sa_handler = plain;
	sigaddset(&act.sa_mask, SIGUSR1);
	NUM(sigaction(SIGUSR2, &act, &old));
	NUM(old.sa_flags & SA_NODEFER);
}

/* Executes `int n` for each n; Linux gives 3, 4 and 128 a meaning. */
static void
each_vector(void)
{
	unsigned char *code = (unsigned char *)mmap(HOLE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char name[16];

	memcpy(code, "\xcd\x00\xc3", 3);
	for (int n = 0; n < 256; n++) {
		code[1] = (unsigned char)n;
		snprintf(name, sizeof(name), "int %d", n);
		FAULT(name, __asm__ volatile("call *%0" : : "r"(code), "a"(SYS_getpid) : "memory"));
	}
	munmap(HOLE, PAGE);
}

static void
faults(void)
{
	volatile int zero = 0;
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536}, old;

	section("faults");
	handle(SIGSEGV, escaping, 0);
	handle(SIGFPE, escaping, 0);
	handle(SIGILL, escaping, 0);
	handle(SIGBUS, escaping, 0);
	handle(SIGTRAP, escaping, 0);
	FAULT("a load of nothing", *(volatile char *)HOLE);
	FAULT("a store to NULL", *(volatile char *)NULL = 1);
	FAULT("a load of the kernel", *(volatile char *)0xc0100000);
	FAULT("a division by zero", zero = 1 / zero);
	/* The address depends on the compiler, so only whether it is the right one is printed. */
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile(".globl no_instruction\nno_instruction: ud2");
	else
		TEXT("no instruction", "signal %d code %d at %s", last, got.si_code,
		     got.si_addr == no_instruction ? "itself" : "another place");
	FAULT("a privileged instruction", __asm__ volatile("cli"));
	FAULT("a breakpoint", __asm__ volatile("int3"));
	FAULT("a jump to nothing", ((void (*)(void))HOLE)());
	mmap(HOLE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	FAULT("a store to what is to be read", HOLE[5] = 1);
	munmap(HOLE, PAGE);
	each_vector();
	NUM(sigaltstack(&stack, NULL));
	NUM(sigaltstack(NULL, &old));
	TEXT("sigaltstack", "%d %u", old.ss_flags, (unsigned)old.ss_size);
	handle(SIGSEGV, escaping, SA_ONSTACK);
	FAULT("with no stack", __asm__ volatile("mov %0, %%esp; push %%eax" : : "r"(HOLE)));
	stack.ss_size = 100;
	NUM(sigaltstack(&stack, NULL));
	stack.ss_flags = 77;
	NUM(sigaltstack(&stack, NULL));
	stack.ss_flags = SS_DISABLE;
	NUM(sigaltstack(&stack, NULL));
	signal(SIGSEGV, SIG_DFL);
}

static void
reader(int flags)
{
	struct sigaction act = {.sa_handler = plain, .sa_flags = flags};
	int fd[2];
	char c;
	pid_t pid;

	sigaction(SIGUSR1, &act, NULL);
	NUM(pipe(fd));
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			nanosleep(&(struct timespec){0, 20000000}, NULL);
		kill(getppid(), SIGUSR1);
		for (int i = 0; i < 3; i++)
			nanosleep(&(struct timespec){0, 20000000}, NULL);
		if (write(fd[1], "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
	count = 0;
	NUM(read(fd[0], &c, 1));
	NUM(count);
	while (waitpid(pid, NULL, 0) != pid)
		;
	NUM(close(fd[0]) | close(fd[1]));
}

static void
restarting(void)
{
	struct timespec left, second = {1, 0};
	struct itimerval tick = {{0, 0}, {0, 20000}};

	section("interrupted calls");
	reader(0);
	reader(SA_RESTART);
	handle(SIGALRM, informed, 0);
	NUM(setitimer(ITIMER_REAL, &tick, NULL));
	NUM(pause());
	INFO("alarm");
	NUM(setitimer(ITIMER_REAL, &tick, NULL));
	left.tv_sec = 77;
	NUM(nanosleep(&second, &left));
	NUM(left.tv_sec == 0 && left.tv_nsec > 0);
	handle(SIGALRM, informed, SA_RESTART);
	NUM(setitimer(ITIMER_REAL, &tick, NULL));
	NUM(pause());
	NUM(alarm(100));
	NUM(alarm(0));
	NUM(alarm(0));
	NUM(setitimer(9, &tick, NULL));
	tick.it_value.tv_usec = 1000000;
	NUM(setitimer(ITIMER_REAL, &tick, NULL));
	signal(SIGALRM, SIG_DFL);
}

static void
child_info(void)
{
	pid_t pid;

	section("SIGCHLD");
	handle(SIGCHLD, informed, SA_RESTART);
	pid = fork();
	if (pid == 0)
		_exit(3);
	waitpid(pid, NULL, 0);
	TEXT("exit", "code %d status %d pid %d", got.si_code, got.si_status, got.si_pid == pid);
	pid = fork();
	if (pid == 0)
		_exit(kill(getpid(), SIGKILL));
	waitpid(pid, NULL, 0);
	TEXT("killed", "code %d status %d", got.si_code, got.si_status);
	signal(SIGCHLD, SIG_DFL);
}

void
signal_calls(void)
{
	sending();
	masks();
	faults();
	restarting();
	child_info();
}
