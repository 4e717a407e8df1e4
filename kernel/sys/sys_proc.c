/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about processes: exec, exit, their numbers, groups and sessions; uname, reboot. */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "base/string.h"
#include "base/version.h"
#include "debug/trace.h"
#include "exec/exec.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* End the current process, with the low eight bits of status. Does not return. */
int
sys_exit(const union call_args *arg, uint32_t *result)
{
	proc_exit((arg->exit.status & 0xff) << 8);
}

ALIAS(exit_group, exit, arg->exit_group.status)

/* ---- exec ---- */

#define STRINGS_IN_A_TURN 64u /* strings between two calls of sched_point() */

/* Add the strings of a vector that ends in NULL to args, the last one first, and store their number
 * in *count. page is memory for one page. Returns 0, EFAULT, E2BIG or ENOMEM. May sleep between
 * strings. */
static int
add_vector(struct exec_args *args, vaddr_t vector, unsigned *count, char *page)
{
	unsigned n = 0;
	vaddr_t s;
	int err;

	do {
		if (vector == 0)
			break;
		if (copyin(&s, vector + n * sizeof(s), sizeof(s)) != 0)
			return EFAULT;
		trace_bytes(vector + n * sizeof(s), sizeof(s), &s);
		if (n > EXEC_ARG_SIZE)
			return E2BIG;
		if (n % STRINGS_IN_A_TURN == STRINGS_IN_A_TURN - 1)
			sched_point();
	} while (s != 0 && ++n);
	*count = n;
	while (n-- > 0) {
		if (copyin(&s, vector + n * sizeof(s), sizeof(s)) != 0)
			return EFAULT;
		err = exec_args_add_user(args, s, page);
		if (err != 0)
			return err;
		if (n % STRINGS_IN_A_TURN == STRINGS_IN_A_TURN - 1)
			sched_point();
	}
	return 0;
}

/* Find out anew whether a setuid call gave p a user who exceeded RLIMIT_NPROC and still does, and
 * clear p->crowded if not. Returns EAGAIN while he does, else 0. */
static int
renew_crowd(struct proc *p)
{
	p->crowded = p->crowded && proc_beyond_limit(p->cred.ruid, 0);
	return p->crowded ? EAGAIN : 0;
}

/* Replace the program of the current process: exec_image(). Copies argv and envp first, and returns
 * only if it fails; the old program then goes on. */
int
sys_execve(const union call_args *arg, uint32_t *result)
{
	struct exec_args args = {.len = 0};
	char *path = page_alloc(), *page = page_alloc();
	int err = ENOMEM;

	if (path == NULL || page == NULL)
		goto out;
	err = copyinstr(path, arg->execve.pathname, PATH_MAX, NULL);
	if (err == 0)
		err = renew_crowd(curproc());
	if (err == 0)
		err = add_vector(&args, arg->execve.envp, &args.envc, page);
	if (err == 0)
		err = add_vector(&args, arg->execve.argv, &args.argc, page);
	if (err == 0)
		err = exec_image(path, &args, NULL);
out:
	exec_args_free(&args);
	page_free(page);
	page_free(path);
	return err;
}

/* ---- Numbers of the current process ---- */

ANSWER(getpid, curproc()->pid)
ANSWER(gettid, curproc()->pid)
ANSWER(getppid, curproc()->parent != NULL ? curproc()->parent->pid : 0)
ANSWER(getpgrp, proc_pgid(curproc()))

/* Remember tidptr, a word that the kernel clears, and wakes, when the process ends. *result is the
 * caller's pid. */
int
sys_set_tid_address(const union call_args *arg, uint32_t *result)
{
	curproc()->clear_tid = arg->set_tid_address.tidptr;
	*result = curproc()->pid;
	return 0;
}

/* Set one of the process's TLS segments. The entry number -1 lets the kernel choose one, which is
 * written back. */
int
sys_set_thread_area(const union call_args *arg, uint32_t *result)
{
	vaddr_t u_info = arg->set_thread_area.u_info;
	struct abi_user_desc d;
	bool choose;
	int err;

	if (copyin(&d, u_info, sizeof(d)) != 0)
		return EFAULT;
	choose = d.entry_number == UINT32_MAX;
	err = machine_check_tls(&d);
	if (err == 0 && choose)
		err = copyout(u_info, &d.entry_number, sizeof(d.entry_number));
	if (err == 0)
		machine_set_tls(&d);
	return err;
}

/* ---- Process groups and sessions ---- */

/* Move the caller or one of its children to a process group of its session, or to a new one. EACCES
 * for a child that has execed; EPERM for a session's first process. */
int
sys_setpgid(const union call_args *arg, uint32_t *result)
{
	struct proc *self = curproc(), *p;
	const struct proc *member;
	int pid = arg->setpgid.pid == 0 ? self->pid : (int)arg->setpgid.pid;
	int pgid = arg->setpgid.pgid == 0 ? pid : (int)arg->setpgid.pgid;

	if (pgid < 0)
		return EINVAL;
	p = proc_find(pid);
	if (p == NULL || (p != self && p->parent != self))
		return ESRCH;
	if (proc_sid(p) != proc_sid(self) || proc_sid(p) == p->pid)
		return EPERM;
	if (p->execed && p != self)
		return EACCES;
	/* p joins a group of its session, or becomes the first member of a new one. */
	member = pgrp_first(pgid);
	if (pgid != pid && (member == NULL || proc_sid(member) != proc_sid(p)))
		return EPERM;
	return pgrp_move(p, pgid, p->pgrp->session);
}

/* Tell a process's group; ESRCH if there is no such process. */
int
sys_getpgid(const union call_args *arg, uint32_t *result)
{
	uint32_t pid = arg->getpgid.pid;
	const struct proc *p = pid == 0 ? curproc() : proc_find(pid);

	if (p == NULL)
		return ESRCH;
	*result = proc_pgid(p);
	return 0;
}

/* Tell a process's session; ESRCH if there is no such process. */
int
sys_getsid(const union call_args *arg, uint32_t *result)
{
	uint32_t pid = arg->getsid.pid;
	const struct proc *p = pid == 0 ? curproc() : proc_find(pid);

	if (p == NULL)
		return ESRCH;
	*result = proc_sid(p);
	return 0;
}

/* Make a session and a process group with the caller alone in them. EPERM if its pid is a group's
 * already. */
int
sys_setsid(const union call_args *arg, uint32_t *result)
{
	struct proc *self = curproc();

	if (pgrp_find(self->pid) != NULL)
		return EPERM;
	*result = self->pid;
	return pgrp_move(self, self->pid, NULL);
}

/* ---- The machine ---- */

/* What uname() tells: names that programs for Linux expect. Only the version is this kernel's. */
static const struct abi_utsname machine_name = {.sysname = "Linux",
                                                .nodename = "isthmus",
                                                .release = LINUX_RELEASE,
                                                .version = "isthmus " ISTHMUS_VERSION,
                                                .machine = "i686",
                                                .domainname = "(none)"};

/* Tell the system's name and version. */
int
sys_uname(const union call_args *arg, uint32_t *result)
{
	return copyout(arg->uname.buf, &machine_name, sizeof(machine_name));
}

/* Tell the system's name and version in an older structure, without the domain name. */
int
sys_olduname(const union call_args *arg, uint32_t *result)
{
	return copyout(arg->olduname.buf, &machine_name, offsetof(struct abi_utsname, domainname));
}

/* Tell five names of the system's, in the oldest structure, which cuts each to 8 characters. */
int
sys_oldolduname(const union call_args *arg, uint32_t *result)
{
	struct abi_oldold_utsname old;
	const char *const names[] = {machine_name.sysname, machine_name.nodename,
	                             machine_name.release, machine_name.version,
	                             machine_name.machine};
	unsigned i;

	memset(&old, 0, sizeof(old));
	for (i = 0; i < 5; i++)
		strlcpy(old.name[i], names[i], sizeof(old.name[i]));
	return copyout(arg->oldolduname.buf, &old, sizeof(old));
}

/* End the machine, for root with both magic numbers: to restart, halt and power off are the same
 * here. */
int
sys_reboot(const union call_args *arg, uint32_t *result)
{
	if (curproc()->cred.euid != 0)
		return EPERM;
	if (arg->reboot.magic != REBOOT_MAGIC1 || arg->reboot.magic2 != REBOOT_MAGIC2)
		return EINVAL;
	switch (arg->reboot.cmd) {
	case REBOOT_CMD_RESTART:
	case REBOOT_CMD_HALT:
	case REBOOT_CMD_POWER_OFF:
		machine_shutdown(VERDICT_OFF, 0);
	default:
		return EINVAL;
	}
}

/* Let the other runnable processes run first. May sleep. */
int
sys_sched_yield(const union call_args *arg, uint32_t *result)
{
	may_sleep();
	sched_yield();
	return 0;
}
