/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the tables of segments and processes that the kernel shows under /proc. */
#include <ctype.h>
#include <procfs.h>
#include <stdlib.h>
#include <string.h>

FILE *
shm_list(void)
{
	FILE *f = fopen("/proc/sysvipc/shm", "r");
	char heading[256];

	if (f)
		fgets(heading, sizeof(heading), f);
	return f;
}

int
shm_next(FILE *f, struct shm_line *s)
{
	char line[256], *at = line;
	unsigned long long v[16];

	if (f == NULL || !fgets(line, sizeof(line), f))
		return 0;
	for (int i = 0; i < 16; i++)
		v[i] = strtoull(at, &at, i == 2 ? 8 : 10);
	*s = (struct shm_line){v[0], v[1], v[2],  v[3],  v[4],  v[5],  v[6],  v[7],
	                       v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]};
	return 1;
}

int
proc_next(struct proc_stat *p)
{
	static DIR *proc;
	char path[32], line[512], *at;
	struct dirent *e;
	FILE *f;

	if (proc == NULL)
		proc = opendir("/proc");
	while (proc && (e = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%.10s/stat", e->d_name);
		f = isdigit(e->d_name[0]) ? fopen(path, "r") : NULL;
		if (f == NULL)
			continue; /* not a process, or it has ended meanwhile */
		at = fgets(line, sizeof(line), f);
		fclose(f);
		if (at == NULL)
			continue;
		p->pid = strtol(line, &at, 10);
		snprintf(p->name, sizeof(p->name), "%.*s", (int)(strrchr(at, ')') - at - 2),
		         at + 2);
		at = strrchr(at, ')') + 2;
		p->state = *at;
		p->ppid = strtol(at + 1, &at, 10);
		for (int field = 5; field <= 23; field++)
			p->vsize = strtoul(at, &at, 10);
		return 1;
	}
	if (proc)
		closedir(proc);
	proc = NULL;
	return 0;
}
