/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check of who may sleep: base/sleep.h. One variable serves all processes: whatever leads to
 * another process calls may_sleep() first, so that nothing is forbidden at a switch. An interrupt
 * may forbid sleep in the midst of a function that forbids it too, and puts back what it found.
 */
#include <machine.h>

#include "base/assert.h"
#include "base/sleep.h"

#ifdef DEBUG
static const char *forbids; /* the function that began last of those that do not sleep, or NULL */

void
sleep_check(const char *function)
{
	if (windows_open > 0)
		panic("%s may sleep, but %u windows are open", function, windows_open);
	if (forbids != NULL)
		panic("%s may sleep, but %s, which called it, does not", function, forbids);
}

const char *
sleep_forbid(const char *function)
{
	const char *outer = forbids;

	forbids = function;
	return outer;
}

void
sleep_allow(const char *const *outer)
{
	forbids = *outer;
}
#endif
