/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that leaves things behind, for tests/boot/leaks.t. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
	pid_t child;
	int fd;

	shmget(42, 8192, IPC_CREAT | 0600);
	shmctl(shmget(43, 1, IPC_CREAT | 0600), IPC_RMID, NULL);
	child = fork();
	if (child == 0)
		return shmget(IPC_PRIVATE, 1, 0600) < 0;
	waitpid(child, NULL, 0);
	if (fork() == 0) {
		shmget(7, 4096, IPC_CREAT | 0600);
		pause();
	}
	fd = open("/dev/shm/mine", O_CREAT | O_WRONLY, 0600);
	write(fd, "abc", 3);
	usleep(100000);
	return 3;
}
