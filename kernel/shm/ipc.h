/* SPDX-License-Identifier: BSD-2-Clause */
/* What the System V facilities share: permissions and identifiers. */
#ifndef IPC_H
#define IPC_H

#include <stdint.h>

#include "abi/ipc.h"
#include "proc/cred.h"

/* spec-shm.md part 2. The request is IPC_M, or any of IPC_R, IPC_W and IPC_X; other
 * bits are not looked at. Returns 0; EACCES, or for IPC_M EPERM, if it is refused. */
int ipcperm_class(const struct cred *cred, const struct ipc_perm *perm, uint32_t request);
static inline int
ipcperm(const struct cred *cred, const struct ipc_perm *perm, uint32_t request)
{
	return cred->euid == 0 ? 0 : ipcperm_class(cred, perm, request);
}

/* spec-shm.md part 1: (seq << 16) | slot. */
static inline int32_t
ipc_id(uint32_t seq, uint32_t slot)
{
	return (int32_t)(seq << 16 | slot);
}

#endif
