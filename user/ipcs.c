/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcs [-m] [-a|-c|-t|-p|-l|-u|-i ID]: lists the segments, in util-linux's layout. */
#include <procfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

static FILE *list;

static unsigned long long
limit(const char *name)
{
	char path[64], text[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	f = fopen(path, "r");
	if (f == NULL || !fgets(text, sizeof(text), f)) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return strtoull(text, NULL, 10);
}

static void
show_limits(void)
{
	printf("\n------ Shared Memory Limits --------\n"
	       "max number of segments = %llu\nmax seg size (kbytes) = %llu\n"
	       "max total shared memory (kbytes) = %llu\nmin seg size (bytes) = 1\n\n",
	       limit("shmmni"), limit("shmmax") / 1024, limit("shmall") * 4);
}

static void
show_summary(void)
{
	unsigned long long n = 0, pages = 0, resident = 0, swapped = 0;
	struct shm_line s;

	while (shm_next(list, &s)) {
		n++;
		pages += (s.size + 4095) / 4096;
		resident += s.rss / 4096;
		swapped += s.swap / 4096;
	}
	printf("\n------ Shared Memory Status --------\n"
	       "segments allocated %llu\npages allocated %llu\n"
	       "pages resident  %llu\npages swapped   %llu\n"
	       "Swap performance: 0 attempts\t 0 successes\n\n",
	       n, pages, resident, swapped);
}

static const char *
date(time_t t, int skip)
{
	return t ? ctime(&t) + skip : "Not set";
}

static int
show_one(int id)
{
	struct shm_line s;

	while (shm_next(list, &s)) {
		if (s.id != id)
			continue;
		printf("\nShared memory Segment shmid=%d\nuid=%u\tgid=%u\tcuid=%u\tcgid=%u\n"
		       "mode=%#o\taccess_perms=%#o\nbytes=%llu\tlpid=%d\tcpid=%d\tnattch=%u\n",
		       s.id, s.uid, s.gid, s.cuid, s.cgid, s.perms, s.perms & 0777, s.size, s.lpid,
		       s.cpid, s.nattch);
		printf("att_time=%-26.24s\n", date(s.atime, 0));
		printf("det_time=%-26.24s\n", date(s.dtime, 0));
		printf("change_time=%-26.24s\n\n", date(s.ctime, 0));
		return 0;
	}
	fprintf(stderr, "ipcs: id %d not found\n", id);
	return 0;
}

/* Returns the name that file (/etc/passwd or /etc/group, whose lines begin with NAME:x:NUMBER:)
 * has for id, or else id as digits. Four results stay valid at a time. */
static const char *
name_of(const char *file, unsigned id)
{
	static char names[4][12];
	static int turn;
	char line[128], *number, *name = names[turn++ % 4];
	FILE *f = fopen(file, "r");

	snprintf(name, 11, "%u", id);
	while (f && fgets(line, sizeof(line), f)) {
		number = strchr(line, ':');
		if (number && strncmp(number, ":x:", 3) == 0 &&
		    strtoul(number + 3, NULL, 10) == id) {
			*number = '\0';
			snprintf(name, 11, "%s", line);
			break;
		}
	}
	if (f)
		fclose(f);
	return name;
}

static void
show_row(const struct shm_line *s, int what)
{
	const char *owner = name_of("/etc/passwd", s->uid);

	if (what == 'c') {
		printf("%-10d %-10o %-10s %-10s", s->id, s->perms & 0777,
		       name_of("/etc/passwd", s->cuid), name_of("/etc/group", s->cgid));
		printf(" %-10s %-10s\n", owner, name_of("/etc/group", s->gid));
	} else if (what == 'm') {
		printf("0x%08x %-10d %-10s %-10o %-10llu %-10u %-6s %-6s\n", s->key, s->id, owner,
		       s->perms & 0777, s->size, s->nattch, s->perms & SHM_DEST ? "dest" : " ",
		       s->perms & SHM_LOCKED ? "locked" : " ");
	} else if (what == 'p') {
		printf("%-10d %-10s %-10d %-10d\n", s->id, owner, s->cpid, s->lpid);
	} else {
		printf("%-10d %-10s", s->id, owner);
		printf(" %-20.16s", date(s->atime, 4));
		printf(" %-20.16s", date(s->dtime, 4));
		printf(" %-20.16s\n", date(s->ctime, 4));
	}
}

static void
show_table(int what)
{
	struct shm_line s;

	if (what == 't')
		puts("\n------ Shared Memory Attach/Detach/Change Times --------\n"
		     "shmid      owner      attached             detached             "
		     "changed             ");
	else if (what == 'c')
		puts("\n------ Shared Memory Segment Creators/Owners --------\n"
		     "shmid      perms      cuid       cgid       uid        gid       ");
	else if (what == 'p')
		puts("\n------ Shared Memory Creator/Last-op PIDs --------\n"
		     "shmid      owner      cpid       lpid      ");
	else
		puts("\n------ Shared Memory Segments --------\n"
		     "key        shmid      owner      perms      bytes      "
		     "nattch     status      ");
	while (shm_next(list, &s))
		show_row(&s, what);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	int c, what = 'm', id = 0;

	while ((c = getopt(argc, argv, "mactplui:h")) != -1) {
		if (c == 'h') {
			puts("Usage: ipcs [-m] [-a|-c|-t|-p|-l|-u|-i ID]\n"
			     "  -a all (the default)  -c creators and owners  -t times\n"
			     "  -p processes  -l limits  -u summary  -i ID one segment");
			return 0;
		}
		if (c == '?') {
			fprintf(stderr, "Try 'ipcs -h' for more information.\n");
			return 1;
		}
		if (c == 'i')
			id = atoi(optarg);
		if (c != 'm')
			what = c == 'a' ? 'm' : c;
	}
	list = shm_list();
	if (what == 'i')
		return show_one(id);
	if (what == 'l')
		show_limits();
	else if (what == 'u')
		show_summary();
	else
		show_table(what);
	return 0;
}
