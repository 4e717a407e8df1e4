/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc: first fit in one list of free blocks, sorted by address. A freed block is joined with
 * its free neighbours. The heap grows by brk and never shrinks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct block {
	size_t size; /* bytes, this header included; a multiple of UNIT */
	struct block *next;
};

#define UNIT 16u /* so that memory is 8-aligned and the rest of a split holds a header */
#define GROW (16u << 10)

static struct block *free_list;

void *
malloc(size_t n)
{
	size_t need = (n + sizeof(struct block) + UNIT - 1) & -UNIT;
	size_t more = need > GROW ? need : GROW;
	struct block **at, *b;

	if (n > 0xc0000000u) {
		errno = ENOMEM;
		return NULL;
	}
	for (at = &free_list; (b = *at) && b->size < need; at = &b->next)
		;
	if (b == NULL) {
		b = sbrk(more + UNIT); /* UNIT more, to align the block */
		if (b == (void *)-1)
			return NULL;
		b = (struct block *)(((size_t)b + UNIT - 1) & -UNIT);
		b->size = more;
		free(b + 1);
		return malloc(n);
	}
	if (b->size == need)
		*at = b->next;
	b->size -= need; /* of a larger block, take the upper end */
	b = (struct block *)((char *)b + b->size);
	b->size = need;
	return b + 1;
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
	struct block *b = (struct block *)p - 1, *before = NULL, **at;

	if (p == NULL)
		return;
	for (at = &free_list; *at && *at < b; at = &(*at)->next)
		before = *at;
	b->next = *at;
	*at = b;
	join(b);
	if (before)
		join(before);
}

void *
calloc(size_t n, size_t size)
{
	size_t total;
	void *p = malloc(__builtin_mul_overflow(n, size, &total) ? (size_t)-1 : total);

	return p ? memset(p, 0, total) : NULL;
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
