/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about time. */
#include "abi/errno.h"
#include "clock.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

#define SECOND_NS 1000000000u
#define TICK_NS (SECOND_NS / HZ)
#define TICK_US (TICK_NS / 1000)

/* ---- The forms that user programs have ---- */

int
timespec_in(vaddr_t from, enum time_form form, struct abi_timespec64 *t)
{
	struct abi_timespec32 t32;

	if (form == TIMESPEC64) {
		if (copyin(t, from, sizeof(*t)) != 0)
			return EFAULT;
	} else {
		if (copyin(&t32, from, sizeof(t32)) != 0)
			return EFAULT;
		*t = (struct abi_timespec64){.tv_sec = t32.tv_sec, .tv_nsec = t32.tv_nsec};
	}
	/* Of microseconds there may be more than a second. */
	if (form == TIMEVAL32 && t->tv_nsec >= 0) {
		t->tv_sec += t->tv_nsec / 1000000;
		t->tv_nsec = t->tv_nsec % 1000000 * 1000;
	}
	return t->tv_sec < 0 || (uint32_t)t->tv_nsec >= SECOND_NS ? EINVAL : 0;
}

int
timespec_out(vaddr_t to, enum time_form form, const struct abi_timespec64 *t)
{
	struct abi_timespec32 t32 = {.tv_sec = (int32_t)t->tv_sec, .tv_nsec = t->tv_nsec};

	if (form == TIMESPEC64)
		return copyout(to, t, sizeof(*t));
	if (form == TIMEVAL32)
		t32.tv_nsec /= 1000;
	return copyout(to, &t32, sizeof(t32));
}

int
timespec_wait(vaddr_t from, enum time_form form, int64_t *end)
{
	struct abi_timespec64 t;
	int err = from == 0 ? 0 : timespec_in(from, form, &t);

	if (err == 0)
		*end = from == 0 ? CLOCK_NEVER : clock_after(&t);
	return err;
}

/* ---- Clocks ---- */

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
	static const uint32_t zone[2];
	struct abi_timespec64 now;

	clock_realtime(&now);
	if (arg[0] != 0 && timespec_out(arg[0], TIMEVAL32, &now) != 0)
		return EFAULT;
	return arg[1] == 0 ? 0 : copyout(arg[1], zone, sizeof(zone));
}

#define BY_TICKS                                                                                   \
	(1u << CLOCK_PROCESS_CPUTIME_ID | 1u << CLOCK_THREAD_CPUTIME_ID |                          \
	 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_MONOTONIC_COARSE)

/* => EINVAL: no such clock. *step: what it goes by, nanoseconds. */
static int
read_clock(uint32_t clock, struct abi_timespec64 *now, uint32_t *step)
{
	const struct proc *p = curproc();
	uint32_t ticks = p->utime + p->stime;

	if (clock > CLOCK_BOOTTIME)
		return EINVAL;
	*step = BY_TICKS >> clock & 1 ? TICK_NS : 1000;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		clock_realtime(now);
	else if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		*now = (struct abi_timespec64){ticks / HZ, ticks % HZ * TICK_NS, 0};
	else
		clock_monotonic(now);
	now->tv_nsec -= now->tv_nsec % *step;
	return 0;
}

static int
get_time(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	struct abi_timespec64 now;
	uint32_t step;

	return read_clock(arg[0], &now, &step) != 0 ? EINVAL : timespec_out(arg[1], form, &now);
}

static int
get_step(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	struct abi_timespec64 t;
	uint32_t step;

	if (read_clock(arg[0], &t, &step) != 0)
		return EINVAL;
	t = (struct abi_timespec64){.tv_nsec = step};
	return arg[1] == 0 ? 0 : timespec_out(arg[1], form, &t);
}

/* ---- Sleeping ---- */

/* Arguments: clock, flags, time, where what is left of it goes. */
static int
sleep_by(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	bool absolute = arg[1] & TIMER_ABSTIME, realtime = arg[0] == CLOCK_REALTIME;
	struct abi_timespec64 t;
	int64_t end;
	int err;

	if (arg[0] > CLOCK_BOOTTIME)
		return EINVAL;
	if (!realtime && arg[0] != CLOCK_MONOTONIC && arg[0] != CLOCK_BOOTTIME)
		return EOPNOTSUPP;
	err = timespec_in(arg[2], form, &t);
	if (err != 0)
		return err;
	end = absolute ? clock_until(&t, realtime) : clock_after(&t);
	while ((err = clock_sleep(&t, "nanosleep", end)) == 0)
		;
	if (err == ETIMEDOUT)
		return 0;
	clock_left(end, &t);
	if (!absolute && arg[3] != 0 && timespec_out(arg[3], form, &t) != 0)
		return EFAULT;
	return ERESTARTNOHAND;
}

TIME_CALLS(clock_gettime, clock_gettime64, get_time)
TIME_CALLS(clock_getres, clock_getres_time64, get_step)
TIME_CALLS(clock_nanosleep, clock_nanosleep_time64, sleep_by)
ALIAS(nanosleep, clock_nanosleep, CLOCK_MONOTONIC, 0, arg[0], arg[1])

/* ---- The timer that rings: alarm's, and of setitimer's the first ---- */

static void
alarm_rings(void *arg)
{
	struct proc *p = arg;

	if (p->alarm_interval > 0)
		timer_set(&p->alarm_timer, p->alarm_interval, alarm_rings, p);
	signal_post(p, SIGALRM, NULL);
}

/* Ticks that have wholly passed only after this long: one more than fit. */
static uint32_t
alarm_ticks(uint32_t sec, uint32_t usec)
{
	uint32_t ticks = (usec + TICK_US - 1) / TICK_US + 1;

	if (sec == 0 && usec == 0)
		return 0;
	return sec > (INT32_MAX - ticks) / HZ ? INT32_MAX : sec * HZ + ticks;
}

/* Ticks to come, without the one that alarm_ticks() adds; but never told as 0,
 * which would say that none was set. */
static uint32_t
alarm_left(const struct proc *p)
{
	uint32_t left = timer_left(&p->alarm_timer);

	return left <= 1 ? left : left - 1;
}

static void
alarm_set(struct proc *p, uint32_t ticks, uint32_t interval)
{
	p->alarm_interval = interval;
	timer_cancel(&p->alarm_timer);
	if (ticks > 0)
		timer_set(&p->alarm_timer, ticks, alarm_rings, p);
}

int
sys_alarm(const uint32_t *arg, uint32_t *result)
{
	*result = (alarm_left(curproc()) + HZ - 1) / HZ;
	alarm_set(curproc(), alarm_ticks(arg[0], 0), 0);
	return 0;
}

int
sys_getitimer(const uint32_t *arg, uint32_t *result)
{
	struct abi_itimerval it;

	if (arg[0] != ITIMER_REAL)
		return EINVAL;
	ticks_to_timeval(alarm_left(curproc()), &it.it_value);
	ticks_to_timeval(curproc()->alarm_interval, &it.it_interval);
	return copyout(arg[1], &it, sizeof(it));
}

int
sys_setitimer(const uint32_t *arg, uint32_t *result)
{
	struct abi_itimerval it = {.it_value = {0, 0}};
	const struct abi_timeval32 *value = &it.it_value, *interval = &it.it_interval;
	uint32_t between;

	if (arg[0] != ITIMER_REAL)
		return EINVAL;
	if (arg[1] != 0 && copyin(&it, arg[1], sizeof(it)) != 0)
		return EFAULT;
	if (value->tv_sec < 0 || (uint32_t)value->tv_usec >= 1000000 || interval->tv_sec < 0 ||
	    (uint32_t)interval->tv_usec >= 1000000)
		return EINVAL;
	if (arg[2] != 0 && sys_getitimer((uint32_t[]){arg[0], arg[2]}, result) != 0)
		return EFAULT;
	between = alarm_ticks(interval->tv_sec, interval->tv_usec);
	/* From ring to ring the ticks are whole. */
	alarm_set(curproc(), alarm_ticks(value->tv_sec, value->tv_usec),
	          between > 0 ? between - 1 : 0);
	return 0;
}

/* ---- Time used ---- */

int
sys_times(const uint32_t *arg, uint32_t *result)
{
	const struct proc *p = curproc();
	struct abi_tms t = {p->utime, p->stime, p->cutime, p->cstime};

	*result = clock_ticks;
	return arg[0] == 0 ? 0 : copyout(arg[0], &t, sizeof(t));
}
