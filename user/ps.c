/* SPDX-License-Identifier: BSD-2-Clause */
/* ps: lists the processes, from /proc. */
#include <procfs.h>
#include <string.h>
#include <sys/stat.h>

int
main(void)
{
	struct proc_stat p;

	printf("%5s %5s %5s %-4s %7s %s\n", "PID", "PPID", "UID", "STAT", "SIZE", "CMD");
	while (proc_next(&p)) {
		char path[32], cmd[128];
		struct stat st = {0};
		size_t n = 0;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d", p.pid);
		stat(path, &st);
		strcat(path, "/cmdline");
		f = fopen(path, "r");
		if (f) {
			n = fread(cmd, 1, sizeof(cmd), f);
			fclose(f);
		}
		printf("%5d %5d %5u %-4c %6luK ", p.pid, p.ppid, st.st_uid, p.state, p.vsize >> 10);
		for (size_t i = 0; i + 1 < n; i++)
			putchar(cmd[i] ? cmd[i] : ' ');
		printf(n ? "\n" : "[%s]\n", p.name);
	}
	return 0;
}
