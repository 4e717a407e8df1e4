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
	uint16_t fresh;      /* where those begin that never were */
	struct object *free; /* objects that came back */
	struct slab *next, **link;
};

struct object {
	struct object *next;
};

#define HEADER 48u
_Static_assert(sizeof(struct slab) <= 48, "the header grows over the first object");

/* What fits 2, 3, 4, 6 ... times behind the header, in multiples of 16. */
#define SLAB_MAX 2016u
static const uint16_t sizes[] = {32,  48,  64,  96,   128,  192,     256,
                                 336, 496, 672, 1008, 1344, SLAB_MAX};
#define NCLASS (sizeof(sizes) / sizeof(sizes[0]))
/* By size in units of 16 which of these it is. */
static const uint8_t kinds[] = {
	[0 ... 2] = 0,    [3] = 1,          [4] = 2,          [5 ... 6] = 3,   [7 ... 8] = 4,
	[9 ... 12] = 5,   [13 ... 16] = 6,  [17 ... 21] = 7,  [22 ... 31] = 8, [32 ... 42] = 9,
	[43 ... 63] = 10, [64 ... 84] = 11, [85 ... 126] = 12};

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
	struct slab *s;
	frame_t f;

	if (!frame_alloc(FRAME_KERNEL, &f))
		return NULL;
	s = frame_kva(f);
	*s = (struct slab){.magic = MAGIC, .kind = kind, .fresh = HEADER};
	list_add(s);
	return s;
}

static bool
slab_full(const struct slab *s)
{
	return s->free == NULL && s->fresh + sizes[s->kind] > PAGE_SIZE;
}

/* An object of at least size bytes, with whatever was in it. */
static void *
object_alloc(size_t size)
{
	unsigned kind = kinds[(size + 15) / 16];
	struct slab *s = partial[kind];
	struct object *o;

	if (s == NULL && (s = slab_create(kind)) == NULL)
		return NULL;
	o = s->free;
	if (o != NULL) {
		s->free = o->next;
	} else {
		o = (struct object *)((char *)s + s->fresh);
		s->fresh += sizes[kind];
	}
	s->used++;
	if (slab_full(s))
		list_del(s);
	return o;
}

void *
kmem_alloc(size_t size)
{
	void *p;

	ASSERT(size <= KMEM_MAX);
	if (inject_fail(INJECT_KMEM))
		return NULL;
	if (size > SLAB_MAX)
		return page_alloc();
	p = object_alloc(size);
	return p == NULL ? NULL : memset(p, 0, (size + 3) & ~3u);
}

void *
kmem_copy(const void *from, size_t size)
{
	void *p;

	ASSERT(size <= KMEM_MAX);
	if (inject_fail(INJECT_KMEM))
		return NULL;
	p = size > SLAB_MAX ? page_alloc() : object_alloc(size);
	return p == NULL ? NULL : memcpy(p, from, size);
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
	if (slab_full(s))
		list_add(s);
	o->next = s->free;
	s->free = o;
	if (--s->used == 0) {
		list_del(s);
		s->magic = 0;
		page_free(s);
	}
}
