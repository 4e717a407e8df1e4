/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcrm [-v] [-a] [-m ID] [-M KEY] [ID...]: remove segments. */
#include <errno.h>
#include <procfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

static int failed, verbose;

static void
complain(const char *kind, const char *what)
{
	failed = 1;
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "ipcrm: permission denied for %s (%s)\n", kind, what);
	else if (errno == EINVAL || errno == ENOENT)
		fprintf(stderr, "ipcrm: invalid %s (%s)\n", kind, what);
	else if (errno == EIDRM)
		fprintf(stderr, "ipcrm: already removed %s (%s)\n", kind, what);
	else
		fprintf(stderr, "ipcrm: %s (%s): %s\n", kind, what, strerror(errno));
}

static void
remove_id(int id, const char *kind, const char *what)
{
	if (verbose)
		printf("removing shared memory segment id '%d'\n", id);
	if (shmctl(id, IPC_RMID, NULL) < 0)
		complain(kind, what);
}

static long
number(const char *s, int base)
{
	char *end;
	long n;

	errno = 0;
	n = base ? strtol(s, &end, base) : (long)strtoul(s, &end, base);
	if (end == s || *end || errno) {
		fprintf(stderr, "ipcrm: failed to parse argument: '%s'\n", s);
		exit(1);
	}
	return n;
}

static void
remove_key(const char *text)
{
	key_t key = number(text, 0);
	int id;

	if (key == IPC_PRIVATE) {
		fprintf(stderr, "ipcrm: illegal key (%s)\n", text);
		failed = 1;
		return;
	}
	id = shmget(key, 0, 0);
	if (id < 0)
		complain("key", text);
	else
		remove_id(id, "key", text);
}

static void
remove_all(void)
{
	FILE *f = shm_list();
	struct shm_line s;
	char text[12];

	while (f && shm_next(f, &s)) {
		sprintf(text, "%d", s.id);
		if (!(s.perms & SHM_DEST))
			remove_id(s.id, "id", text);
	}
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "am:M:vh")) != -1) {
		switch (c) {
		case 'a':
			remove_all();
			break;
		case 'm':
			remove_id(number(optarg, 10), "id", optarg);
			break;
		case 'M':
			remove_key(optarg);
			break;
		case 'v':
			verbose = 1;
			break;
		case 'h':
			puts("Usage: ipcrm [-v] [-a] [-m ID] [-M KEY] [ID...]");
			return 0;
		default:
			fprintf(stderr, "Try 'ipcrm -h' for more information.\n");
			return 1;
		}
	}
	for (; optind < argc; optind++)
		remove_id(number(argv[optind], 10), "id", argv[optind]);
	return failed;
}
