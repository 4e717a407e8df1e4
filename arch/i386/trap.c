/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps other than system calls: exceptions, page faults and interrupts. In user mode an
 * exception becomes a signal; in the kernel it is a bug and a panic, except for a page fault in
 * usercopy.asm and a bad selector on the way back to user mode.
 */
#include "i386.h"

#include "base/assert.h"
#include "base/printf.h"
#include "debug/gdbstub.h"
#include "debug/limit.h"
#include "debug/stretch.h"
#include "proc/proc.h"
#include "vm/space.h"

#define IRQ_TIMER 0
#define IRQ_KEYBOARD 1
#define IRQ_COM1 4
#define IRQS 16

enum { ADDR_NONE, ADDR_EIP };

/* The name of each exception, and the signal and code that Linux sends for it. Exceptions with
 * signal 0 are not turned into a signal by this table: page_fault() handles page faults, and
 * the others are not the program's doing, and panic. Vectors without a name are not exceptions. */
static const struct {
	const char *what;
	uint8_t sig, code, addr;
} exceptions[TRAP_IRQ] = {
	[0] = {"divide by zero", SIGFPE, FPE_INTDIV, ADDR_EIP},
	[1] = {"single step", SIGTRAP, TRAP_TRACE, ADDR_EIP},
	[2] = {"non-maskable interrupt", 0, 0, ADDR_NONE},
	[3] = {"breakpoint", SIGTRAP, SI_KERNEL, ADDR_NONE},
	[4] = {"overflow", SIGSEGV, SI_KERNEL, ADDR_NONE},
	[5] = {"bound exceeded", SIGSEGV, SI_KERNEL, ADDR_NONE},
	[6] = {"illegal instruction", SIGILL, ILL_ILLOPN, ADDR_EIP},
	[7] = {"no coprocessor", SIGFPE, FPE_FLTINV, ADDR_EIP},
	[10] = {"invalid TSS", SIGSEGV, SI_KERNEL, ADDR_NONE},
	[11] = {"segment not present", SIGBUS, SI_KERNEL, ADDR_NONE},
	[12] = {"stack segment fault", SIGBUS, SI_KERNEL, ADDR_NONE},
	[13] = {"general protection", SIGSEGV, SI_KERNEL, ADDR_NONE},
	[14] = {"page fault", 0, 0, ADDR_NONE},
	[16] = {"floating point error", SIGFPE, FPE_FLTINV, ADDR_EIP},
	[17] = {"alignment check", SIGBUS, BUS_ADRALN, ADDR_NONE},
	[18] = {"machine check", 0, 0, ADDR_NONE},
	[19] = {"SIMD floating point error", SIGFPE, FPE_FLTINV, ADDR_EIP},
};

/* Acknowledges an interrupt and calls its driver. user: it interrupted user mode. */
static void
irq_take(unsigned irq, bool user)
{
	event_count(EVENT_INTERRUPT, 1);
	if (!pic_accept(irq))
		return;
	if (irq == IRQ_TIMER) {
		pit_tick();
		clock_tick(user);
	} else if (irq == IRQ_KEYBOARD) {
		keyboard_interrupt();
	} else if (irq == IRQ_COM1) {
		serial_interrupt();
	}
}

/*
 * Ignores an interrupt that did not come from the interrupt controllers, or an exception that
 * this kernel has not enabled. Logs the first one of each vector.
 */
static void
unexpected_vector(uint32_t n)
{
	static bool told[VECTORS];

	if (!told[n])
		printf("unexpected interrupt on vector %u ignored\n", n);
	told[n] = true;
}

/* Handles vector n if it is an interrupt. Returns false if it is an exception. */
static bool
interrupt_take(uint32_t n, bool user)
{
	if (n >= TRAP_IRQ && n < TRAP_IRQ + IRQS)
		irq_take(n - TRAP_IRQ, user);
	else if (n >= TRAP_IRQ || exceptions[n].what == NULL)
		unexpected_vector(n);
	else
		return false;
	return true;
}

/*
 * Called by vectors.asm, before anything else, for a trap frame with unusual flags (see
 * trapframe.h): clears those that a program may not have. In virtual 8086 mode, which only an
 * emulator lets a program enter, the CPU pushes four more words, so the frame is not where
 * user_frame() expects it. Such a process is killed here.
 */
void
unusual_flags(struct trapframe *tf)
{
	if (tf->eflags & EFLAGS_VM) {
		if (tf->trapno != TRAP_SYSCALL)
			interrupt_take(tf->trapno, true);
		signal_force_exit(SIGSEGV, "virtual 8086 mode");
	}
	tf->eflags = (tf->eflags & EFLAGS_PROGRAM) | EFLAGS_FIXED;
	if (trap_from_user(tf))
		tf->eflags |= EFLAGS_IF;
}

/* Called first for each trap from user mode. Makes the program continue with interrupts on,
 * whatever its trap frame says. */
static void
user_trap_begins(struct trapframe *tf)
{
	tf->eflags |= EFLAGS_IF;
	ASSERT(tf == user_frame());
}

struct trapframe *
user_frame(void)
{
	struct trapframe *tf = curproc()->md.tf;

	ASSERT((tf->cs & 0xffff) == USER_CS);
	ASSERT((tf->eflags & (EFLAGS_FOREIGN | EFLAGS_IF)) == EFLAGS_IF);
	return tf;
}

/* Returns the access that faulted, for vm_fault(): PROT_WRITE, or 0 for a read. */
static int
fault_access(const struct trapframe *tf)
{
	return tf->error & PF_WRITE ? PROT_WRITE : 0;
}

/* Sends the current process the signal for a page fault at va that vm_fault() refused with code.
 * (noinline: that saves 3 instructions of each page fault that is not refused.) */
__attribute__((noinline)) static void
refuse_page(int code, vaddr_t va, const struct trapframe *tf)
{
	struct proc *p = curproc();
	bool write = tf->error & PF_WRITE;

	p->md.last_fault = (struct last_fault){tf->trapno, tf->error, va};
	if (va >= USER_END) {
		/* Don't reveal which kernel addresses are mapped. */
		p->md.last_fault.error |= PF_PRESENT;
		signal_fault(SIGSEGV, code, va,
		             write ? "write to the kernel" : "read of the kernel");
	} else if (code == VM_FAULT_END) {
		signal_fault(SIGBUS, BUS_ADRERR, va, "access beyond the end of a file");
	} else if (code == SEGV_MAPERR && va < STACK_TOP && va >= STACK_LOW - SPAN_SIZE) {
		signal_fault(SIGSEGV, code, va, "stack overflow");
	} else if (code == SEGV_MAPERR) {
		signal_fault(SIGSEGV, code, va, write ? "write to no memory" : "read of no memory");
	} else {
		signal_fault(SIGSEGV, code, va,
		             write ? "write to read-only memory" : "read of forbidden memory");
	}
}

/* Panics about a page fault of the kernel outside usercopy.asm. */
static _Noreturn void
kernel_page_fault(const struct trapframe *tf)
{
	uint32_t va = cpu_read_cr2(), off;
	const char *where = kernel_place(tf->eip, &off);

	panic("%s %s %s address 0x%08x, from %s+0x%x",
	      tf->error & PF_WRITE ? "write to" : "read of",
	      tf->error & PF_PRESENT ? "read-only" : "unmapped", va < USER_END ? "user" : "kernel",
	      va, where, off);
}

/* Panics about an exception in the kernel, or one that no program can cause. */
static _Noreturn void
kernel_exception(const struct trapframe *tf)
{
	uint32_t off;
	const char *where = kernel_place(tf->eip, &off), *what = NULL;

	gdbstub_unwind();
	kernel_trapframe = tf;
	kernel_trap_esp = trap_from_user(tf) ? tf->esp : (uint32_t)&tf->esp;
	if (tf->trapno == TRAP_NMI)
		limit_nmi(trap_from_user(tf));
	if (tf->trapno == TRAP_PAGE)
		kernel_page_fault(tf);
	if (tf->trapno < TRAP_IRQ)
		what = exceptions[tf->trapno].what;
	panic("%s (trap %u, error 0x%x) in %s+0x%x", what ? what : "unexpected trap", tf->trapno,
	      tf->error, where, off);
}

/*
 * Repairs a fault on the way back to user mode, at an instruction that loads a bad selector.
 * Returns false if the trap happened elsewhere. The CPU did not switch stacks for this trap, so
 * the trap frame ends before its esp, and in esp's place is the word that was to be loaded, or
 * the first that IRET was to pop. If GS or FS had not been loaded yet, its value in this trap
 * frame is the same bad selector, and must not be loaded either.
 */
static bool
mend_return(struct trapframe *tf)
{
	uint32_t *next = &tf->esp;

	if (tf->trapno < TRAP_TSS || tf->trapno > TRAP_PROTECTION)
		return false;
	if (tf->eip == (uint32_t)trap_return_iret) {
		next[1] = USER_CS;
		next[4] = USER_DS;
		return true;
	}
	if (tf->eip < (uint32_t)trap_return_gs || tf->eip > (uint32_t)trap_return_iret)
		return false;
	*next = 0;
	if (tf->eip <= (uint32_t)trap_return_fs)
		tf->fs = 0;
	if (tf->eip == (uint32_t)trap_return_gs)
		tf->gs = 0;
	return true;
}

/* Handles a trap from kernel mode. */
static void
kernel_trap(struct trapframe *tf)
{
	uint32_t va;

	if (interrupt_take(tf->trapno, false))
		return;
	if (tf->trapno == TRAP_PAGE && tf->eip >= (uint32_t)usercopy_start &&
	    tf->eip < (uint32_t)usercopy_end) {
		va = cpu_read_cr2();
		if (va < USER_END) {
			if (vm_fault(curproc()->space, va, fault_access(tf)) != 0)
				tf->eip = (uint32_t)usercopy_fault;
			return;
		}
	}
	if (!mend_return(tf))
		kernel_exception(tf);
}

/* Sends the current process the signal for its exception. */
static void
user_exception(struct trapframe *tf)
{
	struct last_fault *last = &curproc()->md.last_fault;
	uint32_t n = tf->trapno;

	if (exceptions[n].sig == 0)
		kernel_exception(tf); /* NMI, machine check: not caused by the program */
	last->trapno = n;
	last->error = tf->error;
	signal_fault(exceptions[n].sig, exceptions[n].code,
	             exceptions[n].addr == ADDR_EIP ? tf->eip : 0, exceptions[n].what);
}

/* Called by vectors.asm for page faults only; otherwise does what trap() does. */
void
page_fault(struct trapframe *tf)
{
	struct proc *p = curproc();
	vaddr_t va = cpu_read_cr2();
	int code;

	event_count(EVENT_FAULT, 1);
	if (!trap_from_user(tf)) {
		kernel_trap(tf);
		return;
	}
	stretch_begin(STRETCH_FAULT);
	user_trap_begins(tf);
	p->faults++;
	code = vm_fault(p->space, va, fault_access(tf));
	if (code != 0)
		refuse_page(code, va, tf);
	if (return_work)
		user_return();
	stretch_end();
}

/* Called by vectors.asm for every trap except page faults and system calls. On return the CPU
 * continues with the registers in *tf. */
void
trap(struct trapframe *tf)
{
	bool measured = tf->eflags & EFLAGS_IF; /* interrupts were on: a stretch begins */

	if (measured)
		stretch_begin(STRETCH_TRAP);
	if (!trap_from_user(tf)) {
		kernel_trap(tf);
	} else {
		user_trap_begins(tf);
		if (!interrupt_take(tf->trapno, true))
			user_exception(tf);
		if (return_work)
			user_return();
	}
	if (measured)
		stretch_end();
}

/* Panics about a double fault. Runs on a stack of its own; the CPU has saved the interrupted
 * registers in the main TSS. */
void
double_fault(void)
{
	static struct trapframe tf; /* static: kernel_trapframe points to it */
	uint32_t cr2 = cpu_read_cr2(), off;
	const char *where = kernel_place(tss.eip, &off);

	tf = (struct trapframe){.ds = tss.ds,
	                        .es = tss.es,
	                        .fs = tss.fs,
	                        .gs = tss.gs,
	                        .edi = tss.edi,
	                        .esi = tss.esi,
	                        .ebp = tss.ebp,
	                        .ebx = tss.ebx,
	                        .edx = tss.edx,
	                        .ecx = tss.ecx,
	                        .eax = tss.eax,
	                        .trapno = TRAP_DOUBLE,
	                        .eip = tss.eip,
	                        .cs = tss.cs,
	                        .eflags = tss.eflags};
	kernel_trapframe = &tf;
	kernel_trap_esp = tss.esp;
	panic("%s in %s+0x%x",
	      cr2 - KSTACK_BASE < KSTACK_TABLES * SPAN_SIZE && !kstack_mapped(cr2)
	              ? "kernel stack overflow"
	              : "double fault",
	      where, off);
}
