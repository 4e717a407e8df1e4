/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memview [-n ROUNDS] [-d SECONDS]: draws physical memory. Each cell of the picture stands for
 * several frames and shows the most notable of their owners: a segment rather than a process,
 * a process rather than the kernel. On a terminal it redraws until Ctrl-C.
 */
#include <fcntl.h>
#include <procfs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIDE 64
#define HIGH 16

/* The values in /proc/frames: one of these kinds, or 15 plus the id of the process that owns the
 * frame, or SEGMENT plus the slot of the segment that it belongs to. */
enum { FREE, KERNEL, TABLES, COW, HOLE, KINDS, FIRST_PID = 16, SEGMENT = 0x8000 };

static const struct {
	const char *name, *colour;
	char mark, notable;
} kinds[KINDS] = {{"free", "2", '.', 2},
                  {"kernel", "37", '#', 3},
                  {"page tables", "36", '+', 4},
                  {"shared copy-on-write", "33", '=', 5},
                  {"no memory", "2", ' ', 1}};

static uint16_t frames[1 << 20]; /* the owner of each, enough for 4 GiB */
static size_t nframes;
static unsigned count[65536]; /* frames by owner */
static int colours;
static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

static void
read_frames(void)
{
	size_t n = 0;
	ssize_t got;
	int fd = open("/proc/frames", O_RDONLY);

	while ((got = read(fd, (char *)frames + n, sizeof(frames) - n)) > 0)
		n += got;
	if (got < 0) {
		perror("memview: /proc/frames");
		exit(1);
	}
	close(fd);
	memset(count, 0, sizeof(count));
	for (nframes = n / sizeof(*frames); nframes && frames[nframes - 1] == HOLE; nframes--)
		;
	for (size_t i = 0; i < nframes; i++)
		count[frames[i]]++;
}

static int
notable(unsigned owner)
{
	return owner >= SEGMENT ? 7 : owner >= FIRST_PID ? 6 : kinds[owner].notable;
}

/* Sets the colour of the text that follows; sends an escape sequence only if it changes. */
static void
paint(const char *colour)
{
	static char last[16];

	if (colours && strcmp(last, colour)) {
		strcpy(last, colour);
		printf("\033[0;%sm", colour);
	}
}

static void
put_mark(unsigned owner)
{
	char text[16];
	int segment = owner >= SEGMENT, n = owner - (segment ? SEGMENT : FIRST_PID);

	sprintf(text, segment ? "1;30;%d" : "1;%d", (segment ? 41 : 31) + n % 6);
	paint(n < 0 ? kinds[owner].colour : text);
	putchar(n < 0 ? kinds[owner].mark : (segment ? 'A' : 'a') + n % 26);
}

static void
newline(void)
{
	paint("0");
	fputs(colours ? "\033[K\n" : "\n", stdout);
}

static void
picture(void)
{
	size_t per_cell = (nframes + WIDE * HIGH - 1) / (WIDE * HIGH);

	printf("%zu MiB of physical memory; a cell is %zu frame%s of 4 KiB", nframes >> 8, per_cell,
	       per_cell == 1 ? "" : "s");
	newline();
	for (size_t at = 0; at < nframes;) {
		printf(" %08zx ", at << 12);
		for (int x = 0; x < WIDE && at < nframes; x++) {
			unsigned best = frames[at];

			for (size_t past = at + per_cell; at < past && at < nframes; at++) {
				if (notable(frames[at]) > notable(best))
					best = frames[at];
			}
			put_mark(best);
		}
		newline();
	}
}

/* Prints entry i of the legend, two on each line, so that the whole fits on 25 lines. */
static void
legend_entry(int i, unsigned owner, const char *name)
{
	if (i && i % 2 == 0)
		newline();
	putchar(' ');
	put_mark(owner);
	paint("0");
	printf(" %-24.24s %7u KiB", name, count[owner] * 4);
}

static void
legend(void)
{
	FILE *list = shm_list();
	struct proc_stat p;
	struct shm_line s;
	char name[64];
	int i = 0;

	for (unsigned k = FREE; k < HOLE; k++)
		legend_entry(i++, k, kinds[k].name);
	while (proc_next(&p)) {
		snprintf(name, sizeof(name), "process %d, %s", p.pid, p.name);
		legend_entry(i++, FIRST_PID - 1 + p.pid, name);
	}
	while (shm_next(list, &s)) {
		snprintf(name, sizeof(name), "segment %d nattch %u", s.id, s.nattch);
		legend_entry(i++, SEGMENT | (s.id & 0x7fff), name);
	}
	newline();
	if (list)
		fclose(list);
}

int
main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = end};
	int c, rounds = isatty(1) ? -1 : 1, pause = 1;

	while ((c = getopt(argc, argv, "n:d:")) != -1) {
		if (c == '?') {
			fprintf(stderr, "usage: memview [-n ROUNDS] [-d SECONDS]\n");
			return 1;
		}
		*(c == 'n' ? &rounds : &pause) = atoi(optarg);
	}
	colours = isatty(1);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	setvbuf(stdout, NULL, _IOFBF, 0);
	if (colours)
		printf("\033[2J\033[?25l"); /* clear; hide the cursor */
	while (!ended && rounds) {
		read_frames();
		if (colours)
			printf("\033[H");
		picture();
		legend();
		printf(colours ? "\033[J" : "\n");
		fflush(stdout);
		rounds -= rounds > 0;
		if (rounds)
			sleep(pause);
	}
	if (colours)
		printf("\033[?25h\n");
	return 0;
}
