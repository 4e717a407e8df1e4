/* SPDX-License-Identifier: BSD-2-Clause */
/* System V shared memory: docs/spec-shm.md. */
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
#ifdef DEBUG
void shm_verify(void);
#else
static inline void
shm_verify(void)
{
}
#endif

/*
 * What happens to entries of attaches, told by vm_map.c and vm_space.c. An attach
 * lives as long as any piece of it is mapped.
 */
/* Have the memory for it that e, if it is a whole attach, is split: *out, for shm_cut() or
 * kmem_free(); NULL if none is needed. Returns ENOMEM. */
int shm_cut_reserve(const struct vm_entry *e, struct shm_cut **out);
/* Record that lower is split, and that upper, a copy of it, will be the rest. fresh is what
 * was reserved. */
void shm_cut(struct vm_space *sp, struct vm_entry *lower, struct vm_entry *upper,
             struct shm_cut *fresh);
/* The entry goes; with the last of an attach that is detached. */
void shm_entry_gone(struct vm_space *sp, struct vm_entry *e);
/* The space ends: all of its attaches do. */
void shm_detach_all(struct vm_space *sp);
/* Fork: `to` has copies of all of `from`'s entries.
 * => ENOMEM with nothing counted. */
int shm_inherit(const struct vm_space *from, struct vm_space *to);

/* Frames that segments have. */
uint32_t shm_resident(void);
/* shm_info.c: the segment in a slot (0 .. shm_slot_limit() - 1), if in use. */
uint32_t shm_slot_limit(void);
bool shm_slot_stat(uint32_t slot, struct shmid_ds *ds, int32_t *id, uint32_t *resident);
struct vm_object *shm_slot_object(uint32_t slot);
/* The slot of the segment that an attach's object is. */
uint32_t shm_object_slot(const struct vm_object *obj);

#endif
