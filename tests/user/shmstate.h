/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares all that shows segments and attaches. Nothing here calls malloc, because some
 * of the tests examine the heap. */
#pragma once

#include "shmcalls.h"

static inline const char *
text_of(const char *path)
{
	static char text[16384];
	int fd = open(path, O_RDONLY), n = 0, more;

	while ((more = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += more;
	text[n] = 0;
	close(fd);
	return text;
}

/* Returns what a process has mapped in n pages from `at` on, a letter for each page: A for an
 * attach of `one`, B for one of `two`, a and b if it is read-only, p for a private mapping, s for
 * another shared one, and a dot for no mapping. */
static inline const char *
view(pid_t pid, const char *at, unsigned n, int one, int two)
{
	static char seen[32];
	char path[32], *p;

	memset(seen, '.', n);
	seen[n] = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	for (const char *line = text_of(path); *line; line = strchr(line, '\n') + 1) {
		unsigned long from = strtoul(line, &p, 16), to = strtoul(p + 1, &p, 16);
		int writable = p[2] == 'w', private = p[4] == 'p', id;

		strtoul(p + 6, &p, 16); /* the offset, then the device */
		id = strtol(p + 7, &p, 10);
		for (unsigned i = 0; i < n; i++) {
			unsigned long page = (unsigned long)at + i * PAGE;
			char kind = id == one ? 'a' : id == two ? 'b' : 's';

			if (page >= from && page < to)
				seen[i] = private ? 'p' : writable ? kind & ~0x20 : kind;
		}
	}
	return seen;
}

/* Checks that segment id has nattch attaches (or is GONE) and was last used by lpid (or by
 * ANYBODY), and that SHM_STAT and /proc/sysvipc/shm agree. */
#define GONE (-1)
#define ANYBODY (-1)
static inline void
stands(int id, int nattch, pid_t lpid, const char *what)
{
	struct shmid_ds ds;
	int there = shmctl(id, SHM_STAT, &ds) == id, same = 0;
	char *p;

	for (const char *line = strchr(text_of("/proc/sysvipc/shm"), '\n') + 1; *line;
	     line = strchr(line, '\n') + 1) {
		unsigned long v[7];

		p = (char *)line;
		for (int i = 0; i < 7; i++)
			v[i] = strtoul(p, &p, i == 2 ? 8 : 10);
		if ((int)v[1] == id)
			same = v[2] == ds.shm_perm.mode && v[3] == ds.shm_segsz &&
			       (int)v[4] == ds.shm_cpid && (int)v[5] == ds.shm_lpid &&
			       v[6] == ds.shm_nattch;
	}
	if (nattch == GONE) {
		ok(!there && !same, "%s: it is gone", what);
	} else {
		ok(there && same, "%s: stat and /proc say the same", what);
		is(ds.shm_nattch, nattch, "%s: nattch", what);
		ok(lpid == ANYBODY || ds.shm_lpid == lpid, "%s: lpid", what);
	}
	invariants();
}
