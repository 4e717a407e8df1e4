/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races for segments: what spec-shm.md part 3 says of two calls that run at the same time. Each
 * sched=seed:N gives another order of events, which the test prints in one line;
 * tests/boot/seeds.t tries many.
 */
#pragma once

#include "shmcalls.h"

#include <sched.h>

#define KEY 0x7ace
#define CREW 5

/* The memory that all processes of a race share. */
static volatile struct {
	int go, past, turns;
	char order[200];
	struct {
		int id, error;
	} got[CREW];
} * sh;
static unsigned long committed;

static int
says(const char *file, const char *text)
{
	char buf[160];
	int fd = open(file, O_RDONLY), n = fd < 0 ? 0 : read(fd, buf, sizeof(buf) - 1);

	close(fd);
	buf[n > 0 ? n : 0] = 0;
	return strcmp(buf, text) == 0;
}

/* Writes to a file of /proc/sys/kernel: a limit, or what fails or sleeps from now on. */
static void
tune(const char *name, const char *text)
{
	char path[48];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		bail(path);
	close(fd);
}

static int
sound(void)
{
	return says("/proc/sysvipc/check", "ok\n");
}

/* Checks that a race has left nothing behind: no segment and no promised page. */
static void
gone(const char *race)
{
	ok(sound(), "inv.1 %s: the invariants hold", race);
	is(count_segments(), 0, "%s: no segment is left", race);
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "%s: nor a promise", race);
}

static void
turn(int who)
{
	int n = __atomic_fetch_add(&sh->turns, 1, __ATOMIC_RELAXED);

	if (n < (int)sizeof(sh->order) - 1)
		sh->order[n] = 'A' + who;
}

/* Runs the race in n processes at once. Returns how many of them did not end with status 0. */
static int
crew(int n, int (*race)(int who))
{
	pid_t pid[CREW];
	int bad = 0;

	sh->go = sh->past = 0;
	for (int who = 0; who < n; who++)
		pid[who] = SPAWN(while (!sh->go) sched_yield(); _exit(race(who)));
	sh->go = 1;
	for (int who = 0; who < n; who++)
		bad += ending(pid[who]) != 0;
	return bad;
}

static void
race_begin(void)
{
	sh = shared(PAGE);
	memset((void *)sh, 0, sizeof(*sh));
	committed = procfs_number("/proc/meminfo", "Committed_AS");
}

static void
race_end(void)
{
	diag("order %s", (const char *)sh->order);
}
