/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests clone and vfork: which memory the child uses, and which signal tells its parent that it
 * has ended. */
#include "abi/misc.h"

#include "tap.h"

#define SYS_CLONE 120
#define SYS_SET_TID 258

static volatile int word, tid, parent_tid;
static char stack[8192];

/* Starts a child that runs fn on the stack at sp, as clone() of musl and glibc does. fn is
 * passed in the register of the call's TLS argument, which the kernel reads only if CLONE_SETTLS
 * is set. */
static pid_t __attribute__((noinline))
clone_run(unsigned flags, void *sp, void (*fn)(void), volatile int *ctid)
{
	pid_t pid;

	__asm__ volatile("int $0x80\n\ttest %%eax, %%eax\n\tjnz 1f\n\tcall *%%esi\n"
	                 "\tmov $1, %%eax\n\txor %%ebx, %%ebx\n\tint $0x80\n1:"
	                 : "=a"(pid)
	                 : "a"(SYS_CLONE), "b"(flags), "c"(sp), "d"(&parent_tid), "S"(fn), "D"(ctid)
	                 : "memory");
	return pid;
}

static pid_t
vfork_run(void (*fn)(void))
{
	return clone_run(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof(stack) - 16, fn, NULL);
}

/* With one argument, a digit, returns it as the exit status. Otherwise writes a byte to the
 * descriptor that the second argument names, and waits to be killed. */
int
helper(int argc, char **argv)
{
	if (argc == 2)
		return argv[1][0] - '0';
	write(atoi(argv[2]), "", 1);
	pause();
	return 0;
}

static void
writes_word(void)
{
	word++;
	syscall(SYS_SET_TID, &tid);
}

/* ---- clone with the flags of fork ---- */

static void
says_tid(void)
{
	word = 1;
	_exit(tid == getpid() && parent_tid == 0 ? 5 : 6);
}

static void
as_fork(void)
{
	pid_t pid;

	word = 0, tid = parent_tid = 0;
	pid = clone_run(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | SIGCHLD,
	                stack + sizeof(stack) - 16, says_tid, &tid);
	ok(pid > 0, "clone with glibc's flags for fork");
	is(ending(pid), 5, "the child's number is in its memory");
	is(parent_tid, pid, "and in the parent's");
	is(word + tid, 0, "memory is the child's own");
	fails(syscall(SYS_CLONE, CLONE_VM | SIGCHLD, stack + 4096), ENOSYS, "a thread");
	fails(syscall(SYS_CLONE, CLONE_VFORK | SIGCHLD, 0), ENOSYS, "vfork with a copy");
	fails(syscall(SYS_CLONE, 0x200 | SIGCHLD, 0), ENOSYS, "a shared directory");
	fails(syscall(SYS_CLONE, 65, 0), EINVAL, "signal 65");
	fails(syscall(SYS_CLONE, 0x80000 | SIGCHLD, 0), ENOSYS, "with TLS, as threads are made");
	is(ending(clone_run(CLONE_CHILD_SETTID | SIGCHLD, stack + sizeof(stack) - 16, writes_word,
	                    (int *)0xc0000000)),
	   0, "no place for the number");
	is(ending(clone_run(CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)0xfffffff0, writes_word,
	                    NULL)),
	   SEGV, "a stack in the kernel");
}

/* ---- vfork ---- */

static void
execs(void)
{
	word++;
	execl("/run/clone", "clone", "7", NULL);
}

static void
lends_on(void)
{
	static char second[4096];

	clone_run(CLONE_VM | CLONE_VFORK | SIGCHLD, second + sizeof(second) - 16, writes_word,
	          NULL);
	word += 10;
}

static void
as_vfork(void)
{
	unsigned long promised = procfs_number("/proc/meminfo", "Committed_AS:");
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	char *at = shmat(id, NULL, 0);

	word = 0, tid = 77;
	is(ending(vfork_run(writes_word)), 0, "vfork: the child ends");
	is(word, 1, "what it wrote is here, and before the parent went on");
	is(tid, 0, "the word that it named is 0");
	is(ending(vfork_run(execs)), 7, "vfork and exec");
	is(word, 2, "the child wrote before");
	is(stat_of(id).shm_nattch, 1, "no attach was counted twice");
	is(ending(vfork_run(lends_on)), 0, "a borrower lends");
	is(word, 13, "and all see it");
	*at = 1;
	ok(procfs_number("/proc/meminfo", "Committed_AS:") <= promised + 8, "nothing was promised");
	shmdt(at);
	shmctl(id, IPC_RMID, NULL);
}

/* ---- A parent or a child of vfork is killed ---- */

static volatile int *seen;
static struct gate gate;

static void
waits(void)
{
	seen[0] = getpid();
	gate_pass(&gate);
	word = 3;
	seen[1] = word;
}

static void
lender_killed(void)
{
	pid_t lender;
	int id = shmget(IPC_PRIVATE, PAGE, 0600);

	seen = shared(2 * sizeof(*seen));
	gate_make(&gate);
	lender = SPAWN(shmat(id, NULL, 0); vfork_run(waits));
	while (seen[0] == 0)
		sched_yield();
	kill(lender, SIGTERM);
	is(waitpid(lender, NULL, WNOHANG), 0, "a lender sleeps through SIGTERM");
	kill(lender, SIGSTOP);
	is(waitpid(lender, NULL, WUNTRACED), lender, "it can be stopped");
	kill(lender, SIGCONT);
	kill(lender, SIGKILL);
	is(ending(lender), KILLED(SIGKILL), "and killed");
	is(stat_of(id).shm_nattch, 1, "the borrower keeps the memory");
	gate_open(&gate);
	while (kill(seen[0], 0) == 0)
		sched_yield();
	is(seen[1], 3, "and goes on with it");
	is(stat_of(id).shm_nattch, 0, "until its end");
	gate_drop(&gate);
	shmctl(id, IPC_RMID, NULL);
	munmap((void *)seen, 2 * sizeof(*seen));
}

static void
dies(void)
{
	__asm__ volatile("movb $1, 4");
}

/* ---- Which signal reports a child's end ---- */

static int heard;

static void
hear(int sig)
{
	heard = sig;
}

static void
news(void)
{
	pid_t pid;

	signal(SIGUSR1, hear);
	pid = clone_run(SIGUSR1, stack + sizeof(stack) - 16, writes_word, NULL);
	while (!heard)
		sched_yield();
	is(heard, SIGUSR1, "another signal at the end");
	fails(waitpid(-1, NULL, 0), ECHILD, "such a child is not for everybody");
	is(waitpid(pid, NULL, WCLONE), pid, "but for those who ask");
	signal(SIGUSR1, SIG_DFL);
}

static struct gate exec_done;

static void
waits_for_exec(void)
{
	gate_pass(&exec_done);
}

/* Tests that init collects a child whose parent ignores SIGCHLD and has called exec. After an
 * exec a child's end is reported by SIGCHLD, although the child was made with another signal. */
static void
unwanted(void)
{
	volatile pid_t *child = shared(sizeof(*child));
	char fd[8];
	pid_t parent;

	gate_make(&exec_done);
	snprintf(fd, sizeof(fd), "%d", exec_done.fd[1]);
	parent = SPAWN({
		signal(SIGCHLD, SIG_IGN);
		*child = clone_run(SIGUSR1, stack + sizeof(stack) - 16, waits_for_exec, NULL);
		execl("/proc/self/exe", "clone", "x", fd, NULL);
	});
	while (*child == 0 || kill(*child, 0) == 0)
		sched_yield();
	ok(errno == ESRCH, "init waits for a child that its parent does not want");
	kill(parent, SIGKILL);
	is(ending(parent), KILLED(SIGKILL), "the parent lives on");
	gate_drop(&exec_done);
	munmap((void *)child, sizeof(*child));
}

void
test(void)
{
	as_fork();
	as_vfork();
	is(ending(vfork_run(dies)), SEGV, "a borrower that is killed");
	lender_killed();
	news();
	unwanted();
}
