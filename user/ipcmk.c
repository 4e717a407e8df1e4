/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcmk -M SIZE [-p MODE]: create a segment under a key drawn at random. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/shm.h>
#include <unistd.h>

/* Bytes; K, M, G (or KiB...) are powers of 1024, KB, MB, GB of 1000. */
static int
parse_size(const char *s, size_t *size)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (end == s || *s == '-')
		errno = EINVAL;
	if (*end) {
		int base = strcasecmp(end + 1, "B") == 0 ? 1000 : 1024;

		unit = strchr(units, *end == 'k' ? 'K' : *end);
		if (unit == NULL || (end[1] && base == 1024 && strcasecmp(end + 1, "iB")))
			errno = EINVAL;
		else
			for (; unit >= units && n >> 32 == 0; unit--)
				n *= base;
	}
	if (!errno && n >> 32)
		errno = ERANGE;
	*size = n;
	return errno;
}

int
main(int argc, char **argv)
{
	unsigned long mode = 0644;
	const char *text = NULL;
	char *end = "";
	size_t size;
	key_t key;
	int c, id;

	while ((c = getopt(argc, argv, "M:p:h")) != -1) {
		if (c == 'h') {
			puts("Usage: ipcmk -M SIZE[K|M|G] [-p MODE]");
			return 0;
		}
		if (c == '?')
			goto usage;
		if (c == 'M')
			text = optarg;
		else
			mode = strtoul(optarg, &end, 8);
		if (*end) {
			fprintf(stderr, "ipcmk: failed to parse mode\n");
			return 1;
		}
	}
	if (text == NULL || optind < argc) {
		fprintf(stderr, "ipcmk: bad usage\n");
		goto usage;
	}
	if (parse_size(text, &size)) {
		fprintf(stderr, "ipcmk: failed to parse size: '%s': %s\n", text, strerror(errno));
		return 1;
	}
	getrandom(&key, sizeof(key), 0);
	id = shmget(key, size, IPC_CREAT | (mode & 0777));
	if (id < 0) {
		perror("ipcmk: create share memory failed");
		return 1;
	}
	printf("Shared memory id: %d\n", id);
	return 0;
usage:
	fprintf(stderr, "Try 'ipcmk -h' for more information.\n");
	return 1;
}
