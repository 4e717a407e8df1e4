/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside shm: segments, the table of slots, and attaches in pieces. */
#ifndef SHM_SLOTS_H
#define SHM_SLOTS_H

#include "shm/shm.h"
#include "vm/space.h"

#define SHM_SLOTS_MAX 32768u

/* States, in perm.mode above the nine mode bits. A FREE slot has no segment,
 * so that 0x0200 stands nowhere. */
#define SHMSEG_REMOVED 0x0400
#define SHMSEG_ALLOCATED 0x0800
#define SHMSEG_WANTED 0x1000

struct shm_segment {
	struct vm_object object; /* first: its last reference frees all of this */
	struct ipc_perm perm;
	uint32_t segsz; /* bytes, as asked for */
	uint32_t nattch;
	int32_t cpid, lpid;
	int64_t atime, dtime, ctime;
	bool made;                    /* it is not being created any more */
	bool locked;                  /* SHM_LOCK: all of its pages are there */
	struct shm_segment *key_next; /* in the hash of keys */
	uint32_t slot;
};

/* ---- Segments: shm.c ---- */

extern uint32_t shm_nused;     /* slots that are not FREE */
extern uint32_t shm_committed; /* pages of all their segments */

int32_t shm_segment_id(const struct shm_segment *seg);
/* The segment that an identifier stands for; NULL if it isn't live. */
struct shm_segment *shm_segment_live(int32_t id);
/* What a user sees of it: no internal bits, nothing but what is set there. */
void shm_segment_stat(const struct shm_segment *seg, struct shmid_ds *ds);
/* Free a removed segment whose nattch is 0: its slot becomes FREE, and shm_last_free. */
void shm_segment_free(struct shm_segment *seg);

/* ---- Slots ---- */

/* Make room for count slots, once. => ENOMEM. */
int shm_slots_init(uint32_t count);
/* The highest slot in use; 0 if there is none. */
uint32_t shm_slot_highest(void);
/* The slot that a removed segment had last, if it is still FREE; -1: none. */
extern int32_t shm_last_free;
/* Segments by slot, a page of pointers at a time; NULL: FREE, or no such slot. */
#define SHM_CHUNK (PAGE_SIZE / sizeof(struct shm_segment *))
extern struct shm_segment **shm_slot_chunks[SHM_SLOTS_MAX / 512];
static inline struct shm_segment *
shm_slot(uint32_t slot)
{
	struct shm_segment **chunk =
		slot < SHM_SLOTS_MAX ? shm_slot_chunks[slot / SHM_CHUNK] : NULL;

	return chunk == NULL ? NULL : chunk[slot % SHM_CHUNK];
}
/* The segment with that key (not IPC_PRIVATE); NULL: none. */
struct shm_segment *shm_slot_by_key(int32_t key);
/* A segment in the slot freed last, else in the lowest FREE one, with its key set
 * and the slot's next seq, a reference on its object, and all else zeros.
 * => NULL when memory is out; there must be a FREE slot. */
struct shm_segment *shm_slot_alloc(int32_t key);
/* The slot becomes FREE, its key is forgotten, and its reference on the object dropped. */
void shm_slot_free(struct shm_segment *seg);
/* The key becomes IPC_PRIVATE: nobody finds it any more. */
void shm_slot_forget_key(struct shm_segment *seg);

/* ---- Attaches in pieces: shm_cut.c ---- */

/*
 * What the pieces of an attach have in common; one that is whole has none. An
 * attach is known by its object and its address, for no two of one object
 * can have the same: the second is to cover all of the first.
 */
struct shm_cut {
	struct vm_space *space;
	struct vm_object *object;
	vaddr_t va;
	uint32_t pieces;      /* entries that belong to it */
	uint64_t headless;    /* when its first page went; 0: it is there */
	struct shm_cut *next; /* in the hash of headless ones */
	struct shm_cut *twin; /* its copy, or what it is a copy of, during fork */
};

/* Of the attaches at va whose first page has gone, the one where it went last:
 * its object; NULL: there is none. */
struct vm_object *shm_headless(const struct vm_space *sp, vaddr_t va);
/* e, a piece, goes. => false: and no other is left. */
bool shm_cut_drop_piece(struct vm_entry *e);
/* Fork: copy, which still has the parent's cut, gets one for its space `to`
 * => ENOMEM; that is undone; or the copy is there for good
 * => false: it is not the first of its attach. */
int shm_cut_copy(struct vm_space *to, struct vm_entry *copy);
void shm_cut_undo(struct vm_entry *copy);
bool shm_cut_commit(struct vm_entry *copy);

#endif
