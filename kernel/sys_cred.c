/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls about users and groups. The rules are the same for both: root
 * sets all three ids to anything, others each to one of the three they have.
 */
#include "abi/errno.h"
#include "proc.h"
#include "string.h"
#include "syscall.h"
#include "vm.h"

#define KEEP UINT32_MAX /* -1: this id stays */

struct ids {
	uint32_t r, e, s;
};

static struct ids
uids(void)
{
	const struct cred *c = &curproc()->cred;

	return (struct ids){c->ruid, c->euid, c->suid};
}

static struct ids
gids(void)
{
	const struct cred *c = &curproc()->cred;

	return (struct ids){c->rgid, c->egid, c->sgid};
}

static void
put_uids(struct ids id)
{
	struct cred *c = &curproc()->cred;

	c->ruid = id.r;
	c->euid = id.e;
	c->suid = id.s;
}

static void
put_gids(struct ids id)
{
	struct cred *c = &curproc()->cred;

	c->rgid = id.r;
	c->egid = id.e;
	c->sgid = id.s;
}

static bool
may_have(const struct ids *has, uint32_t id)
{
	return id == KEEP || curproc()->cred.euid == 0 || id == has->r || id == has->e ||
	       id == has->s;
}

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

/* The saved id follows the effective one when the real one is set, or the
 * effective one to something else than the real one. */
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

static int
set_one(struct ids *id, uint32_t v)
{
	if (v == KEEP)
		return EINVAL;
	if (curproc()->cred.euid == 0)
		return set_res(id, v, v, v);
	return set_res(id, KEEP, v, KEEP);
}

/* Each handler: take the ids, try, put them back if it went well. */
#define SETTER(name, get, put, call)                                                               \
	int name(const uint32_t *arg, uint32_t *result)                                            \
	{                                                                                          \
		struct ids id = get();                                                             \
		int err = call;                                                                    \
                                                                                                   \
		(void)result;                                                                      \
		if (err == 0)                                                                      \
			put(id);                                                                   \
		return err;                                                                        \
	}

SETTER(sys_setuid, uids, put_uids, set_one(&id, arg[0]))
SETTER(sys_setgid, gids, put_gids, set_one(&id, arg[0]))
SETTER(sys_setreuid, uids, put_uids, set_re(&id, arg[0], arg[1]))
SETTER(sys_setregid, gids, put_gids, set_re(&id, arg[0], arg[1]))
SETTER(sys_setresuid, uids, put_uids, set_res(&id, arg[0], arg[1], arg[2]))
SETTER(sys_setresgid, gids, put_gids, set_res(&id, arg[0], arg[1], arg[2]))

/* The same in 16 bits: of an argument that is -1 there all bits are 1 here. */
static uint32_t
wide(uint32_t id)
{
	return (uint16_t)id == UINT16_MAX ? KEEP : (uint16_t)id;
}

SETTER(sys_setreuid16, uids, put_uids, set_re(&id, wide(arg[0]), wide(arg[1])))
SETTER(sys_setregid16, gids, put_gids, set_re(&id, wide(arg[0]), wide(arg[1])))
SETTER(sys_setresuid16, uids, put_uids, set_res(&id, wide(arg[0]), wide(arg[1]), wide(arg[2])))
SETTER(sys_setresgid16, gids, put_gids, set_res(&id, wide(arg[0]), wide(arg[1]), wide(arg[2])))

#define GETTER(name, value)                                                                        \
	int name(const uint32_t *arg, uint32_t *result)                                            \
	{                                                                                          \
		(void)arg;                                                                         \
		*result = value;                                                                   \
		return 0;                                                                          \
	}

GETTER(sys_getuid, curproc()->cred.ruid)
GETTER(sys_geteuid, curproc()->cred.euid)
GETTER(sys_getgid, curproc()->cred.rgid)
GETTER(sys_getegid, curproc()->cred.egid)
/* setfsuid() answers with what it was, and there is none but the effective. */
GETTER(sys_setfsuid, curproc()->cred.euid)
GETTER(sys_setfsgid, curproc()->cred.egid)

/* size: 4, or 2 for the lower halves. */
static int
get_res(struct ids id, const uint32_t *arg, size_t size)
{
	if (copyout(arg[0], &id.r, size) != 0 || copyout(arg[1], &id.e, size) != 0)
		return EFAULT;
	return copyout(arg[2], &id.s, size);
}

int
sys_getresuid(const uint32_t *arg, uint32_t *result)
{
	return get_res(uids(), arg, sizeof(uint32_t));
}

int
sys_getresuid16(const uint32_t *arg, uint32_t *result)
{
	return get_res(uids(), arg, sizeof(uint16_t));
}

int
sys_getresgid(const uint32_t *arg, uint32_t *result)
{
	return get_res(gids(), arg, sizeof(uint32_t));
}

int
sys_getresgid16(const uint32_t *arg, uint32_t *result)
{
	return get_res(gids(), arg, sizeof(uint16_t));
}

/* size: of a group's number in the user's array. */
static int
get_groups(const uint32_t *arg, size_t size, uint32_t *result)
{
	const struct cred *c = &curproc()->cred;
	uint32_t i;

	*result = c->ngroups;
	if ((int32_t)arg[0] < 0)
		return EINVAL;
	if (arg[0] == 0)
		return 0;
	if (arg[0] < c->ngroups)
		return EINVAL;
	for (i = 0; i < c->ngroups; i++)
		if (copyout(arg[1] + i * size, &c->groups[i], size) != 0)
			return EFAULT;
	return 0;
}

static int
set_groups(const uint32_t *arg, size_t size)
{
	struct cred *c = &curproc()->cred;
	uint32_t groups[NGROUPS_MAX] = {0}, i;

	if (c->euid != 0)
		return EPERM;
	if (arg[0] > NGROUPS_MAX)
		return EINVAL;
	for (i = 0; i < arg[0]; i++)
		if (copyin(&groups[i], arg[1] + i * size, size) != 0)
			return EFAULT;
	memcpy(c->groups, groups, arg[0] * sizeof(groups[0]));
	c->ngroups = arg[0];
	return 0;
}

int
sys_getgroups(const uint32_t *arg, uint32_t *result)
{
	return get_groups(arg, sizeof(uint32_t), result);
}

int
sys_getgroups16(const uint32_t *arg, uint32_t *result)
{
	return get_groups(arg, sizeof(uint16_t), result);
}

int
sys_setgroups(const uint32_t *arg, uint32_t *result)
{
	return set_groups(arg, sizeof(uint32_t));
}

int
sys_setgroups16(const uint32_t *arg, uint32_t *result)
{
	return set_groups(arg, sizeof(uint16_t));
}

/* ---- Capabilities: root has all, others have none ---- */

/* Version and whose, of a header. *words: how many sets of three it wants. */
static int
cap_header(vaddr_t header, const struct proc **p, unsigned *words)
{
	struct {
		uint32_t version;
		int pid;
	} h;
	uint32_t best = CAP_VERSION_3;

	if (copyin(&h, header, sizeof(h)) != 0)
		return EFAULT;
	*words = h.version == CAP_VERSION_1 ? 1 : 2;
	if (h.version != CAP_VERSION_1 && h.version != CAP_VERSION_2 && h.version != CAP_VERSION_3)
		return copyout(header, &best, sizeof(best)) != 0 ? EFAULT : EINVAL;
	if (h.pid < 0)
		return EINVAL;
	*p = h.pid == 0 ? curproc() : proc_find(h.pid);
	return *p == NULL ? ESRCH : 0;
}

/* Effective, permitted, inheritable; the lower 32 of each, then the upper. */
static void
cap_sets(const struct proc *p, uint32_t set[6])
{
	bool all = p->cred.euid == 0;

	set[0] = set[1] = all ? UINT32_MAX : 0;
	set[3] = set[4] = all ? (1u << (CAP_LAST + 1 - 32)) - 1 : 0;
	set[2] = set[5] = 0;
}

int
sys_capget(const uint32_t *arg, uint32_t *result)
{
	const struct proc *p;
	uint32_t set[6];
	unsigned words;
	int err = cap_header(arg[0], &p, &words);

	if (arg[1] == 0)
		return err == EINVAL ? 0 : err; /* it asked for the version */
	if (err != 0)
		return err;
	cap_sets(p, set);
	return copyout(arg[1], set, words * 3 * sizeof(set[0]));
}

/* What can't be given up must not seem to be. */
int
sys_capset(const uint32_t *arg, uint32_t *result)
{
	const struct proc *p;
	uint32_t has[6], set[6];
	unsigned words;
	int err = cap_header(arg[0], &p, &words);

	if (err != 0)
		return err;
	if (copyin(set, arg[1], words * 3 * sizeof(set[0])) != 0)
		return EFAULT;
	cap_sets(p, has);
	return p == curproc() && memcmp(set, has, words * 3 * sizeof(set[0])) == 0 ? 0 : EPERM;
}
