/* SPDX-License-Identifier: BSD-2-Clause */
/* The VGA's text screen, with the ANSI escape sequences that the programs here use: cursor
 * movement, erasing, colours, and the cursor's visibility. Text is UTF-8. */
#include "i386.h"

#define COLUMNS 80
#define ROWS 25
#define CELLS (COLUMNS * ROWS)
#define MEMORY ((uint16_t *)(KERNEL_BASE + 0xb8000))
#define MEMORY_CELLS 0x4000u /* all of the text memory, 32 KiB */
#define ATTR_DEFAULT 0x07
#define ATTR_BRIGHT 0x08
#define ATTRIBUTE 0x3c0       /* index and value in turns; reading STATUS makes the next an index */
#define ATTRIBUTE_SHOW 0x20   /* in the index: show the screen; the palette can't be set then */
#define MISC 0x3c2            /* clock, polarity of the syncs, memory at KERNEL_BASE + 0xa0000 */
#define SEQUENCER_INDEX 0x3c4 /* as for the CRT controller, the data's port follows */
#define SEQUENCER_RESET 0
#define SEQUENCER_RUN 3
#define DAC_MASK 0x3c6
#define DAC_INDEX 0x3c8
#define DAC_DATA 0x3c9
#define GRAPHICS_INDEX 0x3ce
#define STATUS 0x3da
#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_UNLOCK 0x11 /* bit 7, which is set in mode 3, protects registers 0 to 7 */
#define CRTC_CURSOR_START 0x0a
#define CRTC_SCREEN 0x0c /* cell at which the screen begins, high byte; the low byte follows */
#define CRTC_CURSOR 0x0e /* cell with the cursor, in two bytes, too */
#define CURSOR_OFF 0x20
#define CURSOR_SHAPE 0x0e
#define PARAMS 8

static uint16_t *screen = MEMORY; /* the part of the memory that is shown: line_feed() moves it */
static unsigned row, column;
static uint8_t attr = ATTR_DEFAULT;
static bool reverse;

/* The escape sequence being received: private is its `?`, param its numbers, as in
 * ESC [ ? 12 ; 34 H. */
static enum { TEXT, ESCAPE, SEQUENCE } state;
static unsigned param[PARAMS], nparams;
static bool private;

/* The character of UTF-8 being received: its bits so far, and how many bytes are missing. */
static uint32_t code;
static unsigned missing;

/* Sets a register of the CRT controller. */
static void
crtc_write(uint8_t index, uint8_t v)
{
	outb(CRTC_INDEX, index);
	outb(CRTC_DATA, v);
}

/* Sets the register that holds the number of a cell of memory in two bytes. */
static void
crtc_write_cell(uint8_t index, unsigned n)
{
	crtc_write(index, (uint8_t)(n >> 8));
	crtc_write(index + 1, (uint8_t)n);
}

/* Moves the hardware's cursor to row and column. After a full line it stays in the last column.
 * Whether it is visible does not change. */
static void
cursor_show(void)
{
	unsigned at = row * COLUMNS + (column < COLUMNS ? column : COLUMNS - 1);

	crtc_write_cell(CRTC_CURSOR, (unsigned)(screen - MEMORY) + at);
}

/* Returns the word that shows the character in the present colours. */
static uint16_t
cell(uint8_t c)
{
	uint8_t a = reverse ? (uint8_t)((attr & 0x88) | (attr & 7) << 4 | (attr >> 4 & 7)) : attr;

	return (uint16_t)(a << 8 | c);
}

/* Fills the cells [from, to) of the screen with spaces. */
static void
blank(unsigned from, unsigned to)
{
	event_count(EVENT_DEVICE, to - from);
	for (; from < to; from++)
		screen[from] = cell(' ');
}

/* Moves the cursor down a line; in the last one, moves the text up instead. That moves the start of
 * the screen a line further into the memory, since each access to it is slow. Only at the end of
 * the memory is the text copied, back to its beginning. */
static void
line_feed(void)
{
	unsigned i;

	if (row < ROWS - 1) {
		row++;
		return;
	}
	screen += COLUMNS;
	if (screen + CELLS > MEMORY + MEMORY_CELLS) {
		event_count(EVENT_DEVICE, 2 * (CELLS - COLUMNS));
		for (i = 0; i < CELLS - COLUMNS; i++)
			MEMORY[i] = screen[i];
		screen = MEMORY;
	}
	blank(CELLS - COLUMNS, CELLS);
	crtc_write_cell(CRTC_SCREEN, (unsigned)(screen - MEMORY));
}

/* Applies one parameter of ESC [ ... m: colour, brightness or reverse video. */
static void
set_colour(unsigned n)
{
	/* The VGA's numbers of the ANSI colours; the defaults, 8 and 9, are grey. */
	static const uint8_t vga[10] = {0, 4, 2, 6, 1, 5, 3, 7, 7, 7};
	uint8_t colour = vga[n % 10];

	if (n == 0) {
		attr = ATTR_DEFAULT;
		reverse = false;
	} else if (n == 1) {
		attr |= ATTR_BRIGHT;
	} else if (n == 7) {
		reverse = true;
	} else if (n / 10 == 3) {
		attr = (uint8_t)((attr & 0xf8) | colour);
	} else if (n / 10 == 9) {
		attr = (uint8_t)((attr & 0xf0) | ATTR_BRIGHT | colour);
	} else if (n / 10 == 4) {
		attr = (uint8_t)((attr & 0x0f) | (n == 49 ? 0 : colour << 4));
	}
}

/* Returns n, or max if n is larger. */
static unsigned
at_most(unsigned n, unsigned max)
{
	return n < max ? n : max;
}

/* Erases the part of cells [start, end) from the cursor (parameter 0), up to it (1), or all
 * of them (2): the sequences J and K. */
static void
erase(unsigned start, unsigned end)
{
	unsigned at = row * COLUMNS + at_most(column, COLUMNS - 1);

	if (param[0] == 0)
		blank(at, end);
	else if (param[0] == 1)
		blank(start, at + 1);
	else
		blank(start, end);
}

/* Carries out the escape sequence that ends in this byte. Sequences that are not known do
 * nothing. */
static void
sequence_end(uint8_t final)
{
	unsigned i, n = param[0] != 0 ? param[0] : 1;

	if (final == 'H' || final == 'f') {
		row = at_most(n, ROWS) - 1;
		column = at_most(param[1] != 0 ? param[1] : 1, COLUMNS) - 1;
	} else if (final == 'A') {
		row -= at_most(n, row);
	} else if (final == 'B') {
		row = at_most(row + at_most(n, ROWS), ROWS - 1);
	} else if (final == 'C') {
		column = at_most(column + at_most(n, COLUMNS), COLUMNS - 1);
	} else if (final == 'D') {
		column -= at_most(n, column);
	} else if (final == 'J') {
		erase(0, CELLS);
	} else if (final == 'K') {
		erase(row * COLUMNS, (row + 1) * COLUMNS);
	} else if (final == 'm') {
		for (i = 0; i <= nparams; i++)
			set_colour(param[i]);
	} else if (private && param[0] == 25) {
		crtc_write(CRTC_CURSOR_START, final == 'h' ? CURSOR_SHAPE : CURSOR_OFF);
	}
}

/* Takes a byte of an escape sequence: a digit, a separator, the question mark, or the final
 * byte. */
static void
sequence_byte(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		param[nparams] = at_most(param[nparams] * 10 + (c - '0'), 9999);
	} else if (c == ';') {
		nparams = at_most(nparams + 1, PARAMS - 1);
		param[nparams] = 0;
	} else if (c == '?') {
		private = true;
	} else {
		state = TEXT;
		sequence_end(c);
	}
}

/* Shows character c of code page 437 at the cursor. */
static void
show(uint8_t c)
{
	/* A full line wraps only when another character follows. */
	if (column == COLUMNS) {
		column = 0;
		line_feed();
	}
	event_count(EVENT_DEVICE, 1);
	screen[row * COLUMNS + column++] = cell(c);
}

/* Shows an ASCII character, or does what a control character asks for. */
static void
ascii(uint8_t c)
{
	if (c == '\033') {
		state = ESCAPE;
	} else if (c == '\n') {
		line_feed();
	} else if (c == '\r') {
		column = 0;
	} else if (c == '\b') {
		column = at_most(column, COLUMNS - 1);
		column -= column > 0;
	} else if (c == '\t') {
		column = at_most((column | 7) + 1, COLUMNS - 1);
	} else if (c >= ' ') {
		show(c);
	}
}

/* Takes a byte of text. A character that is not in code page 437 is shown as a question mark, and
 * so is what is no UTF-8. */
static void
text_byte(uint8_t c)
{
	if (missing > 0 && (c & 0xc0) == 0x80) {
		code = code << 6 | (c & 0x3f);
		if (--missing == 0)
			show(cp437(code));
		return;
	}
	if (missing > 0)
		show('?');
	missing = c < 0xc2 || c > 0xf4 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	code = c & (0x3f >> missing);
	if (c < 0x80)
		ascii(c);
	else if (missing == 0)
		show('?');
}

void
vga_write(const char *s, size_t n)
{
	for (; n > 0; n--) {
		uint8_t c = (uint8_t)*s++;

		if (state == TEXT) {
			text_byte(c);
		} else if (state == SEQUENCE) {
			sequence_byte(c);
		} else {
			state = c == '[' ? SEQUENCE : TEXT;
			param[0] = param[1] = nparams = 0;
			private = false;
		}
	}
	cursor_show();
}

/* Writes a set of registers, from register 0 on. */
static void
registers_write(uint16_t index_port, const uint8_t *v, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		outb(index_port, (uint8_t)i);
		outb((uint16_t)(index_port + 1), v[i]);
	}
}

/* Makes the colours of the DAC those of attributes: bits 2, 1 and 0 are red, green and blue, bit 3
 * makes all three brighter, and dark yellow is brown. */
static void
colours_init(void)
{
	unsigned i, bit;

	outb(DAC_MASK, 0xff);
	outb(DAC_INDEX, 0);
	for (i = 0; i < 16; i++)
		for (bit = 4; bit > 0; bit >>= 1) {
			unsigned level = (i & bit ? 0x2a : 0) + (i & ATTR_BRIGHT ? 0x15 : 0);

			outb(DAC_DATA, (uint8_t)(i == 6 && bit == 2 ? 0x15 : level));
		}
}

/* Sets mode 3: 80 by 25 characters of 9 by 16 pixels. A PC's firmware has done so, but not every
 * loader starts the kernel on top of one. The characters' shapes are not loaded: on an adapter that
 * no firmware has started only an emulator that draws them itself shows text. */
static void
mode_init(void)
{
	static const uint8_t sequencer[] = {0x01, 0x00, 0x03, 0x00, 0x02}; /* and stops it */
	static const uint8_t graphics[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff};
	static const uint8_t crtc[] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00,
	                               0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00, 0x9c, 0x8e,
	                               0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff};
	static const uint8_t attribute[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
	                                    0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
	                                    0x0e, 0x0f, 0x0c, 0x00, 0x0f, 0x08, 0x00};
	unsigned i;

	registers_write(SEQUENCER_INDEX, sequencer, sizeof(sequencer));
	outb(MISC, 0x67);
	outb(SEQUENCER_INDEX, SEQUENCER_RESET);
	outb(SEQUENCER_INDEX + 1, SEQUENCER_RUN);
	crtc_write(CRTC_UNLOCK, 0);
	registers_write(CRTC_INDEX, crtc, sizeof(crtc));
	registers_write(GRAPHICS_INDEX, graphics, sizeof(graphics));
	inb(STATUS);
	for (i = 0; i < sizeof(attribute); i++) {
		outb(ATTRIBUTE, (uint8_t)i);
		outb(ATTRIBUTE, attribute[i]);
	}
	outb(ATTRIBUTE, ATTRIBUTE_SHOW);
	colours_init();
}

void
vga_init(void)
{
	mode_init();
	blank(0, CELLS);
	crtc_write_cell(CRTC_SCREEN, 0);
	cursor_show();
}
