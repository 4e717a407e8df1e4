/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of text: the console is COM1 and the screen; the log is COM2, COM3 or the console. */
#include "i386.h"

unsigned log_line;

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

	if (log_line != 0) {
		serial_write(log_line - 1, s, n);
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
