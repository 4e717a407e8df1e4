/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 256 */
/* Tests fork, exit and wait, for single processes and for hundreds. */
#include "tap.h"

#define CROWD 500

static struct gate go;

static void
many(void)
{
	static pid_t pid[CROWD];
	int alive = 0, good = 0;
	unsigned before = count_processes();

	for (int i = 0; i < CROWD; i++)
		pid[i] = SPAWN(gate_pass(&go); _exit(i & 127));
	for (int i = 0; i < CROWD; i++)
		alive += pid[i] > 0 && kill(pid[i], 0) == 0;
	is(alive, CROWD, "500 processes at once");
	is(count_processes() - before, CROWD, "all are in /proc");
	for (int i = 0; i < CROWD; i++)
		gate_open(&go);
	for (int i = 0; i < CROWD; i++)
		good += ending(pid[i]) == (i & 127);
	is(good, CROWD, "each ends with its own status");
	fails(waitpid(-1, NULL, 0), ECHILD, "and there is no other");
}

/* Forks until fork fails, 20 times, and checks that every frame is free again each time. */
static void
exhaust(void)
{
	unsigned long before = 0, after;
	int lost = 0, reason = 0, counts = 0, first = 0;
	char *ballast =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	procfs_number("/proc/meminfo", "MemFree"); /* brings in the buffer it reads into */
	for (int round = 0; round < 20; round++) {
		int n = 0;
		pid_t pid;

		while ((pid = SPAWN(pause())) > 0)
			n++;
		reason += errno == ENOMEM || errno == EAGAIN;
		for (signal(SIGTERM, SIG_IGN), kill(0, SIGTERM); n > 0; n--, counts++)
			wait(NULL);
		signal(SIGTERM, SIG_DFL);
		after = procfs_number("/proc/meminfo", "MemFree");
		if (round == 0)
			before = after, first = counts;
		if (after != before)
			diag("round %d: %lu kB free, at first %lu", round, after, before);
		lost += after != before;
	}
	is(reason, 20, "fork fails with ENOMEM or EAGAIN");
	is(lost, 0, "20 times until it fails and back: no frame is lost");
	is(counts, 20 * first, "and as many each time");
	munmap(ballast, 1 << 20);
}

static void
waiting(void)
{
	int status = -1;
	pid_t pid, other;

	fails(waitpid(-1, &status, 0), ECHILD, "no children");
	fails(waitpid(1, &status, 0), ECHILD, "init is no child");
	pid = SPAWN(gate_pass(&go); _exit(300));
	is(waitpid(pid, &status, WNOHANG), 0, "WNOHANG: not yet");
	is(status, -1, "status untouched");
	fails(waitpid(pid, &status, 0x1000), EINVAL, "unknown options");
	gate_open(&go);
	is(waitpid(pid, &status, 0), pid, "waitpid");
	is(status, (300 & 255) << 8, "eight bits of status");
	fails(waitpid(pid, &status, 0), ECHILD, "once");

	pid = SPAWN(_exit(1));
	until_state(pid, 'Z');
	is(kill(pid, 0), 0, "a zombie is still there");
	fails(wait4(pid, (void *)0xc0000000, 0, NULL), EFAULT, "a bad pointer for the status");
	is(waitpid(pid, &status, 0), pid, "leaves it to be waited for");
	other = SPAWN(_exit(2));
	pid = SPAWN(_exit(3));
	until_state(other, 'Z');
	is(waitpid(pid, &status, 0), pid, "of two, the one asked for");
	is(WEXITSTATUS(status), 3, "its status");
	is(waitpid(-1, &status, WNOHANG), other, "then the other");

	pid = SPAWN(setpgid(0, 0); gate_pass(&go));
	setpgid(pid, pid);
	fails(waitpid(0, NULL, WNOHANG), ECHILD, "0: of one's own group");
	is(waitpid(-pid, NULL, WNOHANG), 0, "-pgid: of that group");
	gate_open(&go);
	is(waitpid(-pid, NULL, 0), pid, "and gets it");
	uint32_t usage[18];

	memset(usage, 0xff, sizeof(usage));
	pid = SPAWN(_exit(0));
	is(wait4(pid, NULL, 0, usage), pid, "wait4 without status");
	ok(usage[0] == 0 && usage[1] < 1000000 && usage[17] == 0, "with usage");
}

static void
handler(int sig)
{
	(void)sig;
}

static void
interrupted(void)
{
	struct sigaction act = {.sa_handler = handler};
	pid_t self = getpid(), pid, killer;

	sigaction(SIGUSR1, &act, NULL);
	pid = SPAWN(gate_pass(&go));
	killer = SPAWN(until_state(self, 'S'); kill(self, SIGUSR1); gate_pass(&go));
	fails(waitpid(pid, NULL, 0), EINTR, "a signal ends the wait");
	act.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &act, NULL);
	gate_open(&go), gate_open(&go);
	is(waitpid(killer, NULL, 0), killer, "which can be repeated");
	is(waitpid(pid, NULL, 0), pid, "for both");
	signal(SIGUSR1, SIG_DFL);
}

/* Makes a child that checks that its parent is this process and, once this process has ended,
 * records who its parent is then. */
static void
middle(pid_t *seen, struct gate *gone, struct gate *done)
{
	pid_t self = getpid();

	if (SPAWN(seen[0] = getppid() == self; gate_open(done); gate_pass(gone);
	          seen[1] = getppid(); gate_open(done)) < 0)
		bail("fork");
	gate_pass(done);
}

static void
orphans(void)
{
	pid_t *seen = shared(2 * sizeof(*seen));
	struct gate parent_gone, done;

	gate_make(&parent_gone), gate_make(&done);
	is(CHILD(middle(seen, &parent_gone, &done)), 0, "a parent ends first");
	gate_open(&parent_gone);
	gate_pass(&done);
	is(seen[0], 1, "getppid was the parent");
	is(seen[1], 1, "and is init then");
	fails(waitpid(-1, NULL, 0), ECHILD, "a grandchild is nobody's here");
	munmap(seen, 2 * sizeof(*seen));
	gate_drop(&parent_gone), gate_drop(&done);

	signal(SIGCHLD, SIG_IGN);
	pid_t pid = SPAWN(_exit(0));
	fails(waitpid(pid, NULL, 0), ECHILD, "with SIGCHLD ignored no zombie stays");
	signal(SIGCHLD, SIG_DFL);
}

static void
identity(void)
{
	pid_t *ids = shared(4 * sizeof(*ids)), self = getpid(), pid;

	pid = SPAWN(ids[0] = getpid(); ids[1] = getppid(); ids[2] = getpgrp(); ids[3] = gettid());
	ending(pid);
	ok(ids[0] == pid && ids[3] == pid, "getpid and gettid are what fork said");
	is(ids[1], self, "getppid");
	is(ids[2], getpgrp(), "getpgrp is inherited");
	pid = SPAWN(ids[0] = setsid(); ids[1] = getpgrp(); ids[2] = setsid());
	ending(pid);
	ok(ids[0] == pid && ids[1] == pid, "setsid");
	is(ids[2], -1, "once");
	fails(setpgid(1, 0), ESRCH, "setpgid of no child");
	fails(setpgid(0, -1), EINVAL, "setpgid to a negative one");
	fails(setpgid(0, 30000), EPERM, "setpgid to nobody's");
	fails(getpgid(30000), ESRCH, "getpgid of nobody");
	munmap(ids, 4 * sizeof(*ids));
}

/* Exits with status, which is never 0. The compiler has to assume that this function may return. */
static void __attribute__((noinline)) leave(int status)
{
	volatile int now = status;

	if (now != 0)
		_exit(now);
}

/* Calls leave() in a child of vfork, where it overwrites the return address of vfork() on the
 * shared stack. A parent that returned to the overwritten address would end with status 8. */
static _Noreturn void
borrows_stack(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		leave(7);
		_exit(8);
	}
	_exit(ending(pid) == 7 ? 9 : 1);
}

static _Noreturn void
fails_to_borrow(void)
{
	int fd = open("/proc/sys/kernel/fail", O_WRONLY);
	pid_t pid;

	write(fd, "kmem:nth=1\n", 11);
	pid = vfork();
	if (pid == 0)
		_exit(0);
	_exit(pid == -1 && errno == ENOMEM ? 9 : 1);
}

void
test(void)
{
	gate_make(&go);
	waiting();
	interrupted();
	orphans();
	identity();
	is(CHILD(borrows_stack()), 9, "vfork: its child may write where its frame was");
	is(CHILD(fails_to_borrow()), 9, "vfork that fails");
	many();
	gate_drop(&go);
	/* exhaust() signals its own process group, so it gets one that has no other members. */
	is(CHILD(setpgid(0, 0); exhaust()), 0, "fork until it fails");
}
