/* SPDX-License-Identifier: BSD-2-Clause */
/* What the CPU says of itself (Intel SDM volume 2, CPUID). */
#include "i386.h"
#include "printf.h"
#include "string.h"

#define NAME_LEAF 0x80000002u /* and the two that follow */

/* Bits 0 to 31 of EDX of leaf 1. */
static const char features[32][8] = {
	"fpu",  "vme",  "de",   "pse", "tsc",  "msr", "pae",   "mce", "cx8",     "apic", "",
	"sep",  "mtrr", "pge",  "mca", "cmov", "pat", "pse36", "pn",  "clflush", "",     "dts",
	"acpi", "mmx",  "fxsr", "sse", "sse2", "ss",  "ht",    "tm",  "ia64",    "pbe"};

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
	size_t n = 0;

	memset(cpu, 0, sizeof(*cpu));
	cpuid(0, r);
	memcpy(cpu->vendor, &r[1], 4);
	memcpy(cpu->vendor + 4, &r[3], 4);
	memcpy(cpu->vendor + 8, &r[2], 4);
	cpuid(NAME_LEAF & 0x80000000u, r);
	for (i = 0; i < 3 && r[0] >= NAME_LEAF + 2; i++)
		cpuid(NAME_LEAF + i, (uint32_t *)(cpu->name + 16 * i));
	cpuid(1, r);
	cpu->stepping = r[0] & 15;
	cpu->family = r[0] >> 8 & 15;
	cpu->model = r[0] >> 4 & 15;
	if (cpu->family == 6 || cpu->family == 15)
		cpu->model |= r[0] >> 12 & 0xf0;
	if (cpu->family == 15)
		cpu->family += r[0] >> 20 & 0xff;
	for (i = 0; i < 32; i++)
		if ((r[3] >> i & 1) && features[i][0] != '\0')
			n += snprintf(cpu->flags + n, sizeof(cpu->flags) - n, "%s ", features[i]);
}
