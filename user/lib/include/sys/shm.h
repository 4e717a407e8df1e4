/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/shm.h>
#include <sys/ipc.h>

#define SHM_R IPC_R
#define SHM_W IPC_W
#define SHM_DEST 01000 /* in shm_perm.mode: dies with its last attach */
#define SHM_LOCKED 02000

typedef unsigned long shmatt_t;

int shmget(key_t key, size_t size, int flags);
void *shmat(int id, const void *addr, int flags);
int shmdt(const void *addr), shmctl(int id, int cmd, struct shmid_ds *buf);
