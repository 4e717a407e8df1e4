/* SPDX-License-Identifier: BSD-2-Clause */
/* Times in the forms of user programs. */
#ifndef SYS_TIME_H
#define SYS_TIME_H

#include "proc/clock.h"

enum time_form { TIMEVAL32, TIMESPEC32, TIMESPEC64 };
/* Copy a time in from user memory. Returns 0, EFAULT, or EINVAL if it is negative or its
 * nanoseconds are not below a second; the microseconds of TIMEVAL32 may exceed a second. */
int timespec_in(vaddr_t from, enum time_form form, struct abi_timespec64 *t);
/* Copy a time out to user memory. Returns 0 or EFAULT. */
int timespec_out(vaddr_t to, enum time_form form, const struct abi_timespec64 *t);
/* Find the tick at which a wait ends that begins now and lasts for the time at user address `from`,
 * or CLOCK_NEVER if `from` is 0. Returns 0 with the tick in *end, EFAULT or EINVAL. */
int timespec_wait(vaddr_t from, enum time_form form, int64_t *end);
/* Define two system calls that call `function`, with the two forms of the time in their arguments.
 * Otherwise their arguments are the same, and `function` reads those of name32. */
#define TIME_CALLS(name32, name64, function)                                                       \
	int sys_##name32(const union call_args *arg, uint32_t *result)                             \
	{                                                                                          \
		return function(arg, TIMESPEC32, result);                                          \
	}                                                                                          \
	int sys_##name64(const union call_args *arg, uint32_t *result)                             \
	{                                                                                          \
		return function(arg, TIMESPEC64, result);                                          \
	}

#endif
