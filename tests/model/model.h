/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of docs/spec-shm.md, which is compared with the kernel call by call. It shares no
 * code with the kernel, and is written to be plain rather than fast.
 *
 *	model.c   what each call must return and change, with memory.c
 *	drive.c   the comparison, for random calls made by calls.c
 *
 * Whoever includes drive.c defines perform(), list() and say(), which decide how a call
 * reaches the kernel.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#ifndef M_SLOTS /* tests/explore has smaller ones, for it copies the model over and over */
#define M_PROCS 6
#define M_SLOTS 128
#define M_ATTACHES 128
#define M_RANGES 2048
#define M_PAGES 1537 /* pages of the largest segment */
#endif
#define M_WORDS 16 /* pages of private memory that a process has written to */
#define M_BATCH 8
#define M_ERRNOS 40

/* The constants of spec-shm.md part 1. */
enum {
	M_CREAT = 01000,
	M_EXCL = 02000,
	M_RMID = 0,
	M_SET = 1,
	M_STAT = 2,
	M_LOCK = 11,
	M_UNLOCK = 12,
	M_RDONLY = 010000,
	M_RND = 020000,
	M_REMAP = 040000,
	M_LOCKED = 02000, /* in a mode: SHM_LOCK */
};
#define M_PAGE 4096u
#define M_USER_MIN 0x10000u
#define M_USER_END 0xc0000000u
#define M_NONE UINT32_MAX

enum op {
	OP_GET,     /* key, size, flags */
	OP_AT,      /* id, address, flags */
	OP_DT,      /* address */
	OP_CTL,     /* id, command, buffer (0: a good one), uid, gid, mode for M_SET */
	OP_UNMAP,   /* address, length */
	OP_PROTECT, /* address, length, protection */
	OP_MAP,     /* address, length, replace? */
	OP_LOAD,    /* address of a word */
	OP_STORE,   /* address of a word, word */
	OP_USER,    /* uid, gid, supplementary group */
	OP_FORK,    /* index of the child */
	OP_EXIT,    /* way: 0 exit, 1 signal, 2 fault */
	OP_EXEC,    /* of a program that is there? */
};

struct call {
	uint32_t op, who;
	uint32_t a[6];
	uint32_t by_ipc;  /* through ipc() */
	uint32_t touched; /* an identifier to look at afterwards; M_NONE: what came back */
};

/* What IPC_STAT writes, as words. */
enum {
	W_KEY,
	W_UID,
	W_GID,
	W_CUID,
	W_CGID,
	W_MODE,
	W_SEQ,
	W_SIZE = 9,
	W_ATIME,
	W_DTIME = 12,
	W_CTIME = 14,
	W_CPID = 16,
	W_LPID,
	W_NATTCH,
	W_STAT = 21
};

struct reply {
	uint32_t err, value;
	uint32_t before, after; /* seconds, around the call */
	uint32_t stat_err, stat[W_STAT];
};

struct limits {
	uint32_t mni, seg, max, all;
};

/* A time that is known to lie between two seconds: those before and after the call. */
struct stamp {
	uint32_t from, to;
};

enum seg_state { SEG_FREE, SEG_LIVE, SEG_REMOVED };

struct segment {
	enum seg_state state;
	uint32_t key, uid, gid, cuid, cgid, mode, seq, size;
	uint32_t lpid, cpid, nattch;
	struct stamp atime, dtime, ctime;
	uint32_t word[M_PAGES]; /* the first word of each page; all others are 0 */
};

struct attach {
	bool used;
	uint32_t va, id;
	uint32_t cut; /* when its first page was unmapped; 0: it is mapped */
};

#define PLAIN (-1) /* owner of a range: private zeros */
#define FIXED (-2) /* owner of a range: the program itself, which is not touched */

struct range {
	uint32_t start, end;
	int owner;     /* index of an attach, or PLAIN or FIXED */
	uint32_t page; /* the segment's page at `start` */
	int prot;      /* 1 read, 2 write, 4 execute */
	bool rdonly;   /* and can never be made writable */
};

struct process {
	bool alive;
	uint32_t pid, euid, egid, group;
	struct attach attach[M_ATTACHES];
	struct range range[M_RANGES]; /* in order of address */
	int nranges;
	struct {
		uint32_t va, word;
	} own[M_WORDS]; /* the first words of pages of private memory that are not 0 */
	int nown;
};

struct model {
	struct limits limit;
	struct segment seg[M_SLOTS];
	struct process proc[M_PROCS];
	uint32_t nused, committed;
	int last_free;
	struct stamp now;
};
extern struct model m;

/* The state before the first call: process 0, which is root. */
void model_start(const struct limits *limit, uint32_t pid);
/* Does in the model a call that the kernel has answered with *r. Returns the errno that it should
 * have, and sets *value to its result; where the kernel has a choice, to the reply's if that is
 * legal. */
uint32_t model_call(const struct call *c, const struct reply *r, uint32_t *value);
/* Compares *r with what root's IPC_STAT of id should give, and says in *same whether it is that.
 * Returns the errno to expect. */
uint32_t model_stat(uint32_t id, const struct reply *r, bool *same);
struct segment *model_live(uint32_t id);
uint32_t model_id(const struct segment *s);
bool model_in(const struct stamp *s, uint32_t time);

/* ---- To be defined by whoever includes drive.c ---- */

/* Makes n calls by one process, and fills in their replies. */
void perform(const struct call *calls, struct reply *replies, unsigned n);
/* Writes the identifier of the next segment, in order of slots and including removed
 * ones, and the words of its IPC_STAT. *slot is 0 for the first, and is advanced.
 * Returns false if there is no more. */
bool list(uint32_t *slot, uint32_t *id, uint32_t *stat);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Makes `count` random calls and compares the answers. Returns false if kernel and model differ,
 * after it has said where. */
bool drive(uint32_t seed, uint32_t count, const struct limits *limit, uint32_t pid);

#endif
