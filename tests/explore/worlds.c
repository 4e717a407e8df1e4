/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Worlds: small sets of calls and arguments, each about something else, so that their states can
 * be explored far. A span is the hardware's 4 MiB. A segment of one page that begins at a span's
 * start, with nothing else in the span, is grafted like one that fills it; so addresses near the
 * borders of two spans are enough for grafts, neighbours and cuts.
 */
#include "explore.h"

#include <stdlib.h>
#include <string.h>

#define LIST(...)                                                                                  \
	(const uint32_t[])                                                                         \
	{                                                                                          \
		__VA_ARGS__, END                                                                   \
	}
#define PIECES(...)                                                                                \
	(const struct piece[])                                                                     \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			0, 0                                                                       \
		}                                                                                  \
	}

#define P M_PAGE
#define A 0x50000000u      /* the start of a span */
#define B 0x50400000u      /* the start of the next */
#define CHOSEN 0x40000000u /* what the kernel chooses first */
#define K1 0x11u
#define K2 0x22u
#define SPAN 0x400000u

const struct world worlds[] = {
	{.name = "keys",
         .depth = 7,
         .about = "keys, limits and the lives of two segments; fork and exec",
         .limit = {2, 2, P, 2},
         .procs = 2,
         .uid = {1000, NOBODY, NOBODY},
         .what = DO_GET | DO_AT | DO_DT | DO_RMID | DO_FORK | DO_EXIT | DO_EXEC | DO_WRONG,
         .keys = LIST(0, K1, K2),
         .sizes = LIST(P),
         .modes = LIST(0600),
         .places = LIST(0),
         .detaches = LIST(CHOSEN, CHOSEN + P)},
	{.name = "rights",
         .depth = 100,
         .about = "one segment of root or of one of two users: modes, owners, locks; two attaches",
         .limit = {1, 2, 2 * P, 2},
         .procs = 3,
         .uid = {0, 1000, 1001},
         .what = DO_GET | DO_AT | DO_DT | DO_STAT | DO_SET | DO_RMID | DO_LOCK | DO_RDONLY,
         .keys = LIST(K1),
         .sizes = LIST(P, P + 1),
         .modes = LIST(0600, 0640, 0006),
         .owners = LIST(1000, 1001),
         .places = LIST(A),
         .detaches = LIST(A)},
	{.name = "pieces",
         .depth = 100,
         .about = "one segment of two pages, cut and protected in parts, two attaches; fork",
         .limit = {1, 2, 2 * P, 2},
         .procs = 2,
         .uid = {1000, NOBODY, NOBODY},
         .what = DO_GET | DO_AT | DO_DT | DO_RMID | DO_UNMAP | DO_PROTECT | DO_FORK | DO_EXIT |
                 DO_REMAP,
         .keys = LIST(0),
         .sizes = LIST(2 * P),
         .modes = LIST(0600),
         .places = LIST(A, A + P),
         .detaches = LIST(A, A + P),
         .pieces = PIECES({A, 1}, {A + P, 1}, {A + 2 * P, 1}),
         .prots = LIST(1, 3)},
	{.name = "spans",
         .depth = 7,
         .about = "grafts: attaches at the borders of two spans, touched, cut, shared by fork",
         .limit = {2, 2, 2 * P, 4},
         .procs = 2,
         .uid = {1000, NOBODY, NOBODY},
         .what = DO_GET | DO_AT | DO_DT | DO_UNMAP | DO_PROTECT | DO_FORK | DO_EXIT | DO_ACCESS |
                 DO_RMID,
         .keys = LIST(0),
         .sizes = LIST(2 * P),
         .modes = LIST(0600),
         .places = LIST(A, B - P, B),
         .detaches = LIST(A, B - P, B),
         .pieces = PIECES({B - P, 1}, {B, 1}, {A, 1}),
         .prots = LIST(0, 1, 3),
         .pages = LIST(A, B - P, B, B + P)},
	{.name = "private",
         .depth = 7,
         .about = "private memory beside an attach: copies on write, replacement by SHM_REMAP",
         .limit = {1, 2, P, 1},
         .procs = 2,
         .uid = {1000, NOBODY, NOBODY},
         .what = DO_GET | DO_AT | DO_DT | DO_UNMAP | DO_PROTECT | DO_MAP | DO_ACCESS | DO_FORK |
                 DO_EXIT | DO_REMAP,
         .keys = LIST(0),
         .sizes = LIST(P),
         .modes = LIST(0600),
         .places = LIST(A, A + P),
         .detaches = LIST(A, A + P),
         .pieces = PIECES({A, 1}, {A + P, 1}),
         .private = PIECES({A, 2}, {A + P, 1}),
         .prots = LIST(1, 3),
         .pages = LIST(A, A + P)},
	{.name = "large",
         .depth = 5,
         .about = "a segment that fills a span, and one of a page beside it",
         .limit = {2, 2, SPAN, 1025},
         .procs = 2,
         .uid = {1000, NOBODY, NOBODY},
         .what = DO_GET | DO_AT | DO_DT | DO_UNMAP | DO_PROTECT | DO_FORK | DO_EXIT | DO_ACCESS |
                 DO_RMID | DO_REMAP,
         .keys = LIST(0),
         .sizes = LIST(SPAN, P),
         .modes = LIST(0600),
         .places = LIST(0, A, B - P),
         .detaches = LIST(CHOSEN, A, B - P),
         .pieces = PIECES({A, 1}, {B - P, 1}, {A, 1024}, {B, 1}),
         .prots = LIST(1, 3),
         .pages = LIST(A, A + P, B - P)},
	{.name = "all",
         .depth = 2,
         .about = "every call and every argument of the other worlds, and what must be refused",
         .limit = {3, 2, SPAN, 1026},
         .procs = 3,
         .uid = {0, 1000, 1001},
         .what = 0xffffffff,
         .keys = LIST(0, K1, K2),
         .sizes = LIST(P, P + 1, SPAN),
         .modes = LIST(0600, 0640, 0666),
         .owners = LIST(1000, 1001),
         .places = LIST(0, A, A + P, B - P, B),
         .detaches = LIST(CHOSEN, A, A + P, B - P, B),
         .pieces = PIECES({A, 1}, {A + P, 1}, {B - P, 1}, {B, 1}, {B - P, 2}),
         .private = PIECES({A, 2}, {A + P, 1}, {B, 1}),
         .prots = LIST(0, 1, 3),
         .pages = LIST(A, A + P, B - P, B)},
	{.name = NULL},
};

struct step *steps; /* not in the data, which snapshots copy */
unsigned nsteps, world_procs;

const struct world *
world_named(const char *name)
{
	const struct world *w = worlds;

	while (w->name != NULL && strcmp(w->name, name) != 0)
		w++;
	return w->name != NULL ? w : NULL;
}

static void
add(struct step s)
{
	steps[nsteps++] = s;
}

/* Loops over a list, which may be NULL. */
#define EACH(item, list)                                                                           \
	const uint32_t *item = (list);                                                             \
	item != NULL &&*item != END;                                                               \
	item++
#define EACH_PIECE(item, list)                                                                     \
	const struct piece *item = (list);                                                         \
	item != NULL && item->pages > 0;                                                           \
	item++
#define ADD(kind, ...) add((struct step){.op = kind, .who = who, .slot = NO_SLOT, __VA_ARGS__})
#define ADD_OF(kind, which, ...)                                                                   \
	add((struct step){.op = kind, .who = who, .slot = which, __VA_ARGS__})

static void
add_get(const struct world *w, uint8_t who)
{
	for (EACH(key, w->keys))
		for (EACH(size, w->sizes)) {
			for (EACH(mode, w->modes))
				ADD(OP_GET, .a = {*key, *size, *mode | M_CREAT});
			if (*key == 0)
				continue;
			ADD(OP_GET, .a = {*key, *size, *w->modes | M_CREAT | M_EXCL});
			ADD(OP_GET, .a = {*key, *size, *w->modes});
		}
	if (!(w->what & DO_WRONG))
		return;
	for (EACH(key, w->keys)) {
		ADD(OP_GET, .a = {*key, 0, 0600 | M_CREAT});
		ADD(OP_GET, .a = {*key, w->limit.max + 1, 0600 | M_CREAT});
		ADD(OP_GET, .a = {*key, 0xfffff001, 0600 | M_CREAT});
	}
}

static void
add_attach(const struct world *w, uint8_t who, uint8_t slot)
{
	for (EACH(place, w->places)) {
		ADD_OF(OP_AT, slot, .a = {0, *place, 0});
		if (w->what & DO_RDONLY)
			ADD_OF(OP_AT, slot, .a = {0, *place, M_RDONLY});
		if ((w->what & DO_REMAP) && *place != 0)
			ADD_OF(OP_AT, slot, .a = {0, *place, M_REMAP});
	}
	if (!(w->what & DO_WRONG))
		return;
	ADD_OF(OP_AT, slot, .off = 1);
	ADD_OF(OP_AT, slot, .a = {0, A + 1, 0});
	ADD_OF(OP_AT, slot, .a = {0, 1, M_RND});
	ADD_OF(OP_AT, slot, .a = {0, M_USER_END - P, M_RND});
	ADD_OF(OP_AT, slot, .a = {0, 0, M_REMAP});
	ADD_OF(OP_AT, slot, .a = {0, 0xfffff000, M_REMAP});
}

static void
add_control(const struct world *w, uint8_t who, uint8_t slot)
{
	if (w->what & DO_STAT)
		ADD_OF(OP_CTL, slot, .a = {0, M_STAT});
	if (w->what & DO_RMID)
		ADD_OF(OP_CTL, slot, .a = {0, M_RMID});
	if (w->what & DO_LOCK) {
		ADD_OF(OP_CTL, slot, .a = {0, M_LOCK});
		ADD_OF(OP_CTL, slot, .a = {0, M_UNLOCK});
	}
	if (w->what & DO_SET) {
		for (EACH(owner, w->owners))
			for (EACH(mode, w->modes))
				ADD_OF(OP_CTL, slot, .a = {0, M_SET, 0, *owner, *owner, *mode});
	}
	if (!(w->what & DO_WRONG))
		return;
	ADD_OF(OP_CTL, slot, .off = 1, .a = {0, M_RMID});
	ADD_OF(OP_CTL, slot, .off = 1, .a = {0, M_STAT});
	ADD_OF(OP_CTL, slot, .a = {0, 99});
	ADD_OF(OP_CTL, slot, .a = {0, M_STAT, 0xc0000000});
	ADD_OF(OP_CTL, slot, .a = {0, M_SET, 0, M_NONE, 0, 0600});
}

static void
add_memory(const struct world *w, uint8_t who)
{
	for (EACH_PIECE(piece, w->pieces)) {
		if (w->what & DO_UNMAP)
			ADD(OP_UNMAP, .a = {piece->start, piece->pages * P});
		if (w->what & DO_PROTECT) {
			for (EACH(prot, w->prots))
				ADD(OP_PROTECT, .a = {piece->start, piece->pages * P, *prot});
		}
	}
	if (w->what & DO_MAP)
		for (EACH_PIECE(piece, w->private)) {
			ADD(OP_MAP, .a = {piece->start, piece->pages * P, 0});
			ADD(OP_MAP, .a = {piece->start, piece->pages * P, 1});
		}
	if (w->what & DO_ACCESS)
		for (EACH(page, w->pages)) {
			ADD(OP_LOAD, .a = {*page});
			ADD(OP_STORE, .a = {*page});
		}
}

static void
add_process(const struct world *w, uint8_t who)
{
	if (w->what & DO_FORK)
		ADD(OP_FORK, .a = {0});
	if (w->what & DO_EXIT)
		ADD(OP_EXIT, .a = {0});
	if (w->what & DO_EXEC)
		ADD(OP_EXEC, .a = {1});
	if ((w->what & DO_EXEC) && (w->what & DO_WRONG))
		ADD(OP_EXEC, .a = {0});
}

void
steps_make(const struct world *w)
{
	uint8_t who, slot;

	steps = calloc(STEPS_MAX, sizeof(*steps));
	nsteps = 0;
	world_procs = w->procs;
	for (who = 0; who < w->procs; who++) {
		if (w->what & DO_GET)
			add_get(w, who);
		for (slot = 0; slot < w->limit.mni; slot++) {
			add_attach(w, who, slot);
			add_control(w, who, slot);
		}
		for (EACH(place, w->detaches))
			ADD(OP_DT, .a = {*place});
		if (w->what & DO_WRONG)
			ADD(OP_DT, .a = {A + 1});
		add_memory(w, who);
		add_process(w, who);
	}
}
