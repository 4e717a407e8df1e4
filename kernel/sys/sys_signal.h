/* SPDX-License-Identifier: BSD-2-Clause */
/* Signal masks, for the calls that wait with one. */
#ifndef SYS_SIGNAL_H
#define SYS_SIGNAL_H

#include "proc/signal.h"

/* Set the current process's signal mask to the one at user address `from`, of `size` bytes, for the
 * time of a wait. The old mask is saved: signal_deliver() restores it once it has chosen a
 * handler, unless the caller restores it and clears use_saved. Returns 0, EINVAL or EFAULT. Does
 * not sleep. */
int signal_wait_mask(vaddr_t from, uint32_t size);
/* sigprocmask() with sets of `size` bytes: change the current process's signal mask by the set
 * at `from` (0: leave it), and write what it was to `to` (0: nowhere). Returns 0, EINVAL for an
 * unknown `how`, or EFAULT; then the mask is as before. Does not sleep. */
int signal_mask_call(uint32_t how, vaddr_t from, vaddr_t to, uint32_t size);
/* Sleep with the signal mask `set` until a signal comes. Returns ERESTARTNOHAND. */
int signal_suspend(sigset_t set);

#endif
