/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeping for a word of memory to change. */
#ifndef FUTEX_H
#define FUTEX_H

/* The current process is about to lose its memory, by exit or exec: the locks
 * that it holds and has told of (set_robust_list) go to others. */
void futex_exit(void);

#endif
