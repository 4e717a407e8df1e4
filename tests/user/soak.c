/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 16 --append sched=seed:7 */
/*
 * All at once: processes that share segments, fill memory, write files, talk by pipes and signals,
 * and fork and exec, while allocations of theirs fail at random. What fails must fail with an
 * errno that the call has, and what a process has written must be there as long as it may.
 *
 * /etc/soak may hold "SEED ROUNDS" in place of those of the test; tools/soak does so.
 */
#include "tap.h"

#include "abi/misc.h"

#include <stdbool.h>

#define KEY 0x50a4
#define KEYS 5
#define RW (PROT_READ | PROT_WRITE)
#define HELD 6 /* attaches that a process holds */
#define ERRNOS 135
enum { GETRUSAGE = 77, CHILDREN = -1 };

static volatile struct {
	unsigned calls, refused[ERRNOS], wrong, faults;
} * ctl;
static unsigned lot, seed = 1, rounds = 150;

static unsigned
any(unsigned n)
{
	lot = lot * 1664525 + 1013904223;
	return (lot >> 12) % n;
}

/* Counts a call and returns its result. */
static long
noted(long result)
{
	__atomic_fetch_add(&ctl->calls, 1, __ATOMIC_RELAXED);
	if (result == -1)
		__atomic_fetch_add(&ctl->refused[errno < ERRNOS ? errno : 0], 1, __ATOMIC_RELAXED);
	return result;
}
#define CALL(...) noted((long)(__VA_ARGS__))

/* Counts what must not be, and says which. */
static void
never(bool bad, const char *what)
{
	if (!bad)
		return;
	__atomic_fetch_add(&ctl->wrong, 1, __ATOMIC_RELAXED);
	diag("%s", what);
}

/* Lets one of this process's next allocations fail. */
static void
let_one_fail(void)
{
	static const char *const sites[] = {"kmem", "page", "commit", "object", "attach"};
	char text[32];
	int fd = open("/proc/sys/kernel/fail", O_WRONLY);

	snprintf(text, sizeof(text), "%s:nth=%u", sites[any(5)], 1 + any(20));
	if (fd >= 0)
		write(fd, text, strlen(text));
	close(fd);
}

/* ---- What the processes do ---- */

static struct {
	unsigned *at;
	int id;
	bool read_only;
} held[HELD];

/* A page of a segment holds zeros, or its own identifier and number. */
static void
touch(unsigned i)
{
	struct shmid_ds ds;
	unsigned page, want, *word;

	if (held[i].at == NULL || shmctl(held[i].id, IPC_STAT, &ds) < 0)
		return;
	page = any(ds.shm_segsz / PAGE);
	want = (unsigned)held[i].id ^ page << 8;
	word = held[i].at + page * PAGE / sizeof(*word);
	never(*word != 0 && *word != want, "a segment holds something of others");
	if (!held[i].read_only)
		*word = want;
}

static void
let_go(unsigned i)
{
	if (held[i].at != NULL)
		never(CALL(shmdt(held[i].at)) != 0, "shmdt of an attach");
	held[i].at = NULL;
}

static void
segments(void)
{
	static const unsigned sizes[] = {1, 3, 40, 1024, 1027};
	unsigned i = any(HELD), key = any(KEYS);
	bool read_only = any(4) == 0;
	struct shmid_ds ds = {.shm_perm.mode = 0600};
	unsigned *p;
	int id;

	switch (any(10)) {
	case 0:
		let_go(i);
		break;
	case 1:
		if (held[i].at != NULL)
			CALL(shmctl(held[i].id, IPC_RMID, NULL));
		break;
	case 2:
		id = CALL(shmget(KEY + key, sizes[key] * PAGE, IPC_CREAT | IPC_EXCL | 0600));
		never(id < 0 && errno != EEXIST && errno != ENOMEM && errno != ENOSPC,
		      "shmget, excl");
		break;
	case 3:
		if (held[i].at != NULL)
			CALL(shmctl(held[i].id, any(2) ? SHM_LOCK : IPC_SET, &ds));
		break;
	case 4:
	case 5:
		let_go(i);
		id = CALL(shmget(KEY + key, sizes[key] * PAGE, IPC_CREAT | 0600));
		if (id < 0)
			break;
		p = (unsigned *)CALL(shmat(id, NULL, read_only ? SHM_RDONLY : 0));
		never(p == NO_ADDR && errno != ENOMEM && errno != EINVAL, "shmat");
		held[i].at = p == NO_ADDR ? NULL : p;
		held[i].id = id, held[i].read_only = read_only;
		break;
	case 6:
		if (held[i].at != NULL)
			CALL(mprotect(held[i].at, PAGE, PROT_READ));
		if (held[i].at != NULL && !held[i].read_only)
			held[i].read_only = CALL(mprotect(held[i].at, PAGE, RW)) != 0;
		break;
	default:
		touch(i);
	}
}

static void
write_in_child(unsigned *p, unsigned page)
{
	pid_t pid = CALL(fork());

	if (pid == 0) {
		p[0] = p[page * PAGE / 4] = 1;
		_exit(0);
	}
	if (pid > 0)
		ending(pid);
}

/* Fills some memory, and sees that it was zeros before and is its own then. */
static void
memory(void)
{
	unsigned n = 1 + any(700), mark = lot, bad = 0;
	unsigned *p =
		(unsigned *)CALL(mmap(NULL, n * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	if (p == NO_ADDR) {
		never(errno != ENOMEM, "mmap");
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		bad += p[i * PAGE / 4] != 0;
		p[i * PAGE / 4] = mark ^ i;
	}
	if (any(3) == 0)
		write_in_child(p, any(n));
	for (unsigned i = 0; i < n; i++)
		bad += p[i * PAGE / 4] != (mark ^ i);
	never(bad != 0, "private memory holds something of others");
	never(CALL(munmap(p, n * PAGE)) != 0 && errno != ENOMEM, "munmap");
	munmap(p, n * PAGE);
}

static void
files(void)
{
	static unsigned buf[3 * PAGE / 4];
	char name[24];
	unsigned *p, n = 1 + any(3 * PAGE), bad = 0;
	int fd, got;

	snprintf(name, sizeof(name), "/tmp/soak%d", getpid());
	fd = CALL(open(name, O_RDWR | O_CREAT | O_TRUNC, 0600));
	if (fd < 0)
		return;
	for (unsigned i = 0; i < sizeof(buf) / 4; i++)
		buf[i] = seed + i;
	got = CALL(write(fd, buf, n));
	CALL(lseek(fd, 0, SEEK_SET));
	memset(buf, 0, sizeof(buf));
	if (got > 0) {
		never(CALL(read(fd, buf, got)) != got, "a file lost bytes");
		for (int i = 0; i < got / 4; i++)
			bad += buf[i] != seed + i;
		p = (unsigned *)CALL(mmap(NULL, got, PROT_READ, MAP_SHARED, fd, 0));
		for (int i = 0; p != NO_ADDR && i < got / 4; i++)
			bad += p[i] != seed + i;
		if (p != NO_ADDR)
			CALL(munmap(p, got));
	}
	never(bad != 0, "a file holds something else");
	close(fd);
	CALL(unlink(name));
}

static volatile int caught;

static void
on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void
talk(void)
{
	int p[2], before = caught;
	char byte = 'x';
	pid_t pid;

	if (CALL(pipe(p)) < 0)
		return;
	pid = CALL(fork());
	if (pid == 0) {
		usleep(any(20) * 1000);
		write(p[1], "y", 1);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	close(p[1]);
	if (pid > 0) {
		while (read(p[0], &byte, 1) < 0)
			;
		ending(pid);
		never(byte != 'y', "a pipe");
		never(caught != before + 1, "a signal");
	}
	close(p[0]);
}

int
helper(int argc, char **argv)
{
	(void)argc;
	return argv[1][0] - '0';
}

static void
programs(void)
{
	unsigned depth = 1 + any(3), status = any(10);
	char word[2] = {'0' + status, 0};
	int end;
	pid_t pid = CALL(fork());

	if (pid == 0) {
		while (--depth > 0)
			if (fork() != 0) {
				wait(NULL);
				_exit(status);
			}
		execve("/proc/self/exe", (char *[]){"soak", word, NULL}, NULL);
		_exit(status);
	}
	if (pid < 0)
		return;
	end = ending(pid);
	never(end != (int)status && end != KILLED(SIGKILL), "a program's status");
}

static void
work(int who)
{
	static void (*const jobs[])(void) = {segments, segments, segments, memory,
	                                     files,    talk,     programs};
	struct abi_rusage ru;

	lot = seed * 69069 + who * 40503;
	signal(SIGUSR1, on_signal);
	for (unsigned i = 0; i < rounds; i++) {
		if (any(8) == 0)
			let_one_fail();
		jobs[any(sizeof(jobs) / sizeof(jobs[0]))]();
	}
	for (unsigned i = 0; i < HELD; i++)
		let_go(i);
	if (syscall(GETRUSAGE, 0, &ru) == 0)
		__atomic_fetch_add(&ctl->faults, ru.ru_minflt, __ATOMIC_RELAXED);
	if (syscall(GETRUSAGE, CHILDREN, &ru) == 0)
		__atomic_fetch_add(&ctl->faults, ru.ru_minflt, __ATOMIC_RELAXED);
}

static void
settings(void)
{
	FILE *f = fopen("/etc/soak", "r");
	char line[40], *at;

	if (f && fgets(line, sizeof(line), f)) {
		seed = strtoul(line, &at, 10);
		rounds = strtoul(at, NULL, 10);
	}
	if (f)
		fclose(f);
}

void
test(void)
{
	enum { CREW = 7 };
	pid_t pid[CREW];
	char refused[200] = "";

	settings();
	ctl = shared(sizeof(*ctl));
	for (int i = 0; i < CREW; i++)
		pid[i] = SPAWN(work(i));
	for (int i = 0; i < CREW; i++)
		is(ending(pid[i]), 0, "process %d ends by itself", i);
	is(ctl->wrong, 0, "nothing was lost, and nothing of others seen");
	for (int k = 0; k < KEYS; k++)
		shmctl(shmget(KEY + k, 0, 0), IPC_RMID, NULL);
	for (unsigned e = 0; e < ERRNOS; e++)
		if (ctl->refused[e] > 0)
			snprintf(refused + strlen(refused), sizeof(refused) - strlen(refused),
			         " %u:%u", e, ctl->refused[e]);
	diag("seed %u: %u calls, %u faults; refused, by errno:%s", seed, ctl->calls, ctl->faults,
	     refused);
}
