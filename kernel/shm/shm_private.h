/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of shm/ share: segments, the table of slots, and attaches in pieces. */
#ifndef SHM_PRIVATE_H
#define SHM_PRIVATE_H

#include "shm/shm.h"
#include "vm/space.h"

#define SHM_SLOTS_MAX 32768u

/* Bits of a segment's state, in perm.mode above the nine bits of the mode; spec-shm.md part 1
 * draws the states. A segment with neither of the first two is live. A FREE slot has no segment,
 * so no bit means FREE (in other systems 0x0200 does). */
#define SHMSEG_REMOVED 0x0400  /* by IPC_RMID */
#define SHMSEG_CREATING 0x0800 /* its object does not have its memory yet */
#define SHMSEG_WANTED 0x1000   /* somebody waits until it is no longer CREATING */

struct shm_segment {
	/* Must be first: the object's last reference frees the whole segment by this address. */
	struct vm_object object;
	struct ipc_perm perm;
	uint32_t segsz;               /* bytes, as shmget asked for them; not rounded */
	uint32_t nattch;              /* attaches, over all processes */
	int32_t cpid, lpid;           /* who created it; who attached or detached it last */
	int64_t atime, dtime, ctime;  /* of the last attach, detach and change, or 0 */
	bool locked;                  /* SHM_LOCK: every page is resident */
	struct shm_segment *key_next; /* next in its hash chain of keys */
	uint32_t slot;
};

/* ---- Segments: shm.c ---- */

extern uint32_t shm_nused;     /* slots that are not FREE */
extern uint32_t shm_committed; /* pages of the segments in these slots */

/* Returns the segment's identifier: its sequence number and its slot. */
int32_t shm_segment_id(const struct shm_segment *seg);
/* Returns the segment that an identifier stands for, or NULL if the identifier is not live:
 * of no segment, of one that is being created, or of a removed one (but see
 * shm_allow_removed). Does not check permission. */
struct shm_segment *shm_segment_live(int32_t id);
/* shm_control.c: fill in *ds with what a user may see of the segment: no internal bits of the mode,
 * and zeros in the padding. */
void shm_segment_stat(const struct shm_segment *seg, struct shmid_ds *ds);
/* Free a removed segment whose nattch is 0. The slot becomes FREE, and shm_last_free. */
void shm_segment_free(struct shm_segment *seg);
/* Uncount an attach of the segment, and free a removed segment with its last attach. */
static inline void
shm_segment_drop(struct shm_segment *seg)
{
	seg->nattch--;
	if (seg->nattch == 0 && (seg->perm.mode & SHMSEG_REMOVED))
		shm_segment_free(seg);
}

/* ---- The table of slots: shm_slots.c ---- */

/* Allocate the table for `count` slots, once. Returns 0 or ENOMEM. */
int shm_slots_init(uint32_t count);
/* Returns the highest slot in use, or 0 if all are FREE. */
uint32_t shm_slot_highest(void);
/* The slot whose removed segment was freed last, if the slot is still FREE; else -1. */
extern int32_t shm_last_free;

/* The segment of each slot, in chunks of one page of pointers. shm_slot() returns the segment
 * in a slot; NULL if the slot is FREE or beyond the end of the table. */
#define SHM_CHUNK (PAGE_SIZE / sizeof(struct shm_segment *))
extern struct shm_segment **shm_slot_chunks[SHM_SLOTS_MAX / 512];
static inline struct shm_segment *
shm_slot(uint32_t slot)
{
	struct shm_segment **chunk =
		slot < SHM_SLOTS_MAX ? shm_slot_chunks[slot / SHM_CHUNK] : NULL;

	return chunk == NULL ? NULL : chunk[slot % SHM_CHUNK];
}

/* Returns the segment with that key, which is not IPC_PRIVATE, or NULL if there is none. */
struct shm_segment *shm_slot_by_key(int32_t key);
/* Creates a segment in slot shm_last_free or, if that is -1, in the lowest FREE slot, of which
 * there must be one. Sets its key, the next sequence number of the slot, and one reference
 * on its object; all else is zeros. Returns NULL, with nothing changed, if memory is out. Does not
 * sleep. */
struct shm_segment *shm_slot_alloc(int32_t key);
/* Make the segment's slot FREE, drop its key, and drop the slot's reference on its object. */
void shm_slot_free(struct shm_segment *seg);
/* Take the segment out of the hash of keys. The segment's key becomes IPC_PRIVATE. */
void shm_slot_drop_key(struct shm_segment *seg);

/* ---- Attaches in pieces: shm_cut.c ---- */

/*
 * What the pieces of one attach share. An attach in one piece has no cut. Within a space an
 * attach is identified by its object and the address where its first page is, or was: a second
 * attach of the same object at the same address would need all the addresses of the first,
 * and SHM_REMAP, which unmaps what is left of the first.
 */
struct shm_cut {
	struct vm_space *space;
	struct vm_object *object;
	vaddr_t va;           /* where its first page is, or was */
	uint32_t pieces;      /* entries of the space that point here */
	uint64_t headless;    /* 0 while the first page is mapped; then a number that is higher
	                       * than that of each attach which lost its first page earlier */
	struct shm_cut *next; /* next in its hash chain of headless attaches */
	struct shm_cut *twin; /* during a fork: the child's copy of it, or the parent's original */
};

/* Returns the object of the headless attach whose first page was at va; if there are several,
 * of the one that lost that page last. Returns NULL if there is none. */
struct vm_object *shm_headless(const struct vm_space *sp, vaddr_t va);
/* Record that e, a piece of an attach, is being unmapped. Returns true while other pieces of
 * the attach remain; frees the cut and returns false with the last one. */
bool shm_cut_drop_piece(struct vm_entry *e);

/* Fork copies cuts in two steps, of which only the first can fail. `copy` is an entry of the
 * child's space `to`, a copy of a piece. */

/* Replace the parent's cut, which copy->cut still points to, by the child's. The call for the first
 * piece of an attach creates the child's. Returns 0, or ENOMEM if there is no memory for it. */
int shm_cut_copy(struct vm_space *to, struct vm_entry *copy);
/* Take back shm_cut_copy() of this entry, since that of a later one has failed. */
void shm_cut_undo(struct vm_entry *copy);
/* Complete the copy. Returns true for the first piece of each attach that it is called for,
 * false for the others, so that the caller counts each attach once. */
bool shm_cut_commit(struct vm_entry *copy);

#endif
