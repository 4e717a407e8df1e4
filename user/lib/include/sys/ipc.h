/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/ipc.h>
#include <sys/types.h>

key_t ftok(const char *path, int id);
