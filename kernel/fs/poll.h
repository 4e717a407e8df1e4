/* SPDX-License-Identifier: BSD-2-Clause */
/* Who waits for a file to become ready. */
#ifndef POLL_H
#define POLL_H

/* One who sleeps until a file is ready, on that file's list. */
struct poll_watch {
	struct poll_watch *next, **link;
	const void *chan; /* where it sleeps */
};
/* A file's `ready` may have changed: those on its list look again. */
void poll_wakeup(struct poll_watch *first);

#endif
