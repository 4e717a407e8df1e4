/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * futex: sleeping until another process changes a word of memory.
 *
 * A word is known by what it lies in: by object and place if the mapping is
 * shared, so that all who map a segment mean the same one wherever they have
 * it; by space and address if it is private. Who waits has the word mapped, so
 * neither object nor space can go meanwhile. Nothing runs between the look at
 * the word and the sleep: a change that comes later finds the waiter.
 */
#include "abi/errno.h"
#include "abi/futex.h"
#include "base/bits.h"
#include "proc/proc.h"
#include "sys/sys_time.h"
#include "sys/syscall.h"
#include "vm/space.h"
#include "vm/usercopy.h"

#define BUCKET_BITS 8u

struct key {
	const void *of;
	uint32_t at;
};

struct waiter { /* on its process's kernel stack */
	struct waiter *next, **link;
	struct key key;
	uint32_t bits; /* of the wake-ups that it is for */
	bool woken;
};

static struct bucket {               /* first come, first woken */
	struct waiter *first, **end; /* NULL: nobody has come yet */
} buckets[1u << BUCKET_BITS];

static struct bucket *
bucket(const struct key *key)
{
	return &buckets[bits_hash((uintptr_t)key->of ^ bits_hash(key->at, 32), BUCKET_BITS)];
}

/* Put w, which lies in the frame of wait(), on its bucket's list. It is off the list
 * again before wait() returns. gcc cannot see that where this is inlined, and would
 * warn that the list points into a frame; hence noinline. */
static void __attribute__((noinline)) enqueue(struct waiter *w)
{
	struct bucket *b = bucket(&w->key);

	w->next = NULL;
	w->link = b->first == NULL ? &b->first : b->end;
	*w->link = w;
	b->end = &w->next;
}

static void
dequeue(struct waiter *w)
{
	*w->link = w->next;
	if (w->next != NULL)
		w->next->link = w->link;
	else
		bucket(&w->key)->end = w->link;
}

/* => EINVAL, EFAULT */
static int
find_key(vaddr_t word, bool private, struct key *key)
{
	struct vm_space *sp = curproc()->space;
	const struct vm_entry *e;

	*key = (struct key){sp, word};
	if (word % sizeof(uint32_t) != 0)
		return EINVAL;
	if (word >= USER_END)
		return EFAULT;
	if (private)
		return 0;
	e = vm_entry_at(sp, word);
	if (e == NULL)
		return EFAULT;
	if (e->inherit == VM_SHARE)
		*key = (struct key){e->object, (e->pgoff << PAGE_SHIFT) + (word - e->start)};
	return 0;
}

static uint32_t
wake(const struct key *key, uint32_t max, uint32_t bits)
{
	struct waiter *w = bucket(key)->first;
	uint32_t n = 0;

	for (; n < max && w != NULL; w = w->next) {
		if (w->key.of != key->of || w->key.at != key->at || !(w->bits & bits))
			continue;
		dequeue(w);
		w->woken = true;
		wakeup(w);
		n++;
	}
	return n;
}

static int
wait(const struct key *key, vaddr_t word, uint32_t value, uint32_t bits, int64_t end)
{
	struct waiter w = {.key = *key, .bits = bits};
	uint32_t now;
	int err = 0;

	if (copyin(&now, word, sizeof(now)) != 0)
		return EFAULT;
	if (now != value)
		return EAGAIN;
	enqueue(&w);
	while (!w.woken && err == 0)
		err = clock_sleep(&w, "futex", end);
	if (w.woken)
		return 0;
	dequeue(&w);
	return err == ETIMEDOUT ? err : end == CLOCK_NEVER ? ERESTART : ERESTARTNOHAND;
}

/* Until when a call waits: WAIT says how long, WAIT_BITSET until when. Returns EFAULT,
 * EINVAL. */
static int
read_end(const uint32_t *arg, uint32_t op, enum time_form form, int64_t *end)
{
	struct abi_timespec64 t;
	int err;

	*end = CLOCK_NEVER;
	if (op == FUTEX_WAIT)
		return timespec_wait(arg[3], form, end);
	if (op != FUTEX_WAIT_BITSET || arg[3] == 0)
		return 0;
	err = timespec_in(arg[3], form, &t);
	if (err == 0)
		*end = clock_until(&t, arg[1] & FUTEX_CLOCK_REALTIME);
	return err;
}

/* Of several errors the first of these is told, as on Linux. A number to wake that makes
 * no sense is one. */
static int
futex(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	uint32_t op = arg[1] & 127, bits = op >= FUTEX_WAIT_BITSET ? arg[5] : UINT32_MAX;
	struct key key;
	int64_t end;
	int err = read_end(arg, op, form, &end);

	if (err != 0)
		return err;
	if ((op > FUTEX_WAKE && op != FUTEX_WAIT_BITSET && op != FUTEX_WAKE_BITSET) ||
	    ((arg[1] & FUTEX_CLOCK_REALTIME) && op != FUTEX_WAIT_BITSET))
		return ENOSYS;
	if (bits == 0)
		return EINVAL;
	err = find_key(arg[0], arg[1] & FUTEX_PRIVATE_FLAG, &key);
	if (err != 0)
		return err;
	if (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET)
		return wait(&key, arg[0], arg[2], bits, end);
	*result = wake(&key, (int)arg[2] < 1 ? 1 : arg[2], bits);
	return 0;
}

TIME_CALLS(futex, futex_time64, futex)

/* The list of locks to give up at the end is not kept: nobody gives them up. */
int
sys_set_robust_list(const uint32_t *arg, uint32_t *result)
{
	return arg[1] == ROBUST_LIST_SIZE ? 0 : EINVAL;
}
