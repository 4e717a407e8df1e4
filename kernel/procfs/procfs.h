/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room procfs: /proc: the state of the other rooms, as text. It adds the directory to the tree,
 * and looks into all rooms below sys/ but exec/. Only main.c calls it, and debug/ through
 * gdbstub.h.
 */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/printf.h"

struct proc;
struct node;
struct dir_ops;
struct file_ops;

/*
 * The text of a file is made record by record, while it is read. Each open file keeps one record
 * and a cursor, which says where the next record is found: an address, a slot, a frame, whatever
 * the file consists of. So the length of a file has no limit, and a change between two reads of
 * it affects only the records that have changed.
 */
struct text {
	uint32_t cursor; /* where the next record is found; 0: the first */
	uint32_t start;  /* offset in the file of buf[0] */
	uint32_t len;    /* bytes of the record in buf */
	uint32_t busy;   /* 1 while a read makes records, for it may sleep between two */
	char buf[4096 - 4 * sizeof(uint32_t)];
};
/* Append formatted text to the record. What does not fit is cut. */
void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What open, read and close do with such a file, and with one that can be written too:
 * procfs_text.c. */
extern const struct file_ops procfs_text_ops, procfs_knob_ops;

/* A file of /proc. The content is the first of text, number and show that is set; or it is a
 * symbolic link or a directory, which have link or dir instead. */
struct procfs_file {
	const char *name;
	uint32_t mode;
	const char *text; /* without the last newline */
	uint32_t *number;
	/* Add the record at the cursor with text_add(), or nothing at the end of the file. p is the
	 * process that the file is about; NULL: none. Does not sleep. */
	void (*show)(struct text *t, const struct proc *p);
	bool many;     /* show() makes several records, and moves the cursor itself */
	bool inspects; /* a file that only who may inspect the process may read: cred_may_inspect().
	                * Links and directories are always for those only. */
	bool root; /* only root may read it, whoever it belongs to: it tells of other processes */
	uint32_t max; /* the most that may be written to number, if the mode allows writes */
	/* Act on a line that was written. Returns 0 or EINVAL. NULL: there is no such action. */
	int (*store)(const char *line);
	/* Write to path where the symbolic link of p leads. Returns false if it leads nowhere. */
	bool (*link)(const struct proc *p, char *path, size_t size);
	const struct dir_ops *dir;
};

/* The files of /proc, /proc/sysvipc and /proc/sys/kernel: procfs_system.c. Those of /proc/PID:
 * procfs_process.c. Each table ends with a NULL name. */
extern const struct procfs_file procfs_root_files[], procfs_ipc_files[], procfs_sys_files[];
extern const struct procfs_file procfs_pid_files[];
extern const char procfs_mounts[];         /* the text of /proc/mounts: procfs_system.c */
extern const struct dir_ops procfs_fd_ops; /* of /proc/PID/fd: procfs_fd.c */
/* The show() of files whose table is in another file: procfs_frames.c, procfs_status.c. */
void procfs_show_frames(struct text *t, const struct proc *p);
void procfs_show_pages(struct text *t, const struct proc *p);
void procfs_show_status(struct text *t, const struct proc *p);
void procfs_show_statm(struct text *t, const struct proc *p);
/* Returns the state of p as /proc/PID/status prints it: "S (sleeping)". stat prints the letter. */
const char *procfs_state(const struct proc *p);

/* Make /proc. Calls noboot() if memory is out. */
void procfs_init(void);
/* Returns a new symbolic link on dir's file system, with one reference and PATH_MAX bytes for its
 * target, or NULL if memory is out. */
struct node *procfs_link_node(const struct node *dir);
/* Make the new node n one about p, with this inode number. The node belongs to p's effective user
 * and group, or to root if p is guarded and n is not a directory. */
void procfs_adopt(struct node *n, const struct proc *p, uint32_t ino);

#endif
