/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, sleeping, and dates; the zone is always UTC. */
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
	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *t)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int
nanosleep(const struct timespec *ts, struct timespec *left)
{
	struct abi_timespec32 t = {ts->tv_sec, ts->tv_nsec}, rest = t;
	int r = __sys_nanosleep(&t, &rest);

	if (r < 0 && left) {
		left->tv_sec = rest.tv_sec;
		left->tv_nsec = rest.tv_nsec;
	}
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

/* Days since 1970 to a date, by years that begin in March: then the leap
 * day is the last of its year, and months have a regular length. */
struct tm *
gmtime(const time_t *t)
{
	static struct tm tm;
	long long days = *t / 86400;
	int rest = *t % 86400, era, doe, yoe, doy, m;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	tm.tm_hour = rest / 3600;
	tm.tm_min = rest / 60 % 60;
	tm.tm_sec = rest % 60;
	tm.tm_wday = ((days + 4) % 7 + 7) % 7;

	days += 719468; /* from 0000-03-01 */
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097ll;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	tm.tm_mday = doy - (153 * m + 2) / 5 + 1;
	tm.tm_mon = m < 10 ? m + 2 : m - 10;
	tm.tm_year = yoe + era * 400 + (m >= 10) - 1900;

	int y = tm.tm_year + 1900, leap = (y % 4 == 0 && y % 100) || y % 400 == 0;

	tm.tm_yday = doy >= 306 ? doy - 306 : doy + 59 + leap;
	return &tm;
}

struct tm *
localtime(const time_t *t)
{
	return gmtime(t);
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

char *
ctime(const time_t *t)
{
	return asctime(gmtime(t));
}
