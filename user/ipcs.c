/* SPDX-License-Identifier: BSD-2-Clause */
/* ipcs [-m] [-t|-p|-c|-l|-u|-i ID]: the segments, laid out as by util-linux. */
#include <grp.h>
#include <procfs.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

static unsigned long long
limit(const char *name)
{
	char path[64], text[32] = "";
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
	unsigned long long pages = limit("shmall");

	printf("\n------ Shared Memory Limits --------\n"
	       "max number of segments = %llu\nmax seg size (kbytes) = %llu\n"
	       "max total shared memory (kbytes) = %llu\nmin seg size (bytes) = 1\n\n",
	       limit("shmmni"), limit("shmmax") / 1024, pages * 4);
}

static void
show_summary(FILE *f)
{
	unsigned long long n = 0, pages = 0, resident = 0, swapped = 0;
	struct shm_line s;

	while (shm_next(f, &s)) {
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
date(time_t t)
{
	return t ? ctime(&t) : "Not set";
}

static int
show_one(FILE *f, int id)
{
	struct shm_line s;

	while (shm_next(f, &s)) {
		if (s.id != id)
			continue;
		printf("\nShared memory Segment shmid=%d\nuid=%u\tgid=%u\tcuid=%u\tcgid=%u\n"
		       "mode=%#o\taccess_perms=%#o\nbytes=%llu\tlpid=%d\tcpid=%d\tnattch=%u\n",
		       s.id, s.uid, s.gid, s.cuid, s.cgid, s.perms, s.perms & 0777, s.size, s.lpid,
		       s.cpid, s.nattch);
		printf("att_time=%-26.24s\n", date(s.atime));
		printf("det_time=%-26.24s\n", date(s.dtime));
		printf("change_time=%-26.24s\n\n", date(s.ctime));
		return 0;
	}
	fprintf(stderr, "ipcs: id %d not found\n", id);
	return 0;
}

static const char *
owner(unsigned id, int group)
{
	static char text[12];
	struct passwd *pw = group ? NULL : getpwuid(id);
	struct group *gr = group ? getgrgid(id) : NULL;

	sprintf(text, "%u", id);
	return pw ? pw->pw_name : gr ? gr->gr_name : text;
}

static void
stamp(time_t t)
{
	printf(" %-20.16s", t ? ctime(&t) + 4 : "Not set");
}

static void
show_row(const struct shm_line *s, int what)
{
	if (what == 'm') {
		printf("0x%08x %-10d %-10.10s %-10o %-10llu %-10u %-6s %-6s\n", s->key, s->id,
		       owner(s->uid, 0), s->perms & 0777, s->size, s->nattch,
		       s->perms & SHM_DEST ? "dest" : " ", s->perms & SHM_LOCKED ? "locked" : " ");
		return;
	}
	printf("%-10d", s->id);
	switch (what) {
	case 't':
		printf(" %-10.10s", owner(s->uid, 0));
		stamp(s->atime);
		stamp(s->dtime);
		stamp(s->ctime);
		break;
	case 'p':
		printf(" %-10.10s %-10d %-10d", owner(s->uid, 0), s->cpid, s->lpid);
		break;
	case 'c':
		printf(" %-10o", s->perms & 0777);
		printf(" %-10s", owner(s->cuid, 0));
		printf(" %-10s", owner(s->cgid, 1));
		printf(" %-10s", owner(s->uid, 0));
		printf(" %-10s", owner(s->gid, 1));
	}
	putchar('\n');
}

static const char *
heading(int what)
{
	switch (what) {
	case 't':
		return "\n------ Shared Memory Attach/Detach/Change Times --------\n"
		       "shmid      owner      attached             detached             "
		       "changed             \n";
	case 'p':
		return "\n------ Shared Memory Creator/Last-op PIDs --------\n"
		       "shmid      owner      cpid       lpid      \n";
	case 'c':
		return "\n------ Shared Memory Segment Creators/Owners --------\n"
		       "shmid      perms      cuid       cgid       uid        gid       \n";
	}
	return "\n------ Shared Memory Segments --------\n"
	       "key        shmid      owner      perms      bytes      nattch     status      \n";
}

int
main(int argc, char **argv)
{
	int c, what = 'm', id = 0;
	struct shm_line s;
	FILE *f;

	while ((c = getopt(argc, argv, "mtpclui:h")) != -1) {
		if (c == 'h') {
			puts("Usage: ipcs [-m] [-t|-p|-c|-l|-u|-i ID]\n"
			     "  -t times  -p processes  -c creators  -l limits  -u summary  "
			     "-i ID one segment");
			return 0;
		}
		if (c == '?') {
			fprintf(stderr, "Try 'ipcs -h' for more information.\n");
			return 1;
		}
		if (c == 'i')
			id = atoi(optarg);
		if (c != 'm')
			what = c;
	}
	if (what == 'l') {
		show_limits();
		return 0;
	}
	f = shm_list();
	if (f == NULL) {
		perror("ipcs: /proc/sysvipc/shm");
		return 1;
	}
	if (what == 'i')
		return show_one(f, id);
	if (what == 'u') {
		show_summary(f);
		return 0;
	}
	fputs(heading(what), stdout);
	while (shm_next(f, &s))
		show_row(&s, what);
	putchar('\n');
	return 0;
}
