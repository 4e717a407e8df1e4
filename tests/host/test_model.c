/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the model of spec-shm.md with the kernel's own files: random calls of several processes,
 * each compared. SEED=n COUNT=n in the environment repeats a run.
 */
#include "../model/kernel.c"

int fork(void);
int waitpid(int pid, int *status, int options);
_Noreturn void _exit(int status);
char *getenv(const char *name);
unsigned long strtoul(const char *s, char **end, int base);

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
