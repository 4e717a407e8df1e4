/* SPDX-License-Identifier: BSD-2-Clause */
/* All calls of syscalls.def, with a letter for each argument. */
#pragma once

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct call {
	int number;
	const char *name, *args;
};

static const struct call calls[] = {
#define SYSCALL(number, name, args, ...) {number, #name, args},
#include "abi/syscalls.def"
#undef SYSCALL
};
