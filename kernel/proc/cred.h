/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials, and the rules by which one process may act on another or look into it. Each rule is
 * one function; docs/abi.md has a table of all rules, and of Linux's. The rules about processes
 * are here, that about files is fs_access(), that about segments ipcperm().
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
	uint32_t ruid, euid, suid; /* real, effective and saved user id */
	uint32_t rgid, egid, sgid; /* real, effective and saved group id */
	uint32_t ngroups;
	uint32_t groups[NGROUPS_MAX]; /* supplementary groups, ngroups of them */
};

/* Returns whether gid is the effective group or one of the supplementary ones. */
bool cred_in_group(const struct cred *cred, uint32_t gid);

/* Returns whether `self` may send p the signal: if it is root, or its real or effective user is
 * p's real or saved one. SIGCONT is also allowed within a session. */
bool cred_may_signal(const struct proc *self, const struct proc *p, int sig);

/* Returns whether `self` may see what p's memory contains and which files p has open: if it is
 * p, or root, or its effective user and group are p's real, effective and saved ones, unless p
 * is guarded (proc.h). This is Linux's PTRACE_MODE_READ. */
bool cred_may_inspect(const struct proc *self, const struct proc *p);

/* Returns whether `self` may read and set p's limits: if it is p, or root, or its real user and
 * group are p's real, effective and saved ones. So nobody can starve a set-id program. */
bool cred_may_limit(const struct proc *self, const struct proc *p);

/* Returns whether `self` may set p's nice value: if it is root, or its effective user is p's real
 * or effective one and no user id of p's is root's. To lower the value (raise the priority) is
 * root's right alone, which the caller checks. */
bool cred_may_set_priority(const struct proc *self, const struct proc *p);

#endif
