/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses the C library's own locks in a segment, between processes: a mutex and a
 * condition variable, semaphores, and a barrier. The program does not know on which
 * system it runs; it prints what it has found.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 2000
#define WORKERS 4

static struct {
	pthread_mutex_t mutex, held;
	pthread_cond_t turn;
	pthread_barrier_t start;
	sem_t ping, pong;
	int count, whose, pings;
} * s;

static pid_t
spawn(void (*fn)(int), int arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		fn(arg);
		_exit(0);
	}
	return pid;
}

/* Adds one in turn with the others. A lock that does not lock, or a wake-up that
 * is lost, would show in the sum. */
static void
worker(int n)
{
	pthread_barrier_wait(&s->start);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&s->mutex);
		while (s->whose != n)
			pthread_cond_wait(&s->turn, &s->mutex);
		s->count++;
		s->whose = (n + 1) % WORKERS;
		pthread_cond_broadcast(&s->turn);
		pthread_mutex_unlock(&s->mutex);
	}
}

static void
echo(int rounds)
{
	while (rounds-- > 0) {
		sem_wait(&s->ping);
		s->pings++;
		sem_post(&s->pong);
	}
}

static void
hold(int unused)
{
	(void)unused;
	pthread_mutex_lock(&s->held);
	sem_post(&s->pong);
	pause();
}

static void
prepare(void)
{
	pthread_mutexattr_t m;
	pthread_condattr_t c;
	pthread_barrierattr_t b;

	pthread_mutexattr_init(&m);
	pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&s->mutex, &m);
	pthread_mutex_init(&s->held, &m);
	pthread_condattr_init(&c);
	pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&s->turn, &c);
	pthread_barrierattr_init(&b);
	pthread_barrierattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&s->start, &b, WORKERS);
	sem_init(&s->ping, 1, 0);
	sem_init(&s->pong, 1, 0);
}

int
main(void)
{
	int id = shmget(IPC_PRIVATE, sizeof(*s), 0600), err;
	struct timespec t;
	pid_t pid;

	s = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (s == (void *)-1)
		return 1;
	prepare();
	for (int i = 0; i < WORKERS; i++)
		spawn(worker, i);
	while (wait(NULL) > 0)
		;
	printf("mutex, condition, barrier: %d of %d\n", s->count, WORKERS * ROUNDS);
	spawn(echo, ROUNDS);
	for (int i = 0; i < ROUNDS; i++) {
		sem_post(&s->ping);
		sem_wait(&s->pong);
	}
	wait(NULL);
	printf("semaphores: %d of %d\n", s->pings, ROUNDS);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	err = sem_timedwait(&s->ping, &t);
	printf("sem_timedwait: %s\n", err < 0 && errno == ETIMEDOUT ? "time-out" : "wrong");
	pid = spawn(hold, 0);
	sem_wait(&s->pong);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	err = pthread_mutex_timedlock(&s->held, &t);
	printf("held by another: %s\n", err == ETIMEDOUT ? "time-out" : "wrong");
	kill(pid, SIGKILL);
	return 0;
}
