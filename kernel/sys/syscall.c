/* SPDX-License-Identifier: BSD-2-Clause */
/* The dispatch of system calls, by a table that is made of abi/syscalls.def. */
#include "sys/syscall.h"

#include <machine.h>

#include "abi/errno.h"
#include "base/assert.h"
#include "debug/stretch.h"
#include "debug/trace.h"
#include "proc/proc.h"

static syscall_fn *const table[] = {
#define SYSCALL(number, name, args, ...) [number] = sys_##name,
#include "abi/syscalls.def"
#undef SYSCALL
};

#define NCALLS (sizeof(table) / sizeof(table[0]))

/* Say in a debug build that a system call does not exist: once for each number in the table, and
 * once for all beyond it. */
static void
report_missing(uint32_t number)
{
	static bool reported[NCALLS + 1];
	bool *once = &reported[number < NCALLS ? number : NCALLS];

	if (!*once)
		why("there is no system call %u", number);
	*once = true;
}

/* Makes the call. Returns its result or the negative of its errno. */
static inline uint32_t
call(uint32_t number, const uint32_t arg[6])
{
	uint32_t result = 0;
	int err;

	may_sleep();
	if (number >= NCALLS || table[number] == NULL) {
		report_missing(number);
		return -(uint32_t)ENOSYS;
	}
	err = table[number]((const union call_args *)arg, &result);
	curproc()->resumed = false;
	if (err == 0)
		return result;
	if (err == ERESTART || err == ERESTARTNOHAND) {
		curproc()->sig->restart = err;
		return_work = true;
		err = EINTR;
	}
	return -(uint32_t)err;
}

uint32_t
syscall(uint32_t number, const uint32_t arg[6])
{
	uint32_t result;

	stretch_begin(number);
	trace(TRACE_CALL, number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	result = call(number, arg);
	trace(TRACE_RETURN, number, result);
	stretch_end();
	return result;
}
