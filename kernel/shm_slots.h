/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside shm: segments, and the tables of slots and of attaches. */
#ifndef SHM_SLOTS_H
#define SHM_SLOTS_H

#include "shm.h"

#define SHM_SLOTS_MAX 32768u

/* States, in perm.mode above the nine mode bits. A FREE slot has no segment,
 * so that 0x0200 stands nowhere. */
#define SHMSEG_REMOVED 0x0400
#define SHMSEG_ALLOCATED 0x0800
#define SHMSEG_WANTED 0x1000

struct shm_segment {
	struct ipc_perm perm;
	uint32_t segsz; /* bytes, as asked for */
	uint32_t nattch;
	int32_t cpid, lpid;
	int64_t atime, dtime, ctime;
	bool locked; /* SHM_LOCK: all of its pages are there */
	struct vm_object *object;
	struct shm_segment *key_next; /* in the hash of keys */
	uint32_t slot;
};

/* ---- Segments: shm.c ---- */

extern uint32_t shm_nused;     /* slots that are not FREE */
extern uint32_t shm_committed; /* pages of all their segments */

int32_t shm_segment_id(const struct shm_segment *seg);
/* The segment that an identifier stands for; NULL if it isn't live. */
struct shm_segment *shm_segment_live(int32_t id);
/* FREE again; => nattch is 0, or it was never created. */
void shm_segment_free(struct shm_segment *seg);

/* ---- Slots ---- */

/* Make room for count slots, once. => ENOMEM. */
int shm_slots_init(uint32_t count);
/* The highest slot in use; 0 if there is none. */
uint32_t shm_slot_highest(void);
/* The slot freed last, if it is still FREE; -1: none. */
int32_t shm_slot_last_free(void);
/* NULL: FREE, or no such slot. */
struct shm_segment *shm_slot(uint32_t slot);
/* The segment with that key (not IPC_PRIVATE); NULL: none. */
struct shm_segment *shm_slot_by_key(int32_t key);
/* A cleared segment in the slot freed last, else in the lowest FREE one, with
 * its key set and the slot's next seq.
 * => NULL when memory is out; there must be a FREE slot. */
struct shm_segment *shm_slot_alloc(int32_t key);
/* Back to FREE, and the next to be taken. */
void shm_slot_free(struct shm_segment *seg);
/* The key becomes IPC_PRIVATE: nobody finds it any more. */
void shm_slot_forget_key(struct shm_segment *seg);

/* ---- Attaches: numbered from 1 ---- */

struct shm_attach {
	vaddr_t va; /* 0: free */
	int32_t id;
	uint32_t pieces; /* map entries that belong to it */
	uint16_t next;   /* of those that are free, or headless */
	bool headless;   /* its first page is not mapped any more */
};

bool shm_attach_full(const struct vm_space *sp);
/* => ENOMEM; *n is its number. */
int shm_attach_alloc(struct vm_space *sp, vaddr_t va, int32_t id, uint16_t *n);
void shm_attach_free(struct vm_space *sp, uint16_t n);
struct shm_attach *shm_attach_get(const struct vm_space *sp, uint16_t n);
/* One of its pieces is gone, and it has others. */
void shm_attach_cut(struct vm_space *sp, uint16_t n);
/* The attach that starts at va, and its number; NULL: none. */
struct shm_attach *shm_attach_find(struct vm_space *sp, vaddr_t va, uint16_t *n);
/* The one in use after number *n (0: the first); moves *n. NULL: no more. */
struct shm_attach *shm_attach_next(const struct vm_space *sp, uint16_t *n);
/* to, which has none, gets all of from's. => ENOMEM. */
int shm_attach_copy(const struct vm_space *from, struct vm_space *to);

#endif
