/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line editor. While a line is typed the terminal is raw: it passes on each key and echoes
 * none. The editor shows the line itself, with the sequences of a VT100 that every terminal knows.
 * A line that is longer than the terminal is wide goes on in the next row. The text is UTF-8; each
 * character takes one column.
 */
#include "sh.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define CTRL(c) ((c)&31)
enum { /* keys that are no character: beyond the bytes */
       LEFT = 256,
       RIGHT,
       UP,
       DOWN,
       HOME,
       END,
       DELETE,
       UNKNOWN
};

static struct termios users; /* the terminal's modes while no line is edited */

static struct {
	const char *prompt;
	char *text;
	size_t len, at;       /* bytes: of the line, and before the cursor */
	int back;             /* the line came from so far back in the history; 0: it is new */
	int row;              /* where the cursor is, counted from the prompt's row */
	int full;             /* something did not fit */
	char fresh[EDIT_MAX]; /* the new line, while another is shown */
} line;

void
modes_note(void)
{
	tcgetattr(0, &users);
}

void
modes_restore(void)
{
	tcsetattr(0, TCSADRAIN, &users);
}

static void
modes_raw(void)
{
	struct termios raw = users;

	raw.c_iflag |= ICRNL;
	raw.c_oflag |= OPOST | ONLCR;
	raw.c_lflag &= ~(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(0, TCSADRAIN, &raw);
}

/* ---- Keys ---- */

/* Returns the next byte that is typed, or -1 at the end. A signal is taken for Ctrl-C. */
static int
next_byte(void)
{
	unsigned char c;
	ssize_t n;

	fflush(stdout);
	n = read(0, &c, 1);
	return n == 1 ? c : n < 0 && errno == EINTR ? CTRL('C') : -1;
}

/* Reads what follows an escape: the sequence of a key. Returns the key, UNKNOWN for all others. */
static int
escape_sequence(void)
{
	static const char finals[] = "DCABHF"; /* in the order of the keys' numbers */
	int c, number = 0;
	const char *found;

	while ((c = next_byte()) == 033)
		; /* Alt makes it two on some terminals */
	if (c != '[' && c != 'O')
		return c < ' ' ? c : UNKNOWN;
	for (c = next_byte(); c >= ' ' && c < '@'; c = next_byte()) {
		if (isdigit(c))
			number = (number * 10 + c - '0') % 1000;
	}
	if (c < ' ')
		return c;
	if (c == '[') { /* the Linux console's F1 to F5 */
		next_byte();
		return UNKNOWN;
	}
	if (c == '~')
		return number == 1 || number == 7   ? HOME
		       : number == 4 || number == 8 ? END
		       : number == 3                ? DELETE
		                                    : UNKNOWN;
	found = strchr(finals, c);
	return found ? LEFT + (int)(found - finals) : UNKNOWN;
}

/* Reads a key. A character of UTF-8 is put into bytes, as many as *n; returns its first byte. */
static int
next_key(char bytes[4], size_t *n)
{
	int c = next_byte();
	size_t want = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (c == '\033')
		return escape_sequence();
	if (c >= 0x80 && (c < 0xc2 || c > 0xf4))
		return UNKNOWN;
	bytes[0] = c;
	for (*n = 1; *n < want; ++*n) {
		int more = next_byte();

		if ((more & 0xc0) != 0x80)
			return UNKNOWN;
		bytes[*n] = more;
	}
	return c;
}

/* ---- The screen ---- */

static int
width(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

static int
is_start(char c) /* of a character */
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Shows n bytes from column `at` on, and begins a row where one is full. Returns the column that
 * comes next, counted on through all rows. */
static int
show(const char *s, size_t n, int at)
{
	int columns = width();

	for (; n > 0; n--) {
		at += is_start(*s);
		putchar(*s++);
		if (at % columns == 0 && (n == 1 || is_start(*s)))
			putchar('\n');
	}
	return at;
}

static size_t
characters(const char *s, size_t n)
{
	size_t count = 0;

	while (n--)
		count += is_start(*s++);
	return count;
}

/* Returns the column of place `at`, counted on through all rows. */
static int
column(size_t at)
{
	return characters(line.prompt, strlen(line.prompt)) + characters(line.text, at);
}

/* Shows the line again, with the cursor where it belongs. */
static void
redraw(void)
{
	int columns = width(), cursor = column(line.at), end = column(line.len);

	printf("\r");
	if (line.row)
		printf("\033[%dA", line.row);
	printf("\033[J");
	show(line.prompt, strlen(line.prompt), 0);
	show(line.text, line.len, column(0));
	printf("\r");
	if (end / columns > cursor / columns)
		printf("\033[%dA", end / columns - cursor / columns);
	if (cursor % columns)
		printf("\033[%dC", cursor % columns);
	line.row = cursor / columns;
}

/* Goes to the row below the line, where a command's output begins. */
static void
leave(const char *mark)
{
	if (line.at != line.len) {
		line.at = line.len;
		redraw();
	}
	printf("%s", mark);
	if (*mark || column(line.len) % width())
		putchar('\n');
}

/* ---- Changes ---- */

/* Inserts text at the cursor. Returns whether it fits. */
static int
insert(const char *s, size_t n)
{
	if (line.len + n >= EDIT_MAX) {
		line.full = 1;
		return 0;
	}
	memmove(line.text + line.at + n, line.text + line.at, line.len - line.at);
	memcpy(line.text + line.at, s, n);
	line.len += n;
	line.at += n;
	return 1;
}

/* Adds a character at the end. What is on the screen already stays as it is. */
static void
append(const char *s, size_t n)
{
	int at = column(line.len);

	if (insert(s, n))
		line.row = show(s, n, at) / width();
}

/* Removes what is between the cursor and place `to`. */
static void
erase(size_t to)
{
	size_t from = to < line.at ? to : line.at, end = to < line.at ? line.at : to;

	memmove(line.text + from, line.text + end, line.len - end);
	line.len -= end - from;
	line.at = from;
}

static size_t
place_left(void)
{
	size_t to = line.at;

	while (to > 0 && !is_start(line.text[--to]))
		;
	return to;
}

static size_t
place_right(void)
{
	size_t to = line.at;

	while (to < line.len && !is_start(line.text[++to]))
		;
	return to;
}

/* Returns where the word before the cursor begins. */
static size_t
place_word(void)
{
	size_t to = line.at;

	while (to > 0 && line.text[to - 1] == ' ')
		to--;
	while (to > 0 && line.text[to - 1] != ' ')
		to--;
	return to;
}

/* Shows an older line (by 1) or a newer one (by -1) of the history instead. */
static void
recall(int by)
{
	const char *other = line.back + by ? history_line(line.back + by) : line.fresh;

	if (other == NULL)
		return;
	if (line.back == 0) {
		memcpy(line.fresh, line.text, line.len);
		line.fresh[line.len] = 0;
	}
	line.back += by;
	line.at = line.len = 0;
	insert(other, strlen(other));
}

/* Completes the word before the cursor as far as it is certain. A second Tab in a row shows what
 * it may become. */
static void
tab(int again)
{
	struct text common = {NULL, 0, 0};
	size_t start;
	int n = complete(line.text, line.at, &start, &common, 0);

	if (n > 0 && common.len > line.at - start) {
		erase(start);
		insert(common.s, common.len);
	} else if (n > 0 && again) {
		size_t at = line.at;

		leave("");
		complete(line.text, at, &start, &common, 1);
		line.row = 0;
		line.at = at;
	}
	free(common.s);
}

static void
edit_key(int key, const char *bytes, size_t n, int again)
{
	switch (key) {
	case LEFT:
	case CTRL('B'):
		line.at = place_left();
		break;
	case RIGHT:
	case CTRL('F'):
		line.at = place_right();
		break;
	case UP:
	case CTRL('P'):
		recall(1);
		break;
	case DOWN:
	case CTRL('N'):
		recall(-1);
		break;
	case HOME:
	case CTRL('A'):
		line.at = 0;
		break;
	case END:
	case CTRL('E'):
		line.at = line.len;
		break;
	case DELETE:
	case CTRL('D'):
		erase(place_right());
		break;
	case 127:
	case '\b':
		erase(place_left());
		break;
	case CTRL('K'):
		erase(line.len);
		break;
	case CTRL('U'):
		erase(0);
		break;
	case CTRL('W'):
		erase(place_word());
		break;
	case CTRL('L'):
		printf("\033[H");
		line.row = 0;
		break;
	case '\t':
		tab(again);
		break;
	default:
		if (key >= ' ' && key < 256)
			insert(bytes, n);
	}
}

enum edited
edit(const char *prompt, char text[EDIT_MAX])
{
	enum edited result = EDIT_LINE;
	int key = 0, before;
	char bytes[4];
	size_t n = 0;

	line.prompt = prompt;
	line.text = text;
	line.len = line.at = 0;
	line.back = line.row = line.full = 0;
	modes_raw();
	show(prompt, strlen(prompt), 0);
	for (;;) {
		before = key;
		key = next_key(bytes, &n);
		if (key == '\n' || key == '\r')
			break;
		if (key == CTRL('C'))
			result = EDIT_INTERRUPTED;
		else if (key < 0 || (key == CTRL('D') && line.len == 0))
			result = EDIT_END;
		if (result != EDIT_LINE)
			break;
		if (key >= ' ' && key < 256 && key != 127 && line.at == line.len) {
			append(bytes, n);
		} else {
			edit_key(key, bytes, n, before == '\t');
			redraw();
		}
	}
	modes_restore(); /* before the new row tells the user that the line is taken */
	leave(result == EDIT_INTERRUPTED ? "^C" : "");
	if (line.full && result == EDIT_LINE) {
		printf("sh: the line is not run, since it is longer than %d bytes\n", EDIT_MAX - 1);
		line.len = 0;
	}
	fflush(stdout);
	text[line.len] = 0;
	return result;
}
