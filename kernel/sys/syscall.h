/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room sys: system calls: arguments are checked here, copied in, and given to the room that does
 * the work. It calls most other rooms (see kernel/rooms). The machine's trap calls syscall().
 */
#ifndef SYSCALL_H
#define SYSCALL_H

#include <stdint.h>

/* The arguments of a call, as the program gave them: words, which the call's own struct names, as
 * in arg->shmat.shmid. */
union call_args {
	uint32_t word[6];
#define SYSCALL(number, name, args, ...) __VA_OPT__(struct { uint32_t __VA_ARGS__; } name;)
#include "abi/syscalls.def"
#undef SYSCALL
};

/* A handler: sys_NAME. The arguments are unchecked. Returns 0 with the call's result in *result (0
 * if it is not set), or a positive errno. May sleep. */
typedef int syscall_fn(const union call_args *arg, uint32_t *result);

#define SYSCALL(number, name, args, ...) syscall_fn sys_##name;
#include "abi/syscalls.def"
#undef SYSCALL

/* Check that abi/syscalls.def has as many letters as names for the arguments of each call. */
#define SYSCALL(number, name, args, ...)                                                           \
	__VA_OPT__(_Static_assert(sizeof(((union call_args *)0)->name) == 4 * (sizeof(args) - 1),  \
	                          #name);)
#include "abi/syscalls.def"
#undef SYSCALL

/* Define the call `name` as the call `other` with these arguments, which must be all of its. */
#define ALIAS(name, other, ...)                                                                    \
	int sys_##name(const union call_args *arg, uint32_t *result)                               \
	{                                                                                          \
		const union call_args all = {.other = {__VA_ARGS__}};                              \
                                                                                                   \
		return sys_##other(&all, result);                                                  \
	}

/* Define a call that cannot fail and has this value as its result. */
#define ANSWER(name, value)                                                                        \
	int sys_##name(const union call_args *arg, uint32_t *result)                               \
	{                                                                                          \
		*result = value;                                                                   \
		return 0;                                                                          \
	}

#endif
