/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests futex on words in private memory, in segments and in memory shared with children. */
#include "tap.h"

#include "abi/futex.h"
#include <time.h>

#define WAIT FUTEX_WAIT
#define WAKE FUTEX_WAKE
#define ALL 0x7fffffff

static long
futex(volatile void *word, int op, unsigned value, const void *t, void *to, unsigned value3)
{
	return syscall(240, word, op, value, t, to, value3);
}

static long long
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void
single(void)
{
	uint32_t *word = shared(PAGE);
	int32_t t[4] = {0, 50000000};
	long long from = now(CLOCK_MONOTONIC);

	*word = 7;
	fails(futex(word, WAIT, 6, NULL, NULL, 0), EAGAIN, "another value");
	fails(futex(word, WAIT, 7, t, NULL, 0), ETIMEDOUT, "nobody wakes it");
	ok(now(CLOCK_MONOTONIC) - from >= 50000000, "not before its time");
	from = now(CLOCK_REALTIME) + 50000000;
	t[0] = from / 1000000000, t[1] = from % 1000000000;
	fails(futex(word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 7, t, NULL, 1), ETIMEDOUT,
	      "until a date");
	ok(now(CLOCK_REALTIME) >= from && now(CLOCK_REALTIME) < from + 50000000, "it has come");
	from = now(CLOCK_MONOTONIC) + 50000000;
	t[0] = from / 1000000000, t[1] = 0, t[2] = from % 1000000000;
	fails(syscall(422, word, FUTEX_WAIT_BITSET, 7, t, NULL, 1), ETIMEDOUT, "by 64 bits");
	ok(now(CLOCK_MONOTONIC) >= from, "since boot");
	is(futex(word, WAKE, ALL, NULL, NULL, 0), 0, "nobody to wake");
	fails(futex((char *)word + 1, WAIT, 7, NULL, NULL, 0), EINVAL, "no word begins there");
	fails(futex((char *)word + 2, WAKE, 1, NULL, NULL, 0), EINVAL, "nor there");
	fails(futex((void *)0x10000, WAIT, 0, NULL, NULL, 0), EFAULT, "nothing there");
	fails(futex((void *)0x10000, WAKE, 1, NULL, NULL, 0), EFAULT, "nobody there");
	is(futex((void *)0x10000, WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 0,
	   "private words may be gone");
	fails(futex((void *)0xc0000000, WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), EFAULT,
	      "but not the kernel's");
	fails(futex(word, FUTEX_WAIT_BITSET, 7, NULL, NULL, 0), EINVAL, "no bit");
	fails(futex(word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL, "no bit to wake");
	t[1] = -1;
	fails(futex(word, WAIT, 7, t, NULL, 0), EINVAL, "a time before now");
	fails(futex(word, WAIT | FUTEX_CLOCK_REALTIME, 7, NULL, NULL, 0), ENOSYS,
	      "WAIT has no clock");
	fails(futex(word, 6, 0, NULL, NULL, 0), ENOSYS, "no such operation");
	fails(syscall(311, word, 8), EINVAL, "a list of locks of another form");
	is(syscall(311, word, 12), 0, "a list of locks");
	munmap(word, PAGE);
}

/* Memory shared with the children that waiter() starts. Each waits until it is woken, and then
 * adds its number to `who`. */
static struct {
	uint32_t word, other, turn;
	volatile int woken, who[8];
} * s;

static pid_t
waiter(int n, int op, unsigned bits)
{
	pid_t pid = SPAWN(if (futex(&s->word, op, 0, NULL, NULL, bits) != 0) _exit(1);
	                  s->who[s->woken++] = n);

	until_state(pid, 'S');
	return pid;
}

static void
order(void)
{
	pid_t pid[4];

	for (int i = 0; i < 4; i++)
		pid[i] = waiter(i, WAIT, 0);
	is(futex(&s->other, WAKE, ALL, NULL, NULL, 0), 0, "the next word is another");
	is(futex(&s->word, WAKE | FUTEX_PRIVATE_FLAG, ALL, NULL, NULL, 0), 0, "or a private one");
	is(futex(&s->word, WAKE, 2, NULL, NULL, 0), 2, "two are woken");
	is(ending(pid[0]) | ending(pid[1]), 0, "the first two");
	is(futex(&s->word, WAKE, ALL, NULL, NULL, 0), 2, "the rest");
	is(ending(pid[2]) | ending(pid[3]), 0, "are they");
	ok(s->who[0] == 0 && s->who[1] == 1 && s->who[2] == 2 && s->who[3] == 3, "in order");
	s->woken = 0;
	pid[0] = waiter(0, FUTEX_WAIT_BITSET, 1);
	pid[1] = waiter(1, FUTEX_WAIT_BITSET, 2);
	is(futex(&s->word, FUTEX_WAKE_BITSET, ALL, NULL, NULL, 4), 0, "bits of nobody");
	is(futex(&s->word, FUTEX_WAKE_BITSET, ALL, NULL, NULL, 6), 1, "one has that bit");
	is(ending(pid[1]), 0, "this one");
	is(futex(&s->word, WAKE, 1, NULL, NULL, 0), 1, "WAKE has all bits");
	is(ending(pid[0]), 0, "the other");
}

/* Tests a word of a segment that is reached at two addresses, one of them read-only, and by a
 * process that has attached the segment itself. */
static void
segments(void)
{
	int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	char *a = shmat(id, NULL, 0), *b = shmat(id, NULL, SHM_RDONLY);
	uint32_t *private =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid = SPAWN(_exit(futex(b + 2 * PAGE, WAIT, 0, NULL, NULL, 0) != 0));

	until_state(pid, 'S');
	is(futex(b + PAGE, WAKE, 1, NULL, NULL, 0), 0, "the same place of another page");
	is(futex(a + 2 * PAGE, WAKE, 1, NULL, NULL, 0), 1, "one who reads only is woken");
	is(ending(pid), 0, "and knows it");
	pid = SPAWN(char *c = shmat(id, NULL, 0);
	            _exit(futex(c + 4, WAIT, 0, NULL, NULL, 0) != 0));
	until_state(pid, 'S');
	shmctl(id, IPC_RMID, NULL);
	is(futex(a + 4, WAKE, 1, NULL, NULL, 0), 1, "wherever it is attached");
	is(ending(pid), 0, "it is woken");
	pid = SPAWN(_exit(futex(private, WAIT, 0, NULL, NULL, 0) != 0));
	until_state(pid, 'S');
	is(futex(private, WAKE, 1, NULL, NULL, 0), 0, "a private page is each one's own");
	kill(pid, SIGKILL);
	ending(pid);
	munmap(private, PAGE);
	shmdt(a), shmdt(b);
}

static void
ring(int sig)
{
	(void)sig;
}

static void
signals(void)
{
	struct sigaction act = {.sa_handler = ring};
	int32_t t[2] = {9, 0};
	pid_t pid;

	sigaction(SIGALRM, &act, NULL);
	alarm(1);
	fails(futex(&s->word, WAIT, 0, NULL, NULL, 0), EINTR, "a handler ends it");
	act.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &act, NULL);
	alarm(1);
	fails(futex(&s->word, WAIT, 0, t, NULL, 0), EINTR, "with a time always");
	pid = SPAWN(alarm(1); _exit(futex(&s->word, WAIT, 0, NULL, NULL, 0) != 0));
	sleep(2);
	until_state(pid, 'S');
	is(futex(&s->word, WAKE, 1, NULL, NULL, 0), 1, "without, SA_RESTART lets it go on");
	is(ending(pid), 0, "to its end");
}

void
test(void)
{
	s = shared(PAGE);
	single();
	order();
	segments();
	signals();
	munmap(s, PAGE);
}
