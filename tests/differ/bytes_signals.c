/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the bytes of signals: what calls write about them, and the frames that handlers find. */
#include "bytes.h"
#include <setjmp.h>
#include <sys/time.h>
#include <time.h>

#define STACK ((unsigned char *)0x50000000) /* the stack of the handlers, with the code above it */
#define STACK_SIZE 16384u
#define CODE (STACK + STACK_SIZE)
#define SA_RESTORER 0x04000000

/* ---- What calls write ---- */

/* The structures as the kernel has them. */
struct action {
	unsigned handler, flags, restorer, mask[2];
};
struct old_action {
	unsigned handler, mask, flags, restorer;
};

static void
actions(void)
{
	struct action act = {0x11223344, ~0u, 0x55667788, {~0u, ~0u}};
	struct old_action old = {0x11223344, ~0u, ~0u, 0x55667788};

	section("bytes of actions");
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, &act, TO, 8));
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, NULL, TO, 8));
	BYTES(32, syscall(SYS_sigaction, SIGUSR2, NULL, TO));
	act.flags = 0;
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, &act, TO, 8));
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, NULL, TO, 8));
	BYTES(32, syscall(SYS_sigaction, SIGUSR2, &old, TO));
	BYTES(32, syscall(SYS_sigaction, SIGUSR2, NULL, TO));
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, NULL, TO, 8));
	NUM(syscall(SYS_signal, SIGUSR2, 0x12345678));
	BYTES(36, syscall(SYS_rt_sigaction, SIGUSR2, NULL, TO, 8));
	BYTES(36, syscall(SYS_rt_sigaction, SIGKILL, &act, TO, 8));
	BYTES(36, syscall(SYS_rt_sigaction, SIGKILL, NULL, TO, 8));
	NUM(syscall(SYS_signal, SIGUSR2, SIG_DFL));
}

static void
sets(void)
{
	unsigned all[2] = {~0u, ~0u}, none[2] = {0, 0};
	stack_t stack = {.ss_sp = STACK, .ss_size = STACK_SIZE};

	section("bytes of sets");
	BYTES(24, syscall(SYS_rt_sigprocmask, SIG_SETMASK, all, TO, 8));
	BYTES(24, syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, TO, 8));
	BYTES(24, syscall(SYS_sigprocmask, SIG_UNBLOCK, all, TO));
	BYTES(24, syscall(SYS_sigprocmask, SIG_SETMASK, NULL, TO));
	BYTES(24, syscall(SYS_rt_sigprocmask, 7, all, TO, 8));
	BYTES(24, syscall(SYS_rt_sigprocmask, SIG_SETMASK, all, TO, 8));
	NUM(kill(getpid(), SIGUSR1) | kill(getpid(), 40));
	BYTES(24, syscall(SYS_rt_sigpending, TO, 8));
	BYTES(24, syscall(SYS_rt_sigpending, TO, 3));
	BYTES(24, syscall(SYS_rt_sigpending, TO, 9));
	BYTES(24, syscall(SYS_sigpending, TO));
	NUM(syscall(SYS_signal, SIGUSR1, SIG_IGN) | syscall(SYS_signal, 40, SIG_IGN));
	NUM(syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, 8));
	NUM(syscall(SYS_signal, SIGUSR1, SIG_DFL) | syscall(SYS_signal, 40, SIG_DFL));
	BYTES(24, syscall(SYS_sigaltstack, NULL, TO));
	BYTES(24, syscall(SYS_sigaltstack, &stack, TO));
	BYTES(24, syscall(SYS_sigaltstack, NULL, TO));
}

static void
rings(int sig)
{
	(void)sig;
}

/* Takes a pending signal with rt_sigtimedwait, which writes its siginfo. */
static long
take_signal(int sig)
{
	unsigned set[2] = {sig < 33 ? 1u << (sig - 1) : 0, sig < 33 ? 0 : 1u << (sig - 33)};

	return syscall(SYS_rt_sigtimedwait, set, TO, NULL, 8);
}

static void
infos(void)
{
	unsigned all[2] = {~0u, ~0u}, none[2] = {0, 0}, queued[32];
	struct itimerval soon = {{0, 0}, {0, 20000}};
	struct {
		long long sec, nsec;
	} long_time = {100, 0};
	pid_t pid;

	section("bytes of what a signal says");
	NUM(syscall(SYS_rt_sigprocmask, SIG_SETMASK, all, NULL, 8));
	NUM(kill(getpid(), SIGUSR1));
	BYTES(144, take_signal(SIGUSR1), {"pid", 12, 4});
	NUM(syscall(SYS_tkill, getpid(), 40));
	BYTES(144, take_signal(40), {"pid", 12, 4});
	for (unsigned i = 0; i < 32; i++)
		queued[i] = i * 0x01010101;
	queued[2] = -1;
	NUM(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, queued));
	BYTES(144, take_signal(SIGUSR1));
	NUM(setitimer(ITIMER_REAL, &soon, NULL));
	BYTES(144, take_signal(SIGALRM));
	pid = fork();
	if (pid == 0)
		_exit(3);
	BYTES(144, take_signal(SIGCHLD), {"pid", 12, 4}, {"?used", 24, 8});
	NUM(waitpid(pid, NULL, 0) == pid);
	pid = fork();
	if (pid == 0)
		raise(SIGKILL);
	BYTES(144, take_signal(SIGCHLD), {"pid", 12, 4}, {"?used", 24, 8});
	NUM(waitpid(pid, NULL, 0) == pid);
	BYTES(24, syscall(SYS_rt_sigtimedwait, all, TO, (long[]){0, 0}, 8));
	NUM(syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, 8));
	signal(SIGALRM, rings);
	NUM(setitimer(ITIMER_REAL, &soon, NULL));
	BYTES(24, syscall(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, &long_time, TO),
	      {"?nanoseconds", 8, 4});
	NUM(setitimer(ITIMER_REAL, &soon, NULL));
	BYTES(24, syscall(SYS_nanosleep, (long[]){100, 0}, TO), {"?nanoseconds", 4, 4});
	signal(SIGALRM, SIG_DFL);
}

/* ---- Frames ---- */

static sigjmp_buf back;
unsigned frame_registers[4]; /* EAX, EDX, ECX, ESP at the handler's start */
unsigned frame_flags;

/* frame_entry is a handler that saves registers before compiled code changes any. frame_run jumps
 * to the code that raises the signal, with a known value in each register. */
void frame_entry(void), frame_run(void);
__asm__(".globl frame_entry, frame_run\n"
        "frame_entry:\n"
        "	mov %eax, frame_registers\n"
        "	mov %edx, frame_registers + 4\n"
        "	mov %ecx, frame_registers + 8\n"
        "	mov %esp, frame_registers + 12\n"
        "	pushf\n"
        "	pop frame_flags\n"
        "	jmp frame_show\n"
        "frame_run:\n"
        "	fninit\n"
        "	fld1\n"
        "	xor %eax, %eax\n" /* for known flags */
        "	mov $20, %eax\n"
        "	mov $0xc1c2c3c4, %ecx\n"
        "	mov $0xd1d2d3d4, %edx\n"
        "	mov $0xb1b2b3b4, %ebx\n"
        "	mov $0x51525354, %esi\n"
        "	mov $0x61626364, %edi\n"
        "	mov $0xe1e2e3e4, %ebp\n"
        "	mov $0x50006f04, %esp\n"
        "	jmp 0x50004000\n");

static int rt;

static void
part(const char *name, const void *from, unsigned n, const struct mask *masks)
{
	memcpy(TO, from, n);
	show_bytes(name, n, n, masks);
}
#define PART(name, from, n, ...)                                                                   \
	part(name, from, n, (const struct mask[]){__VA_ARGS__ __VA_OPT__(, ){0}})

__attribute__((used)) void
frame_show(void)
{
	unsigned char *frame = (unsigned char *)frame_registers[3];
	unsigned char *context = frame + (rt ? 164 : 8), *fp = *(unsigned char **)(context + 76);

	PART("registers", frame_registers, 16);
	PART("flags", &frame_flags, 4);
	if (rt) {
		PART("begin", frame, 16);
		PART("siginfo", frame + 16, 128, {"?pid", 12, 4});
		PART("ucontext", frame + 144, 20);
		PART("mask and code", frame + 252, 16);
	} else {
		PART("begin", frame, 8);
		PART("unused", frame + 96, 624);
		PART("mask and code", frame + 720, 12);
	}
	context[64 + 2] &= ~1; /* the resume flag of a fault: older emulators leave it 0 */
	PART("context", context, 88);
	PART("x87", fp, 112, {"?last instruction", 12, 16});
	/* FXSAVE may leave reserved bytes as they were. */
	memset(fp + 112 + 6, 0, 2);
	for (int i = 0; i < 8; i++)
		memset(fp + 112 + 32 + 16 * i + 10, 0, 6);
	memset(fp + 112 + 288, 0, 176);
	PART("x87 and SSE", fp + 112, 512, {"?last instruction", 6, 18});
	siglongjmp(back, 1);
}

/* Runs the code of n bytes, which raises the signal, and prints
 * the frame that its handler finds. */
static void
frame_of(const char *what, int sig, const char *code, unsigned n)
{
	struct action act = {
		(unsigned)frame_entry, SA_RESTORER | SA_ONSTACK, 0x12345678, {0x40, 8}};
	unsigned set[2] = {1 << (SIGUSR2 - 1), 1 << 5};

	memcpy(CODE, code, n);
	for (rt = 0; rt < 2; rt++) {
		TEXT(what, rt ? "with siginfo" : "without");
		memset(STACK, 0xaa, STACK_SIZE);
		act.flags = SA_RESTORER | SA_ONSTACK | (rt ? SA_SIGINFO : 0);
		syscall(SYS_rt_sigaction, sig, &act, NULL, 8);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, NULL, 8);
		if (sigsetjmp(back, 1) == 0)
			frame_run();
		BYTES(24, syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, TO, 8));
	}
	signal(sig, SIG_DFL);
}

static void
frames(void)
{
	section("bytes of frames");
	mmap(STACK, STACK_SIZE + 3 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	sigaltstack(&(stack_t){.ss_sp = STACK, .ss_size = STACK_SIZE}, NULL);
	setpgid(0, 0);
	/* kill(0, SIGUSR1) */
	frame_of("kill", SIGUSR1, "\xb8\x25\0\0\0\x31\xdb\xb9\x0a\0\0\0\xcd\x80\xf4", 15);
	frame_of("ud2", SIGILL, "\x0f\x0b", 2);
	frame_of("int3", SIGTRAP, "\xcc", 1);
	frame_of("hlt", SIGSEGV, "\xf4", 1);
	frame_of("int 0x21", SIGSEGV, "\xcd\x21", 2);
	frame_of("a load of nothing", SIGSEGV, "\xa1\0\0\0\x60", 5);
	frame_of("a store to nothing", SIGSEGV, "\xa3\0\0\0\x60", 5);
	frame_of("a load of the kernel", SIGSEGV, "\xa1\0\0\0\xf0", 5);
	frame_of("a division by zero", SIGFPE, "\x31\xc9\xf7\xf1", 4);
	frame_of("kill after a fault", SIGUSR1, "\xb8\x25\0\0\0\x31\xdb\xb9\x0a\0\0\0\xcd\x80\xf4",
	         15);
}

void
signal_bytes(void)
{
	actions();
	sets();
	infos();
	child(0, 0, frames);
}
