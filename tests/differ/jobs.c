/* SPDX-License-Identifier: BSD-2-Clause */
/* Job control: orphaned process groups, who may use the terminal, groups and sessions. */
#include "differ.h"
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

/* ---- Orphaned process groups ---- */

/* Pipes: `down` lets a process below this one go on, and `up` lets this one go on. */
static int up[2], down[2];

static void
open_gate(int *gate)
{
	if (write(gate[1], "x", 1) != 1)
		_exit(97);
}

static void
pass(int *gate)
{
	char c;

	if (read(gate[0], &c, 1) != 1)
		_exit(96);
}

static void (*leave)(void), leave_session(void);

static pid_t
start(void (*body)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		body();
		_exit(0);
	}
	return pid;
}

/* Stops with all signals blocked, and takes them one by one when it goes on. A SIGUSR1 is sent
 * last, so that there is one to take even if nothing else was sent. */
static void
taker(void)
{
	char text[40];
	sigset_t all;
	int sig, n = 0;

	setpgid(0, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	raise(SIGSTOP);
	do {
		sig = sigwaitinfo(&all, NULL);
		n += snprintf(text + n, sizeof(text) - n, " %d", sig);
	} while (sig != SIGUSR1);
	if (leave == leave_session)
		differs("orphaned-by-setsid");
	TEXT("the stopped process got", "%s", text + 1);
	open_gate(up);
}

static void
end(void)
{
	_exit(0);
}

static void
end_by_signal(void)
{
	raise(SIGKILL);
}

static void
leave_session(void)
{
	setsid();
	pause();
}

static void
middle(void)
{
	pid_t pid = start(taker);

	waitpid(pid, NULL, WUNTRACED);
	if (write(up[1], &pid, sizeof(pid)) != sizeof(pid))
		_exit(95);
	pass(down);
	leave();
}

static void
pauses(int n)
{
	while (n-- > 0)
		nanosleep(&(struct timespec){0, 20000000}, NULL);
}

/* Shows what a stopped process gets when its parent makes its group an orphaned one in this way. */
static void
orphaned_by(const char *what, void (*how)(void))
{
	pid_t pid, stopped = 0;

	leave = how;
	TEXT("the parent", "%s", what);
	pid = start(middle);
	if (read(up[0], &stopped, sizeof(stopped)) != sizeof(stopped))
		_exit(94);
	open_gate(down);
	if (how != leave_session)
		waitpid(pid, NULL, 0);
	pauses(3);
	kill(stopped, SIGUSR1);
	kill(stopped, SIGCONT);
	pass(up);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
orphans(void)
{
	section("orphaned groups");
	if (pipe(up) != 0 || pipe(down) != 0)
		_exit(93);
	orphaned_by("ends", end);
	orphaned_by("is killed", end_by_signal);
	orphaned_by("leaves the session", leave_session);
}

/* ---- Stops ---- */

static int stopper, alone;

static void
stopped_once(void)
{
	if (alone)
		setsid();
	else
		setpgid(0, 0);
	raise(stopper);
}

static void
stops(void)
{
	static const int sigs[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	int status;

	section("stops");
	for (alone = 0; alone < 2; alone++) {
		for (int i = 0; i < 4; i++) {
			pid_t pid;

			stopper = sigs[i];
			pid = start(stopped_once);
			waitpid(pid, &status, WUNTRACED);
			TEXT(alone ? "in an orphaned group" : "in another", "signal %d: status %x",
			     stopper, status);
			if (WIFSTOPPED(status)) {
				kill(pid, SIGCONT);
				waitpid(pid, NULL, 0);
			}
		}
	}
}

/* ---- The terminal ---- */

static void
uses(void)
{
	struct termios t;
	struct winsize w;
	int pgrp, n;
	char c;

	NUM(read(0, &c, 1));
	NUM(ioctl(0, TCGETS, &t));
	NUM(ioctl(0, TCSETS, &t));
	NUM(ioctl(0, TCSBRK, 1));
	NUM(ioctl(0, TCXONC, 1));
	NUM(ioctl(0, TCFLSH, 0));
	NUM(ioctl(0, TIOCGWINSZ, &w));
	NUM(ioctl(0, TIOCSWINSZ, &w));
	NUM(ioctl(0, FIONREAD, &n));
	NUM(ioctl(0, TIOCGPGRP, &pgrp));
	pgrp = getpgrp();
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
}

/* A process without a parent that could continue it uses the terminal. */
static void
orphan(void)
{
	setpgid(0, 0);
	pass(down);
	uses();
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	section("the same, deaf");
	uses();
	open_gate(up);
}

static void
parent_of_orphan(void)
{
	pid_t pid = start(orphan);

	setpgid(pid, pid);
}

/* A process that has a parent, and ignores or blocks the terminal's signals, uses the terminal. */
static void
deaf(void)
{
	char c;

	setpgid(0, 0);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	NUM(read(0, &c, 1));
	signal(SIGTTIN, SIG_DFL);
	sigprocmask(SIG_BLOCK, &(sigset_t){{1u << (SIGTTIN - 1)}}, NULL);
	NUM(read(0, &c, 1));
	NUM(ioctl(0, TCSBRK, 1));
}

static void
one_read(void)
{
	char c;

	setpgid(0, 0);
	NUM(read(0, &c, 1));
}

static void
one_change(void)
{
	setpgid(0, 0);
	NUM(ioctl(0, TCSBRK, 1));
}

static void
background(void)
{
	int status;
	pid_t pid;

	section("the terminal, from the background");
	NUM(tcgetpgrp(0) == getpgrp());
	NUM(tcgetsid(0) == getsid(0));
	pid = start(one_read);
	waitpid(pid, &status, WUNTRACED);
	TEXT("a read", "status %x", status);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	pid = start(one_change);
	waitpid(pid, &status, WUNTRACED);
	TEXT("a change", "status %x", status);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	child(0, 0, deaf);
	section("the terminal, from an orphaned group");
	child(0, 0, parent_of_orphan);
	open_gate(down);
	pass(up);
	signal(SIGTTOU, SIG_IGN); /* the orphan is in the foreground now */
	NUM(tcsetpgrp(0, getpgrp()));
	signal(SIGTTOU, SIG_DFL);
}

/* ---- Errors, and their order ---- */

static void
no_terminal(void)
{
	int pgrp = getpgrp();

	NUM(setsid() == getpid());
	NUM(ioctl(0, TIOCGPGRP, &pgrp));
	NUM(ioctl(0, TIOCGPGRP, BAD));
	NUM(ioctl(0, TIOCGSID, &pgrp));
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
	NUM(ioctl(0, TIOCSPGRP, BAD));
	NUM(open("/dev/tty", O_RDWR));
	NUM(setsid());
	NUM(setpgid(0, 0));
	NUM(setpgid(0, getppid()));
	NUM(setpgid(-1, 0));
}

static void
strange_child(void)
{
	setsid();
	open_gate(up);
	pause();
}

static void
errors(void)
{
	int pgrp = -1;
	pid_t pid;

	section("groups and sessions");
	child(0, 0, no_terminal);
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
	pgrp = 0;
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
	pgrp = 99999;
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
	NUM(ioctl(0, TIOCSPGRP, BAD));
	NUM(ioctl(0, TIOCGPGRP, BAD));
	NUM(ioctl(0, TIOCSCTTY, 0));
	NUM(setsid());
	NUM(setpgid(-1, -1));
	NUM(setpgid(99999, -1));
	NUM(setpgid(99999, 99999));
	NUM(setpgid(1, 99999));
	NUM(setpgid(0, 99999));
	NUM(getpgid(-1));
	NUM(getpgid(99999));
	NUM(getsid(-1));
	NUM(getsid(99999));
	NUM(getpgid(0) == getpgrp());
	pid = start(strange_child);
	pass(up);
	NUM(getsid(pid) == pid);
	NUM(setpgid(pid, pid));
	NUM(setpgid(pid, 99999));
	NUM(setpgid(0, pid));
	pgrp = pid;
	NUM(ioctl(0, TIOCSPGRP, &pgrp));
	NUM(kill(-pid, 0));
	NUM(kill(pid, SIGKILL));
	/* A process group exists as long as a process is in it, also one that
	 * has ended and was not waited for. */
	pauses(2);
	NUM(kill(-pid, 0));
	NUM(setpgid(pid, pid));
	NUM(getpgid(pid) == pid);
	NUM(waitpid(pid, NULL, 0) == pid);
	NUM(kill(-pid, 0));
	NUM(setpgid(pid, pid));
}

static void
joins(void)
{
	setpgid(0, 0);
	pause();
}

/* A process that has ended is still in its process group, and can be moved into another. */
static void
ended(void)
{
	pid_t one = start(end), two = start(joins);
	siginfo_t info;

	section("the group of who has ended");
	NUM(waitid(P_PID, one, &info, WEXITED | WNOWAIT));
	NUM(setpgid(two, two));
	NUM(setpgid(one, two));
	NUM(getpgid(one) == two);
	NUM(waitpid(-two, NULL, 0) == one);
	NUM(kill(-two, SIGKILL));
	NUM(waitpid(-two, NULL, 0) == two);
	NUM(kill(-two, 0));
}

void
job_calls(void)
{
	int was = dup(0);

	NUM(close(0));
	NUM(open("/dev/tty", O_RDWR));
	orphans();
	stops();
	background();
	errors();
	ended();
	dup2(was, 0);
	close(was);
}
