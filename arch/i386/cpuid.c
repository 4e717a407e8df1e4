/* SPDX-License-Identifier: BSD-2-Clause */
/* What the CPU says of itself (Intel SDM volume 2, CPUID). */
#include "i386.h"
#include "string.h"

#define NAME_LEAF 0x80000002u /* and the two that follow */

/* r: EAX, EBX, ECX, EDX. */
static void
cpuid(uint32_t leaf, uint32_t r[4])
{
	__asm__("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

void
machine_cpu(struct machine_cpu *cpu)
{
	uint32_t r[4], i;

	memset(cpu, 0, sizeof(*cpu));
	cpuid(0, r);
	memcpy(cpu->vendor, &r[1], 4);
	memcpy(cpu->vendor + 4, &r[3], 4);
	memcpy(cpu->vendor + 8, &r[2], 4);
	cpuid(NAME_LEAF & 0x80000000u, r);
	for (i = 0; i < 3 && r[0] >= NAME_LEAF + 2; i++)
		cpuid(NAME_LEAF + i, (uint32_t *)(cpu->name + 16 * i));
}
