/* SPDX-License-Identifier: BSD-2-Clause */
#include "proc/proc.h"

bool
cred_in_group(const struct cred *cred, uint32_t gid)
{
	uint32_t i;

	if (cred->egid == gid)
		return true;
	for (i = 0; i < cred->ngroups; i++)
		if (cred->groups[i] == gid)
			return true;
	return false;
}

bool
cred_may_signal(const struct proc *self, const struct proc *p, int sig)
{
	const struct cred *by = &self->cred, *to = &p->cred;

	return by->euid == 0 || by->euid == to->ruid || by->euid == to->suid ||
	       by->ruid == to->ruid || by->ruid == to->suid ||
	       (sig == SIGCONT && proc_sid(self) == proc_sid(p));
}

/* Returns whether all three user ids and all three group ids of `to` are the ones given, so that it
 * has no rights beyond theirs. */
static bool
is_all_of(const struct cred *to, uint32_t uid, uint32_t gid)
{
	return to->ruid == uid && to->euid == uid && to->suid == uid && to->rgid == gid &&
	       to->egid == gid && to->sgid == gid;
}

bool
cred_may_inspect(const struct proc *self, const struct proc *p)
{
	const struct cred *by = &self->cred;

	return self == p || by->euid == 0 ||
	       (is_all_of(&p->cred, by->euid, by->egid) && !p->guarded);
}

bool
cred_may_limit(const struct proc *self, const struct proc *p)
{
	const struct cred *by = &self->cred;

	return self == p || by->euid == 0 || is_all_of(&p->cred, by->ruid, by->rgid);
}

bool
cred_may_set_priority(const struct proc *self, const struct proc *p)
{
	const struct cred *to = &p->cred;
	uint32_t euid = self->cred.euid;
	bool roots = to->ruid == 0 || to->euid == 0 || to->suid == 0;

	return euid == 0 || (!roots && (euid == to->ruid || euid == to->euid));
}
