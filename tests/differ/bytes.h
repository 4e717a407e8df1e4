/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every byte that a call writes, and those around them: its buffer was full of 0xaa. Runs
 * of equal bytes print as one with their number: "00*12 ed 41".
 */
#include "differ.h"

/* A part that differs from system to system, or from run to run. It prints as its name, and
 * whether it is set, 0 or untouched; with a '?' before the name only whether it is untouched. */
struct mask {
	const char *name;
	unsigned at, size;
};

extern unsigned char to[1024];
unsigned char *fresh(void);
#define TO fresh()

void show_bytes(const char *call, long result, unsigned n, const struct mask *masks);
/* Make the call, with `to` full of 0xaa, and print its result and the first n bytes. */
#define BYTES(n, call, ...)                                                                        \
	show_bytes(#call, (long)(call), n, (const struct mask[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* The rest of bytes_calls(). */
void signal_bytes(void), more_bytes(void);
