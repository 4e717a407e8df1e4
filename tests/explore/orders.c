/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds an order of the calls that explains, in the model, what a schedule of them has led to. */
#include "interleave.h"

#include "abi/errno.h"
#include "base/string.h"
#include "proc/proc.h"

void *calloc(size_t n, size_t size);
void free(void *p);

struct interleaving *trial;

const struct excuse exceptions[EXCEPTIONS] = {
	[EARLY_COUNT] = {"stat sees an attach that is not made yet",
                         "shmat counts it before it may sleep (spec-shm.md at.7), so that IPC_RMID "
                         "cannot free the segment; lpid and atime are set when it is made"},
	[HELD] = {"a call that fails has kept something from others",
                  "shmget takes slot and memory, and shmat counts, before they may sleep "
                  "(3b, at.7); what fails at the end gives them back"},
};

/* Returns whether what a stat has shown is what the model has; or, if that is allowed, was with
 * up to two more attaches. */
static bool
stat_agrees(const struct call *c, struct reply r)
{
	unsigned early = trial->allowed == EARLY_COUNT ? 2 : 0;
	bool same;

	model_stat(c->a[0], &r, &same);
	for (; !same && early > 0; early--) {
		r.stat[W_NATTCH]--;
		model_stat(c->a[0], &r, &same);
	}
	return same;
}

/* Makes call i in the model. Returns whether its answer is the kernel's. */
static bool
model_does(unsigned i)
{
	const struct reply *r = &trial->reply[i];
	const struct call *c = &trial->call[i];

	if (trial->failed[i] && r->err == ENOMEM) {
		if (trial->allowed == HELD || (trial->late && c->op == OP_GET)) {
			if (!model_hold(c, &trial->held))
				return false;
			if (trial->allowed != HELD)
				model_give_back(c, trial->held);
		}
		return true;
	}
	if (trial->signalled[i] && r->err == ERESTART)
		return true;
	if (!model_agrees(c, r))
		return false;
	return c->op != OP_CTL || c->a[1] != M_STAT || r->err != 0 || stat_agrees(c, *r);
}

/* Returns which call has failed for want of memory; trial->n if none has. */
static unsigned
failed_call(void)
{
	unsigned i;

	for (i = 0; i < trial->n && !(trial->failed[i] && trial->reply[i].err == ENOMEM); i++)
		;
	return i;
}

/* Tries the orders that go on from where those of `done` are made. Bit trial->n is what the call
 * that failed does at last: it gives back what it held. */
static bool
some_order(unsigned done)
{
	unsigned i, failed = failed_call(), last = trial->n + (trial->allowed == HELD);
	struct model *here;
	bool found = false;

	if (trial->allowed == HELD && failed == trial->n)
		return false;
	if (done == (1u << last) - 1)
		return sides_same();
	here = calloc(1, sizeof(m));
	memcpy(here, &m, sizeof(m));
	for (i = 0; i < last && !found; i++) {
		if ((done >> i & 1) || (i == trial->n && !(done >> failed & 1)))
			continue;
		memcpy(&m, here, sizeof(m));
		if (i == trial->n)
			model_give_back(&trial->call[failed], trial->held);
		found = (i == trial->n || model_does(i)) && some_order(done | 1u << i);
	}
	free(here);
	return found;
}

/* Returns whether some order explains the schedule, with this exception allowed. */
static bool
explained(enum exception allowed)
{
	struct model *start = calloc(1, sizeof(m));
	bool found;

	memcpy(start, &m, sizeof(m));
	trial->allowed = allowed;
	sides_quiet = true;
	found = some_order(0);
	if (!found)
		memcpy(&m, start, sizeof(m));
	free(start);
	sides_quiet = false;
	return found;
}

bool
schedule_good(void)
{
	unsigned e;

	for (e = NO_EXCEPTION; e < EXCEPTIONS; e++)
		if (explained((enum exception)e)) {
			trial->excused[e]++;
			return true;
		}
	return false;
}
