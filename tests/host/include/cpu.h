/* SPDX-License-Identifier: BSD-2-Clause */
/* What pmap.c asks of a processor; support/machine.c has a TLB behind it. */
#ifndef CPU_H
#define CPU_H

#include <machine.h>

extern frame_t kernel_dir;

void cpu_load_cr3(uint32_t paddr);
void cpu_invlpg(uint32_t va);

#endif
