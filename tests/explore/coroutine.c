/* SPDX-License-Identifier: BSD-2-Clause */
/* Coroutines, each with a stack of its own; nothing of them is in the data that snapshots copy. */
#include <stdlib.h>
#include <ucontext.h>

#include "explore.h"

#define STACK (256u << 10)

static struct {
	ucontext_t starter, context;
	char stack[STACK];
} * co;

void
coroutines_init(unsigned n)
{
	co = calloc(n, sizeof(*co));
}

void
coroutine_make(unsigned i, void (*body)(void))
{
	getcontext(&co[i].context);
	co[i].context.uc_stack.ss_sp = co[i].stack;
	co[i].context.uc_stack.ss_size = STACK;
	makecontext(&co[i].context, body, 0);
}

void
coroutine_enter(unsigned i)
{
	swapcontext(&co[i].starter, &co[i].context);
}

void
coroutine_leave(unsigned i)
{
	swapcontext(&co[i].context, &co[i].starter);
}
