/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has which frame, and the letter that stands for it. */
#include "memview.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct kind kinds[KINDS] = {
	[FREE] = {"free", "2", '.', 2},
	[KERNEL] = {"kernel", "37", '#', 3},
	[OF_FILE] = {"file", "34", '-', 4},
	[TABLE] = {"page table", "36", '+', 5},
	[SHARED_TABLE] = {"shared page table", "1;36", '%', 7},
	[COW] = {"shared until written", "33", '=', 6},
	[HOLE] = {"no memory", "2", ' ', 1},
};

uint16_t frames[1 << 20]; /* enough for 4 GiB */
size_t nframes;
unsigned count[65536];

/* ---- Marks: no two processes, and no two segments, have one letter at a time ---- */

#define PROCESS_MARKS "abcdefghijklmnopqrstuvwxyz0123456789"
#define SEGMENT_MARKS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static unsigned holder[128]; /* by mark: the owner that has it, or 0 */

/* Gives owner the first free mark. If there is none it has '*', or '@' as a segment. */
static void
give_mark(unsigned owner)
{
	const char *free = NULL;

	for (const char *m = owner >= SEGMENT ? SEGMENT_MARKS : PROCESS_MARKS; *m; m++) {
		if (holder[(int)*m] == owner)
			return;
		if (free == NULL && holder[(int)*m] == 0)
			free = m;
	}
	if (free)
		holder[(int)*free] = owner;
}

char
mark_of(unsigned owner)
{
	if (owner < FIRST_PID)
		return owner < KINDS ? kinds[owner].mark : '?';
	for (const char *m = owner >= SEGMENT ? SEGMENT_MARKS : PROCESS_MARKS; *m; m++)
		if (holder[(int)*m] == owner)
			return *m;
	return owner >= SEGMENT ? '@' : '*';
}

int
notable(unsigned owner)
{
	if (owner >= FIRST_PID)
		return owner >= SEGMENT ? 9 : 8;
	return owner < KINDS ? kinds[owner].notable : 0;
}

/* ---- Owners ---- */

struct owner owners[KINDS + 1024];
int nowners;

/* Adds an owner. Returns where its name goes. The last of too many takes the place of the one
 * before it. */
static char *
add_owner(unsigned value)
{
	if (nowners == sizeof(owners) / sizeof(*owners))
		nowners--;
	owners[nowners].value = value;
	return owners[nowners++].name;
}

/* Lists who can own a frame, and gives each a mark. Those that are gone lose theirs. */
static void
list_owners(void)
{
	static char there[65536];
	FILE *list = shm_list();
	struct proc_stat p;
	struct shm_line s;

	nowners = 0;
	for (unsigned k = 0; k < KINDS; k++)
		if (k != HOLE)
			strcpy(add_owner(k), kinds[k].name);
	while (shm_next(list, &s))
		sprintf(add_owner(SEGMENT | (s.id & 0x7fff)), "segment %d, nattch %u", s.id,
		        s.nattch);
	while (proc_next(&p))
		sprintf(add_owner(FIRST_PID - 1 + p.pid), "process %d, %s", p.pid, p.name);
	if (list)
		fclose(list);
	memset(there, 0, sizeof(there));
	for (int i = 0; i < nowners; i++)
		there[owners[i].value & 0xffff] = 1;
	for (int m = 0; m < 128; m++)
		if (!there[holder[m]])
			holder[m] = 0;
	for (int i = 0; i < nowners; i++)
		if (owners[i].value >= FIRST_PID)
			give_mark(owners[i].value);
}

void
read_frames(void)
{
	size_t n = 0;
	ssize_t got;
	int fd = open("/proc/frames", O_RDONLY);

	if (fd < 0) {
		perror("memview: /proc/frames");
		exit(1);
	}
	while ((got = read(fd, (char *)frames + n, sizeof(frames) - n)) > 0)
		n += got;
	close(fd);
	memset(count, 0, sizeof(count));
	for (nframes = n / sizeof(*frames); nframes && frames[nframes - 1] == HOLE; nframes--)
		;
	for (size_t i = 0; i < nframes; i++)
		count[frames[i]]++;
	list_owners();
}
