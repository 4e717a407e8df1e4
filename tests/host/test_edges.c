/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases at the edges of mem and vm that no program reaches, or no other test: `make coverage` asks
 * for each branch of these rooms. */
#include "abi/errno.h"
#include "abi/signal.h"
#include "base/assert.h"
#include "cpu.h"
#include "host.h"
#include "mem/kmem.h"

#define P PAGE_SIZE
#define A 0x50000000u
#define RW (PROT_READ | PROT_WRITE)

void *__real_kmem_copy(const void *from, size_t size);
void __real_kmem_free(void *p);

static struct vm_space *
space(void)
{
	return curproc()->space;
}

static int
map_at(vaddr_t va, uint32_t pages, struct vm_object *obj, uint32_t pgoff, uint8_t inherit)
{
	struct vm_mapping m = {.start = va,
	                       .len = pages * P,
	                       .object = obj,
	                       .pgoff = pgoff,
	                       .prot = RW,
	                       .max_prot = RW | PROT_EXEC,
	                       .inherit = inherit};

	return vm_map(space(), &m);
}

/* ---- Locks ---- */

static void
test_lock(void)
{
	uint32_t word;

	must(vm_object_create(4, &host_held[0]) == 0, "an object");
	must(map_at(A, 2, host_held[0], 4, VM_SHARE) == 0, "a mapping behind its end");
	is(vm_lock(space(), A, A + P, true), ENOMEM, "lock: what lies behind an object's end");
	is(vm_lock(space(), A, A + 2 * P, false), 0, "lock: it can be unlocked");
	must(map_at(A + 2 * P, 300, NULL, 0, VM_COPY) == 0, "memory");
	must(map_at(A + 303 * P, 1, NULL, 0, VM_COPY) == 0, "memory behind a hole");
	must(vm_protect(space(), A + 4 * P, A + 5 * P, PROT_NONE) == 0, "a hidden page");
	vm_fill(space(), A, A + 304 * P);
	is(pmap_resident(&space()->pmap, A, A + 304 * P), 300,
	   "lock: a fill passes over a hole, a hidden page and what is behind an object");
	is(host_load(A + 4 * P, &word), SEGV_ACCERR, "lock: the hidden page stays hidden");
	is(vm_lock(space(), A + 303 * P, A + 304 * P, true), 0, "lock: the last entry of a space");
	host_exec();
}

/* ---- Entries that mremap joins ---- */

/* Maps two neighbours of two pages each, and returns whether mremap takes them for one. */
static bool
joins(struct vm_object *a, uint32_t a_page, uint8_t a_inherit, struct vm_object *b, uint32_t b_page,
      uint8_t b_inherit)
{
	bool joined;

	must(map_at(A, 2, a, a_page, a_inherit) == 0, "the first");
	must(map_at(A + 2 * P, 2, b, b_page, b_inherit) == 0, "its neighbour");
	vm_join(space(), vm_entry_at(space(), A), A + 4 * P);
	joined = vm_entry_at(space(), A)->end == A + 4 * P;
	host_exec();
	return joined;
}

static bool
joins_after(int (*change)(void))
{
	bool joined;

	must(map_at(A, 2, NULL, 0, VM_COPY) == 0, "the first");
	must(map_at(A + 2 * P, 2, NULL, 0, VM_COPY) == 0, "its neighbour");
	must(change() == 0, "a change");
	vm_join(space(), vm_entry_at(space(), A), A + 4 * P);
	joined = vm_entry_at(space(), A)->end == A + 4 * P;
	host_exec();
	return joined;
}

static int
nothing(void)
{
	return vm_split(space(), A + P, A + 3 * P);
}

static int
hide(void)
{
	return vm_protect(space(), A + 2 * P, A + 4 * P, PROT_READ);
}

static int
limit(void)
{
	vm_entry_at(space(), A + 2 * P)->max_prot = RW;
	return vm_split(space(), A + 2 * P, A + 4 * P);
}

static int
lock(void)
{
	return vm_lock(space(), A + 2 * P, A + 4 * P, true);
}

static int
unmap(void)
{
	return vm_unmap(space(), A + 2 * P, A + 3 * P);
}

static int
unmap_all(void)
{
	return vm_unmap(space(), A + 2 * P, A + 4 * P);
}

static void
test_join(void)
{
	struct vm_object *one, *other;
	uint32_t result;
	int32_t id;
	vaddr_t at;

	must(vm_object_create(8, &host_held[1]) == 0 && vm_object_create(8, &host_held[2]) == 0,
	     "objects");
	one = host_held[1], other = host_held[2];
	ok(joins_after(nothing), "join: pieces of private memory are one again");
	ok(!joins_after(hide), "join: not of another protection");
	ok(!joins_after(limit), "join: nor with another limit of it");
	ok(!joins_after(lock), "join: nor if one is locked");
	ok(!joins_after(unmap), "join: nor with a gap between them");
	ok(!joins_after(unmap_all), "join: nor if nothing follows");
	ok(joins(one, 0, VM_SHARE, one, 2, VM_SHARE), "join: what follows in an object");
	ok(!joins(one, 0, VM_SHARE, one, 3, VM_SHARE), "join: not what does not");
	ok(!joins(one, 0, VM_SHARE, other, 2, VM_SHARE), "join: nor of another object");
	ok(!joins(one, 0, VM_SHARE, one, 2, VM_COPY), "join: nor a private copy");
	must(shm_get(IPC_PRIVATE, 4 * P, 0600, &id) == 0 && shm_attach(id, A, 0, &at) == 0,
	     "an attach");
	must(vm_protect(space(), A + 2 * P, A + 4 * P, PROT_READ) == 0 &&
	             vm_protect(space(), A + 2 * P, A + 4 * P, RW) == 0,
	     "it is in two pieces");
	vm_join(space(), vm_entry_at(space(), A), A + 4 * P);
	is(vm_entry_at(space(), A)->end, A + 2 * P, "join: pieces of an attach stay");
	must(shm_control(id, IPC_RMID, 0, &result) == 0, "the segment is removed");
	host_exec();
}

/* ---- mremap's own refusals ---- */

static void
test_remap(void)
{
	vaddr_t at;

	must(map_at(A, 2, NULL, 0, VM_COPY) == 0, "memory");
	is(vm_remap_to(space(), A + 8 * P, P, A + 32 * P, P), EFAULT, "remap: nothing is there");
	is(vm_remap_to(space(), A, P, A + 32 * P + 1, P), EINVAL, "remap: to a crooked address");
	is(vm_remap_to(space(), A, P, A + 32 * P, USER_END + P), EINVAL, "remap: too long");
	is(vm_remap_to(space(), A, P, USER_END - P, 2 * P), EINVAL, "remap: beyond user space");
	is(vm_remap_to(space(), A, USER_END - P, A - P, P), EINVAL, "remap: from beyond it");
	is(vm_remap_to(space(), A, 2 * P, A + P, P), EINVAL, "remap: over itself");
	is(vm_remap(space(), A, USER_END, P, true, &at), EINVAL, "remap: shorter, from beyond");
	is(vm_remap(space(), A, USER_END - P, USER_END, true, &at), EFAULT, "remap: and longer");
	must(map_at(A + 8 * P, 1, host_held[1], UINT32_MAX / P, VM_SHARE) == 0, "far in a file");
	is(vm_remap(space(), A + 8 * P, P, 2 * P, true, &at), EINVAL,
	   "remap: an offset of 33 bits");
	is(vm_protect(space(), A, A, PROT_READ), 0, "protect: nothing");
	host_exec();
}

/* ---- Much ---- */

static void
test_much(void)
{
	uint32_t i;
	vaddr_t at;

	for (i = 0; i < 200; i++)
		must(map_at(A + 2 * i * P, 1, NULL, 0, VM_COPY) == 0, "an entry");
	is(vm_unmap_in_turns(space(), A, A + 400 * P), 0, "unmap: many entries, in turns");
	is(vm_range_free(space(), A, 400 * P), true, "unmap: none is left");
	must(host_map(USER_MIN, (MMAP_END + P - USER_MIN) / P, PROT_NONE, NULL) == 0, "all memory");
	is(vm_find_space(space(), P, &at), ENOMEM, "find: no gap below the stack");
	host_exec();
}

static void
test_large(void)
{
	struct vm_object *obj = NULL;
	int i, err = ENOMEM;

	for (i = 0; i < 20 && err != 0; i++) {
		host_fail = i;
		err = host_object_large(2 * PTAB_PAGES, &obj);
		host_fail = -1;
	}
	ok(err == 0 && i > 3, "large: each allocation fails in turn, then none (%d)", i);
	vm_object_unref(obj);
}

static void
test_copy(void)
{
	static char page[KMEM_MAX] = "a page";
	char *copy = __real_kmem_copy(page, KMEM_MAX);

	ok(copy != NULL && copy[0] == 'a', "kmem: a copy of a whole page");
	__real_kmem_free(copy);
}

/* The heap's last page can have another protection than what the heap gets next. */
static void
test_heap(void)
{
	vaddr_t start = page_round(space()->brk_start);

	is(vm_brk(space(), start + 2 * P), 0, "heap: it grows");
	is(vm_protect(space(), start + P, start + 2 * P, PROT_READ), 0, "heap: read-only in part");
	is(vm_brk(space(), start + 4 * P), 0, "heap: it grows again");
	is(vm_entry_at(space(), start + P)->prot, PROT_READ, "heap: what was read-only is");
	is(vm_entry_at(space(), start + 2 * P)->prot, RW, "heap: the new part is not");
	host_exec();
}

/* ---- Boots ---- */

/* Fills more slots than the 1,024 of the first word of a bitmap's third level. */
static void
boot_with_many_segments(void)
{
	uint32_t i, result;
	int32_t id = 0;

	host_boot(8192, 8192, "shmmni=2048 shmall=2048");
	host_spawn(0, 0);
	for (i = 0; i < 1500; i++)
		must(shm_get(IPC_PRIVATE, 1, 0600, &id) == 0 && (id & 0xffff) == (int32_t)i,
		     "slot %u", i);
	must(shm_control(0x10000 | 700, IPC_RMID, 0, &result) == 0, "one goes");
	must(shm_get(IPC_PRIVATE, 1, 0600, &id) == 0 && (id & 0xffff) == 700, "and comes again");
	must(shm_get(IPC_PRIVATE, 1, 0600, &id) == 0 && (id & 0xffff) == 1500, "and the next");
	panic("all is well");
}

static void
boot_without_low(void)
{
	host_boot(4096, 17, "");
}

/* The boot loader's module ends behind the last frame. */
static void
boot_with_module(void)
{
	machine_ram[0] = (struct ram_range){16, 2048};
	machine_ram[1] = (struct ram_range){2064, 4096};
	machine_kept[0] = (struct ram_range){4090, 5000};
	frame_init();
}

int
main(void)
{
	ok(panics(boot_without_low), "boot: no low memory for the table of frames");
	ok(panics(boot_with_many_segments), "boot: 1,500 segments get the slots from 0 on");
	host_boot(8192, 6144, "");
	ok(!panics(boot_with_module), "boot: memory to be kept ends behind the last frame");
	host_spawn(0, 0);
	test_lock();
	test_join();
	test_remap();
	test_much();
	test_large();
	test_copy();
	test_heap();
	host_run(NULL);
	for (unsigned i = 0; i < 3; i++) {
		vm_object_unref(host_held[i]);
		host_held[i] = NULL;
	}
	return host_end();
}
