/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the model of spec-shm.md with the kernel's own files: random calls of several processes,
 * each compared. SEED=n COUNT=n in the environment repeats a run.
 */
#include "abi/errno.h"
#include "host.h"
#include "base/assert.h"

int dprintf(int fd, const char *fmt, ...);
int vdprintf(int fd, const char *fmt, va_list ap);
int fork(void);
int waitpid(int pid, int *status, int options);
_Noreturn void _exit(int status);
char *getenv(const char *name);
unsigned long strtoul(const char *s, char **end, int base);

#include "../model/model.c"
#include "../model/drive.c"

#include "../model/servants.c"

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
		replies[i].err = servant_call(&calls[i], &replies[i]);
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

static int
run(uint32_t seed, uint32_t count, const char *words, const struct limits *limit)
{
	bool same;

	host_boot(32768, 24576, words);
	servant[0] = host_spawn(0, 0);
	map_program();
	same = drive(seed, count, limit, (uint32_t)servant[0]->pid);
	if (same) {
		host_audit();
	} else {
		say("to repeat: SEED=%u COUNT=%u build/host/test_model", seed, count);
	}
	return !same;
}

static uint32_t
given(const char *name, uint32_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? (uint32_t)strtoul(s, NULL, 0) : otherwise;
}

/* Runs in a process of its own, because a kernel boots once. */
static void
try(uint32_t seed, uint32_t count, const char *words, const struct limits *limit)
{
	int status, pid = fork();

	if (pid == 0)
		_exit(run(seed, count, words, limit));
	waitpid(pid, &status, 0);
	ok(status == 0, "model: seed %u, %u calls, %s", seed, count, words);
}

int
main(void)
{
	static const struct limits wide = {128, 128, 6 << 20, 4096}, few = {8, 4, 64 << 10, 64};
	uint32_t seed = given("SEED", 1), count = given("COUNT", 200000), i;

	for (i = 0; i < (getenv("SEED") != NULL ? 1 : 3); i++) {
		try(seed + i, count, "shmmni=128 shmseg=128 shmmax=6M shmall=4096", &wide);
		try(seed + i, count, "shmmni=8 shmseg=4 shmmax=64K shmall=64", &few);
	}
	return plan();
}
