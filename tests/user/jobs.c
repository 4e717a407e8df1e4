/* SPDX-License-Identifier: BSD-2-Clause */
/* Orphaned process groups: those of which no member has a parent outside the group, in its
 * session, that could continue it. */
#include "tap.h"

#define SETSID() syscall(66)

static struct gate ready, go;
static volatile int *got; /* signals that the stopped process was told of, by number */

static void
note(int sig)
{
	got[sig]++;
}

/* A child of a leader of a group of its own; it stops, and ends after a SIGCONT. */
static _Noreturn void
stop(void)
{
	signal(SIGHUP, note);
	signal(SIGCONT, note);
	raise(SIGSTOP);
	_exit(0);
}

static void
gone(pid_t pid)
{
	while (kill(pid, 0) == 0)
		usleep(1000);
}

/* Has a child stopped, in its own group or in one of the child's, and then leaves it. */
static _Noreturn void
parent(volatile pid_t *child, int own_group, void (*leave)(void))
{
	if (own_group)
		setpgid(0, 0);
	*child = SPAWN(if (!own_group) setpgid(0, 0); stop());
	until_state(*child, 'T');
	gate_open(&ready);
	gate_pass(&go);
	leave();
	pause();
	_exit(0);
}

/* The middle process does what it does with a child stopped; was that child told? */
static void
told(const char *what, int own_group, void (*leave)(void), int want)
{
	volatile pid_t *child = shared(sizeof(*child));
	pid_t middle;

	got[SIGHUP] = got[SIGCONT] = 0;
	middle = SPAWN(parent(child, own_group, leave));
	gate_pass(&ready);
	gate_open(&go);
	if (want)
		while (got[SIGCONT] == 0)
			usleep(1000);
	else
		until_state(middle, 'S');
	kill(want ? middle : *child, SIGKILL);
	kill(middle, SIGKILL);
	ending(middle);
	gone(*child);
	is(got[SIGHUP] * 10 + got[SIGCONT], want * 11, "%s: %s", what,
	   want ? "SIGHUP and SIGCONT" : "nothing");
	munmap((void *)child, sizeof(*child));
}

static void
ends(void)
{
	_exit(0);
}

static void
is_killed(void)
{
	raise(SIGKILL);
}

static void
new_session(void)
{
	SETSID();
}

static void
stays(void)
{
}

/* In an orphaned group, and in one that is not, with the default action and with a handler. */
static int
stopped_by(int sig, int orphan)
{
	int status;
	pid_t pid = SPAWN(if (orphan) SETSID(); else setpgid(0, 0); raise(sig); _exit(7));

	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		ending(pid);
	}
	return WIFSTOPPED(status) && WSTOPSIG(status) == sig;
}

void
test(void)
{
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};

	got = shared(PAGE);
	gate_make(&ready);
	gate_make(&go);
	for (int i = 0; i < 3; i++) {
		is(stopped_by(stops[i], 1), 0, "signal %d stops nobody in an orphaned group",
		   stops[i]);
		is(stopped_by(stops[i], 0), 1, "but in another");
	}
	is(stopped_by(SIGSTOP, 1), 1, "SIGSTOP stops everybody");
	told("the group's leader ends, its only link to another group", 1, ends, 1);
	told("it is killed", 1, is_killed, 1);
	told("the parent ends", 0, ends, 1);
	told("the parent is killed", 0, is_killed, 1);
	told("the parent leaves the session", 0, new_session, 1);
	told("the parent stays", 0, stays, 0);
	gate_drop(&ready);
	gate_drop(&go);
	munmap((void *)got, PAGE);
}
