/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables under shm.c, in chunks: that of slots is as long as shmmni says at
 * boot, that of a process's attaches grows, for most processes have few.
 *
 * Slots:   chunk[slot / 1024] -> [segment of slot % 1024]
 * Keys:    chunk[hash / 1024] -> [chain of hash % 1024] -> segment -> segment
 * Attaches: space->shm -> chunk -> [{va, id, pieces}]; each larger than the last
 */
#include "shm_slots.h"

#include "abi/errno.h"
#include "frame.h"
#include "kmem.h"
#include "printf.h"
#include "string.h"
#include "vm.h"

/* ---- Slots ---- */

/* Two tables of pointers, a page at a time: segments by slot, and the chains
 * of the hash of keys, of which there are as many as there can be segments. */
#define CHUNK (PAGE_SIZE / sizeof(struct shm_segment *))
#define CHUNKS (SHM_SLOTS_MAX / 512)

static struct shm_segment **slot_chunks[CHUNKS];
static struct shm_segment **hash_chunks[CHUNKS];
/* What a slot keeps while it is FREE: its last seq. */
#define SEQ_CHUNK (PAGE_SIZE / sizeof(uint16_t))
static uint16_t *seq_chunks[SHM_SLOTS_MAX / SEQ_CHUNK];
static uint32_t hash_shift; /* of a key's 32 bits, those that count */
static int32_t last_free = -1;
static uint32_t slot_count;

/*
 * Which slots are taken: a bit for each, and a bit above each word of 32 that
 * says "full", twice. The lowest FREE slot is three look-ups away.
 */
static uint32_t taken[SHM_SLOTS_MAX / 32];
static uint32_t full[SHM_SLOTS_MAX / 32 / 32];
static uint32_t full_full;

int
shm_slots_init(uint32_t count)
{
	uint32_t i, size = CHUNK;

	slot_count = count;
	while (size < count)
		size *= 2;
	hash_shift = __builtin_clz(size) + 1;
	for (i = 0; i * CHUNK < size; i++) {
		slot_chunks[i] = page_alloc();
		hash_chunks[i] = page_alloc();
		if (slot_chunks[i] == NULL || hash_chunks[i] == NULL)
			return ENOMEM;
	}
	for (i = 0; i * SEQ_CHUNK < count; i++) {
		seq_chunks[i] = page_alloc();
		if (seq_chunks[i] == NULL)
			return ENOMEM;
	}
	return 0;
}

static uint16_t
next_seq(uint32_t slot)
{
	uint16_t *seq = &seq_chunks[slot / SEQ_CHUNK][slot % SEQ_CHUNK];

	*seq = (*seq + 1) & 0x7fff;
	return *seq;
}

static void
mark_used(uint32_t slot)
{
	uint32_t w = slot / 32, f = w / 32;

	taken[w] |= 1u << slot % 32;
	if (taken[w] != UINT32_MAX)
		return;
	full[f] |= 1u << w % 32;
	if (full[f] == UINT32_MAX)
		full_full |= 1u << f;
}

static void
mark_free(uint32_t slot)
{
	uint32_t w = slot / 32, f = w / 32;

	if (taken[w] == UINT32_MAX) {
		full[f] &= ~(1u << w % 32);
		full_full &= ~(1u << f);
	}
	taken[w] &= ~(1u << slot % 32);
}

static uint32_t
lowest_free(void)
{
	uint32_t f = __builtin_ctz(~full_full);
	uint32_t w = f * 32 + __builtin_ctz(~full[f]);

	return w * 32 + __builtin_ctz(~taken[w]);
}

uint32_t
shm_slot_highest(void)
{
	uint32_t w = (slot_count + 31) / 32;

	while (w > 0 && taken[w - 1] == 0)
		w--;
	return w == 0 ? 0 : (w - 1) * 32 + 31 - __builtin_clz(taken[w - 1]);
}

int32_t
shm_slot_last_free(void)
{
	return last_free;
}

struct shm_segment *
shm_slot(uint32_t slot)
{
	struct shm_segment **chunk;

	if (slot >= SHM_SLOTS_MAX)
		return NULL;
	chunk = slot_chunks[slot / CHUNK];
	return chunk == NULL ? NULL : chunk[slot % CHUNK];
}

static struct shm_segment **
key_bucket(int32_t key)
{
	uint32_t k = (uint32_t)key * 2654435769u; /* 2^32 / golden ratio */

	k >>= hash_shift;
	return &hash_chunks[k / CHUNK][k % CHUNK];
}

struct shm_segment *
shm_slot_by_key(int32_t key)
{
	struct shm_segment *seg = *key_bucket(key);

	while (seg != NULL && seg->perm.key != key)
		seg = seg->key_next;
	return seg;
}

struct shm_segment *
shm_slot_alloc(int32_t key)
{
	uint32_t slot = last_free >= 0 ? (uint32_t)last_free : lowest_free();
	struct shm_segment *seg = kmem_alloc(sizeof(*seg));

	if (seg == NULL)
		return NULL;
	last_free = -1;
	mark_used(slot);
	slot_chunks[slot / CHUNK][slot % CHUNK] = seg;
	seg->slot = slot;
	seg->perm.seq = next_seq(slot);
	seg->perm.key = key;
	if (key != IPC_PRIVATE) {
		seg->key_next = *key_bucket(key);
		*key_bucket(key) = seg;
	}
	return seg;
}

void
shm_slot_forget_key(struct shm_segment *seg)
{
	struct shm_segment **link;

	if (seg->perm.key == IPC_PRIVATE)
		return;
	for (link = key_bucket(seg->perm.key); *link != seg; link = &(*link)->key_next)
		;
	*link = seg->key_next;
	seg->perm.key = IPC_PRIVATE;
}

void
shm_slot_free(struct shm_segment *seg)
{
	shm_slot_forget_key(seg);
	mark_free(seg->slot);
	slot_chunks[seg->slot / CHUNK][seg->slot % CHUNK] = NULL;
	last_free = (int32_t)seg->slot;
	kmem_free(seg);
}

/* ---- Attaches ---- */

/* Chunks get larger: 4, 8, 16 ... up to a page's worth, and so on. */
#define AT_FIRST 4u
#define AT_LARGEST (KMEM_MAX / sizeof(struct shm_attach))
#define AT_CHUNKS 24u
#define AT_HEADS 32u

/*
 * An attach is found by the entry at its address. One whose first page has been
 * unmapped has none there: it hangs on a hash of such addresses. Free ones are a
 * chain, too, up to the highest number that was ever used.
 */
struct shm_table {
	uint16_t used, top, free;
	uint16_t headless[AT_HEADS];
	struct shm_attach *chunks[AT_CHUNKS];
};

bool
shm_attach_full(const struct vm_space *sp)
{
	return (sp->shm != NULL ? sp->shm->used : 0) >= shminfo.shmseg;
}

/* How many there are in a chunk. */
static uint32_t
chunk_size(unsigned chunk)
{
	return chunk < 6 ? AT_FIRST << chunk : AT_LARGEST;
}

/* Where number n is: in the chunk's place *i. */
static unsigned
chunk_of(uint16_t n, uint32_t *i)
{
	uint32_t above = n - 1u + AT_FIRST;
	unsigned chunk;

	if (above >= AT_LARGEST) {
		*i = above % AT_LARGEST;
		return 5 + above / AT_LARGEST;
	}
	chunk = 29 - __builtin_clz(above);
	*i = above - (AT_FIRST << chunk);
	return chunk;
}

struct shm_attach *
shm_attach_get(const struct vm_space *sp, uint16_t n)
{
	uint32_t i;
	unsigned chunk = chunk_of(n, &i);

	return &sp->shm->chunks[chunk][i];
}

struct shm_attach *
shm_attach_next(const struct vm_space *sp, uint16_t *n)
{
	while (sp->shm != NULL && *n < sp->shm->top) {
		struct shm_attach *at = shm_attach_get(sp, ++*n);

		if (at->va != 0)
			return at;
	}
	return NULL;
}

static uint16_t *
headless_chain(const struct vm_space *sp, vaddr_t va)
{
	return &sp->shm->headless[(va >> PAGE_SHIFT ^ va >> SLOT_SHIFT) % AT_HEADS];
}

struct shm_attach *
shm_attach_find(struct vm_space *sp, vaddr_t va, uint16_t *n)
{
	const struct vm_entry *e = vm_entry_at(sp, va);

	if (e != NULL && e->attach != 0 && shm_attach_get(sp, e->attach)->va == va) {
		*n = e->attach;
		return shm_attach_get(sp, *n);
	}
	*n = sp->shm != NULL ? *headless_chain(sp, va) : 0;
	while (*n != 0 && shm_attach_get(sp, *n)->va != va)
		*n = shm_attach_get(sp, *n)->next;
	return *n == 0 ? NULL : shm_attach_get(sp, *n);
}

/* A piece of it has gone: was it the first? */
void
shm_attach_cut(struct vm_space *sp, uint16_t n)
{
	struct shm_attach *at = shm_attach_get(sp, n);
	const struct vm_entry *e = vm_entry_at(sp, at->va);

	if (at->headless || (e != NULL && e->attach == n))
		return;
	at->headless = true;
	at->next = *headless_chain(sp, at->va);
	*headless_chain(sp, at->va) = n;
}

int
shm_attach_alloc(struct vm_space *sp, vaddr_t va, int32_t id, uint16_t *n)
{
	struct shm_attach **chunk, *at;
	struct shm_table *t = sp->shm;
	unsigned c;
	uint32_t i;

	if (t == NULL && (t = sp->shm = kmem_alloc(sizeof(*t))) == NULL)
		return ENOMEM;
	*n = t->free != 0 ? t->free : t->top + 1;
	c = chunk_of(*n, &i);
	chunk = &t->chunks[c];
	if (*chunk == NULL && (*chunk = kmem_alloc(chunk_size(c) * sizeof(**chunk))) == NULL)
		return ENOMEM;
	at = &(*chunk)[i];
	if (t->free != 0)
		t->free = at->next;
	else
		t->top++;
	t->used++;
	*at = (struct shm_attach){.va = va, .id = id};
	return 0;
}

void
shm_attach_free(struct vm_space *sp, uint16_t n)
{
	struct shm_attach *at = shm_attach_get(sp, n);
	uint16_t *link;

	if (at->headless) {
		for (link = headless_chain(sp, at->va); *link != n;
		     link = &shm_attach_get(sp, *link)->next)
			;
		*link = at->next;
	}
	*at = (struct shm_attach){.next = sp->shm->free};
	sp->shm->free = n;
	sp->shm->used--;
}

int
shm_attach_copy(const struct vm_space *from, struct vm_space *to)
{
	unsigned i;

	if (from->shm == NULL || from->shm->used == 0)
		return 0;
	to->shm = kmem_copy(from->shm, sizeof(*to->shm));
	if (to->shm == NULL)
		return ENOMEM;
	memset(to->shm->chunks, 0, sizeof(to->shm->chunks));
	for (i = 0; i < AT_CHUNKS && from->shm->chunks[i] != NULL; i++) {
		to->shm->chunks[i] =
			kmem_copy(from->shm->chunks[i], chunk_size(i) * sizeof(struct shm_attach));
		if (to->shm->chunks[i] == NULL) {
			shm_space_free(to);
			return ENOMEM;
		}
	}
	return 0;
}

void
shm_space_free(struct vm_space *sp)
{
	unsigned i;

	if (sp->shm == NULL)
		return;
	for (i = 0; i < AT_CHUNKS && sp->shm->chunks[i] != NULL; i++)
		kmem_free(sp->shm->chunks[i]);
	kmem_free(sp->shm);
	sp->shm = NULL;
}
