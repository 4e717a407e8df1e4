/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcmk -M SIZE [-p MODE]: creates a segment with a random key. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

/* Returns a size in bytes. The suffixes K, M and G (or KiB, MiB, GiB) mean powers of 1024. */
static size_t
parse_size(const char *s)
{
	static const char units[] = " KMG";
	const char *unit = units;
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (end > s && *end && (unit = strchr(units, toupper(*end))))
		n = n >> 32 ? n : n << 10 * (unit - units);
	if (end == s || *s == '-' || !unit || (*end && end[1] && strcasecmp(end + 1, "iB")))
		errno = EINVAL;
	else if (n >> 32)
		errno = ERANGE;
	if (errno) {
		fprintf(stderr, "ipcmk: failed to parse size: '%s': %s\n", s, strerror(errno));
		exit(1);
	}
	return n;
}

int
main(int argc, char **argv)
{
	unsigned long mode = 0644;
	const char *size = NULL;
	char *end = "";
	key_t key;
	int c, id;

	while ((c = getopt(argc, argv, "M:p:h")) != -1) {
		if (c == 'M') {
			size = optarg;
		} else if (c == 'p') {
			mode = strtoul(optarg, &end, 8);
		} else {
			puts("Usage: ipcmk -M SIZE[K|M|G] [-p MODE]");
			return c != 'h';
		}
	}
	if (size == NULL || optind < argc || *end) {
		fprintf(stderr, *end ? "ipcmk: failed to parse mode\n" : "ipcmk: bad usage\n");
		return 1;
	}
	getrandom(&key, sizeof(key), 0);
	id = shmget(key, parse_size(size), IPC_CREAT | (mode & 0777));
	if (id < 0) {
		perror("ipcmk: create share memory failed");
		return 1;
	}
	printf("Shared memory id: %d\n", id);
	return 0;
}
