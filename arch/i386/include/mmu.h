/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of the i386, Intel SDM vol. 3 section 4.3: 32-bit paging. */
#ifndef MMU_H
#define MMU_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t vaddr_t; /* an address in user space, bytes */
typedef uint32_t frame_t; /* a physical frame: its address / PAGE_SIZE */
typedef uint32_t pte_t;   /* an entry of a page table */

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096u
#define PAGE_MASK (PAGE_SIZE - 1)

#define PTAB_PAGES 1024u /* entries of a page table */
#define SPAN_SHIFT 22    /* what one page table covers */
#define SPAN_SIZE (1u << SPAN_SHIFT)

#define USER_MIN 0x00010000u /* the lowest address that can be mapped */
#define USER_END 0xC0000000u /* the first that is the kernel's */

#define PTE_PRESENT 0x001u
#define PTE_WRITE 0x002u
#define PTE_USER 0x004u
#define PTE_ACCESSED 0x020u /* set by the MMU */
#define PTE_LARGE 0x080u
#define PTE_GLOBAL 0x100u
#define PTE_GRAFT 0x200u  /* ours, in a directory: others have the table, too */
#define PTE_PARKED 0x200u /* ours: holds a frame that may not be seen now */

static inline pte_t
pte_make(frame_t f, bool writable)
{
	return f << PAGE_SHIFT | PTE_PRESENT | PTE_USER | (writable ? PTE_WRITE : 0);
}

static inline frame_t
pte_frame(pte_t pte)
{
	return pte >> PAGE_SHIFT;
}

static inline bool
pte_present(pte_t pte)
{
	return (pte & PTE_PRESENT) != 0;
}

static inline bool
pte_writable(pte_t pte)
{
	return (pte & PTE_WRITE) != 0;
}

static inline unsigned
ptab_index(vaddr_t va)
{
	return va >> PAGE_SHIFT & (PTAB_PAGES - 1);
}

#endif
