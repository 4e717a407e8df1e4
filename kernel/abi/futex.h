/* SPDX-License-Identifier: BSD-2-Clause */
/* futex: Linux's numbers. */
#ifndef ABI_FUTEX_H
#define ABI_FUTEX_H

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256

#define ROBUST_LIST_SIZE 12 /* of what set_robust_list points to */

#endif
