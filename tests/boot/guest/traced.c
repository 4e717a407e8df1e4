/* SPDX-License-Identifier: BSD-2-Clause */
/* A program to be traced: it uses a segment and two processes, and waits. Then it prints what the
 * kernel said of free memory and of the segment while both processes had it attached. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static char free_memory[64], segments[1024]; /* read before anything is printed */

static void
look(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	close(fd);
}

int
main(void)
{
	int id = shmget(IPC_PRIVATE, 3 * 4096, IPC_CREAT | 0600), tell[2];
	char *at = shmat(id, NULL, 0), c;

	if (id < 0 || at == (void *)-1 || pipe(tell) != 0)
		return 1;
	at[4096] = 1;
	if (fork() == 0) { /* the child waits in read() until the parent has looked */
		close(tell[1]);
		at[0] = 1;
		_exit(read(tell[0], &c, 1) != 0);
	}
	look("/proc/meminfo", free_memory, sizeof(free_memory));
	look("/proc/sysvipc/shm", segments, sizeof(segments));
	close(tell[1]);
	wait(NULL);
	shmdt(at);
	shmctl(id, IPC_RMID, NULL);
	printf("%s%s", free_memory, segments);
	return 0;
}
