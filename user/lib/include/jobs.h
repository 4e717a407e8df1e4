/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sys/types.h>

#define STAGES 16 /* the longest pipeline */
#define JOBS 16

struct job {
	int n; /* processes that have not ended; 0: the entry is free */
	pid_t pids[STAGES], pgrp, last;
	int status, stopped;
	int background; /* its end is still to be told */
	char text[64];
};

extern struct job jobs[JOBS];
extern int interactive; /* jobs get the terminal, each in its turn */

struct job *job_new(void); /* an empty one, or NULL */
/* Wait until j has ended or stopped; its status. */
int job_wait(struct job *j);
/* The same with the terminal given to it meanwhile. */
int job_foreground(struct job *j);
/* Tell which background jobs have ended since the last time. */
void job_poll(void), job_report(const struct job *j, const char *what);
