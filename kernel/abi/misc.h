/* SPDX-License-Identifier: BSD-2-Clause */
/* Small structures and numbers of the Linux/i386 ABI: time, wait, limits. */
#ifndef ABI_MISC_H
#define ABI_MISC_H

#include <stdint.h>

#define WNOHANG 1
#define WUNTRACED 2
#define WSTOPPED WUNTRACED
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x1000000u
#define WNOTHREAD 0x20000000u
#define WALL 0x40000000u
#define WCLONE 0x80000000u

/* whom waitid waits for */
#define P_ALL 0
#define P_PID 1
#define P_PGID 2
#define P_PIDFD 3

/* clone */
#define CLONE_SIGNAL 0xffu /* what the parent gets at the child's end */
#define CLONE_VM 0x100u
#define CLONE_VFORK 0x4000u
#define CLONE_SYSVSEM 0x40000u
#define CLONE_PARENT_SETTID 0x100000u
#define CLONE_CHILD_CLEARTID 0x200000u
#define CLONE_DETACHED 0x400000u
#define CLONE_UNTRACED 0x800000u
#define CLONE_CHILD_SETTID 0x1000000u

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

#define ITIMER_REAL 0

struct abi_timespec32 {
	int32_t tv_sec;
	int32_t tv_nsec;
};
struct abi_timespec64 {
	int64_t tv_sec;
	int32_t tv_nsec;
	int32_t pad;
};
struct abi_timeval32 {
	int32_t tv_sec;
	int32_t tv_usec;
};

struct abi_itimerval {
	struct abi_timeval32 it_interval, it_value;
};
struct abi_tms {
	uint32_t tms_utime, tms_stime, tms_cutime, tms_cstime;
};

struct abi_rusage {
	struct abi_timeval32 ru_utime, ru_stime;
	int32_t ru_sizes[4]; /* not counted */
	int32_t ru_minflt, ru_majflt;
	int32_t rest[8];
};

#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_NICE 13
#define RLIMIT_RTTIME 15
#define RLIMIT_NLIMITS 16
#define RLIM_INFINITY 0xffffffffu
struct abi_rlimit {
	uint32_t rlim_cur, rlim_max;
};
struct abi_rlimit64 {
	uint64_t rlim_cur, rlim_max;
};

struct abi_sysinfo {
	int32_t uptime;
	uint32_t loads[3]; /* of 65536 */
	uint32_t totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint32_t totalhigh, freehigh;
	uint32_t mem_unit;
	uint8_t rest[8];
};

struct abi_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

/* The oldest form has five names of at most 8 bytes. */
struct abi_oldold_utsname {
	char name[5][9];
};

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793
#define REBOOT_CMD_RESTART 0x01234567
#define REBOOT_CMD_HALT 0xcdef0123
#define REBOOT_CMD_POWER_OFF 0x4321fedc

#define CAP_VERSION_1 0x19980330u
#define CAP_VERSION_2 0x20071026u
#define CAP_VERSION_3 0x20080522u
#define CAP_LAST 40
struct abi_cap_header {
	uint32_t version;
	int32_t pid;
};
/* Of 32 capabilities. Version 1 has one such set; the others two, the lower half first. */
struct abi_cap_set {
	uint32_t effective, permitted, inheritable;
};

#define GRND_NONBLOCK 1
#define GRND_RANDOM 2
#define GRND_INSECURE 4

#define NGROUPS_MAX 32
#define OPEN_MAX 1024 /* descriptors of one process */

/* struct user_desc of set_thread_area */
struct abi_user_desc {
	uint32_t entry_number;
	uint32_t base_addr;
	uint32_t limit;
	uint32_t flags; /* bit 0 32-bit, 1-2 contents, 3 read/exec only,
			   4 limit in pages, 5 not present, 6 useable */
};

/* keys of the auxiliary vector, System V ABI i386 supplement, figure 3-34 */
#define AT_NULL 0
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_BASE 7
#define AT_FLAGS 8
#define AT_ENTRY 9
#define AT_UID 11
#define AT_EUID 12
#define AT_GID 13
#define AT_EGID 14
#define AT_HWCAP 16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25
#define AT_EXECFN 31

#endif
