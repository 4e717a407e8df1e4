/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside /proc: how its files make their text. */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stdint.h>

#include "printf.h"

struct proc;

/*
 * A file's text is made record by record, while it is read: one record is kept,
 * with a cursor that says in the file's own terms where the next one is found.
 * So nothing limits a file's length, and what changes between two reads costs
 * no more than that change.
 */
struct text {
	uint32_t cursor;
	uint32_t start; /* place of buf in the file */
	uint32_t len;
	char buf[4096 - 3 * sizeof(uint32_t)];
};
void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct proc_file {
	const char *name;
	uint32_t mode;
	bool many;        /* more than one record: show() moves the cursor */
	const char *text; /* all that it shows; else: */
	/* Add the record at the cursor; none: the end. pid: whose, 0: nobody's.
	 * => ESRCH: that process is gone. */
	int (*show)(struct text *t, int pid);
	/* A symbolic link instead: where that process's leads. => false: nowhere. */
	bool (*link)(const struct proc *p, char *path, size_t size);
	void (*open)(void);
	/* Take a line that was written; NULL: it can't be. => EINVAL. */
	int (*store)(const char *line);
};

/* proc_system.c and proc_process.c; each table ends with a NULL name. */
extern const struct proc_file proc_root_files[], proc_ipc_files[], proc_sys_files[];
extern const struct proc_file proc_pid_files[];
/* proc_frames.c */
void frames_mark(void);
int frames_show(struct text *t, int pid);

#endif
