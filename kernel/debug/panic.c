/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends that nobody wants. */
#include <machine.h>

#include "base/assert.h"
#include "base/printf.h"
#include "proc/proc.h"

void
panic(const char *fmt, ...)
{
	static bool panicking;
	va_list ap;

	/* A panic on the way through a panic: what is out is all there will be. */
	if (panicking)
		machine_shutdown(VERDICT_PANIC, 0);
	panicking = true;
	printf("\npanic: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (curproc() != NULL && curproc()->pid != 0)
		printf("process %d (%s)\n", curproc()->pid, curproc()->name);
	machine_backtrace();
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
