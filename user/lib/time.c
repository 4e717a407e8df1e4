/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, sleeping, and dates. The time zone is always UTC. */
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int __sys_nanosleep(const struct abi_timespec32 *ts, struct abi_timespec32 *left);

_Static_assert(sizeof(struct timespec) == sizeof(struct abi_timespec64), "");

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
	return 0;
}

time_t
time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int
nanosleep(const struct timespec *ts, struct timespec *left)
{
	struct abi_timespec32 t = {ts->tv_sec, ts->tv_nsec};
	int r = __sys_nanosleep(&t, &t);

	if (r < 0 && left)
		*left = (struct timespec){t.tv_sec, t.tv_nsec, 0};
	return r;
}

unsigned
sleep(unsigned seconds)
{
	struct timespec t = {.tv_sec = seconds};

	return nanosleep(&t, &t) < 0 ? t.tv_sec : 0;
}

int
usleep(useconds_t us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000, 0};

	return nanosleep(&t, NULL);
}

static int
days_of_year(int year)
{
	return 365 + ((year % 4 == 0 && year % 100) || year % 400 == 0);
}

static int
days_of_month(const struct tm *tm)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[tm->tm_mon] + (tm->tm_mon == 1 && days_of_year(tm->tm_year + 1900) == 366);
}

/* Dates before 1970 become 1970-01-01. */
struct tm *
gmtime(const time_t *t)
{
	static struct tm tm;
	time_t at = *t > 0 ? *t : 0;
	int days = at / 86400, second = at % 86400, n;

	tm = (struct tm){second % 60, second / 60 % 60, second / 3600, 0, 0, 70, 0, 0, 0};
	tm.tm_wday = (days + 4) % 7;
	for (; days >= (n = days_of_year(tm.tm_year + 1900)); tm.tm_year++)
		days -= n;
	tm.tm_yday = days;
	for (; days >= (n = days_of_month(&tm)); tm.tm_mon++)
		days -= n;
	tm.tm_mday = days + 1;
	return &tm;
}

char *
asctime(const struct tm *tm)
{
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static char s[40];

	snprintf(s, sizeof(s), "%.3s %.3s %2d %02d:%02d:%02d %d\n", day + 3 * tm->tm_wday,
	         month + 3 * tm->tm_mon, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
	         tm->tm_year + 1900);
	return s;
}
