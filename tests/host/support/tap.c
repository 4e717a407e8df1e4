/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int count, failed;
static uint64_t state;
static unsigned long seed = 1;

static void
line(bool good, const char *fmt, va_list ap)
{
	failed += !good;
	printf("%sok %d - ", good ? "" : "not ", ++count);
	vprintf(fmt, ap);
	printf("\n");
	if (!good && state != 0)
		printf("# to repeat: SEED=%lu\n", seed);
	fflush(stdout);
}

bool
ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(cond, fmt, ap);
	va_end(ap);
	return cond;
}

bool
is(long long got, long long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("# got %lld, not %lld\n", got, want);
	return got == want;
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(false, fmt, ap);
	va_end(ap);
	_exit(plan());
}

int
plan(void)
{
	printf("1..%d\n", count);
	fflush(stdout);
	return failed > 0;
}

/* xorshift64* (Vigna, 2016): small, and the same on every host. */
uint32_t
rnd(uint32_t n)
{
	if (state == 0) {
		const char *s = getenv("SEED");

		seed = s != NULL ? strtoul(s, NULL, 0) : seed;
		state = seed * 0x9e3779b97f4a7c15u | 1;
	}
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1du >> 32) * n >> 32);
}

bool
panics(void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fclose(stderr);
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == PANIC_STATUS;
}

static sem_t turn[2];
static bool second; /* true while the second thread runs */

static void *
start(void *fn)
{
	((void (*)(void))fn)();
	second = false;
	sem_post(&turn[0]);
	return NULL;
}

void
baton_start(void (*fn)(void))
{
	pthread_t thread;

	sem_init(&turn[0], 0, 0);
	sem_init(&turn[1], 0, 0);
	second = true;
	alarm(60); /* end the test if a turn is lost */
	pthread_create(&thread, NULL, start, (void *)fn);
	pthread_detach(thread);
	sem_wait(&turn[0]);
}

void
baton_yield(void)
{
	bool me = second;

	second = !me;
	sem_post(&turn[second]);
	sem_wait(&turn[me]);
}
