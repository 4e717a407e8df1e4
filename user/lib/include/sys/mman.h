/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/mman.h"
#include <sys/types.h>

#define MAP_FAILED ((void *)-1)
#define MAP_ANON MAP_ANONYMOUS

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
int munmap(void *addr, size_t len), mprotect(void *addr, size_t len, int prot);
