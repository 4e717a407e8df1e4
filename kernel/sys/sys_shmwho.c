/* SPDX-License-Identifier: BSD-2-Clause */
/* shmwho: which processes have attached a segment. No other system has this call. */
#include "abi/errno.h"
#include "proc/proc.h"
#include "shm/ipc.h"
#include "shm/shm.h"
#include "sys/syscall.h"
#include "vm/space.h"
#include "vm/usercopy.h"

/* Returns whether the process has attached the object of a segment. A child of vfork has not: it
 * only borrows its parent's memory. */
static bool
has_attached(const struct proc *p, const struct vm_object *obj)
{
	const struct vm_space *sp = proc_own_space(p);
	const struct vm_entry *e = sp != NULL && sp->nattch > 0 ? sp->first : NULL;

	while (e != NULL && !((e->flags & VM_ATTACH) && e->object == obj))
		e = e->next;
	return e != NULL;
}

/* Writes the numbers of the processes that have attached the segment, oldest first, to the
 * program's array at pids, but no more than `count` of them, and sets *result to how many there
 * are in all. Returns EINVAL if id is not that of a live segment, EACCES without permission to
 * read it, or EFAULT. */
static int
shm_who(int32_t id, vaddr_t pids, uint32_t count, uint32_t *result)
{
	uint32_t slot = id & 0xffff, n = 0, resident;
	struct shmid_ds ds;
	const struct proc *p;
	int32_t found;
	int err;

	if (!shm_slot_stat(slot, &ds, &found, &resident) || found != id ||
	    (ds.shm_perm.mode & SHM_DEST))
		return EINVAL;
	err = ipcperm(&curproc()->cred, &ds.shm_perm, IPC_R);
	for (p = proc_list.first; err == 0 && p != NULL; p = p->all.next) {
		if (!has_attached(p, shm_slot_object(slot)))
			continue;
		if (n < count)
			err = copyout(pids + n * sizeof(p->pid), &p->pid, sizeof(p->pid));
		n++;
	}
	*result = n;
	return err;
}

/* List the processes that have attached a segment. */
int
sys_shmwho(const union call_args *arg, uint32_t *result)
{
	int32_t shmid = arg->shmwho.shmid;
	vaddr_t pids = arg->shmwho.pids;
	uint32_t count = arg->shmwho.count;

	return shm_who(shmid, pids, count, result);
}
