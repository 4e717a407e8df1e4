/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers and the call chain that a panic prints. The chain is followed through the frame
 * pointers, so the kernel is compiled with -fno-omit-frame-pointer. */
#include "i386.h"

#include "base/printf.h"
#include "debug/ksyms.h"

#define DEPTH 32

const struct trapframe *kernel_trapframe;
uint32_t kernel_trap_esp;

/* Returns true if the two words at va can be read without a fault. */
static bool
readable(uint32_t va)
{
	if (va % 4 != 0)
		return false;
	if (va >= KSTACK_BASE)
		return kstack_mapped(va) && kstack_mapped(va + 7);
	return va >= KERNEL_BASE && kva_frame((void *)(va + 7)) < machine_low_frames;
}

const char *
kernel_place(uint32_t eip, uint32_t *off)
{
	const char *name = NULL;

	*off = 0;
	if (eip >= (uint32_t)image_start && eip < (uint32_t)image_end)
		name = ksym_lookup(eip, off);
	return name != NULL ? name : "?";
}

/* Prints eip and the function that contains it. For a return address, back is 1: the call may be
 * the last instruction of its function, and the return address then lies in the next one. */
static void
print_place(uint32_t eip, uint32_t back)
{
	uint32_t off;
	const char *name = kernel_place(eip - back, &off);

	printf("  0x%08x  %s+0x%x\n", eip, name, off + back);
}

static void
print_registers(const struct trapframe *tf, uint32_t esp)
{
	printf("eax %08x  ebx %08x  ecx %08x  edx %08x\n", tf->eax, tf->ebx, tf->ecx, tf->edx);
	printf("esi %08x  edi %08x  ebp %08x  esp %08x\n", tf->esi, tf->edi, tf->ebp, esp);
	printf("eip %08x  eflags %08x  cs %04x  ds %04x  es %04x  fs %04x  gs %04x\n", tf->eip,
	       tf->eflags, tf->cs & 0xffff, tf->ds & 0xffff, tf->es & 0xffff, tf->fs & 0xffff,
	       tf->gs & 0xffff);
	printf("cr2 %08x  cr3 %08x\n", cpu_read_cr2(), cpu_read_cr3());
}

void
machine_backtrace(void)
{
	uint32_t ebp = (uint32_t)__builtin_frame_address(0);
	struct trapframe here = {.ebp = ebp, .cs = KERNEL_CS, .ds = KERNEL_DS, .es = KERNEL_DS};
	const struct trapframe *tf = kernel_trapframe;
	unsigned i;

	if (tf == NULL) {
		/* The kernel itself called panic(): of its caller's registers only the
		 * callee-saved ones still have their values. */
		__asm__ volatile("movl %%ebx, %0\n\tmovl %%esi, %1\n\tmovl %%edi, %2"
		                 : "=m"(here.ebx), "=m"(here.esi), "=m"(here.edi));
		here.eip = (uint32_t)__builtin_return_address(0);
		__asm__ volatile("pushfl; popl %0" : "=r"(here.eflags));
		tf = &here;
		kernel_trap_esp = ebp + 8;
	}
	print_registers(tf, kernel_trap_esp);
	printf("backtrace:\n");
	if (tf != &here)
		print_place(tf->eip, 0);
	ebp = tf->ebp;
	for (i = 0; i < DEPTH && readable(ebp); i++) {
		const uint32_t *frame = (const uint32_t *)ebp;

		if (frame[1] == 0)
			break;
		print_place(frame[1], 1);
		if (frame[0] <= ebp)
			break; /* a caller's frame lies higher: the chain is broken or at its end */
		ebp = frame[0];
	}
}
