/* SPDX-License-Identifier: BSD-2-Clause */
/* getrusage, prctl and sched_*: what a process has used, its name, and its scheduling. */
#include "tap.h"

#include "abi/resource.h"

enum { GETRUSAGE = 77, PRCTL = 172, GETPARAM = 155, GETSCHEDULER = 157, PRIORITY_MAX = 159 };
enum { PRIORITY_MIN = 160, SETAFFINITY = 241, GETAFFINITY = 242, GETCPU = 318, TIMES = 43 };

static long
ticks(const struct abi_timeval32 *tv)
{
	return tv->tv_sec * 100 + tv->tv_usec / 10000;
}

/* Runs until this process has used so many more ticks of CPU time. */
static void
burn(long n)
{
	struct abi_rusage ru;
	long from = -1;

	do {
		syscall(GETRUSAGE, RUSAGE_SELF, &ru);
		if (from < 0)
			from = ticks(&ru.ru_utime) + ticks(&ru.ru_stime);
	} while (ticks(&ru.ru_utime) + ticks(&ru.ru_stime) < from + n);
}

static void
used(void)
{
	struct abi_rusage before, after, children;
	struct abi_tms tms;

	memset(&before, 0xaa, sizeof(before));
	is(syscall(GETRUSAGE, RUSAGE_SELF, &before), 0, "what one has used");
	ok(before.ru_utime.tv_usec < 1000000 && before.ru_stime.tv_usec < 1000000 &&
	           before.rest[7] == 0,
	   "makes sense");
	burn(3);
	syscall(TIMES, &tms);
	syscall(GETRUSAGE, RUSAGE_SELF, &after);
	ok(ticks(&after.ru_utime) + ticks(&after.ru_stime) >=
	           ticks(&before.ru_utime) + ticks(&before.ru_stime) + 3,
	   "it grows");
	ok(ticks(&after.ru_utime) - tms.tms_utime + ticks(&after.ru_stime) - tms.tms_stime <= 1,
	   "and is what times tells");
	ok(after.ru_minflt > 0, "faults are counted");
	syscall(GETRUSAGE, RUSAGE_CHILDREN, &children);
	is(CHILD(burn(2)), 0, "a child");
	syscall(GETRUSAGE, RUSAGE_CHILDREN, &after);
	ok(ticks(&after.ru_utime) + ticks(&after.ru_stime) >=
	           ticks(&children.ru_utime) + ticks(&children.ru_stime) + 2,
	   "once waited for counts as a child's");
	is(syscall(GETRUSAGE, RUSAGE_THREAD, &after), 0, "the thread is the process");
	fails(syscall(GETRUSAGE, 2, &after), EINVAL, "nobody's");
	fails(syscall(GETRUSAGE, -2, &after), EINVAL, "nor -2's");
	fails(syscall(GETRUSAGE, 0, 0xf0000000), EFAULT, "to nowhere");
}

static int
named(const char *name)
{
	char got[17] = "................";

	return syscall(PRCTL, PR_GET_NAME, got) == 0 && strcmp(got, name) == 0 && got[15] == 0 &&
	       got[16] == 0;
}

static void
names(void)
{
	char *edge = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	ok(named("usage"), "the program's name");
	is(syscall(PRCTL, PR_SET_NAME, "other"), 0, "another");
	ok(named("other"), "is told, and nothing behind it");
	is(syscall(PRCTL, PR_SET_NAME, "123456789012345678"), 0, "a long one");
	ok(named("123456789012345"), "is cut");
	memcpy(edge + PAGE - 15, "abcdefghijklmno", 15);
	is(syscall(PRCTL, PR_SET_NAME, edge + PAGE - 15), 0, "15 bytes at the end of memory");
	ok(named("abcdefghijklmno"), "are a name");
	fails(syscall(PRCTL, PR_SET_NAME, edge + PAGE - 14), EFAULT, "14 without an end are not");
	is(CHILD(_exit(!named("abcdefghijklmno"))), 0, "a child has its parent's");
	pid = SPAWN(execl("/bin/sleep", "sleep", "1000", NULL));
	until_state(pid, 'S');
	kill(pid, SIGKILL);
	ending(pid);
	fails(syscall(PRCTL, 9999, 0), EINVAL, "what is not there");
	munmap(edge, PAGE);
}

static volatile sig_atomic_t got;

static void
handler(int sig)
{
	got = sig;
}

/* Returns whether a child gets the signal that it asked for when its parent ends. */
static int
orphan_gets(int sig, int other_user)
{
	volatile int *answer = shared(PAGE);
	int was;
	struct gate ready, done;
	pid_t pid;

	gate_make(&ready), gate_make(&done);
	pid = SPAWN({
		if (SPAWN({
			    pid_t parent = getppid();

			    signal(SIGUSR1, handler);
			    if (other_user)
				    become(ALICE, ALICE);
			    syscall(PRCTL, PR_SET_PDEATHSIG, sig);
			    gate_open(&ready);
			    while (getppid() == parent)
				    usleep(10000);
			    *answer = got;
			    gate_open(&done);
		    }) < 0)
			_exit(1);
		gate_pass(&ready);
		if (other_user)
			become(BOB, BOB);
	});
	ending(pid);
	gate_pass(&done);
	gate_drop(&ready), gate_drop(&done);
	was = *answer;
	munmap((void *)answer, PAGE);
	return was;
}

static void
death(void)
{
	int sig = -1;

	is(syscall(PRCTL, PR_GET_PDEATHSIG, &sig), 0, "the signal at the parent's end");
	is(sig, 0, "is none");
	syscall(PRCTL, PR_SET_PDEATHSIG, SIGUSR1);
	syscall(PRCTL, PR_GET_PDEATHSIG, &sig);
	is(sig, SIGUSR1, "until it is set");
	is(CHILD(syscall(PRCTL, PR_GET_PDEATHSIG, &sig); _exit(sig)), 0, "and none for a child");
	syscall(PRCTL, PR_SET_PDEATHSIG, 0);
	fails(syscall(PRCTL, PR_SET_PDEATHSIG, 65), EINVAL, "no signal");
	is(orphan_gets(SIGUSR1, 0), SIGUSR1, "the parent ends: it comes");
	is(orphan_gets(0, 0), 0, "who did not ask for one gets none");
	is(orphan_gets(SIGUSR1, 1), 0, "nor from a parent that may not send it");
}

static void
processors(void)
{
	uint32_t mask[2] = {0xaaaaaaaa, 0xaaaaaaaa}, cpu = 9, node = 9;
	int priority = 9;

	is(syscall(GETAFFINITY, 0, 8, mask), 4, "the processors are one word");
	ok(mask[0] == 1 && mask[1] == 0xaaaaaaaa, "with one bit");
	fails(syscall(GETAFFINITY, 0, 0, mask), EINVAL, "no room for it");
	fails(syscall(GETAFFINITY, 0, 3, mask), EINVAL, "nor in part of a word");
	fails(syscall(GETAFFINITY, 30000, 4, mask), ESRCH, "nobody's");
	is(syscall(SETAFFINITY, 0, 4, (uint32_t[]){3}), 0, "any set with it will do");
	fails(syscall(SETAFFINITY, 0, 4, (uint32_t[]){2}), EINVAL, "and none without");
	fails(syscall(SETAFFINITY, 30000, 4, (uint32_t[]){1}), ESRCH, "nobody's is set");
	is(CHILD(become(ALICE, ALICE); syscall(SETAFFINITY, 1, 4, mask); _exit(errno)), EPERM,
	         "nor a stranger's");
	is(syscall(GETCPU, &cpu, &node, NULL), 0, "where one runs");
	ok(cpu == 0 && node == 0, "is processor 0");
	is(syscall(GETSCHEDULER, 0), SCHED_OTHER, "the policy");
	is(syscall(GETPARAM, 0, &priority), 0, "its priority");
	is(priority, 0, "is 0");
	fails(syscall(GETPARAM, 0, NULL), EINVAL, "to nowhere");
	fails(syscall(GETPARAM, 30000, &priority), ESRCH, "nobody's");
	fails(syscall(GETSCHEDULER, -1), EINVAL, "no number");
	ok(syscall(PRIORITY_MAX, SCHED_OTHER) == 0 && syscall(PRIORITY_MIN, SCHED_OTHER) == 0,
	   "the range of priorities");
	ok(syscall(PRIORITY_MAX, SCHED_RR) == 99 && syscall(PRIORITY_MIN, SCHED_FIFO) == 1,
	   "as Linux has it");
	fails(syscall(PRIORITY_MAX, 4), EINVAL, "of no policy");
}

void
test(void)
{
	used();
	names();
	death();
	processors();
}
