/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small kernel objects, from slabs: a page that is cut into objects of one size, behind a
 * header. A slab with a free object is on the list of its size. One whose last object is
 * freed goes back to the frame allocator at once, so that tests can count in frames that
 * nothing leaked. An object larger than KMEM_SMALL is a page of its own, without a header;
 * kmem_free() knows it by its address, for no other object is page aligned.
 */
#include "mem/kmem.h"

#include "base/assert.h"
#include "base/list.h"
#include "base/sleep.h"
#include "base/string.h"
#include "debug/inject.h"
#include "mem/frame.h"

#define MAGIC 0x6b6d656du

struct slab {
	uint32_t magic;                /* MAGIC: what begins this page is a slab's header */
	uint16_t index, size;          /* the index in sizes[] of its objects' size, and the size */
	uint16_t used, most;           /* how many objects are allocated, and how many it has */
	struct object *free;           /* objects that were allocated once and are free now */
	char *fresh;                   /* from here on are the objects that never were allocated */
	LIST_LINKS(struct slab) links; /* in the list of its size, unless it is full */
};

struct object {
	struct object *next;
};

#define HEADER 48u
_Static_assert(sizeof(struct slab) <= 48, "the header grows over the first object");

/* The sizes of objects: multiples of 16, of which whole numbers nearly fill a page. */
static const uint16_t sizes[] = {32,  48,  64,  96,  112,  128,  192,
                                 256, 336, 496, 672, 1008, 1344, KMEM_SMALL};
#define NSIZES (sizeof(sizes) / sizeof(sizes[0]))
/* By the number of 16-byte units that are wanted: the index of the smallest size that holds
 * them. */
static const uint8_t size_index[] = {[0 ... 2] = 0,    [3] = 1,          [4] = 2,
                                     [5 ... 6] = 3,    [7] = 4,          [8] = 5,
                                     [9 ... 12] = 6,   [13 ... 16] = 7,  [17 ... 21] = 8,
                                     [22 ... 31] = 9,  [32 ... 42] = 10, [43 ... 63] = 11,
                                     [64 ... 84] = 12, [85 ... 126] = 13};

static struct slab *partial[NSIZES]; /* by size: the slabs with a free object */

/* Returns a new slab for objects of size sizes[index], on its list; NULL if there is no frame.
 * (noinline: object_alloc() need not save registers for it where a slab has a free object, which
 * saves 6 instructions.) */
__attribute__((noinline)) static struct slab *
slab_create(unsigned index)
{
	struct slab *s;
	frame_t f;

	if (!frame_alloc(&f))
		return NULL;
	s = frame_kva(f);
	s->magic = MAGIC;
	s->index = index;
	s->size = sizes[index];
	s->used = 0;
	s->most = (PAGE_SIZE - HEADER) / sizes[index];
	s->free = NULL;
	s->fresh = (char *)s + HEADER;
	LIST_INSERT(&partial[s->index], s, links);
	return s;
}

/* The first slab of each size counts one object that it does not have as allocated, so it is
 * never freed. Without it, an object allocated and freed over and over would take and free a
 * frame each time. */
void
kmem_init(void)
{
	unsigned index;

	for (index = 0; index < NSIZES; index++) {
		struct slab *s = slab_create(index);

		if (s == NULL)
			noboot("too little memory for the kernel's own");
		s->used++;
		s->most++;
	}
}

/* Returns an object of at least size bytes, its content undefined; NULL if there is none. */
static void *
object_alloc(size_t size)
{
	unsigned index = size_index[(size + 15) / 16];
	struct slab *s = partial[index];
	struct object *o;

	if (s == NULL && (s = slab_create(index)) == NULL)
		return NULL;
	o = s->free;
	if (o != NULL) {
		s->free = o->next;
	} else {
		o = (struct object *)s->fresh;
		s->fresh += s->size;
	}
	if (++s->used == s->most)
		LIST_REMOVE(s, links);
	return o;
}

void *
kmem_alloc(size_t size)
{
	DOES_NOT_SLEEP;
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

/* Put a slab that was full back on its list, or free one whose last object was freed. (noinline:
 * kmem_free() need not save registers for it, which saves 6 instructions.) */
__attribute__((noinline)) static void
slab_changed(struct slab *s)
{
	if (s->used == s->most - 1)
		LIST_INSERT(&partial[s->index], s, links);
	if (s->used > 0)
		return;
	LIST_REMOVE(s, links);
	s->magic = 0;
	page_free(s);
}

void
kmem_free(void *p)
{
	DOES_NOT_SLEEP;
	struct slab *s = (struct slab *)((uintptr_t)p & ~(uintptr_t)PAGE_MASK);
	struct object *o = p;

	if (p == s) { /* a whole page, or NULL */
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
