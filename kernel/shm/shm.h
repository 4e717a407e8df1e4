/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room shm: System V shared memory. It calls vm/ for objects and mappings, and proc/ for
 * who is asking. sys/ calls it with the four calls, procfs/ to show segments, vm/ through
 * owner.h when a piece of an attach comes or goes.
 */
#ifndef SHM_H
#define SHM_H

#include <machine.h>

#include "abi/shm.h"

struct vm_space;
struct shm_cut;
struct vm_entry;
struct vm_object;

struct shminfo {
	uint32_t shmmax; /* bytes */
	uint32_t shmmin; /* bytes */
	uint32_t shmmni; /* segments */
	uint32_t shmseg; /* attaches of one process */
	uint32_t shmall; /* pages */
};
#define SHM_ATTACH_MAX 4096u /* the most that shmseg can be */
extern struct shminfo shminfo;
/* 1: a removed segment that is still attached can be attached and stat'ed. */
extern uint32_t shm_allow_removed;

void shm_init(void);

/* The calls, with the current process's rights; => positive errno. */
int shm_get(int32_t key, uint32_t size, int flags, int32_t *id);
int shm_attach(int32_t id, vaddr_t addr, int flags, vaddr_t *out);
/* The error that shm_attach() would give before it takes anything, or 0. */
int shm_attach_check(int32_t id, vaddr_t addr, int flags);
int shm_detach(vaddr_t addr);
/* Bytes of address space that an attach of it takes; 0: it isn't live. */
uint32_t shm_attach_size(int32_t id);
int shm_control(int32_t id, int cmd, vaddr_t buf, uint32_t *result);

/* Walk the invariants of spec-shm.md part 3. => false, and `what` says which
 * does not hold. shm_verify() panics then; it does nothing in a release. */
bool shm_check(char *what, size_t size);

/* Frames that segments have. */
uint32_t shm_resident(void);
/* shm_info.c: the segment in a slot (0 .. shm_slot_limit() - 1), if in use. */
uint32_t shm_slot_limit(void);
bool shm_slot_stat(uint32_t slot, struct shmid_ds *ds, int32_t *id, uint32_t *resident);
struct vm_object *shm_slot_object(uint32_t slot);
/* The slot of the segment that an attach's object is. */
uint32_t shm_object_slot(const struct vm_object *obj);

#endif
