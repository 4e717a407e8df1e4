/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of segments by slot and the hash of segments by key. Both are arrays of pointers,
 * allocated at boot for shmmni segments in chunks of one page, 1,024 pointers each:
 *
 * Slots:   chunk[slot / 1024] -> [segment of slot % 1024]
 * Keys:    chunk[hash / 1024] -> [chain of hash % 1024] -> segment -> segment
 */
#include "abi/errno.h"
#include "base/bits.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "shm/shm_private.h"

/* ---- Slots ---- */

/* The hash has as many chains as the table has slots, rounded up to a power of two. (512 is
 * SHM_CHUNK on a machine with 64-bit pointers, on which the host tests run.) */
struct shm_segment **shm_slot_chunks[SHM_SLOTS_MAX / 512];
static struct shm_segment **hash_chunks[SHM_SLOTS_MAX / 512];
/* The last sequence number of each slot, which outlives the slot's segments. */
#define SEQ_CHUNK (PAGE_SIZE / sizeof(uint16_t))
static uint16_t *seq_chunks[SHM_SLOTS_MAX / SEQ_CHUNK];
static uint32_t hash_shift; /* 32 minus the bits of a chain's number */
int32_t shm_last_free = -1;

/*
 * A bitmap of three levels finds the lowest FREE slot and the highest one in use in a few steps.
 * `taken` has a bit for each slot; `full` and `some` have a bit for each word of `taken`, which
 * says that all, or any, of the word's 32 bits are set; `all_full` has a bit for each word of
 * `full` that has all bits set.
 */
static uint32_t taken[SHM_SLOTS_MAX / 32];
static uint32_t full[SHM_SLOTS_MAX / 32 / 32], some[SHM_SLOTS_MAX / 32 / 32];
static uint32_t all_full;

int
shm_slots_init(uint32_t count)
{
	uint32_t i, size = SHM_CHUNK;

	while (size < count)
		size *= 2;
	hash_shift = __builtin_clz(size) + 1;
	for (i = 0; i * SHM_CHUNK < size; i++) {
		shm_slot_chunks[i] = page_alloc();
		hash_chunks[i] = page_alloc();
		if (shm_slot_chunks[i] == NULL || hash_chunks[i] == NULL)
			return ENOMEM;
	}
	for (i = 0; i * SEQ_CHUNK < count; i++) {
		seq_chunks[i] = page_alloc();
		if (seq_chunks[i] == NULL)
			return ENOMEM;
	}
	return 0;
}

/* Advances the slot's sequence number, of 15 bits, and returns it. */
static uint16_t
next_seq(uint32_t slot)
{
	uint16_t *seq = &seq_chunks[slot / SEQ_CHUNK][slot % SEQ_CHUNK];

	*seq = (*seq + 1) & 0x7fff;
	return *seq;
}

/* Set the slot's bit in `taken`, and the bits above it that this makes true. */
static void
mark_used(uint32_t slot)
{
	uint32_t w = slot / 32;

	taken[w] |= 1u << slot % 32;
	some[w / 32] |= 1u << w % 32;
	if (taken[w] != UINT32_MAX)
		return;
	full[w / 32] |= 1u << w % 32;
	if (full[w / 32] == UINT32_MAX)
		all_full |= 1u << w / 32;
}

/* Clear the slot's bit in `taken`, and the bits above it that this makes untrue. */
static void
mark_free(uint32_t slot)
{
	uint32_t w = slot / 32;

	all_full &= ~(1u << w / 32);
	full[w / 32] &= ~(1u << w % 32);
	taken[w] &= ~(1u << slot % 32);
	if (taken[w] == 0)
		some[w / 32] &= ~(1u << w % 32);
}

/* Returns the lowest slot that is not taken; at least one must not be. */
static uint32_t
lowest_free(void)
{
	uint32_t f = __builtin_ctz(~all_full);
	uint32_t w = f * 32 + __builtin_ctz(~full[f]);

	return w * 32 + __builtin_ctz(~taken[w]);
}

uint32_t
shm_slot_highest(void)
{
	uint32_t s = SHM_SLOTS_MAX / 32 / 32, w;

	while (s > 0 && some[s - 1] == 0)
		s--;
	w = s == 0 ? 0 : s * 32 - 1 - __builtin_clz(some[s - 1]);
	return taken[w] == 0 ? 0 : w * 32 + 31 - __builtin_clz(taken[w]);
}

/* Returns the hash chain that a segment with this key is on. */
static struct shm_segment **
key_bucket(int32_t key)
{
	uint32_t k = (uint32_t)key * BITS_GOLDEN;

	k >>= hash_shift;
	return &hash_chunks[k / SHM_CHUNK][k % SHM_CHUNK];
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
	uint32_t slot = shm_last_free >= 0 ? (uint32_t)shm_last_free : lowest_free();
	struct shm_segment *seg = kmem_get(sizeof(*seg));

	if (seg == NULL)
		return NULL;
	*seg = (struct shm_segment){0};
	shm_last_free = -1;
	mark_used(slot);
	shm_slot_chunks[slot / SHM_CHUNK][slot % SHM_CHUNK] = seg;
	seg->object.refs = 1;
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
shm_slot_drop_key(struct shm_segment *seg)
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
	shm_slot_drop_key(seg);
	mark_free(seg->slot);
	shm_slot_chunks[seg->slot / SHM_CHUNK][seg->slot % SHM_CHUNK] = NULL;
	vm_object_unref(&seg->object);
}
