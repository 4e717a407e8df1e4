/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room tty: the console as a terminal: line editing and job control. It adds the devices console
 * and tty to /dev, and calls fs/, vm/ and proc/. The machine calls tty_input() with each byte
 * typed, procfs/ asks for the foreground group, and proc/ calls it through owned.h.
 */
#ifndef TTY_H
#define TTY_H

#include <machine.h>

struct file;

/* Add /dev/console and /dev/tty. Calls noboot() if memory is out. */
void tty_init(void);

/* ---- Job control: tty_job.c. None of these sleeps. ---- */

/* Returns the number of the foreground process group, or 0 if there is none. */
int tty_pgrp(void);
/* Returns 0 if the current process may use the terminal now. Else it is in a background process
 * group (POSIX, 11.1.4): with SIGTTIN or SIGTTOU as sig, posts sig to the whole group and returns
 * ERESTART, so that the call is made again when the process is continued. Returns 0 also if the
 * process blocks or ignores SIGTTOU; EIO if it does so with SIGTTIN or its group is orphaned. */
int tty_background(int sig);
/* Do an ioctl about the terminal's session and foreground group. Returns 0, ENOTTY for any other
 * cmd, or another errno. */
int tty_job_ioctl(uint32_t cmd, vaddr_t arg);
/* The open operation of /dev/tty. Returns 0 if the terminal is that of the current process's
 * session, else ENXIO. */
int ctty_open(struct file *f);

#endif
