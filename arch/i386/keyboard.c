/* SPDX-License-Identifier: BSD-2-Clause */
/* The PC keyboard: turns scan codes (set 1, US layout) into the bytes that a terminal sends. */
#include "i386.h"

#define PORT_DATA 0x60
#define PORT_STATUS 0x64
#define STATUS_FULL 0x01 /* the controller has a byte for the CPU */
#define STATUS_BUSY 0x02 /* it has not taken the CPU's last byte yet */
#define ENABLE_PORT 0xae
#define SET_CONFIG 0x60
#define CONFIG 0x65  /* interrupt, self-test passed, no mouse, scan codes of set 1 */
#define SCAN 0xf4    /* to the keyboard itself: send what is typed */
#define TRIES 100000 /* reads of the status, each about a microsecond, before giving up */
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

/* Reads the status until the bits are clear, and drops what the controller has for the CPU. A
 * machine without the controller, where all bits read as ones, is given up. */
static void
wait_clear(uint8_t bits)
{
	unsigned tries;
	uint8_t status;

	for (tries = 0; tries < TRIES; tries++) {
		status = inb(PORT_STATUS);
		if (status & STATUS_FULL)
			inb(PORT_DATA);
		if (!(status & bits))
			return;
	}
}

/* Writes a byte to a port of the controller when it can take one. */
static void
controller_write(uint16_t port, uint8_t byte)
{
	wait_clear(STATUS_BUSY);
	outb(port, byte);
}

void
keyboard_init(void)
{
	controller_write(PORT_STATUS, ENABLE_PORT);
	controller_write(PORT_STATUS, SET_CONFIG);
	controller_write(PORT_DATA, CONFIG);
	controller_write(PORT_DATA, SCAN);
	/* If the keyboard's answer, 0xfa, comes later, it looks like a key that goes up. */
	wait_clear(STATUS_BUSY | STATUS_FULL);
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
