/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about time. */
#include "abi/errno.h"
#include "abi/misc.h"
#include "clock.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

#define TICK_NS (1000000000u / HZ)

int
sys_time(const uint32_t *arg, uint32_t *result)
{
	uint32_t now = (uint32_t)clock_seconds();

	*result = now;
	return arg[0] == 0 ? 0 : copyout(arg[0], &now, sizeof(now));
}

int
sys_gettimeofday(const uint32_t *arg, uint32_t *result)
{
	struct abi_timeval32 tv;
	uint32_t zone[2] = {0, 0};
	int64_t sec;
	uint32_t nsec;

	(void)result;
	clock_realtime(&sec, &nsec);
	tv.tv_sec = (int32_t)sec;
	tv.tv_usec = nsec / 1000;
	if (arg[0] != 0 && copyout(arg[0], &tv, sizeof(tv)) != 0)
		return EFAULT;
	return arg[1] == 0 ? 0 : copyout(arg[1], zone, sizeof(zone));
}

static int
read_clock(uint32_t clock, int64_t *sec, uint32_t *nsec)
{
	if (clock == CLOCK_REALTIME)
		clock_realtime(sec, nsec);
	else if (clock == CLOCK_MONOTONIC)
		clock_monotonic(sec, nsec);
	else
		return EINVAL;
	return 0;
}

int
sys_clock_gettime(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec32 ts;
	int64_t sec;
	uint32_t nsec;

	(void)result;
	if (read_clock(arg[0], &sec, &nsec) != 0)
		return EINVAL;
	ts.tv_sec = (int32_t)sec;
	ts.tv_nsec = nsec;
	return copyout(arg[1], &ts, sizeof(ts));
}

int
sys_clock_gettime64(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec64 ts = {.pad = 0};
	uint32_t nsec;

	(void)result;
	if (read_clock(arg[0], &ts.tv_sec, &nsec) != 0)
		return EINVAL;
	ts.tv_nsec = nsec;
	return copyout(arg[1], &ts, sizeof(ts));
}

int
sys_clock_getres(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec32 ts = {.tv_nsec = 1000};

	(void)result;
	if (arg[0] != CLOCK_REALTIME && arg[0] != CLOCK_MONOTONIC)
		return EINVAL;
	return arg[1] == 0 ? 0 : copyout(arg[1], &ts, sizeof(ts));
}

/* Ticks that have wholly passed only after this long: one more than fit. */
static uint32_t
ticks_for(uint32_t sec, uint32_t nsec)
{
	uint32_t ticks = (nsec + TICK_NS - 1) / TICK_NS + 1;

	if (sec > (INT32_MAX - ticks) / HZ)
		return INT32_MAX;
	return sec * HZ + ticks;
}

int
sys_nanosleep(const uint32_t *arg, uint32_t *result)
{
	struct abi_timespec32 ts;
	uint32_t ticks, start = clock_ticks, left;
	int err;

	(void)result;
	if (copyin(&ts, arg[0], sizeof(ts)) != 0)
		return EFAULT;
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000)
		return EINVAL;
	if (ts.tv_sec == 0 && ts.tv_nsec == 0)
		return 0;
	ticks = ticks_for(ts.tv_sec, ts.tv_nsec);
	err = tsleep(&ts, PCATCH, "nanosleep", ticks);
	if (err == ETIMEDOUT)
		return 0;
	/* The tick that was added is no part of what was asked for. */
	left = ticks - 1 - (clock_ticks - start);
	if ((int32_t)left < 0)
		left = 0;
	ts.tv_sec = left / HZ;
	ts.tv_nsec = left % HZ * TICK_NS;
	if (arg[1] != 0 && copyout(arg[1], &ts, sizeof(ts)) != 0)
		return EFAULT;
	return EINTR;
}

static void
alarm_rings(void *arg)
{
	signal_post(arg, SIGALRM, NULL);
}

int
sys_alarm(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();
	uint32_t left = timer_left(&p->alarm_timer);

	/* Without the tick that ticks_for() adds; but never told as 0, which
	 * would say that none was set. */
	*result = left <= 1 ? left : (left - 1 + HZ - 1) / HZ;
	if (arg[0] == 0)
		timer_cancel(&p->alarm_timer);
	else
		timer_set(&p->alarm_timer, ticks_for(arg[0], 0), alarm_rings, p);
	return 0;
}
