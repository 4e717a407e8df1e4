/* SPDX-License-Identifier: BSD-2-Clause */
/* The PC keyboard: turns scan codes (set 1, US layout) into the bytes that a terminal sends. */
#include "i386.h"

#define PORT_DATA 0x60
#define PORT_STATUS 0x64
#define STATUS_FULL 0x01
#define RELEASED 0x80

enum {
	KEY_CTRL = 0x1d,
	KEY_LSHIFT = 0x2a,
	KEY_RSHIFT = 0x36,
	KEY_CAPS = 0x3a,
	KEY_EXTENDED = 0xe0
};

/* The character of each scan code, 0 if it has none. */
static const char plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static bool shift, ctrl, caps, extended;

void
keyboard_init(void)
{
	while (inb(PORT_STATUS) & STATUS_FULL)
		inb(PORT_DATA);
}

/* Type each character of s. */
static void
type(const char *s)
{
	while (*s != 0)
		tty_input((uint8_t)*s++);
}

/* Type what a key stands for whose code follows 0xe0: one between the letters and the keypad, as
 * xterm sends it, or Enter or / of the keypad. Other such keys do nothing. */
static void
extended_key(uint8_t code)
{
	static const struct {
		uint8_t code;
		char text[5];
	} keys[] = {
		{0x48, "\033[A"},  {0x50, "\033[B"},  {0x4d, "\033[C"},  {0x4b, "\033[D"},
		{0x47, "\033[H"},  {0x4f, "\033[F"},  {0x52, "\033[2~"}, {0x53, "\033[3~"},
		{0x49, "\033[5~"}, {0x51, "\033[6~"}, {0x1c, "\r"},      {0x35, "/"},
	};
	unsigned i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (code == keys[i].code)
			type(keys[i].text);
}

/* Types the character of a key, as Shift, Caps Lock and Ctrl make it. Keys without a character do
 * nothing. */
static void
plain_key(uint8_t code)
{
	char c;
	bool letter;

	if (code >= sizeof(plain) - 1 || plain[code] == 0)
		return;
	letter = plain[code] >= 'a' && plain[code] <= 'z';
	c = (shift != (caps && letter)) ? shifted[code] : plain[code];
	if (ctrl)
		c &= 0x1f;
	tty_input((uint8_t)c);
}

void
keyboard_interrupt(void)
{
	uint8_t code = inb(PORT_DATA);
	bool down = !(code & RELEASED);

	if (code == KEY_EXTENDED) {
		extended = true;
		return;
	}
	code &= (uint8_t)~RELEASED;
	if (code == KEY_CTRL)
		ctrl = down;
	else if (extended && down)
		extended_key(code);
	else if (!extended && (code == KEY_LSHIFT || code == KEY_RSHIFT))
		shift = down;
	else if (!extended && code == KEY_CAPS && down)
		caps = !caps;
	else if (!extended && down)
		plain_key(code);
	extended = false;
}
