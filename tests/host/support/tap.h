/* SPDX-License-Identifier: BSD-2-Clause */
/* Test output, chance, and a second thread. Apart from host.h, because libc's
 * headers and the kernel's define the same names. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdint.h>

#define FORMAT(f, a) __attribute__((format(printf, f, a)))

bool ok(bool cond, const char *fmt, ...) FORMAT(2, 3);
/* Like ok, and says what came instead. */
bool is(long long got, long long want, const char *fmt, ...) FORMAT(3, 4);
/* The rest makes no sense: "not ok", how to repeat, the end. */
_Noreturn void fatal(const char *fmt, ...) FORMAT(1, 2);
#define must(cond, ...) ((cond) ? (void)0 : fatal(__VA_ARGS__))
/* The plan; => main's result. */
int plan(void);

/* SEED in the environment, or always the same. => a number below n. */
uint32_t rnd(uint32_t n);
static inline bool
chance(uint32_t percent)
{
	return rnd(100) < percent;
}

/* Does fn end in a panic? (In a process of its own.) */
bool panics(void (*fn)(void));
#define PANIC_STATUS 99

/* Two threads of which one runs: start fn as the other and wait until it
 * yields or ends; let the other one run until it does the same. */
void baton_start(void (*fn)(void));
void baton_yield(void);

#endif
