/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room arch: the machine, a PC with an i386. It calls mem/, vm/, proc/ and debug/; the kernel calls
 * it through machine.h. Here stands what its files declare for each other, which kernel/ does not
 * include.
 */
#ifndef I386_H
#define I386_H

#include <machine.h>

#include "cpu.h"
#include "trapframe.h"

/*
 * The kernel's addresses:
 *
 *   0xC0000000  the first 896 MiB of RAM, mapped one to one by 4 MiB pages
 *   0xF8000000  kernel stacks of two pages, each above a guard page that is never mapped
 *   0xFF800000  windows on frames beyond 896 MiB
 */
#define DIRECT_FRAMES 0x38000u
#define KSTACK_BASE 0xF8000000u
#define KSTACK_TABLES 8u
#define KSTACK_SIZE (2 * PAGE_SIZE)
#define WINDOW_BASE 0xFF800000u

/* The first page directory: the kernel's own, and the pattern of the upper part of all others. */
extern pte_t boot_dir[PTAB_PAGES];

/* linker.ld: the kernel's image, from its first byte to the end of its bss. */
extern uint8_t image_start[], image_end[];

/* segments.c */
struct tss {
	uint32_t link, esp0, ss0, unused[4], cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, iomap;
};
extern struct tss tss;
/* Builds and loads the descriptor tables. From here on traps reach vectors.asm. */
void segments_init(void);
/* Makes these the TLS descriptors of the GDT: those of the process that runs next. */
void segments_load_tls(const uint64_t tls[TLS_ENTRIES]);
/* Make the vector enter the kernel at entry. A vector that programs may use by `int` stays so. */
void idt_set(unsigned vector, void (*entry)(void));

/* vectors.asm: the entry of each vector, that of a double fault, and the instructions of the way
 * back to user mode that may fault. */
extern const uint32_t trap_vectors[VECTORS];
void double_fault_entry(void);
extern const uint8_t trap_return_gs[], trap_return_fs[], trap_return_iret[];

/* usercopy.asm: the code in which a page fault is allowed, and where it continues after one that
 * vm_fault() refused. */
extern const uint8_t usercopy_start[], usercopy_end[], usercopy_fault[];

/* switch.asm */

/* Stores the current ESP in *save_esp and continues on the kernel stack at esp. Returns when
 * something switches back. */
void context_switch(uint32_t *save_esp, uint32_t esp);
/* Where a new process begins: not to be called, see machine_proc_init(). */
void context_start(void);

/* trap.c: what vectors.asm calls. A trap from user mode may sleep in these, and may end the
 * process. */
void trap(struct trapframe *tf);
void page_fault(struct trapframe *tf);
void unusual_flags(struct trapframe *tf);
void double_fault(void);
/* Returns the user registers of the current process, which has entered the kernel from user
 * mode: the trap frame at the top of its kernel stack. */
struct trapframe *user_frame(void);

/* context.c */

/* Enables the FPU and SSE, and sets machine_hwcap. */
void fpu_init(void);
/* Sets the FPU and SSE registers to the values that a new program starts with. */
void fpu_reset(void);
/* Puts the page tables of the kernel stacks into boot_dir. */
void kstack_init(void);
/* Returns true if va lies in a mapped page of a kernel stack. */
bool kstack_mapped(uint32_t va);

/* window.c: puts the page table of the windows into boot_dir. */
void window_init(void);
/* Returns where the gdb stub sees frame f, which is not a low one, until the next call. */
void *window_debug(frame_t f);

/* backtrace.c: the trap frame at which machine_backtrace() starts, and the value of ESP that it
 * prints. While kernel_trapframe is NULL, the backtrace starts at the caller. */
extern const struct trapframe *kernel_trapframe;
extern uint32_t kernel_trap_esp;
/* Returns the name of the kernel function that contains eip, or "?", and sets *off to the
 * distance of eip from the function's start, in bytes. */
const char *kernel_place(uint32_t eip, uint32_t *off);

/* ---- Devices. None of these sleeps. ---- */

/* Lets the controllers report the timer, the keyboard and COM1, as vectors TRAP_IRQ and up. */
void pic_init(void);
/* Acknowledges irq at the interrupt controller. Returns false if the interrupt was spurious. */
bool pic_accept(unsigned irq);
/* Let irq, below 8, interrupt. */
void pic_enable(unsigned irq);
/* Halt until irq, below 8, interrupts. The other interrupts wait meanwhile, those too that have
 * been taken and not yet acknowledged. */
void pic_wait(unsigned irq);
/* Returns true if irq is requested and not yet being served. */
bool pic_pending(unsigned irq);
/* Makes the timer interrupt HZ times a second. */
void pit_init(void);
/* Called by trap.c for each timer interrupt that it takes. */
void pit_tick(void);
/* Sets up the serial ports, COM1 to COM3. */
enum { COM1, COM2, COM3, COMS };
void serial_init(void);
/* Makes the port interrupt when it receives a byte. Returns false if there is no such port. */
bool serial_listen(unsigned com);
/* Returns the next byte that the port has received, or -1 if there is none. */
int serial_read(unsigned com);
/* Writes n bytes to the port. */
void serial_write(unsigned com, const char *s, size_t n);
/* Waits until the ports have sent every byte that was written. */
void serial_drain(void);
/* Gives tty_input() what COM1 has received. */
void serial_interrupt(void);
/* Sets text mode and clears the screen. */
void vga_init(void);
/* Writes n bytes to the screen, and acts on the escape sequences in them. */
void vga_write(const char *s, size_t n);
/* Returns the number that a Unicode character has in code page 437, '?' if it is not there. */
uint8_t cp437(uint32_t unicode);
/* Enables the keyboard, and drops what was typed before. */
void keyboard_init(void);
/* Gives tty_input() the bytes that a key stands for. */
void keyboard_interrupt(void);

#endif
