/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room base: what all rooms stand on: strings, text, numbers, the command line, assertions.
 * It looks into no room but abi/. All call it.
 *
 * What the kernel says of its own faults: panic, assertions, and why a call is refused.
 * debug/panic.c defines them, for they name the current process: a call upwards.
 */
#ifndef ASSERT_H
#define ASSERT_H

#include "base/printf.h"

/* A kernel bug: says so, shows where, ends with VERDICT_PANIC. */
_Noreturn void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The machine can't be started: one line, VERDICT_NOBOOT. */
_Noreturn void noboot(const char *fmt, ...) PRINTF_LIKE(1, 2);

#ifdef DEBUG
#define ASSERT(e) ((e) ? (void)0 : panic("%s: %s is false", __func__, #e))
/* Why a call is refused, for those who wonder. */
#define why(...) why_print(__VA_ARGS__)
void why_print(const char *fmt, ...) PRINTF_LIKE(1, 2);
#else
#define ASSERT(e) ((void)sizeof(e))
#define why(...) ((void)sizeof(printf_check(__VA_ARGS__)))
static inline int PRINTF_LIKE(1, 2) printf_check(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}
#endif

#endif
