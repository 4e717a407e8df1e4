/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated machine: RAM in an array, a TLB that drops only what the kernel flushes, and
 * frames that are filled with junk and poisoned when they are freed.
 */
#include <sanitizer/asan_interface.h>

#include "abi/errno.h"
#include "base/cmdline.h"
#include "cpu.h"
#include "host.h"
#include "mem/kmem.h"
#include "base/assert.h"
#include "base/string.h"

/* libc's. <stdlib.h> is not included, since its sigset_t clashes with the kernel's. */
void *aligned_alloc(size_t align, size_t size);
void *calloc(size_t n, size_t size);
void free(void *p);

char *host_ram;
struct ram_range machine_ram[2], machine_kept[1];
unsigned machine_ram_count = 2, machine_kept_count = 1;
frame_t machine_low_frames;
frame_t kernel_dir = 1;

/* ---- Memory ---- */

/* The TLB, outside of the program's own data: what goes back to an earlier state of those flushes
 * it, as tests/explore does. */
static struct tlb {
	uint32_t generation;
	struct {
		uint32_t generation;
		pte_t pte;
	} entry[USER_END >> PAGE_SHIFT];
} * tlb;

static char *
address(frame_t f)
{
	return host_ram + (size_t)f * PAGE_SIZE;
}

frame_t
host_low(frame_t f)
{
	if (f >= machine_low_frames)
		panic("frame %u is not a low one", f);
	return f;
}

void
host_boot(uint32_t nframes, uint32_t low, const char *cmdline)
{
	size_t size = (size_t)nframes * PAGE_SIZE;
	struct frame_stats st;
	struct pmap first;

	host_ram = aligned_alloc(PAGE_SIZE, size);
	memset(host_ram, 0x5a, size);
	tlb = calloc(1, sizeof(*tlb));
	tlb->generation = 1;
	memset(address(kernel_dir), 0, PAGE_SIZE);
	machine_low_frames = low;
	machine_ram[0] = (struct ram_range){16, nframes / 2};
	machine_kept[0] = (struct ram_range){nframes / 2, nframes / 2 + 8};
	machine_ram[1] = (struct ram_range){nframes / 2 + 16, nframes};
	ASAN_POISON_MEMORY_REGION(address(low), size - (size_t)low * PAGE_SIZE);
	cmdline_init(cmdline);
	frame_init();
	vm_init();
	shm_init();
	pmap_init(&first); /* pmap.c keeps its directory, so that frame is the kernel's */
	pmap_destroy(&first);
	frame_stats(&st);
	host_free = st.free;
}

#define WINDOWS 8
static frame_t window[WINDOWS];
static unsigned windows; /* how many of them show a frame */
unsigned windows_open;

void *
window_open(frame_t f)
{
	windows_open++;
	if (f < machine_low_frames)
		return frame_kva(f);
	if (windows == WINDOWS)
		panic("window_open: all are open");
	window[windows++] = f;
	ASAN_UNPOISON_MEMORY_REGION(address(f), PAGE_SIZE);
	return address(f);
}

void
window_close(void *w)
{
	frame_t f = (frame_t)(((char *)w - host_ram) / PAGE_SIZE);
	unsigned i;

	windows_open--;
	if (f < machine_low_frames)
		return;
	if (windows == 0 || window[--windows] != f)
		panic("window_close: not the last one");
	for (i = 0; i < windows && window[i] != f; i++)
		;
	if (i == windows)
		ASAN_POISON_MEMORY_REGION(address(f), PAGE_SIZE);
}

void
frame_zero(frame_t f)
{
	ASAN_UNPOISON_MEMORY_REGION(address(f), PAGE_SIZE);
	memset(window_open(f), 0, PAGE_SIZE);
	window_close(address(f));
}

void
frame_copy(frame_t to, frame_t from)
{
	void *wto = window_open(to), *wfrom = window_open(from);

	memcpy(wto, wfrom, PAGE_SIZE);
	window_close(wfrom);
	window_close(wto);
}

uint32_t
host_free_high(void)
{
	uint32_t n = 0;
	frame_t f;

	for (f = machine_low_frames; f < frame_limit; f++)
		n += frame_kind(f) == FRAME_FREE;
	return n;
}

/* ---- Allocations that fail, frees that hurt: the linker's --wrap ---- */

int host_fail = -1;
bool host_kmem;
unsigned host_objects;
uint32_t host_free;

void *__real_kmem_alloc(size_t size);
void __real_kmem_free(void *p);
void *__real_page_alloc(void);
void __real_page_free(void *page);
void __real_page_free_zeroed(void *page);
bool __real_frame_alloc(frame_t *out);
frame_t __real_frame_alloc_user(void);
frame_t __real_frame_alloc_table(void);
void __real_frame_free(frame_t f);
int __real_commit_charge(uint32_t pages, uint32_t tables);
void *__wrap_kmem_alloc(size_t size);
void __wrap_kmem_free(void *p);
void *__wrap_page_alloc(void);
void __wrap_page_free(void *page);
void __wrap_page_free_zeroed(void *page);
void *__wrap_kmem_get(size_t size);
void *__wrap_kmem_copy(const void *from, size_t size);
bool __wrap_frame_alloc(frame_t *out);
frame_t __wrap_frame_alloc_user(void);
frame_t __wrap_frame_alloc_table(void);
void __wrap_frame_free(frame_t f);
int __wrap_commit_charge(uint32_t pages, uint32_t tables);

static bool
fails(void)
{
	return host_fail >= 0 && host_fail-- == 0;
}

void *
__wrap_kmem_alloc(size_t size)
{
	void *p;

	if (fails())
		return NULL;
	if (host_kmem) {
		p = __real_kmem_alloc(size);
	} else {
		if (size > KMEM_MAX)
			panic("kmem_alloc: %zu bytes", size);
		p = aligned_alloc(16, (size + 15) & ~(size_t)15);
		memset(p, 0, size);
	}
	host_objects += p != NULL;
	return p;
}

void
__wrap_kmem_free(void *p)
{
	host_objects -= p != NULL;
	if (host_kmem)
		__real_kmem_free(p);
	else
		free(p);
}

void *
__wrap_page_alloc(void)
{
	return fails() ? NULL : __real_page_alloc();
}

static frame_t
taken(frame_t f)
{
	if (f < machine_low_frames)
		ASAN_UNPOISON_MEMORY_REGION(address(f), PAGE_SIZE);
	return f;
}

bool
__wrap_frame_alloc(frame_t *out)
{
	return __real_frame_alloc(out) && taken(*out) != 0;
}

frame_t
__wrap_frame_alloc_user(void)
{
	return taken(__real_frame_alloc_user());
}

frame_t
__wrap_frame_alloc_table(void)
{
	return taken(__real_frame_alloc_table());
}

static void
junk(frame_t f)
{
	if (frame_kind(f) != FRAME_FREE)
		return;
	ASAN_UNPOISON_MEMORY_REGION(address(f), PAGE_SIZE);
	memset(address(f), 0x5a, PAGE_SIZE);
	ASAN_POISON_MEMORY_REGION(address(f), PAGE_SIZE);
}

void
__wrap_page_free(void *page)
{
	__real_page_free(page);
	if (page != NULL)
		junk(kva_frame(page));
}

/* Checks that the frame of a freed table, a low one, holds zeros, because it is used again
 * uncleared. */
static void
zeros(frame_t f)
{
	const uint32_t *word = frame_kva(f);
	unsigned i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i] != 0)
			panic("frame %u is not as it came", f);
}

void
__wrap_frame_free(frame_t f)
{
	bool table = (frame_table[f].link & 0xff) == FRAME_TABLE; /* it has no reference */

	__real_frame_free(f);
	if (!table)
		junk(f);
	else if (frame_kind(f) == FRAME_FREE)
		zeros(f);
}

void
__wrap_page_free_zeroed(void *page)
{
	zeros(kva_frame(page));
	__real_page_free_zeroed(page);
}

void *
__wrap_kmem_get(size_t size)
{
	void *p = __wrap_kmem_alloc(size);

	return p == NULL ? NULL : memset(p, 0x5a, size);
}

void *
__wrap_kmem_copy(const void *from, size_t size)
{
	void *p = __wrap_kmem_alloc(size);

	return p == NULL ? NULL : memcpy(p, from, size);
}

int
__wrap_commit_charge(uint32_t pages, uint32_t tables)
{
	return fails() ? ENOMEM : __real_commit_charge(pages, tables);
}

/* ---- The MMU: SDM vol. 3, 4.6 (both levels must allow) and 4.10 ---- */

static bool large_cached; /* a part of some large page is in the TLB */
static frame_t directory;

void
cpu_load_cr3(uint32_t paddr)
{
	directory = paddr >> PAGE_SHIFT;
	tlb->generation++;
}

void
cpu_invlpg(uint32_t va)
{
	tlb->entry[va >> PAGE_SHIFT].generation = 0;
	/* INVLPG drops a large page as a whole. */
	if (large_cached)
		tlb->generation++;
	large_cached = false;
}

/* Returns the page table entry for va that the MMU would put into the TLB; 0 if there is none. */
static pte_t
walk(vaddr_t va)
{
	pte_t pde = ((pte_t *)frame_kva(directory))[va >> SPAN_SHIFT], pte = 0;

	if (pde & PTE_LARGE) {
		pte = (pde & ~(SPAN_SIZE - 1 - PAGE_MASK)) | ptab_index(va) << PAGE_SHIFT;
		large_cached = true;
	} else if (pde & PTE_PRESENT) {
		pte = ((pte_t *)frame_kva(pte_frame(pde)))[ptab_index(va)];
		pte &= pde | ~(PTE_PRESENT | PTE_USER | PTE_WRITE);
	}
	return pte;
}

/* Translates va by the TLB and the page tables. Returns false for a page fault, which drops va
 * from the TLB. */
static bool
translate(vaddr_t va, bool write, frame_t *f)
{
	pte_t need = PTE_PRESENT | PTE_USER | (write ? PTE_WRITE : 0), pte;
	uint32_t n = va >> PAGE_SHIFT;

	if (tlb->entry[n].generation != tlb->generation || (tlb->entry[n].pte & need) != need) {
		pte = walk(va);
		tlb->entry[n].pte = pte;
		tlb->entry[n].generation = (pte & need) == need ? tlb->generation : 0;
	}
	*f = pte_frame(tlb->entry[n].pte);
	return tlb->entry[n].generation == tlb->generation;
}

void
host_tlb_load(vaddr_t va)
{
	frame_t f;

	translate(va, false, &f);
}

void
host_tlb_flush(void)
{
	tlb->generation++;
}

bool
host_tlb_fresh(vaddr_t va)
{
	uint32_t n = va >> PAGE_SHIFT;
	pte_t has = tlb->entry[n].pte, is = walk(va);

	return tlb->entry[n].generation != tlb->generation ||
	       (pte_present(is) && pte_frame(is) == pte_frame(has) &&
	        (pte_writable(is) || !pte_writable(has)));
}

/* Stores in *f the frame that va shows, after page faults if need be. Returns 0 or SEGV_*. */
static int
frame_shown(vaddr_t va, bool write, frame_t *f)
{
	struct vm_space *sp = curproc()->space;
	int tries, err;

	if (sp->pmap.dir != directory)
		panic("frame_shown: another space is active");
	for (tries = 0; !translate(va, write, f); tries++) {
		if (tries == 2)
			panic("frame_shown: 0x%x faults again and again", va);
		err = vm_fault(sp, va, write ? PROT_WRITE : PROT_READ);
		if (err != 0)
			return err;
	}
	return 0;
}

/* Copies n bytes: from user memory to `to`, or, if that is NULL, from `from` to user memory;
 * zeros if `from` is NULL, too. Returns 0 or EFAULT. */
static int
user_copy(void *to, vaddr_t va, const void *from, size_t n)
{
	bool write = to == NULL;
	frame_t f;

	while (n > 0) {
		size_t off = va & PAGE_MASK, k = PAGE_SIZE - off < n ? PAGE_SIZE - off : n;
		char *w;

		if (frame_shown(va, write, &f) != 0)
			return EFAULT;
		w = (char *)window_open(f) + off;
		if (to != NULL)
			to = (char *)memcpy(to, w, k) + k;
		else if (from != NULL)
			memcpy(w, from, k), from = (const char *)from + k;
		else
			memset(w, 0, k);
		window_close(w - off);
		va += k;
		n -= k;
	}
	return 0;
}

int
user_copy_in(void *to, vaddr_t from, size_t n)
{
	return user_copy(to, from, NULL, n);
}

int
user_copy_out(vaddr_t to, const void *from, size_t n)
{
	return user_copy(NULL, to, from, n);
}

int
user_copy_zero(vaddr_t to, size_t n)
{
	return user_copy(NULL, to, NULL, n);
}

int
user_copy_str(char *to, vaddr_t from, size_t max, size_t *len)
{
	for (*len = 0; *len < max; ++*len) {
		if (user_copy_in(to + *len, from + *len, 1) != 0)
			return EFAULT;
		if (to[*len] == '\0')
			return 0;
	}
	return ENAMETOOLONG;
}

int
host_load(vaddr_t va, uint32_t *word)
{
	frame_t f;
	int err = frame_shown(va, false, &f);

	return err != 0 ? err : user_copy_in(word, va, sizeof(*word));
}

int
host_store(vaddr_t va, uint32_t word)
{
	frame_t f;
	int err = frame_shown(va, true, &f);

	return err != 0 ? err : user_copy_out(va, &word, sizeof(word));
}

/* ---- The timer ---- */

uint32_t host_subtick;

uint32_t
machine_subtick_ns(void)
{
	return host_subtick;
}

int64_t
machine_rtc(void)
{
	return 1767225600; /* 2026-01-01 */
}
