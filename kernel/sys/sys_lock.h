/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of fcntl for locks. */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <machine.h>

struct file;

/* Do F_GETLK, F_SETLK, F_SETLKW, or one of their forms with 64 bits or for open files (OFD), with
 * the structure at user address arg. Returns 0, EINVAL, EBADF, EFAULT, EOVERFLOW, or an error of
 * lock_set(). F_SETLKW and its forms may sleep. */
int lock_fcntl(struct file *f, uint32_t cmd, vaddr_t arg);

#endif
