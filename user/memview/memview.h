/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of memview share: who has which frame, and what is drawn of it. */
#pragma once

#include <procfs.h>
#include <stdint.h>
#include <stdio.h>

/* The values in /proc/frames: one of these kinds, or 15 plus the id of the process that owns the
 * frame, or SEGMENT plus the slot of the segment that it belongs to. */
enum { FREE, KERNEL, TABLE, OF_FILE, HOLE, COW, SHARED_TABLE, KINDS, FIRST_PID = 16 };
enum { SEGMENT = 0x8000 };

struct kind {
	const char *name, *colour;
	char mark, notable;
};
extern const struct kind kinds[KINDS];

extern uint16_t frames[]; /* the owner of each frame */
extern size_t nframes;
extern unsigned count[]; /* frames by owner */

struct owner {
	unsigned value; /* as in frames[] */
	char name[48];
};
extern struct owner owners[]; /* all who can own a frame */
extern int nowners;

/* Reads /proc/frames, and who there is now. Exits if it cannot be read. */
void read_frames(void);
/* Returns the mark of an owner: no two processes, and no two segments, have one letter. */
char mark_of(unsigned owner);
/* Returns how notable an owner is; a cell shows the most notable of its frames. */
int notable(unsigned owner);

extern int rows, columns, on_terminal, colours;
extern size_t per_cell; /* frames in a cell; 0: as many as show all memory at once */
extern size_t cursor;   /* the first frame of the cell that the cursor is on */
extern int lines_left;  /* lines of the terminal below the present one */

/* Returns which frame of a cell it shows, the first with the most notable owner. A cell has the
 * number of its first frame. */
size_t shown_frame(size_t cell);
/* Returns how many cells a row of the picture has. */
int cells_across(void);
/* Ends the line. On a terminal the last line has no end, for that would scroll. */
void newline(void);
/* Prints a line, or as much of it as the terminal is wide. */
void draw_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Draw the memory, the owners, and who has the frame under the cursor, in so many lines. */
void draw_picture(int lines);
void draw_legend(int lines);
void draw_details(int lines);
