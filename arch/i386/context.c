/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's part of a process: its kernel stack, FPU state and TLS segments, and the switch
 * from one process to another. A kernel stack is two pages above a guard page, so that an
 * overflow is a double fault and overwrites nothing.
 */
#include "i386.h"

#include "abi/errno.h"
#include "abi/misc.h"
#include "base/assert.h"
#include "base/string.h"
#include "debug/stretch.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "vm/space.h"

#define KSTACK_PAGES (KSTACK_SIZE / PAGE_SIZE)
#define KSTACK_STRIDE (KSTACK_PAGES + 1) /* the lowest page is the guard page */
#define KSTACKS (KSTACK_TABLES * PTAB_PAGES / KSTACK_STRIDE)

#define CPUID_SSE (1u << 25) /* EDX, leaf 1 */
#define CR0_MP 0x02u
#define CR0_EM 0x04u
#define CR0_NE 0x20u
#define CR0_AM 0x40000u
#define CR4_OSFXSR 0x200u
#define CR4_OSXMMEXCPT 0x400u
#define FPU_CONTROL 0x37fu /* the control word that FNINIT sets */
#define MXCSR_DEFAULT 0x1f80u
#define FXSAVE_MXCSR 24 /* byte offset of MXCSR in the FXSAVE area */

/* Bits of flags in struct abi_user_desc. */
#define DESC_32BIT 0x01u
#define DESC_CONTENTS 0x06u /* 0 and 2 are data, 4 and 6 code */
#define DESC_READ_ONLY 0x08u
#define DESC_IN_PAGES 0x10u
#define DESC_NOT_PRESENT 0x20u
#define DESC_USEABLE 0x40u
#define DESC_EMPTY (DESC_READ_ONLY | DESC_NOT_PRESENT)

/* The page tables of the stacks' region. Every page directory refers to them from the start,
 * so a stack that is mapped later is mapped in all of them. */
static _Alignas(PAGE_SIZE) pte_t kstack_tables[KSTACK_TABLES * PTAB_PAGES];
/* A stack of the numbers of kernel stacks that were freed, its length, and the lowest number
 * that was never used. */
static uint16_t kstack_free[KSTACKS];
static unsigned kstack_frees, kstack_fresh;

uint32_t machine_hwcap; /* CPUID leaf 1, EDX */

static _Alignas(16) uint8_t fpu_default[512];

void
kstack_init(void)
{
	unsigned i;

	for (i = 0; i < KSTACK_TABLES; i++)
		boot_dir[(KSTACK_BASE >> SPAN_SHIFT) + i] =
			kva_frame(kstack_tables + i * PTAB_PAGES) << PAGE_SHIFT | PTE_PRESENT |
			PTE_WRITE;
}

bool
kstack_mapped(uint32_t va)
{
	uint32_t page = (va - KSTACK_BASE) >> PAGE_SHIFT;

	return page < KSTACK_TABLES * PTAB_PAGES && pte_present(kstack_tables[page]);
}

/* Unmaps the first pages of a stack and gives their frames back. */
static void
kstack_unmap(uint8_t *stack, unsigned pages)
{
	uint32_t va = (uint32_t)stack;
	pte_t *pte = kstack_tables + ((va - KSTACK_BASE) >> PAGE_SHIFT);

	for (; pages > 0; pages--, pte++, va += PAGE_SIZE) {
		frame_unref(pte_frame(*pte));
		*pte = 0;
		cpu_invlpg(va);
	}
}

/* Returns the lowest byte of a new kernel stack, or NULL if frames or numbers have run out. */
static uint8_t *
kstack_alloc(void)
{
	unsigned i, place = kstack_frees > 0 ? kstack_free[kstack_frees - 1] : kstack_fresh;
	uint8_t *stack;
	pte_t *pte;
	frame_t f;

	if (place == KSTACKS)
		return NULL;
	pte = kstack_tables + place * KSTACK_STRIDE + 1;
	stack = (uint8_t *)KSTACK_BASE + (place * KSTACK_STRIDE + 1) * PAGE_SIZE;
	for (i = 0; i < KSTACK_PAGES; i++) {
		if (!frame_alloc(&f)) {
			kstack_unmap(stack, i);
			return NULL;
		}
		pte[i] = f << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE;
	}
	if (kstack_frees > 0)
		kstack_frees--;
	else
		kstack_fresh++;
	return stack;
}

void
fpu_init(void)
{
	uint32_t eax = 1, ebx, ecx, edx, cr0, cr4;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	machine_hwcap = edx;
	__asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
	cr4 |= CR4_OSFXSR | (edx & CPUID_SSE ? CR4_OSXMMEXCPT : 0);
	__asm__ volatile("movl %0, %%cr4" : : "r"(cr4));
	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	cr0 = (cr0 & ~(CR0_EM | CR0_AM)) | CR0_MP | CR0_NE;
	__asm__ volatile("movl %0, %%cr0" : : "r"(cr0));

	*(uint16_t *)fpu_default = FPU_CONTROL;
	*(uint32_t *)(fpu_default + FXSAVE_MXCSR) = MXCSR_DEFAULT;
}

/* Sets the FPU and SSE registers to the values that a new program starts with. */
void
fpu_reset(void)
{
	__asm__ volatile("fxrstor %0" : : "m"(fpu_default));
}

int
machine_proc_init(struct proc *p, void (*fn)(void))
{
	/* The words that context_switch() pops from the new stack. */
	struct {
		uint32_t edi, esi;
		void (*ebx)(void);
		uint32_t ebp;
		void (*eip)(void);
	} * first;

	p->md.kstack = kstack_alloc();
	if (p->md.kstack == NULL)
		return ENOMEM;
	p->md.tf = (struct trapframe *)(p->md.kstack + KSTACK_SIZE) - 1;
	memset(p->md.tf, 0, sizeof(*p->md.tf));
	first = (void *)((uint8_t *)p->md.tf - sizeof(*first));
	memset(first, 0, sizeof(*first));
	first->ebx = fn;
	first->eip = context_start;
	p->md.esp = (uint32_t)first;
	return 0;
}

void
machine_proc_free(struct proc *p)
{
	uint32_t place = ((uint32_t)p->md.kstack - KSTACK_BASE) / (KSTACK_STRIDE * PAGE_SIZE);

	kstack_unmap(p->md.kstack, KSTACK_PAGES);
	kstack_free[kstack_frees++] = (uint16_t)place;
	p->md.kstack = NULL;
}

void
machine_proc_fork(struct proc *child, const struct proc *parent, vaddr_t sp)
{
	ASSERT(parent == curproc());
	*child->md.tf = *user_frame();
	child->md.tf->eax = 0;
	if (sp != 0)
		child->md.tf->esp = sp;
	child->md.last_fault = parent->md.last_fault;
	memcpy(child->md.tls, parent->md.tls, sizeof(child->md.tls));
	__asm__ volatile("fxsave %0" : "=m"(child->md.fpu));
}

void
machine_proc_exec(vaddr_t entry, vaddr_t sp)
{
	struct machine_proc *md = &curproc()->md;

	*md->tf = (struct trapframe){.ds = USER_DS,
	                             .es = USER_DS,
	                             .trapno = TRAP_SYSCALL,
	                             .eip = entry,
	                             .cs = USER_CS,
	                             .eflags = EFLAGS_IF | 2,
	                             .esp = sp,
	                             .ss = USER_DS};
	memset(md->tls, 0, sizeof(md->tls));
	segments_load_tls(md->tls);
	fpu_reset();
}

/* The kernel does not use the FPU, so its registers always hold the current process's values. */
void
machine_switch(struct proc *from, struct proc *to)
{
	event_count(EVENT_SWITCH, 1);
	__asm__ volatile("fxsave %0" : "=m"(from->md.fpu));
	__asm__ volatile("fxrstor %0" : : "m"(to->md.fpu));
	segments_load_tls(to->md.tls);
	tss.esp0 = (uint32_t)(to->md.kstack + KSTACK_SIZE);
	pmap_activate(to->space != NULL ? &to->space->pmap : NULL);
	context_switch(&from->md.esp, to->md.esp);
}

void
machine_idle(void)
{
	uint32_t what = stretch_end();

	__asm__ volatile("sti; hlt; cli" : : : "memory");
	stretch_begin(what);
}

void
machine_poll(void)
{
	uint32_t what = stretch_end();

	__asm__ volatile("sti; nop; cli" : : : "memory");
	stretch_begin(what);
}

vaddr_t
machine_user_sp(void)
{
	return user_frame()->esp;
}

vaddr_t
machine_user_pc(void)
{
	return user_frame()->eip;
}

/* Returns true if d asks for an empty descriptor, in one of the two forms that Linux takes. */
static bool
tls_is_empty(const struct abi_user_desc *d)
{
	return d->base_addr == 0 && d->limit == 0 &&
	       ((d->flags & ~DESC_USEABLE) == DESC_EMPTY || d->flags == 0);
}

/* Returns the descriptor of d, which is always that of a data segment of ring 3: a program has no
 * use for another kind, and a gate or a task here would be a way into the kernel. */
static uint64_t
tls_segment(const struct abi_user_desc *d)
{
	uint32_t type = d->flags & DESC_READ_ONLY ? 0xf100 : 0xf300;
	uint32_t high = (d->base_addr & 0xff000000) | (d->limit & 0xf0000) |
	                (d->base_addr >> 16 & 0xff) | type | (d->flags & DESC_CONTENTS) << 9 |
	                1u << 22 | (d->flags & DESC_IN_PAGES ? 1u << 23 : 0);

	return (uint64_t)high << 32 | d->base_addr << 16 | (d->limit & 0xffff);
}

int
machine_check_tls(struct abi_user_desc *d)
{
	const struct machine_proc *md = &curproc()->md;
	uint32_t n = d->entry_number - GDT_TLS;

	if (d->entry_number == (uint32_t)-1) {
		for (n = 0; n < TLS_ENTRIES && md->tls[n] != 0; n++)
			;
		if (n == TLS_ENTRIES)
			return ESRCH;
	}
	if (n >= TLS_ENTRIES)
		return EINVAL;
	if (!tls_is_empty(d) && (!(d->flags & DESC_32BIT) || (d->flags & DESC_CONTENTS) > 2 ||
	                         (d->flags & DESC_NOT_PRESENT)))
		return EINVAL;
	d->entry_number = GDT_TLS + n;
	return 0;
}

void
machine_set_tls(const struct abi_user_desc *d)
{
	struct machine_proc *md = &curproc()->md;

	md->tls[d->entry_number - GDT_TLS] = tls_is_empty(d) ? 0 : tls_segment(d);
	segments_load_tls(md->tls);
}
