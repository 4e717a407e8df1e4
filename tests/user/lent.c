/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append sched=seed:3 */
/*
 * A space that is lent twice is copied by a fork while one of its lenders is killed: the first
 * lends it to the second, the second to the third, and the third forks. The end of the second
 * writes 0 to the address that CLONE_CHILD_CLEARTID gave, which lies below the stack. If the stack
 * grew for that in the midst of the copy, the child would be promised less than it gives back.
 */
#include "shmcalls.h"

#include <sched.h>

#define ENTRIES 600
#define ROUNDS 20
#define DEEP (6u << 20)
#define LEND (0x4100 | SIGCHLD) /* CLONE_VFORK | CLONE_VM */
#define CLEARTID 0x200000
enum { EXIT = 1, FORK = 2, WAITPID = 7, GETPPID = 64, CLONE = 120 };

static struct {
	volatile int second, done;
} * seen;
static char stacks[2][16384] __attribute__((aligned(16)));

/* A call that needs nothing of a stack that others use too. */
static inline __attribute__((always_inline)) int
call(int number, int a, int b, int c)
{
	int r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

/* Lends the space to a child that runs fn on its own stack. Returns when the child has left it. */
static __attribute__((noinline)) void
lend(int flags, char *stack, void *clear_tid, void (*fn)(void))
{
	void **top = (void **)(stack + sizeof(stacks[0])) - 4;
	int r;

	top[0] = (void *)fn;
	__asm__ volatile("pushl %%ebx; movl %%ecx, %%ebx; movl %%edx, %%ecx; xorl %%edx, %%edx;"
	                 "xorl %%esi, %%esi; int $0x80; testl %%eax, %%eax; jnz 1f;"
	                 "popl %%eax; call *%%eax; hlt; 1: popl %%ebx"
	                 : "=a"(r)
	                 : "0"(CLONE), "c"(flags), "d"(top), "D"(clear_tid)
	                 : "esi", "memory");
}

static void
third(void)
{
	int pid;

	seen->second = call(GETPPID, 0, 0, 0);
	pid = call(FORK, 0, 0, 0);
	if (pid == 0)
		call(EXIT, 0, 0, 0);
	while (call(WAITPID, pid, 0, 0) != pid)
		;
	seen->done++;
	call(EXIT, 0, 0, 0);
}

static void
second(void)
{
	lend(LEND, stacks[1], NULL, third);
	call(EXIT, 0, 0, 0);
}

static void
first(void)
{
	char *p = mmap(NULL, ENTRIES * 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char here;

	for (int i = 0; i < ENTRIES; i++)
		mprotect(p + i * 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	lend(LEND | CLEARTID, stacks[0], (void *)(((uintptr_t)&here & ~3u) - DEEP), second);
}

/* Kills the second of each round as soon as the third says who that is. */
static _Noreturn void
killer(void)
{
	for (;;) {
		int pid = seen->second;

		seen->second = 0;
		if (pid != 0)
			kill(pid, SIGKILL);
		sched_yield();
	}
}

void
test(void)
{
	unsigned long before, after;
	pid_t pid;

	seen = shared(PAGE);
	pid = SPAWN(killer());
	until_state(pid, 'R');
	before = procfs_number("/proc/meminfo", "Committed_AS");
	for (int i = 0; i < ROUNDS; i++)
		is(CHILD(first(); for (int n = 0; n < 1000 && seen->done <= i; n++) sched_yield()),
		         0, "a round in which the second is killed");
	for (int n = 0; n < 2000; n++)
		sched_yield();
	after = procfs_number("/proc/meminfo", "Committed_AS");
	is(after, before, "what was promised is given back, no less and no more");
	kill(pid, SIGKILL);
	ending(pid);
}
