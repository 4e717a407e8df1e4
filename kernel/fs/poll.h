/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a file to become ready. */
#ifndef POLL_H
#define POLL_H

#include "base/list.h"

/* One process that polls a file. The watch is on the file's list while the process sleeps. */
struct poll_watch {
	LIST_LINKS(struct poll_watch) links;
	const void *chan; /* the channel that it sleeps on */
};
/* Wake the processes on the list that begins with `first`, since the file's ready() may return
 * something else now. Defined in file.c. Does not sleep. */
void poll_wakeup(struct poll_watch *first);

#endif
