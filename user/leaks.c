/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaks [PID NAME]: says in a line each what has been left: segments, processes, and files in
 * /dev/shm. PID and NAME are those of a program that has ended: it may have made a segment.
 */
#include <dirent.h>
#include <procfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHM_DIR "/dev/shm/"

static unsigned found;

/* Prints a line, by a write of its own: /dev/kmsg takes each write as a message. */
#define SAY(...) (printf("left: " __VA_ARGS__), fflush(stdout))

/* Returns the name of the process with that number, or NULL if it has ended. */
static const char *
name_of(int pid, int ended, const char *ended_name)
{
	static struct proc_stat p;
	const char *name = pid == ended ? ended_name : NULL;

	while (proc_next(&p))
		if (p.pid == pid && !name)
			name = strdup(p.name);
	return name;
}

static void
segments(int ended, const char *ended_name)
{
	FILE *list = shm_list();
	struct shm_line s;

	while (list && shm_next(list, &s)) {
		const char *name = name_of(s.cpid, ended, ended_name);
		char key[24] = "private";

		if (s.key)
			snprintf(key, sizeof(key), "key %#x", s.key);
		SAY("segment %d, %s, %llu bytes, made by process %d%s%s%s\n", s.id, key, s.size,
		    s.cpid, name ? " (" : ", which has ended", name ? name : "", name ? ")" : "");
		found++;
	}
}

static void
processes(void)
{
	struct proc_stat p;

	while (proc_next(&p)) {
		if (p.pid == 1 || p.pid == getpid() || p.pid == getppid() || p.state == 'Z')
			continue;
		SAY("process %d (%s)\n", p.pid, p.name);
		found++;
	}
}

static void
files(void)
{
	DIR *dir = opendir(SHM_DIR);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char path[300];
		struct stat st;

		snprintf(path, sizeof(path), SHM_DIR "%s", e->d_name);
		if (*e->d_name == '.' || stat(path, &st) < 0)
			continue;
		SAY("%s, %lu bytes\n", path, (unsigned long)st.st_size);
		found++;
	}
}

int
main(int argc, char **argv)
{
	const char *slash = argc > 2 ? strrchr(argv[2], '/') : NULL;

	segments(argc > 2 ? atoi(argv[1]) : 0, slash ? slash + 1 : argv[argc > 2 ? 2 : 0]);
	processes();
	files();
	if (!found)
		SAY("nothing\n");
	return found > 0;
}
