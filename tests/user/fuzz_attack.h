/* SPDX-License-Identifier: BSD-2-Clause */
/* A hostile program, for fuzz.c: calls with arguments good and bad, until there are enough. */
#pragma once

#include "draw.h"
#include "hostile.h"

#include "abi/mman.h"

#define USERS 3u
#define FIRST_UID 3000
#define PROCESSES 24        /* of a user, at most */
#define DEEPEST 8           /* how deep trees of forks are */
#define SECRET 0x5ec2e700u  /* a word that nobody else writes */
#define ARENA 0x60000000u   /* where mappings meet */
#define CONTROL 0x3a5f3000u /* where no argument points, and nothing is mapped near it */

/* Shared by all. Attackers count here, and write what they have found. */
static struct control {
	volatile uint32_t calls, quota;     /* made; to be made */
	volatile uint32_t answers[2];       /* how many failed, and succeeded */
	volatile uint32_t programs, scans;  /* started; of fresh memory */
	volatile uint32_t leaked, watched;  /* secrets seen; how often the neighbour looked */
	volatile uint32_t harmed;           /* the neighbour's findings */
	volatile uint32_t last, a[6], seen; /* the call that showed a secret, and the secret */
} * ctl;

static int
one_in(uint32_t n)
{
	return draw() % n == 0;
}

/* ---- Arguments ---- */

static const struct call *now;  /* the call that is being made */
static uint32_t recent[8], nth; /* what calls have returned */

static uint32_t
some_pointer(void)
{
	switch (draw() % 8) {
	case 0:
		return pointers[draw() % COUNT(pointers)];
	case 1:
		return READ_ONLY + draw() % PAGE;
	case 2:
		return ARENA + draw() % 64 * 0x10000;
	default:
		return GOOD + (draw() % PAGE & ~3u);
	}
}

static uint32_t
some_number(void)
{
	switch (draw() % 8) {
	case 0:
	case 1:
		return numbers[draw() % COUNT(numbers)];
	case 2:
		return recent[draw() % COUNT(recent)];
	case 3:
		return ARENA + draw() % 1024 * PAGE;
	case 4:
		return draw() % 16 * PAGE;
	case 5:
		return draw();
	case 6:
		return 1u << draw() % 32;
	default:
		return draw() % 32;
	}
}

static uint32_t
some_descriptor(void)
{
	switch (draw() % 8) {
	case 0:
		return descriptors[draw() % COUNT(descriptors)];
	case 1:
		return recent[draw() % COUNT(recent)];
	default:
		return draw() % 24;
	}
}

static void
some_arguments(const struct call *c, uint32_t *a)
{
	const char *args = arguments_of(c, a);

	for (int i = 0; args[i]; i++) {
		if (a[i] == SEGMENT)
			a[i] = recent[0];
		if (!one_in(2))
			continue;
		if (strchr("poqs", args[i]))
			a[i] = some_pointer();
		else if (strchr("fd", args[i]))
			a[i] = some_descriptor();
		else
			a[i] = some_number();
	}
}

/* ---- What may not be seen ---- */

static void
scan(const volatile uint32_t *at, uint32_t bytes, int fresh)
{
	for (const volatile uint32_t *end = at + bytes / 4; at < end; at++) {
		if (fresh ? *at == 0 : (*at & ~0xffu) != SECRET)
			continue;
		ctl->seen = *at;
		ctl->last = now ? (uint32_t)now->number : 0;
		ctl->leaked++;
		return;
	}
}

/* New memory of each kind must hold zeros. What is written here must not come back, either. */
static void
look_at_fresh(void)
{
	uint32_t bytes = (1 + draw() % 8) * PAGE;
	int id, fd;
	char *p;

	ctl->scans++;
	switch (draw() % 3) {
	case 0:
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return;
		scan((uint32_t *)p, bytes, 1);
		memset(p, 0xdb, bytes);
		munmap(p, bytes);
		return;
	case 1:
		id = shmget(IPC_PRIVATE, bytes, 0600);
		p = id < 0 ? NO_ADDR : shmat(id, NULL, 0);
		if (p != NO_ADDR) {
			scan((uint32_t *)p, bytes, 1);
			memset(p, 0xdb, bytes);
			shmdt(p);
		}
		shmctl(id, IPC_RMID, NULL);
		return;
	default:
		fd = syscall(356, GOOD, 0); /* memfd_create */
		ftruncate(fd, bytes);
		p = fd < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED && lseek(fd, 0, SEEK_END) == (off_t)bytes)
			scan((uint32_t *)p, bytes, 1);
		munmap(p, bytes);
		close(fd);
	}
}

/* ---- Attackers ---- */

static void
interrupt(int sig)
{
	(void)sig;
}

/* Ends each wait after a while, unless the random calls forbid it. */
static void
wake_often(void)
{
	static const uint32_t timer[] = {0, 20000, 0, 20000};

	signal(SIGALRM, interrupt);
	syscall(104, 0, timer, NULL);
}

/* Writes random words over the arguments, until the attacker ends. */
static void
race(void)
{
	syscall(172, 1, SIGKILL, 0, 0, 0); /* prctl(PR_SET_PDEATHSIG) */
	for (;;) {
		uint32_t *word = (uint32_t *)(GOOD + (draw() % PAGE & ~3u));
		uint32_t was = *word;

		*word = one_in(2) ? some_pointer() : some_number();
		sched_yield();
		if (!one_in(4))
			*word = was;
	}
}

/* The calls that seldom lead to another one. */
static int
ends_much(const struct call *c)
{
	static const char *const names[] = {"exit",       "exit_group",  "execve", "pause",
	                                    "sigsuspend", "sigreturn",   "vfork",  "clone",
	                                    "fork",       "rt_sigreturn"};

	for (unsigned i = 0; i < COUNT(names); i++)
		if (strcmp(c->name, names[i]) == 0)
			return 1;
	return 0;
}

/* Makes calls until there are enough, or one ends the process. Children do so, too. */
static void
attack(int depth)
{
	while (ctl->calls < ctl->quota) {
		uint32_t a[6];
		int result;

		if (one_in(32))
			look_at_fresh();
		if (depth < DEEPEST && one_in(64) && fork() == 0) {
			depth++;
			state = (state ^ ctl->calls * 2654435761u) | 1;
			wake_often();
		}
		do
			now = &calls[draw() % COUNT(calls)];
		while (ends_much(now) && !one_in(16));
		some_arguments(now, a);
		ctl->calls++;
		result = syscall(now->number, a[0], a[1], a[2], a[3], a[4], a[5]);
		ctl->answers[result != -1]++;
		if (result > 2)
			recent[nth++ % COUNT(recent)] = (uint32_t)result;
		if (one_in(8))
			scan((uint32_t *)GOOD, PAGE, 0);
	}
	_exit(0);
}

static void
room_of(uint32_t user, char *path)
{
	snprintf(path, 40, "/tmp/fuzz/%u", user);
}

/* A program of this user: its surroundings, a racer, and calls. */
static void
program(uint32_t user, uint32_t seed)
{
	const struct abi_rlimit64 few = {PROCESSES, PROCESSES};
	char room[40];

	state = seed * 2654435761u | 1;
	tap_forget();
	setsid(); /* a signal to the process group of the test would end it, too */
	for (int fd = 0; fd < 24; fd++)
		close(fd);
	for (int fd = 0; fd < 3; fd++)
		open("/dev/null", O_RDWR);
	syscall(340, 0, RLIMIT_NPROC, &few, NULL);
	room_of(user, room);
	become(FIRST_UID + (int)user, FIRST_UID + (int)user);
	surroundings(room, MAP_SHARED);
	mmap((void *)ARENA, 64 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	recent[0] = (uint32_t)shmget(IPC_PRIVATE, 5 * PAGE, 0600);
	ctl->programs++;
	if (one_in(2) && fork() == 0)
		race();
	wake_often();
	attack(0);
}
