/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls about users and groups. One rule holds for both: root may set each of the real,
 * effective and saved id to anything, others each to one of the three that the process has.
 */
#include "abi/errno.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

#define KEEP UINT32_MAX /* -1: this id stays */

struct ids {
	uint32_t r, e, s;
};

/* Returns the current process's three user ids. */
static struct ids
uids(void)
{
	const struct cred *c = &curproc()->cred;

	return (struct ids){c->ruid, c->euid, c->suid};
}

/* Returns the current process's three group ids. */
static struct ids
gids(void)
{
	const struct cred *c = &curproc()->cred;

	return (struct ids){c->rgid, c->egid, c->sgid};
}

/* Set the current process's user ids. If the effective one changes, the process is guarded, since
 * its memory holds what it read with its former rights. */
static void
put_uids(struct ids id)
{
	struct cred *c = &curproc()->cred;

	if (c->euid != id.e)
		proc_guard(curproc());
	/* If the user has too many processes, let the next exec fail and not this call, since many
	 * programs do not check whether setuid failed. Linux does the same. */
	if (c->ruid != id.r)
		curproc()->crowded = id.r != 0 && proc_beyond_limit(id.r, 0);
	c->ruid = id.r;
	c->euid = id.e;
	c->suid = id.s;
}

/* Set the current process's group ids, and guard it as put_uids() does. */
static void
put_gids(struct ids id)
{
	struct cred *c = &curproc()->cred;

	if (c->egid != id.e)
		proc_guard(curproc());
	c->rgid = id.r;
	c->egid = id.e;
	c->sgid = id.s;
}

/* Returns whether the current process, whose ids are *has, may set one of them to id. */
static bool
may_have(const struct ids *has, uint32_t id)
{
	return id == KEEP || curproc()->cred.euid == 0 || id == has->r || id == has->e ||
	       id == has->s;
}

/* setresuid() and setresgid(): change *id. Returns 0, or EPERM with nothing changed. */
static int
set_res(struct ids *id, uint32_t r, uint32_t e, uint32_t s)
{
	if (!may_have(id, r) || !may_have(id, e) || !may_have(id, s))
		return EPERM;
	if (r != KEEP)
		id->r = r;
	if (e != KEEP)
		id->e = e;
	if (s != KEEP)
		id->s = s;
	return 0;
}

/* setreuid() and setregid(): change *id. The saved id becomes the new effective one if the call
 * sets the real id, or sets the effective id to another value than the old real one. Returns 0,
 * or EPERM with nothing changed. */
static int
set_re(struct ids *id, uint32_t r, uint32_t e)
{
	struct ids old = *id;
	int err;

	if (curproc()->cred.euid != 0 && r != KEEP && r != old.r && r != old.e)
		return EPERM;
	err = set_res(id, r, e, KEEP);
	if (err == 0 && (r != KEEP || (e != KEEP && e != old.r)))
		id->s = id->e;
	return err;
}

/* setuid() and setgid(): change *id, for root all three ids, for others the effective one. Returns
 * 0, EINVAL or EPERM. */
static int
set_one(struct ids *id, uint32_t v)
{
	if (v == KEEP)
		return EINVAL;
	if (curproc()->cred.euid == 0)
		return set_res(id, v, v, v);
	return set_res(id, KEEP, v, KEEP);
}

/* Define a call that gets the ids, changes them by `call`, and puts them back if that was
 * allowed. */
#define SETTER(name, get, put, call)                                                               \
	int name(const union call_args *arg, uint32_t *result)                                     \
	{                                                                                          \
		struct ids id = get();                                                             \
		int err = call;                                                                    \
                                                                                                   \
		if (err == 0)                                                                      \
			put(id);                                                                   \
		return err;                                                                        \
	}

SETTER(sys_setuid, uids, put_uids, set_one(&id, arg->setuid.uid))
SETTER(sys_setgid, gids, put_gids, set_one(&id, arg->setgid.gid))
SETTER(sys_setreuid, uids, put_uids, set_re(&id, arg->setreuid.ruid, arg->setreuid.euid))
SETTER(sys_setregid, gids, put_gids, set_re(&id, arg->setregid.rgid, arg->setregid.egid))
SETTER(sys_setresuid, uids, put_uids,
       set_res(&id, arg->setresuid.ruid, arg->setresuid.euid, arg->setresuid.suid))
SETTER(sys_setresgid, gids, put_gids,
       set_res(&id, arg->setresgid.rgid, arg->setresgid.egid, arg->setresgid.sgid))

ANSWER(getuid, curproc()->cred.ruid)
ANSWER(geteuid, curproc()->cred.euid)
ANSWER(getgid, curproc()->cred.rgid)
ANSWER(getegid, curproc()->cred.egid)
/* setfsuid() returns the file system id, which here is always the effective id. The call changes
 * nothing. */
ANSWER(setfsuid, curproc()->cred.euid)
ANSWER(setfsgid, curproc()->cred.egid)

/* Copy the three ids to the program's three words, in this order. Returns 0; EFAULT, perhaps with
 * the first ones written. */
static int
get_res(struct ids id, vaddr_t real, vaddr_t effective, vaddr_t saved)
{
	if (copyout(real, &id.r, sizeof(id.r)) != 0 || copyout(effective, &id.e, sizeof(id.e)) != 0)
		return EFAULT;
	return copyout(saved, &id.s, sizeof(id.s));
}

/* Tell the caller's real, effective and saved user ids. */
int
sys_getresuid(const union call_args *arg, uint32_t *result)
{
	return get_res(uids(), arg->getresuid.ruid, arg->getresuid.euid, arg->getresuid.suid);
}

/* Tell the caller's real, effective and saved group ids. */
int
sys_getresgid(const union call_args *arg, uint32_t *result)
{
	return get_res(gids(), arg->getresgid.rgid, arg->getresgid.egid, arg->getresgid.sgid);
}

/* Tell the supplementary groups; *result is how many there are. A size of 0 asks only for the
 * number; one that is too small is EINVAL. */
int
sys_getgroups(const union call_args *arg, uint32_t *result)
{
	uint32_t size = arg->getgroups.size;
	const struct cred *c = &curproc()->cred;

	*result = c->ngroups;
	if ((int32_t)size < 0)
		return EINVAL;
	if (size == 0)
		return 0;
	if (size < c->ngroups)
		return EINVAL;
	return copyout(arg->getgroups.list, c->groups, c->ngroups * sizeof(c->groups[0]));
}

/* Replace the supplementary groups. Only root may: EPERM. */
int
sys_setgroups(const union call_args *arg, uint32_t *result)
{
	uint32_t size = arg->setgroups.size;
	struct cred *c = &curproc()->cred;
	uint32_t groups[NGROUPS_MAX], n, i;

	if (c->euid != 0)
		return EPERM;
	if (size > NGROUPS_MAX)
		return EINVAL;
	if (copyin(groups, arg->setgroups.list, size * sizeof(groups[0])) != 0)
		return EFAULT;
	/* Sort them, since getgroups() returns them in ascending order on Linux. */
	for (n = 0; n < size; n++) {
		for (i = n; i > 0 && c->groups[i - 1] > groups[n]; i--)
			c->groups[i] = c->groups[i - 1];
		c->groups[i] = groups[n];
	}
	c->ngroups = n;
	return 0;
}

/* ---- Capabilities: root has all, others have none ---- */

/* Tell a process's capabilities: all of them if it is effectively root's, else none. A version that
 * is unknown is answered with the newest known one, and EINVAL unless datap is NULL. */
int
sys_capget(const union call_args *arg, uint32_t *result)
{
	vaddr_t hdrp = arg->capget.hdrp, datap = arg->capget.datap;
	struct abi_cap_header head;
	struct abi_cap_set set[2] = {{0}};
	const uint32_t best = CAP_VERSION_3;
	const struct proc *p;

	if (copyin(&head, hdrp, sizeof(head)) != 0)
		return EFAULT;
	if (head.version != CAP_VERSION_1 && head.version != CAP_VERSION_2 &&
	    head.version != CAP_VERSION_3)
		return copyout(hdrp, &best, sizeof(best)) != 0 ? EFAULT : datap == 0 ? 0 : EINVAL;
	p = head.pid == 0 ? curproc() : proc_find(head.pid);
	if (p == NULL)
		return ESRCH;
	if (p->cred.euid == 0) {
		set[0].effective = set[0].permitted = UINT32_MAX;
		set[1].effective = set[1].permitted = (1u << (CAP_LAST + 1 - 32)) - 1;
	}
	if (datap == 0)
		return 0;
	return copyout(datap, set, head.version == CAP_VERSION_1 ? sizeof(set[0]) : sizeof(set));
}
