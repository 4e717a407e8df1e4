/* SPDX-License-Identifier: BSD-2-Clause */
/* What procfs/ needs to show segments. */
#include "shm/shm_private.h"

uint32_t
shm_slot_limit(void)
{
	return shm_slot_highest() + 1;
}

bool
shm_slot_stat(uint32_t slot, struct shmid_ds *ds, int32_t *id, uint32_t *resident)
{
	const struct shm_segment *seg = shm_slot(slot);

	if (seg == NULL || (seg->perm.mode & SHMSEG_CREATING))
		return false;
	shm_segment_stat(seg, ds);
	*id = shm_segment_id(seg);
	*resident = seg->object.resident;
	return true;
}

struct vm_object *
shm_slot_object(uint32_t slot)
{
	struct shm_segment *seg = shm_slot(slot);

	return seg == NULL || (seg->perm.mode & SHMSEG_CREATING) ? NULL : &seg->object;
}

uint32_t
shm_object_slot(const struct vm_object *obj)
{
	return ((const struct shm_segment *)obj)->slot;
}
