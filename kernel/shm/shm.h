/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room shm: System V shared memory, as docs/spec-shm.md specifies it. It calls mem/ for
 * memory, vm/ for objects and mappings, and proc/ for the credentials of the caller. sys/ calls it
 * to make the four calls, procfs/ to show segments, vm/ through owner.h when the entries of an
 * attach are split, copied by fork or unmapped, and proc/ through owned.h at the end of a user.
 */
#ifndef SHM_H
#define SHM_H

#include <machine.h>

#include "abi/shm.h"

struct vm_object;

/* The limits, spec-shm.md part 1.3. Root can change all but shmmin and shmmni in /proc/sys. */
struct shminfo {
	uint32_t shmmax; /* bytes of a segment, at most */
	uint32_t shmmin; /* bytes of a segment, at least */
	uint32_t shmmni; /* segments in the whole system */
	uint32_t shmseg; /* attaches of one process */
	uint32_t shmall; /* pages of all segments together */
};
#define SHM_ATTACH_MAX 4096u /* the highest value that shmseg can be given */
extern struct shminfo shminfo;
/* If it is 1, the identifier of a removed segment stays valid while the segment is attached
 * (spec-shm.md part 5, shm_allow_removed). */
extern uint32_t shm_allow_removed;

/* Set the limits from the kernel's command line and allocate the table of slots. */
void shm_init(void);

/* ---- The four calls ---- */

/* The four calls act for the current process and return 0 or a positive errno. spec-shm.md part 3
 * says which error wins where several apply; a call that fails has changed nothing. */

/* shmget: puts the identifier of the segment with that key, or of a new segment, into *id.
 * Returns ENOENT, EACCES, EINVAL, EEXIST, ENOSPC, ENOMEM, or ERESTART if a signal ends the
 * sleep. May sleep: until another process has created the segment with that key, and while
 * the memory of a SHM_HUGETLB segment is cleared. */
int shm_get(int32_t key, uint32_t size, int flags, int32_t *id);
/* shmat: puts the address of the attach into *out. Returns EINVAL, EACCES, EMFILE or ENOMEM.
 * Sleeps only where debug/inject.h makes it. */
int shm_attach(int32_t id, vaddr_t addr, int flags, vaddr_t *out);
/* Returns the error that shm_attach() would return before it takes any memory, or 0. Changes
 * nothing and does not sleep. */
int shm_attach_check(int32_t id, vaddr_t addr, int flags);
/* shmdt. Returns EINVAL if no attach of the process starts at addr. Does not sleep. */
int shm_detach(vaddr_t addr);
/* Returns the bytes of address space that an attach of the segment takes; 0 if id is not that
 * of a live segment. */
uint32_t shm_attach_size(int32_t id);
/* shmctl: buf is an address of the program's. Sets *result for the commands of part 5 that return
 * a slot or an identifier, and leaves it alone for the others. Returns EINVAL, EACCES, EPERM
 * or EFAULT. SHM_LOCK may sleep, the other commands do not. */
int shm_control(int32_t id, int cmd, vaddr_t buf, uint32_t *result);

/* ---- What checks and /proc need ---- */

/* Checks the invariants of spec-shm.md part 3. Returns false if one of them does not hold, and
 * writes which one into `what`, a buffer of `size` bytes. Does not sleep. shm_verify(), in
 * proc/owned.h, calls it in a debug build. */
bool shm_check(char *what, size_t size);

/* Returns the number of frames that all segments together have. */
uint32_t shm_resident(void);
/* Returns a number that is above that of each slot in use. */
uint32_t shm_slot_limit(void);
/* Puts what IPC_STAT shows of the segment in that slot into *ds, its identifier into *id, and the
 * number of its frames into *resident. Returns false if the slot is FREE, or its segment is still
 * being created. */
bool shm_slot_stat(uint32_t slot, struct shmid_ds *ds, int32_t *id, uint32_t *resident);
/* Returns the object of the segment in that slot, without a reference for the caller; NULL
 * where shm_slot_stat() returns false. */
struct vm_object *shm_slot_object(uint32_t slot);
/* Returns the slot of the segment that obj, the object of an attach, belongs to. */
uint32_t shm_object_slot(const struct vm_object *obj);

#endif
