/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breaks each invariant that /proc/sysvipc/check and the debug kernel check, one by one, and reads
 * what the check says. A check that could not fail would show nothing.
 */
#include "abi/errno.h"
#include "host.h"
#include "vm/deferred.h"

/* The check is no part of the other host tests, which have an audit of their own. Here the debug
 * kernel's calls of it are left out. */
#undef DEBUG
#include "shm/shm_check.c"

#define P PAGE_SIZE
#define A 0x50000000u

void *memmem(const void *in, size_t n, const void *what, size_t length);

struct proc_queue proc_list;

struct vm_space *
proc_own_space(const struct proc *p)
{
	return p->space;
}

/* ---- What is checked ---- */

static struct shm_segment *whole, *cut, *removed, *lone, *long_one;
static struct proc *first, *second;
static char said[128];

static struct shm_segment *
segment(int32_t key, uint32_t size)
{
	int32_t id;

	must(shm_get(key, size, IPC_CREAT | 0600, &id) == 0, "a segment");
	return shm_segment_live(id);
}

static void
attach(struct shm_segment *seg, vaddr_t va)
{
	vaddr_t at;
	uint32_t i;

	must(shm_attach(shm_segment_id(seg), va, 0, &at) == 0, "an attach");
	for (i = 0; i < seg->object.npages; i += PTAB_PAGES / 4)
		must(host_store(va + i * P, 1) == 0, "a page of it");
}

/* Two processes; an attach in pieces, with another one of the same segment in its hole; a segment
 * that is removed, one that nobody has attached, and one whose page tables are grafted. */
static void
set_up(void)
{
	uint32_t result;

	host_boot(8192, 6144, "shmall=4000 shmmax=8M");
	second = host_spawn(0, 0);
	lone = segment(4, P);
	first = host_spawn(0, 0);
	proc_list.first = first;
	first->all.next = second;
	whole = segment(1, 3 * P);
	cut = segment(2, 6 * P);
	removed = segment(3, P);
	long_one = segment(5, 2 * SPAN_SIZE);
	attach(cut, A);
	must(vm_unmap(first->space, A, A + P) == 0, "its first page goes");
	must(vm_unmap(first->space, A + 2 * P, A + 3 * P) == 0, "and another one");
	attach(whole, A + 16 * P);
	attach(removed, A + 32 * P);
	attach(long_one, A + 2 * SPAN_SIZE);
	must(shm_control(shm_segment_id(removed), IPC_RMID, 0, &result) == 0, "one is removed");
	host_run(second);
	attach(whole, A);
	attach(long_one, A + 4 * SPAN_SIZE);
	host_run(first);
}

static bool
finds(const char *text)
{
	return !shm_check(said, sizeof(said)) &&
	       memmem(said, sizeof(said), text, __builtin_strlen(text)) != NULL;
}

/* Passes if the check says `text` while *field has another value, and is content afterwards. */
#define BROKEN(field, value, text)                                                                 \
	do {                                                                                       \
		__typeof__(field) was = field;                                                     \
		field = value;                                                                     \
		if (!ok(finds(text), "check: %s: %s", #field " = " #value, text))                  \
			ok(false, "it said: %s", said);                                            \
		field = was;                                                                       \
		must(shm_check(said, sizeof(said)), "check: all is well again: %s", said);         \
	} while (0)

static struct vm_entry *
entry(struct proc *p, vaddr_t va)
{
	return vm_entry_at(p->space, va);
}

/* ---- The tests ---- */

static void
test_states(void)
{
	BROKEN(whole->perm.mode, whole->perm.mode | SHMSEG_WANTED, "WANTED but made");
	BROKEN(whole->perm.mode, SHMSEG_CREATING, "attached before it is made");
	BROKEN(lone->perm.mode, SHMSEG_CREATING | SHMSEG_REMOVED, "removed or attached before");
	BROKEN(lone->perm.mode, SHMSEG_REMOVED, "removed, without an attach");
	BROKEN(removed->perm.key, 7, "removed, with a key");
	BROKEN(whole->slot, 77, "holds slot 77's segment");
}

static void
test_counts(void)
{
	BROKEN(whole->nattch, whole->nattch + 1, "nattch 3, attaches 2");
	BROKEN(whole->nattch, whole->nattch - 1, "nattch 1, attaches 2");
	vm_forks = 1;
	ok(shm_check(said, sizeof(said)), "check: a fork is under way");
	BROKEN(whole->nattch, whole->nattch - 1, "nattch 1, attaches 2");
	whole->nattch++;
	ok(shm_check(said, sizeof(said)), "check: it has counted an attach already");
	whole->nattch--;
	vm_forks = 0;
	BROKEN(whole->object.refs, 2, "2 references, 2 entries and a slot");
	BROKEN(shm_nused, 9, "5 slots are in use, not 9");
	BROKEN(shm_committed, 1, "pages, not 1");
	BROKEN(shm_last_free, (int32_t)lone->slot, "which is in use");
	BROKEN(first->space->attaching, &whole->object, "nattch 2, attaches 3");
}

static void
test_frames(void)
{
	frame_t page, table = long_one->object.tables[0];

	must(vm_object_peek(&whole->object, 0, &page), "a page that is there");
	frame_ref(page);
	ok(finds("page 0 has"), "check: a reference too many on a page: %s", said);
	vm_forks = 1;
	ok(shm_check(said, sizeof(said)), "check: it may be a fork's");
	vm_forks = 0;
	vm_deferred = page;
	ok(shm_check(said, sizeof(said)), "check: or that of a table yet to be freed");
	vm_deferred = 0;
	frame_unref(page);
	BROKEN(frame_table[page].refs, 1, "page 0 has 1 references");
	vm_forks = 1;
	BROKEN(frame_table[page].refs, 1, "page 0 has 1 references");
	vm_forks = 0;
	BROKEN(frame_table[table].refs, 9, "table 0 has 9 references");
	BROKEN(whole->object.resident, 3, "1 pages are there, not 3");
}

static void
test_spaces(void)
{
	struct vm_entry *piece = entry(first, A + P), *e = entry(first, A + 16 * P);
	static struct shm_segment fake;

	must(piece->cut != NULL && piece->prev == NULL, "the lowest entry is a piece");
	BROKEN(piece->cut->pieces, 7, "has 2 pieces, not 7");
	BROKEN(first->space->nattch, 9, "4 attaches, not 9");
	BROKEN(entry(second, A)->flags, 0, "nattch 2, attaches 1");

	/* An attach of what is no segment; its page is counted for nobody. */
	fake = *lone;
	must(host_map(A + 64 * P, 1, PROT_READ, NULL) == 0, "a page");
	e = entry(first, A + 64 * P);
	e->object = &fake.object;
	e->flags |= VM_ATTACH;
	ok(finds("shows no segment"), "check: an attach of no segment");
	e->object = NULL;
	e->flags &= ~VM_ATTACH;

	/* A segment that has become smaller than its attaches. */
	cut->segsz -= P;
	shm_committed--;
	ok(finds("lies outside of its attach"), "check: an attach longer than its segment");
	cut->segsz += P;
	shm_committed++;
	must(vm_unmap(first->space, A + 64 * P, A + 65 * P) == 0, "the page goes");
	must(shm_check(said, sizeof(said)), "check: all is well again: %s", said);
}

/* An attach stands in the hole of another one of its segment. */
static void
test_hole(void)
{
	struct shm_segment *small = segment(6, P);

	attach(cut, A + 128 * P);
	must(vm_unmap(first->space, A + 129 * P, A + 132 * P) == 0, "a hole");
	attach(small, A + 129 * P);
	must(host_map(A + 131 * P, 1, PROT_READ, NULL) == 0, "memory of no segment");
	ok(shm_check(said, sizeof(said)), "check: other memory stands in a hole");
	must(shm_detach(A + 129 * P) == 0, "it goes");
	must(vm_unmap(first->space, A + 129 * P, A + 134 * P) == 0, "the end goes, too");
	attach(cut, A + 129 * P);
	ok(shm_check(said, sizeof(said)), "check: another attach of the segment does");
}

static void
test_creating(void)
{
	struct shmid_ds ds;
	uint32_t resident;
	int32_t id;

	lone->perm.mode |= SHMSEG_CREATING;
	ok(!shm_slot_stat(lone->slot, &ds, &id, &resident), "/proc does not list what is not made");
	ok(shm_slot_object(lone->slot) == NULL, "nor show its object");
	shm_allow_removed = 1;
	ok(shm_segment_live(shm_segment_id(lone)) == NULL, "its identifier is of no use");
	shm_allow_removed = 0;
	lone->perm.mode &= ~SHMSEG_CREATING;
}

/* A boot that has too little memory for the table of slots. */
static int nth;

static void
boot(void)
{
	host_fail = nth;
	host_boot(4096, 4096, "shmmni=100");
}

static void
test_boot(void)
{
	for (nth = 0; nth < 3; nth++)
		ok(panics(boot), "boot without memory for part %d of the slots ends it", nth);
	nth = -1;
	ok(!panics(boot), "and with it, it does not");
}

int
main(void)
{
	test_boot();
	set_up();
	ok(shm_check(said, sizeof(said)), "check: all is well");
	test_states();
	test_counts();
	test_frames();
	test_spaces();
	test_hole();
	test_creating();
	return plan();
}
