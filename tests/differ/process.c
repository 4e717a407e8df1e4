/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: fork, exec, wait, groups, identities. */
#include "differ.h"
#include <grp.h>
#include <sys/resource.h>

static char *argv[] = {"x", NULL};

static void
file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);

	if (write(fd, text, strlen(text)) < 0)
		TEXT(path, "not written");
	fchmod(fd, mode);
	close(fd);
}

static void
executing(void)
{
	section("execve");
	NUM(execve("/no", argv, NULL));
	NUM(execve("/tmp", argv, NULL));
	NUM(execve("", argv, NULL));
	NUM(execve(BAD, argv, NULL));
	file("/tmp/x", "not a program\n", 0755);
	NUM(execve("/tmp/x", argv, NULL));
	NUM(execve("/tmp/x", BAD, NULL));
	file("/tmp/x", "\177ELF", 0755);
	NUM(execve("/tmp/x", argv, NULL));
	file("/tmp/x", "#!/no/such\n", 0755);
	NUM(execve("/tmp/x", argv, NULL));
	file("/tmp/x", "#!\n", 0755);
	NUM(execve("/tmp/x", argv, NULL));
	file("/tmp/x", "", 0755);
	NUM(execve("/tmp/x", argv, NULL));
	file("/tmp/x", "x", 0644);
	NUM(execve("/tmp/x", argv, NULL));
	NUM(execve("/tmp/x/y", argv, NULL));
	NUM(unlink("/tmp/x"));
}

static int
wait_line(const char *what, pid_t which, int options)
{
	int status = 0;
	pid_t pid = waitpid(which, &status, options);

	if (pid <= 0)
		show_number(what, pid);
	else
		TEXT(what, "status 0x%x", status);
	return pid;
}
#define WAIT(pid, options) wait_line("waitpid(" #pid ", " #options ")", pid, options)

static pid_t
ends_by(int sig, int status)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (sig)
			kill(getpid(), sig);
		_exit(status);
	}
	return pid;
}

static void
waiting(void)
{
	static const int ends[] = {SIGHUP,   SIGKILL, SIGSEGV, SIGABRT, SIGCHLD,
	                           SIGWINCH, SIGUSR1, SIGPIPE, 33,      64};
	pid_t pid;

	section("wait");
	WAIT(-1, 0);
	WAIT(1, 0);
	WAIT(-1, 0x100);
	ends_by(0, 0);
	WAIT(-1, 0);
	ends_by(0, 255);
	WAIT(0, 0);
	ends_by(0, 0x1234);
	WAIT(-1, 0);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		ends_by(ends[i], 9);
		/* Neither system dumps core, so the status never has the core bit. */
		WAIT(-1, 0);
	}
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	WAIT(pid, WNOHANG);
	NUM(kill(pid, SIGSTOP));
	WAIT(pid, WUNTRACED);
	WAIT(pid, WUNTRACED | WNOHANG);
	NUM(kill(pid, SIGCONT));
	WAIT(pid, WCONTINUED);
	NUM(kill(pid, 0));
	NUM(kill(pid, 65));
	NUM(kill(pid, -1));
	NUM(kill(pid, SIGTERM));
	WAIT(pid, 0);
	NUM(kill(pid, 0));
	NUM(wait4(-1, NULL, 0, BAD));
	signal(SIGCHLD, SIG_IGN);
	ends_by(0, 1);
	WAIT(-1, 0);
	signal(SIGCHLD, SIG_DFL);
	pid = vfork();
	if (pid == 0)
		_exit(5);
	WAIT(pid, 0);
}

static void
group_child(void)
{
	NUM(setpgid(0, 0));
	NUM(getpgrp() == getpid());
	NUM(setpgid(getppid(), 0));
	NUM(setpgid(0, 99999));
	NUM(setpgid(0, -1));
	NUM(setpgid(99999, 0));
	NUM(getpgid(99999));
	NUM(getpgid(0) == getpid());
	NUM(setsid());
	NUM(setpgid(0, getppid()));
}

static void
session_child(void)
{
	pid_t pid = setsid();

	NUM(pid == getpid());
	NUM(getsid(0) == pid);
	NUM(getpgrp() == pid);
	NUM(setsid());
	NUM(setpgid(0, 0));
	NUM(open("/dev/tty", O_RDWR));
	NUM(getsid(99999));
}

static void
groups(void)
{
	section("process groups");
	child(0, 0, group_child);
	child(0, 0, session_child);
	NUM(kill(-99999, 0));
	NUM(kill(0, 0));
	NUM(kill(99999, 0));
}

static void
identity(void)
{
	gid_t list[4];
	uid_t r, e, s;

	NUM(setgroups(2, (gid_t[]){7, 8}));
	NUM(getgroups(0, NULL));
	NUM(getgroups(1, list));
	NUM(getgroups(4, list));
	NUM(getgroups(-1, list));
	NUM(setgroups(-1, list));
	NUM(setresuid(1, 2, 3));
	NUM(getresuid(&r, &e, &s));
	TEXT("resuid", "%d %d %d", r, e, s);
	NUM(setresuid(-1, 3, -1));
	NUM(setresuid(-1, 4, -1));
	NUM(setreuid(3, 1));
	NUM(getresuid(&r, &e, &s));
	TEXT("resuid", "%d %d %d", r, e, s);
	NUM(setuid(2));
	NUM(setuid(3));
	NUM(getresuid(&r, &e, &s));
	TEXT("resuid", "%d %d %d", r, e, s);
	NUM(setgroups(0, NULL));
	NUM(setresgid(5, 5, 5));
	NUM(setgid(0));
}

static void
limits(void)
{
	struct rlimit lim;

	section("limits");
	NUM(getrlimit(RLIMIT_NOFILE, &lim));
	NUM(getrlimit(99, &lim));
	NUM(getrlimit(RLIMIT_STACK, BAD));
	lim.rlim_cur = 8;
	lim.rlim_max = 16;
	NUM(setrlimit(RLIMIT_NOFILE, &lim));
	NUM(dup2(1, 8));
	NUM(dup2(1, 7));
	NUM(close(7));
	lim.rlim_cur = 17;
	NUM(setrlimit(RLIMIT_NOFILE, &lim));
	NUM(getrlimit(RLIMIT_NOFILE, &lim));
	TEXT("RLIMIT_NOFILE", "%d %d", (int)lim.rlim_cur, (int)lim.rlim_max);
	for (int i = 0; i < 10 && dup(1) != -1; i++)
		;
	NUM(dup(1));
	NUM(open("/dev/null", O_RDONLY));
}

void
process_calls(void)
{
	executing();
	waiting();
	groups();
	section("identity");
	child(0, 0, identity);
	child(0, 0, limits);
}
