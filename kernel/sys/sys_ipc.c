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

/* Find or make the segment of a key: shm_get(). */
int
sys_shmget(const union call_args *arg, uint32_t *result)
{
	int32_t key = arg->shmget.key;
	uint32_t size = arg->shmget.size;
	int shmflg = arg->shmget.shmflg;

	return verified(shm_get(key, size, shmflg, (int32_t *)result));
}

/* Attach a segment: shm_attach(). *result is its address. */
int
sys_shmat(const union call_args *arg, uint32_t *result)
{
	int32_t shmid = arg->shmat.shmid;
	vaddr_t shmaddr = arg->shmat.shmaddr;
	int shmflg = arg->shmat.shmflg;

	return verified(shm_attach(shmid, shmaddr, shmflg, result));
}

/* End the attach that starts at shmaddr: shm_detach(). */
int
sys_shmdt(const union call_args *arg, uint32_t *result)
{
	vaddr_t shmaddr = arg->shmdt.shmaddr;

	return verified(shm_detach(shmaddr));
}

/* Inspect, change or remove a segment, as cmd says: shm_control(). */
int
sys_shmctl(const union call_args *arg, uint32_t *result)
{
	int32_t shmid = arg->shmctl.shmid;
	int cmd = arg->shmctl.cmd;
	vaddr_t buf = arg->shmctl.buf;

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
ipc_shmctl(const union call_args *arg, uint32_t *result)
{
	uint32_t second = arg->ipc.second;
	int cmd = second & ~IPC_64;
	bool buffer = cmd != IPC_RMID && cmd != SHM_LOCK && cmd != SHM_UNLOCK;

	if (buffer && !(second & IPC_64))
		return EINVAL;
	return verified(shm_control(arg->ipc.first, cmd, arg->ipc.ptr, result));
}

/* Make one of the four calls, as the lower half of `call` says; ENOSYS for any other operation. The
 * upper half is a version number, which only shmat looks at: in version 1 the arguments have
 * another order. */
int
sys_ipc(const union call_args *arg, uint32_t *result)
{
	vaddr_t ptr = arg->ipc.ptr;
	uint32_t call = arg->ipc.call, first = arg->ipc.first, second = arg->ipc.second,
		 third = arg->ipc.third;

	switch (call & 0xffff) {
	case IPCOP_SHMAT:
		if (call >> 16 == 1)
			return EINVAL;
		return ipc_shmat(first, ptr, second, third);
	case IPCOP_SHMDT:
		return verified(shm_detach(ptr));
	case IPCOP_SHMGET:
		return verified(shm_get(first, second, third, (int32_t *)result));
	case IPCOP_SHMCTL:
		return ipc_shmctl(arg, result);
	default:
		return ENOSYS;
	}
}
