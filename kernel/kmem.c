/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small kernel objects: a page is cut into objects of one size, with a header
 * at its start. A page with room is on its size's list; an empty one goes back
 * to the frame allocator at once, so that "nothing leaked" can be counted in
 * frames. Objects above half a page are a page each and have no header, which
 * their address tells: only they are page aligned.
 */
#include "kmem.h"

#include "frame.h"
#include "inject.h"
#include "printf.h"
#include "string.h"

#define MAGIC 0x6b6d656du

struct slab {
	uint32_t magic;
	uint16_t kind;
	uint16_t used;       /* objects given out */
	struct object *free; /* objects to give */
	struct slab *next, **link;
};

struct object {
	struct object *next;
};

#define HEADER 48u
_Static_assert(sizeof(struct slab) <= 48, "the header grows over the first object");

/* What fits 2, 3, 4, 6 ... times behind the header, in multiples of 16. */
static const uint16_t sizes[] = {32, 48, 64, 96, 128, 192, 256, 336, 496, 672, 1008, 1344, 2016};
#define NCLASS (sizeof(sizes) / sizeof(sizes[0]))

static struct slab *partial[NCLASS];

static void
list_add(struct slab *s)
{
	s->next = partial[s->kind];
	s->link = &partial[s->kind];
	if (s->next != NULL)
		s->next->link = &s->next;
	partial[s->kind] = s;
}

static void
list_del(struct slab *s)
{
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
}

static struct slab *
slab_create(unsigned kind)
{
	struct slab *s = page_alloc();
	uint32_t off;

	if (s == NULL)
		return NULL;
	s->magic = MAGIC;
	s->kind = kind;
	for (off = HEADER; off + sizes[kind] <= PAGE_SIZE; off += sizes[kind]) {
		struct object *o = (struct object *)((char *)s + off);

		o->next = s->free;
		s->free = o;
	}
	list_add(s);
	return s;
}

void *
kmem_alloc(size_t size)
{
	unsigned kind = 0;
	struct slab *s;
	struct object *o;

	ASSERT(size <= KMEM_MAX);
	if (inject_fail(INJECT_KMEM))
		return NULL;
	while (kind < NCLASS && sizes[kind] < size)
		kind++;
	if (kind == NCLASS)
		return page_alloc();
	s = partial[kind];
	if (s == NULL && (s = slab_create(kind)) == NULL)
		return NULL;
	o = s->free;
	s->free = o->next;
	s->used++;
	if (s->free == NULL)
		list_del(s);
	memset(o, 0, sizes[kind]);
	return o;
}

void
kmem_free(void *p)
{
	struct slab *s;
	struct object *o = p;

	if (p == NULL)
		return;
	if (((uintptr_t)p & PAGE_MASK) == 0) {
		page_free(p);
		return;
	}
	s = (struct slab *)((uintptr_t)p & ~(uintptr_t)PAGE_MASK);
	if (s->magic != MAGIC || s->used == 0)
		panic("kmem_free: %p is not an object", p);
	if (s->free == NULL)
		list_add(s);
	o->next = s->free;
	s->free = o;
	if (--s->used == 0) {
		list_del(s);
		s->magic = 0;
		page_free(s);
	}
}
