/* SPDX-License-Identifier: BSD-2-Clause */
/* sys/ipc.h includes this header. */
#pragma once

#include "abi/shm.h"
#include <sys/types.h>

#define SHM_R IPC_R
#define SHM_W IPC_W

typedef unsigned long shmatt_t;

key_t ftok(const char *path, int id);
int shmget(key_t key, size_t size, int flags);
void *shmat(int id, const void *addr, int flags);
int shmdt(const void *addr), shmctl(int id, int cmd, struct shmid_ds *buf);
