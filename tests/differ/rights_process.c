/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what to which process: several users try each way in which a process acts on
 * another or examines it, on processes that became what they are in several ways. Also shows
 * what a set-id program inherits.
 */
#include "differ.h"
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define HERS 1000
#define HIS 1001
#define PROGRAM "/tmp/rights-program"

static void
copy_program(mode_t mode, uid_t uid, gid_t gid)
{
	static char buf[PAGE];
	int from = open("/proc/self/exe", O_RDONLY), to, n;

	unlink(PROGRAM);
	to = open(PROGRAM, O_WRONLY | O_CREAT, 0700);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, n) != n)
			_exit(97);
	close(from), close(to);
	if (chown(PROGRAM, uid, gid) || chmod(PROGRAM, mode))
		_exit(97);
}

/* A process that is examined, by the way in which it became what it is. */
struct target {
	const char *name;
	uid_t uid, gid; /* the user that it becomes first; 0: it stays root */
	mode_t mode;    /* of the program that it execs next; 0: none */
	uid_t owner;
	gid_t group;
	uid_t drops; /* the user that it becomes last; 0: none */
	int half;    /* it begins as root, with her as its real user */
};
static const struct target targets[] = {
	{"root's", 0, 0, 0755},
	{"hers", HERS, HERS, 0755},
	{"his", HIS, HIS, 0755},
	{"hers, set-uid root", HERS, HERS, 04755},
	{"hers, set-uid him", HERS, HERS, 04755, HIS, HIS},
	{"hers, set-uid herself", HERS, HERS, 04755, HERS, HERS},
	{"hers, set-gid his group", HERS, HERS, 02755, HIS, HIS},
	{"hers, set-uid root, drops it", HERS, HERS, 04755, 0, 0, HERS},
	{"hers, unreadable", HERS, HERS, 0711},
	{"root's, becomes hers", 0, 0, 0, 0, 0, HERS},
	{"root's, set-uid her", 0, 0, 04755, HERS, HERS},
	{"hers, of another group", HERS, HIS, 0755},
	{"half hers, set-uid her", 0, 0, 04755, HERS, HERS, 0, 1},
};

static int ready[2];

/* Reports by fd that it runs, and stays until it is killed. The exec'ed program calls it, too. */
static void
stay(int fd, uid_t drops)
{
	if (drops != 0 && setresuid(drops, drops, drops) != 0)
		_exit(96);
	if (write(fd, "x", 1) != 1)
		_exit(96);
	for (;;)
		pause();
}

static pid_t
start(const struct target *t)
{
	char fd[12], drops[12], c;
	pid_t pid;

	if (t->mode != 0)
		copy_program(t->mode, t->owner, t->group);
	if (pipe(ready) != 0)
		_exit(97);
	pid = fork();
	if (pid == 0) {
		if (t->uid != 0 && (setresgid(t->gid, t->gid, t->gid) != 0 ||
		                    setresuid(t->uid, t->uid, t->uid) != 0))
			_exit(97);
		if (t->half && (setresgid(HERS, HERS, HERS) != 0 || setresuid(HERS, 0, 0) != 0))
			_exit(97);
		snprintf(fd, sizeof(fd), "%d", ready[1]);
		snprintf(drops, sizeof(drops), "%d", t->drops);
		if (t->mode != 0)
			execl(PROGRAM, "differ", "rights", "stay", fd, drops, NULL);
		else
			stay(ready[1], t->drops);
		_exit(95);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		TEXT("target", "not there");
	close(ready[0]);
	return pid;
}

static pid_t target;

static const char *
procfs_path(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d%s", target, name);
	return path;
}

/* Reads a file of the target's /proc directory. Returns the number of bytes, or -1. */
static int
procfs_read(const char *name, char *buf, size_t size)
{
	int fd = open(procfs_path(name), O_RDONLY), n = -1;

	memset(buf, 0, size);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	return n;
}

/* Prints the fields of stat that tell of the target's memory, each as 0, 1 or more. */
static void
show_stat(void)
{
	static const int shown[] = {26, 27, 28, 29, 30, 35, 45, 46, 47, 48, 49, 50, 51, 52};
	char buf[1024], *at, text[64] = "";
	unsigned field = 3, i;

	if (procfs_read("/stat", buf, sizeof(buf)) <= 0 || (at = strrchr(buf, ')')) == NULL) {
		TEXT("stat", "not readable");
		return;
	}
	for (i = 0, at += 2; i < sizeof(shown) / sizeof(shown[0]) && at != NULL; field++) {
		if (field == (unsigned)shown[i]) {
			unsigned long v = strtoul(at, NULL, 10);

			strcat(text, v == 0 ? "0 " : v == 1 ? "1 " : "x ");
			i++;
		}
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
	TEXT("stat's places", "%s", text);
}

static void
show_rights(void)
{
	static const char *const names[] = {"", "/stat", "/maps", "/cmdline"};
	char buf[4096];
	struct rlimit r;
	struct stat st;

	NUM(kill(target, 0));
	NUM(kill(target, SIGCONT));
	NUM(prlimit(target, RLIMIT_CPU, NULL, &r));
	NUM(prlimit(target, RLIMIT_CPU, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}, NULL));
	NUM(prlimit(target, 99, NULL, &r));
	NUM(setpriority(PRIO_PROCESS, target, 0));
	NUM(syscall(SYS_getpriority, PRIO_PROCESS, target));
	NUM(syscall(SYS_sched_setaffinity, target, 4, (unsigned[]){1}));
	NUM(setpgid(target, 0));
	NUM(waitpid(target, NULL, WNOHANG));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (lstat(procfs_path(names[i]), &st) == 0)
			TEXT(names[i], "%s:%s", st.st_uid ? "a user's" : "root's",
			     st.st_gid ? "a group's" : "root's");
		else
			TEXT(names[i], "%d", errno);
	NUM(procfs_read("/maps", buf, sizeof(buf)) > 0);
	NUM(procfs_read("/cmdline", buf, sizeof(buf)) > 0);
	NUM(readlink(procfs_path("/exe"), buf, sizeof(buf)) > 0);
	NUM(close(open(procfs_path("/exe"), O_RDONLY)));
	NUM(procfs_read("/environ", buf, sizeof(buf)) > 0);
	NUM(readlink(procfs_path("/cwd"), buf, sizeof(buf)) > 0);
	NUM(readlink(procfs_path("/fd/1"), buf, sizeof(buf)) > 0);
	procfs_read("/wchan", buf, sizeof(buf));
	TEXT("wchan", "%s", strcmp(buf, "0") == 0 ? "hidden" : "shown");
	show_stat();
}

/* Looks from another session, for within a session everybody may send SIGCONT. */
static void
look_from_afar(void)
{
	setsid();
	show_rights();
}

static void
processes(void)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		section(targets[i].name);
		target = start(&targets[i]);
		TEXT("by", "her");
		child(HERS, HERS, look_from_afar);
		TEXT("by", "her, in its session");
		child(HERS, HERS, show_rights);
		TEXT("by", "him");
		child(HIS, HIS, look_from_afar);
		TEXT("by", "root");
		child(0, 0, look_from_afar);
		kill(target, SIGKILL);
		waitpid(target, NULL, 0);
	}
}

/* ---- What a set-id program inherits ---- */

/* Prints what the exec'ed program has inherited. */
static void
inherited(void)
{
	struct rlimit r;
	int sig = -1;

	TEXT("ids", "%d %d, secure %lu", getuid(), geteuid(), getauxval(AT_SECURE));
	NUM(prctl(PR_GET_PDEATHSIG, &sig));
	TEXT("death signal", "%d", sig);
	NUM(alarm(0) > 0);
	NUM(getrlimit(RLIMIT_STACK, &r));
	TEXT("stack", "%llx", (unsigned long long)r.rlim_cur);
	NUM(getrlimit(RLIMIT_NOFILE, &r));
	TEXT("descriptors", "%llu", (unsigned long long)r.rlim_cur);
	NUM(signal(SIGUSR2, SIG_DFL) == SIG_IGN);
}

static void
leave_heritage(void)
{
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	alarm(1000);
	signal(SIGUSR2, SIG_IGN);
	setrlimit(RLIMIT_STACK, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){20, 30});
	execl(PROGRAM, "differ", "rights", "inherited", NULL);
}

static void
death_signal_of_another(void)
{
	int sig;

	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	NUM(setresgid(HERS, HERS, HERS));
	prctl(PR_GET_PDEATHSIG, &sig);
	TEXT("after the group", "%d", sig);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	NUM(setresuid(HERS, HERS, 0));
	prctl(PR_GET_PDEATHSIG, &sig);
	TEXT("after the user", "%d", sig);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	NUM(setresuid(HERS, HERS, HERS));
	prctl(PR_GET_PDEATHSIG, &sig);
	TEXT("after the saved user", "%d", sig);
}

/* Runs as the exec'ed program, which is the parent or the child of a clone,
 * and prints how the child ended. */
static void
show_ended(int gate)
{
	sigset_t set;
	int status = -1;

	if (gate >= 0 && write(gate, "x", 1) != 1)
		_exit(96);
	NUM(waitpid(-1, &status, __WALL) > 0);
	TEXT("status", "%x", status);
	sigpending(&set);
	TEXT("pending", "USR1 %d CHLD %d", sigismember(&set, SIGUSR1), sigismember(&set, SIGCHLD));
}

static void
block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

static int who_execs, chosen;

static void
exit_signal(void)
{
	char fd[12], c;
	int gate[2];
	pid_t pid;

	block_all();
	if (pipe(gate) != 0)
		_exit(97);
	pid = syscall(SYS_clone, chosen, 0, 0, 0, 0);
	if (pid == 0) {
		close(gate[1]);
		if (who_execs == 2)
			execl(PROGRAM, "differ", "rights", "end", NULL);
		_exit(read(gate[0], &c, 1) == 1 ? 0 : 94);
	}
	snprintf(fd, sizeof(fd), "%d", gate[1]);
	if (who_execs == 1)
		execl(PROGRAM, "differ", "rights", "ended", fd, NULL);
	show_ended(who_execs == 2 ? -1 : gate[1]);
}

void
rights_program(int argc, char **argv)
{
	if (strcmp(argv[0], "stay") == 0 && argc == 3)
		stay(atoi(argv[1]), atoi(argv[2]));
	if (strcmp(argv[0], "inherited") == 0)
		inherited();
	if (strcmp(argv[0], "ended") == 0 && argc == 2)
		show_ended(atoi(argv[1]));
}

void
process_rights_calls(void)
{
	static const char *const nobody_or[] = {"nobody execs", "the parent execs",
	                                        "the child execs"};

	processes();
	section("what a set-id program inherits");
	copy_program(04755, 0, 0);
	child(HERS, HERS, leave_heritage);
	copy_program(0755, 0, 0);
	child(HERS, HERS, leave_heritage);
	child(0, 0, death_signal_of_another);
	for (who_execs = 0; who_execs < 3; who_execs++)
		for (chosen = 0; chosen <= SIGCHLD;
		     chosen += chosen == 0 ? SIGUSR1 : SIGCHLD - SIGUSR1) {
			section(nobody_or[who_execs]);
			TEXT("signal", "%d", chosen);
			copy_program(04755, 0, 0);
			child(HERS, HERS, exit_signal);
		}
	unlink(PROGRAM);
}
