/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 192 --append sched=seed:17 */
/*
 * What others do while a long call gives way to them: a fork of much memory, and calls that free or
 * protect much. With a seed each preemption point lets others run half of the time.
 */
#include "shmcalls.h"

#include "abi/resource.h"
#include <sched.h>
#include <sys/stat.h>

#define MUCH (24u << 20)
#define ROUNDS 12
#define RW (PROT_READ | PROT_WRITE)

static char *
memory(void)
{
	char *p = mmap(NULL, MUCH, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned i = 0; i < MUCH; i += PAGE)
		p[i] = (char)(i >> 12);
	return p;
}

/* Returns whether the pages are those of memory(). */
static int
whole(const char *p)
{
	for (unsigned i = 0; i < MUCH; i += PAGE)
		if (p[i] != (char)(i >> 12))
			return 0;
	return 1;
}

/* A group is killed while its member forks: no child is left. */
static void
killed_in_fork(void)
{
	struct gate ready;
	int left = 0;

	gate_make(&ready);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pid = SPAWN(setpgid(0, 0); memory(); gate_open(&ready);
		                  for (;;) if (fork() == 0) pause());

		gate_pass(&ready);
		for (int i = 0; i < round; i++)
			sched_yield();
		kill(-pid, SIGKILL);
		ending(pid);
		/* The children are init's now, which waits for them. */
		for (int i = 0; i < 1000 && kill(-pid, 0) == 0; i++)
			sched_yield();
		left += kill(-pid, 0) == 0;
		kill(-pid, SIGKILL);
	}
	is(left, 0, "a signal to a group does not miss the child that is being made");
	gate_drop(&ready);
}

/* Two processes of one user fork at the same time, and the limit allows one more. */
static void
limit_in_fork(void)
{
	int *made = shared(PAGE), bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct gate go;
		pid_t pid[2];

		gate_make(&go);
		*made = 0;
		for (int i = 0; i < 2; i++)
			pid[i] = SPAWN(struct abi_rlimit r = {3, 3}; memory();
			               syscall(75, 6 /* RLIMIT_NPROC */, &r); become(ALICE, ALICE);
			               gate_pass(&go); pid_t c = fork(); if (c == 0) pause();
			               if (c > 0)++ *made; sleep(1);
			               if (c > 0) kill(c, SIGKILL), ending(c));
		sleep(1);
		gate_open(&go), gate_open(&go);
		ending(pid[0]), ending(pid[1]);
		bad += *made != 1;
		gate_drop(&go);
	}
	is(bad, 0, "of two forks at the same time the limit refuses one");
}

/* A file is shortened while a process that has mapped it forks. */
static void
shortened_in_fork(void)
{
	int bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int fd = open("/tmp/f", O_RDWR | O_CREAT | O_TRUNC, 0600);
		struct gate ready;
		char *f, *p;
		pid_t pid;

		gate_make(&ready);
		ftruncate(fd, MUCH);
		f = mmap(NULL, MUCH, RW, MAP_SHARED, fd, 0);
		for (unsigned i = 0; i < MUCH; i += PAGE)
			f[i] = 1;
		p = memory();
		pid = SPAWN(gate_pass(&ready); ftruncate(fd, PAGE));
		gate_open(&ready);
		bad += CHILD(_exit(!whole(p) + 2 * (*f != 1))) != 0;
		ending(pid);
		bad += CHILD(_exit(f[PAGE])) != KILLED(SIGBUS);
		bad += reads(f + MUCH - PAGE) != KILLED(SIGBUS);
		munmap(f, MUCH), munmap(p, MUCH);
		close(fd), unlink("/tmp/f");
		gate_drop(&ready);
	}
	is(bad, 0, "a file is shortened while a process that has mapped it forks");
}

/* A segment is removed, and one detached, while a process that has attached it forks. */
static void
removed_in_fork(void)
{
	int bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
		char *at = shmat(id, NULL, 0), *p = memory();
		struct gate ready;
		pid_t pid;

		gate_make(&ready);
		*at = 'x';
		pid = SPAWN(gate_pass(&ready); shmctl(id, IPC_RMID, NULL));
		gate_open(&ready);
		bad += CHILD(_exit(!whole(p) + 2 * (*at != 'x'))) != 0;
		ending(pid);
		bad += shmdt(at) != 0 || shmctl(id, IPC_STAT, NULL) == 0 || errno != EINVAL;
		munmap(p, MUCH);
		gate_drop(&ready);
	}
	is(bad, 0, "a segment is removed while a process that has attached it forks");
}

/* Others run while a process gives back or protects memory, and while one ends. */
static void
given_back(void)
{
	int bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		pid_t pid[3];

		for (int i = 0; i < 3; i++)
			pid[i] = SPAWN(char *p = memory(); mprotect(p, MUCH, PROT_READ);
			               if (!whole(p)) _exit(1); mprotect(p, MUCH, RW);
			               p[MUCH - 1] = 3; syscall(219, p, MUCH / 2, 4);
			               if (p[PAGE] != 0) _exit(2); munmap(p, MUCH);
			               if (i == 1) execl("/bin/true", "true", NULL); memory());
		for (int i = 0; i < 3; i++)
			bad += ending(pid[i]) != 0;
	}
	is(bad, 0, "three processes at the same time protect, drop and unmap much memory");
}

/* A file is shortened while others look. */
static void
shortened(void)
{
	int bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int fd = open("/tmp/f", O_RDWR | O_CREAT, 0600), look = open("/tmp/f", O_RDONLY);
		off_t size = MUCH, now;
		struct gate ready;
		struct stat st;
		char *f, c = 0;
		pid_t pid;

		gate_make(&ready);
		ftruncate(fd, MUCH);
		f = mmap(NULL, MUCH, RW, MAP_SHARED, fd, 0);
		for (unsigned i = 0; i < MUCH; i += PAGE)
			memset(f + i + PAGE - 1, 1, 1);
		pid = SPAWN(gate_pass(&ready); ftruncate(fd, PAGE));
		gate_open(&ready);
		do {
			now = fstat(look, &st) == 0 ? st.st_size : -1;
			bad += now < (off_t)PAGE || now > size;
			size = now;
			lseek(look, now - 1, SEEK_SET);
			bad += read(look, &c, 1) == 1 && c != 1;
		} while (bad == 0 && now > (off_t)PAGE);
		ending(pid);
		munmap(f, MUCH);
		close(fd), close(look), unlink("/tmp/f");
		gate_drop(&ready);
	}
	is(bad, 0, "a file that is shortened only gets shorter, and keeps what is left");
}

void
test(void)
{
	killed_in_fork();
	limit_in_fork();
	shortened_in_fork();
	shortened();
	removed_in_fork();
	given_back();
}
