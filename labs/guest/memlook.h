/* SPDX-License-Identifier: BSD-2-Clause */
/* For programs that grade a lab about memory: what a program can see of frames and page tables. */
#pragma once

#include "cost.h"
#include "look.h"

#define RW (PROT_READ | PROT_WRITE)
#define SPAN (1024 * PAGE)        /* what one page table maps */
#define MINE ((char *)0x60000000) /* where the programs map; a span begins here */
#define FRAME_LIMIT (1u << 18)    /* above all frames of the machines that are used */
#define PTE_WRITE 2u
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Returns a number of /proc/meminfo, in frames. */
static inline long
frames_of(const char *what)
{
	return (long)procfs_number("/proc/meminfo", what) / 4;
}

/* Maps pages of zeros at an address. Returns 0 or errno. */
static inline int
map_at(char *at, unsigned pages, int prot)
{
	return mmap(at, pages * PAGE, prot, ANON | MAP_FIXED, -1, 0) == at ? 0 : errno;
}

/* Writes a random byte to each of n pages. */
static inline void
scribble(char *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		at[i * PAGE + any(PAGE)] = (char)any(256);
}

/* Returns one number for the content of n pages: a hash as FNV's, but word by word. */
static inline unsigned
content(const char *at, unsigned n)
{
	unsigned sum = n;

	for (const unsigned *w = (const void *)at; w < (const unsigned *)(at + n * PAGE); w++)
		sum = (sum ^ *w) * 16777619u;
	return sum;
}

/* Sets pte[] to the page table entries of n pages of this process, 0 where there is none. A page
 * that a large one shows has the entry that a page table would have. Returns how many spans in
 * which these pages lie are shown by large pages. */
static inline unsigned
read_ptes(const char *at, unsigned n, unsigned *pte)
{
	static char text[4096];
	unsigned have = 0, large = 0;
	int fd = open("/proc/self/pages", O_RDONLY), more;

	memset(pte, 0, n * sizeof(*pte));
	while ((more = read(fd, text + have, sizeof(text) - 1 - have)) > 0) {
		char *line = text, *end;

		have += more;
		text[have] = 0;
		for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			char *next;
			unsigned va = strtoul(line, &next, 16), entry = strtoul(next, &next, 16);
			unsigned pde = strtoul(next, &next, 16), i = (va - (uintptr_t)at) / PAGE;

			if (strncmp(next, " large", 6) != 0) {
				if (i < n)
					pte[i] = entry;
				continue;
			}
			large += i < n;
			for (unsigned k = 0; k < 1024; k++)
				if (i + k < n)
					pte[i + k] = pde + k * PAGE;
		}
		have -= line - text;
		memmove(text, line, have);
	}
	close(fd);
	return large;
}
