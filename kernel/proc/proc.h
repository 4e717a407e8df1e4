/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room proc: processes: their birth and end, scheduling, signals, process groups, clocks and
 * credentials. It calls mem/ and vm/ for their memory, and the rooms above through owned.h for what
 * a process owns there. All rooms above vm/ call it, and so does the machine at each tick.
 */
#ifndef PROC_H
#define PROC_H

#include <machine.h>

#include "abi/misc.h"
#include "base/list.h"
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
	PROC_NEW,      /* not started yet */
	PROC_RUNNABLE, /* runs, or is on a run queue */
	PROC_SLEEPING, /* is on a sleep queue: tsleep() */
	PROC_STOPPED,  /* by a signal, until SIGCONT or SIGKILL */
	PROC_ZOMBIE    /* has ended; its parent has not waited for it */
};

/* What a process has to tell its parent, and wait4() has not returned yet. */
enum news { NEWS_NONE, NEWS_ENDED, NEWS_STOPPED, NEWS_CONTINUED, NEWS_KINDS };

/* A process keeps its children on a list for each kind of news, once for those whose exit signal
 * is SIGCHLD and once for the others. So wait4() of any child takes the first of one list. */
#define CHILD_LISTS (2u * NEWS_KINDS)

/*
 * A process. The fields stand in groups; the comment on a group says who may change it and when it
 * is valid. "Itself" means: only while it is the current process. What is zero at first stays so
 * until it is set.
 */
struct proc {
	/* The machine's part: arch/ alone changes it. */
	struct machine_proc md;

	/* Identity. Anybody may read it, as long as there is the process. proc_fork() sets pid
	 * before others can find the process, and the pid never changes. A process sets its name
	 * itself, by exec or prctl(). proc.c, children.c and sched.c set state. */
	int pid;
	enum proc_state state;
	char name[16]; /* last part of its program's path */

	/* The places of the process on lists. Each is changed only by the file that owns the list.
	 * A zombie stays on all of them until it is reaped. */
	LIST_LINKS(struct proc) all;     /* pid.c: all processes, oldest first */
	struct proc *hash_next;          /* pid.c: its hash chain, by pid */
	struct pgrp *pgrp;               /* pgrp.c */
	LIST_LINKS(struct proc) members; /* pgrp.c: the members of its group */

	/* Relatives and news: children.c changes them, for a child's place on its parent's lists
	 * depends on parent, news and exit_signal. So do two others: proc_fork() sets them before
	 * it calls child_add(), and exec counts itself in exec_id. */
	struct proc *parent; /* NULL: init */
	struct proc *unborn; /* the child that its fork is making now: on no list yet; or NULL */
	struct proc *children[CHILD_LISTS];
	LIST_LINKS(struct proc) siblings; /* on one of the lists of its parent */
	enum news news;
	int status;              /* that belongs to the news, in the form of wait4() */
	int exit_signal;         /* the signal that its parent gets at its end; 0: none */
	uint64_t exec_id;        /* execs in it and, before the forks, in its ancestors */
	uint64_t parent_exec_id; /* its parent's exec_id when it was forked */

	/* What the process owns, and changes itself, by fork, exec and exit; a zombie has none of
	 * them any more. Others may read them, and look into another's space and files as far as
	 * cred_may_inspect() allows. */
	struct vm_space *space;
	struct fdtable *files;
	struct node *cwd;     /* working directory */
	struct node *program; /* file that it runs, which can't be written to; NULL: none */

	/* A space that is lent by vfork: proc.c changes these, and then on both sides. */
	struct proc *lender;   /* whose space it has borrowed, or NULL */
	struct proc *borrower; /* who has borrowed its space and not left it yet, or NULL */
	vaddr_t set_tid;       /* where a new process writes its pid; 0: nowhere */
	vaddr_t clear_tid;     /* where 0 is written when it leaves a borrowed space; 0: nowhere */

	/* What the process may do. It changes this itself; rlimit and nice may also be changed by a
	 * process that cred_may_limit() or cred_may_set_priority() allows to. */
	struct cred cred;
	uint32_t umask;
	/* Its user may not look into it, since it runs a set-id program, or one that the user
	 * can't read, or has changed its effective ids: proc_guard(). Linux: not dumpable. */
	bool guarded;
	bool crowded; /* it became a user with too many processes: the next exec may fail */
	bool execed;  /* since its fork */
	struct abi_rlimit rlimit[RLIMIT_NLIMITS];
	int8_t nice; /* NICE_MIN to NICE_MAX; fork and exec keep it */

	/* Scheduling: sched.c alone changes it. /proc and ps show why. */
	LIST_LINKS(struct proc) queue; /* run or sleep queue; link: sleep queue only, else NULL */
	const void *chan;              /* channel that it sleeps on; NULL: it does not sleep */
	const char *why;               /* name of that sleep; NULL: it doesn't sleep */
	int sleep_flags, sleep_result; /* PCATCH; what tsleep() will return */
	struct timer sleep_timer;
	uint8_t ticks_run; /* with nice below 0: ticks of its slice that others have waited */

	/* Signals and timers. signal.c, and the calls about signals, change *sig; senders change
	 * what is pending through signal_post(). The rest it changes itself, and a timer of its
	 * own when it expires. sig is valid until it is reaped. */
	struct sigstate *sig;
	struct timer alarm_timer;   /* ITIMER_REAL */
	struct abi_itimerval alarm; /* what was asked for: this time (it_value), and later ones */
	int64_t sleep_end;          /* tick at which its sleeping call ends: clock_after() */
	bool resumed;               /* that call is made again and keeps its sleep_end */
	uint8_t death_signal;       /* the signal that it gets at its parent's end; 0: none */

	/* Accounting. sched_tick() and the page fault handler count; children.c adds a child's
	 * counts to its parent's when the child is reaped. Nothing here decides anything. */
	int64_t start_tick;
	uint64_t utime, stime;    /* ticks in user mode and in the kernel */
	uint64_t cutime, cstime;  /* of the children waited for, and of theirs */
	uint32_t faults, cfaults; /* page faults, its own and theirs */
};

/* ---- Processes and numbers: pid.c. None of these sleeps. ---- */

/* All processes, oldest first: a queue by `all`. */
extern struct proc_queue {
	struct proc *first, **end;
} proc_list;
extern unsigned proc_count; /* processes, zombies included */
extern unsigned proc_forks; /* processes since boot */
extern int proc_last_pid;   /* the number given last */
/* Returns the process with that number, which may be a zombie, or NULL if there is none. */
struct proc *proc_find(int pid);
/* Returns the process with the lowest number that is pid or above, or NULL if there is none. */
struct proc *proc_find_from(uint32_t pid);
/* Returns the next number after the last that no process, group or session has, or 0 if all are
 * taken. The number is taken until pid_drop(). */
int pid_alloc(void);
/* Add p, whose pid is set, to the processes that there are. */
void pid_add(struct proc *p);
/* Remove p from the processes that there are, and drop its number. */
void pid_remove(struct proc *p);
/* Record that a process or a group no longer has the number n. The number is free for pid_alloc()
 * when neither a process nor a group has it. */
void pid_drop(int n);

/* ---- Birth and end: proc.c ---- */

extern const struct abi_rlimit rlimit_first[RLIMIT_NLIMITS]; /* init's limits: limits.c */

/* Create process 1, which starts by running fn. Calls noboot() if memory is short. */
void proc_init(void (*fn)(void));

/* Returns the id of p's process group. */
static inline int
proc_pgid(const struct proc *p)
{
	return p->pgrp->id;
}

/* Returns the id of p's session. */
static inline int
proc_sid(const struct proc *p)
{
	return p->pgrp->session->id;
}

/* How a child differs from its parent, for proc_fork(). */
struct birth {
	bool vfork; /* it borrows the parent's space, and the parent sleeps meanwhile */
	vaddr_t sp; /* its user stack pointer; 0: the parent's */
	int exit_signal;
	vaddr_t set_tid, clear_tid;
};
/* Create a child of the current process and put its number into *pid. Returns EAGAIN if no number
 * is free or the user has RLIMIT_NPROC processes, or ENOMEM, with nothing changed. A vfork sleeps
 * until the child has left the borrowed space. */
int proc_fork(const struct birth *how, int *pid);
/* Give the current process the space sp in place of its own, which is destroyed unless it is
 * borrowed or lent. sp is NULL at its end. Does not sleep. */
void proc_set_space(struct vm_space *sp);
/* Returns whether the real user uid, with `more` processes beside those that there are, would
 * exceed the current process's RLIMIT_NPROC. limits.c. */
bool proc_beyond_limit(uint32_t uid, unsigned more);
/* Set the program that p runs to n (NULL: none). While p runs n, the file can't be written to. */
void proc_set_program(struct proc *p, struct node *n);
/* Returns p's space, or NULL if p has borrowed it: so each space is visited once by those who
 * count over all processes. */
struct vm_space *proc_own_space(const struct proc *p);
/* End the current process. status has the form of wait4(): exit code << 8, or the signal. May
 * sleep, and does not return. */
_Noreturn void proc_exit(int status);
/* Guard p (see `guarded`), whose rights now differ from its user's, or from those that it had. The
 * end of p's parent sends it no signal any more. */
void proc_guard(struct proc *p);

/* ---- What parents know of their children: children.c ---- */

/* Make SIGCHLD the signal that p's parent gets at its end. */
void proc_ends_normally(struct proc *p);
/* Returns which of the CHILD_LISTS of its parent p belongs on with such news. */
static inline unsigned
proc_child_list(const struct proc *p, enum news news)
{
	return (p->exit_signal != SIGCHLD) * NEWS_KINDS + news;
}
/* Record that p's parent has taken p's news. A zombie is freed. */
void proc_news_taken(struct proc *p);
/* Stop the current process because of signal sig, and notify its parent. Sleeps until SIGCONT or
 * SIGKILL. */
void proc_stop(int sig);
/* Let a process that is stopped run again, because of SIGCONT, and notify its parent. */
void proc_continue(struct proc *p);
/* Put into *ru what p has used itself (own), what its children have that it waited for
 * (children), or the sum of both. */
void proc_rusage(const struct proc *p, bool own, bool children, struct abi_rusage *ru);

/* ---- Between proc.c and children.c ---- */

/* Put p on the list of its parent's children for its news. Init has no parent: does nothing. */
static inline void
child_add(struct proc *p)
{
	if (p->parent != NULL)
		LIST_INSERT(&p->parent->children[proc_child_list(p, p->news)], p, siblings);
}
/* Record that p, now a zombie, has ended with that status, and notify its parent; or init, if the
 * parent does not want to know. */
void child_ended(struct proc *p, int status);
/* Make all children of p, which ends, children of init. */
void children_orphan(struct proc *p);
/* Free a process that nothing names any more, or that was not born yet. */
void proc_free(struct proc *p);

#endif
