/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects and spaces, case by case. test_random.c finds the cases that nobody has thought of. */
#include "abi/errno.h"
#include "abi/signal.h"
#include "fs/file.h"
#include "host.h"
#include "vm/deferred.h"
#include "shm/shm_private.h"

#define RW (PROT_READ | PROT_WRITE)
#define A 0x50000000u
#define P PAGE_SIZE

static struct frame_stats
stats(void)
{
	struct frame_stats st;

	frame_stats(&st);
	return st;
}

/* Returns what a load finds; 0xbad and the code of the fault if it faults. */
static uint32_t
load(vaddr_t va)
{
	uint32_t word;
	int err = host_load(va, &word);

	return err != 0 ? 0xbad0u + (uint32_t)err : word;
}

static int
unmap(vaddr_t va, uint32_t pages)
{
	return vm_unmap(curproc()->space, va, va + pages * P);
}

static int
protect(vaddr_t va, uint32_t pages, int prot)
{
	return vm_protect(curproc()->space, va, va + pages * P, prot);
}

static void
test_object(void)
{
	struct frame_stats before = stats();
	struct vm_object *obj;
	char text[] = "across a border", back[sizeof(text)] = "";
	uint32_t word = 1;
	frame_t f, g;

	is(vm_object_create(1500, &obj), 0, "object: made");
	host_held[0] = obj;
	is(stats().committed, 1502, "object: 1500 pages and 2 tables are promised");
	is(before.free - stats().free, 0, "object: nothing is taken");
	ok(!vm_object_peek(obj, 7, &f), "object: no page is there");
	f = vm_object_page(obj, 1499);
	ok(vm_object_peek(obj, 1499, &g) && f == g, "object: the last page, once touched");
	is(obj->resident, 1, "object: one is resident");
	ok(!vm_object_peek(obj, 1500, &g), "object: none beyond");
	file_data_read(obj, 1500 * P - 4, &word, 4);
	is(word, 0, "object: zeros to its end");
	file_data_write(obj, 1024 * P - 5, text, sizeof(text));
	file_data_read(obj, 1024 * P - 5, back, sizeof(text));
	ok(__builtin_memcmp(text, back, sizeof(text)) == 0, "object: written across tables");
	is(obj->resident, 3, "object: two more are resident");
	host_audit();
	host_held[0] = NULL;
	vm_object_ref(obj);
	vm_object_unref(obj);
	is(stats().committed, 1502, "object: one of two references is not the last");
	vm_object_unref(obj);
	is(stats().free, before.free, "object: the last one frees all");
	is(vm_object_create(before.total, &obj), ENOMEM, "object: more than there is");
	is(vm_object_create(0, &obj), 0, "object: of no page");
	vm_object_unref(obj);
}

static void
test_unmap(void)
{
	is(host_map(A, 8, RW, NULL), 0, "map: 8 pages");
	is(load(A + 5 * P), 0, "map: they are zeros");
	is(host_store(A + 2 * P, 22), 0, "map: and can be written");
	is(host_store(A + 5 * P, 55), 0, "map: each");
	is(unmap(A + 3 * P, 2), 0, "unmap: a hole");
	is(load(A + 2 * P), 22, "unmap: below it all is there");
	is(load(A + 5 * P), 55, "unmap: and above it");
	is(load(A + 3 * P), 0xbad0 + SEGV_MAPERR, "unmap: the hole is one");
	is(host_map(A + 3 * P, 2, PROT_READ, NULL), 0, "map: into the hole");
	is(load(A + 3 * P), 0, "map: what comes reads as zeros");
	is(host_store(A + 3 * P, 1), SEGV_ACCERR, "map: read-only zeros stay so");
	is(unmap(A - 4 * P, 100), 0, "unmap: more than is mapped");
	is(load(A), 0xbad0 + SEGV_MAPERR, "unmap: all is gone");
	host_audit();
	is(curproc()->space->tables, 0, "unmap: its table's promise too");
}

static void
test_protect(void)
{
	host_map(A, 4, RW, NULL);
	host_store(A, 1);
	host_store(A + P, 2);
	is(protect(A, 2, PROT_NONE), 0, "protect: none");
	is(load(A + P), 0xbad0 + SEGV_ACCERR, "protect: can't be read");
	is(protect(A + P, 1, PROT_READ), 0, "protect: read");
	is(load(A + P), 2, "protect: what was written is still there");
	is(host_store(A + P, 3), SEGV_ACCERR, "protect: can't be written");
	is(protect(A, 4, RW), 0, "protect: all again");
	is(host_store(A, load(A) + 1), 0, "protect: can be written");
	is(load(A), 2, "protect: and was");
	is(protect(A + 2 * P, 3, PROT_READ), ENOMEM, "protect: a range with a hole");
	is(host_store(A + 3 * P, 4), 0, "protect: then nothing has changed");
	unmap(A, 4);
	host_map(A, 4, PROT_READ, NULL);
	is(curproc()->space->pages, 0, "protect: read-only zeros need no promise");
	is(load(A), 0, "protect: they can be read");
	is(protect(A + P, 2, RW), 0, "protect: write");
	is(curproc()->space->pages, 2, "protect: what can be written is promised");
	is(host_store(A + P, 5), 0, "protect: and can be written");
	is(load(A + P), 5, "protect: and was");
	is(load(A), 0, "protect: nothing else");
	unmap(A, 4);
	host_audit();
}

static void
test_brk(void)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t start = sp->brk_start, top = page_round(start);

	is(vm_brk(sp, start - 1), ENOMEM, "brk: below its start");
	is(vm_brk(sp, start + 1), 0, "brk: within the page of the program's end");
	is(sp->pages, 0, "brk: takes nothing");
	is(vm_brk(sp, top + 3 * P - 1), 0, "brk: three pages");
	is(sp->pages, 3, "brk: are promised");
	is(host_store(top + 2 * P, 9), 0, "brk: written");
	is(vm_brk(sp, top + SPAN_SIZE), 0, "brk: into the next span");
	is(sp->tables, 2, "brk: whose table is promised");
	ok(sp->first->next == NULL, "brk: it is still one entry");
	is(vm_brk(sp, top + P), 0, "brk: down");
	is(load(top + 2 * P), 0xbad0 + SEGV_MAPERR, "brk: what was above is gone");
	is(vm_brk(sp, top + 3 * P), 0, "brk: up again");
	is(load(top + 2 * P), 0, "brk: zeros");
	host_map(top + 4 * P, 1, RW, NULL);
	is(vm_brk(sp, top + 5 * P), ENOMEM, "brk: not into what is mapped");
	is(vm_brk(sp, top + 4 * P), 0, "brk: up to it");
	is(vm_brk(sp, 0xbf7ff000), ENOMEM, "brk: not to the stack");
	host_audit();
	unmap(0, USER_END / P);
	sp->brk_end = start;
}

static void
test_stack(void)
{
	struct vm_space *sp = curproc()->space;
	struct vm_mapping m = {.start = 0xbfff0000,
	                       .len = 4 * P,
	                       .prot = RW,
	                       .max_prot = RW,
	                       .inherit = VM_COPY,
	                       .flags = VM_STACK};
	uint32_t free_pages;
	vaddr_t va;

	vm_map(sp, &m);
	is(host_store(m.start - 10 * P, 1), 0, "stack: grows");
	is(sp->pages, 14, "stack: by what is between, too");
	is(load(0xbf900000), 0, "stack: a load grows it, into the next spans");
	is(sp->tables, 2, "stack: whose tables are promised");
	is(load(0xbf7ff000), 0, "stack: to its lowest");
	is(load(0xbf7fe000), 0xbad0 + SEGV_MAPERR, "stack: not below");
	unmap(0, USER_END / P);
	vm_map(sp, &m);
	host_stack_most = 6 * P + 1;
	is(load(m.start - 2 * P), 0, "stack: grows to its owner's limit");
	is(load(m.start - 3 * P), 0xbad0 + SEGV_MAPERR, "stack: and no further");
	host_stack_most = P;
	is(load(m.start - 2 * P), 0, "stack: a lower limit takes nothing away");
	host_stack_most = STACK_MAX;
	is(load(m.start - 3 * P), 0, "stack: a higher one lets it grow");
	unmap(0, USER_END / P);
	vm_map(sp, &m);
	host_map(m.start - 10 * P, 1, RW, NULL);
	is(load(m.start - 8 * P), 0, "stack: towards a mapping");
	is(load(m.start - 9 * P), 0xbad0 + SEGV_MAPERR, "stack: a page stays free");
	is(protect(m.start - 8 * P, 6, PROT_READ), 0, "stack: its lower part read-only");
	unmap(m.start - 10 * P, 1);
	is(host_store(m.start - 9 * P, 1), SEGV_ACCERR, "stack: then it grows read-only");
	is(unmap(m.start - 9 * P, 7), 0, "stack: and goes");
	is(load(m.start - 3 * P), 0, "stack: what is left of it grows");
	free_pages = stats().total - stats().kernel - stats().committed;
	unmap(0, USER_END / P);
	vm_map(sp, &m);
	va = A;
	must(host_map(va, free_pages - 8, RW, NULL) == 0, "stack: all memory is promised");
	is(load(m.start - 100 * P), 0xbad0 + SEGV_MAPERR, "stack: no memory, no growth");
	host_audit();
	unmap(0, USER_END / P);
}

static void
test_find(void)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t va;

	is(vm_find_space(sp, P, &va), 0, "find: in an empty space");
	is(va, 0x40000000, "find: the first place");
	host_map(va, 2, RW, NULL);
	host_map(va + 4 * P, 2, RW, NULL);
	vm_find_space(sp, 2 * P, &va);
	is(va, 0x40002000, "find: a hole that fits");
	vm_find_space(sp, 3 * P, &va);
	is(va, 0x40006000, "find: behind, if it doesn't");
	vm_find_spans(sp, SPAN_SIZE, &va);
	is(va, 0x40400000, "find: aligned");
	is(vm_find_space(sp, 0x7f7f8000, &va), 0, "find: all but the stack's");
	is(va + 0x7f7f8000, 0xbf7fe000, "find: a page stays free below it");
	is(vm_find_space(sp, 0x7f7f9000, &va), ENOMEM, "find: a page too much");
	is(vm_find_space(sp, 0xfffff000, &va), ENOMEM, "find: as much as can be asked");
	ok(!vm_range_ok(0, P) && !vm_range_ok(USER_MIN - P, P), "range: not below the lowest");
	ok(!vm_range_ok(USER_END - P, 2 * P), "range: not into the kernel");
	ok(!vm_range_ok(USER_END, 0) && !vm_range_ok(0xfffff000, 2 * P), "range: no wrap");
	ok(vm_range_ok(USER_MIN, USER_END - USER_MIN), "range: all of it");
	unmap(0, USER_END / P);
}

static void
test_fork(void)
{
	struct proc *parent = curproc(), *child;
	struct vm_object *obj;
	frame_t f;
	pte_t pte;

	vm_object_create(2, &obj);
	host_map(A, 4, RW, NULL);
	host_map(A + 8 * P, 2, RW, obj);
	vm_object_unref(obj);
	host_store(A, 10);
	host_store(A + P, 11);
	host_store(A + 8 * P, 18);
	child = host_fork();
	host_audit();
	is(host_store(A, 20), 0, "fork: the parent writes");
	host_run(child);
	is(load(A), 10, "fork: the child has the old content");
	pte = pmap_lookup(&child->space->pmap, A);
	f = pte_frame(pte);
	is(host_store(A, 30), 0, "fork: and writes itself");
	is(pte_frame(pmap_lookup(&child->space->pmap, A)), f, "fork: the last holder takes over");
	is(host_store(A + P, 31), 0, "fork: the child writes first");
	is(host_store(A + 8 * P, 38), 0, "fork: what is shared, too");
	is(host_store(A + 9 * P, 39), 0, "fork: also a page not there at the fork");
	is(host_store(A + 2 * P, 32), 0, "fork: and a private one");
	host_run(parent);
	is(load(A), 20, "fork: the parent has its own");
	is(load(A + P), 11, "fork: and what it had");
	is(load(A + 2 * P), 0, "fork: or had not");
	is(load(A + 8 * P), 38, "fork: shared is shared");
	is(load(A + 9 * P), 39, "fork: from its first touch on");
	host_audit();
	host_exit(child);
	host_audit();
	is(host_store(A + P, 21), 0, "fork: the child gone, the parent writes");
	unmap(0, USER_END / P);
}

static bool
is_large(vaddr_t va)
{
	pte_t *dir = frame_kva(curproc()->space->pmap.dir);

	return dir[va >> SPAN_SHIFT] & PTE_LARGE;
}

/* A large page fills a span. It is split into small pages where a part of it changes. */
static void
test_large(void)
{
	struct proc *parent = curproc(), *child;
	struct vm_object *obj;
	struct vm_mapping off;
	unsigned i, sum = 0;
	vaddr_t at = 0x50000000;

	is(host_object_large(PTAB_PAGES + 2, &obj), 0, "large: an object");
	host_held[0] = obj;
	host_map(at, PTAB_PAGES + 2, RW, obj);
	for (i = 0; i < PTAB_PAGES + 2; i++)
		sum |= load(at + i * P);
	is(sum, 0, "large: it is zeros");
	ok(is_large(at) && !is_large(at + SPAN_SIZE), "large: the full span is one page");
	for (i = 0; i < PTAB_PAGES + 2; i++)
		host_store(at + i * P, i);
	child = host_fork();
	host_audit();
	host_run(child);
	ok(is_large(at) && load(at + 9 * P) == 9, "large: so it is for a child");
	is(protect(at + 4 * P, 1, PROT_READ), 0, "large: protect a part");
	is(host_store(at + 4 * P, 1), SEGV_ACCERR, "large: which is read-only");
	is(host_store(at + 5 * P, 55), 0, "large: and nothing else");
	host_audit();
	host_exit(child);
	host_run(parent);
	ok(is_large(at) && load(at + 5 * P) == 55, "large: the parent's is one still");
	host_map(at + SPAN_SIZE + 2 * P, 4000, PROT_READ, NULL);
	is(protect(at + 8 * P, PTAB_PAGES - 6 + 4000, RW), ENOMEM, "large: a refused protect");
	host_exit(host_fork());
	host_audit();
	is(unmap(at + 8 * P, 1), 0, "large: unmap a part");
	is(load(at + 8 * P), 0xbad0 + SEGV_MAPERR, "large: which is gone");
	is(load(at + 9 * P), 9, "large: the rest is there");
	host_audit();
	unmap(0, USER_END / P);
	host_map(at + P, PTAB_PAGES, RW, obj);
	ok(load(at + 6 * P) == 55 && !is_large(at), "large: not where it isn't aligned");
	host_map(at + 3 * SPAN_SIZE, PTAB_PAGES, PROT_READ, obj);
	ok(load(at + 3 * SPAN_SIZE) == 0 && is_large(at + 3 * SPAN_SIZE), "large: read-only");
	is(host_store(at + 3 * SPAN_SIZE, 1), SEGV_ACCERR, "large: stays so");
	is(protect(at + 3 * SPAN_SIZE, PTAB_PAGES, RW), 0, "large: protect all of it");
	is(host_store(at + 3 * SPAN_SIZE, 7), 0, "large: can be written");
	is(load(at + P), 7, "large: and is the same page");
	host_audit();
	unmap(0, USER_END / P);
	off = (struct vm_mapping){.start = at,
	                          .len = SPAN_SIZE,
	                          .object = obj,
	                          .pgoff = 1,
	                          .prot = PROT_READ,
	                          .max_prot = PROT_READ,
	                          .inherit = VM_SHARE};
	vm_map(curproc()->space, &off);
	ok(load(at) == 1 && load(at + P) == 2 && !is_large(at), "large: nor from page 1 on");
	host_audit();
	unmap(0, USER_END / P);
	host_map(at, PTAB_PAGES, PROT_READ, obj);
	ok(load(at + 5 * P) == 55 && is_large(at), "large: once more");
	unmap(at, PTAB_PAGES);
	is(load(at + 5 * P), 0xbad0 + SEGV_MAPERR, "large: unmapped as a whole");
	host_held[0] = NULL;
	vm_object_unref(obj);
	is(host_object_large(3 * PTAB_PAGES, &obj), ENOMEM, "large: more than there are");
	vm_free_deferred();
}

/* A row of low frames is only given away while enough is left for the promised page tables. */
static void
test_row(void)
{
	uint32_t tables;
	frame_t high, low, f;

	must(commit_charge(PTAB_PAGES, 0) == 0 && frame_alloc_row(&high), "row: one");
	for (tables = 0; commit_charge(0, 1) == 0; tables++)
		;
	ok(high >= machine_low_frames, "row: high frames come first");
	ok(!frame_alloc_row(&f), "row: low ones are promised to %u tables", tables);
	commit_release(0, PTAB_PAGES - 1);
	ok(!frame_alloc_row(&f), "row: all but one are not enough");
	commit_release(0, 1);
	commit_charge(PTAB_PAGES, 0);
	ok(frame_alloc_row(&low) && low + PTAB_PAGES <= machine_low_frames, "row: a low one");
	for (f = 0; f < PTAB_PAGES; f++) {
		frame_unref(high + f);
		frame_unref(low + f);
	}
	commit_release(2 * PTAB_PAGES, tables - PTAB_PAGES);
}

/* Lets each allocation of a fork fail in turn, and checks that nothing has changed. */
static void
fork_failing(bool kmem)
{
	struct frame_stats before;
	struct proc *child = NULL;
	unsigned n, objects, i;
	bool kept = false;
	vaddr_t va;
	int32_t id;

	host_kmem = kmem;
	host_spawn(0, 0);
	for (i = 0; i < 3; i++) {
		host_map(A + i * 9 * P, 3, RW, NULL);
		host_store(A + i * 9 * P, i);
		shm_get(IPC_PRIVATE, 5 * P, 0600, &id);
		shm_attach(id, 0, 0, &va);
		host_store(va + P, i);
		unmap(va + i * 2 * P, 1); /* unmaps its first page, one in the middle, its last */
		shm_control(id, IPC_RMID, 0, NULL);
	}
	before = stats();
	objects = host_objects;
	for (n = 0; child == NULL; n++) {
		host_fail = (int)n;
		child = host_fork();
		host_fail = -1;
		if (child != NULL)
			break;
		/* pmap.c keeps the directory of the first child that got one. */
		if (!kept && stats().free == before.free - 1) {
			kept = true;
			before.free--;
		}
		must(stats().free == before.free && stats().committed == before.committed,
		     "fork: failed at allocation %u, frames are lost", n);
		must(host_objects == objects, "fork: failed at %u, objects are lost", n);
		host_audit();
		must(host_store(A, n) == 0 && load(va + P) == 2, "fork: the parent is whole");
	}
	ok(n > 5, "fork: failed at each of its %u allocations, nothing is lost", n);
	host_exit(child);
	host_exit(curproc());
	is(shm_nused, 0, "fork: the segments went with the last attach");
}

/* Pointers from a program: what the kernel can reach through them, and what it refuses. */
static void
test_usercopy(void)
{
	char buf[2 * P] = "text";
	size_t len;

	host_map(A, 2, RW, NULL);
	host_map(A + 2 * P, 1, PROT_READ, NULL);
	host_map(USER_END - P, 1, RW, NULL);
	is(copyout(A + P - 2, buf, 5), 0, "copyout: across a border");
	is(copyin(buf + 9, A + P - 2, 5), 0, "copyin: back");
	ok(__builtin_strcmp(buf + 9, "text") == 0, "copyin: the same");
	is(copyout(A + 2 * P - 2, buf, 5), EFAULT, "copyout: into read-only memory");
	is(copyin(buf, A + 3 * P - 2, 5), EFAULT, "copyin: from what isn't mapped");
	is(copyin(buf, USER_END - 4, 4), 0, "copyin: the last user bytes");
	is(copyin(buf, USER_END - 4, 5), EFAULT, "copyin: and one of the kernel's");
	is(copyin(buf, 0xffffffff, 2), EFAULT, "copyin: with a wrap");
	is(copyin(buf, A, SIZE_MAX), EFAULT, "copyin: all there is");
	is(copyzero(A, 2 * P), 0, "copyzero: two pages");
	copyout(A + P - 2, "abc", 4);
	is(copyinstr(buf, A + P - 2, 4, &len), 0, "copyinstr: fits");
	is(len, 3, "copyinstr: its length");
	is(copyinstr(buf, A + P - 2, 3, &len), ENAMETOOLONG, "copyinstr: does not");
	copyout(USER_END - 2, "ab", 2);
	is(copyinstr(buf, USER_END - 2, 3, NULL), EFAULT, "copyinstr: runs into the kernel");
	unmap(0, USER_END / P);
}

int
main(void)
{
	host_boot(4096, 2048, "");
	host_spawn(0, 0);
	test_object();
	test_unmap();
	test_protect();
	test_brk();
	test_stack();
	test_find();
	test_fork();
	test_usercopy();
	test_large();
	test_row();
	host_exit(curproc());
	fork_failing(false);
	fork_failing(true);
	return host_end();
}
