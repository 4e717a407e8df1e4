/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical frames.
 *
 * Each frame has a reference count; free ones are linked. Low frames are those
 * that the kernel can address at all times: page tables and the kernel's own
 * memory come from there, user pages come from the others while they last.
 *
 * Promises. User memory is promised when it is asked for (shmget, mmap, brk,
 * fork) and taken when it is touched, and a touch can't be refused. So:
 *
 *	committed + kernel <= total		(1)
 *	tables_owed        <= low.count		(2)
 *
 * where committed counts the pages and page tables promised, kernel the frames
 * the kernel uses itself, and tables_owed the tables promised and not taken.
 * Every user frame is covered by a promise of its own, so (1) leaves a frame
 * for each promise still open. A user page takes a low frame only while (2)
 * holds afterwards. If it did not, every low frame left would be owed to a
 * table, and with no high frame left (1) says that all pages have been taken,
 * this one too.
 *
 * A page table is empty when it goes, so its frame needs no clearing to be the
 * next one: such frames are kept on a list of their own, among the low ones.
 */
#include "mem/frame.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "debug/inject.h"

/* Less than this and nothing useful can run. */
#define MIN_FRAMES (3u * 1024 * 1024 / PAGE_SIZE)

#define ONE_MIB (1u << 20)

struct freelist {
	frame_t first; /* 0: none, for frame 0 is never given out */
	uint32_t count;
};

struct frame *frame_table;
frame_t frame_limit;
static struct freelist low, high;
static struct freelist clean; /* low ones that hold nothing but zeros */
static uint32_t total, kernel_used, committed, tables_owed;

static enum frame_kind
kind_of(const struct frame *fr)
{
	return (enum frame_kind)(fr->link & 0xff);
}

static struct freelist *
list_of(frame_t f)
{
	return f < machine_low_frames ? &low : &high;
}

static uint32_t
low_count(void)
{
	return low.count + clean.count;
}

static void
list_push(struct freelist *l, frame_t f)
{
	frame_table[f].link = l->first;
	l->first = f;
	l->count++;
}

static frame_t
list_pop(struct freelist *l)
{
	frame_t f = l->first;

	l->first = frame_table[f].link;
	l->count--;
	return f;
}

/* The table of frames itself: out of the first low range that can hold it. */
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
		return;
	}
	noboot("no room for the table of %u frames", frame_limit);
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
		frame_table[f].refs = FRAME_NEVER;
	total = 0;
	/* From the top down, so that the lowest are given out first. */
	for (i = machine_ram_count; i-- > 0;) {
		for (f = machine_ram[i].end; f-- > machine_ram[i].start;) {
			frame_table[f].refs = 0;
			list_push(list_of(f), f);
		}
		total += machine_ram[i].end - machine_ram[i].start;
	}
}

/* A low frame, zeroed if that is asked for. */
__attribute__((noinline)) static frame_t
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

static void
frame_take(frame_t f, enum frame_kind kind)
{
	frame_table[f].refs = 1;
	frame_table[f].link = kind;
}

/* One for the kernel itself, zeroed if that is asked for. => 0: none. */
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
	else /* these hold nothing but zeros, and are of more use to others */
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

/* Are all of the row that starts at f free? (What is always mapped ends with a
 * row, or with RAM: none is partly low.) */
static bool
row_free(frame_t f)
{
	frame_t end = f + PTAB_PAGES;

	while (f < end && frame_table[f].refs == 0)
		f++;
	return f == end;
}

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

	if (kind == FRAME_TABLE) {
		tables_owed++; /* the promise stands until it is released */
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
	/* Above the first MiB, what the machine kept back is the kernel's image
	 * and the boot module. */
	if (frame_table[f].refs == FRAME_NEVER)
		return f < ONE_MIB / PAGE_SIZE ? FRAME_HOLE : FRAME_KERNEL;
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
	kernel_used--;
	frame_table[kva_frame(page)].refs = 0;
	list_push(&clean, kva_frame(page));
}

int
commit_charge(uint32_t pages, uint32_t tables)
{
	/* No address space has so many pages that the sum could wrap. */
	if (inject_fail(INJECT_COMMIT) || pages + tables > total - kernel_used - committed ||
	    tables > low_count() - tables_owed) {
		why("commit: %u pages and %u tables asked, %u frames not promised", pages, tables,
		    total - kernel_used - committed);
		return ENOMEM;
	}
	committed += pages + tables;
	tables_owed += tables;
	return 0;
}

void
commit_release(uint32_t pages, uint32_t tables)
{
	ASSERT(committed >= pages + tables && tables_owed >= tables);
	committed -= pages + tables;
	tables_owed -= tables;
}

void
frame_stats(struct frame_stats *st)
{
	st->total = total;
	st->free = low_count() + high.count;
	st->committed = committed;
	st->kernel = kernel_used;
}
