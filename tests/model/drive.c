/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes random calls, and compares kernel and model after each. */
#include "abi/errno.h"
#include "model.h"

#include "calls.c"

/* ---- The comparison ---- */

static const char *const names[] = {
	"shmget", "shmat", "shmdt", "shmctl", "munmap", "mprotect", "mmap",
	"load",   "store", "user",  "fork",   "exit",   "exec",
};

/* How often each error was expected. The counts show whether all of them occur. */
static uint32_t answers[sizeof(names) / sizeof(names[0])][M_ERRNOS];

static void
say_answers(void)
{
	unsigned op;

	for (op = 0; op <= OP_CTL; op++) {
		const uint32_t *n = answers[op];

		say("%s: %u good, EPERM %u, ENOENT %u, ENOMEM %u, EACCES %u, EFAULT %u, "
		    "EEXIST %u, EINVAL %u, EMFILE %u, ENOSPC %u",
		    names[op], n[0], n[EPERM], n[ENOENT], n[ENOMEM], n[EACCES], n[EFAULT],
		    n[EEXIST], n[EINVAL], n[EMFILE], n[ENOSPC]);
	}
}

static bool
compare(const struct call *c, const struct reply *r)
{
	uint32_t value, err = model_call(c, r, &value), touched = c->touched;
	bool same = err == r->err && (err != 0 || value == r->value);

	answers[c->op][err]++;
	if (!same)
		say("errno %u, result 0x%x; the model says errno %u, result 0x%x", r->err, r->value,
		    err, value);
	if (same && c->op != OP_EXIT) {
		if (c->op == OP_GET && err == 0)
			touched = value;
		err = model_stat(touched, r, &same);
		if (err != r->stat_err) {
			say("then IPC_STAT of 0x%x: errno %u, not %u", touched, r->stat_err, err);
			same = false;
		}
	}
	if (!same)
		say("that was process %u's %s%s(0x%x, 0x%x, 0x%x, 0x%x, 0x%x, 0x%x)", c->who,
		    c->by_ipc ? "ipc " : "", names[c->op], c->a[0], c->a[1], c->a[2], c->a[3],
		    c->a[4], c->a[5]);
	return same;
}

/* Returns whether the kernel lists segment s as the model has it. A removed segment is shown
 * with its mode bit, and only here. */
static bool
same_segment(const struct segment *s, uint32_t id, const uint32_t *stat)
{
	uint32_t mode = s->mode | (s->state == SEG_REMOVED ? 01000 : 0);

	return id == model_id(s) && stat[W_KEY] == s->key && stat[W_UID] == s->uid &&
	       stat[W_GID] == s->gid && stat[W_CUID] == s->cuid && stat[W_CGID] == s->cgid &&
	       stat[W_MODE] == mode && stat[W_SIZE] == s->size && stat[W_CPID] == s->cpid &&
	       stat[W_LPID] == s->lpid && stat[W_NATTCH] == s->nattch &&
	       model_in(&s->atime, stat[W_ATIME]) && model_in(&s->dtime, stat[W_DTIME]) &&
	       model_in(&s->ctime, stat[W_CTIME]);
}

static bool
compare_all(void)
{
	uint32_t slot, from = 0, id = 0, stat[W_STAT] = {0};
	bool more = list(&from, &id, stat);

	for (slot = 0; slot < m.limit.mni; slot++) {
		if (m.seg[slot].state == SEG_FREE)
			continue;
		if (!more || !same_segment(&m.seg[slot], id, stat)) {
			say("the list of segments has not what should be in slot %u", slot);
			return false;
		}
		more = list(&from, &id, stat);
	}
	if (more)
		say("the list of segments has one too many, 0x%x", id);
	return !more;
}

/* Lets one process make these calls, and compares the replies. Returns false if one differs. */
static bool
batch(struct call *calls, unsigned n, uint32_t *number)
{
	static struct reply replies[M_BATCH];
	unsigned i;

	perform(calls, replies, n);
	for (i = 0; i < n; i++) {
		++*number;
		if (!compare(&calls[i], &replies[i]))
			return false;
	}
	return true;
}

static bool
one(struct call c, uint32_t *number)
{
	return batch(&c, 1, number);
}

/* Ends all other processes, removes all segments, and checks that nothing is left. */
static bool
clean_up(uint32_t *number)
{
	uint32_t who, slot;

	if (!m.proc[0].alive &&
	    !one((struct call){.op = OP_FORK, .who = some_process(true), .touched = M_NONE},
	         number))
		return false;
	for (who = 1; who < M_PROCS; who++)
		if (m.proc[who].alive &&
		    !one((struct call){.op = OP_EXIT, .who = who, .touched = M_NONE}, number))
			return false;
	if (!one((struct call){.op = OP_USER, .touched = M_NONE}, number))
		return false;
	for (slot = 0; slot < m.limit.mni; slot++)
		if (m.seg[slot].state == SEG_LIVE &&
		    !one((struct call){.op = OP_CTL,
		                       .a = {model_id(&m.seg[slot]), M_RMID},
		                       .touched = M_NONE},
		         number))
			return false;
	if (!one((struct call){.op = OP_EXIT, .who = 0, .touched = M_NONE}, number))
		return false;
	if (m.nused == 0 && m.committed == 0)
		return compare_all();
	say("the model itself has something left");
	return false;
}

static bool
next_batch(uint32_t *number, uint32_t count)
{
	static struct call calls[M_BATCH];
	uint32_t who = phase.favourite, n = 1 + roll(M_BATCH), i;

	if (phase.left-- == 0) {
		phase.left = 10 + roll(400);
		phase.favourite = roll(M_PROCS);
		phase.prefer = often(50) ? 40 : 98;
		phase.make = often(50) ? 98 : 30 + roll(70);
		phase.drop = 1 + roll(often(50) ? 8 : 45);
		phase.churn = often(50) ? 0 : 30;
	}
	if (n > count - *number)
		n = count - *number;
	if (!m.proc[who].alive || !often(phase.prefer))
		who = some_process(true);
	for (i = 0; i < n; i++)
		make_call(&calls[i], who, i == 0, i == n - 1);
	return batch(calls, n, number);
}

bool
drive(uint32_t seed, uint32_t count, const struct limits *limit, uint32_t pid)
{
	uint32_t number = 0, listed = 0;
	bool same = true;

	if (limit->mni > M_SLOTS || limit->seg > M_ATTACHES || limit->max / M_PAGE >= M_PAGES) {
		say("the model has room for shmmni=%u shmseg=%u shmmax=%u", M_SLOTS, M_ATTACHES,
		    (M_PAGES - 1) * M_PAGE);
		return false;
	}
	random_state = (seed + 1) * 0x9e3779b97f4a7c15u | 1;
	model_start(limit, pid);
	phase.left = 0;
	while (same && number < count) {
		same = next_batch(&number, count);
		if (same && number - listed >= 500) {
			listed = number;
			same = compare_all();
		}
	}
	same = same && clean_up(&number);
	say_answers();
	if (!same)
		say("seed %u, call %u", seed, number);
	return same;
}
