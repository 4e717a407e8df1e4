/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small kernel objects: a page is cut into objects of one size, with a header
 * at its start. A page with room is on its size's list; an empty one goes back
 * to the frame allocator at once, so that "nothing leaked" can be counted in
 * frames. Objects above half a page are a page each and have no header, which
 * their address tells: only they are page aligned.
 */
#include "mem/kmem.h"

#include "base/assert.h"
#include "base/string.h"
#include "debug/inject.h"
#include "mem/frame.h"

#define MAGIC 0x6b6d656du

struct slab {
	uint32_t magic;
	uint16_t kind, size;
	uint16_t used, most; /* objects given out, and how many there are */
	struct object *free; /* objects that came back */
	char *fresh;         /* where those begin that never were given out */
	struct slab *next, **link;
};

struct object {
	struct object *next;
};

#define HEADER 48u
_Static_assert(sizeof(struct slab) <= 48, "the header grows over the first object");

/* What fits 2, 3, 4, 6 ... times behind the header, in multiples of 16. */
static const uint16_t sizes[] = {32,  48,  64,  96,  112,  128,  192,
                                 256, 336, 496, 672, 1008, 1344, KMEM_SMALL};
#define NCLASS (sizeof(sizes) / sizeof(sizes[0]))
/* By size in units of 16 which of these it is. */
static const uint8_t kinds[] = {[0 ... 2] = 0,    [3] = 1,          [4] = 2,
                                [5 ... 6] = 3,    [7] = 4,          [8] = 5,
                                [9 ... 12] = 6,   [13 ... 16] = 7,  [17 ... 21] = 8,
                                [22 ... 31] = 9,  [32 ... 42] = 10, [43 ... 63] = 11,
                                [64 ... 84] = 12, [85 ... 126] = 13};

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

/* Not inlined: the way to an object of a page that is there need not save
 * registers for this. */
__attribute__((noinline)) static struct slab *
slab_create(unsigned kind)
{
	struct slab *s;
	frame_t f;

	if (!frame_alloc(&f))
		return NULL;
	s = frame_kva(f);
	s->magic = MAGIC;
	s->kind = kind;
	s->size = sizes[kind];
	s->used = 0;
	s->most = (PAGE_SIZE - HEADER) / sizes[kind];
	s->free = NULL;
	s->fresh = (char *)s + HEADER;
	list_add(s);
	return s;
}

/* A page of each size is never empty: else one object that comes and goes would
 * take its page along each time. */
void
kmem_init(void)
{
	unsigned kind;

	for (kind = 0; kind < NCLASS; kind++) {
		struct slab *s = slab_create(kind);

		if (s == NULL)
			noboot("too little memory for the kernel's own");
		s->used++;
		s->most++;
	}
}

/* An object of the kind that holds size bytes, with whatever was in it. */
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
		o = (struct object *)s->fresh;
		s->fresh += s->size;
	}
	if (++s->used == s->most)
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
	if (size > KMEM_SMALL)
		return page_alloc();
	p = object_alloc(size);
	return p == NULL ? NULL : memset(p, 0, (size + 3) & ~3u);
}

void *
kmem_get(size_t size)
{
	ASSERT(size <= KMEM_SMALL);
	return inject_fail(INJECT_KMEM) ? NULL : object_alloc(size);
}

void *
kmem_copy(const void *from, size_t size)
{
	void *p;

	ASSERT(size <= KMEM_MAX);
	if (inject_fail(INJECT_KMEM))
		return NULL;
	p = size > KMEM_SMALL ? page_alloc() : object_alloc(size);
	return p == NULL ? NULL : memcpy(p, from, size);
}

/* The first object of a full page has come back, or the last of any. */
__attribute__((noinline)) static void
slab_changed(struct slab *s)
{
	if (s->used == s->most - 1)
		list_add(s);
	if (s->used > 0)
		return;
	list_del(s);
	s->magic = 0;
	page_free(s);
}

void
kmem_free(void *p)
{
	struct slab *s = (struct slab *)((uintptr_t)p & ~(uintptr_t)PAGE_MASK);
	struct object *o = p;

	if (p == s) { /* a page, or NULL */
		page_free(p);
		return;
	}
	if (s->magic != MAGIC)
		panic("kmem_free: %p is not an object", p);
	o->next = s->free;
	s->free = o;
	if (s->used-- == s->most || s->used == 0)
		slab_changed(s);
}
