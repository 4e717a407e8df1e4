/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's part of the gdb stub: how it is entered and left, the single step, and the
 * debug registers (Intel SDM vol. 3, chapter 17). The registers that gdb sees and its view of
 * memory are in gdbview.c.
 */
#include "gdb.h"

#include "base/string.h"
#include "proc/proc.h"

#define IRQ_COM2 3
#define BREAK_IN 0x03 /* the byte that gdb sends for Ctrl-C */
#define PACKET '$'    /* the byte that begins a packet: a gdb that connects sends one */

#define DR6_HITS 0x0fu
#define DR6_STEP 0x4000u
#define DR7_OFF 0x400u /* the bit that is always set */

#define INSN_PUSHF 0x9c
#define INSN_INT 0xcd

static struct {
	int signal; /* 0: nothing is asked for */
	bool fatal;
} request; /* what machine_gdb_enter() asks for */

/* The single step. A program is stepped with interrupts off, so that no other process runs
 * first. Only programs that are stepped have TF in their trap frame because of the stub. */
static struct {
	bool armed;
	bool user;       /* it is a program that is stepped, process pid */
	bool own;        /* the program has set TF itself: afterwards it gets its SIGTRAP */
	bool pushf;      /* the instruction pushes the flags: the copy must not show the step */
	uint32_t eflags; /* without the step */
	int pid;
	int stale; /* process that may still find TF set in a signal frame; 0: none */
} step;

static struct trapframe *entry; /* the trap frame by which the stub was entered */
static bool own_trap;           /* the step that has ended is also the program's own */
static unsigned debug_used;
static uint32_t dr7;
static int pushed_back = -1; /* a byte that was read too early */

/* ---- The line ---- */

char
machine_gdb_get(void)
{
	int byte = pushed_back;

	pushed_back = -1;
	while (byte < 0 && (byte = serial_read(COM2)) < 0)
		pic_wait(IRQ_COM2);
	return (char)byte;
}

void
machine_gdb_put(const char *s, size_t n)
{
	serial_write(COM2, s, n);
}

/* Other bytes, such as the acknowledgement of the last packet, are dropped. */
bool
machine_gdb_break_in(void)
{
	int byte;

	pic_accept(IRQ_COM2);
	while ((byte = serial_read(COM2)) >= 0) {
		if (byte == PACKET)
			pushed_back = byte;
		if (byte == PACKET || byte == BREAK_IN)
			return true;
	}
	return false;
}

bool
machine_gdb_start(void)
{
	if (!serial_listen(COM2))
		return false;
	idt_set(TRAP_DEBUG, gdb_vector_1);
	idt_set(TRAP_NMI, gdb_vector_2);
	idt_set(TRAP_BREAKPOINT, gdb_vector_3);
	idt_set(TRAP_IRQ + IRQ_COM2, gdb_vector_35);
	pic_enable(IRQ_COM2);
	return true;
}

void
machine_gdb_enter(int signal, bool fatal)
{
	request.fatal = fatal;
	request.signal = signal;
	__asm__ volatile("int3" : : : "memory");
}

void
machine_gdb_unwind(void)
{
	if (gdb_inside)
		gdb_restart();
}

/* ---- Debug registers ---- */

void
machine_gdb_debug_set(unsigned n, enum gdb_kind kind, vaddr_t va, unsigned len)
{
	static const uint32_t access[] = {[GDB_EXECUTE] = 0, [GDB_WRITE] = 1, [GDB_ACCESS] = 3};

	switch (n) {
	case 0:
		__asm__ volatile("movl %0, %%db0" : : "r"(va));
		break;
	case 1:
		__asm__ volatile("movl %0, %%db1" : : "r"(va));
		break;
	case 2:
		__asm__ volatile("movl %0, %%db2" : : "r"(va));
		break;
	case 3:
		__asm__ volatile("movl %0, %%db3" : : "r"(va));
		break;
	}
	dr7 |= 2u << n * 2 | access[kind] << (16 + n * 4) | (len - 1) << (18 + n * 4);
	debug_used |= 1u << n;
}

void
machine_gdb_debug_clear(void)
{
	dr7 = DR7_OFF;
	debug_used = 0;
	__asm__ volatile("movl %0, %%db7" : : "r"(dr7));
}

/* Returns the conditions of the debug exception, and clears them, which the CPU does not. */
static uint32_t
debug_conditions(void)
{
	uint32_t dr6;

	__asm__ volatile("movl %%db6, %0" : "=r"(dr6));
	__asm__ volatile("movl %0, %%db6" : : "r"(0));
	return dr6;
}

/* ---- The single step ---- */

/* Returns whether the trap that gdb looks at came from a program. */
static bool
from_user(void)
{
	return trap_from_user(&gdb_view.tf);
}

/* Returns the byte at va as the stopped context sees it, or 0 if there is none. */
static uint8_t
code_byte(vaddr_t va)
{
	const uint8_t *byte = machine_gdb_memory(curproc(), va, false);

	return byte != NULL ? *byte : 0;
}

/* The `int` instruction does not trap when it is stepped: the CPU would run on to the end of the
 * system call. So the next instruction to stop at is the entry of the kernel. */
vaddr_t
machine_gdb_step_target(void)
{
	vaddr_t pc = gdb_view.tf.eip;
	uint8_t insn = code_byte(pc);

	step.pushf = insn == INSN_PUSHF;
	return insn == INSN_INT && code_byte(pc + 1) == TRAP_SYSCALL ? trap_vectors[TRAP_SYSCALL]
	                                                             : 0;
}

/* Make what was interrupted go on for one instruction (TF), and remember what step_end() must put
 * back. A program runs it with interrupts off, so that no other process runs meanwhile. */
static void
step_begin(void)
{
	struct trapframe *tf = &gdb_view.tf;

	step.armed = true;
	step.user = from_user();
	step.eflags = tf->eflags;
	step.own = step.user && (tf->eflags & EFLAGS_TF);
	step.pid = step.user ? curproc()->pid : 0;
	tf->eflags |= EFLAGS_TF;
	if (step.user)
		tf->eflags &= ~EFLAGS_IF;
}

/* Takes from the flags that the stepped instruction has pushed what was set for the step. Both
 * flags are in the second byte. */
static void
step_mend_pushed(void)
{
	uint8_t *byte = machine_gdb_memory(curproc(), gdb_view.esp + 1, true);

	if (byte != NULL)
		*byte = (uint8_t)((*byte & ~3) | (step.eflags >> 8 & 3));
}

/* Ends the step, which is complete or overtaken by another stop. In the latter case TF may be left
 * in the program's trap frame; or, if the program has got a signal, in a signal frame. */
static void
step_end(bool complete)
{
	const struct proc *p;
	uint32_t *eflags = &gdb_view.tf.eflags;

	if (!step.armed)
		return;
	step.armed = false;
	own_trap = complete && step.own;
	if (complete && step.pushf)
		step_mend_pushed();
	if (step.own)
		return;
	if (step.user && !(complete && from_user())) {
		p = proc_find(step.pid);
		if (p == NULL)
			return;
		if (p != curproc() || !from_user())
			eflags = &p->md.tf->eflags;
		if (!(*eflags & EFLAGS_TF))
			step.stale = step.pid;
	}
	*eflags &= ~EFLAGS_TF;
}

/* Returns whether a single-step trap of the current context is the one that gdb asked for. */
static bool
step_is_ours(void)
{
	return step.armed && (!step.user || !from_user() || curproc()->pid == step.pid);
}

/* Returns whether a single-step trap is left over from a step that was overtaken. */
static bool
step_is_stale(void)
{
	if (!from_user() || step.stale == 0 || curproc()->pid != step.stale)
		return false;
	step.stale = 0;
	gdb_view.tf.eflags &= ~EFLAGS_TF;
	return true;
}

/* ---- Entry and exit ---- */

/* Returns gdb's signal for an exception of the kernel. */
static int
exception_signal(uint32_t trapno)
{
	switch (trapno) {
	case TRAP_DIVIDE:
		return GDB_SIGFPE;
	case TRAP_ILLEGAL:
		return GDB_SIGILL;
	default:
		return GDB_SIGSEGV;
	}
}

/* Fills in the event for machine_gdb_enter(). A panic that an exception has caused shows the
 * registers of the exception. */
static void
take_request(struct gdb_event *e)
{
	e->signal = request.signal;
	e->fatal = request.fatal;
	e->wanted = true;
	request.signal = 0;
	if (!e->fatal || kernel_trapframe == NULL)
		return;
	e->signal = exception_signal(kernel_trapframe->trapno);
	gdb_view_set((struct trapframe *)kernel_trapframe, kernel_trap_esp);
}

void
machine_gdb_stopped(const struct gdb_event *e)
{
	if (e->insn != 0)
		gdb_view.tf.eip = e->insn;
	step_end(e->stepped);
}

/* Continues as gdb has said: does not return. */
static _Noreturn void
resume(enum gdb_resume how)
{
	struct trapframe *tf;

	if (how == GDB_DIE || (gdb_view.home != entry && gdb_view.tf.trapno == TRAP_DOUBLE))
		gdb_leave(entry); /* back to machine_gdb_enter(), and to the panic */
	if (gdb_view.home != entry)
		kernel_trapframe = NULL;
	if (from_user())
		gdb_view.tf.eflags |= EFLAGS_IF;
	if (how == GDB_SKIP)
		gdb_view.tf.eflags |= EFLAGS_RF;
	if (how == GDB_STEP)
		step_begin();
	tf = gdb_view_end();
	__asm__ volatile("movl %0, %%db7" : : "r"(dr7));
	if (how == GDB_PASS_ON || (own_trap && how != GDB_SKIP)) {
		own_trap = false;
		gdb_pass_on(tf);
	}
	gdb_leave(tf);
}

/* Let gdb look at the context that the trap frame is of, and continue it as gdb says. gdbentry.asm
 * calls it, on the stub's stack. */
void
gdb_trap(struct trapframe *tf)
{
	struct gdb_event e = {.signal = GDB_SIGTRAP};
	uint32_t dr6 = 0;

	entry = tf;
	gdb_view_set(tf, trap_from_user(tf) ? tf->esp : (uint32_t)&tf->esp);
	if (tf->trapno == TRAP_DEBUG)
		dr6 = debug_conditions();
	e.hits = dr6 & DR6_HITS & debug_used;
	e.stepped = (dr6 & DR6_STEP) && step_is_ours();
	if (tf->trapno == TRAP_BREAKPOINT && request.signal != 0) {
		take_request(&e);
	} else if (tf->trapno == TRAP_BREAKPOINT) {
		e.insn = tf->eip - sizeof(machine_gdb_insn);
	} else if (tf->trapno != TRAP_DEBUG) {
		e.signal = GDB_SIGINT;
		e.line = tf->trapno != TRAP_NMI;
		e.wanted = tf->trapno == TRAP_NMI;
	} else if (!e.stepped && e.hits == 0 && (dr6 & DR6_STEP) && step_is_stale()) {
		resume(GDB_CONTINUE);
	}
	resume(gdbstub_trap(&e));
}

/* Go back to gdb after a fault inside the stub, which ends gdb's command with an error.
 * gdbentry.asm calls it. */
void
gdb_again(void)
{
	resume(gdbstub_again());
}
