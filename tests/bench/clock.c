/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures how long the calls take, by the clock: what counts of instructions hide. The same
 * program runs on isthmus and on Linux in the same machine. Each operation is repeated until a
 * batch of it takes BATCH_NS, and the figure is the median of BATCHES batches.
 * Output: "NAME<tab>NANOSECONDS".
 *
 * With the argument "events" it counts instead how often each operation makes what costs more than
 * instructions tell, by /proc/events of the debug kernel (kernel/debug/events.h).
 * Output: "CR3<tab>INVLPG<tab>FAULTS<tab>SWITCHES<tab>DEVICES<tab>NAME".
 */
#include "abi/futex.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define MIB (1024u * 1024)
#define BATCHES 7
#define ROUNDS 3
#define TWO_TICKS_NS 20000000ll
#define BATCH_NS 8000000ll
#define FUTEX 240
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

enum { CR3, INVLPG, FAULTS, SWITCHES, DEVICES, COUNTED, INTERRUPTS = COUNTED, EVENTS };

static int events = -1;  /* /proc/events, if events are counted */
static const char *self; /* this program's file */
static int id;           /* a segment of a page, which has its frame */
static char *memory;     /* 16 MiB, touched */
static char *buffer;     /* 1 MiB, touched */
static int fd;           /* a file of 1 MiB */
static int there[2], back[2];
static volatile unsigned *word; /* shared with the other process: whose turn it is */

static long long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static _Noreturn void
bail(const char *what)
{
	perror(what);
	exit(1);
}

static int
ascending(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void
read_events(unsigned n[EVENTS])
{
	char text[80], *at = text;
	ssize_t len;

	lseek(events, 0, SEEK_SET);
	len = read(events, text, sizeof(text) - 1);
	if (len <= 0)
		bail("/proc/events");
	text[len] = '\0';
	for (int i = 0; i < EVENTS; i++)
		n[i] = strtoul(at, &at, 10);
}

/* Puts into least[] how many of each event `once` makes: the smallest number of several rounds. So
 * what only the first round takes is left out, and what depends on the time: the clock asks the
 * timer more in the first half of a tick. The accesses of the timer's interrupts, one each, are
 * left out, too. */
static void
count(void (*once)(void), unsigned least[COUNTED])
{
	unsigned before[EVENTS], after[EVENTS], round, i, n;
	long long end = now() + TWO_TICKS_NS;

	for (round = 0; round < ROUNDS || now() < end; round++) {
		read_events(before);
		once();
		read_events(after);
		for (i = 0; i < EVENTS; i++)
			after[i] -= before[i];
		after[DEVICES] -= after[INTERRUPTS];
		for (i = 0; i < COUNTED; i++) {
			n = after[i];
			least[i] = round == 0 || n < least[i] ? n : least[i];
		}
	}
}

static void
nothing(void)
{
}

/* Prints how many events one operation makes, all its pages together. read_events() makes some,
 * too. */
static void
print_events(const char *name, void (*once)(void), unsigned pages)
{
	unsigned n[COUNTED], none[COUNTED];

	count(nothing, none);
	count(once, n);
	for (int i = 0; i < COUNTED; i++)
		printf("%u\t", n[i] - none[i]);
	printf(pages > 1 ? "%s: all %u\n" : "%s\n", name, pages);
}

/* Prints what one operation takes: `once` makes it. Of one that is `pages` alike, the time is that
 * of a page. */
static void
measure(const char *name, void (*once)(void), unsigned pages)
{
	long long took[BATCHES], t;
	unsigned n, i, batch;

	if (events >= 0) {
		print_events(name, once, pages);
		return;
	}
	for (n = 1;; n *= 2) {
		t = now();
		for (i = 0; i < n; i++)
			once();
		if (now() - t >= BATCH_NS)
			break;
	}
	for (batch = 0; batch < BATCHES; batch++) {
		t = now();
		for (i = 0; i < n; i++)
			once();
		took[batch] = (now() - t) / n / pages;
	}
	qsort(took, BATCHES, sizeof(took[0]), ascending);
	printf("%s\t%lld\n", name, took[BATCHES / 2]);
}

static void
touch(char *p, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		p[i] = 1;
}

static void
attach(void)
{
	shmdt(shmat(id, NULL, 0));
}

static void
attach_touch(void)
{
	char *p = shmat(id, NULL, 0);

	touch(p, PAGE);
	shmdt(p);
}

/* Nothing else is mapped in the 4 MiB around this address. */
#define ALONE ((void *)0x60000000)

static void
attach_touch_alone(void)
{
	char *p = shmat(id, ALONE, 0);

	touch(p, PAGE);
	shmdt(p);
}

static void
first_touch(void)
{
	char *p = mmap(NULL, 64 * MIB, RW, PRIVATE, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap");
	touch(p, 64 * MIB);
	munmap(p, 64 * MIB);
}

static void
life(void)
{
	int seg = shmget(IPC_PRIVATE, MIB, 0600);
	char *p = shmat(seg, NULL, 0);

	touch(p, MIB);
	shmdt(p);
	shmctl(seg, IPC_RMID, NULL);
}

static void
fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void
fork_write(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		touch(memory, 16 * MIB);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void
fork_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(self, self, "nothing", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void
vfork_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(self, self, "nothing", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void
map(void)
{
	char *p = mmap(NULL, PAGE, RW, PRIVATE, -1, 0);

	touch(p, PAGE);
	munmap(p, PAGE);
}

static void
caught(int sig)
{
	(void)sig;
}

static void
signal_self(void)
{
	kill(getpid(), SIGUSR1);
}

/* What a program does by itself: reading and writing a file cannot take less. (Not from the start
 * of `memory`, which is a large power of two away: the emulator's TLB would have the pages of both
 * in one place.) */
static void
copy_memory(void)
{
	const char *from = memory + MIB + 37 * PAGE;
	char *to = buffer;
	unsigned words = MIB / 4;

	__asm__ volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(words) : : "memory");
}

static void
read_file(void)
{
	lseek(fd, 0, SEEK_SET);
	if (read(fd, buffer, MIB) != (ssize_t)MIB)
		bail("read");
}

static void
write_file(void)
{
	lseek(fd, 0, SEEK_SET);
	if (write(fd, buffer, MIB) != (ssize_t)MIB)
		bail("write");
}

static void
pipe_turn(void)
{
	char c = 0;

	if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
		bail("pipe");
}

/* Waits until it is the turn of `who`. */
static void
await(unsigned who)
{
	while (*word != who)
		syscall(FUTEX, word, FUTEX_WAIT, !who, NULL);
}

static void
give(unsigned who)
{
	*word = who;
	syscall(FUTEX, word, FUTEX_WAKE, 1);
}

static void
futex_turn(void)
{
	give(1);
	await(0);
}

/* Measures an operation that another process takes part in, which does `other` for ever. */
static void
measure_pair(const char *name, void (*once)(void), void (*other)(void))
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			other();
	measure(name, once, 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
pipe_other(void)
{
	char c;

	if (read(there[0], &c, 1) != 1 || write(back[1], &c, 1) != 1)
		_exit(1);
}

static void
futex_other(void)
{
	await(1);
	give(0);
}

static void
prepare(void)
{
	id = shmget(IPC_PRIVATE, PAGE, 0600);
	touch(shmat(id, NULL, 0), PAGE);
	memory = mmap(NULL, 16 * MIB, RW, PRIVATE, -1, 0);
	buffer = mmap(NULL, MIB, RW, PRIVATE, -1, 0);
	word = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || buffer == MAP_FAILED || word == MAP_FAILED)
		bail("mmap");
	touch(buffer, MIB);
	fd = open("/tmp/clock", O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, buffer, MIB) != (ssize_t)MIB)
		bail("/tmp/clock");
	if (pipe(there) < 0 || pipe(back) < 0)
		bail("pipe");
	signal(SIGUSR1, caught);
}

int
main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && strcmp(argv[1], "events") == 0)
		events = open("/proc/events", O_RDONLY);
	else if (argc > 1)
		return 0; /* fork_exec() has started it */
	prepare();
	measure("shmat + shmdt, 4 KiB", attach, 1);
	measure("shmat + touch + shmdt, 4 KiB", attach_touch, 1);
	measure("shmat + touch + shmdt, alone in 4 MiB", attach_touch_alone, 1);
	measure("first touch of a page, of 64 MiB in order", first_touch, 64 * MIB / PAGE);
	measure("life of a segment of 1 MiB", life, 1);
	measure("fork + exit + wait", fork_exit, 1);
	touch(memory, 16 * MIB);
	measure("fork with 16 MiB, child writes all", fork_write, 1);
	measure("fork + exec + wait", fork_exec, 1);
	measure("vfork + exec + wait", vfork_exec, 1);
	measure_pair("pipe, there and back", pipe_turn, pipe_other);
	measure_pair("futex, there and back", futex_turn, futex_other);
	measure("signal to oneself, caught", signal_self, 1);
	measure("mmap + touch + munmap", map, 1);
	measure("read 1 MiB of a file", read_file, 1);
	measure("write 1 MiB of a file", write_file, 1);
	measure("copy 1 MiB of memory", copy_memory, 1);
	shmctl(id, IPC_RMID, NULL);
	return 0;
}
