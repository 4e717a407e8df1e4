/* SPDX-License-Identifier: BSD-2-Clause */
/* There is one clock: whichever calls tell the time or stamp something, none gives an earlier
 * second than a call before it. They could disagree where a new second begins. */
#include "tap.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#define TURNS 6

static int id, file;

static time_t
by_time(void)
{
	return time(NULL);
}

static time_t
by_number(void)
{
	return syscall(13, NULL);
}

static time_t
by_gettimeofday(void)
{
	struct timeval tv = {0};

	gettimeofday(&tv, NULL);
	return tv.tv_sec;
}

static time_t
by_clock(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static time_t
by_coarse_clock(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	return t.tv_sec;
}

static time_t
by_attach(void)
{
	void *p = shmat(id, NULL, 0);
	time_t at = stat_of(id).shm_atime;

	shmdt(p);
	return at;
}

static time_t
by_detach(void)
{
	shmdt(shmat(id, NULL, 0));
	return stat_of(id).shm_dtime;
}

static time_t
by_set(void)
{
	struct shmid_ds ds = stat_of(id);

	shmctl(id, IPC_SET, &ds);
	return stat_of(id).shm_ctime;
}

static time_t
by_creation(void)
{
	int new = shmget(IPC_PRIVATE, PAGE, 0600);
	time_t at = stat_of(new).shm_ctime;

	shmctl(new, IPC_RMID, NULL);
	return at;
}

static time_t
by_write(void)
{
	struct stat st = {0};

	write(file, "x", 1);
	fstat(file, &st);
	return st.st_mtime;
}

static time_t
by_utimes(void)
{
	struct stat st = {0};

	/* sets the file's times to now, by its descriptor */
	syscall(320, file, NULL, NULL, 0);
	fstat(file, &st);
	return st.st_atime;
}

/* Returns the time of boot plus the time since then. */
static time_t
by_uptime(void)
{
	return procfs_number("/proc/stat", "btime") + procfs_number("/proc/uptime", "");
}

static const struct {
	const char *name;
	time_t (*tell)(void);
} ways[] = {
	{"time", by_time},
	{"time by its number", by_number},
	{"gettimeofday", by_gettimeofday},
	{"CLOCK_REALTIME", by_clock},
	{"CLOCK_REALTIME_COARSE", by_coarse_clock},
	{"shm_atime", by_attach},
	{"shm_dtime", by_detach},
	{"shm_ctime, set", by_set},
	{"shm_ctime, made", by_creation},
	{"a file's mtime", by_write},
	{"a file's atime, set to now", by_utimes},
	{"/proc/uptime", by_uptime},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
static int calls[WAYS], early[WAYS];

/* Asks for the time by each way in random order, from just before a new second begins until a way
 * tells it. Counts the answers that are earlier than the answer before them. */
static void
turn(void)
{
	struct timespec t;
	time_t last, next;
	unsigned i = 0;

	clock_gettime(CLOCK_REALTIME, &t);
	last = t.tv_sec;
	if (t.tv_nsec < 970000000)
		usleep(970000 - t.tv_nsec / 1000);
	do {
		i = (i + 1 + rand() % 2) % WAYS;
		next = ways[i].tell();
		calls[i]++;
		early[i] += next < last;
		last = next;
	} while (next == t.tv_sec);
}

void
test(void)
{
	id = shmget(IPC_PRIVATE, PAGE, 0600);
	file = open("/stamped", O_RDWR | O_CREAT, 0600);
	if (id < 0 || file < 0)
		bail("something to stamp");
	for (int i = 0; i < TURNS; i++)
		turn();
	for (int i = 0; i < WAYS; i++)
		ok(calls[i] > 0 && early[i] == 0, "%s is not before what was told before it",
		   ways[i].name);
	close(file);
	unlink("/stamped");
	shmctl(id, IPC_RMID, NULL);
}
