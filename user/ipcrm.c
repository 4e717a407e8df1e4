/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcrm [-a] [-m ID] [-M KEY] [[shm] ID...]: removes segments. */
#include <errno.h>
#include <procfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

static int failed;

static void
complain(const char *kind, const char *what)
{
	failed = 1;
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "ipcrm: permission denied for %s (%s)\n", kind, what);
	else if (errno == EINVAL || errno == ENOENT)
		fprintf(stderr, "ipcrm: invalid %s (%s)\n", kind, what);
	else
		fprintf(stderr, "ipcrm: %s (%s): %s\n", kind, what, strerror(errno));
}

/* Returns an identifier (base 10), or a key (base 0, up to 0xffffffff). Exits if s is neither. */
static int
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
remove_id(const char *text)
{
	if (shmctl(number(text, 10), IPC_RMID, NULL) < 0)
		complain("id", text);
}

static void
remove_key(const char *text)
{
	key_t key = number(text, 0);
	int id = key == IPC_PRIVATE ? -1 : shmget(key, 0, 0);

	if (key == IPC_PRIVATE) {
		fprintf(stderr, "ipcrm: illegal key (%s)\n", text);
		failed = 1;
	} else if (id < 0 || shmctl(id, IPC_RMID, NULL) < 0) {
		complain("key", text);
	}
}

static void
remove_all(void)
{
	FILE *list = shm_list();
	struct shm_line s;
	char text[12];

	while (shm_next(list, &s)) {
		sprintf(text, "%d", s.id);
		if (!(s.perms & SHM_DEST))
			remove_id(text);
	}
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "am:M:h")) != -1) {
		if (c == 'a') {
			remove_all();
		} else if (c == 'm') {
			remove_id(optarg);
		} else if (c == 'M') {
			remove_key(optarg);
		} else if (c == 'h') {
			puts("Usage: ipcrm [-a] [-m ID] [-M KEY] [[shm] ID...]");
			return 0;
		} else {
			fprintf(stderr, "Try 'ipcrm -h' for more information.\n");
			return 1;
		}
	}
	/* The older form names the kind first: ipcrm shm ID... */
	if (optind < argc && strcmp(argv[optind], "shm") == 0)
		optind++;
	for (; optind < argc; optind++)
		remove_id(argv[optind]);
	return failed;
}
