/* SPDX-License-Identifier: BSD-2-Clause */
/* dmesg: prints the kernel's messages, those of /proc/kmsg. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
	int fd = open("/proc/kmsg", O_RDONLY);
	char buf[1024];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, n, stdout);
	if (n == 0)
		return 0;
	perror("dmesg: /proc/kmsg");
	return 1;
}
