/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of processes, by number (a hash) and by age (a list), and a bitmap of the numbers that
 * are taken by processes, groups and sessions. The bitmap has two levels, so that a search for
 * the next number, taken or free, skips 32 numbers or 1,024 at a time.
 */
#include "proc/proc.h"

#define PID_HASH 1024u

struct proc_queue proc_list;
unsigned proc_count, proc_forks;
int proc_last_pid;

static struct proc *pid_hash[PID_HASH];

struct proc *
proc_find(int pid)
{
	struct proc *p;

	if (pid <= 0)
		return NULL;
	for (p = pid_hash[pid % PID_HASH]; p != NULL && p->pid != pid; p = p->hash_next)
		;
	return p;
}

/* `taken` has a bit for each number that a process, a group or a session has, and for 0; `used` has
 * a bit for each word of `taken` that is not 0. */
#define WORDS ((PID_MAX + 1) / 32)
static uint32_t taken[WORDS] = {1}, used[WORDS / 32] = {1};

/* Returns the first bit from n on that differs from the bits of `unlike`, which are all 0 or all 1;
 * end, a multiple of 32, if there is none. */
static uint32_t
bit_from(const uint32_t *set, uint32_t n, uint32_t end, uint32_t unlike)
{
	uint32_t found;

	for (; n < end; n = (n | 31) + 1) {
		found = (set[n / 32] ^ unlike) & ~0u << n % 32;
		if (found != 0)
			return (n & ~31u) + __builtin_ctz(found);
	}
	return end;
}

/* Returns the first number from n on that is taken; one above PID_MAX if there is none. */
static uint32_t
taken_from(uint32_t n)
{
	uint32_t end = (n | 31) + 1, found = n <= PID_MAX ? bit_from(taken, n, end, 0) : n;

	if (found < end)
		return found;
	found = bit_from(used, end / 32, WORDS, 0) * 32;
	return found <= PID_MAX ? bit_from(taken, found, found + 32, 0) : found;
}

struct proc *
proc_find_from(uint32_t pid)
{
	struct proc *p = NULL;

	for (pid = taken_from(pid); p == NULL && pid <= PID_MAX; pid = taken_from(pid + 1))
		p = proc_find(pid);
	return p;
}

/* Mark the number as taken, in both bitmaps. */
static void
number_take(int n)
{
	taken[n / 32] |= 1u << n % 32;
	used[n / 1024] |= 1u << n / 32 % 32;
}

void
pid_drop(int n)
{
	if (proc_find(n) != NULL || pgrp_find(n) != NULL)
		return;
	taken[n / 32] &= ~(1u << n % 32);
	if (taken[n / 32] == 0)
		used[n / 1024] &= ~(1u << n / 32 % 32);
}

int
pid_alloc(void)
{
	uint32_t n = bit_from(taken, proc_last_pid + 1, PID_MAX + 1, ~0u);

	if (n > PID_MAX)
		n = bit_from(taken, 0, PID_MAX + 1, ~0u);
	if (n > PID_MAX)
		return 0;
	proc_last_pid = n;
	number_take(n);
	return n;
}

void
pid_add(struct proc *p)
{
	struct proc **bucket = &pid_hash[p->pid % PID_HASH];

	p->hash_next = *bucket;
	*bucket = p;
	QUEUE_APPEND(&proc_list, p, all);
	proc_count++;
	proc_forks++;
}

void
pid_remove(struct proc *p)
{
	struct proc **link = &pid_hash[p->pid % PID_HASH];

	while (*link != p)
		link = &(*link)->hash_next;
	*link = p->hash_next;
	QUEUE_REMOVE(&proc_list, p, all);
	proc_count--;
	pid_drop(p->pid);
}
