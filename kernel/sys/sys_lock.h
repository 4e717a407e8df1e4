/* SPDX-License-Identifier: BSD-2-Clause */
/* fcntl's part in locks. */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <machine.h>

struct file;

/* sys_lock.c: fcntl's commands for locks. => EINVAL, EBADF, EFAULT, EOVERFLOW, and as
 * lock_set(), which may sleep. */
int lock_fcntl(struct file *f, uint32_t cmd, vaddr_t arg);

#endif
