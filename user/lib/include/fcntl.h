/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/fcntl.h>
#include <sys/types.h>

int open(const char *path, int flags, ...), fcntl(int fd, int cmd, ...);
