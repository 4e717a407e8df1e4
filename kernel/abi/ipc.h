/* SPDX-License-Identifier: BSD-2-Clause */
/* System V IPC as user programs see it: Linux/i386's layouts and numbers. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#include <stdint.h>

#define IPC_PRIVATE 0

#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3

#define IPC_R 0400
#define IPC_W 0200
#define IPC_X 0100 /* means nothing, but shmget can ask for it */
#define IPC_M 010000

#define IPC_64 0x100 /* in a command given to ipc(): the 64-bit structures */

struct ipc_perm {
	int32_t key;
	uint32_t uid, gid;
	uint32_t cuid, cgid;
	uint16_t mode, pad1;
	uint16_t seq, pad2;
	uint32_t spare[2];
};

#endif
