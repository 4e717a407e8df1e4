/* SPDX-License-Identifier: BSD-2-Clause */
#include "shm/ipc.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "proc/proc.h"

/*
 * The caller's class decides alone: an owner whom the mode refuses is refused, even where
 * it lets everybody else in.
 */
int
ipcperm_class(const struct cred *cred, const struct ipc_perm *perm, uint32_t request)
{
	DOES_NOT_SLEEP;
	bool owner = cred->euid == perm->uid || cred->euid == perm->cuid;
	uint32_t wanted = request & (IPC_R | IPC_W | IPC_X);

	if (request & IPC_M) {
		if (owner)
			return 0;
		why("ipcperm: uid %u is neither owner nor creator", cred->euid);
		return EPERM;
	}
	if (!owner)
		wanted >>=
			cred_in_group(cred, perm->gid) || cred_in_group(cred, perm->cgid) ? 3 : 6;
	if ((perm->mode & wanted) == wanted)
		return 0;
	why("ipcperm: mode %04o does not give uid %u %04o", perm->mode & 0777u, cred->euid, wanted);
	return EACCES;
}
