/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: look FILE...
 * Prints each file in hexadecimal, and then waits at the terminal. It reads all files before it
 * prints any, keeps them open, and takes no more memory afterwards: while it waits, they are what
 * they were when it read them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char content[512 << 10];

int
main(int argc, char **argv)
{
	static const char digits[] = "0123456789abcdef";
	size_t end[argc], length = 0, at = 0;
	char line[64];
	ssize_t n;

	memset(content, 1, sizeof(content)); /* so that no page is missing later */
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		while ((n = read(fd, content + length, sizeof(content) - length)) > 0)
			length += (size_t)n;
		end[i] = length;
	}
	for (int i = 1; i < argc; i++) {
		write(1, argv[i], strlen(argv[i]));
		for (unsigned column = 0; at < end[i]; at++, column++) {
			if (column % 32 == 0)
				write(1, "\n ", 2);
			line[0] = digits[content[at] >> 4 & 15];
			line[1] = digits[content[at] & 15];
			write(1, line, 2);
		}
		write(1, "\n", 1);
	}
	write(1, "ready\n", 6);
	return read(0, line, sizeof(line)) < 0;
}
