/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that does one thing, which its first argument names. The boot tests run it on the
 * kernel to see that tools/run passes on what it does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints all byte values upwards and downwards, and then text
 * without a newline to standard error. */
static int
bytes(void)
{
	unsigned char all[512];
	int i;

	for (i = 0; i < 256; i++)
		all[i] = all[511 - i] = i;
	return write(1, all, sizeof(all)) == sizeof(all) && write(2, "end", 3) == 3 ? 0 : 1;
}

static int
show(const char *path)
{
	struct stat st;
	char buf[512];
	int fd = open(path, O_RDONLY), n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 1;
	printf("%o %u %u %u\n", (unsigned)st.st_mode & 07777, (unsigned)st.st_uid,
	       (unsigned)st.st_gid, (unsigned)st.st_size);
	fflush(stdout);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		write(1, buf, n);
	return n < 0;
}

/* Prints the size of the terminal. */
static int
size(void)
{
	struct winsize w;

	return ioctl(1, TIOCGWINSZ, &w) < 0 || printf("%u %u\n", w.ws_row, w.ws_col) < 0;
}

static _Noreturn void
spin(void)
{
	write(1, "spinning\n", 9);
	for (;;)
		;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int i;

	if (!strcmp(what, "exit"))
		return atoi(argv[2]);
	if (!strcmp(what, "kill"))
		return kill(getpid(), atoi(argv[2])) < 0;
	if (!strcmp(what, "bytes"))
		return bytes();
	if (!strcmp(what, "show"))
		return show(argv[2]);
	if (!strcmp(what, "stdin"))
		return read(0, &i, 1);
	if (!strcmp(what, "size"))
		return size();
	if (!strcmp(what, "id"))
		return printf("%d %d %s\n", (int)getuid(), (int)getgid(), getenv("USER")) < 0;
	if (!strcmp(what, "lines"))
		for (i = 0; i < atoi(argv[2]); i++)
			printf("line %d of many that have to come out\n", i);
	else if (!strcmp(what, "spin"))
		spin();
	else if (!strcmp(what, "yes"))
		while (write(1, "yes\n", 4) == 4)
			;
	else
		for (i = 0; i < argc; i++)
			printf("%d <%s>\n", i, argv[i]);
	return 0;
}
