/* SPDX-License-Identifier: BSD-2-Clause */
/* shmctl: spec-shm.md part 3, and part 5 for the commands that POSIX does not have. */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/string.h"
#include "debug/trace.h"
#include "proc/proc.h"
#include "shm/ipc.h"
#include "shm/shm_private.h"
#include "vm/usercopy.h"

void
shm_segment_stat(const struct shm_segment *seg, struct shmid_ds *ds)
{
	memset(ds, 0, sizeof(*ds));
	ds->shm_perm = seg->perm;
	ds->shm_perm.mode &= 0777;
	if (seg->perm.mode & SHMSEG_REMOVED)
		ds->shm_perm.mode |= SHM_DEST;
	if (seg->locked)
		ds->shm_perm.mode |= SHM_LOCKED;
	ds->shm_segsz = seg->segsz;
	ds->shm_atime = seg->atime;
	ds->shm_dtime = seg->dtime;
	ds->shm_ctime = seg->ctime;
	ds->shm_cpid = seg->cpid;
	ds->shm_lpid = seg->lpid;
	ds->shm_nattch = seg->nattch;
}

/* IPC_STAT. Returns EACCES or EFAULT. */
static int
control_stat(const struct shm_segment *seg, vaddr_t buf)
{
	struct shmid_ds ds;
	int err = ipcperm(&curproc()->cred, &seg->perm, IPC_R);

	if (err != 0)
		return err;
	shm_segment_stat(seg, &ds);
	return copyout(buf, &ds, sizeof(ds));
}

/* IPC_SET. Returns EFAULT, or EINVAL for a user or group of -1: that is no id, since other calls
 * take it for "leave it as it is". */
static int
control_set(struct shm_segment *seg, vaddr_t buf)
{
	struct shmid_ds ds;

	if (copyin(&ds, buf, sizeof(ds)) != 0)
		return EFAULT;
	if (ds.shm_perm.uid == UINT32_MAX || ds.shm_perm.gid == UINT32_MAX) {
		why("shmctl: IPC_SET with an owner or a group of -1");
		return EINVAL;
	}
	seg->perm.uid = ds.shm_perm.uid;
	seg->perm.gid = ds.shm_perm.gid;
	seg->perm.mode = (seg->perm.mode & ~0777) | (ds.shm_perm.mode & 0777);
	seg->ctime = clock_seconds();
	return 0;
}

/* IPC_RMID: the segment stays until its last detach, without a key. */
static void
control_remove(struct shm_segment *seg)
{
	trace(TRACE_SHM_REMOVE, (uint32_t)shm_segment_id(seg), seg->nattch);
	shm_slot_drop_key(seg);
	seg->perm.mode |= SHMSEG_REMOVED;
	if (seg->nattch == 0)
		shm_segment_free(seg);
}

/*
 * SHM_LOCK: fills every page of the segment, so that no access has to wait for one. May sleep,
 * since that takes long. The segment may be removed meanwhile, but its object stays while
 * this holds a reference. Returns EINVAL if the segment is no longer live at the end.
 */
static int
control_lock(int32_t id, struct shm_segment *seg)
{
	struct vm_object *obj = &seg->object;
	uint32_t page;
	bool live;

	may_sleep();
	vm_object_ref(obj);
	for (page = 0; page < obj->npages; page++) {
		vm_object_page(obj, page);
		if (page % 256 == 255)
			sched_point();
	}
	/* By now the slot may be FREE, or hold another segment. */
	live = shm_segment_live(id) == seg;
	if (live)
		seg->locked = true;
	vm_object_unref(obj);
	return live ? 0 : EINVAL;
}

/* Carries out the commands that only root, the segment's owner and its creator may give. Returns
 * EPERM to all others, or the command's own error. */
static int
control_owner(int32_t id, struct shm_segment *seg, int cmd, vaddr_t buf)
{
	int err = ipcperm(&curproc()->cred, &seg->perm, IPC_M);

	if (err != 0)
		return err;
	switch (cmd) {
	case IPC_SET:
		return control_set(seg, buf);
	case IPC_RMID:
		control_remove(seg);
		return 0;
	case SHM_LOCK:
		return control_lock(id, seg);
	default:
		seg->locked = false; /* SHM_UNLOCK */
		return 0;
	}
}

/* ---- Commands about all segments ---- */

/* IPC_INFO. Returns EFAULT. */
static int
control_limits(vaddr_t buf, uint32_t *result)
{
	struct shminfo64 info = {.shmmax = shminfo.shmmax,
	                         .shmmin = shminfo.shmmin,
	                         .shmmni = shminfo.shmmni,
	                         .shmseg = shminfo.shmseg,
	                         .shmall = shminfo.shmall};

	*result = shm_slot_highest();
	return copyout(buf, &info, sizeof(info));
}

uint32_t
shm_resident(void)
{
	uint32_t slot, highest = shm_slot_highest(), n = 0;

	for (slot = 0; slot <= highest; slot++) {
		const struct shm_segment *seg = shm_slot(slot);

		if (seg != NULL)
			n += seg->object.resident;
	}
	return n;
}

/* SHM_INFO. Returns EFAULT. */
static int
control_usage(vaddr_t buf, uint32_t *result)
{
	struct shm_info info = {.used_ids = (int32_t)shm_nused,
	                        .shm_tot = shm_committed,
	                        .shm_rss = shm_resident()};

	*result = shm_slot_highest();
	return copyout(buf, &info, sizeof(info));
}

/* SHM_STAT and SHM_STAT_ANY: id is a slot, or an identifier, whose sequence number is ignored. Both
 * show a removed segment that is still attached, too. Returns EINVAL if the slot is FREE or its
 * segment is being created; EACCES; EFAULT. */
static int
control_slot(int32_t id, int cmd, vaddr_t buf, uint32_t *result)
{
	const struct shm_segment *seg = id < 0 ? NULL : shm_slot(id & 0xffff);
	struct shmid_ds ds;
	int err;

	if (seg == NULL || (seg->perm.mode & SHMSEG_CREATING))
		return EINVAL;
	err = cmd == SHM_STAT ? ipcperm(&curproc()->cred, &seg->perm, IPC_R) : 0;
	if (err != 0)
		return err;
	shm_segment_stat(seg, &ds);
	*result = shm_segment_id(seg);
	return copyout(buf, &ds, sizeof(ds));
}

int
shm_control(int32_t id, int cmd, vaddr_t buf, uint32_t *result)
{
	struct shm_segment *seg;

	switch (cmd) {
	case IPC_INFO:
		return control_limits(buf, result);
	case SHM_INFO:
		return control_usage(buf, result);
	case SHM_STAT:
	case SHM_STAT_ANY:
		return control_slot(id, cmd, buf, result);
	}
	seg = shm_segment_live(id);
	if (seg == NULL)
		return EINVAL;
	switch (cmd) {
	case IPC_STAT:
		return control_stat(seg, buf);
	case IPC_SET:
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return control_owner(id, seg, cmd, buf);
	default:
		return EINVAL;
	}
}
