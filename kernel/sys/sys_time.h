/* SPDX-License-Identifier: BSD-2-Clause */
/* Times as user programs have them. */
#ifndef SYS_TIME_H
#define SYS_TIME_H

#include "proc/clock.h"

/* sys_time.c: a time as user programs have it. => EFAULT, EINVAL (no time). */
enum time_form { TIMEVAL32, TIMESPEC32, TIMESPEC64 };
int timespec_in(vaddr_t from, enum time_form form, struct abi_timespec64 *t);
int timespec_out(vaddr_t to, enum time_form form, const struct abi_timespec64 *t);
/* The end of a wait as long as `from` says; 0: CLOCK_NEVER. */
int timespec_wait(vaddr_t from, enum time_form form, int64_t *end);
/* Each call that has a time in its arguments, in both forms. */
#define TIME_CALLS(name32, name64, function)                                                       \
	int sys_##name32(const uint32_t *arg, uint32_t *result)                                    \
	{                                                                                          \
		return function(arg, TIMESPEC32, result);                                          \
	}                                                                                          \
	int sys_##name64(const uint32_t *arg, uint32_t *result)                                    \
	{                                                                                          \
		return function(arg, TIMESPEC64, result);                                          \
	}

#endif
