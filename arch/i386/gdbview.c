/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gdb sees of the machine: the registers of the stopped context and of processes that
 * sleep, and memory by the page tables of a process.
 */
#include "gdb.h"

#include "abi/errno.h"
#include "base/string.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "vm/space.h"

struct gdb_view gdb_view;

/* ---- Registers ---- */

/* gdb's numbers and names are those of org.gnu.gdb.i386.core. */
enum {
	EAX,
	ECX,
	EDX,
	EBX,
	ESP,
	EBP,
	ESI,
	EDI,
	EIP,
	EFLAGS,
	CS,
	SS,
	DS,
	ES,
	FS,
	GS,
	ST0,
	FPU_TAGS = ST0 + 10,
	REGISTERS = ST0 + 16
};

const char machine_gdb_target[] =
	"<?xml version='1.0'?><!DOCTYPE target SYSTEM 'gdb-target.dtd'>"
	"<target><architecture>i386</architecture><feature name='org.gnu.gdb.i386.core'>"
	"<flags id='eflags' size='4'>"
	"<field name='CF' start='0' end='0'/>"
	"<field name='PF' start='2' end='2'/>"
	"<field name='AF' start='4' end='4'/>"
	"<field name='ZF' start='6' end='6'/>"
	"<field name='SF' start='7' end='7'/>"
	"<field name='TF' start='8' end='8'/>"
	"<field name='IF' start='9' end='9'/>"
	"<field name='DF' start='10' end='10'/>"
	"<field name='OF' start='11' end='11'/>"
	"<field name='NT' start='14' end='14'/>"
	"<field name='RF' start='16' end='16'/>"
	"<field name='VM' start='17' end='17'/>"
	"<field name='AC' start='18' end='18'/>"
	"<field name='ID' start='21' end='21'/>"
	"</flags>"
	"<reg name='eax' bitsize='32' type='int32'/>"
	"<reg name='ecx' bitsize='32' type='int32'/>"
	"<reg name='edx' bitsize='32' type='int32'/>"
	"<reg name='ebx' bitsize='32' type='int32'/>"
	"<reg name='esp' bitsize='32' type='data_ptr'/>"
	"<reg name='ebp' bitsize='32' type='data_ptr'/>"
	"<reg name='esi' bitsize='32' type='int32'/>"
	"<reg name='edi' bitsize='32' type='int32'/>"
	"<reg name='eip' bitsize='32' type='code_ptr'/>"
	"<reg name='eflags' bitsize='32' type='eflags'/>"
	"<reg name='cs' bitsize='32' type='int32'/>"
	"<reg name='ss' bitsize='32' type='int32'/>"
	"<reg name='ds' bitsize='32' type='int32'/>"
	"<reg name='es' bitsize='32' type='int32'/>"
	"<reg name='fs' bitsize='32' type='int32'/>"
	"<reg name='gs' bitsize='32' type='int32'/>"
	"<reg name='st0' bitsize='80' type='i387_ext'/>"
	"<reg name='st1' bitsize='80' type='i387_ext'/>"
	"<reg name='st2' bitsize='80' type='i387_ext'/>"
	"<reg name='st3' bitsize='80' type='i387_ext'/>"
	"<reg name='st4' bitsize='80' type='i387_ext'/>"
	"<reg name='st5' bitsize='80' type='i387_ext'/>"
	"<reg name='st6' bitsize='80' type='i387_ext'/>"
	"<reg name='st7' bitsize='80' type='i387_ext'/>"
	"<reg name='fctrl' bitsize='32' type='int' group='float'/>"
	"<reg name='fstat' bitsize='32' type='int' group='float'/>"
	"<reg name='ftag' bitsize='32' type='int' group='float'/>"
	"<reg name='fiseg' bitsize='32' type='int' group='float'/>"
	"<reg name='fioff' bitsize='32' type='int' group='float'/>"
	"<reg name='foseg' bitsize='32' type='int' group='float'/>"
	"<reg name='fooff' bitsize='32' type='int' group='float'/>"
	"<reg name='fop' bitsize='32' type='int' group='float'/>"
	"</feature></target>";

const unsigned machine_gdb_registers = REGISTERS;
const unsigned machine_gdb_pc = EIP, machine_gdb_sp = ESP;

/* Where each general register is in a trap frame. */
#define IN_FRAME(r) offsetof(struct trapframe, r)
static const uint8_t frame_offset[ST0] = {
	[EAX] = IN_FRAME(eax),       [ECX] = IN_FRAME(ecx), [EDX] = IN_FRAME(edx),
	[EBX] = IN_FRAME(ebx),       [ESP] = IN_FRAME(esp), [EBP] = IN_FRAME(ebp),
	[ESI] = IN_FRAME(esi),       [EDI] = IN_FRAME(edi), [EIP] = IN_FRAME(eip),
	[EFLAGS] = IN_FRAME(eflags), [CS] = IN_FRAME(cs),   [SS] = IN_FRAME(ss),
	[DS] = IN_FRAME(ds),         [ES] = IN_FRAME(es),   [FS] = IN_FRAME(fs),
	[GS] = IN_FRAME(gs),
};

/* Where each FPU register is in FXSAVE's area (Intel SDM vol. 1, 10.5), and its bytes there. */
static const struct {
	uint8_t offset, size;
} fpu_field[REGISTERS - ST0] = {
	{32, 10}, {48, 10}, {64, 10}, {80, 10}, {96, 10}, {112, 10}, {128, 10}, {144, 10},
	{0, 2},   {2, 2},   {4, 1},   {12, 2},  {8, 4},   {20, 2},   {16, 4},   {6, 2},
};

/* Copies a trap frame. memcpy() may have a breakpoint when this is called. */
static void
copy_frame(struct trapframe *to, const struct trapframe *from)
{
	size_t n = trap_from_user(from) ? sizeof(*from) : offsetof(struct trapframe, esp);

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

void
gdb_view_set(struct trapframe *tf, uint32_t esp)
{
	copy_frame(&gdb_view.tf, tf);
	gdb_view.esp = esp;
	gdb_view.home = tf;
}

struct trapframe *
gdb_view_end(void)
{
	if (trap_from_user(&gdb_view.tf))
		gdb_view.tf.esp = gdb_view.esp;
	copy_frame(gdb_view.home, &gdb_view.tf);
	return gdb_view.home;
}

unsigned
machine_gdb_register_size(unsigned n)
{
	return n >= ST0 && n < ST0 + 8 ? 10 : 4;
}

/* Returns general register n of the stopped context. */
static uint32_t
live_register(unsigned n)
{
	if (n == ESP)
		return gdb_view.esp;
	if (n == SS && !trap_from_user(&gdb_view.tf))
		return KERNEL_DS;
	return *(const uint32_t *)((const uint8_t *)&gdb_view.tf + frame_offset[n]) &
	       (n >= CS ? 0xffff : UINT32_MAX);
}

/* Puts general register n of p, which does not run, into *v: those that context_switch() has
 * pushed. Returns false for the others. */
static bool
saved_register(const struct proc *p, unsigned n, uint32_t *v)
{
	const struct {
		uint32_t edi, esi, ebx, ebp, eip;
	} *pushed = (const void *)p->md.esp;

	switch (n) {
	case EBX:
		*v = pushed->ebx;
		return true;
	case ESP:
		*v = (uint32_t)(pushed + 1);
		return true;
	case EBP:
		*v = pushed->ebp;
		return true;
	case ESI:
		*v = pushed->esi;
		return true;
	case EDI:
		*v = pushed->edi;
		return true;
	case EIP:
		*v = pushed->eip;
		return true;
	case CS:
		*v = KERNEL_CS;
		return true;
	case SS:
	case DS:
	case ES:
		*v = KERNEL_DS;
		return true;
	default:
		return false;
	}
}

/* The FPU's tag word has two bits for each register by its number in the FPU, FXSAVE's one. Only
 * whether a register is empty is told: 3, or else 0. */
static uint32_t
full_tags(uint8_t brief)
{
	uint32_t tags = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		tags |= (brief >> i & 1 ? 0u : 3u) << 2 * i;
	return tags;
}

/* Returns FXSAVE's tags, one bit for each register, from the full tag word: 0 where its two bits
 * say empty (3). */
static uint8_t
brief_tags(uint32_t full)
{
	uint8_t tags = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		tags |= (uint8_t)(((full >> 2 * i & 3) != 3) << i);
	return tags;
}

static _Alignas(16) uint8_t live_fpu[512];

/* Copy FPU or SSE register n of p to *value, which machine_gdb_register_size(n) says the size of.
 * The current process's are still in the processor. */
static void
fpu_register(const struct proc *p, unsigned n, void *value)
{
	const uint8_t *area = live_fpu;

	if (p == curproc())
		__asm__ volatile("fxsave %0" : "=m"(live_fpu));
	else
		area = p->md.fpu;
	memset(value, 0, machine_gdb_register_size(n));
	memcpy(value, area + fpu_field[n - ST0].offset, fpu_field[n - ST0].size);
	if (n == FPU_TAGS)
		*(uint32_t *)value = full_tags(*(uint8_t *)value);
}

bool
machine_gdb_register_get(const struct proc *p, unsigned n, void *value)
{
	if (n >= ST0)
		fpu_register(p, n, value);
	else if (p == curproc())
		*(uint32_t *)value = live_register(n);
	else
		return saved_register(p, n, value);
	return true;
}

/* Set FPU or SSE register n of the current process. */
static void
fpu_register_set(unsigned n, const void *value)
{
	uint8_t tags = brief_tags(*(const uint32_t *)value);

	__asm__ volatile("fxsave %0" : "=m"(live_fpu));
	memcpy(live_fpu + fpu_field[n - ST0].offset, n == FPU_TAGS ? &tags : value,
	       fpu_field[n - ST0].size);
	__asm__ volatile("fxrstor %0" : : "m"(live_fpu));
}

/* Refuses the segment registers and the kernel's stack pointer, below which its trap frame is. So
 * gdb can't call functions of the kernel, which take their arguments in registers while gdb would
 * push them. */
bool
machine_gdb_register_set(unsigned n, const void *value)
{
	uint32_t *reg, v = *(const uint32_t *)value;

	if (n >= ST0) {
		fpu_register_set(n, value);
		return true;
	}
	if (v == live_register(n))
		return true;
	if (n >= CS || (n == ESP && !trap_from_user(&gdb_view.tf)))
		return false;
	reg = n == ESP ? &gdb_view.esp : (uint32_t *)((uint8_t *)&gdb_view.tf + frame_offset[n]);
	*reg = n == EFLAGS ? (*reg & ~EFLAGS_USER) | (v & EFLAGS_USER & ~EFLAGS_TF) : v;
	return true;
}

/* ---- Memory ---- */

/* Returns the page directory that the MMU follows, or will follow, for p. */
static frame_t
directory(const struct proc *p)
{
	if (p == curproc())
		return cpu_read_cr3() >> PAGE_SHIFT;
	return p->space != NULL ? p->space->pmap.dir : kernel_dir;
}

/* Finds what the MMU shows at va. Returns 0 with the frame in *f; EFAULT if nothing, or if it is
 * not writable and `write` is set; ENOENT if no page table entry has been made yet. */
static int
walk(frame_t dir, vaddr_t va, bool write, frame_t *f)
{
	pte_t pde = ((const pte_t *)frame_kva(dir))[va >> SPAN_SHIFT], pte = pde;

	*f = pte_frame(pde) + ptab_index(va);
	if (pde == 0)
		return ENOENT;
	if (pte_present(pde) && !(pde & PTE_LARGE)) {
		pte = ((const pte_t *)frame_kva(pte_frame(pde)))[ptab_index(va)];
		*f = pte_frame(pte);
	}
	if (pte == 0)
		return ENOENT;
	return pte_present(pte) && (!write || (pde & pte & PTE_WRITE)) ? 0 : EFAULT;
}

/* Finds the page of a file or a segment that the first access to va will show, so that gdb can read
 * a program's text before it has run. */
static bool
future_frame(const struct proc *p, vaddr_t va, frame_t *f)
{
	const struct vm_entry *e = p != NULL && p->space != NULL ? p->space->first : NULL;

	while (e != NULL && e->end <= va)
		e = e->next;
	return e != NULL && e->start <= va && e->object != NULL &&
	       vm_object_peek(e->object, e->pgoff + ((va - e->start) >> PAGE_SHIFT), f);
}

void *
machine_gdb_memory(const struct proc *p, vaddr_t va, bool write)
{
	frame_t f;
	int err = walk(directory(p), va, write, &f);
	uint8_t *page;

	if (err != 0 && !(err == ENOENT && !write && future_frame(p, va, &f)))
		return NULL;
	if (f >= machine_low_frames && f >= frame_limit)
		return NULL; /* not RAM */
	page = f < machine_low_frames ? frame_kva(f) : window_debug(f);
	return page + (va & PAGE_MASK);
}

vaddr_t
machine_gdb_loaded(uint32_t pa)
{
	vaddr_t va = pa + KERNEL_BASE;

	return va >= (vaddr_t)image_start && va < (vaddr_t)image_end ? va : pa;
}

/* ---- Breakpoints ---- */

const uint8_t machine_gdb_insn = 0xcc;

bool
machine_gdb_own(vaddr_t va, uint32_t len)
{
	return (va < (vaddr_t)gdb_text_end && va + len > (vaddr_t)gdb_text) ||
	       (va < (vaddr_t)gdb_data_end && va + len > (vaddr_t)gdb_data);
}

bool
machine_gdb_breakable(vaddr_t va)
{
	return va >= (vaddr_t)gdb_text_end && va < (vaddr_t)text_end;
}
