/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about time. */
#include "abi/errno.h"
#include "clock.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

#define TICK_NS (1000000000u / HZ)

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
		t->tv_sec = t32.tv_sec;
		t->tv_nsec = t32.tv_nsec;
		/* Of microseconds there may be more than a second. */
		if (form == TIMEVAL32 && t32.tv_nsec >= 0) {
			t->tv_sec += t32.tv_nsec / 1000000;
			t->tv_nsec = t32.tv_nsec % 1000000 * 1000;
		}
	}
	return t->tv_sec < 0 || (uint32_t)t->tv_nsec >= 1000000000 ? EINVAL : 0;
}

int
timespec_out(vaddr_t to, enum time_form form, const struct abi_timespec64 *t)
{
	struct abi_timespec64 t64 = {.tv_sec = t->tv_sec, .tv_nsec = t->tv_nsec};
	struct abi_timespec32 t32 = {.tv_sec = (int32_t)t->tv_sec, .tv_nsec = t->tv_nsec};

	if (form == TIMESPEC64)
		return copyout(to, &t64, sizeof(t64));
	if (form == TIMEVAL32)
		t32.tv_nsec /= 1000;
	return copyout(to, &t32, sizeof(t32));
}

int
timespec_wait(vaddr_t from, enum time_form form, struct abi_timespec64 *t,
              const struct abi_timespec64 **end)
{
	int err = 0;

	*end = from == 0 ? NULL : t;
	if (from != 0)
		err = timespec_in(from, form, t);
	if (from != 0 && err == 0)
		clock_after(t);
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

/* => EINVAL: no such clock. *step: what it goes by, nanoseconds. */
static int
read_clock(uint32_t clock, struct abi_timespec64 *now, uint32_t *step)
{
	const struct proc *p = curproc();
	uint32_t ticks = p->utime + p->stime;

	*step = 1000;
	switch (clock) {
	case CLOCK_REALTIME_COARSE:
		*step = TICK_NS;
		/* fall through */
	case CLOCK_REALTIME:
		clock_realtime(now);
		break;
	case CLOCK_MONOTONIC_COARSE:
		*step = TICK_NS;
		/* fall through */
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
		clock_monotonic(now);
		break;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		*step = TICK_NS;
		now->tv_sec = ticks / HZ;
		now->tv_nsec = ticks % HZ * TICK_NS;
		break;
	default:
		return EINVAL;
	}
	now->tv_nsec -= now->tv_nsec % *step;
	return 0;
}

static int
get_time(const uint32_t *arg, enum time_form form)
{
	struct abi_timespec64 now;
	uint32_t step;

	return read_clock(arg[0], &now, &step) != 0 ? EINVAL : timespec_out(arg[1], form, &now);
}

static int
get_step(const uint32_t *arg, enum time_form form)
{
	struct abi_timespec64 t;
	uint32_t step;

	if (read_clock(arg[0], &t, &step) != 0)
		return EINVAL;
	t.tv_sec = 0;
	t.tv_nsec = step;
	return arg[1] == 0 ? 0 : timespec_out(arg[1], form, &t);
}

/* The calendar is the machine's; nobody sets it. */
static int
set_time(const uint32_t *arg, enum time_form form)
{
	struct abi_timespec64 t;
	int err = arg[0] != CLOCK_REALTIME ? EINVAL : timespec_in(arg[1], form, &t);

	return err != 0 ? err : EPERM;
}

/* ---- Sleeping ---- */

/* left_to: where to tell what was left of it; 0: nowhere. */
static int
sleep_until(const struct abi_timespec64 *end, vaddr_t left_to, enum time_form form)
{
	struct abi_timespec64 left;
	int err;

	while ((err = clock_sleep(end, "nanosleep", end)) == 0)
		;
	if (err == ETIMEDOUT)
		return 0;
	clock_left(end, &left);
	if (left_to != 0 && timespec_out(left_to, form, &left) != 0)
		return EFAULT;
	return ERESTARTNOHAND;
}

/* Arguments: clock, flags, time, where what is left goes. */
static int
sleep_by(const uint32_t *arg, enum time_form form)
{
	bool absolute = arg[1] & TIMER_ABSTIME;
	struct abi_timespec64 t;
	uint32_t step;
	int err;

	if (read_clock(arg[0], &t, &step) != 0)
		return EINVAL;
	if (arg[0] != CLOCK_REALTIME && arg[0] != CLOCK_MONOTONIC && arg[0] != CLOCK_BOOTTIME)
		return EOPNOTSUPP;
	err = timespec_in(arg[2], form, &t);
	if (err != 0)
		return err;
	if (!absolute)
		clock_after(&t);
	else if (arg[0] == CLOCK_REALTIME)
		clock_from_realtime(&t);
	return sleep_until(&t, absolute ? 0 : arg[3], form);
}

/* Each call that has a time in its arguments, in both forms. */
#define BOTH(name32, name64, function)                                                             \
	int sys_##name32(const uint32_t *arg, uint32_t *result)                                    \
	{                                                                                          \
		(void)result;                                                                      \
		return function(arg, TIMESPEC32);                                                  \
	}                                                                                          \
	int sys_##name64(const uint32_t *arg, uint32_t *result)                                    \
	{                                                                                          \
		(void)result;                                                                      \
		return function(arg, TIMESPEC64);                                                  \
	}
BOTH(clock_gettime, clock_gettime64, get_time)
BOTH(clock_settime, clock_settime64, set_time)
BOTH(clock_getres, clock_getres_time64, get_step)
BOTH(clock_nanosleep, clock_nanosleep_time64, sleep_by)
ALIAS(nanosleep, clock_nanosleep, CLOCK_MONOTONIC, 0, arg[0], arg[1])

/* ---- Interval timers ---- */

static const uint8_t itimer_signal[] = {SIGALRM, SIGVTALRM, SIGPROF};

/* Ticks that have wholly passed only after this long: one more than fit. */
static uint32_t
ticks_for(uint32_t sec, uint32_t nsec)
{
	uint32_t ticks = (nsec + TICK_NS - 1) / TICK_NS + 1;

	if (sec > (INT32_MAX - ticks) / HZ)
		return INT32_MAX;
	return sec * HZ + ticks;
}

static void
itimer_rings(void *arg)
{
	struct proc *p = arg;

	if (p->itimer[ITIMER_REAL].interval > 0)
		timer_set(&p->alarm_timer, p->itimer[ITIMER_REAL].interval, itimer_rings, p);
	signal_post(p, SIGALRM, NULL);
}

void
itimer_tick(struct proc *p, bool user)
{
	int i;

	for (i = user ? ITIMER_VIRTUAL : ITIMER_PROF; i <= ITIMER_PROF; i++) {
		if (p->itimer[i].left == 0 || --p->itimer[i].left > 0)
			continue;
		p->itimer[i].left = p->itimer[i].interval;
		signal_post(p, itimer_signal[i], NULL);
	}
}

/* Ticks to come, without the one that ticks_for() adds; but never told as 0,
 * which would say that none was set. */
static uint32_t
itimer_left(const struct proc *p, int which)
{
	uint32_t left = which == ITIMER_REAL ? timer_left(&p->alarm_timer) : p->itimer[which].left;

	return left <= 1 ? left : left - 1;
}

static void
itimer_set(struct proc *p, int which, uint32_t ticks, uint32_t interval)
{
	p->itimer[which].interval = interval;
	if (which != ITIMER_REAL)
		p->itimer[which].left = ticks;
	else if (ticks == 0)
		timer_cancel(&p->alarm_timer);
	else
		timer_set(&p->alarm_timer, ticks, itimer_rings, p);
}

int
sys_getitimer(const uint32_t *arg, uint32_t *result)
{
	const struct proc *p = curproc();
	struct abi_itimerval it;

	if (arg[0] > ITIMER_PROF)
		return EINVAL;
	ticks_to_timeval(itimer_left(p, arg[0]), &it.it_value);
	ticks_to_timeval(p->itimer[arg[0]].interval, &it.it_interval);
	return copyout(arg[1], &it, sizeof(it));
}

/* => EINVAL: no time. */
static int
timeval_ticks(const struct abi_timeval32 *tv, uint32_t *ticks)
{
	if (tv->tv_sec < 0 || (uint32_t)tv->tv_usec >= 1000000)
		return EINVAL;
	*ticks =
		tv->tv_sec == 0 && tv->tv_usec == 0 ? 0 : ticks_for(tv->tv_sec, tv->tv_usec * 1000);
	return 0;
}

int
sys_setitimer(const uint32_t *arg, uint32_t *result)
{
	struct abi_itimerval it = {.it_value = {0, 0}};
	uint32_t ticks, interval;

	if (arg[0] > ITIMER_PROF)
		return EINVAL;
	if (arg[1] != 0 && copyin(&it, arg[1], sizeof(it)) != 0)
		return EFAULT;
	if (timeval_ticks(&it.it_value, &ticks) != 0 ||
	    timeval_ticks(&it.it_interval, &interval) != 0)
		return EINVAL;
	if (arg[2] != 0 && sys_getitimer((uint32_t[]){arg[0], arg[2]}, result) != 0)
		return EFAULT;
	/* From ring to ring the ticks are whole. */
	itimer_set(curproc(), arg[0], ticks, interval > 0 ? interval - 1 : 0);
	return 0;
}

int
sys_alarm(const uint32_t *arg, uint32_t *result)
{
	struct proc *p = curproc();

	*result = (itimer_left(p, ITIMER_REAL) + HZ - 1) / HZ;
	itimer_set(p, ITIMER_REAL, arg[0] == 0 ? 0 : ticks_for(arg[0], 0), 0);
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

int
sys_getrusage(const uint32_t *arg, uint32_t *result)
{
	int who = arg[0];
	struct abi_rusage ru;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return EINVAL;
	proc_rusage(curproc(), who != RUSAGE_CHILDREN, who == RUSAGE_CHILDREN, &ru);
	return copyout(arg[1], &ru, sizeof(ru));
}
