/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the calls of the model on the kernel's files on this machine, as programs make them. Part
 * of tests/model/kernel.c and of tests/explore. */
#include "abi/errno.h"
#include "fs/file.h"
#include "host.h"
#include "sys/syscall.h"

#include "sys/sys_ipc.c"
#include "sys/sys_mem.c"

#define BUFFER 0xbfffe000u /* in the page of the stack, which every program has */

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

#ifdef DEBUG
/* host_audit() checks this and more, from time to time. */
__attribute__((weak)) void
shm_verify(void)
{
}
#endif

static struct proc *servant[M_PROCS];

/* Maps what the model takes for mapped in every program. */
static void
map_program(void)
{
	must(host_map(0x08048000, 1, PROT_READ | PROT_EXEC, NULL) == 0 &&
	             host_map(0xbfffe000, 1, PROT_READ | PROT_WRITE, NULL) == 0,
	     "a program is mapped");
}

static uint32_t
control_call(const struct call *c, struct reply *r)
{
	const uint32_t buf = c->a[2] != 0 ? c->a[2] : BUFFER;
	const union call_args arg = {.shmctl = {c->a[0], c->a[1], buf}};
	const union call_args ipc = {.ipc = {IPCOP_SHMCTL, c->a[0], c->a[1] | IPC_64, 0, buf, 0}};
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
	const union call_args ipc = {.ipc = {IPCOP_SHMAT, c->a[0], c->a[2], BUFFER, c->a[1], 0}};
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
	int fail = host_fail;

	if (c->op == OP_USER) {
		p->cred = (struct cred){.euid = c->a[0], .egid = c->a[1]};
		p->cred.ngroups = 1;
		p->cred.groups[0] = c->a[2];
	} else if (c->op == OP_FORK) {
		servant[c->a[0]] = host_fork();
		if (servant[c->a[0]] == NULL)
			return ENOMEM;
		*value = (uint32_t)servant[c->a[0]]->pid;
	} else if (c->op == OP_EXIT) {
		host_exit(p);
	} else if (!c->a[0]) {
		return ENOENT;
	} else {
		host_fail = -1; /* the new space is host.c's, which does not fail */
		host_exec();
		map_program();
		host_fail = fail;
	}
	return 0;
}

/* Makes the call in the current process. Returns its errno, or 0 with the result in r->value. */
static uint32_t
servant_call(const struct call *c, struct reply *r)
{
	const uint32_t *a = c->a;
	const union call_args arg = {.word = {a[0], a[1], a[2]}};
	const union call_args map = {
		.mmap2 = {a[0], a[1], PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | (a[2] ? MAP_FIXED : MAP_FIXED_NOREPLACE), 0,
	                  0}};
	const union call_args get = {.ipc = {IPCOP_SHMGET, a[0], a[1], a[2], 0, 0}};
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
