/* SPDX-License-Identifier: BSD-2-Clause */
/* cat [FILE...]: copies files to standard output. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
complain(const char *name)
{
	fprintf(stderr, "cat: ");
	perror(name);
	return 1;
}

static int
copy(int fd, const char *name)
{
	static char buf[16384];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(1, buf + done, n - done);
			if (w < 0)
				return complain("write error");
		}
	}
	return n < 0 ? complain(name) : 0;
}

int
main(int argc, char **argv)
{
	int failed = argc < 2 && copy(0, "-");

	for (int i = 1; i < argc; i++) {
		int fd = strcmp(argv[i], "-") ? open(argv[i], O_RDONLY) : 0;

		failed |= copy(fd, argv[i]);
		if (fd > 0)
			close(fd);
	}
	return failed;
}
