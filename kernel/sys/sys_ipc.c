/* SPDX-License-Identifier: BSD-2-Clause */
/* The four calls of shared memory: by numbers of their own (395 to 398), and by ipc(). */
#include "abi/errno.h"
#include "proc/owned.h"
#include "shm/shm.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Returns err, after a check in the debug build that the invariants of shared memory hold. */
static int
verified(int err)
{
	shm_verify();
	return err;
}

int
sys_shmget(const uint32_t *arg, uint32_t *result)
{
	int32_t key = ARG(shmget, key);
	uint32_t size = ARG(shmget, size);
	int shmflg = ARG(shmget, shmflg);

	return verified(shm_get(key, size, shmflg, (int32_t *)result));
}

int
sys_shmat(const uint32_t *arg, uint32_t *result)
{
	int32_t shmid = ARG(shmat, shmid);
	vaddr_t shmaddr = ARG(shmat, shmaddr);
	int shmflg = ARG(shmat, shmflg);

	return verified(shm_attach(shmid, shmaddr, shmflg, result));
}

int
sys_shmdt(const uint32_t *arg, uint32_t *result)
{
	vaddr_t shmaddr = ARG(shmdt, shmaddr);

	return verified(shm_detach(shmaddr));
}

int
sys_shmctl(const uint32_t *arg, uint32_t *result)
{
	int32_t shmid = ARG(shmctl, shmid);
	int cmd = ARG(shmctl, cmd);
	vaddr_t buf = ARG(shmctl, buf);

	return verified(shm_control(shmid, cmd, buf, result));
}

/* Returns whether the attach would map read-only memory over the word at an address. */
static bool
attach_hides(int32_t id, vaddr_t addr, int flags, vaddr_t word)
{
	vaddr_t start = flags & SHM_RND ? addr & ~(SHMLBA - 1) : addr;
	uint32_t len = shm_attach_size(id);

	if (addr == 0 || !(flags & SHM_REMAP) || !(flags & SHM_RDONLY))
		return false;
	return word - start < len || word + sizeof(word) - 1 - start < len;
}

/*
 * shmat by ipc(): the address of the attach is written to the word at `where`. Before the attach
 * is made, this checks that the word can be written now and after it, so that a call that fails
 * leaves no attach behind. An error of shmat itself comes before EFAULT.
 */
static int
ipc_shmat(int32_t id, vaddr_t addr, int flags, vaddr_t where)
{
	uint32_t word;
	int err;

	if (copyin(&word, where, sizeof(word)) != 0 || copyout(where, &word, sizeof(word)) != 0 ||
	    attach_hides(id, addr, flags, where)) {
		err = shm_attach_check(id, addr, flags);
		return err != 0 ? err : EFAULT;
	}
	err = verified(shm_attach(id, addr, flags, &word));
	return err != 0 ? err : copyout(where, &word, sizeof(word));
}

/* shmctl by ipc(): a command with a buffer needs IPC_64, since the older form of the structures is
 * not supported. A command without a buffer works with and without it. */
static int
ipc_shmctl(const uint32_t *arg, uint32_t *result)
{
	int cmd = ARG(ipc, second) & ~IPC_64;
	bool buffer = cmd != IPC_RMID && cmd != SHM_LOCK && cmd != SHM_UNLOCK;

	if (buffer && !(ARG(ipc, second) & IPC_64))
		return EINVAL;
	return verified(shm_control(ARG(ipc, first), cmd, ARG(ipc, ptr), result));
}

/* The upper half of the operation is a version number, which only shmat looks at: in version 1 the
 * arguments have another order. */
int
sys_ipc(const uint32_t *arg, uint32_t *result)
{
	switch (ARG(ipc, call) & 0xffff) {
	case IPCOP_SHMAT:
		if (ARG(ipc, call) >> 16 == 1)
			return EINVAL;
		return ipc_shmat(ARG(ipc, first), ARG(ipc, ptr), ARG(ipc, second), ARG(ipc, third));
	case IPCOP_SHMDT:
		return verified(shm_detach(ARG(ipc, ptr)));
	case IPCOP_SHMGET:
		return verified(shm_get(ARG(ipc, first), ARG(ipc, second), ARG(ipc, third),
		                        (int32_t *)result));
	case IPCOP_SHMCTL:
		return ipc_shmctl(arg, result);
	default:
		return ENOSYS;
	}
}
