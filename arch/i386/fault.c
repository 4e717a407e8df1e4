/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception that a panic is about, in words: what the kernel did, what the CPU says about it
 * (Intel SDM vol. 3, 4.7 and 6.13), and what lies at the address. Nothing here follows a pointer of
 * the kernel's beyond the current process, for whatever is wrong may be in what it leads to.
 */
#include "i386.h"

#include "base/printf.h"
#include "proc/proc.h"
#include "vm/space.h"

/* Returns what an address is that the kernel can't use as it tried to. */
static const char *
place(vaddr_t va)
{
	const struct proc *p = curproc();

	if (va < PAGE_SIZE)
		return "page 0, so a null pointer";
	if (va < USER_MIN)
		return "an address below all that can be mapped";
	if (va >= STACK_LOW && va < STACK_TOP)
		return "the program's stack, which only usercopy.asm may touch";
	if (va < USER_END)
		return "a user address, which only usercopy.asm may touch";
	if (va < KSTACK_BASE)
		return "the direct map, so the page directory is damaged";
	if (p != NULL && p->pid != 0 && (uint32_t)p->md.kstack - va - 1 < PAGE_SIZE)
		return "the page below the process's kernel stack, so an overflow";
	if (va < KSTACK_BASE + KSTACK_TABLES * SPAN_SIZE)
		return "a kernel stack that nobody has, or the page below one";
	if (va >= WINDOW_BASE && va < WINDOW_BASE + SPAN_SIZE)
		return "a window that is not open";
	return "an address that the kernel never maps";
}

/* Print a page fault of the kernel in words: what it did at va, and why the MMU refused it. */
static void
print_page_fault(uint32_t error, vaddr_t va)
{
	const char *page = "no page is there";

	if (error & PF_PRESENT)
		page = error & PF_WRITE ? "the page there may only be read"
		                        : "the entry of the page has a reserved bit set";
	printf("fault: the kernel %s 0x%08x: %s; %s\n",
	       error & PF_WRITE ? "has written to" : "has read from", va, page, place(va));
}

/* Prints which descriptor the error code of an exception is about. */
static void
print_selector(uint32_t error)
{
	static const char *const names[GDT_ENTRIES] = {
		[0] = "the null selector",
		[KERNEL_CS >> 3] = "the kernel's code",
		[KERNEL_DS >> 3] = "the kernel's data",
		[TSS_SEL >> 3] = "the task state segment",
		[DOUBLE_TSS_SEL >> 3] = "the task of double faults",
		[GDT_TLS] = "the program's TLS segment 0",
		[GDT_TLS + 1] = "the program's TLS segment 1",
		[GDT_TLS + 2] = "the program's TLS segment 2",
		[USER_CS >> 3] = "the programs' code",
		[USER_DS >> 3] = "the programs' data",
	};
	uint32_t n = error >> 3 & 0x1fff;
	const char *name = "beyond its end";

	if (error & SELECTOR_LDT) {
		printf("fault: entry %u of the LDT, which this kernel has not\n", n);
		return;
	}
	if (n < GDT_ENTRIES)
		name = names[n] != NULL ? names[n] : "unused";
	printf("fault: selector 0x%x, entry %u of the GDT: %s\n", error & 0xfff8, n, name);
}

void
machine_fault_print(void)
{
	const struct trapframe *tf = kernel_trapframe;
	vaddr_t va = cpu_read_cr2();

	switch (tf != NULL ? tf->trapno : TRAP_SYSCALL) {
	case TRAP_DIVIDE:
		printf("fault: the divisor is 0, or the quotient needs more than 32 bits\n");
		break;
	case TRAP_ILLEGAL:
		printf("fault: the CPU knows no such instruction, or it is ud2\n");
		break;
	case TRAP_DOUBLE:
		printf("fault: the CPU could not enter the handler of an exception; the address "
		       "that faulted last is 0x%08x: %s\n",
		       va, place(va));
		break;
	case TRAP_TSS:
	case TRAP_SEGMENT:
	case TRAP_STACK:
	case TRAP_PROTECTION:
		if (tf->error != 0)
			print_selector(tf->error);
		else
			printf("fault: a null selector, an operand that the CPU does not take, or "
			       "an address beyond its segment\n");
		break;
	case TRAP_PAGE:
		print_page_fault(tf->error, va);
		break;
	}
}
