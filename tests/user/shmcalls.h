/* SPDX-License-Identifier: BSD-2-Clause */
/* The two entrances to the shm calls: each call's own system call, and ipc (117). */
#pragma once

#include "tap.h"

#include <sched.h>

struct entrance {
	const char *name;
	int (*get)(key_t key, size_t size, int flags);
	void *(*at)(int id, const void *addr, int flags);
	int (*dt)(const void *addr);
	int (*ctl)(int id, int cmd, struct shmid_ds *buf);
};

static int
ipc_get(key_t key, size_t size, int flags)
{
	return syscall(117, IPCOP_SHMGET, key, size, flags, 0, 0);
}

static void *
ipc_at(int id, const void *addr, int flags)
{
	void *where = NULL;

	return syscall(117, IPCOP_SHMAT, id, flags, &where, addr, 0) < 0 ? NO_ADDR : where;
}

static int
ipc_dt(const void *addr)
{
	return syscall(117, IPCOP_SHMDT, 0, 0, 0, addr, 0);
}

static int
ipc_ctl(int id, int cmd, struct shmid_ds *buf)
{
	return syscall(117, IPCOP_SHMCTL, id, cmd | IPC_64, 0, buf, 0);
}

static const struct entrance entrances[2] = {
	{"direct", shmget, shmat, shmdt, shmctl},
	{"ipc", ipc_get, ipc_at, ipc_dt, ipc_ctl},
};

/* Writes to a file of /proc/sys/kernel. Returns 0, or errno if that fails. */
static inline int
knob(const char *name, const char *text)
{
	char path[64];
	int fd, r;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : errno;
	close(fd);
	return r;
}

/* Waits until pid sleeps at `where`. */
static inline void
until_sleeps(pid_t pid, const char *where)
{
	char path[32], said[32];
	int n;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	do {
		int fd = open(path, O_RDONLY);

		n = fd < 0 ? 0 : read(fd, said, sizeof(said) - 1);
		said[n > 0 ? n : 0] = 0;
		close(fd);
	} while (strcmp(said, where) != 0 && sched_yield() == 0);
}

/* Writes into each of n pages, from `at` on, its number. */
static inline void
number_pages(char *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		*(unsigned *)(at + i * PAGE) = i;
}

/* Returns how many of n pages, from `at` on, do not hold the numbers from `first` on. */
static inline unsigned
misnumbered(const volatile char *at, unsigned first, unsigned n)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < n; i++)
		bad += *(const volatile unsigned *)(at + i * PAGE) != first + i;
	return bad;
}

/* Checks that the invariants of spec-shm.md part 3 hold; the kernel walks them. */
static inline void
invariants(void)
{
	char said[128] = "";
	int fd = open("/proc/sysvipc/check", O_RDONLY);

	read(fd, said, sizeof(said) - 1);
	close(fd);
	ok(strcmp(said, "ok\n") == 0, "inv.1 the invariants hold");
	if (strcmp(said, "ok\n") != 0)
		diag("%s", said);
}
#define EACH_ENTRANCE(e)                                                                           \
	const struct entrance *e = entrances;                                                      \
	e < entrances + 2;                                                                         \
	e++
