/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/misc.h"
#include <sys/types.h>

struct timespec {
	time_t tv_sec;
	long tv_nsec;
	int pad;
};
struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
};
struct tm {
	int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year;
	int tm_wday, tm_yday, tm_isdst;
};

time_t time(time_t *t);
int gettimeofday(struct timeval *tv, void *zone);
int clock_gettime(clockid_t id, struct timespec *ts);
int nanosleep(const struct timespec *ts, struct timespec *left);
struct tm *gmtime(const time_t *t);
char *asctime(const struct tm *tm);
#define localtime(t) gmtime(t)
#define ctime(t) asctime(gmtime(t))
