/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that C cannot express: port I/O, control registers, the TLB, the cycle counter. The
 * debug kernel counts those that take long: debug/events.h. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#include "mmu.h"

#include "debug/events.h"

/* The frame of the boot page directory. The entries 768 to 1023 of that directory map the kernel;
 * they are complete before the first process exists, and every page directory has a copy of
 * them. */
extern frame_t kernel_dir;

/* Each of these functions is the instruction that it is named after; cpu_read_ and cpu_load_ are
 * MOV from and to a control register. "memory" orders an instruction against the accesses around
 * it. */

static inline uint8_t
inb(uint16_t port)
{
	uint8_t v;

	event_count(EVENT_DEVICE, 1);
	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void
outb(uint16_t port, uint8_t v)
{
	event_count(EVENT_DEVICE, 1);
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void
outsb(uint16_t port, const void *data, size_t n)
{
	event_count(EVENT_DEVICE, n);
	__asm__ volatile("rep outsb" : "+S"(data), "+c"(n) : "d"(port) : "memory");
}

static inline void
outw(uint16_t port, uint16_t v)
{
	event_count(EVENT_DEVICE, 1);
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint32_t
cpu_read_cr2(void)
{
	uint32_t v;

	__asm__ volatile("movl %%cr2, %0" : "=r"(v));
	return v;
}

static inline uint32_t
cpu_read_cr3(void)
{
	uint32_t v;

	__asm__ volatile("movl %%cr3, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void
cpu_load_cr3(uint32_t paddr)
{
	event_count(EVENT_CR3, 1);
	__asm__ volatile("movl %0, %%cr3" : : "r"(paddr) : "memory");
}

static inline void
cpu_invlpg(uint32_t va)
{
	event_count(EVENT_INVLPG, 1);
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline uint64_t
cpu_rdtsc(void)
{
	uint64_t v;

	__asm__ volatile("rdtsc" : "=A"(v));
	return v;
}

#endif
