/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The museum of defects, spec-shm.md part 4. Each row is a defect that an implementation of
 * these calls once had, and a test that this kernel does not have it. Each row has a mutant in
 * tests/mutants that brings the defect back.
 */
#pragma once

#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	const char *name;
	void (*test)(void);
};

static inline int
read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY), n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = 0;
	return n;
}

/* Returns whether the invariants of spec-shm.md part 3 hold, as the kernel itself checks them. */
static inline int
consistent(void)
{
	char text[160];

	read_file("/proc/sysvipc/check", text, sizeof(text));
	if (strcmp(text, "ok\n") == 0)
		return 1;
	diag("%s", text);
	return 0;
}

/* Writes value to /proc/sys/kernel/NAME. Tries again if that fails, because the failure that a
 * test injects may hit the write itself. */
static inline void
kernel_set(const char *name, const char *value)
{
	char path[64], line[64];
	int fd, tries = 3;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	snprintf(line, sizeof(line), "%s\n", value);
	while ((fd = open(path, O_WRONLY)) < 0 && tries > 0)
		tries--;
	while (write(fd, line, strlen(line)) < 0 && tries > 0)
		tries--;
	if (tries == 0)
		bail(path);
	close(fd);
}

/* Returns whether each of the n bytes at p is c. */
static inline int
all(const char *p, char c, size_t n)
{
	while (n > 0 && *p == c)
		p++, n--;
	return n == 0;
}

static inline int
segment(size_t size)
{
	int id = shmget(IPC_PRIVATE, size, 0600);

	if (id < 0)
		bail("shmget");
	return id;
}

/* Runs every row in a process of its own, or only the row that /etc/row names. */
static inline void
visit(const struct row *rows, unsigned n)
{
	char only[16] = "";

	read_file("/etc/row", only, sizeof(only));
	only[strcspn(only, "\n")] = 0;
	for (; n-- > 0; rows++) {
		if (only[0] != 0 && strcmp(only, rows->name) != 0)
			continue;
		is(CHILD(rows->test()), 0, "%s the end of its process", rows->name);
		is(count_segments(), 0, "%s no segment is left", rows->name);
		ok(consistent(), "%s the invariants hold", rows->name);
	}
}
