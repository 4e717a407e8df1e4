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
#include "abi/futex.h"

#include "abi/errno.h"
#include "futex.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

#define BUCKETS 64u
#define ROBUST_MAX 2048 /* a ring that is longer has no end */

struct key {
	const void *of;
	uint32_t at;
};

struct waiter { /* on its process's kernel stack */
	struct waiter *next;
	struct key key;
	uint32_t bits; /* of the wake-ups that it is for */
	bool woken;
};

static struct waiter *waiters[BUCKETS]; /* first come, first woken */

static struct waiter **
bucket(const struct key *key)
{
	return &waiters[((uintptr_t)key->of >> 5 ^ key->at >> 2 ^ key->at >> 12) % BUCKETS];
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

static void
append(struct waiter *w)
{
	struct waiter **link = bucket(&w->key);

	while (*link != NULL)
		link = &(*link)->next;
	w->next = NULL;
	*link = w;
}

/* The next one behind *link who waits for key; *link becomes what points to it. */
static struct waiter *
next_for(struct waiter ***link, const struct key *key, uint32_t bits)
{
	struct waiter *w;

	for (; (w = **link) != NULL; *link = &w->next)
		if (w->key.of == key->of && w->key.at == key->at && (w->bits & bits))
			return w;
	return NULL;
}

static uint32_t
wake(const struct key *key, uint32_t max, uint32_t bits)
{
	struct waiter **link = bucket(key), *w;
	uint32_t n;

	for (n = 0; n < max && (w = next_for(&link, key, bits)) != NULL; n++) {
		*link = w->next;
		w->woken = true;
		wakeup(w);
	}
	return n;
}

/* Who waits for `from` waits for `to` from now on. */
static uint32_t
requeue(const struct key *from, uint32_t max, const struct key *to)
{
	struct waiter **link = bucket(from), *moved = NULL, **last = &moved, *w;
	uint32_t n;

	for (n = 0; n < max && (w = next_for(&link, from, UINT32_MAX)) != NULL; n++) {
		*link = w->next;
		w->key = *to;
		w->next = NULL;
		*last = w;
		last = &w->next;
	}
	for (link = bucket(to); *link != NULL; link = &(*link)->next)
		;
	*link = moved;
	return n;
}

static int
wait(const struct key *key, vaddr_t word, uint32_t value, uint32_t bits,
     const struct abi_timespec64 *end)
{
	struct waiter w = {.key = *key, .bits = bits}, **link;
	uint32_t now;
	int err = 0;

	if (copyin(&now, word, sizeof(now)) != 0)
		return EFAULT;
	if (now != value)
		return EAGAIN;
	append(&w);
	while (!w.woken && err == 0)
		err = clock_sleep(&w, "futex", end);
	if (w.woken)
		return 0;
	for (link = bucket(&w.key); *link != &w; link = &(*link)->next)
		;
	*link = w.next;
	return err == ETIMEDOUT ? err : end == NULL ? ERESTART : ERESTARTNOHAND;
}

/* ---- The calls ---- */

/* WAIT has how long to wait, WAIT_BITSET until when. */
static int
wait_call(const uint32_t *arg, const struct key *key, enum time_form form)
{
	const struct abi_timespec64 *end = NULL;
	struct abi_timespec64 t;
	bool plain = (arg[1] & 127) == FUTEX_WAIT;
	uint32_t bits = plain ? UINT32_MAX : arg[5];
	int err = 0;

	if (plain) {
		err = timespec_wait(arg[3], form, &t, &end);
	} else if (arg[3] != 0) {
		end = &t;
		err = timespec_in(arg[3], form, &t);
		if (arg[1] & FUTEX_CLOCK_REALTIME)
			clock_from_realtime(&t);
	}
	if (err == 0 && bits == 0)
		err = EINVAL;
	return err != 0 ? err : wait(key, arg[0], arg[2], bits, end);
}

/* Arguments: word, operation, value, time or second number, second word, third
 * value. */
static int
requeue_call(const uint32_t *arg, const struct key *key, uint32_t *result)
{
	struct key to;
	uint32_t now;
	int err = find_key(arg[4], arg[1] & FUTEX_PRIVATE_FLAG, &to);

	if ((int)arg[2] < 0 || (int)arg[3] < 0)
		return EINVAL;
	if (err != 0)
		return err;
	if ((arg[1] & 127) == FUTEX_CMP_REQUEUE) {
		if (copyin(&now, arg[0], sizeof(now)) != 0)
			return EFAULT;
		if (now != arg[5])
			return EAGAIN;
	}
	*result = wake(key, arg[2], UINT32_MAX);
	*result += requeue(key, arg[3], &to);
	return 0;
}

static int
futex(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	uint32_t op = arg[1] & 127, bits = op == FUTEX_WAKE_BITSET ? arg[5] : UINT32_MAX;
	bool waits = op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET;
	struct key key;
	int err = find_key(arg[0], arg[1] & FUTEX_PRIVATE_FLAG, &key);

	if ((arg[1] & FUTEX_CLOCK_REALTIME) && op != FUTEX_WAIT_BITSET)
		return ENOSYS;
	if (waits)
		return err != 0 ? err : wait_call(arg, &key, form);
	if (op == FUTEX_REQUEUE || op == FUTEX_CMP_REQUEUE)
		return err != 0 ? err : requeue_call(arg, &key, result);
	if (op != FUTEX_WAKE && op != FUTEX_WAKE_BITSET)
		return ENOSYS;
	if (err != 0 || bits == 0)
		return err != 0 ? err : EINVAL;
	/* A number that makes no sense wakes one. */
	*result = wake(&key, (int)arg[2] < 1 ? 1 : arg[2], bits);
	return 0;
}

int
sys_futex(const uint32_t *arg, uint32_t *result)
{
	return futex(arg, TIMESPEC32, result);
}

int
sys_futex_time64(const uint32_t *arg, uint32_t *result)
{
	return futex(arg, TIMESPEC64, result);
}

/* ---- Locks whose owner ends ---- */

int
sys_set_robust_list(const uint32_t *arg, uint32_t *result)
{
	if (arg[1] != sizeof(struct abi_robust_list))
		return EINVAL;
	curproc()->robust_list = arg[0];
	return 0;
}

/* The lock is marked, if it is the current process's, and one who waits for it
 * woken. One that was being given back is free already: its waiter may have
 * been forgotten. */
static void
release(vaddr_t word, bool pending)
{
	struct key key;
	uint32_t value, died;

	if (find_key(word, false, &key) != 0 || copyin(&value, word, sizeof(value)) != 0)
		return;
	died = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	if ((value & FUTEX_TID_MASK) == (uint32_t)curproc()->pid) {
		if (copyout(word, &died, sizeof(died)) != 0)
			return;
	} else if (!pending || value != 0) {
		return;
	}
	if (pending || (value & FUTEX_WAITERS))
		wake(&key, 1, UINT32_MAX);
}

void
futex_exit(void)
{
	struct proc *p = curproc();
	vaddr_t head = p->robust_list, entry, next;
	struct abi_robust_list list;
	int n;

	p->robust_list = 0;
	if (head == 0 || copyin(&list, head, sizeof(list)) != 0)
		return;
	/* The lowest bit of an entry's address would say that it is of a kind that
	 * there isn't here. */
	for (n = 0, entry = list.next; entry != head && n < ROBUST_MAX; n++, entry = next) {
		if (copyin(&next, entry & ~1u, sizeof(next)) != 0)
			next = head;
		if (entry != list.pending && !(entry & 1))
			release(entry + list.offset, false);
	}
	if (list.pending != 0 && !(list.pending & 1))
		release(list.pending + list.offset, true);
}
