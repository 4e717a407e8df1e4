/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about time: clocks, sleeping, and the interval timer. */
#include "sys/sys_time.h"

#include "abi/errno.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

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
	/* As on Linux, the microseconds may exceed a second. */
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

/* Tell the seconds since 1970, as the result and, unless tloc is NULL, in a word. */
int
sys_time(const union call_args *arg, uint32_t *result)
{
	vaddr_t tloc = arg->time.tloc;
	uint32_t now = (uint32_t)clock_seconds();

	*result = now;
	return tloc == 0 ? 0 : copyout(tloc, &now, sizeof(now));
}

/* Tell the time of day in microseconds, and a time zone of zeros. */
int
sys_gettimeofday(const union call_args *arg, uint32_t *result)
{
	vaddr_t tv = arg->gettimeofday.tv, tz = arg->gettimeofday.tz;
	static const uint32_t zone[2];
	struct abi_timespec64 now;

	clock_realtime(&now);
	if (tv != 0 && timespec_out(tv, TIMEVAL32, &now) != 0)
		return EFAULT;
	return tz == 0 ? 0 : copyout(tz, zone, sizeof(zone));
}

/* A bit for each clock that only changes at a tick. */
#define BY_TICKS                                                                                   \
	(1u << CLOCK_PROCESS_CPUTIME_ID | 1u << CLOCK_THREAD_CPUTIME_ID |                          \
	 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_MONOTONIC_COARSE)

/* Read a clock. Returns 0 with the time in *now and the clock's resolution in nanoseconds in *step,
 * or EINVAL if there is no such clock. */
static int
read_clock(uint32_t clock, struct abi_timespec64 *now, uint32_t *step)
{
	const struct proc *p = curproc();
	if (clock > CLOCK_BOOTTIME)
		return EINVAL;
	*step = BY_TICKS >> clock & 1 ? TICK_NS : 1000;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		clock_realtime(now);
	else if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		clock_from_ticks(p->utime + p->stime, now);
	else
		clock_monotonic(now);
	now->tv_nsec -= now->tv_nsec % *step;
	return 0;
}

/* Copy the time of a clock to tp in the given form; EINVAL if there is no such clock. */
static int
get_time(const union call_args *arg, enum time_form form, uint32_t *result)
{
	struct abi_timespec64 now;
	uint32_t step;

	return read_clock(arg->clock_gettime.clockid, &now, &step) != 0
	               ? EINVAL
	               : timespec_out(arg->clock_gettime.tp, form, &now);
}

/* Copy the resolution of a clock to res (NULL: nowhere) in the given form; EINVAL if there is no
 * such clock. */
static int
get_step(const union call_args *arg, enum time_form form, uint32_t *result)
{
	vaddr_t res = arg->clock_getres.res;
	struct abi_timespec64 t;
	uint32_t step;

	if (read_clock(arg->clock_getres.clockid, &t, &step) != 0)
		return EINVAL;
	t = (struct abi_timespec64){.tv_nsec = step};
	return res == 0 ? 0 : timespec_out(res, form, &t);
}

/* ---- Sleeping ---- */

/* clock_nanosleep(): sleep for a time, or with TIMER_ABSTIME until a time. If a signal ends the
 * sleep, the rest of a relative time is written to `remain`. */
static int
sleep_by(const union call_args *arg, enum time_form form, uint32_t *result)
{
	vaddr_t remain = arg->clock_nanosleep.remain;
	uint32_t clockid = arg->clock_nanosleep.clockid;
	bool absolute = arg->clock_nanosleep.flags & TIMER_ABSTIME,
	     realtime = clockid == CLOCK_REALTIME;
	struct abi_timespec64 t;
	int64_t end;
	int err;

	if (clockid > CLOCK_BOOTTIME)
		return EINVAL;
	if (!realtime && clockid != CLOCK_MONOTONIC && clockid != CLOCK_BOOTTIME)
		return EOPNOTSUPP;
	err = timespec_in(arg->clock_nanosleep.request, form, &t);
	if (err != 0)
		return err;
	end = absolute ? clock_until(&t, realtime) : clock_after(&t);
	while ((err = clock_sleep(&t, "nanosleep", end)) == 0)
		;
	if (err == ETIMEDOUT)
		return 0;
	clock_left(end, &t);
	if (!absolute && remain != 0 && timespec_out(remain, form, &t) != 0)
		return EFAULT;
	return ERESTARTNOHAND;
}

TIME_CALLS(clock_gettime, clock_gettime64, get_time)
TIME_CALLS(clock_getres, clock_getres_time64, get_step)
TIME_CALLS(clock_nanosleep, clock_nanosleep_time64, sleep_by)
ALIAS(nanosleep, clock_nanosleep, CLOCK_MONOTONIC, 0, arg->nanosleep.duration, arg->nanosleep.rem)

/* ---- The real interval timer: alarm, and setitimer's ITIMER_REAL ---- */

/* Returns a time in ticks, rounded up. */
static int64_t
timeval_ticks(const struct abi_timeval32 *tv)
{
	return (int64_t)tv->tv_sec * HZ + (tv->tv_usec + TICK_US - 1) / TICK_US;
}

/* Post SIGALRM and set the timer again if it has an interval. Called by the timer of p. */
static void
alarm_rings(void *arg)
{
	struct proc *p = arg;

	int64_t interval = timeval_ticks(&p->alarm.it_interval);

	/* No tick is added as in alarm_set(), since an interval begins exactly at a tick. */
	p->alarm.it_value = p->alarm.it_interval;
	if (interval > 0)
		timer_set(&p->alarm_timer, interval, alarm_rings, p);
	signal_post(p, SIGALRM, NULL);
}

/* Return in *tv the time until p's timer rings, without the tick that alarm_set() adds: at most
 * what was asked for, and 0 only if the timer is not set. */
static void
alarm_left(const struct proc *p, struct abi_timeval32 *tv)
{
	int64_t left = timer_left(&p->alarm_timer);

	left = left > 1 ? left - 1 : left;
	if (left > 0 && left >= timeval_ticks(&p->alarm.it_value))
		*tv = p->alarm.it_value;
	else
		clock_timeval(left, tv);
}

/* Set p's timer, or stop it if the value is 0. One tick is added, since part of the current tick
 * has passed and the timer must not ring early (POSIX, setitimer()). */
static void
alarm_set(struct proc *p, const struct abi_itimerval *it)
{
	int64_t ticks = timeval_ticks(&it->it_value);

	timer_cancel(&p->alarm_timer);
	p->alarm = (struct abi_itimerval){.it_value = {0, 0}};
	if (ticks == 0)
		return;
	p->alarm = *it;
	timer_set(&p->alarm_timer, ticks + 1, alarm_rings, p);
}

/* Send SIGALRM in `seconds` seconds (0: never), in place of an alarm that is set. *result is what
 * was left of that one. */
int
sys_alarm(const union call_args *arg, uint32_t *result)
{
	uint32_t seconds = arg->alarm.seconds;
	struct abi_itimerval it = {
		.it_value = {.tv_sec = seconds < INT32_MAX ? seconds : INT32_MAX}};
	struct abi_timeval32 left;

	alarm_left(curproc(), &left);
	/* As on Linux, round to the nearest second, but not to 0. */
	*result = left.tv_sec + (left.tv_usec >= 500000 || (left.tv_sec == 0 && left.tv_usec > 0));
	alarm_set(curproc(), &it);
	return 0;
}

/* Write the interval timer to user memory. Returns 0 or EFAULT. */
static int
itimer_out(vaddr_t to)
{
	struct abi_itimerval it;

	alarm_left(curproc(), &it.it_value);
	it.it_interval = curproc()->alarm.it_interval;
	return copyout(to, &it, sizeof(it));
}

/* Tell what is left of the real-time timer, and its period. EINVAL for the other timers. */
int
sys_getitimer(const union call_args *arg, uint32_t *result)
{
	return arg->getitimer.which != ITIMER_REAL ? EINVAL : itimer_out(arg->getitimer.curr_value);
}

/* Set the real-time timer (NULL: stop it), and tell what was left of it. EINVAL for the other
 * timers. */
int
sys_setitimer(const union call_args *arg, uint32_t *result)
{
	vaddr_t new_value = arg->setitimer.new_value, old_value = arg->setitimer.old_value;
	struct abi_itimerval it = {.it_value = {0, 0}};
	const struct abi_timeval32 *value = &it.it_value, *interval = &it.it_interval;

	if (arg->setitimer.which != ITIMER_REAL)
		return EINVAL;
	if (new_value != 0 && copyin(&it, new_value, sizeof(it)) != 0)
		return EFAULT;
	if (value->tv_sec < 0 || (uint32_t)value->tv_usec >= 1000000 || interval->tv_sec < 0 ||
	    (uint32_t)interval->tv_usec >= 1000000)
		return EINVAL;
	if (old_value != 0 && itimer_out(old_value) != 0)
		return EFAULT;
	alarm_set(curproc(), &it);
	return 0;
}

/* ---- Time used ---- */

/* Tell the processor time of the caller and of the children that it waited for, in ticks. *result
 * is the tick now. */
int
sys_times(const union call_args *arg, uint32_t *result)
{
	vaddr_t buf = arg->times.buf;
	const struct proc *p = curproc();
	struct abi_tms t = {(uint32_t)p->utime, (uint32_t)p->stime, (uint32_t)p->cutime,
	                    (uint32_t)p->cstime};

	*result = (uint32_t)clock_ticks;
	return buf == 0 ? 0 : copyout(buf, &t, sizeof(t));
}
