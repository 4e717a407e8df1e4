/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests the earlier forms of calls, which binaries from before Linux 2.4 use. */
#include "tap.h"

enum { SIGNAL = 48, OLDOLDUNAME = 59, SIGACTION = 67, SGETMASK, SSETMASK, SIGSUSPEND = 72 };
enum { SIGPENDING = 73, SETRLIMIT = 75, GETRLIMIT = 76, MMAP = 90, OLDUNAME = 109 };
enum { SIGPROCMASK = 126 };

#define BIT(sig) (1u << ((sig)-1))

static volatile sig_atomic_t calls, in_handler;

static void
handler(int sig)
{
	calls++;
	in_handler = (syscall(SGETMASK) & BIT(sig)) != 0;
}

static void
actions(void)
{
	struct abi_old_sigaction act = {(uint32_t)handler, BIT(SIGUSR2), 0, 0}, old;

	is(syscall(SIGNAL, SIGUSR1, handler), 0, "signal tells the handler that was");
	is(syscall(SIGNAL, SIGUSR1, handler), (long)handler, "and this one");
	calls = 0;
	kill(getpid(), SIGUSR1);
	is(calls, 1, "it runs");
	is(in_handler, 0, "its signal is not blocked meanwhile");
	is(CHILD(kill(getpid(), SIGUSR1)), KILLED(SIGUSR1), "and it runs once");
	fails(syscall(SIGNAL, SIGKILL, handler), EINVAL, "not for SIGKILL");
	fails(syscall(SIGNAL, 0, handler), EINVAL, "nor signal 0");
	is(syscall(SIGACTION, SIGUSR1, &act, &old), 0, "sigaction");
	ok(old.handler == 0 && old.flags == (SA_RESETHAND | SA_NODEFER), "tells what signal left");
	is(syscall(SIGACTION, SIGUSR1, NULL, &old), 0, "asks only");
	ok(old.handler == (uint32_t)handler && old.mask == BIT(SIGUSR2) && old.flags == 0,
	   "and tells all that was set");
	kill(getpid(), SIGUSR1), kill(getpid(), SIGUSR1);
	is(calls, 3, "the handler runs each time");
	is(in_handler, 1, "with its signal blocked");
	fails(syscall(SIGACTION, SIGUSR1, NULL, 0xf0000000), EFAULT, "to nowhere");
	fails(syscall(SIGACTION, SIGUSR1, &(struct abi_old_sigaction){0}, 0xf0000000), EFAULT,
	      "with a change");
	syscall(SIGACTION, SIGUSR1, NULL, &old);
	is(old.handler, (long)handler, "that is not made");
	fails(syscall(SIGACTION, SIGSTOP, &act, NULL), EINVAL, "not for SIGSTOP");
	is(syscall(SIGACTION, SIGSTOP, NULL, &old), 0, "of which one may ask");
	fails(syscall(SIGACTION, 65, NULL, NULL), EINVAL, "nor for signal 65");
}

static void
masks(void)
{
	uint32_t set = BIT(SIGUSR1) | BIT(SIGKILL), old = 9;
	sigset_t high = 1ull << 40, all;

	sigprocmask(SIG_SETMASK, &high, NULL);
	is(syscall(SIGPROCMASK, SIG_BLOCK, &set, &old), 0, "sigprocmask");
	is(old, 0, "tells what was blocked");
	is(syscall(SGETMASK), BIT(SIGUSR1), "sgetmask, and never SIGKILL");
	sigprocmask(SIG_BLOCK, NULL, &all);
	ok(all == (high | BIT(SIGUSR1)), "signals beyond 32 stay blocked");
	calls = 0;
	kill(getpid(), SIGUSR1);
	is(calls, 0, "the signal waits");
	is(syscall(SIGPENDING, &old), 0, "sigpending");
	is(old, BIT(SIGUSR1), "tells of it");
	fails(syscall(SIGSUSPEND, 0, 0, 0), EINTR, "sigsuspend takes the mask as it is");
	is(calls, 1, "and lets it through");
	is(syscall(SGETMASK), BIT(SIGUSR1), "then the mask is back");
	is(syscall(SIGPROCMASK, SIG_UNBLOCK, &set, NULL), 0, "unblocked");
	is(syscall(SGETMASK), 0, "none");
	is(syscall(SIGPROCMASK, SIG_SETMASK, &set, NULL), 0, "set");
	sigprocmask(SIG_BLOCK, NULL, &all);
	ok(all == (high | BIT(SIGUSR1)), "without those beyond 32");
	fails(syscall(SIGPROCMASK, 3, &set, NULL), EINVAL, "no way to set it");
	is(syscall(SIGPROCMASK, 3, NULL, &old), 0, "which matters where one is");
	fails(syscall(SIGPROCMASK, SIG_SETMASK, &(uint32_t){0}, 0xf0000000), EFAULT, "to nowhere");
	is(syscall(SGETMASK), BIT(SIGUSR1), "nothing is changed then");
	is(syscall(SSETMASK, BIT(SIGUSR2) | BIT(SIGSTOP)), BIT(SIGUSR1), "ssetmask tells the old");
	sigprocmask(SIG_BLOCK, NULL, &all);
	ok(all == BIT(SIGUSR2), "and sets all 64");
	syscall(SSETMASK, 0);
	signal(SIGUSR1, SIG_DFL);
}

static void
others(void)
{
	uint32_t limit[2] = {3000000000u, ~0u},
		 arg[6] = {0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
	char names[65 * 5 + 1], *p;
	int fd = open("/proc/self/exe", O_RDONLY);

	is(syscall(SETRLIMIT, RLIMIT_CORE, limit), 0, "setrlimit");
	is(syscall(GETRLIMIT, RLIMIT_CORE, limit), 0, "getrlimit");
	ok(limit[0] == INT32_MAX && limit[1] == INT32_MAX, "tells no more than fits");
	fails(syscall(SETRLIMIT, 16, limit), EINVAL, "no limit");
	fails(syscall(SETRLIMIT, RLIMIT_CORE, 0xf0000000), EFAULT, "from nowhere");
	p = (char *)syscall(MMAP, arg);
	ok(p != MAP_FAILED && (*p = 1), "mmap with its arguments in memory");
	munmap(p, PAGE);
	arg[2] = PROT_READ, arg[3] = MAP_PRIVATE, arg[4] = fd, arg[5] = PAGE;
	p = (char *)syscall(MMAP, arg);
	lseek(fd, PAGE, SEEK_SET);
	ok(p != MAP_FAILED && read(fd, names, 8) == 8 && memcmp(p, names, 8) == 0,
	   "its place in a file is in bytes");
	munmap(p, PAGE);
	arg[5] = 1;
	fails(syscall(MMAP, arg), EINVAL, "of whole pages");
	fails(syscall(MMAP, 0xf0000000), EFAULT, "arguments from nowhere");
	close(fd);
	names[65 * 5] = 9;
	is(syscall(OLDUNAME, names), 0, "olduname");
	ok(!strcmp(names, "Linux") && !strcmp(names + 65 * 4, "i686") && names[65 * 5] == 9,
	   "has five names");
	names[45] = 9;
	is(syscall(OLDOLDUNAME, names), 0, "oldolduname");
	ok(!strcmp(names, "Linux") && !strcmp(names + 9, "isthmus") &&
	           !strcmp(names + 36, "i686") && names[45] == 9 && strlen(names + 27) == 8,
	   "has short ones");
}

void
test(void)
{
	actions();
	masks();
	others();
}
