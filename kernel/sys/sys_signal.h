/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks of signals, for the calls that wait with one. */
#ifndef SYS_SIGNAL_H
#define SYS_SIGNAL_H

#include "proc/signal.h"

/* sys_signal.c: the user's mask at `from`, of `size` bytes, while the current process waits:
 * the old one comes back when a handler has been chosen, or use_saved is cleared.
 * => EINVAL, EFAULT. */
int signal_wait_mask(vaddr_t from, uint32_t size);
/* Change *mask by set, as sigprocmask does. Returns EINVAL if there is no such how. */
int signal_mask_change(uint32_t how, sigset_t set, sigset_t *mask);
/* Sleep, with this mask, until a signal comes. Returns ERESTARTNOHAND. */
int signal_suspend(sigset_t set);

#endif
