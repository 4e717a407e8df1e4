/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc: free blocks in one list by address, first fit, neighbours joined
 * when one is freed. The heap grows by brk and never shrinks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct block {
	size_t size; /* bytes, this header included; a multiple of UNIT */
	struct block *next;
};

#define UNIT 16u /* so that what malloc returns is 8-aligned and splittable */
#define GROW (16u << 10)

static struct block *free_list;

static int
grow(size_t need)
{
	size_t size = need > GROW ? need : GROW;
	struct block *b = sbrk(size + UNIT); /* UNIT to align the first */

	if (b == (void *)-1)
		return 0;
	b = (struct block *)(((size_t)b + UNIT - 1) & -UNIT);
	b->size = size;
	free(b + 1);
	return 1;
}

void *
malloc(size_t n)
{
	size_t need = (n + sizeof(struct block) + UNIT - 1) & -UNIT;

	if (n > 0xc0000000u) {
		errno = ENOMEM;
		return NULL;
	}
	do {
		for (struct block **at = &free_list; *at; at = &(*at)->next) {
			struct block *b = *at;

			if (b->size < need)
				continue;
			if (b->size == need) {
				*at = b->next;
			} else {
				struct block *rest = (struct block *)((char *)b + need);

				rest->size = b->size - need;
				rest->next = b->next;
				b->size = need;
				*at = rest;
			}
			return b + 1;
		}
	} while (grow(need));
	return NULL;
}

/* Join b with the block after it in the list, if they touch. */
static void
join(struct block *b)
{
	if ((char *)b + b->size == (char *)b->next) {
		b->size += b->next->size;
		b->next = b->next->next;
	}
}

void
free(void *p)
{
	struct block *b = (struct block *)p - 1, *before = NULL;

	if (p == NULL)
		return;
	for (struct block *f = free_list; f && f < b; f = f->next)
		before = f;
	if (before) {
		b->next = before->next;
		before->next = b;
	} else {
		b->next = free_list;
		free_list = b;
	}
	join(b);
	if (before)
		join(before);
}

void *
calloc(size_t n, size_t size)
{
	void *p;

	if (size && n > (size_t)-1 / size) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(n * size);
	return p ? memset(p, 0, n * size) : NULL;
}

void *
realloc(void *p, size_t n)
{
	size_t have = p ? ((struct block *)p - 1)->size - sizeof(struct block) : 0;
	void *q;

	if (p && n <= have)
		return p;
	q = malloc(n);
	if (q && p) {
		memcpy(q, p, have);
		free(p);
	}
	return q;
}
