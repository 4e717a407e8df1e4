/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that old or careful programs make: older forms, signals that are waited
 * for, sixteen-bit ids, capabilities, names. */
#include "tap.h"

#include <abi/misc.h>

enum {
	SIGNAL = 48,
	SIGACTION = 67,
	SETREUID16 = 70,
	GETGROUPS16 = 80,
	SETGROUPS16 = 81,
	SIGPROCMASK = 126,
	PERSONALITY = 136,
	GETSID = 147,
	SETRESUID16 = 164,
	GETRESUID16 = 165,
	PRCTL = 172,
	SIGTIMEDWAIT = 177,
	SIGQUEUEINFO = 178,
	CAPGET = 184,
	CAPSET = 185,
	SETFSUID = 215,
	TKILL = 238,
	SET_TLS = 243,
	GET_TLS = 244,
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
old_forms(void)
{
	struct abi_old_sigaction act = {.mask = 1u << (SIGUSR2 - 1)}, old;
	uint32_t set = MASK(SIGUSR1), back;
	sigset_t all;

	is(syscall(SIGNAL, SIGUSR1, handler), 0, "signal");
	raise(SIGUSR1);
	is(caught, SIGUSR1, "its handler runs");
	is(CHILD(raise(SIGUSR1)), KILLED(SIGUSR1), "once");
	act.handler = (uint32_t)handler;
	is(syscall(SIGACTION, SIGUSR2, &act, NULL), 0, "sigaction");
	is(syscall(SIGACTION, SIGUSR2, NULL, &old), 0, "and asked for");
	ok(old.handler == act.handler && old.mask == act.mask && old.flags == 0, "it is the same");
	fails(syscall(SIGACTION, SIGKILL, &act, NULL), EINVAL, "sigaction of SIGKILL");
	fails(syscall(SIGNAL, 65, handler), EINVAL, "signal 65");

	all = ~0ull << 40;
	sigprocmask(SIG_SETMASK, &all, NULL);
	is(syscall(SIGPROCMASK, SIG_SETMASK, &set, &back), 0, "sigprocmask");
	sigprocmask(SIG_BLOCK, NULL, &all);
	ok(all == (~0ull << 40 | MASK(SIGUSR1)), "it leaves signals above 32 alone");
	is(syscall(SIGPROCMASK, SIG_UNBLOCK, &set, &back), 0, "sigprocmask back");
	is(back, MASK(SIGUSR1), "what it was");
	all = 0;
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGUSR2, SIG_DFL);
}

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
sixteen_bits(void)
{
	uint16_t id[4] = {0, 0, 0, 0xbeef}, set[3] = {5, 0xfffe, 7}, got[4] = {0};
	gid_t groups[4];

	is(syscall(SETGROUPS16, 3, set), 0, "setgroups of 16 bits");
	is(syscall(GETGROUPS16, 4, got), 3, "getgroups of 16 bits");
	ok(memcmp(set, got, sizeof(set)) == 0 && got[3] == 0, "the same groups");
	ok(getgroups(4, groups) == 3 && groups[1] == 0xfffe, "32 bits show them too");
	is(syscall(SETRESUID16, 0x1ffff, ALICE, BOB), 0, "setresuid of 16 bits");
	is(syscall(GETRESUID16, id, id + 1, id + 2), 0, "getresuid of 16 bits");
	ok(id[0] == 0 && id[1] == ALICE && id[2] == BOB && id[3] == 0xbeef, "-1 keeps");
	fails(syscall(SETREUID16, 7, 0xffff), EPERM, "setreuid of 16 bits");
	is(syscall(SETFSUID, 0), ALICE, "setfsuid tells the effective one");
	is(syscall(SETFSUID, 0), ALICE, "and changes nothing");
}

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
	is(syscall(CAPSET, header, set), 0, "capset to what there is");
	set[0] = 0;
	fails(syscall(CAPSET, header, set), EPERM, "they can't be given up");
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
	char name[16];
	uint32_t desc[4] = {-1, 0x12345678, 0xabcde, 0x51}, back[4] = {0};
	struct abi_utsname u;

	syscall(122, &u);
	ok(strcmp(u.sysname, "Linux") == 0 && strncmp(u.release, "6.1.0-", 6) == 0 &&
	           strcmp(u.machine, "i686") == 0 && strncmp(u.version, "isthmus ", 8) == 0,
	   "uname says what programs look for");
	is(syscall(PRCTL, PR_SET_NAME, "a name that is long"), 0, "a process names itself");
	syscall(PRCTL, PR_GET_NAME, name);
	ok(strcmp(name, "a name that is ") == 0, "in 15 bytes");
	fails(syscall(PRCTL, PR_SET_NAME, 4), EFAULT, "no name");
	fails(syscall(PRCTL, 999, 0), EINVAL, "prctl 999");
	is(syscall(PERSONALITY, -1), 0, "its personality");
	fails(syscall(PERSONALITY, 8), EINVAL, "is the only one");
	is(syscall(GETSID, 0), syscall(GETSID, getpid()), "getsid");
	fails(syscall(GETSID, 30000), ESRCH, "getsid of nobody");
	is(syscall(SET_TLS, desc), 0, "a thread area");
	back[0] = desc[0];
	is(syscall(GET_TLS, back), 0, "asked for");
	ok(memcmp(desc, back, 12) == 0 && back[3] == 0x51, "is the same");
	back[0]++;
	is(syscall(GET_TLS, back), 0, "one that is not in use");
	ok(back[1] == 0 && back[2] == 0 && back[3] == 0x28, "is empty");
	back[0] = 3;
	fails(syscall(GET_TLS, back), EINVAL, "one of the kernel's");
}

void
test(void)
{
	old_forms();
	to_threads();
	waited_for();
	is(CHILD(sixteen_bits()), 0, "sixteen bits");
	is(CHILD(capabilities()), 0, "capabilities");
	is(CHILD(names()), 0, "names");
}
