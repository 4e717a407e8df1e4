/* SPDX-License-Identifier: BSD-2-Clause */
/* /dev: devices of other rooms are added to it when the kernel starts. */
#ifndef DEV_H
#define DEV_H

#include "fs/file.h"

#define DEVICE(major, minor) ((major) << 8 | (minor))

/* Make /dev, with the devices that are no hardware. => NOBOOT. */
void dev_init(void);
/* Add a character device. => NOBOOT. */
void dev_add(const char *name, const struct file_ops *ops, uint32_t mode, uint32_t rdev);
/* Fill u with random bytes. => EFAULT; u->left tells how far it came. May sleep. */
int dev_random(struct uio *u);

#endif
