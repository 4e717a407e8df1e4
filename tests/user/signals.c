/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: what they do by default, handlers, masks, interrupted calls, stops. */
#include "tap.h"

#include <setjmp.h>
#include <sys/stat.h>
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
	static const char kill_them[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	                                 24, 25, 26, 27, 29, 30, 31, 34, 63, 64};
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
	__asm__ volatile("fninit; fldz; fldz; movl $-1, %%eax; movl %%eax, %%ecx; movl %%eax, %%edx;"
	                 "std; stc; cld"
	                 :
	                 :
	                 : "eax", "ecx", "edx", "cc");
}

/* What registers() finds behind the kill that it does by hand. */
struct regs {
	uint32_t ebp, esi, edi, edx, ecx, ebx, flags;
	long double st0;
};

static void
registers(int flags)
{
	static struct regs got;
	long double half = 0.5;

	on(SIGUSR1, spoil, flags);
	__asm__ volatile("fninit; fldt %1; pushl %%ebp; pushl %%ebx; pushl %0; movl %2, %%ebx;"
	                 "movl $10, %%ecx; movl $0x22222222, %%edx; movl $0x33333333, %%esi;"
	                 "movl $0x44444444, %%edi; movl $0x55555555, %%ebp; movl $37, %%eax;"
	                 "stc; int $0x80; popl %%eax; movl %%ebp, (%%eax); movl %%esi, 4(%%eax);"
	                 "movl %%edi, 8(%%eax); movl %%edx, 12(%%eax); movl %%ecx, 16(%%eax);"
	                 "movl %%ebx, 20(%%eax); pushfl; popl 24(%%eax); fstpt 28(%%eax);"
	                 "popl %%ebx; popl %%ebp"
	                 :
	                 : "D"(&got), "m"(half), "m"(self)
	                 : "eax", "ecx", "edx", "esi", "memory", "cc");
	ok(got.ebp == 0x55555555 && got.esi == 0x33333333 && got.edi == 0x44444444 &&
	           got.edx == 0x22222222 && got.ecx == 10 && got.ebx == (uint32_t)self,
	   "a handler leaves the registers (flags 0x%x)", flags);
	ok(got.flags & 1, "and the flags");
	ok(got.st0 == half, "and the FPU");
}
