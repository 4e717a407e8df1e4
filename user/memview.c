/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memview [-n ROUNDS] [-d SECONDS]: draws physical memory. Each cell of the picture stands for
 * several frames and shows the most notable of their owners: a segment rather than a process,
 * a process rather than the kernel. On a terminal it redraws until q or Ctrl-C, and a cursor
 * can be moved to a cell, to see who has its frame and through which page tables.
 */
#include "memview/memview.h"
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CELLS (64 * 16) /* cells of the picture, until one zooms in */

static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

/* ---- The terminal ---- */

static struct termios cooked;
static int asked;   /* for its size, and the answer has not come yet */
static int answers; /* it has answered before */

/* Asks the terminal for its size, since nobody tells the kernel that it has changed: the cursor
 * stops at the last column of the last row, and the terminal says where it is. */
static void
ask_size(void)
{
	printf("\033[999;999H\033[6n");
	fflush(stdout);
	asked = 1;
}

/* Returns the next byte, or -1 if none comes in the time that the terminal is set to. */
static int
next_byte(void)
{
	char c;

	return read(0, &c, 1) == 1 ? c & 0xff : -1;
}

enum { SAME_SIZE = 0x200, OTHER_SIZE };

/* Takes the terminal's answer: the cursor is in this row and column. */
static int
take_size(int row, int column)
{
	int same = row == rows && column == columns;

	rows = row;
	columns = column;
	asked = 0;
	answers = 1;
	return same ? SAME_SIZE : OTHER_SIZE;
}

/* Returns the next byte, or 0x100 and the last byte of an escape sequence; after an answer of the
 * terminal, what take_size() does; -1 if nothing comes. */
static int
next_input(void)
{
	int c = next_byte(), v[2] = {0}, i = 0;

	if (c != 033)
		return c;
	c = next_byte();
	if (c == 'O')
		return next_byte() | 0x100;
	if (c != '[')
		return c;
	while ((c = next_byte()) >= 0 && (isdigit(c) || c == ';')) {
		if (c == ';')
			i = 1;
		else if (v[i] < 1000)
			v[i] = v[i] * 10 + c - '0';
	}
	return c == 'R' && v[0] > 0 && v[1] > 0 ? take_size(v[0], v[1]) : c | 0x100;
}

/* Waits for the terminal's answer. The input that comes before it is lost. */
static void
await_size(void)
{
	while (asked && next_input() >= 0)
		;
	asked = 0;
}

/* Makes the terminal pass on each key at once, and a read wait for one no longer than tenths of a
 * second. */
static void
set_raw(int tenths)
{
	struct termios raw = cooked;

	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = tenths;
	tcsetattr(0, TCSADRAIN, &raw);
}

/* Takes the terminal, where memview then waits for a key for so many seconds. If the terminal does
 * not say how large it is, the kernel's answer has to do. */
static void
begin(int seconds)
{
	struct winsize w;

	if (ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col) {
		rows = w.ws_row;
		columns = w.ws_col;
	}
	tcgetattr(0, &cooked);
	set_raw(5);
	ask_size();
	await_size();
	set_raw(seconds > 25 ? 250 : seconds < 1 ? 1 : seconds * 10);
	printf("\033[2J\033[?25l"); /* clear; hide the cursor */
}

/* Gives the terminal back. An answer that is still to come is not for the shell. */
static void
give_back(void)
{
	set_raw(5);
	await_size();
	printf("\033[%d;1H\033[?25h\n", rows);
	tcsetattr(0, TCSADRAIN, &cooked);
}

/* ---- Keys ---- */

static const char *const help[] = {
	" arrows   move the cursor  Tab  to the next other mark",
	" Enter    who has the frame under the cursor",
	" + and -  fewer or more frames in a cell",
	" h        the legend again  q  the end",
	" Ctrl-L   draws all of it anew",
	" A cell shows the most notable of its frames.",
};

static enum { LEGEND, DETAILS, HELP } panel;

/* Waits for a key, at most as long as the terminal is set to, and does what it says. Notices, too,
 * if the terminal has got another size. */
static void
key(void)
{
	size_t row = cells_across() * per_cell;
	char mark = mark_of(frames[shown_frame(cursor)]);
	int c;

	if (answers && !asked)
		ask_size();
	do
		c = ended ? -1 : next_input();
	while (c == SAME_SIZE);
	switch (c) {
	case 'q':
		ended = 1;
		break;
	case 'h':
	case '?':
		panel = panel == HELP ? LEGEND : HELP;
		break;
	case '\r':
	case '\n':
		panel = panel == DETAILS ? LEGEND : DETAILS;
		break;
	case '\t':
		for (size_t n = 0; n < nframes; n += per_cell) {
			cursor = cursor + per_cell < nframes ? cursor + per_cell : 0;
			if (mark_of(frames[shown_frame(cursor)]) != mark)
				break;
		}
		break;
	case '+':
		cursor = shown_frame(cursor);
		per_cell = per_cell > 1 ? per_cell / 2 : 1;
		break;
	case OTHER_SIZE:
	case 'L' & 31:
		printf("\033[2J");
		break;
	case '-':
		per_cell = per_cell < nframes / 16 ? per_cell * 2 : per_cell;
		break;
	case 'A' | 0x100:
		cursor -= cursor >= row ? row : 0;
		break;
	case 'B' | 0x100:
		cursor += cursor + row < nframes ? row : 0;
		break;
	case 'C' | 0x100:
		cursor += cursor + per_cell < nframes ? per_cell : 0;
		break;
	case 'D' | 0x100:
		cursor -= cursor >= per_cell ? per_cell : 0;
		break;
	}
}

static void
draw(void)
{
	int below = rows - 2 > 3 * 6 ? 6 : (rows - 2) / 2;

	lines_left = rows - 1;
	read_frames();
	if (per_cell == 0)
		per_cell = (nframes + CELLS - 1) / CELLS;
	if (on_terminal)
		printf("\033[H");
	draw_picture(on_terminal ? rows - 2 - below : 1 << 16);
	if (panel == DETAILS)
		draw_details(below);
	else if (panel == HELP)
		for (size_t i = 0; i < sizeof(help) / sizeof(*help) && (int)i < below; i++)
			draw_line("%s", help[i]);
	else
		draw_legend(on_terminal ? below : 1 << 16);
	printf(on_terminal ? "\033[J" : "\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = end};
	const char *term = getenv("TERM") ?: "dumb";
	int c, rounds = isatty(1) ? -1 : 1, pause = 1;

	while ((c = getopt(argc, argv, "n:d:")) != -1) {
		if (c == '?') {
			fprintf(stderr, "usage: memview [-n ROUNDS] [-d SECONDS]\n");
			return 1;
		}
		*(c == 'n' ? &rounds : &pause) = atoi(optarg);
	}
	on_terminal = isatty(0) && isatty(1) && rounds != 1;
	colours = isatty(1) && strcmp(term, "dumb") && getenv("NO_COLOR") == NULL;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	setvbuf(stdout, NULL, _IOFBF, 0);
	if (on_terminal)
		begin(pause);
	while (!ended && rounds) {
		draw();
		rounds -= rounds > 0;
		if (rounds && on_terminal)
			key();
		else if (rounds)
			sleep(pause);
	}
	if (on_terminal)
		give_back();
	return 0;
}
