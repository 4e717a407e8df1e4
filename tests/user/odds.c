/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests calls that careful programs make: signals to threads, waiting for signals, capabilities
 * and names. */
#include "tap.h"

#include "abi/misc.h"

enum {
	GETSID = 147,
	SIGTIMEDWAIT = 177,
	SIGQUEUEINFO = 178,
	CAPGET = 184,
	SETFSUID = 215,
	TKILL = 238,
	TGKILL = 270,
	SIGTIMEDWAIT64 = 421
};
#define MASK(sig) (1ull << ((sig)-1))

static volatile int caught;
static siginfo_t told;

static void
handler(int sig)
{
	caught = sig;
}

static void
tells(int sig, siginfo_t *info, void *uc)
{
	(void)uc;
	caught = sig;
	told = *info;
}

/* ---- Signals ---- */

static void
to_threads(void)
{
	struct sigaction act = {.sa_sigaction = tells, .sa_flags = SA_SIGINFO};
	siginfo_t info = {.si_code = SI_QUEUE, .u.who = {.pid = 5, .uid = 6, .status = 7}};
	int pid = getpid();

	sigaction(SIGUSR1, &act, NULL);
	sigaction(40, &act, NULL);
	is(syscall(TKILL, pid, SIGUSR1), 0, "tkill");
	ok(caught == SIGUSR1 && told.si_code == SI_TKILL && told.si_pid == pid, "says so");
	is(syscall(TGKILL, pid, pid, 40), 0, "tgkill");
	is(caught, 40, "to oneself");
	fails(syscall(TGKILL, 1, pid, SIGUSR1), ESRCH, "a thread of another");
	fails(syscall(TGKILL, pid, -1, SIGUSR1), EINVAL, "tgkill -1");
	fails(syscall(TKILL, 0, SIGUSR1), EINVAL, "tkill 0");
	fails(syscall(TKILL, 30000, SIGUSR1), ESRCH, "tkill nobody");
	is(syscall(SIGQUEUEINFO, pid, 40, &info), 0, "sigqueue");
	ok(told.si_code == SI_QUEUE && told.si_pid == 5 && told.si_uid == 6 && told.si_status == 7,
	   "its value arrives, with a signal above 32");
	info.si_code = SI_USER;
	is(syscall(SIGQUEUEINFO, pid, 40, &info), 0, "to oneself in any name");
	fails(syscall(SIGQUEUEINFO, getppid(), 0, &info), EPERM, "to others not as the kernel");
	signal(SIGUSR1, SIG_DFL);
	signal(40, SIG_DFL);
}

static long
timed_wait(sigset_t set, siginfo_t *info, int ms)
{
	int32_t t[2] = {ms / 1000, ms % 1000 * 1000000};

	return syscall(SIGTIMEDWAIT, &set, info, ms < 0 ? NULL : t, sizeof(set));
}

static void
waited_for(void)
{
	sigset_t set = MASK(SIGUSR1) | MASK(SIGCHLD);
	siginfo_t info;
	pid_t pid;

	signal(SIGUSR2, handler);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fails(timed_wait(set, &info, 0), EAGAIN, "sigtimedwait: nothing");
	fails(timed_wait(set, &info, 30), EAGAIN, "nor for a while");
	raise(SIGUSR1);
	is(timed_wait(set, &info, -1), SIGUSR1, "what is pending");
	ok(info.si_signo == SIGUSR1 && info.si_code == SI_USER, "its siginfo");
	fails(timed_wait(set, NULL, 0), EAGAIN, "it is taken");
	pid = SPAWN(usleep(30000); kill(getppid(), SIGUSR1); pause());
	is(timed_wait(set, &info, -1), SIGUSR1, "one that comes while it is waited for");
	is(info.si_pid, pid, "and from whom");
	SPAWN(usleep(30000); kill(getppid(), SIGUSR2));
	fails(timed_wait(MASK(SIGUSR1), NULL, -1), EINTR, "another one's handler");
	is(caught, SIGUSR2, "ran");
	is(timed_wait(MASK(SIGCHLD), NULL, -1), SIGCHLD, "one that is ignored, but blocked");
	wait(NULL);
	set = 0;
	sigprocmask(SIG_SETMASK, &set, NULL);
	kill(pid, SIGTERM);
	is(timed_wait(MASK(SIGCHLD), &info, -1), SIGCHLD, "and even if it is not");
	ok(info.si_pid == pid && info.si_status == SIGTERM, "it tells of the child");
	is(ending(pid), KILLED(SIGTERM), "who is there to be asked for");
	int64_t t64[2] = {0, 1000000000};
	set = MASK(SIGUSR1);
	fails(syscall(SIGTIMEDWAIT64, &set, NULL, t64, 8), EINVAL, "a second of 1e9 ns more");
	fails(syscall(SIGTIMEDWAIT64, &set, NULL, t64, 4), EINVAL, "a set of 4 bytes");
	t64[1] = 1;
	fails(syscall(SIGTIMEDWAIT64, &set, NULL, t64, 8), EAGAIN, "64 bits of time");
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	fails(timed_wait(set, NULL, 0), EAGAIN, "to ignore a signal forgets it");
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- Ids ---- */

static void
capabilities(void)
{
	uint32_t header[2] = {0, 0}, set[7] = {0}, v1[2] = {CAP_VERSION_1, 0};

	is(syscall(CAPGET, header, NULL), 0, "capget asks for the version");
	is(header[0], CAP_VERSION_3, "which is 3");
	header[0] = 1;
	fails(syscall(CAPGET, header, set), EINVAL, "another version");
	set[6] = 0xbeef;
	is(syscall(CAPGET, header, set), 0, "capget");
	ok(set[0] == UINT32_MAX && set[1] == UINT32_MAX && set[3] == 0x1ff && set[6] == 0xbeef,
	   "root has all of 41");
	set[3] = 0xbeef;
	is(syscall(CAPGET, v1, set), 0, "the first version");
	is(set[3], 0xbeef, "has half of them");
	header[1] = 30000;
	fails(syscall(CAPGET, header, set), ESRCH, "of nobody");
	become(ALICE, ALICE);
	header[1] = 0;
	is(syscall(CAPGET, header, set), 0, "capget as a user");
	is(set[0] | set[1] | set[3], 0, "who has none");
	fails(syscall(CAPGET, header, 4), EFAULT, "nowhere to put them");
}

/* ---- Names ---- */

static void
names(void)
{
	struct abi_utsname u;

	syscall(122, &u);
	ok(strcmp(u.sysname, "Linux") == 0 && strncmp(u.release, "6.1.0-", 6) == 0 &&
	           strcmp(u.machine, "i686") == 0 && strncmp(u.version, "isthmus ", 8) == 0,
	   "uname says what programs look for");
	is(syscall(GETSID, 0), syscall(GETSID, getpid()), "getsid");
	fails(syscall(GETSID, 30000), ESRCH, "getsid of nobody");
	is(syscall(SETFSUID, 0), 0, "setfsuid tells the effective one");
}

void
test(void)
{
	to_threads();
	waited_for();
	is(CHILD(capabilities()), 0, "capabilities");
	is(CHILD(names()), 0, "names");
}
