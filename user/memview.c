/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memview [-n ROUNDS] [-d SECONDS]: physical memory as a picture. A cell stands
 * for some frames and shows the most notable of their owners: a segment before
 * a process before the kernel. To a terminal it goes on until Ctrl-C.
 */
#include <dirent.h>
#include <fcntl.h>
#include <procfs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIDE 64
#define HIGH 16

/* What /proc/frames says of a frame: one of these, 15 more than the process
 * that owns it, or a segment's slot. */
enum {
	FREE,
	KERNEL,
	TABLES, /* page tables */
	COW,    /* private pages that several processes still share */
	HOLE,   /* no memory there */
	KINDS,
	FIRST_PID = 16,
	SEGMENT = 0x8000
};

static const char *const kind_name[] = {"free", "kernel", "page tables", "shared copy-on-write",
                                        "no memory"};
static const char kind_mark[] = ".#+= ";
static const char *const kind_colour[] = {"2", "37", "36", "33", "2"};

static uint16_t *frames;
static size_t nframes;
static unsigned count[65536]; /* frames of each owner */
static int colours;
static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

static int
read_frames(void)
{
	static size_t size = 1 << 16;
	size_t n = 0;
	ssize_t got;
	int fd = open("/proc/frames", O_RDONLY);

	if (fd < 0)
		return -1;
	do {
		if (frames == NULL || n == size) {
			void *bigger = realloc(frames, frames ? size * 2 : size);

			if (bigger == NULL) {
				close(fd);
				return -1;
			}
			size = frames ? size * 2 : size;
			frames = bigger;
		}
		got = read(fd, (char *)frames + n, size - n);
		n += got > 0 ? got : 0;
	} while (got > 0);
	close(fd);
	nframes = n / sizeof(*frames);
	memset(count, 0, sizeof(count));
	for (size_t i = 0; i < nframes; i++) {
		if (frames[i] >= KINDS && frames[i] < FIRST_PID)
			frames[i] = KERNEL;
		count[frames[i]]++;
	}
	while (nframes && frames[nframes - 1] == HOLE)
		nframes--;
	return got < 0 ? -1 : 0;
}

static int
notability(unsigned owner)
{
	static const int of_kind[] = {2, 3, 4, 5, 1};

	return owner >= SEGMENT ? 7 : owner >= FIRST_PID ? 6 : owner < KINDS ? of_kind[owner] : 0;
}

static char
mark(unsigned owner)
{
	if (owner >= SEGMENT)
		return 'A' + (owner - SEGMENT) % 26;
	if (owner >= FIRST_PID)
		return 'a' + (owner - FIRST_PID) % 26;
	return kind_mark[owner];
}

/* Escapes are sent only where the colour changes. */
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
	const char *colour = text;

	if (owner >= SEGMENT)
		sprintf(text, "1;30;%u", 41 + (owner - SEGMENT) % 6);
	else if (owner >= FIRST_PID)
		sprintf(text, "1;%u", 31 + (owner - FIRST_PID) % 6);
	else
		colour = kind_colour[owner];
	paint(colour);
	putchar(mark(owner));
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

			for (size_t i = at; i < at + per_cell && i < nframes; i++) {
				if (notability(frames[i]) > notability(best))
					best = frames[i];
			}
			put_mark(best);
			at += per_cell;
		}
		newline();
	}
}

/* Two to a line, so that all of it fits on 25 lines. */
static void
legend_entry(int i, unsigned owner, const char *name)
{
	if (i && i % 2 == 0)
		newline();
	putchar(' ');
	put_mark(owner);
	paint("0");
	printf(" %-24.24s %8u KiB ", name, count[owner] * 4);
}

static void
legend(void)
{
	struct proc_stat p;
	struct shm_line s;
	char name[64];
	DIR *proc = opendir("/proc");
	FILE *f = shm_list();
	int i = 0;

	for (unsigned k = FREE; k < HOLE; k++)
		legend_entry(i++, k, kind_name[k]);
	while (proc && proc_next(proc, &p)) {
		snprintf(name, sizeof(name), "process %d, %s", p.pid, p.name);
		legend_entry(i++, FIRST_PID - 1 + p.pid, name);
	}
	while (f && shm_next(f, &s)) {
		snprintf(name, sizeof(name), "segment %d, %u attached", s.id, s.nattch);
		legend_entry(i++, SEGMENT | (s.id & 0x7fff), name);
	}
	newline();
	if (proc)
		closedir(proc);
	if (f)
		fclose(f);
}

int
main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = end};
	int c, rounds = isatty(1) ? -1 : 1;
	unsigned pause = 1;

	while ((c = getopt(argc, argv, "n:d:")) != -1) {
		if (c == '?') {
			fprintf(stderr, "usage: memview [-n ROUNDS] [-d SECONDS]\n");
			return 1;
		}
		*(c == 'n' ? (unsigned *)&rounds : &pause) = strtoul(optarg, NULL, 10);
	}
	colours = isatty(1);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	setvbuf(stdout, NULL, _IOFBF, 0);
	if (colours)
		printf("\033[2J\033[?25l"); /* clear; hide the cursor */
	while (!ended && rounds) {
		if (read_frames() < 0) {
			perror("memview: /proc/frames");
			break;
		}
		if (colours)
			printf("\033[H");
		picture();
		legend();
		printf(colours ? "\033[J" : "\n");
		fflush(stdout);
		if (rounds > 0)
			rounds--;
		if (rounds)
			sleep(pause);
	}
	if (colours)
		printf("\033[?25h");
	return rounds > 0 && !ended;
}
