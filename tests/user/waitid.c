/* SPDX-License-Identifier: BSD-2-Clause */
/* waitid: which children and which events it waits for, and what it tells of them. */
#include "tap.h"

#include <sys/stat.h>

enum { WAITID = 284 };

static siginfo_t info;

static int
waitid(int kind, int id, int options)
{
	memset(&info, 0xaa, sizeof(info));
	return syscall(WAITID, kind, id, &info, options, NULL);
}

static int
says(int code, pid_t pid, int status)
{
	if (info.si_signo == SIGCHLD && info.si_errno == 0 && info.si_code == code &&
	    info.si_pid == pid && info.si_uid == 0 && info.si_status == status)
		return 1;
	diag("signo %d, code %d, pid %d, uid %d, status %d", info.si_signo, info.si_code,
	     info.si_pid, info.si_uid, info.si_status);
	return 0;
}

static void
ends(void)
{
	pid_t pid = SPAWN(_exit(0x107)), other;

	is(waitid(P_PID, pid, WEXITED | WNOWAIT), 0, "a look at a child that ended");
	ok(says(CLD_EXITED, pid, 7), "tells how");
	is(((unsigned char *)&info)[24], 0xaa, "and nothing beyond");
	is(waitid(P_PID, pid, WEXITED), 0, "it is still there");
	ok(says(CLD_EXITED, pid, 7), "and told of again");
	fails(waitid(P_PID, pid, WEXITED), ECHILD, "then it is gone");
	ok(info.si_signo == 0 && info.si_pid == 0, "of which zeros tell");
	pid = SPAWN(pause());
	is(waitid(P_PID, pid, WEXITED | WNOHANG), 0, "one that runs");
	ok(info.si_signo == 0 && info.si_pid == 0, "has nothing to tell");
	kill(pid, SIGTERM);
	is(waitid(P_ALL, 12345, WEXITED), 0, "any child");
	ok(says(CLD_KILLED, pid, SIGTERM), "was killed");
	pid = SPAWN(setpgid(0, 0); pause()), other = SPAWN(_exit(3));
	setpgid(pid, pid);
	fails(waitid(P_PGID, other, WEXITED), ECHILD, "no group");
	is(waitid(P_PGID, 0, WEXITED), 0, "one's own group");
	ok(says(CLD_EXITED, other, 3), "has the other child");
	kill(pid, SIGKILL);
	is(waitid(P_PGID, pid, WEXITED), 0, "a group");
	ok(says(CLD_KILLED, pid, SIGKILL), "has the first");
}

static void
stops(void)
{
	pid_t pid = SPAWN(pause());

	kill(pid, SIGSTOP);
	is(waitid(P_PID, pid, WSTOPPED | WNOWAIT), 0, "a stop");
	ok(says(CLD_STOPPED, pid, SIGSTOP), "is told");
	is(waitid(P_PID, pid, WEXITED | WCONTINUED | WNOHANG), 0, "to those who ask for it");
	is(info.si_pid, 0, "and to no others");
	is(waitid(P_PID, pid, WSTOPPED), 0, "once");
	is(waitid(P_PID, pid, WSTOPPED | WNOHANG), 0, "and no more");
	is(info.si_pid, 0, "than that");
	kill(pid, SIGCONT);
	is(waitid(P_PID, pid, WCONTINUED), 0, "going on");
	ok(says(CLD_CONTINUED, pid, SIGCONT), "is told too");
	kill(pid, SIGKILL);
	is(syscall(WAITID, P_PID, pid, NULL, WEXITED, NULL), 0, "nobody need be told");
}

static void
wrong(void)
{
	struct abi_rusage ru;
	pid_t pid;

	fails(waitid(P_ALL, 0, WEXITED), ECHILD, "no child at all");
	fails(waitid(P_ALL, 0, WNOHANG), EINVAL, "no news asked for");
	fails(waitid(P_ALL, 0, WEXITED | 0x10), EINVAL, "an option that is none");
	fails(waitid(4, 1, WEXITED), EINVAL, "a kind that is none");
	is(info.si_pid, 0, "zeros tell of all that failed");
	fails(waitid(P_PID, 0, WEXITED), EINVAL, "process 0");
	fails(waitid(P_PID, -1, WEXITED), EINVAL, "process -1");
	fails(waitid(P_PGID, -1, WEXITED), EINVAL, "group -1");
	fails(waitid(P_PIDFD, 0, WEXITED), EBADF, "a descriptor of no process");
	pid = SPAWN(_exit(9));
	fails(syscall(WAITID, P_PID, pid, 0xf0000000, WEXITED, NULL), EFAULT, "told to nowhere");
	fails(syscall(WAITID, P_PID, pid, &info, WEXITED, 0xf0000000), EFAULT, "nor what it used");
	is(syscall(WAITID, P_PID, pid, &info, WEXITED, &ru), 0, "it is still there");
	ok(says(CLD_EXITED, pid, 9), "and told of");
	ok(ru.ru_minflt > 0, "with what it used");
}

void
test(void)
{
	ends();
	stops();
	wrong();
}
