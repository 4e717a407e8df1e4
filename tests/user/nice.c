/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests nice values: who may set whose, and how the scheduler divides the CPU by them. */
#include "tap.h"

#include "abi/resource.h"

enum { NICE = 34, GETPRIORITY = 96, SETPRIORITY = 97 };

/* Returns a nice value from -20 to 19, as C has it. The call returns 20 minus that. */
static int
value(int which, int who)
{
	return 20 - syscall(GETPRIORITY, which, who);
}

static int
set(int which, int who, int to)
{
	return syscall(SETPRIORITY, which, who, to);
}

/* Returns the nice value that /proc/PID/stat tells, in field 19. */
static int
told(pid_t pid)
{
	char path[64], text[512];
	int fd, n;
	char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = 0;
	at = strrchr(text, ')') + 2;
	for (n = 3; n < 19; n++)
		at = strchr(at, ' ') + 1;
	return strtol(at, NULL, 10);
}

static void
values(void)
{
	is(value(PRIO_PROCESS, 0), 0, "the first is 0");
	is(CHILD(_exit(set(PRIO_PROCESS, 0, 5) || value(PRIO_PROCESS, 0) != 5)), 0,
	                   "set, and told");
	is(CHILD(set(PRIO_PROCESS, 0, 5); _exit(told(getpid()))), 5, "/proc tells it");
	is(CHILD(set(PRIO_PROCESS, 0, 100); _exit(value(PRIO_PROCESS, 0))), 19, "19 is the most");
	is(CHILD(set(PRIO_PROCESS, 0, -100); _exit(-value(PRIO_PROCESS, 0))), 20, "-20 the least");
	is(CHILD(set(PRIO_PROCESS, 0, 7); _exit(CHILD(_exit(value(PRIO_PROCESS, 0))))), 7,
	         "a child has its parent's");
	is(CHILD(set(PRIO_PROCESS, 0, 7); execl("/proc/self/exe", "nice", "tell", NULL)), 7,
	         "exec keeps it");
	is(CHILD(syscall(NICE, 3); syscall(NICE, 4); _exit(value(PRIO_PROCESS, 0))), 7,
	         "nice adds");
	is(CHILD(syscall(NICE, 0x7fffffff); _exit(value(PRIO_PROCESS, 0))), 19, "up to the most");
	is(CHILD(syscall(NICE, 0x80000000); _exit(-value(PRIO_PROCESS, 0))), 20, "and down");
	is(syscall(NICE, 0), 0, "nice answers 0");
	fails(syscall(GETPRIORITY, 3, 0), EINVAL, "no such kind to get");
	fails(syscall(SETPRIORITY, -1, 0, 0), EINVAL, "or to set");
	fails(syscall(GETPRIORITY, PRIO_PROCESS, 30000), ESRCH, "nobody's");
	fails(set(PRIO_PGRP, 30000, 0), ESRCH, "no group's");
	fails(set(PRIO_USER, 30000, 0), ESRCH, "no user's");
}

static void
several(void)
{
	pid_t first = SPAWN(setpgid(0, 0); pause()), second;

	setpgid(first, first);
	second = SPAWN(setpgid(0, first); pause());
	setpgid(second, first);
	set(PRIO_PROCESS, first, 4);
	is(value(PRIO_PGRP, first), 0, "of a group the lowest is told");
	is(set(PRIO_PGRP, first, 6), 0, "all of a group");
	ok(value(PRIO_PROCESS, first) == 6 && value(PRIO_PROCESS, second) == 6, "have it");
	is(value(PRIO_PROCESS, 0), 0, "others do not");
	kill(first, SIGKILL), kill(second, SIGKILL);
	ending(first), ending(second);
}

static void
rights(void)
{
	pid_t mine, theirs = SPAWN(become(BOB, BOB); pause());

	until_state(theirs, 'S');
	is(CHILD(become(ALICE, ALICE); _exit(set(PRIO_PROCESS, theirs, 1) < 0 ? errno : 0)), EPERM,
	         "a stranger's");
	is(CHILD(become(ALICE, ALICE); _exit(set(PRIO_PROCESS, 0, -1) < 0 ? errno : 0)), EACCES,
	         "a user does not lower his own");
	is(CHILD(become(ALICE, ALICE); set(PRIO_PROCESS, 0, 5);
	         _exit(set(PRIO_PROCESS, 0, 4) < 0 ? errno : 0)), EACCES,
	         "not even what he raised");
	is(CHILD(become(ALICE, ALICE); _exit(syscall(NICE, -1) < 0 ? errno : 0)), EPERM,
	         "nice calls that EPERM");
	is(CHILD(become(ALICE, ALICE); _exit(set(PRIO_PROCESS, 0, 0) < 0 ? errno : 0)), 0,
	         "what he has he may set");
	is(CHILD(syscall(75, RLIMIT_NICE, (uint32_t[]){22, 22}); become(ALICE, ALICE);
	         _exit(set(PRIO_PROCESS, 0, -3) < 0 && errno == EACCES ? -set(PRIO_PROCESS, 0, -2)
	                                                                : 99)), 0,
		"RLIMIT_NICE lets him");
	is(CHILD(become(BOB, BOB); mine = SPAWN(pause());
	         _exit(set(PRIO_USER, 0, 3) || value(PRIO_PROCESS, theirs) != 3 ||
	               value(PRIO_PROCESS, mine) != 3 || kill(mine, SIGKILL) || ending(mine) < 0)),
	                                                      0, "all of one's own");
	is(value(PRIO_PROCESS, 0), 0, "and no other's");
	kill(theirs, SIGKILL);
	ending(theirs);
}

/* Has two processes use the CPU, the second with a nice value, until the favoured one (the first
 * if nice is 0) has had n ticks. Returns how many ticks the other has had. */
static long
against(int nice, long n)
{
	volatile struct {
		long ticks[2], stop;
	} *s = (void *)shared(PAGE);
	long start[4], now[4], had;
	pid_t pid[2];
	struct gate go;

	gate_make(&go);
	for (int i = 0; i < 2; i++) {
		pid[i] = SPAWN({
			if (i == 1)
				set(PRIO_PROCESS, 0, nice);
			gate_pass(&go);
			syscall(43, start);
			while (!s->stop) {
				syscall(43, now);
				s->ticks[i] = now[0] + now[1] - start[0] - start[1];
				if (s->ticks[0] >= n && nice >= 0)
					s->stop = 1;
				if (s->ticks[1] >= n && nice < 0)
					s->stop = 1;
			}
		});
	}
	until_state(pid[0], 'S'), until_state(pid[1], 'S');
	gate_open(&go), gate_open(&go);
	ending(pid[0]), ending(pid[1]);
	gate_drop(&go);
	had = nice < 0 ? s->ticks[0] : s->ticks[1];
	munmap((void *)s, PAGE);
	return had;
}

static void
shares(void)
{
	long had = against(0, 24);

	ok(had >= 20 && had <= 28, "two alike have as much (%ld of 24 ticks)", had);
	had = against(5, 24);
	ok(had >= 2 && had <= 6, "nice 5 has a sixth of the other's (%ld of 24 ticks)", had);
	had = against(19, 60);
	ok(had >= 1 && had <= 5, "nice 19 a twentieth, and is not left waiting (%ld of 60)", had);
	had = against(-5, 24);
	ok(had >= 2 && had <= 6, "beside nice -5 one of 0 has a sixth (%ld of 24)", had);
}

int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	return value(PRIO_PROCESS, 0);
}

void
test(void)
{
	values();
	several();
	rights();
	shares();
}
