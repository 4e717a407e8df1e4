/* SPDX-License-Identifier: BSD-2-Clause */
/* cat [FILE...]: copy files to standard output. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
copy(int fd, const char *name)
{
	static char buf[16384];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(1, buf + done, n - done);
			if (w < 0) {
				perror("cat: write error");
				return 1;
			}
		}
	}
	if (n < 0) {
		fprintf(stderr, "cat: ");
		perror(name);
	}
	return n < 0;
}

int
main(int argc, char **argv)
{
	int failed = argc < 2 && copy(0, "-");

	for (int i = 1; i < argc; i++) {
		int fd = strcmp(argv[i], "-") ? open(argv[i], O_RDONLY) : 0;

		if (fd < 0) {
			fprintf(stderr, "cat: ");
			perror(argv[i]);
			failed = 1;
			continue;
		}
		failed |= copy(fd, argv[i]);
		if (fd)
			close(fd);
	}
	return failed;
}
