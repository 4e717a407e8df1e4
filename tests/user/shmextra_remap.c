/* SPDX-License-Identifier: BSD-2-Clause */
/* SHM_REMAP: spec-shm.md part 5. */
#include "shmcalls.h"

#define A ((char *)0x60000000)
#define RW (PROT_READ | PROT_WRITE)

static const struct entrance *e;
static int id, other; /* segments of three pages, filled with 'i' and 'o' */

static unsigned
nattch(int of)
{
	return stat_of(of).shm_nattch;
}

static char *
anonymous(char *at, unsigned pages, int fill)
{
	char *m = mmap(at, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	memset(m, fill, pages * PAGE);
	return m;
}

/* Returns the first byte of each of n pages, as a string. */
static const char *
view(const char *at, int n)
{
	static char seen[16];

	for (int i = 0; i < n; i++)
		seen[i] = at[i * PAGE];
	seen[n] = 0;
	return seen;
}

static void
shows(const char *at, const char *want, const char *name)
{
	const char *got = view(at, strlen(want));

	ok(strcmp(got, want) == 0, "%s (%s)", name, e->name);
	if (strcmp(got, want) != 0)
		diag("got %s, wanted %s", got, want);
}

static void
addresses(void)
{
	fails((long)e->at(id, NULL, SHM_REMAP), EINVAL, "remap.1 %s: no address", e->name);
	fails((long)e->at(id, NULL, SHM_REMAP | SHM_RND), EINVAL, "remap.1 nor with SHM_RND");
	fails((long)e->at(id, A + 1, SHM_REMAP), EINVAL, "at.4b SHM_REMAP of a misaligned address");
	fails((long)e->at(id, (void *)1, SHM_REMAP | SHM_RND), EINVAL, "at.5c page 0 by SHM_REMAP");
	fails((long)e->at(id, (void *)0xf000, SHM_REMAP), EINVAL, "at.5c page 15 by SHM_REMAP");
	fails((long)e->at(id, (void *)0xbffff000, SHM_REMAP), EINVAL, "at.5b over the kernel");
	fails((long)e->at(id, (void *)0xfffff000, SHM_REMAP), EINVAL, "at.5b wrapping");
	fails((long)e->at(-1, NULL, SHM_REMAP), EINVAL, "at.1a before that, the identifier");
	CHILD(become(BOB, BOB);
	      fails((long)e->at(id, NULL, SHM_REMAP), EACCES,
	            "at.2>at.4 EACCES before no address"));
	is(nattch(id), 0, "remap.1 nothing is attached");
	is((long)e->at(id, A, SHM_REMAP), (long)A, "remap.2 of what is free");
	shows(A, "iii", "remap.2 it is attached");
	e->dt(A);
}

static void
replaces(void)
{
	anonymous(A, 5, 'm');
	is((long)e->at(id, A + PAGE + 77, SHM_REMAP | SHM_RND), (long)A + PAGE,
	   "remap.2 %s: the middle of a mapping, rounded down", e->name);
	shows(A, "miiim", "remap.2 it and nothing else");
	is(nattch(id), 1, "remap.2 counted");
	is(e->dt(A + PAGE), 0, "remap.2 it can be detached");
	is(reads(A + 2 * PAGE), SEGV, "remap.2 then nothing is there");
	shows(A, "m", "remap.2 what was below stays");
	shows(A + 4 * PAGE, "m", "remap.2 what was above stays");
	munmap(A, 5 * PAGE);

	anonymous(A, 1, 'a'), anonymous(A + 2 * PAGE, 1, 'b');
	e->at(id, A, SHM_REMAP | SHM_RDONLY);
	shows(A, "iii", "remap.2 several mappings and a hole");
	is(writes(A), SEGV, "remap.2 read-only");
	fails(mprotect(A, PAGE, RW), EACCES, "remap.2 which it stays");
	e->dt(A);
}

/* SHM_REMAP replaces attaches. */
static void
attaches(void)
{
	e->at(other, A, 0);
	is((long)e->at(id, A, SHM_REMAP), (long)A, "remap.3 %s: over all of an attach", e->name);
	is(nattch(other), 0, "remap.3 it counts as detached");
	is(stat_of(other).shm_lpid, getpid(), "remap.3 lpid");
	is(nattch(id), 1, "remap.3 the new one is counted");
	is((long)e->at(id, A, SHM_REMAP), (long)A, "remap.3 over one of the same segment");
	is(nattch(id), 1, "remap.3 one came, one went");
	shows(A, "iii", "remap.3 the memory is the same");
	is(e->dt(A), 0, "remap.3 one shmdt");
	fails(e->dt(A), EINVAL, "remap.3 and no second");

	e->at(other, A, 0);
	e->at(id, A + PAGE, SHM_REMAP);
	shows(A, "oiii", "remap.3 over the end of an attach");
	is(nattch(other), 1, "remap.3 which stays");
	is(e->dt(A), 0, "remap.3 shmdt of what is left of it");
	shows(A + PAGE, "iii", "remap.3 takes nothing else");
	is(nattch(id), 1, "remap.3 the new one stays");
	e->dt(A + PAGE);

	e->at(other, A + 2 * PAGE, 0);
	e->at(id, A, SHM_REMAP);
	shows(A, "iiioo", "remap.3 over the start of an attach");
	is(e->dt(A + 2 * PAGE), 0, "remap.3 it is found by the start that it had");
	shows(A, "iii", "remap.3 the new one is whole");
	is(nattch(other), 0, "remap.3 nothing of the other is left");
	e->dt(A);

	int gone = e->get(IPC_PRIVATE, PAGE, 0600);
	unsigned n = count_segments();

	e->at(gone, A + PAGE, 0);
	e->ctl(gone, IPC_RMID, NULL);
	e->at(id, A, SHM_REMAP);
	is(count_segments(), n - 1, "remap.3 a removed one dies with it");
	e->dt(A);
}

/* When an allocation of the call fails, each in turn, or the call is
 * refused, what was mapped stays. */
static void
failures(void)
{
	static const char *const site[] = {"attach", "kmem", "commit"};
	char text[32];

	for (int s = 0; s < 3; s++) {
		int n = 0, wrong = 0;
		char *got;

		anonymous(A, 2, 'm');
		e->at(other, A + 2 * PAGE, 0);
		do {
			snprintf(text, sizeof(text), "%s:nth=%d", site[s], ++n);
			knob("fail", text);
			got = e->at(id, A + PAGE, SHM_REMAP);
			if (got == NO_ADDR)
				wrong += errno != ENOMEM;
			knob("fail", "\n");
			if (got == NO_ADDR)
				wrong += strcmp(view(A, 5), "mmooo") != 0 || nattch(id) != 0 ||
				         nattch(other) != 1;
		} while (got == NO_ADDR && n < 100);
		ok(n > 1 && n < 100 && wrong == 0, "remap.4 %s: %d failures of %s take nothing",
		   e->name, n - 1, site[s]);
		shows(A, "miiio", "remap.4 the next replaces");
		e->dt(A + PAGE);
		is(e->dt(A + 2 * PAGE), 0, "remap.4 what is left of the attach under it");
		is(nattch(id) + nattch(other), 0, "remap.4 nothing is attached");
		munmap(A, 5 * PAGE);
		invariants();
	}
	/* It has as many attaches as it may. The call needs room, even if it would free some. */
	knob("shmseg", "1\n");
	e->at(other, A, 0);
	fails((long)e->at(id, A, SHM_REMAP), EMFILE, "at.3 SHM_REMAP wants room for an attach");
	shows(A, "ooo", "remap.4 the old one stays");
	e->dt(A);
	knob("shmseg", "128\n");
}

static void
fill(int of, int with)
{
	char *p = e->at(of, NULL, 0);

	memset(p, with, 3 * PAGE);
	e->dt(p);
}

/* ipc() stores the attach's address in memory, which the attach must not replace. */
static void
result_word(void)
{
	char *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	strcpy(m, "kept");
	fails(syscall(117, IPCOP_SHMAT, id, SHM_REMAP | SHM_RDONLY, m, m, 0), EFAULT,
	      "remap.4 read-only memory in place of the result's");
	fails(syscall(117, IPCOP_SHMAT, id, SHM_REMAP | SHM_RDONLY | SHM_RND, m + 8, m + 5, 0),
	      EFAULT, "remap.4 the same with SHM_RND");
	is(nattch(id), 0, "remap.4 nothing is attached");
	is(strcmp(m, "kept"), 0, "remap.4 what was there is there");
	is(syscall(117, IPCOP_SHMAT, id, SHM_REMAP, m, m, 0), 0, "remap.2 the result's own page");
	is(*(unsigned *)m, (unsigned)m, "remap.2 which then is in the segment");
	e->dt(m);
}

void
test(void)
{
	for (EACH_ENTRANCE(each)) {
		e = each;
		id = e->get(IPC_PRIVATE, 3 * PAGE, 0600);
		other = e->get(IPC_PRIVATE, 3 * PAGE, 0600);
		fill(id, 'i');
		fill(other, 'o');
		addresses();
		replaces();
		attaches();
		failures();
		result_word();
		e->ctl(id, IPC_RMID, NULL);
		e->ctl(other, IPC_RMID, NULL);
	}
	invariants();
}
