/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests orphaned process groups: groups in which no member has a parent that is in another group
 * of the same session and so could continue the member. */
#include <sys/ioctl.h>

#include "tap.h"

#define SETSID() syscall(66)
#define TOLD "/tmp/told"
#define ASLEEP "/tmp/asleep"

static struct gate ready, go;
static volatile int *got; /* how often the stopped process got each signal */

static void
note(int sig)
{
	got[sig]++;
}

/* Runs in the child whose signals told() looks at: stops, and exits once it is continued. */
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

/* Makes a child that stops, and then calls leave(). If own_group is set, both are in a new group
 * that this process leads; otherwise the child leads a group of its own. */
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

/* Tests which signals the stopped child of a middle process gets when that process calls
 * leave(): SIGHUP and SIGCONT if want is set, otherwise none. */
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

/* Returns whether sig, with its default action, stops a process in an orphaned group (if orphan
 * is set) or in a group that is not orphaned. */
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

/* Runs as a job of the shell: writes its pid to TOLD, stops, and then writes how often it got
 * SIGHUP and SIGCONT. */
int
helper(int argc, char **argv)
{
	static int signals[NSIG];
	FILE *f = fopen(TOLD, "w");

	(void)argc, (void)argv;
	got = signals;
	signal(SIGHUP, note);
	signal(SIGCONT, note);
	fprintf(f, "pid %d\n", (int)getpid());
	fflush(f);
	raise(SIGSTOP);
	fprintf(f, "told %d\n", got[SIGHUP] * 10 + got[SIGCONT]);
	fclose(f);
	return 0;
}

static void
type(int console, const char *s)
{
	for (; *s; s++)
		ioctl(console, TIOCSTI, s);
}

/* Returns the number that follows word in the file, or 0 if the file does not have it yet. */
static int
number(const char *file, const char *word)
{
	char text[40] = "", *at;
	int fd = open(file, O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	at = strstr(text, word);
	return at != NULL ? atoi(at + strlen(word)) : 0;
}

/* Tests what a shell's jobs get when it ends: a stopped job gets SIGHUP and SIGCONT. One that
 * sleeps gets SIGHUP from a shell that exits, and no signal if the shell is killed. */
static void
shell(int exits)
{
	int console = open("/dev/tty", O_RDWR), pid, asleep;
	char self[100] = "", line[120];
	pid_t sh;

	readlink("/proc/self/exe", self, sizeof(self) - 1);
	snprintf(line, sizeof(line), "%s job &\n", self);
	sh = SPAWN(int null = open("/dev/null", O_WRONLY); dup2(console, 0); dup2(null, 1);
	           dup2(null, 2); execl("/bin/sh", "sh", NULL));
	type(console, line);
	while ((pid = number(TOLD, "pid ")) == 0)
		usleep(1000);
	until_state(pid, 'T');
	type(console, "sleep 100 & echo pid $! >" ASLEEP "\n");
	while ((asleep = number(ASLEEP, "pid ")) == 0)
		usleep(1000);
	if (exits) {
		type(console, "exit 7\n");
		is(ending(sh), 7, "a shell with job control exits");
	} else {
		kill(sh, SIGKILL);
		is(ending(sh), KILLED(SIGKILL), "a shell with job control is killed");
	}
	gone(pid);
	is(number(TOLD, "told "), 11, "its stopped job got SIGHUP and SIGCONT");
	if (!exits)
		is(kill(asleep, SIGKILL), 0, "the one that only slept did not");
	gone(asleep);
	ok(1, "the one that only slept is gone");
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(console, getpgrp());
	signal(SIGTTOU, SIG_DFL);
	close(console);
	unlink(TOLD);
	unlink(ASLEEP);
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
	shell(0);
	shell(1);
	gate_drop(&ready);
	gate_drop(&go);
	munmap((void *)got, PAGE);
}
