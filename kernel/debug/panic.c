/* SPDX-License-Identifier: BSD-2-Clause */
/* How the kernel ends when it can't go on, and what it says about refused calls: base/assert.h. */
#include <machine.h>

#include "base/assert.h"
#include "base/printf.h"
#include "debug/gdbstub.h"
#include "debug/trace.h"
#include "proc/proc.h"

#define PANIC_EVENTS 12 /* of the trace, to print with a panic */

void
panic(const char *fmt, ...)
{
	static bool panicking;
	va_list ap;

	gdbstub_unwind();
	/* A panic inside of a panic: end with what has been printed so far. */
	if (panicking)
		machine_shutdown(VERDICT_PANIC, 0);
	panicking = true;
	printf("\npanic: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	machine_fault_print();
	if (curproc() != NULL && curproc()->pid != 0)
		printf("process %d (%s)\n", curproc()->pid, curproc()->name);
	machine_backtrace();
	trace_print(PANIC_EVENTS, printf);
	panicking = false; /* gdb may let the kernel continue where it was */
	gdbstub_panic();
	machine_shutdown(VERDICT_PANIC, 0);
}

void
noboot(const char *fmt, ...)
{
	va_list ap;

	printf("isthmus: cannot start: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	machine_shutdown(VERDICT_NOBOOT, 0);
}

#ifdef DEBUG
void
why_print(const char *fmt, ...)
{
	va_list ap;

	printf("why: %s[%d]: ", curproc()->name, curproc()->pid);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}
#endif
