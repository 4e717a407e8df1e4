/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of text: the console is COM1 and the screen; the log is COM2, or else the console. */
#include "i386.h"

enum { COM1, COM2 };

bool log_to_com2;

void
console_write(const char *s, size_t n)
{
	serial_write(COM1, s, n);
	vga_write(s, n);
}

/* On the console each newline becomes CR LF here: log lines do not pass through the terminal,
 * whose ONLCR flag does that for programs. */
void
log_write(const char *s, size_t n)
{
	size_t line;

	if (log_to_com2) {
		serial_write(COM2, s, n);
		return;
	}
	while (n > 0) {
		for (line = 0; line < n && s[line] != '\n'; line++)
			;
		console_write(s, line);
		if (line < n) {
			console_write("\r\n", 2);
			line++;
		}
		s += line;
		n -= line;
	}
}
