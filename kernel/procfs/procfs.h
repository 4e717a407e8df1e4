/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room procfs: /proc: what the other rooms know, as text. It gives fs/ its directories, and
 * looks into all rooms below sys/. Only main.c calls it.
 */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/printf.h"

struct proc;
struct node;
struct dir_ops;

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
	uint32_t busy; /* 1 while a read makes records, and may sleep between two */
	char buf[4096 - 4 * sizeof(uint32_t)];
};
void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What a file shows is one of the first three. */
struct procfs_file {
	const char *name;
	uint32_t mode;
	const char *text;
	uint32_t *number;
	/* Add the record at the cursor; none: the end. p: whose, NULL: nobody's. */
	void (*show)(struct text *t, const struct proc *p);
	bool many;     /* show() has more than one record, and moves the cursor */
	bool inspects; /* it shows what cred_may_inspect() is about */
	uint32_t max;  /* a number that can be written: at most this */
	/* Take a line that was written; NULL: it can't be. => EINVAL. */
	int (*store)(const char *line);
	/* A symbolic link instead: where that process's leads. => false: nowhere. */
	bool (*link)(const struct proc *p, char *path, size_t size);
	/* A directory instead. */
	const struct dir_ops *dir;
};

/* procfs_system.c and procfs_process.c; each table ends with a NULL name. */
extern const struct procfs_file procfs_root_files[], procfs_ipc_files[], procfs_sys_files[];
extern const struct procfs_file procfs_pid_files[];
void procfs_show_frames(struct text *t, const struct proc *p);
extern const char procfs_mounts[];
extern const struct dir_ops procfs_fd_ops; /* procfs_fd.c */
/* procfs_status.c */
void procfs_show_status(struct text *t, const struct proc *p);
void procfs_show_statm(struct text *t, const struct proc *p);

/* Make /proc. => NOBOOT. */
void procfs_init(void);
/* procfs.c: a symbolic link, with room for where it leads. Returns NULL if memory is
 * out. */
struct node *procfs_link_node(const struct node *dir);
/* Make a new node one of p's. */
void procfs_adopt(struct node *n, const struct proc *p, uint32_t ino);

#endif
