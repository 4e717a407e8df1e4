/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules that System V shared memory, semaphores and messages have in common: permission
 * and identifiers. This kernel has only the first of the three. */
#ifndef IPC_H
#define IPC_H

#include <stdint.h>

#include "abi/ipc.h"
#include "proc/cred.h"

/* Checks permission by spec-shm.md part 2. The request is IPC_M, or any of IPC_R, IPC_W and
 * IPC_X; other bits are ignored. Returns 0 if all of it is granted; otherwise EPERM for IPC_M,
 * EACCES for the others. ipcperm_class() is for callers other than root. Does not sleep. */
int ipcperm_class(const struct cred *cred, const struct ipc_perm *perm, uint32_t request);
static inline int
ipcperm(const struct cred *cred, const struct ipc_perm *perm, uint32_t request)
{
	return cred->euid == 0 ? 0 : ipcperm_class(cred, perm, request);
}

/* Returns the identifier of a sequence number and a slot: spec-shm.md part 1.2. */
static inline int32_t
ipc_id(uint32_t seq, uint32_t slot)
{
	return (int32_t)(seq << 16 | slot);
}

#endif
