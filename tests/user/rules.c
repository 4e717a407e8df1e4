/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may do what to which process: the rules of cred.h, in the
 * order of the table in docs/abi.md. */
#include "tap.h"

#include "abi/resource.h"
#include <sys/stat.h>

#define CLONE 120
#define PRLIMIT 340
#define PRCTL 172
#define ALARM 27
#define READLINKAT 305
#define GETDENTS64 220

#define PROGRAM "/tmp/rules"

/* Installs a copy of this program as a file with that mode, owned by root. */
static void
install(const char *path, mode_t mode)
{
	static char block[4096];
	int from = open("/proc/self/exe", O_RDONLY),
	    to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0)
		write(to, block, n);
	close(from);
	close(to);
	if (chmod(path, mode) < 0)
		bail("install");
}

/* The program that is started as PROGRAM WHAT. It writes two bytes to descriptor 8 when it runs,
 * and reads descriptor 9 until its end of file. Then it waits for its children and ends. */
int
helper(int argc, char **argv)
{
	int sig = 0;
	char c;

	if (argv[1][0] == 'd')
		return syscall(PRCTL, PR_GET_PDEATHSIG, &sig, 0, 0, 0) < 0 ? 99 : sig;
	if (argv[1][0] == 'r' && setresuid(0, 0, 0) < 0)
		return 99;
	write(8, "go", 2);
	read(9, &c, 1);
	while (waitpid(-1, NULL, 0x40000000) > 0) /* __WALL */
		;
	return 7;
}

/* Starts a program as Alice and returns when it runs. The child calls first() before the exec. */
static struct gate said, go_on;
static pid_t
start(const char *path, const char *what, void (*first)(void))
{
	char c[2];
	pid_t pid;

	gate_make(&said);
	gate_make(&go_on);
	pid = fork();
	if (pid == 0) {
		dup2(said.fd[1], 8);
		dup2(go_on.fd[0], 9);
		close(go_on.fd[1]);
		become(ALICE, ALICE);
		if (first != NULL)
			first();
		execl(path, path, what, NULL);
		_exit(98);
	}
	close(said.fd[1]);
	read(said.fd[0], &c[0], 1);
	read(said.fd[0], &c[1], 1);
	return pid;
}

static void
finish(pid_t pid, int want, const char *name)
{
	close(go_on.fd[1]);
	is(ending(pid), want, "%s", name);
	close(said.fd[0]);
	close(go_on.fd[0]);
}

/* Returns what a call gives when this user makes it: 0 or its errno. */
#define AS(user, call) CHILD(become(user, user); _exit((call) < 0 ? errno : 0))

/* ---- Signals ---- */

static int
is_orphan_of_session(void)
{
	return setsid() < 0 ? -1 : 0;
}

static void
signals(void)
{
	pid_t pid = start(PROGRAM, "-", NULL);

	is(AS(BOB, kill(pid, 0)), EPERM, "signal: not from another user");
	is(AS(BOB, kill(pid, SIGCONT)), 0, "signal: SIGCONT within the session");
	is(AS(BOB, (is_orphan_of_session(), kill(pid, SIGCONT))), EPERM,
	   "signal: not from another session");
	is(AS(ALICE, kill(pid, 0)), 0, "signal: a set-id program's real user may");
	is(CHILD(setresuid(BOB, ALICE, BOB); _exit(kill(pid, 0) < 0 ? errno : 0)), 0,
	         "signal: an effective user is as good as a real one");
	finish(pid, 7, "signal: nothing came of it");

	pid = start(PROGRAM, "root", NULL);
	is(AS(ALICE, kill(pid, SIGKILL)), EPERM, "signal: not when it is root wholly");
	is(AS(ALICE, syscall(238, pid, SIGKILL)), EPERM, "signal: nor by tkill");
	is(AS(ALICE, kill(-1, SIGKILL)), EPERM, "signal: nor by kill of all");
	finish(pid, 7, "signal: it lives");
}

/* ---- The signal at a child's end ---- */

/* Makes a child whose end sends SIGUSR1 to its parent. The end comes with the end of file of
 * descriptor 9, after the parent's exec. */
static void
child_with_usr1(void)
{
	char c;

	if (syscall(CLONE, SIGUSR1, 0, 0, 0, 0) == 0) {
		read(9, &c, 1);
		_exit(0);
	}
}

static void
child_that_execs(void)
{
	if (syscall(CLONE, SIGUSR1, 0, 0, 0, 0) == 0) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	waitpid(-1, NULL, 0x40000000);
}

static void
exit_signals(void)
{
	pid_t pid;

	is(CHILD(dup2(open("/dev/null", O_RDONLY), 9); child_with_usr1(); pause()), KILLED(SIGUSR1),
	         "exit signal: who asked for it gets it");
	pid = start(PROGRAM, "root", child_with_usr1);
	finish(pid, 7, "exit signal: not the program that it runs then");
	pid = start("/tmp/plain", "-", child_with_usr1);
	finish(pid, 7, "exit signal: whoever's that is");
	is(CHILD(child_that_execs()), 0,
	         "exit signal: a child that runs another program ends with SIGCHLD");
}

static int
death_signal_of(const char *path)
{
	syscall(PRCTL, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	return execl(path, path, "death", NULL);
}

static void
death_signals(void)
{
	int sig = -1;

	is(CHILD(syscall(PRCTL, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0); seteuid(ALICE);
	         syscall(PRCTL, PR_GET_PDEATHSIG, &sig, 0, 0, 0); _exit(sig)), 0,
	         "death signal: gone when the user changes");
	is(CHILD(become(ALICE, ALICE); _exit(death_signal_of(PROGRAM))), 0,
	         "death signal: gone in a set-id program");
	is(CHILD(become(ALICE, ALICE); _exit(death_signal_of("/tmp/plain"))), SIGUSR1,
	         "death signal: stays in another");
}

/* ---- Timers ---- */

static void
set_alarm(void)
{
	syscall(ALARM, 1);
}

static void
timers(void)
{
	pid_t pid = start(PROGRAM, "root", set_alarm);

	is(ending(pid), KILLED(SIGALRM), "timer: an alarm stays with the process, as on Linux");
	gate_drop(&go_on);
	close(said.fd[0]);
}

/* ---- Limits ---- */

static int
limit(pid_t pid, int set)
{
	struct abi_rlimit64 l = {3, 3}, old;

	return syscall(PRLIMIT, pid, RLIMIT_NOFILE, set ? &l : NULL, &old);
}

static void
limits(void)
{
	pid_t pid = start(PROGRAM, "-", NULL);

	is(AS(ALICE, limit(pid, 1)), EPERM, "limits: not of a set-id program");
	is(AS(ALICE, limit(pid, 0)), EPERM, "limits: nor to be read");
	is(limit(pid, 0), 0, "limits: root may");
	finish(pid, 7, "limits: it lives");
	pid = start("/tmp/plain", "-", NULL);
	is(AS(BOB, limit(pid, 0)), EPERM, "limits: not of another's process");
	is(CHILD(setresgid(BOB, BOB, BOB); setresuid(ALICE, ALICE, ALICE);
	         _exit(limit(pid, 0) < 0 ? errno : 0)), EPERM, "limits: nor one of another group");
	is(CHILD(setresgid(ALICE, ALICE, ALICE); setresuid(BOB, ALICE, ALICE);
	         _exit(limit(pid, 0) < 0 ? errno : 0)), EPERM, "limits: the real user counts");
	is(AS(ALICE, limit(pid, 1)), 0, "limits: of one's own process");
	finish(pid, 7, "limits: it lives, too");
}

/* ---- Priorities ---- */

static void
priorities(void)
{
	pid_t pid = start(PROGRAM, "-", NULL);

	is(AS(ALICE, syscall(97, 0, pid, 5)), EPERM, "priority: not that of a set-id root program");
	is(AS(BOB, syscall(97, 0, pid, 6)), EPERM, "priority: another may not");
	is(AS(ALICE, syscall(97, 0, pid, 1)), EPERM, "priority: nor is it raised");
	finish(pid, 7, "priority: it lives");
	pid = start(PROGRAM, "root", NULL);
	is(AS(ALICE, syscall(97, 0, pid, 5)), EPERM, "priority: not when it is root wholly");
	finish(pid, 7, "priority: it lives, too");
}

/* ---- /proc ---- */

static const char *
procfs_path(pid_t pid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return path;
}

static int
opens(pid_t pid, const char *name)
{
	char c;
	int fd = open(procfs_path(pid, name), O_RDONLY);

	return fd < 0 ? -1 : read(fd, &c, 1) < 0 ? -1 : 0;
}

static int
follows(pid_t pid, const char *name)
{
	char to[64];

	return readlink(procfs_path(pid, name), to, sizeof(to)) < 0 ? -1 : 0;
}

/* Reads the first byte of fd again. */
static int
rereads(int fd)
{
	char c;

	return lseek(fd, 0, SEEK_SET) < 0 || read(fd, &c, 1) < 0 ? -1 : 0;
}

/* Returns field n of /proc/PID/stat, counted from 1. */
static unsigned long
field(pid_t pid, int n)
{
	char text[512] = "", *s = text;
	int fd = open(procfs_path(pid, "stat"), O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	while (--n > 0 && s != NULL && (s = strchr(s, ' ')) != NULL)
		s++;
	return s != NULL ? strtoul(s, NULL, 10) : ~0ul;
}

static int
shows_places(pid_t pid)
{
	static const int places[] = {26, 27, 28, 45, 46, 47, 48, 49, 50, 51};
	unsigned i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (field(pid, places[i]) > 1)
			return 1;
	return 0;
}

static int
owner(pid_t pid, const char *name)
{
	struct stat st;

	return stat(procfs_path(pid, name), &st) < 0 ? -1 : (int)st.st_uid;
}

static void
looks(pid_t pid, uid_t user, int may, const char *who)
{
	is(AS(user, opens(pid, "maps")), may ? 0 : EACCES, "inspect: maps, %s", who);
	is(AS(user, opens(pid, "environ")), may ? 0 : EACCES, "inspect: environ, %s", who);
	is(AS(user, follows(pid, "exe")), may ? 0 : EACCES, "inspect: exe, %s", who);
	is(AS(user, follows(pid, "cwd")), may ? 0 : EACCES, "inspect: cwd, %s", who);
	is(AS(user, follows(pid, "fd/8")), may ? 0 : EACCES, "inspect: fd/8, %s", who);
	is(CHILD(become(user, user); _exit(shows_places(pid))), may, "inspect: stat, %s", who);
	is(AS(user, opens(pid, "cmdline")), 0, "inspect: cmdline is everybody's, %s", who);
}

/* What a child can still learn from its descriptors of files in its parent's /proc directory, after
 * the parent has exec'ed a set-id program: for each file, errno or 0. */
static volatile struct {
	int environ, link, list;
} * stale;

static void
child_that_looks(void)
{
	char c, to[64];
	int dir, env;

	syscall(PRCTL, PR_SET_DUMPABLE, 1, 0, 0, 0);
	dir = open("/proc/self/fd", O_RDONLY);
	env = open("/proc/self/environ", O_RDONLY);
	if (fork() > 0)
		return;
	read(9, &c, 1);
	stale->environ = rereads(env) < 0 ? errno : 0;
	stale->link = syscall(READLINKAT, dir, "8", to, sizeof(to)) < 0 ? errno : 0;
	lseek(dir, 2, SEEK_SET); /* after "." and ".." */
	stale->list = syscall(GETDENTS64, dir, to, sizeof(to));
	_exit(0);
}

static void
stale_descriptors(void)
{
	stale = shared(sizeof(*stale));
	finish(start("/tmp/plain", "-", child_that_looks), 7, "inspect: by descriptors of before");
	is(stale->environ, 0, "inspect: environ of a plain program");
	is(stale->link, 0, "inspect: its fd/8");
	ok(stale->list > 0, "inspect: its fd");
	finish(start(PROGRAM, "-", child_that_looks), 7, "inspect: by descriptors of before");
	is(stale->environ, EACCES, "inspect: environ is asked at each read");
	is(stale->link, ENOENT, "inspect: fd is asked at each look-up");
	is(stale->list, 0, "inspect: and at each listing");
	munmap((void *)stale, sizeof(*stale));
}

static void
procfs_files(void)
{
	pid_t pid = start("/tmp/plain", "-", NULL);
	int maps;
	char c;

	looks(pid, ALICE, 1, "one's own program");
	looks(pid, BOB, 0, "another's program");
	looks(pid, 0, 1, "root");
	is(owner(pid, "maps"), ALICE, "inspect: whose the files are");
	finish(pid, 7, "inspect: a plain program");

	pid = start(PROGRAM, "-", NULL);
	looks(pid, ALICE, 0, "a set-id program");
	looks(pid, 0, 1, "root, a set-id program");
	is(owner(pid, "maps"), 0, "inspect: its files are root's");
	finish(pid, 7, "inspect: a set-id program");

	pid = start("/tmp/unreadable", "-", NULL);
	looks(pid, ALICE, 0, "a program that can't be read");
	finish(pid, 7, "inspect: a program that can't be read");

	pid = SPAWN(dup2(0, 8); seteuid(ALICE); for (;;) pause());
	until_state(pid, 'S');
	looks(pid, ALICE, 0, "root for a while as another");
	kill(pid, SIGKILL);
	is(ending(pid), KILLED(SIGKILL), "inspect: root for a while as another");

	/* A descriptor that was opened before gives no access: the
	 * rights are checked at each read. */
	pid = start("/tmp/plain", "-", NULL);
	maps = open(procfs_path(pid, "maps"), O_RDONLY);
	is(read(maps, &c, 1), 1, "inspect: a descriptor of maps");
	is(AS(BOB, rereads(maps)), EACCES, "inspect: is asked at each read");
	close(maps);
	finish(pid, 7, "inspect: that program");
	stale_descriptors();
}

static int
guarded(void)
{
	return !syscall(PRCTL, PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static void
guards(void)
{
	is(guarded(), 0, "guarded: not from the start");
	is(CHILD(seteuid(ALICE); _exit(guarded())), 1, "guarded: with another effective user");
	is(CHILD(setegid(ALICE); _exit(guarded())), 1, "guarded: with another effective group");
	is(CHILD(setreuid(ALICE, -1); _exit(guarded())), 0, "guarded: not with a real one");
	is(CHILD(seteuid(ALICE); _exit(CHILD(_exit(guarded())))), 1, "guarded: a child, too");
	is(CHILD(syscall(PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0); _exit(guarded())), 1,
	         "guarded: on wish");
	is(CHILD(seteuid(ALICE); syscall(PRCTL, PR_SET_DUMPABLE, 1, 0, 0, 0); _exit(guarded())), 0,
	         "guarded: no more, on wish");
	fails(syscall(PRCTL, PR_SET_DUMPABLE, 2, 0, 0, 0), EINVAL, "guarded: yes or no");
}

/* ---- Children ---- */

static void
children(void)
{
	pid_t pid = start("/tmp/plain", "-", NULL);

	is(CHILD(_exit(waitpid(pid, NULL, WNOHANG) < 0 ? errno : 0)), ECHILD,
	         "wait: not for a brother");
	fails(setpgid(pid, 0), EACCES, "groups: not of a child that runs another program");
	is(CHILD(_exit(setpgid(pid, 0) < 0 ? errno : 0)), ESRCH, "groups: nor of a brother");
	finish(pid, 7, "wait: for a child");
}

void
test(void)
{
	install(PROGRAM, 04755);
	install("/tmp/plain", 0755);
	install("/tmp/unreadable", 0711);
	signals();
	exit_signals();
	death_signals();
	timers();
	limits();
	priorities();
	procfs_files();
	guards();
	children();
	unlink(PROGRAM);
	unlink("/tmp/plain");
	unlink("/tmp/unreadable");
}
