/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room mem: physical memory: frames, which are 4 KiB each, and the small objects that the
 * kernel cuts out of them. It calls base/. All that allocate call it.
 */
#ifndef FRAME_H
#define FRAME_H

#include <machine.h>

#include "base/assert.h"

/* Bytes up to a whole number of pages; 0 where that wraps. */
static inline uint32_t
page_round(uint32_t bytes)
{
	return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

/* What a frame in use is for; memview shows it. */
enum frame_kind {
	FRAME_FREE,
	FRAME_KERNEL, /* the kernel's own */
	FRAME_TABLE,  /* a page table */
	FRAME_USER,   /* a page that user programs see */
	FRAME_HOLE    /* no RAM here */
};

/* First frame beyond all RAM. */
extern frame_t frame_limit;

struct frame_stats {
	uint32_t total;     /* frames that the allocator was given */
	uint32_t free;      /* of these, not in use */
	uint32_t committed; /* pages and page tables promised to user space */
	uint32_t kernel;    /* in use by the kernel itself */
};

/* => takes over machine_ram[]; NOBOOT when there is too little. */
void frame_init(void);

/*
 * A frame with one reference; its content is whatever was there, but a table's,
 * which is zeros. None of them sleeps.
 * frame_alloc: a low one for the kernel, for now and not promised: fails (false)
 *   when it would break a promise or there is none.
 * The others: one that commit_charge() promised, a table's a low one. Can't fail.
 */
bool frame_alloc(frame_t *out);
frame_t frame_alloc_user(void);
frame_t frame_alloc_table(void);
/* PTAB_PAGES promised user frames in a row, the first a multiple of that, as
 * the MMU's large pages need them: *out is the first.
 * => false where no such row is free; walks the lists, does not sleep. */
bool frame_alloc_row(frame_t *out);
struct frame {
	uint32_t refs; /* 0: free; FRAME_NEVER: not ours to give */
	uint32_t link; /* free: the next one; in use: kind, and FRAME_NOTE above it */
};
#define FRAME_NEVER UINT32_MAX
#define FRAME_NOTE 16 /* from this bit on: for /proc, what it likes to keep there */
extern struct frame *frame_table;

static inline uint32_t
frame_refs(frame_t f)
{
	return frame_table[f].refs;
}
static inline void
frame_ref(frame_t f)
{
	ASSERT(f < frame_limit && frame_refs(f) > 0 && frame_refs(f) < FRAME_NEVER - 1);
	frame_table[f].refs++;
}
/* Drop one reference; the last one frees it: frame_free(). A table must be zeros
 * again. */
void frame_free(frame_t f);
static inline void
frame_unref(frame_t f)
{
	ASSERT(f < frame_limit && frame_refs(f) > 0 && frame_refs(f) != FRAME_NEVER);
	if (--frame_table[f].refs == 0)
		frame_free(f);
}
enum frame_kind frame_kind(frame_t f);

/* One kernel frame by address, cleared; NULL when there is none. */
void *page_alloc(void);
void page_free(void *page);
/* The same for one that holds nothing but zeros, as it came. */
void page_free_zeroed(void *page);

/* Promise frames to user space: data pages, and page tables for them.
 * => 0 or ENOMEM; what is promised can be had until it is given back. */
int commit_charge(uint32_t pages, uint32_t tables);
void commit_release(uint32_t pages, uint32_t tables);

void frame_stats(struct frame_stats *st);
#endif
