/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the kernel, from the machine's start-up code to the first program: the order in
 * which the parts are initialized. */
#include <machine.h>

#include "base/assert.h"
#include "base/cmdline.h"
#include "base/printf.h"
#include "base/string.h"
#include "base/version.h"
#include "debug/gdbstub.h"
#include "debug/inject.h"
#include "debug/limit.h"
#include "debug/stretch.h"
#include "debug/trace.h"
#include "exec/exec.h"
#include "fs/file.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "shm/shm.h"
#include "tty/tty.h"
#include "vm/space.h"

/* Let the first process exec the program init. Ends the boot if that fails. */
static void
exec_init(const char *path)
{
	struct exec_args args = {.argc = 1, .envc = 2};
	const char *reason;
	int err;

	if (exec_args_add(&args, "TERM=vt100") != 0 || exec_args_add(&args, "PATH=/bin") != 0 ||
	    exec_args_add(&args, path) != 0)
		noboot("too little memory for init's arguments");
	err = exec_image(path, &args, &reason);
	if (err != 0)
		noboot("init %s: %s (error %d)", path, reason, err);
	exec_args_free(&args);
}

/* What process 1 runs first: it opens the console as descriptors 0 to 2 and execs init. When this
 * returns, the process goes to user mode as init. */
static void
init_main(void)
{
	const char *path = cmdline_get("init");
	uint64_t cycles;
	int fd;

	if (path == NULL)
		path = "/bin/init";
	do {
		if (file_open(fs_root(), "/dev/console", O_RDWR, 0, &fd) != 0)
			noboot("no console for init");
	} while (fd < 2);
	exec_init(path);
	if (cmdline_get("panic") != NULL)
		panic("asked for by the command line: %s", cmdline_get("panic"));
	cycles = machine_cycles() - machine_start_cycles;
	printf("init starts after %u cycles\n",
	       cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX);
}

/* Print the version and how much memory there is. */
static void
greet(void)
{
	struct frame_stats st;

	frame_stats(&st);
	printf("isthmus " ISTHMUS_VERSION ": %u KiB of memory, %u free\n", st.total * 4,
	       st.free * 4);
}

/* Choose where the log goes: the word log=com2 or log=com3, or else the console. */
static void
log_init(void)
{
	const char *log = cmdline_get("log");

	if (log != NULL && strcmp(log, "com2") == 0)
		log_line = 2;
	else if (log != NULL && strcmp(log, "com3") == 0)
		log_line = 3;
}

/* With the word low=16M let no more memory than that be low. So a small machine has high memory,
 * too. Low memory ends at a multiple of 4 MiB, or with RAM. */
static void
low_init(void)
{
	uint32_t all = machine_low_frames << PAGE_SHIFT;
	uint32_t low = cmdline_number("low", all, 2 * SPAN_SIZE, all);

	if (low < all)
		machine_low_frames = (low >> SPAN_SHIFT) * PTAB_PAGES;
}

void
kernel_main(const char *cmdline, const void *initrd, size_t initrd_len)
{
	cmdline_init(cmdline);
	log_init();
	cmdline_check();
	gdbstub_init();
	inject_init();
	limit_init();
	stretch_init();
	low_init();
	frame_init();
	trace_init();
	kmem_init();
	greet();
	vm_init();
	clock_init();
	shm_init();
	if (initrd == NULL)
		noboot("no initrd: give the image of user programs as the boot module");
	fs_init(initrd, initrd_len);
	tty_init();
	procfs_init();
	proc_init(init_main);
	sched_run();
}
