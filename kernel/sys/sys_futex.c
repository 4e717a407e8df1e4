/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * futex: sleep until another process changes a word of memory and wakes those that wait for it.
 *
 * A hash table has the waiters, by the futex's key. If the mapping of the word is shared, the key
 * is the object and the offset in it, so that all processes that map the object mean the same
 * futex, whatever the address. If it is private, the key is the space and the address. A
 * waiter has the word mapped, which keeps the object and the space from being freed. Nothing else
 * runs between the comparison of the word and the sleep, so a later wake-up finds the waiter.
 */
#include "abi/errno.h"
#include "abi/futex.h"
#include "base/bits.h"
#include "base/list.h"
#include "proc/proc.h"
#include "sys/sys_time.h"
#include "sys/syscall.h"
#include "vm/space.h"
#include "vm/usercopy.h"

#define BUCKET_BITS 8u

struct key {
	const void *of; /* the vm_object or the vm_space */
	uint32_t at;    /* bytes: offset in the object, or address */
};

/* A process that waits. This structure lies on that process's kernel stack. */
struct waiter {
	LIST_LINKS(struct waiter) links;
	struct key key;
	uint32_t bits; /* only wake-ups with one of these bits wake it */
	bool woken;
};

/* A hash chain: a queue, the process that has waited longest first. */
static struct bucket {
	struct waiter *first, **end;
} buckets[1u << BUCKET_BITS];

/* Returns the list in which the waiters of that key are, among those of other keys. */
static struct bucket *
bucket(const struct key *key)
{
	return &buckets[bits_hash((uintptr_t)key->of ^ bits_hash(key->at, 32), BUCKET_BITS)];
}

/* Append w, which lies in the stack frame of wait(), to its chain. wait() takes it off the chain
 * before it returns, but gcc cannot see that if this function is inlined, and warns of a dangling
 * pointer: noinline avoids the warning. */
static void __attribute__((noinline)) enqueue(struct waiter *w)
{
	QUEUE_APPEND(bucket(&w->key), w, links);
}

/* Take w off the list of its key. */
static void
dequeue(struct waiter *w)
{
	QUEUE_REMOVE(bucket(&w->key), w, links);
}

/* Find the key of the word at an address. private says that no other process uses the futex, which
 * saves the search for the entry. Returns 0, EINVAL if word is not aligned, or EFAULT. */
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

/* Wake up to max of the processes that wait for key with one of the bits. Returns how many. */
static uint32_t
wake(const struct key *key, uint32_t max, uint32_t bits)
{
	struct waiter *w = bucket(key)->first;
	uint32_t n = 0;

	for (; n < max && w != NULL; w = w->links.next) {
		if (w->key.of != key->of || w->key.at != key->at || !(w->bits & bits))
			continue;
		dequeue(w);
		w->woken = true;
		wakeup(w);
		n++;
	}
	return n;
}

/* Sleep until wake(), if the word still has the value. Returns 0, EAGAIN if it has another one,
 * EFAULT, ETIMEDOUT at the tick `end`, ERESTART or ERESTARTNOHAND after a signal. */
static int
wait(const struct key *key, vaddr_t word, uint32_t value, uint32_t bits, int64_t end)
{
	struct waiter w = {.key = *key, .bits = bits};
	uint32_t now;
	int err = 0;

	may_sleep();
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

/* Read the tick at which a call stops waiting: the time that FUTEX_WAIT gives is relative, that of
 * FUTEX_WAIT_BITSET absolute. Returns 0, EFAULT or EINVAL. */
static int
read_end(const union call_args *arg, uint32_t op, enum time_form form, int64_t *end)
{
	vaddr_t timeout = arg->futex.timeout;
	struct abi_timespec64 t;
	int err;

	*end = CLOCK_NEVER;
	if (op == FUTEX_WAIT)
		return timespec_wait(timeout, form, end);
	if (op != FUTEX_WAIT_BITSET || timeout == 0)
		return 0;
	err = timespec_in(timeout, form, &t);
	if (err == 0)
		*end = clock_until(&t, arg->futex.futex_op & FUTEX_CLOCK_REALTIME);
	return err;
}

/* Wait on a futex or wake those who wait, as futex_op says. The order of the checks is Linux's. As
 * there, a number of processes to wake below 1 means 1. */
static int
futex(const union call_args *arg, enum time_form form, uint32_t *result)
{
	vaddr_t uaddr = arg->futex.uaddr;
	uint32_t futex_op = arg->futex.futex_op, val = arg->futex.val;
	uint32_t op = futex_op & 127, bits = op >= FUTEX_WAIT_BITSET ? arg->futex.val3 : UINT32_MAX;
	struct key key;
	int64_t end;
	int err = read_end(arg, op, form, &end);

	if (err != 0)
		return err;
	if ((op > FUTEX_WAKE && op != FUTEX_WAIT_BITSET && op != FUTEX_WAKE_BITSET) ||
	    ((futex_op & FUTEX_CLOCK_REALTIME) && op != FUTEX_WAIT_BITSET))
		return ENOSYS;
	if (bits == 0)
		return EINVAL;
	err = find_key(uaddr, futex_op & FUTEX_PRIVATE_FLAG, &key);
	if (err != 0)
		return err;
	if (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET)
		return wait(&key, uaddr, val, bits, end);
	*result = wake(&key, (int)val < 1 ? 1 : val, bits);
	return 0;
}

TIME_CALLS(futex, futex_time64, futex)

/* Accept a list of robust futexes and ignore it: nothing here releases them at exit. */
int
sys_set_robust_list(const union call_args *arg, uint32_t *result)
{
	return arg->set_robust_list.size == ROBUST_LIST_SIZE ? 0 : EINVAL;
}
