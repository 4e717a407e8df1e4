/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints every byte that a call writes, and the bytes around them: the buffer is filled with 0xaa
 * before the call. A run of equal bytes is printed once, with its length: "00*12 ed 41".
 */
#include "differ.h"

/* A part that differs from system to system, or from run to run. It is printed as its name, and as
 * set, 0 or untouched; if the name begins with '?', only as touched or untouched. */
struct mask {
	const char *name;
	unsigned at, size;
};

extern unsigned char to[1024];
unsigned char *fresh(void);
#define TO fresh()

void show_bytes(const char *call, long result, unsigned n, const struct mask *masks);
/* Makes the call with `to` filled with 0xaa, and prints its result and the first n bytes. */
#define BYTES(n, call, ...)                                                                        \
	show_bytes(#call, (long)(call), n, (const struct mask[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* The parts of bytes_calls() that have files of their own. */
void signal_bytes(void), more_bytes(void);
