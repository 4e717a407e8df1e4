/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells a right kernel from a wrong one: exits with 0 on a right one, and with 1 on a wrong one. */
#include "look.h"

/* Your defects are drawn by this name. */
#define NAME ""

/* Ends the program unless what a right kernel does has happened. */
static void
must(int good, const char *what)
{
	if (good)
		return;
	see("wrong: %s", what);
	exit(1);
}

static void
mine(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600);

	must(id >= 0, "a new segment");
	must(stat_of(id).shm_nattch == 0, "nobody has attached it");
	must(shmctl(id, IPC_RMID, NULL) == 0, "it is removed");
}

const struct subject subjects[] = {{"mine", mine}, {NULL, NULL}};
