/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room mem: physical memory: frames, which are 4 KiB each, and the small objects that the
 * kernel cuts out of them. It calls base/, and every room that allocates calls it. None of
 * its functions sleeps.
 */
#ifndef FRAME_H
#define FRAME_H

#include <machine.h>

#include "base/assert.h"

/* Returns bytes, rounded up to a multiple of PAGE_SIZE; 0 if that wraps. */
static inline uint32_t
page_round(uint32_t bytes)
{
	return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

/* What a frame is used for. /proc/frames shows the numbers up to FRAME_TABLE as they are. */
enum frame_kind {
	FRAME_FREE,
	FRAME_KERNEL, /* the kernel's own memory, its image and the boot module included */
	FRAME_TABLE,  /* a page table, of a space or of an object */
	FRAME_USER,   /* a page of a program's memory or of a file */
	FRAME_HOLE    /* not RAM */
};

/* The number of the first frame above all RAM. */
extern frame_t frame_limit;

struct frame_stats {
	uint32_t total;     /* frames that the allocator manages */
	uint32_t free;      /* those of them that are not in use */
	uint32_t committed; /* pages and page tables promised to user space */
	uint32_t kernel;    /* frames in use by the kernel itself */
};

/* Take over the frames of machine_ram[]; those of machine_kept[] stay the kernel's. Calls noboot()
 * if there are too few. */
void frame_init(void);

/* Allocate a low frame for the kernel, with one reference; its content is undefined. The kernel
 * needs no promise. Returns true with the frame in *out; false if no frame is free that has not
 * been promised to user space. */
bool frame_alloc(frame_t *out);
/* Returns a frame for a page that commit_charge() has promised, with one reference; its
 * content is undefined. Cannot fail. */
frame_t frame_alloc_user(void);
/* Returns a low frame for a page table that commit_charge() has promised, with one reference;
 * it holds zeros. Cannot fail. */
frame_t frame_alloc_table(void);
/* Allocate a row: PTAB_PAGES promised user frames with consecutive numbers, the first a
 * multiple of PTAB_PAGES, as a large page needs them. Each has one reference. Returns true
 * with the first in *out; false if no whole row is free. Slow: it walks the free lists. */
bool frame_alloc_row(frame_t *out);

/* What is recorded of each frame below frame_limit. */
struct frame {
	uint32_t refs; /* reference count; 0: free; FRAME_NEVER: not the allocator's */
	uint32_t link; /* free: the next free frame; else its kind, and FRAME_OWNER's bits */
};
#define FRAME_NEVER UINT32_MAX
#define FRAME_OWNER 16 /* from this bit on: the owner that /proc/frames has found */
extern struct frame *frame_table;

/* Returns the reference count of frame f. */
static inline uint32_t
frame_refs(frame_t f)
{
	return frame_table[f].refs;
}
/* Take a reference on frame f, which is in use. */
static inline void
frame_ref(frame_t f)
{
	ASSERT(f < frame_limit && frame_refs(f) > 0 && frame_refs(f) < FRAME_NEVER - 1);
	frame_table[f].refs++;
}
/* Free frame f, which has no reference left: for frame_unref() only. */
void frame_free(frame_t f);
/* Drop a reference. The last one frees the frame; a page table must hold only zeros by then,
 * for its frame is given out again as it is. */
static inline void
frame_unref(frame_t f)
{
	ASSERT(f < frame_limit && frame_refs(f) > 0 && frame_refs(f) != FRAME_NEVER);
	if (--frame_table[f].refs == 0)
		frame_free(f);
}
/* Returns what frame f is used for. f may be any number. */
enum frame_kind frame_kind(frame_t f);

/* Returns the address of a frame for the kernel that holds zeros; NULL if there is none. */
void *page_alloc(void);
/* Free what page_alloc() returned. page may be NULL. */
void page_free(void *page);
/* Free what page_alloc() returned and what holds only zeros again: the frame need not be
 * cleared for its next use. */
void page_free_zeroed(void *page);

/* Promise frames to user space: so many for pages, so many for page tables. Returns 0, or
 * ENOMEM with nothing promised. The allocators above take promised frames without fail. A
 * promise covers a frame while it is in use, too: it is released after the frame is freed. */
int commit_charge(uint32_t pages, uint32_t tables);
void commit_release(uint32_t pages, uint32_t tables);

/* Set *st to the present numbers of frames. */
void frame_stats(struct frame_stats *st);
#endif
