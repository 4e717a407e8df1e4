/* SPDX-License-Identifier: BSD-2-Clause */
/* The limit of a run: when it is over, the log says where everything is, and the machine ends. */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>

/* Read the word limit=N of the command line: the run may last for N ticks, or for ever if N is 0.
 * Must be called before other parts of the kernel that may take long. */
void limit_init(void);
/* Called for a non-maskable interrupt. Ends the machine if the command line has the word limit, and
 * returns otherwise. user: it interrupted user mode. */
void limit_nmi(bool user);

#endif
