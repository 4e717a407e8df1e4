/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames, promises and small objects of kernel memory. */
#include "abi/errno.h"
#include "host.h"
#include "mem/kmem.h"

#define FRAMES 2048u
#define LOW 1280u

static struct frame_stats
stats(void)
{
	struct frame_stats st;

	frame_stats(&st);
	return st;
}

static void
unref_twice(void)
{
	void *page = page_alloc();
	frame_t f = kva_frame(page);

	frame_unref(f);
	frame_unref(f);
}

static void
unpromised_table(void)
{
	frame_alloc_table();
}

static void
no_memory(void)
{
	host_boot(700, 700, "");
}

static void
test_kinds(void)
{
	struct frame_stats before = stats();
	char *page = page_alloc();
	frame_t f = kva_frame(page);
	unsigned i, sum = 0;

	for (i = 0; i < PAGE_SIZE; i++)
		sum += page[i] != 0;
	is(sum, 0, "page_alloc: the page is zeros");
	is(frame_kind(f), FRAME_KERNEL, "its kind");
	is(frame_refs(f), 1, "one reference");
	frame_ref(f);
	page_free(page);
	is(frame_refs(f), 1, "two references less one");
	page_free(page);
	is(frame_kind(f), FRAME_FREE, "the last reference frees");
	is(stats().free, before.free, "and the count is back");
	is(frame_kind(10), FRAME_HOLE, "no RAM there");
	is(frame_kind(FRAMES / 2 + 7), FRAME_KERNEL, "what the machine kept is the kernel's");
	is(frame_kind(FRAMES / 2 + 8), FRAME_HOLE, "a hole between two ranges of RAM");
	is(frame_kind(kva_frame(frame_table)), FRAME_KERNEL, "the table is the kernel's");
	is(frame_kind(kva_frame(frame_table + FRAMES - 1)), FRAME_KERNEL, "up to its end");
	is(frame_kind(frame_limit), FRAME_HOLE, "nor beyond the end");
	is(before.total, FRAMES - 32 - FRAMES * 8 / PAGE_SIZE, "all RAM but the table is counted");
	ok(asserts(unref_twice), "a reference too few panics");
	ok(asserts(unpromised_table), "a table that nobody promised panics");
}

/* Rule 1: promised pages and the kernel's own frames together are no more than all frames. */
static void
test_rule1(void)
{
	struct frame_stats st = stats();
	uint32_t room = st.total - st.kernel;

	is(commit_charge(room + 1, 0), ENOMEM, "one page more than there are");
	is(commit_charge(UINT32_MAX, UINT32_MAX), ENOMEM, "a sum that wraps");
	is(commit_charge(room, 1), ENOMEM, "a table beyond the pages");
	is(commit_charge(room, 0), 0, "all there are");
	is(stats().committed, room, "are promised");
	ok(page_alloc() == NULL, "the kernel gets none of them");
	commit_release(1, 0);
	page_free(page_alloc());
	is(stats().kernel, st.kernel, "one given back can be had");
	commit_release(room - 1, 0);
}

/* Rule 2: user pages do not take the low frames that were promised to page tables. */
static void
test_rule2(void)
{
	static frame_t got[FRAMES];
	uint32_t tables, pages, i, low = 0;

	for (tables = 0; commit_charge(0, 1) == 0; tables++)
		;
	ok(tables < LOW && tables > LOW - 64, "only low frames are promised to tables: %u", tables);
	ok(page_alloc() == NULL, "the kernel leaves them alone");
	commit_release(0, tables - 100);
	for (pages = 0; commit_charge(1, 0) == 0; pages++)
		;
	for (i = 0; i < pages; i++) {
		got[i] = frame_alloc_user();
		must(i >= host_free_high() || got[i] >= LOW, "high frames come first");
		low += got[i] < LOW;
	}
	is(host_free_high(), 0, "the pages take all high frames");
	is(stats().free, 100, "and of the low ones what isn't promised: %u", low);
	for (i = 0; i < 100; i++) {
		got[pages + i] = frame_alloc_table();
		must(got[pages + i] < LOW, "a table is low");
	}
	is(stats().free, 0, "what is left is for the tables");
	for (i = 0; i < pages + 100; i++)
		frame_unref(got[i]);
	commit_release(pages, 100);
}

static void
wild_free(void)
{
	kmem_free((char *)page_alloc() + 64);
}

/* Objects of random sizes are allocated and freed, and none overlaps another. */
static void
test_kmem(void)
{
	static struct {
		unsigned char *p;
		size_t size;
	} obj[400];
	struct frame_stats before = stats();
	unsigned i, n;
	size_t k;

	host_kmem = true;
	for (n = 0; n < 20000; n++) {
		i = rnd(400);
		if (obj[i].p != NULL) {
			for (k = 0; k < obj[i].size; k++)
				must(obj[i].p[k] == (i & 0xff), "kmem: another's byte in ours");
			kmem_free(obj[i].p);
			obj[i].p = NULL;
			continue;
		}
		obj[i].size = 1 + rnd(chance(80) ? 600 : KMEM_MAX);
		obj[i].p = kmem_alloc(obj[i].size);
		must(obj[i].p != NULL && (uintptr_t)obj[i].p % 16 == 0, "kmem: aligned to 16");
		must(obj[i].size <= KMEM_MAX / 2 || (uintptr_t)obj[i].p % PAGE_SIZE == 0,
		     "kmem: a large one is aligned to a page");
		for (k = 0; k < obj[i].size; k++)
			must(obj[i].p[k] == 0, "kmem: cleared");
		__builtin_memset(obj[i].p, (int)(i & 0xff), obj[i].size);
	}
	for (i = 0; i < 400; i++)
		kmem_free(obj[i].p);
	kmem_free(NULL);
	is(stats().free, before.free, "kmem: 20,000 allocations later all pages are back");
	obj[0].p = kmem_alloc(40);
	kmem_free(obj[0].p);
	ok(kmem_alloc(40) == obj[0].p, "kmem: what was freed last is used first");
	kmem_free(obj[0].p);
	obj[1].p = NULL;
	for (n = 0; (obj[0].p = kmem_alloc(2000)) != NULL; n++) {
		*(unsigned char **)obj[0].p = obj[1].p;
		obj[1].p = obj[0].p;
	}
	ok(n > 2000 && stats().free == host_free_high(), "kmem: %u objects fill low memory", n);
	while ((obj[0].p = obj[1].p) != NULL) {
		obj[1].p = *(unsigned char **)obj[0].p;
		kmem_free(obj[0].p);
	}
	ok(panics(wild_free), "kmem: a pointer that isn't an object's panics");
}

int
main(void)
{
	ok(panics(no_memory), "too little memory to boot is said");
	host_boot(FRAMES, LOW, "");
	test_kinds();
	test_rule1();
	test_rule2();
	test_kmem();
	return host_end();
}
