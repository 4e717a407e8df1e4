/* SPDX-License-Identifier: BSD-2-Clause */
/* How the model's calls reach the kernel's own files on this machine. Included by the host tests
 * that compare the two. */
#include "base/assert.h"

#include "../model/model.c"
#include "../model/drive.c"
#include "../model/servants.c"

int dprintf(int fd, const char *fmt, ...);
int vdprintf(int fd, const char *fmt, va_list ap);

/* Looks, as root, at the segment that the call was about. */
static void
look(const struct call *c, struct reply *r)
{
	bool created = c->op == OP_GET && r->err == 0;
	struct cred was = curproc()->cred;
	union call_args arg = {.shmctl = {.cmd = IPC_STAT, .buf = BUFFER}};
	uint32_t none;

	if (c->op == OP_CTL && c->a[1] == M_STAT && r->err == 0)
		return;
	curproc()->cred.euid = 0;
	arg.shmctl.shmid = created ? r->value : c->touched;
	r->stat_err = (uint32_t)sys_shmctl(&arg, &none);
	curproc()->cred = was;
	must(copyin(r->stat, BUFFER, sizeof(r->stat)) == 0, "the buffer is there");
}

/* Which allocation of each call fails, from 0 on; -1: none. Whether one did in the last call. */
static int fail_at = -1;
static bool has_failed;

void
perform(const struct call *calls, struct reply *replies, unsigned n)
{
	static unsigned audits;
	unsigned i;

	for (i = 0; i < n; i++) {
		host_run(servant[calls[i].who]);
		clock_now += rnd(4) == 0;
		replies[i] =
			(struct reply){.before = (uint32_t)clock_now, .after = (uint32_t)clock_now};
		host_fail = fail_at;
		replies[i].err = servant_call(&calls[i], &replies[i]);
		has_failed = fail_at >= 0 && host_fail < 0;
		host_fail = -1;
		if (calls[i].op != OP_EXIT)
			look(&calls[i], &replies[i]);
	}
	if (++audits % 512 == 0)
		host_audit();
}

bool
list(uint32_t *slot, uint32_t *id, uint32_t *stat)
{
	struct shmid_ds ds;
	uint32_t resident;

	for (; *slot < shm_slot_limit(); ++*slot) {
		if (!shm_slot_stat(*slot, &ds, (int32_t *)id, &resident))
			continue;
		must(resident <= ds.shm_segsz / PAGE_SIZE + 1, "no more than the segment's pages");
		__builtin_memcpy(stat, &ds, W_STAT * sizeof(*stat));
		++*slot;
		return true;
	}
	return false;
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dprintf(1, "# ");
	vdprintf(1, fmt, ap);
	dprintf(1, "\n");
	va_end(ap);
}
