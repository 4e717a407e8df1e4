/* SPDX-License-Identifier: BSD-2-Clause */
/* The global and the interrupt descriptor table, and the task state segments: Intel SDM vol. 3,
 * 3.4, 6.11 and 7.2. */
#include "i386.h"

/* Bits of a descriptor's high word. */
#define SEG_CODE 0x9a00u
#define SEG_DATA 0x9200u
#define SEG_TSS 0x8900u
#define SEG_USER 0x6000u   /* DPL 3 */
#define SEG_FLAT 0xcf0000u /* 4 GiB, 32 bits */
#define GATE_INTERRUPT 0x8e00u
#define GATE_TASK 0x8500u
#define VECTOR_OVERFLOW 4

struct pseudo_descriptor {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

struct tss tss;
static struct tss double_fault_tss;
static uint8_t double_fault_stack[4096];
static uint64_t gdt[GDT_ENTRIES];
static uint64_t idt[VECTORS];

/* Returns a descriptor of a segment of all addresses, with these access bits. */
static uint64_t
flat_segment(uint32_t access)
{
	return (uint64_t)(SEG_FLAT | access) << 32 | 0xffff;
}

/* Returns a descriptor of the task state segment t. */
static uint64_t
tss_segment(const struct tss *t)
{
	uint32_t base = (uint32_t)t;
	uint32_t high = (base & 0xff000000) | SEG_TSS | (base >> 16 & 0xff);

	return (uint64_t)high << 32 | base << 16 | (sizeof(*t) - 1);
}

/* Returns a descriptor of a gate to selector:offset, with these access bits. */
static uint64_t
gate(uint32_t selector, uint32_t offset, uint32_t access)
{
	return (uint64_t)((offset & 0xffff0000) | access) << 32 | selector << 16 |
	       (offset & 0xffff);
}

/* Loads the GDT, the IDT and the TSS, and the kernel's selectors. FS, GS and the LDT become
 * null. */
static void
tables_load(void)
{
	struct pseudo_descriptor gdtr = {sizeof(gdt) - 1, (uint32_t)gdt};
	struct pseudo_descriptor idtr = {sizeof(idt) - 1, (uint32_t)idt};

	__asm__ volatile("lgdt %0\n\t"
	                 "lidt %1\n\t"
	                 "ljmp %2, $1f\n"
	                 "1:\tmovl %3, %%ds\n\t"
	                 "movl %3, %%es\n\t"
	                 "movl %3, %%ss\n\t"
	                 "movl %4, %%fs\n\t"
	                 "movl %4, %%gs\n\t"
	                 "ltr %w5\n\t"
	                 "lldt %w4"
	                 :
	                 : "m"(gdtr), "m"(idtr), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(0),
	                   "r"(TSS_SEL)
	                 : "memory");
}

void
segments_init(void)
{
	unsigned i;

	gdt[KERNEL_CS >> 3] = flat_segment(SEG_CODE);
	gdt[KERNEL_DS >> 3] = flat_segment(SEG_DATA);
	gdt[USER_CS >> 3] = flat_segment(SEG_CODE | SEG_USER);
	gdt[USER_DS >> 3] = flat_segment(SEG_DATA | SEG_USER);
	gdt[TSS_SEL >> 3] = tss_segment(&tss);
	gdt[DOUBLE_TSS_SEL >> 3] = tss_segment(&double_fault_tss);
	tss.ss0 = KERNEL_DS;
	tss.iomap = sizeof(tss); /* no I/O permission bitmap: programs have no port */

	double_fault_tss.cr3 = kernel_dir << PAGE_SHIFT;
	double_fault_tss.eip = (uint32_t)double_fault_entry;
	double_fault_tss.esp = (uint32_t)(double_fault_stack + sizeof(double_fault_stack));
	double_fault_tss.cs = KERNEL_CS;
	double_fault_tss.ss = double_fault_tss.ds = double_fault_tss.es = KERNEL_DS;

	for (i = 0; i < VECTORS; i++)
		idt[i] = gate(KERNEL_CS, trap_vectors[i], GATE_INTERRUPT);
	idt[TRAP_BREAKPOINT] |= (uint64_t)SEG_USER << 32;
	idt[VECTOR_OVERFLOW] |= (uint64_t)SEG_USER << 32;
	idt[TRAP_DOUBLE] = gate(DOUBLE_TSS_SEL, 0, GATE_TASK);
	idt[TRAP_SYSCALL] |= (uint64_t)SEG_USER << 32;
	tables_load();
}

void
idt_set(unsigned vector, void (*entry)(void))
{
	uint64_t user = idt[vector] & (uint64_t)SEG_USER << 32;

	idt[vector] = gate(KERNEL_CS, (uint32_t)entry, GATE_INTERRUPT) | user;
}

/* Puts the TLS descriptors of the process that runs next into the GDT. */
void
segments_load_tls(const uint64_t tls[TLS_ENTRIES])
{
	unsigned i;

	for (i = 0; i < TLS_ENTRIES; i++)
		gdt[GDT_TLS + i] = tls[i];
}
