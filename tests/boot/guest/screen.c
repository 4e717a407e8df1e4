/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init of tests/boot/screen.t: for each number of lines in its table it writes those lines to the
 * console, and waits until the test has looked at the screen. The last lines are always the same.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LAST 40
#define HIDE_CURSOR "\033[?25l"
#define HOME "\033[H\033[2J"
/* A sequence that the screen ignores, but the serial line does not. When the test reads it, the
 * text before it is on the screen. */
#define MARK "\033[%uz"

static unsigned
cycles(void)
{
	unsigned low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx");
	return low;
}

int
main(void)
{
	/* The third lets the text scroll exactly to the end of the VGA's memory. */
	static const int lines[] = {LAST, 160, 52, 300, 2000};
	unsigned took;
	char text[64], byte;

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		write(1, HIDE_CURSOR HOME, strlen(HIDE_CURSOR HOME));
		took = 0;
		for (int left = lines[i]; left > 0; left--) {
			snprintf(text, sizeof(text), "%s line, %d are left\r\n",
			         left > LAST ? "an early" : "a late", left);
			took -= cycles();
			write(1, text, strlen(text));
			took += cycles();
		}
		snprintf(text, sizeof(text), MARK, took / (unsigned)lines[i]);
		write(1, text, strlen(text));
		read(0, &byte, 1);
	}
	return 0;
}
