/* SPDX-License-Identifier: BSD-2-Clause */
/* The devices in /dev. Other rooms add theirs when the kernel starts. */
#ifndef DEV_H
#define DEV_H

#include "fs/file.h"

#define DEVICE(major, minor) ((major) << 8 | (minor))

/* Fill dir, which is /dev, with null, zero, random, urandom, kmsg and some links. Calls noboot() if
 * memory is out. */
void dev_init(struct node *dir);
/* Add the character device /dev/NAME with the number rdev, which DEVICE() makes. mode is its
 * permissions. Calls noboot() if memory is out. */
void dev_add(const char *name, const struct file_ops *ops, uint32_t mode, uint32_t rdev);
/* Fill u with random bytes. Returns 0, or EFAULT after the part by which u->left has fallen. May
 * sleep. */
int dev_random(struct uio *u);

#endif
