/* SPDX-License-Identifier: BSD-2-Clause */
/* futex: Linux's numbers. */
#ifndef ABI_FUTEX_H
#define ABI_FUTEX_H

#include <stdint.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256

/* What is in the word of a lock whose owner the kernel can find. */
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu

/* set_robust_list: the locks that a process holds, a ring of its own memory
 * that ends where it begins. The word is `offset` behind an entry. */
struct abi_robust_list {
	uint32_t next; /* the first entry, which begins with the next one */
	int32_t offset;
	uint32_t pending; /* being taken or given back; 0: none */
};

#endif
