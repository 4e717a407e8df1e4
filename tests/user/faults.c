/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests that each thing a program can do wrong ends it by the right signal, and that the other
 * processes go on. */
#include "tap.h"

#include <setjmp.h>

#define EFLAGS_TF 0x100u
#define EFLAGS_IF 0x200u
#define EFLAGS_DF 0x400u
#define EFLAGS_NT 0x4000u
#define EFLAGS_AC 0x40000u
#define EFLAGS_IOPL 0x3000u

static int __attribute__((noinline, used)) deep(volatile int n)
{
	return n < 0 ? 0 : deep(n + 1) + n;
}

/* Run code that is not allowed in a child, and check that signal sig ends the child. */
#define CASE(sig, name, ...) is(CHILD(__VA_ARGS__), KILLED(sig), name)
#define ASM(sig, name, text) CASE(sig, name, __asm__ volatile(text))

static void
memory(void)
{
	ASM(SIGSEGV, "NULL read", "movl 0, %eax");
	ASM(SIGSEGV, "NULL write", "movl %eax, 0");
	ASM(SIGSEGV, "kernel read", "movl 0xc0100000, %eax");
	ASM(SIGSEGV, "kernel write", "movl %eax, 0xc0100000");
	ASM(SIGSEGV, "write across the kernel's border", "movl %eax, 0xbffffffe");
	ASM(SIGSEGV, "last byte of memory", "movb 0xffffffff, %al");
	ASM(SIGSEGV, "jump to NULL", "xorl %eax, %eax; jmp *%eax");
	ASM(SIGSEGV, "jump to the kernel", "movl $0xc0100000, %eax; jmp *%eax");
	ASM(SIGSEGV, "jump to nowhere", "movl $0x70000000, %eax; jmp *%eax");
	ASM(SIGSEGV, "push on no stack", "movl $0x1000, %esp; pushl %eax");
	ASM(SIGSEGV, "push on the kernel", "movl $0xc0200000, %esp; pushl %eax");
	ASM(SIGSEGV, "write to the program", "movl $deep, %eax; movl %eax, (%eax)");
	CASE(SIGSEGV, "stack overflow", deep(0));
}

static void
instructions(void)
{
	ASM(SIGFPE, "divide by zero", "xorl %ecx, %ecx; xorl %edx, %edx; divl %ecx");
	ASM(SIGFPE, "quotient too large",
	    "movl $0x80000000, %eax; cdq; movl $-1, %ecx; idivl %ecx");
	ASM(SIGFPE, "aam of 0", ".byte 0xd4, 0");
	ASM(SIGILL, "ud2", "ud2");
	ASM(SIGILL, "lock on a register", ".byte 0xf0, 0x01, 0xc0");
	ASM(SIGILL, "no such instruction", ".byte 0x0f, 0xff, 0xff");
	ASM(SIGSEGV, "in", "inb $0x60, %al");
	ASM(SIGSEGV, "out", "outb %al, $0xe9");
	ASM(SIGSEGV, "out to the exit device", "movw $0xf4, %dx; outb %al, %dx");
	ASM(SIGSEGV, "insb", "movw $0x3f8, %dx; movl $0, %edi; insb");
	ASM(SIGSEGV, "cli", "cli");
	ASM(SIGSEGV, "sti", "sti");
	ASM(SIGSEGV, "hlt", "hlt");
	ASM(SIGSEGV, "mov cr0", "movl %cr0, %eax");
	ASM(SIGSEGV, "mov cr3", "movl %eax, %cr3");
	ASM(SIGSEGV, "mov dr7", "movl %eax, %dr7");
	ASM(SIGSEGV, "lgdt", "lgdt 0x10000");
	ASM(SIGSEGV, "ltr", "movw $0x28, %ax; ltr %ax");
	ASM(SIGSEGV, "invlpg", "invlpg 0x10000");
	ASM(SIGSEGV, "wrmsr", "wrmsr");
	ASM(SIGSEGV, "clts", "clts");
	ASM(SIGFPE, "x87 division by zero",
	    "pushl $0x37b; fldcw (%esp); fldz; fld1; fdiv %st(1); fwait");
}

static void
vectors(void)
{
	ASM(SIGTRAP, "int3", "int3");
	ASM(SIGSEGV, "into", "movb $0x7f, %al; addb $1, %al; into");
	ASM(SIGSEGV, "bound", "pushl $2; pushl $1; movl $7, %eax; bound %eax, (%esp)");
	ASM(SIGSEGV, "int 0 by hand", "int $0");
	ASM(SIGSEGV, "int 8, the double fault", "int $8");
	ASM(SIGSEGV, "int 14, the page fault", "int $14");
	ASM(SIGSEGV, "int 32, the timer", "int $0x20");
	ASM(SIGSEGV, "int 33", "int $0x21");
	ASM(SIGSEGV, "int 48", "int $0x30");
	ASM(SIGSEGV, "int 129", "int $0x81");
	ASM(SIGSEGV, "int 255", "int $0xff");
	ASM(SIGSEGV, "sysexit", "sysexit");
}

static void
null_segments(void)
{
	__asm__ volatile("xorl %eax, %eax; movl %eax, %ds; movl %eax, %es; movl $252, %eax;"
	                 "movl $9, %ebx; int $0x80");
}

/* Tests what may be loaded into the segment registers, and that they keep their values during a
 * call and while another process runs. */
static void
segments(void)
{
	uint32_t desc[4] = {-1, 0x1000, 0xfffff, 0x51}, empty[4] = {6, 0, 0, 0x28};
	uint32_t gs, word = 0x600d;

	ASM(SIGSEGV, "ds: beyond the table", "movl $0x1237, %eax; movl %eax, %ds");
	ASM(SIGSEGV, "ds: the kernel's", "movl $0x10, %eax; movl %eax, %ds");
	ASM(SIGSEGV, "es: the kernel's code", "movl $0x8, %eax; movl %eax, %es");
	ASM(SIGSEGV, "fs: the task state", "movl $0x2b, %eax; movl %eax, %fs");
	ASM(SIGSEGV, "ss: null", "xorl %eax, %eax; movl %eax, %ss");
	ASM(SIGSEGV, "far call into the kernel", "lcall $8, $0xc0100000");
	ASM(SIGSEGV, "far jump to a data segment", "ljmp $0x23, $0x10000");
	is(CHILD(null_segments()), 9, "a call with null ds and es");

	desc[1] = (uint32_t)&word;
	is(syscall(243, desc), 0, "set_thread_area");
	is(desc[0], 6, "gives entry 6");
	__asm__ volatile("movl %0, %%gs" : : "r"(desc[0] * 8 + 3));
	__asm__("movl %%gs:0, %0" : "=r"(gs));
	is(gs, 0x600d, "and gs shows what it should");
	usleep(20000);
	__asm__ volatile("movl %%gs:0, %0" : "=r"(gs));
	is(gs, 0x600d, "after others have run");
	is(CHILD(__asm__ volatile("movl %%gs:0, %0" : "=r"(gs)); _exit(gs != 0x600d)), 0,
	         "in a child");
	is(syscall(243, empty), 0, "the entry is cleared while gs holds it");
	__asm__ volatile("movl %%gs, %0" : "=r"(gs));
	is(gs, 0, "and gs is null now");
	fails(syscall(243, (uint32_t[]){9, 0, 0xfffff, 0x51}), EINVAL, "no entry 9");
	fails(syscall(243, (uint32_t[]){1, 0, 0xfffff, 0x51}), EINVAL, "nor the kernel's");
	syscall(243, desc);
	__asm__ volatile("movl %0, %%gs; movl %0, %%fs" : : "r"(desc[0] * 8 + 3));
	is(CHILD(execl("/bin/true", "true", NULL)), 0, "exec with both in use");
	syscall(243, empty);
}

static uint32_t
eflags(void)
{
	uint32_t f;

	__asm__ volatile("pushfl; popl %0" : "=r"(f));
	return f;
}

static void
set_eflags(uint32_t f)
{
	__asm__ volatile("pushl %0; popfl" : : "r"(f) : "cc", "memory");
}

static volatile uint32_t wish, steps;
/* Indices of words in struct sigcontext, which starts at word 5 of a ucontext. */
enum {
	SC_GS,
	SC_FS,
	SC_ES,
	SC_DS,
	SC_ESP = 7,
	SC_ERR = 13,
	SC_EIP = 14,
	SC_CS,
	SC_EFLAGS,
	SC_SS = 18,
	SC_FPSTATE
};
static volatile int field = -1;

static void
meddle(int sig, siginfo_t *info, void *context)
{
	uint32_t *sc = (uint32_t *)context + 5;

	(void)sig, (void)info;
	if (field >= 0)
		sc[field] = wish;
}

static void
step(int sig, siginfo_t *info, void *context)
{
	uint32_t *sc = (uint32_t *)context + 5;

	(void)sig, (void)info;
	if (++steps == 20)
		sc[SC_EFLAGS] &= ~EFLAGS_TF;
}

/* Signal handler: exits with the error code from its frame. */
static void
tell_error(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	_exit(((uint32_t *)context + 5)[SC_ERR]);
}

/* Tests the error code of a page fault: 1 is set if the page is present, 2 for a write, 4 for an
 * access by user code. All of the kernel's addresses must look present. */
static void
error_codes(void)
{
	static const uint32_t kernel[] = {0xc0000000, 0xc0100000, 0xe0000000,
	                                  0xfec00000, 0xffbff000, 0xfffff000};
	unsigned there = 0, i;

	sigaction(SIGSEGV, &(struct sigaction){.sa_sigaction = tell_error, .sa_flags = SA_SIGINFO},
	          NULL);
	is(reads((void *)0x1000), 4, "error code: a read of no memory");
	for (i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
		there += reads((void *)kernel[i]) == 5;
	is(there, i, "error code: all of the kernel seems to be there");
	signal(SIGSEGV, SIG_DFL);
}

/* Tests flags that a program may not set, and flags that can make a careless kernel fail. */
static void
flags(void)
{
	set_eflags(eflags() & ~EFLAGS_IF);
	ok(eflags() & EFLAGS_IF, "popf leaves interrupts on");
	set_eflags(eflags() | EFLAGS_IOPL);
	ok(!(eflags() & EFLAGS_IOPL), "and gives no right to ports");
	set_eflags(eflags() | EFLAGS_NT);
	is(getpid(), syscall(20), "a call with NT set");
	usleep(20000);
	set_eflags(eflags() & ~EFLAGS_NT);
	ASM(SIGSEGV, "iret with NT", "pushfl; orl $0x4000, (%esp); popfl; iret");
	set_eflags(eflags() | EFLAGS_AC);
	is(CHILD(volatile char b[8]; *(volatile int *)(b + 1) = 1), 0, "AC: unaligned is fine");
	getpid();
	set_eflags(eflags() & ~EFLAGS_AC);
	__asm__ volatile("std");
	int fds[2], r = pipe(fds), w = write(fds[1], "abc", 3);
	char c[4] = "";
	int n = read(fds[0], c, 3);
	__asm__ volatile("cld");
	ok(r == 0 && w == 3 && n == 3 && strcmp(c, "abc") == 0, "calls with DF set");
	close(fds[0]), close(fds[1]);
	CASE(SIGTRAP, "TF without a handler", set_eflags(eflags() | EFLAGS_TF));
	ASM(SIGTRAP, "TF over a call",
	    "movl $20, %eax; pushfl; orl $0x100, (%esp); popfl; int $0x80");
	sigaction(SIGTRAP, &(struct sigaction){.sa_sigaction = step, .sa_flags = SA_SIGINFO}, NULL);
	set_eflags(eflags() | EFLAGS_TF);
	for (volatile int i = 0; i < 10; i++)
		;
	getpid();
	is(steps, 20, "TF: twenty steps in a handler");
	signal(SIGTRAP, SIG_DFL);
}

static int
flags_good(void)
{
	return (eflags() & (EFLAGS_IF | EFLAGS_IOPL)) == EFLAGS_IF;
}

static void
return_from(int call, int byte)
{
	char *junk = shared(2 * PAGE);

	memset(junk, byte, 2 * PAGE);
	__asm__ volatile("movl %0, %%esp; int $0x80" : : "r"(junk + 256), "a"(call) : "memory");
}

/* Tests what a signal handler may write into its frame. */
static void
frames(void)
{
	static const struct {
		int field;
		uint32_t wish;
		int end;
		const char *name;
	} cases[] = {
		{SC_EFLAGS, 0xffffbeff & ~EFLAGS_DF, 0, "all flags but NT, TF and DF"},
		{SC_EFLAGS, 0, 0, "no flags"},
		{SC_EFLAGS, EFLAGS_NT, 0, "NT"},
		{SC_EFLAGS, 0x20000, 0, "virtual 8086 mode"},
		{SC_EFLAGS, EFLAGS_TF, KILLED(SIGTRAP), "TF"},
		{SC_CS, 8, 0, "cs of the kernel"},
		{SC_CS, 0, 0, "cs of nothing"},
		{SC_SS, 0x10, 0, "ss of the kernel"},
		{SC_DS, 0x10, -1, "ds of the kernel"},
		{SC_DS, 0xffff, -1, "ds beyond the table"},
		{SC_ES, 0x28, -1, "es of the task state"},
		{SC_FS, 0x08, -1, "fs of the kernel"},
		{SC_GS, 0xfff7, -1, "gs of nothing"},
		{SC_EIP, 0, SEGV, "eip 0"},
		{SC_EIP, 0xc0100000, SEGV, "eip in the kernel"},
		{SC_ESP, 0xfffffff0, SEGV, "esp in the kernel"},
		{SC_FPSTATE, 0, 0, "no FPU state"},
		{SC_FPSTATE, 0xc0000000, SEGV, "FPU state in the kernel"},
		{SC_FPSTATE, 0xfffffff8, SEGV, "FPU state that wraps"},
	};

	sigaction(SIGUSR1, &(struct sigaction){.sa_sigaction = meddle, .sa_flags = SA_SIGINFO},
	          NULL);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		field = cases[i].field;
		wish = cases[i].wish;
		int end = CHILD(raise(SIGUSR1); _exit(!flags_good()));

		/* -1: the kernel may either clear an unusable selector or end the process. */
		if (cases[i].end == -1)
			ok(end == 0 || end == SEGV, "frame: %s", cases[i].name);
		else
			is(end, cases[i].end, "frame: %s", cases[i].name);
	}
	field = -1;
	ASM(SIGSEGV, "sigreturn without a frame",
	    "movl $119, %eax; movl $0x10000, %esp; int $0x80");
	ASM(SIGSEGV, "rt_sigreturn without a frame", "movl $173, %eax; movl $0, %esp; int $0x80");
	ASM(SIGSEGV, "sigreturn from the kernel",
	    "movl $119, %eax; movl $0xc0000040, %esp; int $0x80");
	ASM(SIGSEGV, "rt_sigreturn that wraps",
	    "movl $173, %eax; movl $0xfffffff0, %esp; int $0x80");
	CASE(SIGSEGV, "sigreturn with a frame of ones", return_from(119, 0xff));
	CASE(SIGSEGV, "rt_sigreturn with a frame of ones", return_from(173, 0xff));
	CASE(SIGSEGV, "sigreturn with a frame of zeros", return_from(119, 0));
	CASE(SIGSEGV, "rt_sigreturn with a frame of zeros", return_from(173, 0));
	CASE(SIGSEGV, "a handler without a stack", signal(SIGUSR1, _exit);
	     __asm__ volatile("movl $0x10000, %%esp; movl $37, %%eax; int $0x80"
	                      :
	                      : "b"(getpid()), "c"(SIGUSR1)
	                      : "eax", "memory"));
	CASE(SIGSEGV, "a handler that is nowhere", signal(SIGUSR1, (sighandler_t)0x70000000);
	     raise(SIGUSR1));
	CASE(SIGSEGV, "a handler in the kernel", signal(SIGUSR1, (sighandler_t)0xc0100000);
	     raise(SIGUSR1));
}

void
test(void)
{
	struct gate go;
	volatile int *turns = shared(sizeof(*turns));
	pid_t other;

	/* Another process counts all the while. */
	gate_make(&go);
	other = SPAWN(signal(SIGTERM, _exit); gate_open(&go); for (;;) ++*turns);
	gate_pass(&go);
	memory();
	instructions();
	vectors();
	segments();
	flags();
	error_codes();
	frames();
	int so_far = *turns;

	usleep(50000);
	ok(*turns > so_far, "the others go on");
	kill(other, SIGTERM);
	is(ending(other), SIGTERM, "and end as they should");
	gate_drop(&go);
	/* Last, for v86 ends there. */
	ASM(SIGSEGV, "iret to the kernel",
	    "pushl $0x10; pushl %esp; pushfl; pushl $8; pushl $0xc0100000; iret");
}
