/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical frames.
 *
 * Each frame has a reference count. Free frames are on three lists: low ones, which the
 * kernel can address at all times; high ones; and clean ones, which are low and hold only
 * zeros. Page tables and the kernel's own memory must be low; user pages are high while any
 * high frame is left.
 *
 * Promises. User memory is promised when a program asks for it (shmget, mmap, brk, fork) and
 * taken when it is touched, and a touch can't be refused. Two inequalities hold at all times:
 *
 *	committed + kernel_used <= total		(1)
 *	tables_owed             <= low + clean		(2)
 *
 * committed counts the pages and page tables that are promised, taken or not; kernel_used the
 * frames that the kernel uses itself; tables_owed the page tables that are promised and not
 * taken; low and clean the frames on these lists.
 *
 * Why every touch finds a frame: each user frame in use is covered by a promise, so by (1) at
 * least as many frames are free as there are promises not taken yet. A page takes a low frame
 * only if no high one is free. Then all free frames are low, and there is one for each table
 * owed and one for this page, so (2) still holds afterwards.
 *
 * A page table holds only zeros when it is freed, so its frame goes on the clean list and is
 * not cleared to become the next page table.
 */
#include "mem/frame.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "debug/inject.h"
#include "debug/trace.h"

/* With less memory than this nothing useful can run. */
#define MIN_FRAMES (3u * 1024 * 1024 / PAGE_SIZE)

/* Free frames, linked by their field link. */
struct freelist {
	frame_t first;  /* 0: none, for the allocator has no frame 0 */
	uint32_t count; /* frames on the list */
};

struct frame *frame_table; /* by frame number, frame_limit of them */
frame_t frame_limit;
static struct freelist low, high;
static struct freelist clean; /* low frames that hold only zeros */
static uint32_t total, kernel_used, committed, tables_owed;

/* Returns the kind of a frame that is not free. */
static enum frame_kind
kind_of(const struct frame *fr)
{
	return (enum frame_kind)(fr->link & 0xff);
}

/* Returns the list for frame f, be it clean or not. */
static struct freelist *
list_of(frame_t f)
{
	return f < machine_low_frames ? &low : &high;
}

/* Returns how many low frames are free. */
static uint32_t
low_count(void)
{
	return low.count + clean.count;
}

/* Put f first on the list. */
static void
list_push(struct freelist *l, frame_t f)
{
	frame_table[f].link = l->first;
	l->first = f;
	l->count++;
}

/* Take the first frame off the list, which is not empty, and return it. */
static frame_t
list_pop(struct freelist *l)
{
	frame_t f = l->first;

	l->first = frame_table[f].link;
	l->count--;
	return f;
}

/* Take the memory of frame_table from the first range of RAM that is low and large enough. */
static void
carve_table(void)
{
	uint32_t need;
	unsigned i;

	frame_limit = machine_ram[machine_ram_count - 1].end;
	need = page_round(frame_limit * sizeof(struct frame)) / PAGE_SIZE;
	for (i = 0; i < machine_ram_count; i++) {
		struct ram_range *r = &machine_ram[i];

		if (r->end - r->start < need || r->start + need > machine_low_frames)
			continue;
		frame_table = frame_kva(r->start);
		r->start += need;
		total -= need;
		return;
	}
	noboot("no room for the table of %u frames", frame_limit);
}

/* Record the frames [start, end), which never become the allocator's, as the kernel's. */
static void
never_free(frame_t start, frame_t end)
{
	for (; start < end && start < frame_limit; start++)
		frame_table[start].link = FRAME_KERNEL;
}

void
frame_init(void)
{
	unsigned i;
	frame_t f;

	for (i = 0; i < machine_ram_count; i++)
		total += machine_ram[i].end - machine_ram[i].start;
	if (total < MIN_FRAMES)
		noboot("too little memory: %u KiB are free, %u KiB are needed", total * 4,
		       MIN_FRAMES * 4);
	carve_table();
	for (f = 0; f < frame_limit; f++)
		frame_table[f] = (struct frame){.refs = FRAME_NEVER, .link = FRAME_HOLE};
	never_free(kva_frame(frame_table), kva_frame(frame_table + frame_limit - 1) + 1);
	for (i = 0; i < machine_kept_count; i++)
		never_free(machine_kept[i].start, machine_kept[i].end);
	/* From the top down, so that the lowest frame is the first to be given out. */
	for (i = machine_ram_count; i-- > 0;)
		for (f = machine_ram[i].end; f-- > machine_ram[i].start;) {
			frame_table[f].refs = 0;
			list_push(list_of(f), f);
		}
}

/* Take a low frame off its list; one must be free. If `zeroed` it holds zeros. */
static frame_t
low_pop(bool zeroed)
{
	frame_t f;

	if (clean.count > 0 && (zeroed || low.count == 0))
		return list_pop(&clean);
	f = list_pop(&low);
	if (zeroed)
		frame_zero(f);
	return f;
}

/* Make frame f, which is off its list, one in use, with one reference. */
static void
frame_take(frame_t f, enum frame_kind kind)
{
	frame_table[f].refs = 1;
	frame_table[f].link = kind;
	trace(TRACE_FRAME_ALLOC, f, 1, kind, low_count() + high.count);
}

/* Returns a low frame for the kernel itself, which holds zeros if `zeroed`; 0 if there is
 * none that isn't promised. */
static frame_t
kernel_take(bool zeroed)
{
	frame_t f;

	if (committed + kernel_used >= total || low_count() <= tables_owed ||
	    inject_fail(INJECT_PAGE))
		return 0;
	kernel_used++;
	f = low_pop(zeroed);
	frame_take(f, FRAME_KERNEL);
	return f;
}

frame_t
frame_alloc_user(void)
{
	frame_t f;

	ASSERT(high.count > 0 || low_count() > tables_owed);
	if (high.first != 0)
		f = list_pop(&high);
	else if (low.first != 0)
		f = list_pop(&low);
	else /* last: a page table could use a clean frame without clearing it */
		f = list_pop(&clean);
	frame_take(f, FRAME_USER);
	return f;
}

frame_t
frame_alloc_table(void)
{
	frame_t f;

	ASSERT(tables_owed > 0 && low_count() > 0);
	tables_owed--;
	f = low_pop(true);
	frame_take(f, FRAME_TABLE);
	return f;
}

bool
frame_alloc(frame_t *out)
{
	*out = kernel_take(false);
	return *out != 0;
}

/* Returns true if all frames of the row that starts at f are free. All are low or none is,
 * for the low frames end at a multiple of PTAB_PAGES, or with RAM. */
static bool
row_free(frame_t f)
{
	frame_t end = f + PTAB_PAGES;

	while (f < end && frame_table[f].refs == 0)
		f++;
	return f == end;
}

/* Take the frames of the row that starts at `first` off list l. */
static void
list_remove_row(struct freelist *l, frame_t first)
{
	uint32_t *link = &l->first;

	while (*link != 0) {
		if (*link - first < PTAB_PAGES) {
			*link = frame_table[*link].link;
			l->count--;
		} else {
			link = &frame_table[*link].link;
		}
	}
}

bool
frame_alloc_row(frame_t *out)
{
	frame_t f, i;

	for (f = frame_limit & ~(PTAB_PAGES - 1); f > 0; f -= PTAB_PAGES) {
		frame_t first = f - PTAB_PAGES;

		if (!row_free(first) ||
		    (list_of(first) == &low && low_count() < tables_owed + PTAB_PAGES))
			continue;
		list_remove_row(list_of(first), first);
		list_remove_row(&clean, first);
		for (i = first; i < f; i++)
			frame_take(i, FRAME_USER);
		*out = first;
		return true;
	}
	return false;
}

void
frame_free(frame_t f)
{
	enum frame_kind kind = kind_of(&frame_table[f]);

	trace(TRACE_FRAME_FREE, f, 1, kind, low_count() + high.count + 1);
	if (kind == FRAME_TABLE) {
		tables_owed++; /* the promise lasts until commit_release() */
		list_push(&clean, f);
		return;
	}
	if (kind == FRAME_KERNEL)
		kernel_used--;
	if (f < machine_low_frames)
		list_push(&low, f);
	else
		list_push(&high, f);
}

enum frame_kind
frame_kind(frame_t f)
{
	if (f >= frame_limit)
		return FRAME_HOLE;
	return frame_table[f].refs == 0 ? FRAME_FREE : kind_of(&frame_table[f]);
}

void *
page_alloc(void)
{
	frame_t f = kernel_take(true);

	return f != 0 ? frame_kva(f) : NULL;
}

void
page_free(void *page)
{
	if (page != NULL)
		frame_unref(kva_frame(page));
}

void
page_free_zeroed(void *page)
{
	ASSERT(frame_kind(kva_frame(page)) == FRAME_KERNEL && frame_refs(kva_frame(page)) == 1);
	trace(TRACE_FRAME_FREE, kva_frame(page), 1, FRAME_KERNEL, low_count() + high.count + 1);
	kernel_used--;
	frame_table[kva_frame(page)].refs = 0;
	list_push(&clean, kva_frame(page));
}

int
commit_charge(uint32_t pages, uint32_t tables)
{
	/* The sum can't wrap: neither a space nor an object has so many pages. */
	if (inject_fail(INJECT_COMMIT) || pages + tables > total - kernel_used - committed ||
	    tables > low_count() - tables_owed) {
		why("commit: %u pages and %u tables asked, %u frames not promised", pages, tables,
		    total - kernel_used - committed);
		return ENOMEM;
	}
	committed += pages + tables;
	tables_owed += tables;
	trace(TRACE_COMMIT, pages, tables, committed);
	return 0;
}

void
commit_release(uint32_t pages, uint32_t tables)
{
	ASSERT(committed >= pages + tables && tables_owed >= tables);
	committed -= pages + tables;
	tables_owed -= tables;
	trace(TRACE_RELEASE, pages, tables, committed);
}

void
frame_stats(struct frame_stats *st)
{
	st->total = total;
	st->free = low_count() + high.count;
	st->committed = committed;
	st->kernel = kernel_used;
}
