/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the bytes that calls write about children, segments, terminals and threads. */
#include "bytes.h"
#include <sys/ioctl.h>
#include <termios.h>

/* ---- Children ---- */

#define RUSAGE(at)                                                                                 \
	{"?user", at, 8}, {"?system", (at) + 8, 8}, {"?memory", (at) + 16, 4},                     \
		{"?faults", (at) + 32, 8}, {"?blocks", (at) + 44, 8},                              \
	{                                                                                          \
		"?switches", (at) + 64, 8                                                          \
	}

static void
waiting(void)
{
	pid_t pid = fork();

	section("bytes of children");
	if (pid == 0)
		for (;;)
			pause();
	BYTES(24, syscall(SYS_wait4, pid, TO, WNOHANG, to + 8));
	BYTES(40, syscall(SYS_waitid, P_PID, pid, TO, WEXITED | WNOHANG, to + 32));
	kill(pid, SIGSTOP);
	BYTES(136, syscall(SYS_waitid, P_PID, pid, TO, WSTOPPED | WNOWAIT, to + 48), {"pid", 12, 4},
	      RUSAGE(48));
	BYTES(96, syscall(SYS_wait4, pid, TO, WUNTRACED, to + 8) == pid, RUSAGE(8));
	kill(pid, SIGCONT);
	BYTES(40, syscall(SYS_waitid, P_PID, pid, TO, WCONTINUED | WNOWAIT, NULL), {"pid", 12, 4});
	BYTES(16, syscall(SYS_waitpid, pid, TO, WCONTINUED) == pid);
	kill(pid, SIGTERM);
	BYTES(40, syscall(SYS_waitid, P_PID, pid, TO, WEXITED | WNOWAIT, NULL), {"pid", 12, 4});
	BYTES(16, syscall(SYS_waitpid, pid, TO, 0) == pid);
	pid = fork();
	if (pid == 0)
		_exit(0x123);
	BYTES(40, syscall(SYS_waitid, P_PID, pid, TO, WEXITED | WNOWAIT, NULL), {"pid", 12, 4});
	BYTES(96, syscall(SYS_wait4, pid, TO, 0, to + 8) == pid, RUSAGE(8));
	BYTES(40, syscall(SYS_waitid, P_ALL, 0, TO, WEXITED, to + 32));
	BYTES(24, syscall(SYS_wait4, -1, TO, 0, to + 8));
}

static void
threads(void)
{
	unsigned area[4] = {-1, 0x12345678, 0xfffff, 0x51};
	pid_t pid;

	section("bytes of threads");
	BYTES(32, syscall(SYS_set_thread_area, memcpy(TO, area, 16)));
	area[0] = 3;
	BYTES(32, syscall(SYS_set_thread_area, memcpy(TO, area, 16)));
	pid = syscall(SYS_clone, 0x100000 | SIGCHLD, 0, TO, 0, 0); /* CLONE_PARENT_SETTID */
	if (pid == 0)
		_exit(0);
	BYTES(16, waitpid(pid, NULL, 0) == pid, {"child", 0, 4});
}

/* ---- Segments ---- */

#define SEGMENT                                                                                    \
	{"?seq", 24, 2}, {"attached", 40, 4}, {"changed", 56, 4},                                  \
	{                                                                                          \
		"pid", 64, 4                                                                       \
	}

static void
segments(void)
{
	void *at;
	int id;

	section("bytes of segments");
	NUM((id = get(0x1234, 5000, IPC_CREAT | 0640)) >= 0);
	BYTES(100, control(id, IPC_STAT, TO), {"?seq", 24, 2}, {"changed", 56, 4}, {"pid", 64, 4});
	NUM((at = attach(id, HOLE, 0)) == HOLE);
	BYTES(100, control(id, IPC_STAT, TO), SEGMENT, {"last", 68, 4});
	BYTES(100, control(id, SHM_STAT, TO) >= 0, SEGMENT, {"last", 68, 4});
	BYTES(100, control(id, 15, TO) >= 0, SEGMENT, {"last", 68, 4}); /* SHM_STAT_ANY */
	NUM(control(id, IPC_RMID, NULL));
	BYTES(52, control(0, IPC_INFO, TO) >= 0, {"?largest", 0, 4}, {"?slots", 8, 4},
	      {"?attaches", 12, 4}, {"?all", 16, 4});
	BYTES(40, control(0, SHM_INFO, TO) >= 0);
	NUM(detach(at));
	BYTES(100, control(id, IPC_STAT, TO));
	BYTES(40, control(0, SHM_INFO, TO) >= 0);
}

static void
address(void)
{
	int id = get(IPC_PRIVATE, PAGE, 0600);

	BYTES(16, syscall(SYS_ipc, 21, id, 0, TO, HOLE, 0));
	BYTES(16, syscall(SYS_ipc, 21, id, 0, TO, HOLE + 1, 0));
	/* A command without IPC_64 asks for an older structure. */
	differs("before-ipc-64");
	NUM(syscall(SYS_ipc, 24, id, 2, 0, TO, 0));
	NUM(detach(HOLE) | control(id, IPC_RMID, NULL));
}

/* ---- Terminals ---- */

static void
terminals(void)
{
	struct winsize size = {11, 22, 33, 44}, was;
	struct termios mine, old;

	section("bytes of terminals");
	NUM(close(0));
	NUM(open("/dev/tty", O_RDWR));
	BYTES(52, syscall(SYS_ioctl, 0, TCGETS, TO), {"?modes", 0, 16}, {"?characters", 17, 19});
	memcpy(&old, to, 36);
	memcpy(&mine, &old, 36);
	for (int i = 0; i < 19; i++)
		mine.c_cc[i] = i + 100;
	NUM(syscall(SYS_ioctl, 0, TCSETS, &mine));
	BYTES(52, syscall(SYS_ioctl, 0, TCGETS, TO), {"?modes", 0, 16});
	NUM(syscall(SYS_ioctl, 0, TCSETS, &old));
	NUM(ioctl(0, TIOCGWINSZ, &was));
	NUM(ioctl(0, TIOCSWINSZ, &size));
	BYTES(24, ioctl(0, TIOCGWINSZ, TO));
	NUM(ioctl(0, TIOCSWINSZ, &was));
	BYTES(20, ioctl(0, TIOCGPGRP, TO), {"group", 0, 4});
	BYTES(20, ioctl(0, TIOCGSID, TO), {"session", 0, 4});
	BYTES(20, ioctl(0, FIONREAD, TO));
	BYTES(20, ioctl(0, TIOCOUTQ, TO), {"?waiting", 0, 4});
}

void
more_bytes(void)
{
	waiting();
	child(0, 0, threads);
	for (direct = 0; direct < 2; direct++)
		segments();
	direct = 0;
	address();
	terminals();
}
