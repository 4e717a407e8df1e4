/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers and the call chain that a panic prints. In the kernel it is followed through
 * frame pointers, which -fno-omit-frame-pointer keeps. Programs are compiled without them, so their
 * stack is searched for return addresses: words that point behind a call instruction.
 */
#include "i386.h"

#include "base/printf.h"
#include "base/string.h"
#include "debug/ksyms.h"
#include "proc/proc.h"
#include "vm/owner.h"
#include "vm/space.h"

#define DEPTH 32
#define USER_DEPTH 12      /* addresses in the program, at most */
#define USER_ENTRIES 10000 /* of its map to search: a broken list may have no end */
#define USER_WORDS 1024u   /* of the program's stack to search */

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

/* Print the registers of tf, with esp as the stack pointer, and CR2 and CR3. */
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

/* ---- The program ---- */

/* Returns the frame of the page directory that shows p's memory. That of the current process is in
 * CR3, but not after a double fault. */
static frame_t
program_directory(const struct proc *p)
{
	if (p == curproc() && (kernel_trapframe == NULL || kernel_trapframe->trapno != TRAP_DOUBLE))
		return cpu_read_cr3() >> PAGE_SHIFT;
	return readable((uint32_t)p->space) ? p->space->pmap.dir : kernel_dir;
}

/* Returns entry i of the page table or directory in frame f, or 0 if there can be none. */
static pte_t
entry(frame_t f, unsigned i)
{
	return f < machine_low_frames ? ((const pte_t *)frame_kva(f))[i] : 0;
}

/* Copies n bytes at va of the program whose page directory is dir. It follows the page tables, so
 * it can't fault. Returns false if a byte is not there. */
static bool
peek(frame_t dir, vaddr_t va, void *to, unsigned n)
{
	uint8_t *byte = to;
	frame_t f;
	pte_t pte;

	for (; n > 0; n--, va++) {
		if (va >= USER_END)
			return false;
		pte = entry(dir, va >> SPAN_SHIFT);
		if (pte_present(pte) && !(pte & PTE_LARGE))
			pte = entry(pte_frame(pte), ptab_index(va));
		else
			pte += ptab_index(va) << PAGE_SHIFT;
		f = pte_frame(pte);
		if (!pte_present(pte) || f >= frame_limit)
			return false;
		*byte++ = ((const uint8_t *)(f < machine_low_frames
		                                     ? frame_kva(f)
		                                     : window_debug(f)))[va & PAGE_MASK];
	}
	return true;
}

/* Returns true if a call instruction ends at va: one with an address, or with a register or a word
 * of memory that holds it (Intel SDM vol. 2, CALL). An address in
 * the stack is never taken for one: the stack is full of pointers into itself and of random bytes,
 * which may look like a call. */
static bool
after_call(frame_t dir, vaddr_t va)
{
	uint8_t b[6];

	if ((va >= STACK_LOW && va < STACK_TOP) || !peek(dir, va - 6, b, 6))
		return false;
	return b[1] == 0xe8 || (b[4] == 0xff && (b[5] & 0x38) == 0x10) ||
	       (b[3] == 0xff && (b[4] & 0xf8) == 0x50) || (b[2] == 0xff && b[3] == 0x54) ||
	       (b[0] == 0xff && (b[1] & 0x38) == 0x10);
}

/* Returns the map entry of p at va, or NULL, and puts into *start where the content of its file
 * begins in memory: the linker maps the parts of a library in order. */
static const struct vm_entry *
entry_at(const struct proc *p, vaddr_t va, vaddr_t *start)
{
	const struct vm_entry *e = readable((uint32_t)p->space) ? p->space->first : NULL;
	const struct vm_object *file = NULL;
	unsigned n;

	*start = 0;
	for (n = 0; n < USER_ENTRIES && e != NULL && readable((uint32_t)e); n++, e = e->next) {
		if (e->object != NULL && e->pgoff == 0 && e->object != file) {
			file = e->object;
			*start = e->start;
		}
		if (va >= e->start && va < e->end)
			return file != NULL && e->object == file ? e : NULL;
	}
	return NULL;
}

/* Prints an address of a program, and where it is in a file that is not the program's own: a shared
 * library, or the shell of a script. */
static void
print_user(const struct proc *p, vaddr_t va)
{
	const struct vm_entry *e;
	char path[128];
	const char *name = path, *s;
	uint32_t ino;
	vaddr_t start;

	printf("  user 0x%08x %s", va, p->name);
	e = entry_at(p, va, &start);
	if (e != NULL && fs_object_name(e->object, &ino, path, sizeof(path))) {
		for (s = path; *s != '\0'; s++)
			if (*s == '/')
				name = s + 1;
		if (strncmp(name, p->name, sizeof(p->name) - 1) != 0)
			printf(" %s+0x%x", path, va - start);
	}
	printf("\n");
}

void
machine_program_print(const struct proc *p)
{
	const struct trapframe *tf = p->md.tf;
	frame_t dir = program_directory(p);
	unsigned i, found = 1;
	vaddr_t va, sp;

	if (tf->eip == 0 || tf->eip >= USER_END)
		return; /* it has never run */
	print_user(p, tf->eip);
	for (i = 0, sp = tf->esp; i < USER_WORDS && found < USER_DEPTH; i++, sp += 4) {
		if (!peek(dir, sp, &va, sizeof(va)))
			break;
		if (after_call(dir, va)) {
			print_user(p, va);
			found++;
		}
	}
}

void
machine_backtrace(void)
{
	uint32_t ebp = (uint32_t)__builtin_frame_address(0);
	struct trapframe here = {.ebp = ebp, .cs = KERNEL_CS, .ds = KERNEL_DS, .es = KERNEL_DS};
	const struct trapframe *tf = kernel_trapframe;
	const struct proc *p = curproc();
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
	if (tf != &here && !trap_from_user(tf))
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
	if (p != NULL && p->pid != 0)
		machine_program_print(p);
}
