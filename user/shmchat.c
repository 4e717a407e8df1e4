/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shmchat NAME [WORD...]: processes that know nothing of each other but a key
 * talk through a segment. With words: say them. Without: hear the others, and
 * in the foreground of a terminal also say each line that is typed.
 *
 * The segment is a ring of messages. A speaker takes the next number with one
 * atomic addition, fills that slot and last of all writes the number into it;
 * so speakers need no lock and a listener never reads half a message.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY 0x69737468 /* "isth" */
#define SLOTS 32

struct ring {
	volatile unsigned next; /* number of the next message */
	volatile int listeners;
	struct message {
		volatile unsigned number; /* plus one; else it is not there yet */
		char from[16];
		char text[200];
	} slot[SLOTS];
};

static struct ring *ring;
static int id;
static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

static void
say(const char *name, const char *text)
{
	unsigned n = __sync_fetch_and_add(&ring->next, 1);
	struct message *m = &ring->slot[n % SLOTS];

	m->number = 0;
	snprintf(m->from, sizeof(m->from), "%s", name);
	snprintf(m->text, sizeof(m->text), "%s", text);
	__sync_synchronize();
	m->number = n + 1;
}

/* Print message n unless it is our own; => 0 if it is not there yet. */
static int
hear(const char *name, unsigned n)
{
	struct message m;

	m = ring->slot[n % SLOTS];
	__sync_synchronize();
	if (m.number != n + 1 || ring->slot[n % SLOTS].number != n + 1)
		return 0;
	if (strncmp(m.from, name, sizeof(m.from)))
		printf("%s hears %.16s: %.200s\n", name, m.from, m.text);
	fflush(stdout);
	return 1;
}

static void
listen(const char *name)
{
	unsigned n = ring->next > SLOTS ? ring->next - SLOTS : 0;
	struct sigaction act = {.sa_handler = end};

	if (ring->listeners > 0)
		n = ring->next; /* what was said before was heard */
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	__sync_fetch_and_add(&ring->listeners, 1);
	while (!ended) {
		if (ring->next - n > SLOTS)
			n = ring->next - SLOTS; /* overtaken */
		if (n != ring->next && hear(name, n))
			n++;
		else
			usleep(50000);
	}
	if (__sync_sub_and_fetch(&ring->listeners, 1) == 0)
		shmctl(id, IPC_RMID, NULL);
}

/* Hear in a child of ours, say what is typed, until the end of it. */
static void
talk(const char *name)
{
	struct sigaction act = {.sa_handler = end};
	char line[200];
	pid_t pid = fork();

	if (pid == 0) {
		listen(name);
		exit(0);
	}
	if (pid < 0) {
		perror("shmchat: fork");
		exit(1);
	}
	sigaction(SIGINT, &act, NULL); /* no SA_RESTART: it ends fgets */
	printf("Type what %s says; Ctrl-D ends.\n", name);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (*line)
			say(name, line);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
	int only_listen = argc > 1 && strcmp(argv[1], "-l") == 0;
	char text[200] = "";
	const char *name;

	argc -= only_listen;
	argv += only_listen;
	if (argc < 2 || *argv[1] == '-' || (only_listen && argc > 2)) {
		fprintf(stderr, "usage: shmchat NAME &        hear the others\n"
		                "       shmchat NAME          hear, and say what is typed\n"
		                "       shmchat NAME WORD...  say that\n"
		                "       shmchat -l NAME       only hear\n");
		return 1;
	}
	name = argv[1];
	id = shmget(KEY, sizeof(struct ring), IPC_CREAT | 0666);
	ring = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (ring == (void *)-1) {
		perror("shmchat");
		return 1;
	}
	if (argc > 2) {
		for (int i = 2; i < argc; i++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			         i > 2 ? " " : "", argv[i]);
		say(name, text);
		if (ring->listeners == 0)
			printf("Nobody hears it yet; it waits in segment %d.\n", id);
	} else if (!only_listen && isatty(0) && tcgetpgrp(0) == getpgrp()) {
		talk(name);
	} else {
		listen(name);
	}
	return 0;
}
