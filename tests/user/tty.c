/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal and its jobs: who gets what is typed, which processes get the signals, and which
 * group is in the foreground. The tests type by TIOCSTI. */
#include <sys/ioctl.h>
#include <termios.h>

#include "tap.h"

#define SETSID() syscall(66)

static int console;
static volatile int caught;

static void
type(const char *s)
{
	for (; *s; s++)
		ioctl(console, TIOCSTI, s);
}

static void
note(int sig)
{
	caught = sig;
}

static int
wait_stop(pid_t pid)
{
	int status;

	waitpid(pid, &status, WUNTRACED);
	return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
}

/* Starts a child in a process group of its own, in the foreground. */
#define JOB(...)                                                                                   \
	({                                                                                         \
		pid_t pid_ = SPAWN(setpgid(0, 0); tcsetpgrp(console, getpid()); gate_open(&g);     \
		                   __VA_ARGS__);                          \
		gate_pass(&g);                                                                     \
		pid_;                                                                              \
	})

static void
jobs(void)
{
	struct gate g;
	char line[20] = "";
	pid_t pid;

	gate_make(&g);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGINT, note);
	pid = JOB(signal(SIGINT, SIG_DFL); pause());
	type("\3");
	is(ending(pid), KILLED(SIGINT), "Ctrl-C ends the job");
	is(caught, 0, "and not the shell");
	pid = JOB(pause());
	type("\34");
	is(ending(pid), KILLED(SIGQUIT), "Ctrl-\\ too");
	pid = JOB(signal(SIGINT, SIG_DFL); read(console, line, sizeof(line)); _exit(line[0]));
	type("\32");
	is(wait_stop(pid), SIGTSTP, "Ctrl-Z stops it");
	tcsetpgrp(console, getpgrp());
	kill(-pid, SIGCONT);
	is(wait_stop(pid), SIGTTIN, "in the background it may not read");
	tcsetpgrp(console, pid);
	kill(-pid, SIGCONT);
	type("q\n");
	is(ending(pid), 'q', "in the foreground it may, and gets what is typed");
	tcsetpgrp(console, getpgrp());
	pid = SPAWN(setpgid(0, 0); signal(SIGTTOU, SIG_DFL); write(console, "\n", 1); _exit(4));
	is(ending(pid), 4, "it may write from the background");
	struct termios t;
	tcgetattr(console, &t);
	t.c_lflag |= TOSTOP;
	tcsetattr(console, TCSANOW, &t);
	pid = SPAWN(setpgid(0, 0); signal(SIGTTOU, SIG_DFL); write(console, "\n", 1); _exit(4));
	is(wait_stop(pid), SIGTTOU, "but not with TOSTOP");
	kill(pid, SIGKILL);
	wait(NULL);
	t.c_lflag &= ~TOSTOP;
	tcsetattr(console, TCSANOW, &t);
	signal(SIGINT, SIG_DFL);
	gate_drop(&g);
}

/* A grandchild in an orphaned process group: its parent has ended, so nobody could continue it. */
static void
orphan(void)
{
	struct termios t;
	struct gate alone, done;
	char c;

	gate_make(&alone);
	gate_make(&done);
	tcgetattr(console, &t);
	CHILD((void)SPAWN(setpgid(0, 0); signal(SIGTTOU, SIG_DFL); gate_pass(&alone);
	            fails(read(console, &c, 1), EIO, "a read from an orphaned group");
	            fails(tcsetattr(console, TCSANOW, &t), EIO, "tcsetattr");
	            fails(tcsetpgrp(console, getpgrp()), ENOTTY, "tcsetpgrp");
	            fails(ioctl(console, TCFLSH, 0), EIO, "tcflush");
	            is(write(console, "", 0), 0, "a write is good"); gate_open(&done)));
	gate_open(&alone);
	gate_pass(&done);
	gate_drop(&alone);
	gate_drop(&done);
}

static void
questions(void)
{
	struct winsize w, old;
	struct termios t, canonical;
	char buf[20];
	int n = -1;

	tcgetattr(console, &t);
	canonical = t;
	canonical.c_lflag |= ICANON;
	tcsetattr(console, TCSANOW, &canonical);
	type("ab");
	ioctl(console, FIONREAD, &n);
	is(n, 0, "half a line can't be read");
	type("c\n");
	ioctl(console, FIONREAD, &n);
	is(n, 4, "a whole one can");
	is(ioctl(console, TCFLSH, 0), 0, "it is thrown away");
	ioctl(console, FIONREAD, &n);
	is(n, 0, "and gone");
	type("x\177y\25z\n");
	is(read(console, buf, sizeof(buf)), 2, "erase and kill");
	ok(buf[0] == 'z', "leave what came later");
	tcsetattr(console, TCSANOW, &t);
	is(ioctl(console, TIOCOUTQ, &n), 0, "nothing waits to be written");
	is(n, 0, "it says");
	is(ioctl(console, TCSBRK, 1), 0, "tcdrain");
	is(ioctl(console, TCXONC, 1), 0, "tcflow");
	fails(ioctl(console, TCXONC, 7), EINVAL, "tcflow 7");
	fails(ioctl(console, TCFLSH, 3), EINVAL, "tcflush 3");
	fails(ioctl(console, 0x5499, 0), ENOTTY, "an unknown ioctl");
	fails(ioctl(console, FIONREAD, 4), EFAULT, "nowhere to put it");
	is(CHILD(become(ALICE, ALICE); fails(ioctl(console, TIOCSTI, "x"), EPERM, "typing")), 0,
	         "only root types");

	signal(SIGWINCH, note);
	ioctl(console, TIOCGWINSZ, &old);
	ok(old.ws_row == 25 && old.ws_col == 80, "25 lines of 80");
	w = old;
	w.ws_row = 50;
	is(ioctl(console, TIOCSWINSZ, &w), 0, "another size");
	is(caught, SIGWINCH, "is told to the foreground");
	ioctl(console, TIOCGWINSZ, &w);
	is(w.ws_row, 50, "and kept");
	ioctl(console, TIOCSWINSZ, &old);
	signal(SIGWINCH, SIG_DFL);
}

static void
own_session(void)
{
	int n = 0;

	SETSID();
	fails(open("/dev/tty", O_RDWR), ENXIO, "a new session has no terminal");
	fails(ioctl(console, TIOCGPGRP, &n), ENOTTY, "nor a foreground");
	fails(ioctl(console, TIOCSCTTY, 0), EPERM, "another's is not for it");
	is(ioctl(console, TIOCSCTTY, 1), 0, "unless root takes it");
	ioctl(console, TIOCGSID, &n);
	is(n, getpid(), "it is its session's");
	n = open("/dev/tty", O_RDWR);
	ok(n >= 0, "/dev/tty is there");
	close(n);
	caught = SPAWN(pause());
}

void
test(void)
{
	volatile pid_t *job = shared(sizeof(*job));
	int sid, pgrp, tty;

	console = open("/dev/console", O_RDWR);
	ioctl(console, TIOCGSID, &sid);
	is(sid, syscall(147, 0), "the terminal is the session's");
	ioctl(console, TIOCGPGRP, &pgrp);
	tty = open("/dev/tty", O_RDWR);
	ok(tty >= 0 && isatty(tty), "and /dev/tty is it");
	close(tty);
	jobs();
	orphan();
	questions();
	is(CHILD(own_session(); *job = caught), 0, "a session of its own");
	while (kill(*job, 0) == 0)
		sched_yield();
	ok(1, "with its leader's end its foreground gets SIGHUP");
	tcsetpgrp(console, pgrp);
	ioctl(console, TIOCGPGRP, &pgrp);
	is(pgrp, getpgrp(), "the terminal can be taken again");
	close(console);
	munmap((void *)job, sizeof(*job));
}
