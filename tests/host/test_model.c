/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the model of spec-shm.md with the kernel's own files: random calls of several processes,
 * each compared. SEED=n COUNT=n in the environment repeats a run.
 */
#include "abi/errno.h"
#include "fs/file.h"
#include "host.h"
#include "base/assert.h"
#include "sys/syscall.h"

/* The calls as programs make them. */
#include "sys/sys_ipc.c"
#include "sys/sys_mem.c"

int dprintf(int fd, const char *fmt, ...);
int vdprintf(int fd, const char *fmt, va_list ap);
int fork(void);
int waitpid(int pid, int *status, int options);
_Noreturn void _exit(int status);
char *getenv(const char *name);
unsigned long strtoul(const char *s, char **end, int base);

#include "../model/model.c"
#include "../model/drive.c"

#define BUFFER 0x20000000u

/* There are no files in this test. */
struct file *
fd_get(uint32_t fd)
{
	return NULL;
}

int
file_mmap(int fd, int prot, bool shared, struct vm_object **out, uint8_t *max_prot)
{
	(void)fd, (void)prot, (void)shared, (void)out, (void)max_prot;
	return EBADF;
}

/* host_audit() checks this and more, from time to time. */
__attribute__((weak)) void
shm_verify(void)
{
}

static struct proc *servant[M_PROCS];

/* Maps what the model takes for mapped in every program, and a page for buffers. */
static void
map_program(void)
{
	must(host_map(0x08048000, 1, PROT_READ | PROT_EXEC, NULL) == 0 &&
	             host_map(0xbfffe000, 1, PROT_READ | PROT_WRITE, NULL) == 0 &&
	             host_map(BUFFER, 1, PROT_READ | PROT_WRITE, NULL) == 0,
	     "a program is mapped");
}

static uint32_t
control_call(const struct call *c, struct reply *r)
{
	const uint32_t buf = c->a[2] != 0 ? c->a[2] : BUFFER;
	const union call_args arg = {.shmctl = {c->a[0], c->a[1], buf}};
	const union call_args ipc = {.ipc = {IPCOP_SHMCTL, c->a[0], c->a[1] | IPC_64, 0, buf}};
	uint32_t ds[W_STAT], err, i;

	for (i = 0; i < W_STAT; i++)
		ds[i] = 0xaaaaaaaa;
	ds[W_UID] = c->a[3];
	ds[W_GID] = c->a[4];
	ds[W_MODE] = c->a[5] | 0x55550000;
	must(copyout(BUFFER, ds, sizeof(ds)) == 0, "the buffer is there");
	err = (uint32_t)(c->by_ipc ? sys_ipc(&ipc, &r->value) : sys_shmctl(&arg, &r->value));
	if (err == 0 && c->a[1] == M_STAT)
		must(copyin(r->stat, buf, sizeof(r->stat)) == 0, "what was stat'ed");
	return err;
}

/* Makes a shmat, by ipc() if the call says so. ipc() returns the address in memory. */
static uint32_t
attach_call(const struct call *c, uint32_t *value)
{
	const union call_args arg = {.shmat = {c->a[0], c->a[1], c->a[2]}};
	const union call_args ipc = {.ipc = {IPCOP_SHMAT, c->a[0], c->a[2], BUFFER, c->a[1]}};
	uint32_t err;

	if (!c->by_ipc)
		return (uint32_t)sys_shmat(&arg, value);
	err = (uint32_t)sys_ipc(&ipc, value);
	must(copyin(value, BUFFER, 4) == 0, "shmat's result is there");
	return err;
}

static uint32_t
process_call(const struct call *c, uint32_t *value)
{
	struct proc *p = curproc();

	if (c->op == OP_USER) {
		p->cred = (struct cred){.euid = c->a[0], .egid = c->a[1]};
		p->cred.ngroups = 1;
		p->cred.groups[0] = c->a[2];
	} else if (c->op == OP_FORK) {
		servant[c->a[0]] = host_fork();
		must(servant[c->a[0]] != NULL, "fork");
		*value = (uint32_t)servant[c->a[0]]->pid;
	} else if (c->op == OP_EXIT) {
		host_exit(p);
	} else if (!c->a[0]) {
		return ENOENT;
	} else {
		host_exec();
		map_program();
	}
	return 0;
}

static uint32_t
make(const struct call *c, struct reply *r)
{
	const uint32_t *a = c->a;
	const union call_args arg = {.word = {a[0], a[1], a[2]}};
	const union call_args map = {
		.mmap2 = {a[0], a[1], PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | (a[2] ? MAP_FIXED : MAP_FIXED_NOREPLACE)}};
	const union call_args get = {.ipc = {IPCOP_SHMGET, a[0], a[1], a[2]}};
	const union call_args detach = {.ipc = {.call = IPCOP_SHMDT, .ptr = a[0]}};

	switch ((enum op)c->op) {
	case OP_GET:
		return (uint32_t)(c->by_ipc ? sys_ipc(&get, &r->value)
		                            : sys_shmget(&arg, &r->value));
	case OP_AT:
		return attach_call(c, &r->value);
	case OP_DT:
		return (uint32_t)(c->by_ipc ? sys_ipc(&detach, &r->value)
		                            : sys_shmdt(&arg, &r->value));
	case OP_CTL:
		return control_call(c, r);
	case OP_UNMAP:
		return (uint32_t)sys_munmap(&arg, &r->value);
	case OP_PROTECT:
		return (uint32_t)sys_mprotect(&arg, &r->value);
	case OP_MAP:
		return (uint32_t)sys_mmap2(&map, &r->value);
	case OP_LOAD:
		return a[0] >= USER_END || host_load(a[0], &r->value) != 0 ? EFAULT : 0;
	case OP_STORE:
		r->value = a[1];
		return a[0] >= USER_END || host_store(a[0], a[1]) != 0 ? EFAULT : 0;
	default:
		return process_call(c, &r->value);
	}
}

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
		replies[i].err = make(&calls[i], &replies[i]);
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
