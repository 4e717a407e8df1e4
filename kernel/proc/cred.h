/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users and groups, and the rules by which one process may act on another or
 * look into it. Each rule is one function, and docs/abi.md has the table of
 * them all with where Linux has the same. Here are those about processes; what
 * asks for a file is fs_access(), what asks for a segment is ipcperm().
 *
 * None of these sleeps.
 */
#ifndef CRED_H
#define CRED_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/misc.h"

struct proc;

struct cred {
	uint32_t ruid, euid, suid;
	uint32_t rgid, egid, sgid;
	uint32_t ngroups;
	uint32_t groups[NGROUPS_MAX];
};

/* Returns whether gid is the effective or a supplementary group. */
bool cred_in_group(const struct cred *cred, uint32_t gid);

/* Returns whether `self` may send p the signal: root, or a real or effective user
 * who is p's real or saved one. SIGCONT is allowed within a session, too. */
bool cred_may_signal(const struct proc *self, const struct proc *p, int sig);

/* Returns whether `self` may see what p has in its memory and where, and which files
 * it has open: oneself, root, or a user and group who are all three of p's, unless p is
 * guarded (see proc.h). This is Linux's PTRACE_MODE_READ. */
bool cred_may_inspect(const struct proc *self, const struct proc *p);

/* Returns whether `self` may read and set p's limits: oneself, root, or a real user and
 * group who are all three of p's, so that nobody starves a set-id program. */
bool cred_may_limit(const struct proc *self, const struct proc *p);

/* Returns whether `self` may set p's priority: root, or an effective user who is p's
 * real or effective one, unless p is a set-id program that is root or can be again. To
 * raise it is another question, and root's. */
bool cred_may_set_priority(const struct proc *self, const struct proc *p);

#endif
