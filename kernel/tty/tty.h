/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room tty: the console as a terminal: its line, and the jobs on it. It gives fs/ the
 * devices console and tty, and calls proc/. The machine calls it with each byte typed, procfs/
 * asks for the foreground group, and proc/ calls it through owned.h.
 */
#ifndef TTY_H
#define TTY_H

#include <machine.h>

struct file;

/* Add the console to /dev. */
void tty_init(void);
/* The terminal's foreground group; 0: none. */
int tty_pgrp(void);
/* tty_job.c, for tty.c. May the current process use the terminal? If it is in
 * the background its group is stopped by sig, and the call comes back when it
 * goes on. => 0; EIO where nobody would continue it; ERESTART. */
int tty_background(int sig);
int tty_job_ioctl(uint32_t cmd, vaddr_t arg);
int ctty_open(struct file *f);

#endif
