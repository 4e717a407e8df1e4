/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 512 --append shmmni=32768 */
/* counts: instructions */
/*
 * With as many segments as there can be, all are found, and finding or creating one takes as many
 * instructions as with ten segments.
 */
#include "cost.h"
#include "shmcalls.h"

#define MOST 32768
#define ROUNDS 255
#define KEY 0x2000000 /* not a value of key_of() */

static int *ids;

/* Returns the key of segment n. As with real programs, some keys follow each other and
 * others are scattered; none is 0. */
static key_t
key_of(int n)
{
	return n % 2 ? 0x10000 + n : (key_t)(n * 2246822519u) | 0x40000000;
}

/* Creates the segments `from` to n - 1. Returns how many could not be created. */
static int
fill(int from, int n)
{
	int bad = 0;

	for (int i = from; i < n; i++) {
		ids[i] = shmget(key_of(i), PAGE, IPC_CREAT | IPC_EXCL | 0600);
		bad += ids[i] < 0;
	}
	return bad;
}

/* ---- What a call takes with n segments: the median of many rounds ---- */

struct cost {
	unsigned find, stat, create, lowest;
};

static int
by_size(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static unsigned
median(unsigned *sample)
{
	qsort(sample, ROUNDS, sizeof(*sample), by_size);
	return sample[ROUNDS / 2];
}

static void
cost_look(int n, struct cost *c)
{
	unsigned find[ROUNDS], stat[ROUNDS];
	struct shmid_ds ds;
	int bad = 0, id;

	for (int i = 0; i < ROUNDS; i++) {
		int at = i * 7919 % n;

		find[i] = COST(id = shmget(key_of(at), 0, 0));
		bad += id != ids[at];
		stat[i] = COST(bad += shmctl(id, IPC_STAT, &ds) != 0);
		bad += ds.shm_perm.key != key_of(at);
	}
	is(bad, 0, "%d segments: found by key and by identifier", n);
	c->find = median(find);
	c->stat = median(stat);
}

/* Creates two segments and removes them. The first gets the slot that was freed last, the second
 * the lowest free slot, which the kernel has to look for. */
static void
cost_create(int n, struct cost *c)
{
	unsigned sample[2][ROUNDS];
	int bad = 0, id[2];

	for (int i = 0; i < ROUNDS; i++) {
		for (int k = 0; k < 2; k++)
			sample[k][i] = COST(id[k] = shmget(KEY + k, PAGE, IPC_CREAT | 0600));
		for (int k = 0; k < 2; k++)
			sample[k][i] += COST(bad += shmctl(id[k], IPC_RMID, NULL) != 0);
	}
	is(bad, 0, "%d segments: two more are made and removed", n);
	c->create = median(sample[0]);
	c->lowest = median(sample[1]);
}

static void
measure(int n, struct cost *c)
{
	cost_look(n, c);
	cost_create(n, c);
	diag("%5d segments: shmget %u, IPC_STAT %u, new and IPC_RMID %u, in the lowest slot %u", n,
	     c->find, c->stat, c->create, c->lowest);
}

static void
same(const struct cost *ten, const struct cost *many, int n)
{
	ok(near(ten->find, many->find), "by key: %d differ from 10 by less than a tenth", n);
	ok(near(ten->stat, many->stat), "by identifier: %d by less than a tenth", n);
	ok(near(ten->create, many->create), "new and removed: %d by less than a tenth", n);
	ok(near(ten->lowest, many->lowest), "the lowest slot: %d by less than a tenth", n);
}

/* ---- How long other processes wait while a call walks all segments ---- */

#define GAP_MAX 1000000 /* instructions */

static volatile struct {
	unsigned gap;
	int stop;
} * watch;

/* Runs all the time, and notes the longest time for which it did not run. */
static void
watches(void)
{
	unsigned last = instructions();

	while (!watch->stop) {
		unsigned now = instructions();

		if (now - last > watch->gap)
			watch->gap = now - last;
		last = now;
	}
}

static void
gap_of(const char *what, unsigned took)
{
	usleep(20000); /* let the watcher see the end of the last gap */
	diag("%s: %u instructions, others waited for up to %u", what, took, watch->gap);
	if (!is_debug())
		ok(watch->gap < GAP_MAX, "%s: nobody waits for longer than %u instructions", what,
		   GAP_MAX);
	watch->gap = 0;
}

static void
others_run(void)
{
	static char text[65536];
	int fd = open("/proc/sysvipc/shm", O_RDONLY), size = 0, n;
	struct shm_info info;
	unsigned took;
	pid_t pid;

	while ((n = read(fd, text, sizeof(text))) > 0)
		size += n;
	watch = shared(sizeof(*watch));
	pid = SPAWN(watches());
	usleep(100000);
	watch->gap = 0;
	took = COST(n = syscall(180, fd, text, 1, size / 8, 0));
	is(n, 1, "proc.1 a byte behind many lines");
	gap_of("proc.1 a byte behind many lines", took);
	took = COST(shmctl(0, SHM_INFO, (void *)&info));
	gap_of("info.2 SHM_INFO", took);
	watch->stop = 1;
	ending(pid);
	munmap((void *)watch, sizeof(*watch));
	close(fd);
}

/* ---- All of them ---- */

static void
all(void)
{
	char *taken = calloc(MOST, 1);
	struct shmid_ds ds;
	int bad = 0, slot;

	is(fill(MOST - 2, MOST), 0, "32,768 segments");
	fails(shmget(IPC_PRIVATE, PAGE, 0600), ENOSPC, "3b.2 one more: ENOSPC");
	is(count_segments(), MOST, "proc.1 /proc/sysvipc/shm lists them");
	for (int i = 0; i < MOST; i++) {
		slot = ids[i] & 0xffff;
		bad += shmget(key_of(i), 0, 0) != ids[i] || shmctl(ids[i], IPC_STAT, &ds) != 0 ||
		       ds.shm_perm.key != key_of(i) || slot >= MOST || taken[slot]++;
	}
	is(bad, 0, "each is found by key and by identifier, in a slot of its own");
	slot = ids[12345] & 0xffff;
	is(shmctl(ids[12345], IPC_RMID, NULL), 0, "one is removed");
	ids[12345] = shmget(key_of(12345), PAGE, IPC_CREAT | 0600);
	is(ids[12345] & 0xffff, slot, "3b.4a the only free slot is found");
	for (int i = MOST - 1; i >= 0; i--)
		bad += shmctl(ids[i], IPC_RMID, NULL) != 0;
	is(bad, 0, "all are removed");
	is(count_segments(), 0, "none is left");
	fails(shmget(key_of(1), 0, 0), ENOENT, "nor its key");
}

void
test(void)
{
	struct cost ten, thousand, most;

	ids = malloc(MOST * sizeof(*ids));
	is(fill(0, 10), 0, "10 segments");
	measure(10, &ten);
	is(fill(10, 1000), 0, "1,000 segments");
	measure(1000, &thousand);
	is(fill(1000, MOST - 2), 0, "32,766 segments");
	measure(MOST - 2, &most);
	if (is_debug()) {
		diag("the figures are those of a debug build, which walks the invariants");
	} else {
		same(&ten, &thousand, 1000);
		same(&ten, &most, MOST - 2);
	}
	others_run();
	all();
}
