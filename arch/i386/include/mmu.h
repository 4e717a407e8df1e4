/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of the i386, Intel SDM vol. 3 section 4.3: 32-bit paging. */
#ifndef MMU_H
#define MMU_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t vaddr_t; /* an address in a space */
typedef uint32_t frame_t; /* the number of a frame: its physical address / PAGE_SIZE */
typedef uint32_t pte_t;   /* a page table entry or a directory entry */

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096u
#define PAGE_MASK (PAGE_SIZE - 1)

#define PTAB_PAGES 1024u             /* entries of a page table */
#define SPAN_SHIFT 22                /* log2 of SPAN_SIZE */
#define SPAN_SIZE (1u << SPAN_SHIFT) /* bytes that one page table maps */

#define USER_MIN 0x00010000u /* the lowest address that can be mapped */
#define USER_END 0xC0000000u /* the first address of the kernel */

#define PTE_PRESENT 0x001u
#define PTE_WRITE 0x002u
#define PTE_USER 0x004u
#define PTE_ACCESSED 0x020u /* set by the MMU */
#define PTE_LARGE 0x080u    /* in a directory entry: it maps a large page, not a table */
#define PTE_GLOBAL 0x100u   /* stays in the TLB when CR3 is loaded */
/* Bit 9 is the MMU's to ignore. */
#define PTE_GRAFT 0x200u  /* in a directory entry: the page table has other holders, too */
#define PTE_PARKED 0x200u /* in a page table entry: not present, but it keeps its frame */

/* Returns a page table entry that lets programs see frame f. */
static inline pte_t
pte_make(frame_t f, bool writable)
{
	return f << PAGE_SHIFT | PTE_PRESENT | PTE_USER | (writable ? PTE_WRITE : 0);
}

/* Returns the frame that a page table entry, or an entry of the directory, refers to. */
static inline frame_t
pte_frame(pte_t pte)
{
	return pte >> PAGE_SHIFT;
}

/* Returns whether the MMU uses the entry. */
static inline bool
pte_present(pte_t pte)
{
	return (pte & PTE_PRESENT) != 0;
}

/* Returns whether the entry permits to write. */
static inline bool
pte_writable(pte_t pte)
{
	return (pte & PTE_WRITE) != 0;
}

/* Returns the number of va's entry in its page table. */
static inline unsigned
ptab_index(vaddr_t va)
{
	return va >> PAGE_SHIFT & (PTAB_PAGES - 1);
}

/* Returns the end of va's span, or `end` if that is lower. */
static inline vaddr_t
span_end(vaddr_t va, vaddr_t end)
{
	vaddr_t next = (va | (SPAN_SIZE - 1)) + 1;

	return next < end ? next : end;
}

#endif
