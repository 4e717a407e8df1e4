/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of /proc/cpuinfo: what the CPUID instruction reports, with Linux's names.
 * Intel SDM vol. 2, CPUID: leaves 0, 1, and 0x80000000 to 0x80000008.
 */
#include <machine.h>

#include "base/printf.h"
#include "base/string.h"

#define EXTENDED 0x80000000u

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* Returns what the instruction CPUID says for a leaf (EAX), with subleaf (ECX) 0. */
static struct cpuid
cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "0"(leaf), "2"(0));
	return r;
}

/* The name of each bit, from bit 0 on; bits with an empty name are not shown. */
static const char features_edx[] =
	"fpu,vme,de,pse,tsc,msr,pae,mce,cx8,apic,,sep,mtrr,pge,mca,cmov,pat,pse36,pn,clflush,,"
	"dts,acpi,mmx,fxsr,sse,sse2,ss,ht,tm,ia64,pbe";
static const char features_ecx[] =
	"pni,pclmulqdq,dtes64,monitor,ds_cpl,vmx,smx,est,tm2,ssse3,cid,sdbg,fma,cx16,xtpr,pdcm,,"
	"pcid,dca,sse4_1,sse4_2,x2apic,movbe,popcnt,tsc_deadline_timer,aes,xsave,,avx,f16c,"
	"rdrand,hypervisor";

/* Appends the names of the bits that are set in bits, each after a space. */
static void
add_features(struct out *o, uint32_t bits, const char *names)
{
	for (; *names != '\0'; bits >>= 1) {
		if ((bits & 1) && *names != ',')
			out_add(o, " ");
		for (; *names != ',' && *names != '\0'; names++)
			if (bits & 1)
				out_add(o, "%c", *names);
		names += *names == ',';
	}
}

/* Stores the CPU's brand string, up to 48 bytes from leaves 0x80000002 to 0x80000004, in name;
 * "unknown" if the CPU lacks those leaves. */
static void
brand(uint32_t highest, char name[49])
{
	uint32_t leaf;

	memset(name, 0, 49);
	strlcpy(name, "unknown", 49);
	for (leaf = EXTENDED + 2; leaf <= EXTENDED + 4 && highest >= EXTENDED + 4; leaf++) {
		struct cpuid r = cpuid(leaf);

		memcpy(name + (leaf - EXTENDED - 2) * sizeof(r), &r, sizeof(r));
	}
}

size_t
machine_cpu_text(char *buf, size_t size)
{
	struct out o = {.buf = buf, .size = size};
	struct cpuid zero = cpuid(0), one = cpuid(1);
	uint32_t highest = cpuid(EXTENDED).eax;
	uint32_t family = one.eax >> 8 & 15, model = one.eax >> 4 & 15;
	uint32_t width = highest >= EXTENDED + 8 ? cpuid(EXTENDED + 8).eax : 0x2020;
	char vendor[13] = "", name[49];

	memcpy(vendor, &zero.ebx, 4);
	memcpy(vendor + 4, &zero.edx, 4);
	memcpy(vendor + 8, &zero.ecx, 4);
	if (family == 6 || family == 15)
		model += (one.eax >> 16 & 15) << 4;
	if (family == 15)
		family += one.eax >> 20 & 255;
	brand(highest, name);
	out_add(&o, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\n", vendor, family);
	out_add(&o, "model\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n", model, name, one.eax & 15);
	out_add(&o,
	        "physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\napicid\t\t: %u\n",
	        one.ebx >> 24);
	out_add(&o,
	        "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
	        zero.eax);
	add_features(&o, one.edx, features_edx);
	add_features(&o, one.ecx, features_ecx);
	out_add(&o, "\nbugs\t\t:\nclflush size\t: %u\ncache_alignment\t: %u\n",
	        (one.ebx >> 8 & 255) * 8, (one.ebx >> 8 & 255) * 8);
	out_add(&o, "address sizes\t: %u bits physical, %u bits virtual\n\n", width & 255,
	        width >> 8 & 255);
	return o.len;
}
