/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shmchat NAME [WORD...]: unrelated processes that share only a key send each other messages
 * through a segment. With words, it sends them; without, it prints what the others send.
 *
 * The segment is a ring of messages. A sender takes the next number with one atomic addition,
 * fills the place of that number, and stores the number in it last. So senders need no lock, and
 * a listener never takes half a message for a whole one.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#define KEY 0x69737468 /* "isth" */
#define CELLS 32

static struct ring {
	volatile unsigned next; /* number of the next message */
	volatile int listeners;
	struct message {
		volatile unsigned number; /* 1 more than its number, once it is complete */
		char from[16];
		char text[200];
	} cell[CELLS];
} * ring;

static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

static void
say(const char *name, char **words)
{
	unsigned n = __sync_fetch_and_add(&ring->next, 1), len = 0;
	struct message *m = &ring->cell[n % CELLS];

	m->number = 0;
	snprintf(m->from, sizeof(m->from), "%s", name);
	for (; *words && len < sizeof(m->text); words++)
		len += snprintf(m->text + len, sizeof(m->text) - len, "%s%s", len ? " " : "",
		                *words);
	__sync_synchronize();
	m->number = n + 1;
}

/* Prints message n, unless it is our own. Returns 0 if it is not complete yet, or overwritten. */
static int
hear(const char *name, unsigned n)
{
	struct message m = ring->cell[n % CELLS];

	__sync_synchronize();
	if (m.number != n + 1 || ring->cell[n % CELLS].number != n + 1)
		return 0;
	if (strncmp(m.from, name, sizeof(m.from) - 1))
		printf("%s hears %.16s: %.200s\n", name, m.from, m.text);
	fflush(stdout);
	return 1;
}

static int
listen(const char *name, int id)
{
	unsigned n = ring->next > CELLS ? ring->next - CELLS : 0;
	struct sigaction act = {.sa_handler = end};

	if (ring->listeners > 0)
		n = ring->next; /* the other listeners have printed the older ones */
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	__sync_fetch_and_add(&ring->listeners, 1);
	while (!ended) {
		if (ring->next - n > CELLS)
			n = ring->next - CELLS; /* the older ones are overwritten */
		if (n != ring->next && hear(name, n))
			n++;
		else
			usleep(50000);
	}
	if (__sync_sub_and_fetch(&ring->listeners, 1) == 0)
		shmctl(id, IPC_RMID, NULL);
	return 0;
}

int
main(int argc, char **argv)
{
	int id;

	if (argc < 2 || *argv[1] == '-') {
		fprintf(stderr, "usage: shmchat NAME &        listen to the others\n"
		                "       shmchat NAME WORD...  say the words to them\n");
		return 1;
	}
	id = shmget(KEY, sizeof(*ring), IPC_CREAT | 0666);
	ring = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (ring == (void *)-1) {
		perror("shmchat");
		return 1;
	}
	if (argc == 2)
		return listen(argv[1], id);
	say(argv[1], argv + 2);
	if (ring->listeners == 0)
		printf("Nobody is listening yet; the message waits in segment %d.\n", id);
	return 0;
}
