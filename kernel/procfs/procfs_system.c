/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /proc about the whole system: /proc, /proc/sysvipc and /proc/sys/kernel. */
#include "abi/errno.h"
#include "base/cmdline.h"
#include "base/printf.h"
#include "base/version.h"
#include "debug/events.h"
#include "debug/inject.h"
#include "debug/stretch.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "shm/shm.h"
#include "vm/object.h"

#define KIB (PAGE_SIZE / 1024)

/* /proc/meminfo: how much memory there is and what for. */
static void
show_meminfo(struct text *t, const struct proc *p)
{
	struct frame_stats st;

	frame_stats(&st);
	text_add(t, "MemTotal:     %10u kB\n", st.total * KIB);
	text_add(t, "MemFree:      %10u kB\n", st.free * KIB);
	text_add(t, "MemAvailable: %10u kB\n", (st.total - st.kernel - st.committed) * KIB);
	text_add(t, "Buffers:      %10u kB\n", 0);
	/* The memory of files and of segments. None of it can be reclaimed. */
	text_add(t, "Cached:       %10u kB\n", vm_object_frames * KIB);
	text_add(t, "Shmem:        %10u kB\n", shm_resident() * KIB);
	text_add(t, "SReclaimable: %10u kB\n", 0);
	text_add(t, "SwapTotal:    %10u kB\n", 0);
	text_add(t, "SwapFree:     %10u kB\n", 0);
	text_add(t, "Committed_AS: %10u kB\n", st.committed * KIB);
}

/* /proc/uptime: the seconds since the boot, and those in which nobody ran. */
static void
show_uptime(struct text *t, const struct proc *p)
{
	struct abi_timespec64 up, idle;

	clock_monotonic(&up);
	clock_from_ticks(load_ticks[LOAD_IDLE], &idle);
	text_add(t, "%lld.%02u %lld.%02u\n", up.tv_sec, up.tv_nsec / 10000000, idle.tv_sec,
	         idle.tv_nsec / 10000000);
}

/* /proc/stat: where the time went, and how many processes there were. */
static void
show_stat(struct text *t, const struct proc *p)
{
	int i;

	/* user nice system idle iowait irq softirq steal guest guest_nice */
	for (i = 0; i < 2; i++)
		text_add(t, "cpu%s %llu 0 %llu %llu 0 0 0 0 0 0\n", i == 0 ? " " : "0",
		         load_ticks[LOAD_USER], load_ticks[LOAD_SYSTEM], load_ticks[LOAD_IDLE]);
	text_add(t, "btime %lld\nprocesses %u\nprocs_running %u\nprocs_blocked 0\n", clock_boot,
	         proc_forks, sched_runnable);
}

/* Show the lines without which vmstat refuses to run. There is no disk and no swap. */
static void
show_vmstat(struct text *t, const struct proc *p)
{
	struct frame_stats st;

	frame_stats(&st);
	text_add(t, "nr_free_pages %u\nnr_shmem %u\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n",
	         st.free, shm_resident());
}

/* /proc/loadavg: the load of 1, 5 and 15 minutes, runnable and all processes, the last pid. */
static void
show_loadavg(struct text *t, const struct proc *p)
{
	int i;

	for (i = 0; i < 3; i++)
		text_add(t, "%u.%02u ", load_average[i] >> 16,
		         ((load_average[i] & 0xffff) * 100) >> 16);
	text_add(t, "%u/%u %d\n", sched_runnable, proc_count, proc_last_pid);
}

/* /proc/cmdline: the kernel's command line. */
static void
show_cmdline(struct text *t, const struct proc *p)
{
	t->len = cmdline_read(t->buf, sizeof(t->buf));
}

/* /proc/kmsg: the log, as far as the ring still has it. The cursor counts the bytes that have ever
 * been logged. */
static void
show_kmsg(struct text *t, const struct proc *p)
{
	t->len = log_read(&t->cursor, t->buf, sizeof(t->buf));
}

/* /proc/cpuinfo: what the processor says of itself. */
static void
show_cpuinfo(struct text *t, const struct proc *p)
{
	t->len = machine_cpu_text(t->buf, sizeof(t->buf));
}

const char procfs_mounts[] = "ramfs / ramfs rw 0 0\nproc /proc proc rw 0 0";

#ifdef DEBUG
/* /proc/stretch, in the debug kernel: how long interrupts were off at most, and what for. */
static void
show_stretch(struct text *t, const struct proc *p)
{
	char text[80];

	stretch_show(text, sizeof(text));
	text_add(t, "%s\n", text);
}

/* /proc/events, in the debug kernel: how often each event of debug/events.h has happened. */
static void
show_events(struct text *t, const struct proc *p)
{
	char text[80];

	events_show(text, sizeof(text));
	text_add(t, "%s\n", text);
}
#endif

const struct procfs_file procfs_root_files[] = {
	{.name = "cmdline", .mode = 0444, .show = show_cmdline},
	{.name = "meminfo", .mode = 0444, .show = show_meminfo},
	{.name = "uptime", .mode = 0444, .show = show_uptime},
	{.name = "version",
         .mode = 0444,
         .text = "Linux version " LINUX_RELEASE " (isthmus) " LINUX_BUILD},
	{.name = "stat", .mode = 0444, .show = show_stat},
	{.name = "vmstat", .mode = 0444, .show = show_vmstat},
	{.name = "loadavg", .mode = 0444, .show = show_loadavg},
	{.name = "mounts", .mode = 0444, .text = procfs_mounts},
	{.name = "cpuinfo", .mode = 0444, .show = show_cpuinfo},
	{.name = "filesystems", .mode = 0444, .text = "nodev\tramfs\nnodev\tproc"},
	{.name = "kmsg", .mode = 0400, .many = true, .show = show_kmsg},
	{.name = "frames", .mode = 0400, .many = true, .show = procfs_show_frames},
#ifdef DEBUG
	{.name = "stretch", .mode = 0666, .show = show_stretch, .store = stretch_reset},
	{.name = "events", .mode = 0444, .show = show_events},
#endif
	{.name = NULL},
};

/* /proc/sysvipc/shm: at cursor 0 the heading, at cursor n + 1 the first segment in slot n or above.
 * The columns are Linux's. */
static void
show_shm(struct text *t, const struct proc *p)
{
	struct shmid_ds ds;
	uint32_t resident;
	int32_t id;

	if (t->cursor++ == 0) {
		text_add(t,
		         "       key      shmid perms       size  cpid  lpid nattch   uid   gid  "
		         "cuid  cgid      atime      dtime      ctime        rss       swap\n");
		return;
	}
	while (t->cursor <= shm_slot_limit() + 1) {
		if (shm_slot_stat(t->cursor - 2, &ds, &id, &resident)) {
			const struct ipc_perm *perm = &ds.shm_perm;

			text_add(t, "%10d %10d  %4o %10u %5d %5d  ", perm->key, id, perm->mode,
			         ds.shm_segsz, ds.shm_cpid, ds.shm_lpid);
			text_add(t, "%5u %5u %5u %5u %5u %10lld %10lld %10lld %10u %10u\n",
			         ds.shm_nattch, perm->uid, perm->gid, perm->cuid, perm->cgid,
			         ds.shm_atime, ds.shm_dtime, ds.shm_ctime, resident * PAGE_SIZE, 0);
			return;
		}
		t->cursor++;
	}
}

/* Show whether the invariants of shared memory hold (spec-shm.md, part 3): "ok", or the one that
 * does not. */
static void
show_check(struct text *t, const struct proc *p)
{
	uint64_t begun = machine_cycles();
	char what[128];

	text_add(t, "%s\n", shm_check(what, sizeof(what)) ? "ok" : what);
	stretch_skip(begun); /* only root can ask for it */
}

const struct procfs_file procfs_ipc_files[] = {
	{.name = "shm", .mode = 0444, .many = true, .show = show_shm},
	{.name = "check", .mode = 0400, .show = show_check}, /* root's: the check takes long */
	{.name = NULL},
};

/* ---- Knobs. A limit that is lowered applies to new requests only. ---- */

/* /proc/sys/kernel/fail: what the caller's process has asked to fail. */
static void
show_fail(struct text *t, const struct proc *p)
{
	char text[200];

	inject_show(text, sizeof(text));
	text_add(t, "%s\n", text);
}

/* TEXT_OF(M) is the value of the macro M as a string. */
#define QUOTE(number) #number
#define TEXT_OF(number) QUOTE(number)
#define KNOB(n, at, most)                                                                          \
	{                                                                                          \
		.name = n, .mode = 0644, .number = &(at), .max = most                              \
	}

const struct procfs_file procfs_sys_files[] = {
	KNOB("shmmax", shminfo.shmmax, UINT32_MAX),
	KNOB("shmall", shminfo.shmall, UINT32_MAX),
	KNOB("shmseg", shminfo.shmseg, SHM_ATTACH_MAX),
	{.name = "shmmni", .mode = 0444, .number = &shminfo.shmmni},
	KNOB("shm_allow_removed", shm_allow_removed, 1),
	/* There are no message queues and no semaphores. lsipc prints whatever its memory holds
         * as their limits unless it finds these files. */
	{.name = "msgmax", .mode = 0444, .text = "0"},
	{.name = "msgmnb", .mode = 0444, .text = "0"},
	{.name = "msgmni", .mode = 0444, .text = "0"},
	{.name = "sem", .mode = 0444, .text = "0\t0\t0\t0"},
	{.name = "ostype", .mode = 0444, .text = "Linux"},
	{.name = "osrelease", .mode = 0444, .text = LINUX_RELEASE},
	{.name = "version", .mode = 0444, .text = LINUX_BUILD},
	{.name = "hostname", .mode = 0444, .text = "isthmus"},
	{.name = "pid_max", .mode = 0444, .text = TEXT_OF(PID_MAX)},
	{.name = "threads-max", .mode = 0444, .text = TEXT_OF(PID_MAX)},
	{.name = "ngroups_max", .mode = 0444, .text = TEXT_OF(NGROUPS_MAX)},
	{.name = "fail", .mode = 0600, .show = show_fail, .store = inject_set},
	{.name = NULL},
};
