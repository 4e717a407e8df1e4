/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this directory declare for each other; kernel/ does not include it. */
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
void segments_init(void);
void segments_load_tls(const uint64_t tls[TLS_ENTRIES]);

/* vectors.asm, switch.asm and usercopy.asm */
extern const uint32_t trap_vectors[VECTORS];
extern const uint8_t trap_return_gs[], trap_return_fs[], trap_return_iret[];
extern const uint8_t usercopy_start[], usercopy_end[], usercopy_fault[];
void double_fault_entry(void);
void context_start(void);
void context_switch(uint32_t *save_esp, uint32_t esp);

/* trap.c */
void trap(struct trapframe *tf);
void page_fault(struct trapframe *tf);
void unusual_flags(struct trapframe *tf);
/* Returns the user registers of the current process, which has entered the kernel from user
 * mode: the trap frame at the top of its kernel stack. */
struct trapframe *user_frame(void);
void double_fault(void);

/* context.c */
void fpu_init(void);
void fpu_reset(void);
/* Returns true if va lies in a mapped page of a kernel stack. */
bool kstack_mapped(uint32_t va);
void kstack_init(void);

/* window.c */
void window_init(void);

/* backtrace.c: the trap frame at which machine_backtrace() starts, and the value of ESP that it
 * prints. While kernel_trapframe is NULL, the backtrace starts at the caller. */
extern const struct trapframe *kernel_trapframe;
extern uint32_t kernel_trap_esp;
/* Returns the name of the kernel function that contains eip, or "?", and sets *off to the
 * distance of eip from the function's start, in bytes. */
const char *kernel_place(uint32_t eip, uint32_t *off);

/* devices */
void pic_init(void);
/* Acknowledges irq at the interrupt controller. Returns false if the interrupt was spurious. */
bool pic_accept(unsigned irq);
/* Returns true if irq is requested and not yet being served. */
bool pic_pending(unsigned irq);
void pit_init(void);
/* Called by trap.c for each timer interrupt that it takes. */
void pit_tick(void);
void serial_init(void);
void serial_write(unsigned com, const char *s, size_t n);
/* Waits until the ports have sent every byte that was written. */
void serial_drain(void);
void serial_interrupt(void);
void vga_init(void);
void vga_write(const char *s, size_t n);
void keyboard_init(void);
void keyboard_interrupt(void);

#endif
