/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room base: what all rooms stand on: strings, formatted text, numbers, the command line,
 * assertions. It calls no other room, but for the up-calls in this header and in base/sleep.h.
 * All rooms call it.
 *
 * What the kernel says about its own faults: panics, assertions, and why a call is refused.
 * debug/panic.c defines these functions, since they name the current process: they are up-calls.
 */
#ifndef ASSERT_H
#define ASSERT_H

#include "base/printf.h"

/* Report a bug of the kernel, the current process and a backtrace, and end the machine with
 * VERDICT_PANIC. */
_Noreturn void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Say in one line why the machine can't be started, and end it with VERDICT_NOBOOT. */
_Noreturn void noboot(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* VERIFY(e): panic if e is false, in every build. A VERIFY stands where a fault would let a program
 * use memory that is not its own, and the check takes few instructions of its path. Those of
 * frames, of promised memory and of objects would take 2 % of shmat or of a page fault: they are
 * ASSERT()s. */
#define VERIFY(e) ((e) ? (void)0 : panic("%s: %s is false", __func__, #e))

/* ASSERT(e): VERIFY(e) in a debug build. why(fmt, ...): print why the current call is refused. Both
 * do nothing in a release build, where their arguments are checked by the compiler but not
 * evaluated. */
#ifdef DEBUG
#define ASSERT(e) VERIFY(e)
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
