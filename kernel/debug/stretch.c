/* SPDX-License-Identifier: BSD-2-Clause */
/* The measure of how long interrupts are off: debug/stretch.h. */
#include "debug/stretch.h"

#ifdef DEBUG
#include <machine.h>

#include "base/assert.h"
#include "base/cmdline.h"
#include "base/printf.h"

static const char *const names[] = {
#define SYSCALL(number, name, ...) [number] = #name,
#include "abi/syscalls.def"
#undef SYSCALL
};

static uint64_t begun;       /* cycles at the start of the stretch */
static uint32_t begun_for;   /* what it is for */
static uint32_t longest;     /* cycles of the longest stretch */
static uint32_t longest_for; /* what that was for */
static uint32_t limit;       /* the word stretch=; 0: none */

/* Returns what a stretch was for, in words. */
static const char *
what_name(uint32_t what)
{
	if (what == STRETCH_FAULT)
		return "page fault";
	if (what == STRETCH_TRAP)
		return "interrupt or exception";
	if (what >= sizeof(names) / sizeof(names[0]) || names[what] == NULL)
		return "unknown call";
	return names[what];
}

void
stretch_begin(uint32_t what)
{
	begun_for = what;
	begun = machine_cycles();
}

void
stretch_resume(void)
{
	if (begun == 0)
		stretch_begin(STRETCH_TRAP);
}

uint32_t
stretch_end(void)
{
	uint64_t cycles = machine_cycles() - begun;
	uint32_t length = cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;

	if (begun == 0)
		return begun_for;
	begun = 0;
	if (length > longest) {
		longest = length;
		longest_for = begun_for;
	}
	if (limit != 0 && length > limit)
		panic("%s kept interrupts off for %u cycles, more than stretch=%u",
		      what_name(begun_for), length, limit);
	return begun_for;
}

void
stretch_skip(uint64_t from)
{
	if (begun != 0)
		begun += machine_cycles() - from;
}

void
stretch_show(char *buf, size_t size)
{
	snprintf(buf, size, "%u %s", longest, what_name(longest_for));
}

int
stretch_reset(const char *line)
{
	longest = 0;
	return 0;
}

void
stretch_init(void)
{
	limit = cmdline_number("stretch", 0, 0, UINT32_MAX);
}
#endif
