/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --add tests/exec:/run/script */
/* Tests execve: what the new program finds, and what a failed exec leaves unchanged. */
#include "tap.h"

#define SELF "/run/exec"
#define LONG (100u << 10)

/* ---- Checks made by the new program; its exit status says which failed ---- */

static uint32_t
aux(char **env, uint32_t key)
{
	uint32_t *at;

	while (*env)
		env++;
	for (at = (uint32_t *)(env + 1); at[0] != AT_NULL; at += 2)
		if (at[0] == key)
			return at[1];
	return 0xdead;
}

static int
see_args(int argc, char **argv)
{
	if (argc != 5 || argv[5] != NULL || strcmp(argv[0], "any name") || strcmp(argv[2], "") ||
	    strcmp(argv[3], "a b\n") || strcmp(argv[4], "\377"))
		return 1;
	if (strcmp(environ[0], "A=1") || strcmp(environ[1], "B=") || environ[2] != NULL)
		return 2;
	if (((uint32_t)(argv - 1) & 15) != 0)
		return 3;
	if (strcmp(getenv("A"), "1") || getenv("C"))
		return 4;
	return 0;
}

static int
see_aux(void)
{
	const char *random = (void *)aux(environ, AT_RANDOM);
	const uint32_t *ph = (void *)aux(environ, AT_PHDR);

	if (aux(environ, AT_PAGESZ) != PAGE || aux(environ, AT_PHENT) != 32 ||
	    aux(environ, AT_CLKTCK) != 100 || aux(environ, AT_BASE) != 0 || aux(environ, AT_SECURE))
		return 1;
	if (aux(environ, AT_UID) != ALICE || aux(environ, AT_EUID) != ALICE ||
	    aux(environ, AT_GID) != BOB || aux(environ, AT_EGID) != BOB)
		return 2;
	if (strcmp((char *)aux(environ, AT_EXECFN), SELF))
		return 3;
	if (aux(environ, AT_PHNUM) == 0 || (ph[0] != 1 && ph[0] != 6))
		return 4;
	for (int i = 0; i < 16; i++)
		if (random[i])
			return 0;
	return 5;
}

static int
see_state(void)
{
	struct sigaction act;
	sigset_t set;
	stack_t st;

	sigaction(SIGUSR1, NULL, &act);
	if (act.sa_handler != SIG_DFL)
		return 1;
	sigaction(SIGUSR2, NULL, &act);
	if (act.sa_handler != SIG_IGN)
		return 2;
	sigprocmask(SIG_BLOCK, NULL, &set);
	if (set != 1ull << (SIGTERM - 1))
		return 3;
	sigpending(&set);
	if (set != 1ull << (SIGTERM - 1))
		return 4;
	sigaltstack(NULL, &st);
	if (st.ss_flags != SS_DISABLE)
		return 5;
	if (fcntl(20, F_GETFD) != 0 || fcntl(21, F_GETFD) != -1 || errno != EBADF)
		return 6;
	return alarm(0) == 0 ? 7 : 0;
}

static int
see_fpu(void)
{
	uint16_t control;
	uint32_t mxcsr;

	__asm__("fnstcw %0" : "=m"(control));
	__asm__("stmxcsr %0" : "=m"(mxcsr));
	return control != 0x37f || mxcsr != 0x1f80;
}

int
helper(int argc, char **argv)
{
	switch (argv[1][0]) {
	case 'a':
		return see_args(argc, argv);
	case 'x':
		return see_aux();
	case 's':
		return see_state();
	case 'f':
		return see_fpu();
	case 'l':
		for (unsigned i = 0; i < LONG; i++)
			if (argv[2][i] != (char)('a' + i % 26))
				return 1;
		return argc == 3 && strlen(argv[2]) == LONG ? 0 : 2;
	case 'n':
		return argc == 10002 && strcmp(argv[10001], "x") == 0 ? 0 : 1;
	default:
		return 99;
	}
}

/* ---- The test ---- */

static void
run(const char *what, const char *name)
{
	is(CHILD(execl(SELF, "exec", what, NULL); _exit(98)), 0, "%s", name);
}

static void
arguments(void)
{
	static char *many[10003], big[LONG + 1];
	char *args[] = {"any name", "a", "", "a b\n", "\377", NULL}, *env[] = {"A=1", "B=", NULL};

	is(CHILD(execve(SELF, args, env)), 0, "arguments and environment");
	is(CHILD(setgid(BOB); setuid(ALICE); run("x", "the auxiliary vector")), 0, "as a user");
	for (unsigned i = 0; i < LONG; i++)
		big[i] = 'a' + i % 26;
	run("f", "the FPU as new");
	is(CHILD(execl(SELF, "exec", "l", big, NULL); _exit(98)), 0, "an argument of 100 KiB");
	many[0] = "exec", many[1] = "n";
	for (int i = 2; i < 10002; i++)
		many[i] = "x";
	is(CHILD(execv(SELF, many); _exit(98)), 0, "10,000 arguments");
	/* Pass one long string many times, until the arguments are too long. */
	for (int i = 1; i < 10002; i++)
		many[i] = big;
	fails(execv(SELF, many), E2BIG, "1 GB of arguments");
	is(CHILD(char *none[] = {NULL}; execve("/bin/true", none, none)), 0, "no arguments at all");
	is(CHILD(execve("/bin/true", NULL, NULL)), 0, "not even vectors");
}

static void
refusals(void)
{
	static char room[PATH_MAX + 10];
	char *args[] = {"x", NULL};
	int fd = fcntl(1, F_DUPFD_CLOEXEC, 20), id = shmget(IPC_PRIVATE, 1, 0600);
	char *p = shmat(id, NULL, 0);

	signal(SIGUSR1, _exit);
	memset(room, 'n', sizeof(room) - 1);
	fails(execv("/bin/nothing", args), ENOENT, "no such file");
	fails(execv("", args), ENOENT, "no name");
	fails(execv("/etc/passwd/x", args), ENOTDIR, "a file as a directory");
	fails(execv("/etc/passwd", args), EACCES, "not executable");
	fails(execv("/bin", args), EACCES, "a directory");
	fails(execv("/dev/null", args), EACCES, "a device");
	fails(execv("/run/script", args), ENOENT, "a script without its interpreter");
	fails(execv(room, args), ENAMETOOLONG, "a path that is too long");
	fails(execv((char *)0xc0000000, args), EFAULT, "a path in the kernel");
	fails(execv("/bin/true", (char **)0xbffffffc), EFAULT, "arguments beyond the stack");
	fails(execve("/bin/true", args, (char **)0xc0000000), EFAULT, "no such environment");
	args[0] = (char *)0xc0000000;
	fails(execv("/bin/true", args), EFAULT, "an argument in the kernel");
	is(CHILD(become(ALICE, ALICE); fails(execl("/etc/passwd", "x", NULL), EACCES, "as a user")),
	         0, "a user");
	struct sigaction act;

	sigaction(SIGUSR1, NULL, &act);
	ok(act.sa_handler == (sighandler_t)_exit, "a failed exec leaves handlers");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "and descriptors");
	p[0] = 'p';
	is(stat_of(id).shm_nattch, 1, "and attaches");
	signal(SIGUSR1, SIG_DFL);
	close(fd);
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
}

static void
prepare(void)
{
	static char stack[4096];

	signal(SIGUSR1, _exit);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_SETMASK, &(sigset_t){1ull << (SIGTERM - 1)}, NULL);
	raise(SIGTERM);
	sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof(stack)}, NULL);
	dup2(1, 20), dup2(1, 21);
	fcntl(21, F_SETFD, FD_CLOEXEC);
	alarm(100);
	__asm__ volatile("pushl $0x7f; fldcw (%%esp); fldpi; popl %%eax" : : : "eax");
	execl(SELF, "exec", "s", NULL);
}

/* Tests that two processes that compute and are switched often keep their own FPU and SSE state. */
static void
fpu(void)
{
	volatile int *turns = shared(2 * sizeof(*turns));
	pid_t pid[2];

	for (int n = 0; n < 2; n++) {
		pid[n] = fork();
		if (pid[n] != 0)
			continue;
		double x = n + 1, y;
		uint32_t control = 0x1f80 | (n ? 0x6000 : 0), back;

		__asm__ volatile("ldmxcsr %0" : : "m"(control));
		__asm__ volatile("fldl %0" : : "m"(x));
		for (volatile int i = 0; i < 3000000; i++)
			if ((i & 0x3ff) == 0)
				turns[n]++;
		__asm__ volatile("fstpl %0" : "=m"(y));
		__asm__ volatile("stmxcsr %0" : "=m"(back));
		_exit(y != x || back != control || turns[1 - n] == 0);
	}
	is(ending(pid[0]), 0, "one process's FPU and SSE control");
	is(ending(pid[1]), 0, "are not the other's");
	munmap((void *)turns, 2 * sizeof(*turns));
}

void
test(void)
{
	arguments();
	refusals();
	is(CHILD(prepare()), 0, "handlers, mask, pending, altstack, cloexec, alarm over exec");
	fpu();
	is(CHILD(chdir("/etc"); execl("../bin/true", "true", NULL)), 0, "a relative path");
	is(CHILD(execl("/bin/false", "false", NULL)), 1, "its status is the program's");
}
