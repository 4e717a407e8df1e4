/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room sys: system calls: what a program asks for is checked here, copied in, and given to
 * the room that does it. It calls all rooms. The machine's trap calls syscall().
 */
#ifndef SYSCALL_H
#define SYSCALL_H

#include <stdint.h>

/* => 0 and *result, or a positive errno. Arguments are as the user gave them,
 * unchecked. */
typedef int syscall_fn(const uint32_t *arg, uint32_t *result);

#define SYSCALL(number, name, args, ...) syscall_fn sys_##name;
#include "abi/syscalls.def"
#undef SYSCALL

/* What arg points to: for each call its arguments by name, as shmat.shmid. */
union call_args {
#define SYSCALL(number, name, args, ...) __VA_OPT__(struct { uint32_t __VA_ARGS__; } name;)
#include "abi/syscalls.def"
#undef SYSCALL
};
/* A handler's argument of that name. */
#define ARG(call, name) (((const union call_args *)arg)->call.name)

/* The list has a letter and a name for each argument. */
#define SYSCALL(number, name, args, ...)                                                           \
	__VA_OPT__(_Static_assert(sizeof(((union call_args *)0)->name) == 4 * (sizeof(args) - 1),  \
	                          #name);)
#include "abi/syscalls.def"
#undef SYSCALL

/* A call that is another one with some of its arguments given. */
#define ALIAS(name, other, ...)                                                                    \
	int sys_##name(const uint32_t *arg, uint32_t *result)                                      \
	{                                                                                          \
		const uint32_t all[6] = {__VA_ARGS__};                                             \
                                                                                                   \
		return sys_##other(all, result);                                                   \
	}

/* A call that cannot fail: what it answers. */
#define ANSWER(name, value)                                                                        \
	int sys_##name(const uint32_t *arg, uint32_t *result)                                      \
	{                                                                                          \
		*result = value;                                                                   \
		return 0;                                                                          \
	}

#endif
