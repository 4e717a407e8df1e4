/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files share that see the kernel. */
#ifndef SIDES_H
#define SIDES_H

/* Returns the process with that number in the model; NULL if there is none. */
struct proc *side_proc(unsigned i);
/* Make the call in the current process, as kernel_call() does, which also sets clock and TLB. */
uint32_t side_make(const struct call *c, struct reply *r);
void tlb_fill(void);
/* The span of the stack's page, which is in every program: the calls have their buffers there. */
#define BUFFER_SPAN (0xbfffe000u >> SPAN_SHIFT)

#endif
