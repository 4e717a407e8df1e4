/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room proc: processes: how they start, run, sleep, get signals, and end; clocks and users.
 * It calls vm/ for their memory; what it takes from rooms above stands in owned.h. All rooms
 * above vm/ call it, and the machine at each tick.
 */
#ifndef PROC_H
#define PROC_H

#include <machine.h>

#include "abi/misc.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/pgrp.h"
#include "proc/sched.h"
#include "proc/signal.h"

struct vm_space;
struct fdtable;
struct node;

#define PID_MAX 32767
#define INIT_PID 1

enum proc_state {
	PROC_NEW,      /* being made */
	PROC_RUNNABLE, /* runs or waits for its turn */
	PROC_SLEEPING,
	PROC_STOPPED,
	PROC_ZOMBIE
};

/* What a process has to tell its parent, and has not told yet. */
enum news { NEWS_NONE, NEWS_ENDED, NEWS_STOPPED, NEWS_CONTINUED, NEWS_KINDS };

/* A list for each kind of news, of the children that end with SIGCHLD and of the
 * others: all that wait may ask for is the first of one of these. */
#define CHILD_LISTS (2u * NEWS_KINDS)

struct proc {
	struct machine_proc md;
	int pid;
	enum proc_state state;
	char name[16];

	struct proc *next, **list_link; /* all processes, oldest first */
	struct proc *hash_next;         /* by pid */
	struct proc *parent;
	struct proc *children[CHILD_LISTS], *sibling, **sibling_link;
	struct pgrp *pgrp;
	struct proc *pgrp_next, **pgrp_link;

	struct vm_space *space;
	struct proc *lender;   /* whose space it is, borrowed by vfork */
	struct proc *borrower; /* who has ours until it execs or ends */
	vaddr_t set_tid;       /* where the new process's number goes, 0: nowhere */
	vaddr_t clear_tid;     /* what becomes 0 when it leaves the space */
	struct fdtable *files;
	struct node *cwd;
	struct node *program; /* its file, which nobody writes to meanwhile; NULL: none */
	uint32_t umask;
	struct cred cred;
	/* Its user may not look into it: it runs a set-id program, or one that the user
	 * may not read, or has changed its effective ids since. Linux: not dumpable. */
	bool guarded; /* see proc_guard() */

	struct proc *queue_next, **queue_link; /* run or sleep queue; NULL: on none */
	const void *chan;                      /* what it sleeps on */
	const char *why;
	int sleep_flags, sleep_result;
	struct timer sleep_timer;

	struct sigstate *sig;
	struct timer alarm_timer;   /* ITIMER_REAL */
	struct abi_itimerval alarm; /* as it was asked for; each time but the first by interval */
	int64_t sleep_end;          /* clock_after(); a call that goes on */
	bool resumed;               /* after a stop keeps it */
	struct abi_rlimit rlimit[RLIMIT_NLIMITS];
	int8_t nice;          /* NICE_MIN to NICE_MAX; fork and exec keep it */
	uint8_t ticks_run;    /* with nice below 0: of its slice, while others wait */
	uint8_t death_signal; /* what it gets at its parent's end; 0: nothing */
	enum news news;
	int status;      /* that goes with it, as wait4 gives it */
	int exit_signal; /* what the parent gets at its end; 0: nothing */
	bool crowded;    /* it became a user who had too many processes: the next exec may fail */
	bool execed;
	uint64_t exec_id;        /* how often it, and its parents before it, have exec'ed, */
	uint64_t parent_exec_id; /* and the parent when it made this one */
	int64_t start_tick;
	uint64_t utime, stime;   /* ticks */
	uint64_t cutime, cstime; /* of children waited for */
	uint32_t faults, cfaults;
};

/* ---- Which there are: pid.c ---- */

extern struct proc *proc_list; /* all, oldest first */
extern unsigned proc_count;
extern unsigned proc_forks; /* how many there have been */
extern int proc_last_pid;
struct proc *proc_find(int pid); /* zombies too; NULL: none */
/* The one with the lowest number from pid on. => NULL: none. */
struct proc *proc_find_from(uint32_t pid);
/* The next number that nobody has. => 0: none is left. */
int pid_alloc(void);
/* p, with its number, is one of them; it is one no more. */
void pid_add(struct proc *p);
void pid_remove(struct proc *p);
/* A process or a group has no use for this number any more. */
void pid_drop(int n);

/* ---- What they do: proc.c ---- */

extern const struct abi_rlimit rlimit_first[RLIMIT_NLIMITS]; /* init's */

/* Make process 1, which runs fn first. */
void proc_init(void (*fn)(void));

static inline int
proc_pgid(const struct proc *p)
{
	return p->pgrp->id;
}

static inline int
proc_sid(const struct proc *p)
{
	return p->pgrp->session->id;
}

/* How a child differs from its parent, for proc_fork(). */
struct birth {
	bool vfork; /* it has the parent's space, and the parent waits, until it leaves it */
	vaddr_t sp; /* 0: the parent's */
	int exit_signal;
	vaddr_t set_tid, clear_tid;
};
/* => EAGAIN: no pid, or beyond RLIMIT_NPROC; ENOMEM; a failure changes nothing.
 * A vfork sleeps. */
int proc_fork(const struct birth *how, int *pid);
/* The current process has sp instead of its space; NULL: none, it ends. */
void proc_set_space(struct vm_space *sp);
/* Returns whether the real user uid, with so many more processes than there are, would be
 * beyond the current process's RLIMIT_NPROC. */
bool proc_beyond_limit(uint32_t uid, unsigned more);
/* p runs the program n (NULL: none) instead of what it ran until now.
 * => no file can be written to that p runs. */
void proc_set_program(struct proc *p, struct node *n);
/* p's space, unless that is another's: for those who count what there is. */
struct vm_space *proc_own_space(const struct proc *p);
/* status as wait4 gives it: exit code << 8, or the signal. */
_Noreturn void proc_exit(int status);
/* p has rights now that its user, or who it was, has not: from now on others do not look
 * into it, and its parent's end sends it no signal. */
void proc_guard(struct proc *p);
/* Its end is SIGCHLD to the parent from now on. */
void proc_ends_normally(struct proc *p);
/* Which of CHILD_LISTS p is on, or would be with such news. */
static inline unsigned
proc_child_list(const struct proc *p, enum news news)
{
	return (p->exit_signal != SIGCHLD) * NEWS_KINDS + news;
}
/* The parent knows now. => a zombie goes. */
void proc_told(struct proc *p);
void ticks_to_timeval(uint64_t ticks, struct abi_timeval32 *tv);
/* What p used itself and what its children did, as asked for. */
void proc_rusage(const struct proc *p, bool own, bool children, struct abi_rusage *ru);
/* Stop the current process until SIGCONT or SIGKILL. => sleeps. */
void proc_stop(int sig);
/* SIGCONT (and SIGKILL) to a stopped process: it goes on. */
void proc_continue(struct proc *p);

#endif
