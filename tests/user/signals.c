/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: default actions, handlers, masks, interrupted calls, and stopped processes. */
#include "tap.h"

#include <setjmp.h>
#include <time.h>

static volatile int caught, depth, deepest;
static volatile siginfo_t info;
static pid_t self;

static void
on(int sig, sighandler_t fn, int flags)
{
	struct sigaction act = {.sa_handler = fn, .sa_flags = flags};

	sigaction(sig, &act, NULL);
}

static void
note(int sig)
{
	caught = sig;
}

static void
note_info(int sig, siginfo_t *i, void *context)
{
	(void)context;
	caught = sig;
	memcpy((void *)&info, i, sizeof(info));
}

static void
defaults(void)
{
	static const char kill_them[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
	                                 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 63, 64};
	static const char ignored[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
	int bad = 0;

	for (unsigned i = 0; i < sizeof(kill_them); i++)
		bad += CHILD(raise(kill_them[i])) != KILLED(kill_them[i]);
	is(bad, 0, "26 signals end a process");
	for (unsigned i = 0; i < sizeof(ignored); i++)
		bad += CHILD(raise(ignored[i])) != 0;
	is(bad, 0, "4 are ignored");
	is(CHILD(signal(SIGTERM, SIG_IGN); raise(SIGTERM)), 0, "SIG_IGN");
	fails(kill(self, 65), EINVAL, "no signal 65");
	fails(kill(self, -1), EINVAL, "nor -1");
	is(kill(self, 0), 0, "signal 0 only asks");
	fails(kill(30000, 0), ESRCH, "for nobody");
	ok(signal(SIGKILL, note) == SIG_ERR && errno == EINVAL, "SIGKILL can't be caught");
	ok(signal(SIGSTOP, SIG_IGN) == SIG_ERR && errno == EINVAL, "nor SIGSTOP ignored");
	ok(signal(0, note) == SIG_ERR && signal(65, note) == SIG_ERR, "only 1 to 64");
}

static void
spoil(int sig)
{
	(void)sig;
	__asm__ volatile(
		"fninit; fldz; fldz; movl $-1, %%eax; movl %%eax, %%ecx; movl %%eax, %%edx;"
		"std; stc; cld"
		:
		:
		: "eax", "ecx", "edx", "cc");
}

/* What registers() finds in the registers after a kill, which it makes by its own int 0x80. */
struct regs {
	uint32_t ebp, esi, edi, edx, ecx, ebx, flags;
	long double st0;
};

static void
registers(int flags)
{
	static struct regs got;
	struct regs *to = &got;
	long double half = 0.5;

	on(SIGUSR1, spoil, flags);
	__asm__ volatile("fninit; fldt %1; pushl %%ebp; pushl %%ebx; pushl %0; movl %2, %%ebx;"
	                 "movl $10, %%ecx; movl $0x22222222, %%edx; movl $0x33333333, %%esi;"
	                 "movl $0x44444444, %%edi; movl $0x55555555, %%ebp; movl $37, %%eax;"
	                 "stc; int $0x80; popl %%eax; movl %%ebp, (%%eax); movl %%esi, 4(%%eax);"
	                 "movl %%edi, 8(%%eax); movl %%edx, 12(%%eax); movl %%ecx, 16(%%eax);"
	                 "movl %%ebx, 20(%%eax); pushfl; popl 24(%%eax); fstpt 28(%%eax);"
	                 "popl %%ebx; popl %%ebp"
	                 : "+D"(to)
	                 : "m"(half), "m"(self)
	                 : "eax", "ecx", "edx", "esi", "memory", "cc");
	ok(got.ebp == 0x55555555 && got.esi == 0x33333333 && got.edi == 0x44444444 &&
	           got.edx == 0x22222222 && got.ecx == 10 && got.ebx == (uint32_t)self,
	   "a handler leaves the registers (flags 0x%x)", flags);
	ok(got.flags & 1, "and the flags");
	ok(got.st0 == half, "and the FPU");
}

static void
nest(int sig)
{
	deepest = ++depth > deepest ? depth : deepest;
	if (caught++ < 3)
		raise(sig);
	depth--;
}

static void
flags(void)
{
	struct sigaction act = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO}, old;
	sigset_t set = 0, pending;

	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	ok(caught == SIGUSR1 && info.si_signo == SIGUSR1 && info.si_code == SI_USER &&
	           info.si_pid == self && info.si_uid == getuid(),
	   "SA_SIGINFO: who sent it");
	sigaction(SIGUSR1, NULL, &old);
	ok(old.sa_sigaction == note_info && old.sa_flags == SA_SIGINFO,
	   "sigaction tells the old one");
	caught = deepest = 0;
	on(SIGUSR1, nest, 0);
	raise(SIGUSR1);
	ok(caught == 4 && deepest == 1, "its own signal waits for the end of a handler");
	caught = deepest = 0;
	on(SIGUSR1, nest, SA_NODEFER);
	raise(SIGUSR1);
	ok(caught == 4 && deepest == 4, "but not with SA_NODEFER");
	is(CHILD(on(SIGUSR1, note, SA_RESETHAND); raise(SIGUSR1); if (caught != SIGUSR1) _exit(1);
	         raise(SIGUSR1)), KILLED(SIGUSR1),
	             "SA_RESETHAND: once");

	caught = 0;
	on(SIGUSR1, note, 0);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1), raise(SIGUSR1);
	sigpending(&pending);
	ok(caught == 0 && pending == set, "a blocked signal is pending");
	is(CHILD(sigpending(&pending); _exit(pending != 0)), 0, "a child has none pending");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(caught, SIGUSR1, "and is delivered when unblocked");
	caught = 0;
	sigprocmask(SIG_SETMASK, &(sigset_t){-1ull}, NULL);
	sigprocmask(SIG_SETMASK, NULL, &set);
	ok(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP),
	   "KILL and STOP stay unblocked");
	sigprocmask(SIG_SETMASK, &(sigset_t){0}, NULL);
	fails(sigprocmask(77, &set, NULL), EINVAL, "no such way to change a mask");
}

static jmp_buf again;

static void
jump_out(int sig, siginfo_t *i, void *context)
{
	note_info(sig, i, context);
	sigprocmask(SIG_SETMASK, &(sigset_t){0}, NULL);
	longjmp(again, 1);
}

/* A handler that makes the page that faulted writable, and returns to the instruction. */
static void
repair(int sig, siginfo_t *i, void *context)
{
	note_info(sig, i, context);
	mprotect((void *)(i->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

static void
segv(void)
{
	struct sigaction act = {.sa_sigaction = jump_out, .sa_flags = SA_SIGINFO};
	int id = shmget(IPC_PRIVATE, PAGE, 0600), rounds = 0;
	volatile char *p = shmat(id, NULL, SHM_RDONLY), *m;

	sigaction(SIGSEGV, &act, NULL);
	for (volatile int i = 0; i < 10; i++) {
		info.si_addr = 0;
		if (setjmp(again) == 0)
			p[i * 8] = 1;
		else
			rounds +=
				info.si_addr == (uint32_t)p + i * 8 && info.si_code == SEGV_ACCERR;
	}
	is(rounds, 10, "longjmp out of a SIGSEGV on a read-only attach, with its address");
	shmdt((void *)p);
	if (setjmp(again) == 0)
		(void)p[5];
	ok(info.si_addr == (uint32_t)p + 5 && info.si_code == SEGV_MAPERR, "SEGV_MAPERR");
	shmctl(id, IPC_RMID, NULL);
	m = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	act.sa_sigaction = repair;
	sigaction(SIGSEGV, &act, NULL);
	m[9] = 9;
	ok(m[9] == 9 && info.si_addr == (uint32_t)m + 9, "a handler that repairs, then the access");
	munmap((void *)m, PAGE);
	is(CHILD(sigprocmask(SIG_SETMASK, &(sigset_t){-1ull}, NULL); __builtin_trap()),
	                     KILLED(SIGILL), "a blocked fault ends the process");
	signal(SIGSEGV, SIG_DFL);
}

static uint32_t handler_sp;

static void
where(int sig)
{
	(void)sig;
	handler_sp = (uint32_t)__builtin_frame_address(0);
	caught = sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL) == -1 ? errno : 0;
}

static void
lose_stack(void)
{
	__asm__ volatile("movl $0x20000, %esp; pushl %eax");
}

static void
altstack(void)
{
	static char room[8192];
	stack_t st = {.ss_sp = room, .ss_size = sizeof(room)}, old;

	fails(sigaltstack(&(stack_t){.ss_sp = room, .ss_size = 100}, NULL), ENOMEM,
	      "too small a stack");
	is(sigaltstack(&st, NULL), 0, "sigaltstack");
	on(SIGUSR1, where, SA_ONSTACK);
	raise(SIGUSR1);
	ok(handler_sp - (uint32_t)room < sizeof(room), "a handler on it");
	is(caught, EPERM, "where it can't be changed");
	on(SIGUSR1, where, 0);
	raise(SIGUSR1);
	ok(handler_sp - (uint32_t)room >= sizeof(room), "only with SA_ONSTACK");
	is(sigaltstack(NULL, &old), 0, "the old one");
	/* When the stack has run out, a handler on an alternate stack can still run. */
	on(SIGSEGV, _exit, SA_ONSTACK);
	st.ss_flags = 0;
	is(CHILD(sigaltstack(&st, NULL); lose_stack()), SIGSEGV, "a handler for a broken stack");
	on(SIGSEGV, _exit, 0);
	is(CHILD(lose_stack()), SEGV, "without it the process ends");
	signal(SIGSEGV, SIG_DFL);
}

/* Starts a child that sends the signal to this process as soon as it sleeps. */
static pid_t
sender(int sig)
{
	return SPAWN(until_state(self, 'S'); kill(self, sig));
}

static void
interrupted(void)
{
	struct timespec t = {.tv_sec = 1000}, left = {.tv_sec = 0};
	sigset_t none = 0, block = 1ull << (SIGUSR1 - 1), now;
	int p[2];
	pid_t pid;
	char c;

	pipe(p);
	on(SIGUSR1, note, 0);
	pid = sender(SIGUSR1);
	fails(read(p[0], &c, 1), EINTR, "read");
	ending(pid);
	pid = sender(SIGUSR1);
	fails(nanosleep(&t, &left), EINTR, "nanosleep");
	ok(left.tv_sec > 900 && left.tv_sec <= 1000, "and how much was left");
	ending(pid);
	pid = sender(SIGUSR1);
	fails(pause(), EINTR, "pause");
	ending(pid);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGUSR1);
	caught = 0;
	fails(sigsuspend(&none), EINTR, "sigsuspend, with one pending");
	is(caught, SIGUSR1, "lets it through");
	sigprocmask(SIG_SETMASK, &none, &now);
	ok(now == block, "and puts the mask back");

	on(SIGUSR1, note, SA_RESTART);
	caught = 0;
	pid = SPAWN(until_state(self, 'S'); kill(self, SIGUSR1); usleep(20000);
	            until_state(self, 'S'); write(p[1], "r", 1));
	is(read(p[0], &c, 1), 1, "SA_RESTART: read goes on");
	ok(c == 'r' && caught == SIGUSR1, "after the handler");
	ending(pid);
	pid = SPAWN(until_state(self, 'S'); kill(self, SIGUSR1); usleep(20000); _exit(5));
	caught = 0;
	is(ending(pid), 5, "SA_RESTART: wait goes on");
	is(caught, SIGUSR1, "after the handler");
	pid = sender(SIGUSR1);
	fails(nanosleep(&t, NULL), EINTR, "SA_RESTART: but never nanosleep");
	ending(pid);
	/* An ignored signal interrupts nothing. */
	pid = SPAWN(until_state(self, 'S'); kill(self, SIGWINCH); usleep(20000);
	            write(p[1], "w", 1));
	on(SIGUSR1, SIG_DFL, 0);
	is(read(p[0], &c, 1), 1, "an ignored signal interrupts nothing");
	ending(pid);
	close(p[0]), close(p[1]);

	on(SIGALRM, note, 0);
	is(alarm(100), 0, "alarm");
	ok(alarm(1) >= 99, "tells what was left of the one before");
	fails(pause(), EINTR, "and rings");
	is(caught, SIGALRM, "with SIGALRM");
	alarm(1);
	is(alarm(0), 1, "alarm(0) takes it back");
	is(CHILD(signal(SIGALRM, SIG_DFL); alarm(1); pause()), KILLED(SIGALRM),
	         "unhandled it kills");
	is(CHILD(alarm(100); _exit(CHILD(_exit(alarm(0))))), 0, "a child has no alarm");
}

static void
stops(void)
{
	struct sigaction act = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_RESTART};
	int status;
	pid_t pid;

	sigaction(SIGCHLD, &act, NULL);
	pid = SPAWN(raise(SIGSTOP); _exit(6));
	is(waitpid(pid, &status, WUNTRACED), pid, "WUNTRACED");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "stopped by SIGSTOP");
	ok(info.si_code == CLD_STOPPED && info.si_pid == pid && info.si_status == SIGSTOP,
	   "SIGCHLD says so");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "told once");
	kill(pid, SIGTERM);
	is(waitpid(pid, &status, WNOHANG), 0, "what is stopped does not see a SIGTERM");
	kill(pid, SIGCONT);
	is(ending(pid), KILLED(SIGTERM), "before it goes on");
	pid = SPAWN(setpgid(0, 0); raise(SIGTSTP); raise(SIGTTIN); _exit(6));
	waitpid(pid, &status, WUNTRACED);
	is(WSTOPSIG(status), SIGTSTP, "SIGTSTP stops");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WUNTRACED);
	is(WSTOPSIG(status), SIGTTIN, "SIGTTIN too");
	info.si_code = 0;
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED), pid, "WCONTINUED");
	ok(WIFCONTINUED(status) || WEXITSTATUS(status) == 6, "or its end");
	if (WIFCONTINUED(status))
		waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 6, "it ends as it would have");
	ok(info.si_code == CLD_EXITED && info.si_status == 6, "SIGCHLD: how");
	pid = SPAWN(raise(SIGSTOP));
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	is(ending(pid), KILLED(SIGKILL), "SIGKILL ends what is stopped");
	ok(info.si_code == CLD_KILLED && info.si_status == SIGKILL, "SIGCHLD: by what");
	signal(SIGCHLD, SIG_DFL);
}

static void
permission(void)
{
	struct gate go;
	pid_t alice, bob, group;

	gate_make(&go);
	alice = SPAWN(become(ALICE, ALICE); gate_open(&go); pause());
	bob = SPAWN(become(BOB, BOB); gate_open(&go); pause());
	gate_pass(&go), gate_pass(&go);
	is(CHILD(become(BOB, BOB); fails(kill(alice, SIGTERM), EPERM, "another user's process");
	         fails(kill(alice, 0), EPERM, "even to ask");
	         is(kill(bob, SIGTERM), 0, "but one's own")), 0, "bob");
	is(ending(bob), KILLED(SIGTERM), "is ended");
	is(kill(alice, SIGTERM), 0, "root may");
	ending(alice);
	is(kill(1, SIGKILL), 0, "root may send SIGKILL to init, which outlives it");
	group = SPAWN(setpgid(0, 0); if (SPAWN(gate_open(&go); pause()) < 0) _exit(1);
	              gate_open(&go); pause());
	gate_pass(&go), gate_pass(&go);
	is(kill(-group, SIGUSR2), 0, "kill of a group");
	is(ending(group), KILLED(SIGUSR2), "its leader");
	fails(kill(-29999, SIGUSR2), ESRCH, "of no group");
	gate_drop(&go);
}

void
test(void)
{
	self = getpid();
	defaults();
	registers(0);
	registers(SA_SIGINFO);
	flags();
	segv();
	altstack();
	interrupted();
	stops();
	permission();
}
