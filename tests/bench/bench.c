/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures what the calls take, in instructions: the kernel's and the program's own, from just
 * before its `int 0x80` to just after it. Under `-icount shift=0` the counter that RDTSC reads is
 * the number of instructions since the machine was started (the first line of the output proves
 * it). A figure is the least of some rounds: a timer interrupt falls into some of them, but never
 * into all.
 *
 * The program runs on Linux too, and uses nothing that Linux/i386 doesn't have.
 * Output: "NAME<tab>FIGURE", and "NAME@N<tab>FIGURE" where the cost grows with N.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u
#define MIB (1024u * 1024)
#define MANY 4000

/* The calls' numbers, and a way to make a call without the C library. */
enum { EXIT = 1, FORK = 2, WAITPID = 7, GETPID = 20, YIELD = 158 };
enum { SHMGET = 395, SHMCTL = 396, SHMAT = 397, SHMDT = 398 };

static inline __attribute__((always_inline)) long
call(long number, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

static inline __attribute__((always_inline)) unsigned
now(void)
{
	unsigned low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
	return low;
}

static unsigned nothing; /* what two readings of the counter take by themselves */

/* The least number of instructions that `body` takes, over n rounds of before, body and after. */
#define LEAST(n, before, body, after)                                                              \
	({                                                                                         \
		unsigned least = ~0u;                                                              \
		for (int round = 0; round < (n); round++) {                                        \
			unsigned t;                                                                \
			before;                                                                    \
			t = now();                                                                 \
			body;                                                                      \
			t = now() - t;                                                             \
			after;                                                                     \
			if (t < least)                                                             \
				least = t;                                                         \
		}                                                                                  \
		least - nothing;                                                                   \
	})

static void
say(const char *name, unsigned figure)
{
	char line[128];

	write(1, line, snprintf(line, sizeof(line), "%s\t%u\n", name, figure));
}

static void
say_at(const char *name, unsigned n, unsigned figure)
{
	char line[128];

	write(1, line, snprintf(line, sizeof(line), "%s@%u\t%u\n", name, n, figure));
}

static long
sure(long r, const char *what)
{
	if ((unsigned long)r > -4096ul) {
		printf("bench: %s: error %ld\n", what, -r);
		exit(1);
	}
	return r;
}

static int
segment(unsigned size)
{
	return sure(call(SHMGET, IPC_PRIVATE, size, IPC_CREAT | 0600), "shmget");
}

static char *
attach(int id)
{
	return (char *)sure(call(SHMAT, id, 0, 0), "shmat");
}

static inline __attribute__((always_inline)) void
touch(volatile char *at, unsigned size)
{
	for (unsigned i = 0; i < size; i += PAGE)
		at[i] = 1;
}

/* Forks a child that touches `size` bytes from `at` on and exits, and waits for it. */
static inline __attribute__((always_inline)) void
fork_and_wait(char *at, unsigned size)
{
	int status;
	long pid = call(FORK, 0, 0, 0);

	if (pid == 0) {
		touch(at, size);
		call(EXIT, 0, 0, 0);
	}
	call(WAITPID, pid, (long)&status, 0);
}

/* ---- Calls one by one ---- */

static void
calibrate(void)
{
	unsigned n;

	nothing = LEAST(100, , , );
	say("a loop of 2001 instructions",
	    LEAST(10, ,
	          __asm__ volatile("movl $1000, %0; 1: decl %0; jnz 1b"
	                           : "=r"(n)), ));
}

static void
calls(void)
{
	int id = sure(call(SHMGET, 0x1234, PAGE, IPC_CREAT | 0600), "shmget"), pid;
	struct shmid_ds ds;

	say("getpid", LEAST(100, , call(GETPID, 0, 0, 0), ));
	say("shmget of an existing key", LEAST(100, , call(SHMGET, 0x1234, 0, 0), ));
	say("shmctl IPC_STAT", LEAST(100, , call(SHMCTL, id, IPC_STAT, (long)&ds), ));
	call(SHMCTL, id, IPC_RMID, 0);
	say("shmget new + IPC_RMID, 4 KiB", LEAST(
						    100, , {
							    int new = call(SHMGET, IPC_PRIVATE,
		                                                           PAGE, IPC_CREAT | 0600);
							    call(SHMCTL, new, IPC_RMID, 0);
						    }, ));
	say("shmget new + IPC_RMID, 1 MiB", LEAST(
						    100, , {
							    int new = call(SHMGET, IPC_PRIVATE, MIB,
		                                                           IPC_CREAT | 0600);
							    call(SHMCTL, new, IPC_RMID, 0);
						    }, ));
	say("sched_yield alone", LEAST(100, , call(YIELD, 0, 0, 0), ));
	pid = fork();
	if (pid == 0)
		for (;;)
			call(YIELD, 0, 0, 0);
	say("sched_yield there and back", LEAST(100, , call(YIELD, 0, 0, 0), ));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
attaches(void)
{
	int small = segment(PAGE), big = segment(16 * MIB);
	char *at;

	at = attach(small);
	touch(at, PAGE);
	call(SHMDT, (long)at, 0, 0);
	say("shmat + shmdt, 4 KiB", LEAST(
					    100, , {
						    at = (char *)call(SHMAT, small, 0, 0);
						    call(SHMDT, (long)at, 0, 0);
					    }, ));
	say("shmat + touch + shmdt, 4 KiB", LEAST(
						    100, , {
							    at = (char *)call(SHMAT, small, 0, 0);
							    touch(at, PAGE);
							    call(SHMDT, (long)at, 0, 0);
						    }, ));
	at = attach(big);
	touch(at, 16 * MIB);
	call(SHMDT, (long)at, 0, 0);
	say("shmat + shmdt, 16 MiB", LEAST(
					     100, , {
						     at = (char *)call(SHMAT, big, 0, 0);
						     call(SHMDT, (long)at, 0, 0);
					     }, ));
	say("shmat + touch every page + shmdt, 16 MiB, pages there",
	    LEAST(
		    5, , {
			    at = (char *)call(SHMAT, big, 0, 0);
			    touch(at, 16 * MIB);
			    call(SHMDT, (long)at, 0, 0);
		    }, ));
	call(SHMCTL, small, IPC_RMID, 0);
	call(SHMCTL, big, IPC_RMID, 0);
	say("get, attach, touch, detach, remove, 1 MiB",
	    LEAST(
		    20, , {
			    int new = call(SHMGET, IPC_PRIVATE, MIB, IPC_CREAT | 0600);
			    at = (char *)call(SHMAT, new, 0, 0);
			    touch(at, MIB);
			    call(SHMDT, (long)at, 0, 0);
			    call(SHMCTL, new, IPC_RMID, 0);
		    }, ));
}

/* Returns what it takes a second process to touch 1 MiB that the first one has touched. The second
 * process sends the figure by a pipe. */
static unsigned
second_touch(void)
{
	int id = segment(MIB), fd[2], status;
	char *at = attach(id);
	unsigned figure;

	pipe(fd);
	touch(at, MIB);
	if (fork() == 0) {
		char *mine;

		call(SHMDT, (long)at, 0, 0);
		figure = LEAST(20, mine = attach(id), touch(mine, MIB),
		               call(SHMDT, (long)mine, 0, 0));
		write(fd[1], &figure, sizeof(figure));
		_exit(0);
	}
	wait(&status);
	read(fd[0], &figure, sizeof(figure));
	close(fd[0]);
	close(fd[1]);
	call(SHMDT, (long)at, 0, 0);
	call(SHMCTL, id, IPC_RMID, 0);
	return figure / (MIB / PAGE);
}

static void
touches(void)
{
	int id;
	char *at;

	say("first touch of a page", LEAST(
					     5,
					     {
						     id = segment(4 * MIB);
						     at = attach(id);
					     },
					     touch(at, 4 * MIB),
					     {
						     call(SHMDT, (long)at, 0, 0);
						     call(SHMCTL, id, IPC_RMID, 0);
					     }) /
	                                     (4 * MIB / PAGE));
	say("first touch of a private page", LEAST(5,
	                                           at = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE,
	                                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	                                           touch(at, 4 * MIB), munmap(at, 4 * MIB)) /
	                                             (4 * MIB / PAGE));
	say("first touch by a second process of a page that is there", second_touch());
}

static void
forks(void)
{
	static char *small[100];
	int id = segment(16 * MIB);
	char *at;

	say("fork + exit + wait", LEAST(20, , fork_and_wait(NULL, 0), ));
	at = attach(id);
	touch(at, 16 * MIB);
	say("fork + exit + wait, 16 MiB attached", LEAST(20, , fork_and_wait(NULL, 0), ));
	say("fork + exit + wait, child touches all 16 MiB",
	    LEAST(5, , fork_and_wait(at, 16 * MIB), ));
	call(SHMDT, (long)at, 0, 0);
	call(SHMCTL, id, IPC_RMID, 0);
	for (int i = 0; i < 100; i++) {
		id = segment(PAGE);
		small[i] = attach(id);
		touch(small[i], PAGE);
		call(SHMCTL, id, IPC_RMID, 0);
	}
	say("fork + exit + wait, 100 small attaches", LEAST(20, , fork_and_wait(NULL, 0), ));
	for (int i = 0; i < 100; i++)
		call(SHMDT, (long)small[i], 0, 0);
}

/* ---- Costs that grow with a size ---- */

static void
by_size(void)
{
	for (unsigned size = PAGE; size <= 64 * MIB; size *= 4) {
		int id = segment(size), new;
		char *at = attach(id);

		touch(at, size);
		say_at("fork + exit + wait, attached", size, LEAST(3, , fork_and_wait(NULL, 0), ));
		say_at("fork + exit + wait, child touches all", size,
		       LEAST(3, , fork_and_wait(at, size), ));
		call(SHMDT, (long)at, 0, 0);
		say_at("shmat + shmdt", size,
		       LEAST(
			       10, , {
				       at = (char *)call(SHMAT, id, 0, 0);
				       call(SHMDT, (long)at, 0, 0);
			       }, ));
		say_at("shmat + touch every page + shmdt", size,
		       LEAST(
			       3, , {
				       at = (char *)call(SHMAT, id, 0, 0);
				       touch(at, size);
				       call(SHMDT, (long)at, 0, 0);
			       }, ));
		call(SHMCTL, id, IPC_RMID, 0);
		say_at("shmget new + IPC_RMID", size,
		       LEAST(
			       10, , {
				       new = call(SHMGET, IPC_PRIVATE, size, IPC_CREAT | 0600);
				       call(SHMCTL, new, IPC_RMID, 0);
			       }, ));
		say_at("get, attach, touch, detach, remove", size,
		       LEAST(
			       2, , {
				       new = call(SHMGET, IPC_PRIVATE, size, IPC_CREAT | 0600);
				       at = (char *)call(SHMAT, new, 0, 0);
				       touch(at, size);
				       call(SHMDT, (long)at, 0, 0);
				       call(SHMCTL, new, IPC_RMID, 0);
			       }, ));
	}
}

/* ---- Costs that grow with a number ---- */

static void
by_segments(unsigned n)
{
	static int ids[MANY];
	struct shmid_ds ds;
	unsigned i;

	for (i = 0; i < n; i++)
		ids[i] = sure(call(SHMGET, 1 + i * 7, PAGE, IPC_CREAT | 0600), "shmget");
	say_at("shmget among segments", n, LEAST(20, , call(SHMGET, 1 + n / 2 * 7, 0, 0), ));
	say_at("IPC_STAT among segments", n,
	       LEAST(20, , call(SHMCTL, ids[n / 2], IPC_STAT, (long)&ds), ));
	say_at("shmget new + IPC_RMID among segments", n,
	       LEAST(
		       20, , {
			       int new = call(SHMGET, IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
			       call(SHMCTL, new, IPC_RMID, 0);
		       }, ));
	for (i = 0; i < n; i++)
		call(SHMCTL, ids[i], IPC_RMID, 0);
}

static char *
map_page(int prot)
{
	return mmap(NULL, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
by_attaches(unsigned n)
{
	static char *at[MANY];
	int id = segment(PAGE), other = segment(PAGE);
	char *page;
	unsigned i;

	for (i = 0; i < n; i++)
		at[i] = attach(id);
	touch(at[n / 2], PAGE);
	say_at("shmat + shmdt beside attaches", n,
	       LEAST(
		       20, , {
			       char *one = (char *)call(SHMAT, other, 0, 0);
			       call(SHMDT, (long)one, 0, 0);
		       }, ));
	say_at("shmdt + shmat amid attaches", n,
	       LEAST(
		       20, , {
			       call(SHMDT, (long)at[n / 2], 0, 0);
			       at[n / 2] = (char *)call(SHMAT, id, 0, 0);
		       }, ));
	say_at("mmap + touch + munmap beside attaches", n,
	       LEAST(
		       20, , {
			       page = map_page(PROT_READ | PROT_WRITE);
			       touch(page, PAGE);
			       munmap(page, PAGE);
		       }, ));
	say_at("fork + exit + wait with attaches", n, LEAST(3, , fork_and_wait(NULL, 0), ));
	for (i = 0; i < n; i++)
		call(SHMDT, (long)at[i], 0, 0);
	call(SHMCTL, id, IPC_RMID, 0);
	call(SHMCTL, other, IPC_RMID, 0);
}

/* Maps pages of two kinds in turn, so that no two neighbours become one mapping. */
static void
by_maps(unsigned n)
{
	static char *at[MANY];
	unsigned i;

	for (i = 0; i < n; i++)
		at[i] = map_page(i % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
	say_at("mmap + touch + munmap amid maps", n,
	       LEAST(
		       20, , {
			       munmap(at[n / 2], PAGE);
			       at[n / 2] = map_page(PROT_READ | PROT_WRITE);
			       touch(at[n / 2], PAGE);
		       }, ));
	for (i = 0; i < n; i++)
		munmap(at[i], PAGE);
}

static void
by_processes(unsigned n)
{
	static int pid[MANY];
	unsigned i;

	for (i = 0; i < n; i++) {
		pid[i] = sure(call(FORK, 0, 0, 0), "fork");
		if (pid[i] == 0)
			for (;;)
				pause();
	}
	call(YIELD, 0, 0, 0);
	say_at("fork + exit + wait among processes", n, LEAST(20, , fork_and_wait(NULL, 0), ));
	for (i = 0; i < n; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
}

static void
by_number(void)
{
	static const unsigned numbers[] = {1, 10, 100, 1000, MANY};

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		by_segments(numbers[i]);
		by_attaches(numbers[i]);
		by_maps(numbers[i]);
		if (numbers[i] <= 1000)
			by_processes(numbers[i]);
	}
}

int
main(void)
{
	calibrate();
	calls();
	attaches();
	touches();
	forks();
	by_size();
	by_number();
	return 0;
}
