/* SPDX-License-Identifier: BSD-2-Clause */
/* The two entrances to the shm calls: one by one, and by ipc(117). */
#pragma once

#include "tap.h"

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
#define EACH_ENTRANCE(e) const struct entrance *e = entrances; e < entrances + 2; e++
