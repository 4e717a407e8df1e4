/* SPDX-License-Identifier: BSD-2-Clause */
/* Test output, random numbers, and a second thread. tap.c includes libc's headers, which define
 * some of the kernel's names, so this is not part of host.h. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdint.h>

#define FORMAT(f, a) __attribute__((format(printf, f, a)))

bool ok(bool cond, const char *fmt, ...) FORMAT(2, 3);
/* Like ok(got == want), but prints both values if they differ. */
bool is(long long got, long long want, const char *fmt, ...) FORMAT(3, 4);
/* Prints "not ok" and how to repeat the run, and exits: the rest of the test makes no sense. */
_Noreturn void fatal(const char *fmt, ...) FORMAT(1, 2);
#define must(cond, ...) ((cond) ? (void)0 : fatal(__VA_ARGS__))
/* Prints the plan. Returns main's result. */
int plan(void);

/* Returns a random number below n. The seed is SEED in the environment, or always the same. */
uint32_t rnd(uint32_t n);
static inline bool
chance(uint32_t percent)
{
	return rnd(100) < percent;
}

/* Returns true if fn panics. Calls it in a process of its own. */
bool panics(void (*fn)(void));
#define PANIC_STATUS 99

/* Two threads take turns. baton_start() starts fn as the second thread and waits until it yields
 * or ends. baton_yield() lets the other thread run until it yields or ends. */
void baton_start(void (*fn)(void));
void baton_yield(void);

#endif
