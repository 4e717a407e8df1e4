/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The start of the machine, from boot.asm to kernel_main(), and its end. The start learns from
 * the boot loader which RAM exists, and takes the kernel's image and the boot module out of it.
 */
#include "i386.h"

#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "debug/gdbstub.h"

/* Multiboot 0.6.96, section 3.3. */
#define BOOT_MAGIC 0x2badb002u
#define INFO_MEMORY 0x01u
#define INFO_CMDLINE 0x04u
#define INFO_MODULES 0x08u
#define INFO_MAP 0x40u
#define MAP_RAM 1

struct boot_info {
	uint32_t flags;
	uint32_t mem_lower, mem_upper; /* KiB */
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
};

struct boot_module {
	uint32_t start, end, string, reserved;
};

struct boot_map_entry {
	uint32_t size; /* bytes of the entry after this field */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

#define FIRST_FRAME 0x100u /* 1 MiB: what lies below belongs to the PC's firmware */
#define FRAMES_4GIB 0x100000u
#define RAM_RANGES 32
#define CMDLINE_SIZE 1024

#define PORT_VERDICT 0xe9   /* QEMU -debugcon */
#define PORT_TRACE 0xe8     /* another -debugcon */
#define PORT_EXIT 0xf4      /* QEMU isa-debug-exit */
#define PORT_KEYBOARD 0x64  /* its controller's command port */
#define KEYBOARD_RESET 0xfe /* pulse the CPU's reset line */
#define PORT_WATCHDOG 0x443 /* QEMU -device ib700 */
#define WATCHDOG_30S 0      /* each number more is two seconds less */
#define PORT_ACPI 0x604     /* PM1a control of QEMU's PC */
#define ACPI_POWER_OFF 0x2000

struct ram_range machine_ram[RAM_RANGES];
unsigned machine_ram_count;
struct ram_range machine_kept[2];
unsigned machine_kept_count;
frame_t machine_low_frames = DIRECT_FRAMES; /* all of the direct map, until RAM is known */
frame_t kernel_dir;
uint64_t machine_start_cycles;

void start_c(uint32_t magic, uint32_t info);

/* Returns the kernel's address of a physical address. Ends the boot if it is not mapped. */
static void *
physical(uint32_t paddr)
{
	if (paddr >> PAGE_SHIFT >= DIRECT_FRAMES)
		noboot("the boot loader left its data beyond 896 MiB");
	return (void *)(KERNEL_BASE + paddr);
}

/* Insert a range of frames as machine_ram[at]. An empty range, and one for which there is no room,
 * is left out. */
static void
ram_insert(unsigned at, frame_t start, frame_t end)
{
	if (start >= end || machine_ram_count == RAM_RANGES)
		return;
	memmove(machine_ram + at + 1, machine_ram + at,
	        (machine_ram_count++ - at) * sizeof(*machine_ram));
	machine_ram[at] = (struct ram_range){start, end};
}

/* Adds the whole frames of the bytes [base, base + length) to machine_ram, which stays in ascending
 * order. Frames that an earlier range has already are not added again. */
static void
ram_add(uint64_t base, uint64_t length)
{
	uint64_t first = (base + PAGE_MASK) >> PAGE_SHIFT, last = (base + length) >> PAGE_SHIFT;
	frame_t start, end;
	unsigned i;

	if (last > FRAMES_4GIB)
		last = FRAMES_4GIB;
	if (first < FIRST_FRAME)
		first = FIRST_FRAME;
	if (first >= last)
		return;
	start = (frame_t)first;
	end = (frame_t)last;
	for (i = 0; i < machine_ram_count && machine_ram[i].start <= start; i++)
		if (start < machine_ram[i].end)
			start = machine_ram[i].end;
	if (i < machine_ram_count && end > machine_ram[i].start)
		end = machine_ram[i].start;
	ram_insert(i, start, end);
}

/* Takes the frames [start, end) out of machine_ram, and adds them to machine_kept. */
static void
ram_keep(frame_t start, frame_t end)
{
	unsigned i;

	machine_kept[machine_kept_count++] = (struct ram_range){start, end};
	for (i = 0; i < machine_ram_count; i++) {
		struct ram_range *r = machine_ram + i;
		frame_t tail = r->end;

		if (r->end <= start || r->start >= end)
			continue;
		r->end = start > r->start ? start : r->start;
		ram_insert(i + 1, end, tail);
	}
}

/* Fill machine_ram from the loader's map of memory, or from its size if there is no map, without
 * the frames of the kernel itself. Ends the boot if there is none. machine_low_frames becomes at
 * most the end of memory. */
static void
ram_init(const struct boot_info *info)
{
	uint32_t at = info->mmap_addr, limit = info->mmap_addr + info->mmap_length;
	frame_t end;

	if (info->flags & INFO_MAP) {
		while (at < limit) {
			const struct boot_map_entry *e = physical(at);

			if (e->type == MAP_RAM)
				ram_add(e->base, e->length);
			at += e->size + sizeof(e->size);
		}
	} else if (info->flags & INFO_MEMORY) {
		ram_add(FIRST_FRAME << PAGE_SHIFT, (uint64_t)info->mem_upper << 10);
	}
	if (machine_ram_count == 0)
		noboot("the boot loader gave no memory map");
	end = machine_ram[machine_ram_count - 1].end;
	if (end < machine_low_frames)
		machine_low_frames = end;
	ram_keep(kva_frame(image_start), kva_frame(image_end + PAGE_MASK));
}

/* Start in C, called by boot.asm with what the loader left in EAX and EBX: set up the machine, find
 * the memory, the command line and the boot image, and call kernel_main(). Does not return. */
void
start_c(uint32_t magic, uint32_t info_paddr)
{
	static char cmdline[CMDLINE_SIZE]; /* static: an eighth of the boot stack */
	const struct boot_info *info;
	const struct boot_module *module;
	const void *initrd = NULL;
	size_t initrd_len = 0;

	kernel_dir = kva_frame(boot_dir);
	window_init();
	kstack_init();
	serial_init();
	vga_init();
	segments_init();
	fpu_init();
	pic_init();
	pit_init();
	keyboard_init();

	if (magic != BOOT_MAGIC)
		noboot("a multiboot loader is needed");
	info = physical(info_paddr);
	if (info->flags & INFO_CMDLINE)
		strlcpy(cmdline, physical(info->cmdline), sizeof(cmdline));
	ram_init(info);
	if ((info->flags & INFO_MODULES) && info->mods_count > 0) {
		module = physical(info->mods_addr);
		initrd_len = module->end - module->start;
		physical(module->end);
		initrd = physical(module->start);
		ram_keep(module->start >> PAGE_SHIFT, (module->end + PAGE_MASK) >> PAGE_SHIFT);
	}
	kernel_main(cmdline, initrd, initrd_len);
}

void
machine_trace(const void *data, size_t n)
{
	outsb(PORT_TRACE, data, n);
}

void
machine_watch(unsigned seconds)
{
	outb(PORT_WATCHDOG, (uint8_t)(WATCHDOG_30S + (30 - seconds) / 2));
}

void
machine_reset(void)
{
	outb(PORT_KEYBOARD, KEYBOARD_RESET);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Writes the verdict to QEMU's debug port, for tools/run, and ends the emulator or powers off. */
void
machine_shutdown(enum verdict v, int status)
{
	static const char *const words[] = {"exit", "panic", "noboot", "off", "limit"};
	char line[16];
	const char *s = line;

	if (v == VERDICT_EXIT)
		snprintf(line, sizeof(line), "exit %d\n", status & 0xff);
	else
		snprintf(line, sizeof(line), "%s\n", words[v - VERDICT_EXIT]);
	gdbstub_ended(status);
	serial_drain();
	while (*s != '\0')
		outb(PORT_VERDICT, (uint8_t)*s++);
	outb(PORT_EXIT, (uint8_t)v);
	outw(PORT_ACPI, ACPI_POWER_OFF);
	for (;;)
		__asm__ volatile("cli; hlt");
}
