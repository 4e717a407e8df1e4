/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /proc that are about the whole system. */
#include "clock.h"
#include "file.h"
#include "frame.h"
#include "procfs.h"
#include "shm.h"
#include "version.h"

#define KIB (PAGE_SIZE / 1024)

static int
show_meminfo(struct text *t, int pid)
{
	struct frame_stats st;

	(void)pid;
	frame_stats(&st);
	text_add(t, "MemTotal:     %10u kB\n", st.total * KIB);
	text_add(t, "MemFree:      %10u kB\n", st.free * KIB);
	text_add(t, "MemAvailable: %10u kB\n", (st.total - st.kernel - st.committed) * KIB);
	text_add(t, "SwapTotal:    %10u kB\n", 0);
	text_add(t, "SwapFree:     %10u kB\n", 0);
	text_add(t, "Committed_AS: %10u kB\n", st.committed * KIB);
	return 0;
}

static int
show_uptime(struct text *t, int pid)
{
	uint32_t nsec;
	int64_t sec;

	(void)pid;
	clock_monotonic(&sec, &nsec);
	text_add(t, "%lld.%02u 0.00\n", sec, nsec / 10000000);
	return 0;
}

static int
show_version(struct text *t, int pid)
{
	(void)pid;
	text_add(t, "isthmus version " ISTHMUS_VERSION "\n");
	return 0;
}

/* The cursor counts bytes ever logged. */
static int
show_kmsg(struct text *t, int pid)
{
	(void)pid;
	t->len = log_read(&t->cursor, t->buf, sizeof(t->buf));
	return 0;
}

const struct proc_file proc_root_files[] = {
	{"meminfo", 0444, false, show_meminfo, NULL},
	{"uptime", 0444, false, show_uptime, NULL},
	{"version", 0444, false, show_version, NULL},
	{"kmsg", 0400, true, show_kmsg, NULL},
	{"frames", 0444, true, frames_show, frames_mark},
	{NULL, 0, false, NULL, NULL},
};

/* Cursor 0 is the heading, n + 1 stands for slot n. Linux's columns. */
static int
show_shm(struct text *t, int pid)
{
	struct shmid_ds ds;
	uint32_t resident;
	int32_t id;

	(void)pid;
	if (t->cursor++ == 0) {
		text_add(t,
		         "       key      shmid perms                  size  cpid  lpid nattch   "
		         "uid   gid  cuid  cgid      atime      dtime      ctime"
		         "                   rss                  swap\n");
		return 0;
	}
	while (t->cursor <= shm_slot_limit() + 1) {
		if (shm_slot_stat(t->cursor - 2, &ds, &id, &resident)) {
			const struct ipc_perm *perm = &ds.shm_perm;

			text_add(t, "%10d %10d  %4o %10u %5d %5d  ", perm->key, id, perm->mode,
			         ds.shm_segsz, ds.shm_cpid, ds.shm_lpid);
			text_add(t, "%5u %5u %5u %5u %5u %10lld %10lld %10lld %10u %10u\n",
			         ds.shm_nattch, perm->uid, perm->gid, perm->cuid, perm->cgid,
			         ds.shm_atime, ds.shm_dtime, ds.shm_ctime, resident * PAGE_SIZE, 0);
			return 0;
		}
		t->cursor++;
	}
	return 0;
}

const struct proc_file proc_ipc_files[] = {
	{"shm", 0444, true, show_shm, NULL},
	{NULL, 0, false, NULL, NULL},
};

#define LIMIT(limit) \
	static int show_##limit(struct text *t, int pid) \
	{ \
		(void)pid; \
		text_add(t, "%u\n", shminfo.limit); \
		return 0; \
	}
LIMIT(shmmax)
LIMIT(shmall)
LIMIT(shmmni)
LIMIT(shmseg)

const struct proc_file proc_sys_files[] = {
	{"shmmax", 0444, false, show_shmmax, NULL},
	{"shmall", 0444, false, show_shmall, NULL},
	{"shmmni", 0444, false, show_shmmni, NULL},
	{"shmseg", 0444, false, show_shmseg, NULL},
	{NULL, 0, false, NULL, NULL},
};
