/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program, and the functions that all groups of calls use.
 *
 *	differ calls                 makes the calls of all groups
 *	differ random SEED           makes the random calls of that seed
 *	differ digests FIRST COUNT   prints only a digest of what `random` would print for each of
 *	                             COUNT seeds, because printing takes most of the time
 */
#include "differ.h"
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>

int direct;
static const char *tag;
static unsigned *digest; /* shared by all processes; NULL: the program prints */

const char *
error_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
#define E(name) {name, #name}
		E(EPERM),   E(ENOENT),  E(ESRCH),     E(EINTR),        E(EIO),        E(ENXIO),
		E(E2BIG),   E(ENOEXEC), E(EBADF),     E(ECHILD),       E(EAGAIN),     E(ENOMEM),
		E(EACCES),  E(EFAULT),  E(EBUSY),     E(EEXIST),       E(EXDEV),      E(ENODEV),
		E(ENOTDIR), E(EISDIR),  E(EINVAL),    E(ENFILE),       E(EMFILE),     E(ENOTTY),
		E(ETXTBSY), E(EFBIG),   E(ENOSPC),    E(ESPIPE),       E(EROFS),      E(EMLINK),
		E(EPIPE),   E(EDOM),    E(ERANGE),    E(ENAMETOOLONG), E(ENOSYS),     E(ENOTEMPTY),
		E(ELOOP),   E(EIDRM),   E(EOVERFLOW), E(ETIMEDOUT),    E(EOPNOTSUPP), E(EDEADLK),
		E(ENOLCK),  E(ENODATA),
#undef E
	};
	static char other[16];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == error)
			return names[i].name;
	}
	snprintf(other, sizeof(other), "error %d", error);
	return other;
}

static void
emit(const char *text, int n)
{
	if (digest == NULL) {
		if (write(1, text, n) != n)
			_exit(99);
	} else {
		while (n-- > 0)
			*digest = (*digest ^ (unsigned char)*text++) * 16777619;
	}
}

/* Prints a line by one write, so that lines of a child and its parent do not mix. */
static void
line(const char *call, const char *result)
{
	static char text[1024];
	int n = tag ? snprintf(text, sizeof(text), "{%s} %s = %s\n", tag, call, result)
	            : snprintf(text, sizeof(text), "%s = %s\n", call, result);

	tag = NULL;
	emit(text, n);
}

void
section(const char *name)
{
	char text[128];

	emit(text, snprintf(text, sizeof(text), "\n== %s%s\n", name,
	                    direct ? ", by the direct calls" : ""));
}

void
differs(const char *name)
{
	tag = name;
}

void
show_text(const char *call, const char *fmt, ...)
{
	char text[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line(call, text);
}

long
show_number(const char *call, long result)
{
	if (result == -1)
		line(call, error_name(errno));
	else
		show_text(call, "%ld", result);
	return result;
}

long
show_id(const char *call, long id)
{
	static long seen[4096];
	static int n;
	int i = 0;

	if (id == -1)
		return show_number(call, id);
	while (i < n && seen[i] != id)
		i++;
	if (i == n && n < 4096)
		seen[n++] = id;
	show_text(call, "segment %d", i);
	return id;
}

void *
show_address(const char *call, void *asked, void *got)
{
	if (got == (void *)-1)
		line(call, error_name(errno));
	else if (got == asked)
		line(call, "where it was asked for");
	else
		line(call, (uintptr_t)got % PAGE ? "not a page" : "somewhere");
	return got;
}

void
child(uid_t uid, gid_t gid, void (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (uid &&
		    (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)))
			_exit(98);
		body();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		show_text("child", "not there: %s", error_name(errno));
	else if (status != 0)
		show_text("child", "status 0x%x", status);
}

static sigjmp_buf back;

static void
caught(int sig)
{
	siglongjmp(back, sig);
}

int
touch(volatile char *p, int write)
{
	struct sigaction act = {.sa_handler = caught}, segv, bus;
	int sig;

	sigaction(SIGSEGV, &act, &segv);
	sigaction(SIGBUS, &act, &bus);
	sig = sigsetjmp(back, 1);
	if (sig == 0) {
		char was = *p;

		if (write)
			*p = was;
	}
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
	return sig;
}

/* The calls are made without the C library, whose functions examine their arguments
 * and may set a bit in a command. */
int
get(key_t key, size_t size, int flags)
{
	return direct ? syscall(SYS_shmget, key, size, flags)
	              : syscall(SYS_ipc, 23, key, size, flags, NULL, 0);
}

void *
attach(int id, const void *addr, int flags)
{
	void *at;

	if (direct)
		return (void *)syscall(SYS_shmat, id, addr, flags);
	return syscall(SYS_ipc, 21, id, flags, &at, addr, 0) < 0 ? (void *)-1 : at;
}

int
detach(const void *addr)
{
	return direct ? syscall(SYS_shmdt, addr) : syscall(SYS_ipc, 22, 0, 0, 0, addr, 0);
}

int
control(int id, int cmd, void *buf)
{
	return direct ? syscall(SYS_shmctl, id, cmd & ~0x100, buf)
	              : syscall(SYS_ipc, 24, id, cmd | 0x100, 0, buf, 0);
}

static void
digests(unsigned first, unsigned count)
{
	digest = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned seed = first; seed < first + count; seed++) {
		*digest = 2166136261;
		random_calls(seed);
		printf("seed %u = %08x\n", seed, *digest);
	}
}

int
main(int argc, char **argv)
{
	umask(022);
	if (argc == 3 && strcmp(argv[1], "random") == 0) {
		random_calls(strtoul(argv[2], NULL, 10));
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "digests") == 0) {
		digests(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "jobs") == 0) {
		job_calls();
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "rights") == 0) {
		rights_program(argc - 2, argv + 2);
		return 0;
	}
	for (direct = 0; direct < 2; direct++) {
		shm_calls();
		shm_permissions();
		shm_processes();
		shm_information();
	}
	direct = 0;
	bytes_calls();
	file_calls();
	memory_calls();
	process_calls();
	memory_more_calls();
	process_more_calls();
	signal_calls();
	other_calls();
	job_calls();
	file_rights_calls();
	process_rights_calls();
	return 0;
}
