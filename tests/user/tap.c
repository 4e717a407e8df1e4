/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include <ctype.h>
#include <procfs.h>
#include <dirent.h>
#include <stdarg.h>
#include <time.h>

static struct {
	int count, failed;
} * tap;

__attribute__((weak)) int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}

/* Writes the line by a single write, so that nothing stays in a buffer that a fork would
 * duplicate. */
static void
say(const char *head, const char *text, va_list ap)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "%s", head);

	n += vsnprintf(line + n, sizeof(line) - n - 1, text, ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n] = '\n';
	write(1, line, n + 1);
}

void
diag(const char *text, ...)
{
	va_list ap;

	va_start(ap, text);
	say("# ", text, ap);
	va_end(ap);
}

static void
result(int good, const char *name, va_list ap)
{
	char head[32];

	tap->failed += !good;
	snprintf(head, sizeof(head), "%sok %d - ", good ? "" : "not ", ++tap->count);
	say(head, name, ap);
}

void
ok(int good, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	result(good, name, ap);
	va_end(ap);
}

void
is(long got, long want, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	result(got == want, name, ap);
	va_end(ap);
	if (got != want)
		diag("got %ld (0x%lx), wanted %ld (0x%lx)", got, got, want, want);
}

void
fails(long r, int error, const char *name, ...)
{
	int e = errno;
	va_list ap;

	va_start(ap, name);
	result(r == -1 && e == error, name, ap);
	va_end(ap);
	if (r != -1)
		diag("succeeded with 0x%lx", r);
	else if (e != error)
		diag("errno %d (%s)", e, strerror(e));
}

void
tap_forget(void)
{
	munmap(tap, sizeof(*tap));
}

void
bail(const char *why)
{
	diag("%s: %s", why, strerror(errno));
	_exit(99);
}

int
ending(pid_t pid)
{
	int status;
	pid_t got;

	if (pid < 0)
		bail("fork");
	while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		;
	if (got != pid)
		bail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED(WTERMSIG(status));
}

int
reads(const volatile void *at)
{
	return CHILD((void)*(const volatile char *)at);
}

int
writes(volatile void *at)
{
	return CHILD(*(volatile char *)at = *(volatile char *)at);
}

void
become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		bail("become");
}

void *
shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("shared memory");
	return p;
}

void
gate_make(struct gate *g)
{
	if (pipe(g->fd) < 0)
		bail("pipe");
}

void
gate_open(struct gate *g)
{
	if (write(g->fd[1], "", 1) != 1)
		bail("gate");
}

void
gate_pass(struct gate *g)
{
	char c;

	while (read(g->fd[0], &c, 1) != 1)
		if (errno != EINTR)
			bail("gate");
}

void
gate_drop(struct gate *g)
{
	close(g->fd[0]);
	close(g->fd[1]);
}

/* Returns the text of a file. It does not use malloc, because some tests look at the heap. */
static const char *
procfs_text(const char *file)
{
	static char text[2048];
	int fd = open(file, O_RDONLY), n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		bail(file);
	close(fd);
	text[n] = 0;
	return text;
}

unsigned long
procfs_number(const char *file, const char *key)
{
	const char *at = strstr(procfs_text(file), key);

	if (at == NULL)
		bail(key);
	return strtoul(at + strcspn(at, "0123456789"), NULL, 10);
}

void
until_state(pid_t pid, char state)
{
	char path[32];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while ((at = strrchr(procfs_text(path), ')')) && at[2] != state)
		usleep(1000);
}

unsigned
count_segments(void)
{
	static char text[512];
	int fd = open("/proc/sysvipc/shm", O_RDONLY), lines = 0, n;

	if (fd < 0)
		bail("/proc/sysvipc/shm");
	while ((n = read(fd, text, sizeof(text))) > 0)
		for (int i = 0; i < n; i++)
			lines += text[i] == '\n';
	close(fd);
	return lines - 1;
}

unsigned
count_processes(void)
{
	static char buf[1024];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY), n, count = 0;

	if (fd < 0)
		bail("/proc");
	while ((n = syscall(220, fd, buf, sizeof(buf))) > 0) {
		for (int at = 0; at < n;) {
			struct abi_dirent64 *d = (void *)(buf + at);

			count += isdigit(d->d_name[0]);
			at += d->d_reclen;
		}
	}
	close(fd);
	return count;
}

struct shmid_ds
stat_of(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) < 0)
		bail("IPC_STAT");
	return ds;
}

/* ---- What the test left behind ---- */

struct state {
	unsigned long free, committed;
	unsigned segments, processes;
};

static void
measure(struct state *s)
{
	s->free = procfs_number("/proc/meminfo", "MemFree");
	s->committed = procfs_number("/proc/meminfo", "Committed_AS");
	s->segments = count_segments();
	s->processes = count_processes();
}

/* Waits until there are that many processes, for about a second at most: init collects orphans
 * and may not have had its turn yet. */
static void
settle(unsigned processes)
{
	for (int i = 0; i < 1000 && count_processes() != processes; i++)
		usleep(1000);
}

int
main(int argc, char **argv)
{
	static struct state before, after;
	int status;

	if (argc > 1)
		return helper(argc, argv);
	tap = shared(sizeof(*tap));
	tap->count = 0;
	/* Do once all that main() does after the test, so that it does not change the state
	 * then. */
	measure(&before);
	CHILD(if (SPAWN(usleep(1)) < 0) bail("fork"));
	settle(before.processes);
	measure(&before);
	status = CHILD(test());
	ok(status == 0, "the test came to its end (status %d)", status);
	settle(before.processes);
	measure(&after);
	ok(memcmp(&before, &after, sizeof(before)) == 0, "nothing leaked");
	if (memcmp(&before, &after, sizeof(before)) != 0)
		diag("kB free %lu, now %lu; promised %lu, %lu; segments %u, %u; processes %u, %u",
		     before.free, after.free, before.committed, after.committed, before.segments,
		     after.segments, before.processes, after.processes);
	printf("1..%d\n", tap->count);
	return tap->failed != 0;
}
