/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that the tests of the kernel's gdb stub debug. Its argument says what it does.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int counter;

__attribute__((noinline)) static void
count(int n)
{
	counter += n;
}

/* Parent and child call count() three times each, and never at the same time. */
static int
two(void)
{
	int pid = fork(), status = 0, i;

	if (pid != 0)
		waitpid(pid, &status, 0);
	for (i = 0; i < 3; i++)
		count(pid != 0 ? 1 : 10);
	return counter + (pid != 0 ? WEXITSTATUS(status) : 0);
}

static void
handler(int sig)
{
	count(1);
}

/* Gets SIGTRAP three times: by two breakpoint instructions, and by the trap flag. */
static int
own(void)
{
	signal(SIGTRAP, handler);
	__asm__ volatile("int3");
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop" : : : "memory", "cc");
	__asm__ volatile("int3");
	return counter;
}

/* Executes the instructions that a single step must leave right:
 * pushf, a system call, and a fork. */
__attribute__((noinline)) static int
stepped(void)
{
	unsigned flags, pid;
	int status = 99;

	__asm__ volatile("stepped_from: pushf; popl %0" : "=r"(flags));
	__asm__ volatile("int $0x80" : "=a"(pid) : "0"(20));                 /* getpid */
	__asm__ volatile("int $0x80; stepped_to: nop" : "=a"(pid) : "0"(2)); /* fork */
	if (pid == 0)
		_exit(0);
	waitpid((int)pid, &status, 0);
	return status == 0 && (flags & 0x300) == 0x200 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "two"))
		return two();
	if (!strcmp(what, "own"))
		return own();
	if (!strcmp(what, "stepped"))
		return stepped();
	write(1, "ready\n", 6);
	if (!strcmp(what, "spin"))
		while (counter == 0)
			;
	if (!strcmp(what, "sleep"))
		pause();
	return 9;
}
