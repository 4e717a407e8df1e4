/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structures that cross the boundary have the published layout of Linux/i386: the
 * offset of each field and the size of the whole, checked when the kernel is compiled.
 */
#include "abi/fcntl.h"
#include "abi/misc.h"
#include "abi/poll.h"
#include "abi/resource.h"
#include "abi/shm.h"
#include "abi/signal.h"
#include "abi/stat.h"

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type " is " #bytes)
#define AT(type, field, offset)                                                                    \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),                         \
	               #type "." #field " is at " #offset)

/* ---- Shared memory: ipc64_perm, shmid64_ds, shminfo64, shm_info ---- */

AT(ipc_perm, key, 0);
AT(ipc_perm, uid, 4);
AT(ipc_perm, gid, 8);
AT(ipc_perm, cuid, 12);
AT(ipc_perm, cgid, 16);
AT(ipc_perm, mode, 20);
AT(ipc_perm, seq, 24);
AT(ipc_perm, spare, 28);
SIZE(ipc_perm, 36);
AT(shmid_ds, shm_perm, 0);
AT(shmid_ds, shm_segsz, 36);
AT(shmid_ds, shm_atime, 40);
AT(shmid_ds, shm_dtime, 48);
AT(shmid_ds, shm_ctime, 56);
AT(shmid_ds, shm_cpid, 64);
AT(shmid_ds, shm_lpid, 68);
AT(shmid_ds, shm_nattch, 72);
AT(shmid_ds, shm_spare, 76);
SIZE(shmid_ds, 84);
AT(shminfo64, shmmax, 0);
AT(shminfo64, shmmin, 4);
AT(shminfo64, shmmni, 8);
AT(shminfo64, shmseg, 12);
AT(shminfo64, shmall, 16);
SIZE(shminfo64, 36);
AT(shm_info, used_ids, 0);
AT(shm_info, shm_tot, 4);
AT(shm_info, shm_rss, 8);
AT(shm_info, shm_swp, 12);
SIZE(shm_info, 24);

/* ---- Files ---- */

AT(abi_iovec, base, 0);
AT(abi_iovec, len, 4);
SIZE(abi_iovec, 8);
AT(abi_pollfd, fd, 0);
AT(abi_pollfd, events, 4);
AT(abi_pollfd, revents, 6);
SIZE(abi_pollfd, 8);
AT(abi_stat64, st_dev, 0);
AT(abi_stat64, st_ino32, 12);
AT(abi_stat64, st_mode, 16);
AT(abi_stat64, st_nlink, 20);
AT(abi_stat64, st_uid, 24);
AT(abi_stat64, st_gid, 28);
AT(abi_stat64, st_rdev, 32);
AT(abi_stat64, st_size, 44);
AT(abi_stat64, st_blksize, 52);
AT(abi_stat64, st_blocks, 56);
AT(abi_stat64, st_atime, 64);
AT(abi_stat64, st_mtime, 72);
AT(abi_stat64, st_ctime, 80);
AT(abi_stat64, st_ino, 88);
SIZE(abi_stat64, 96);
AT(abi_statx, mask, 0);
AT(abi_statx, attributes, 8);
AT(abi_statx, nlink, 16);
AT(abi_statx, mode, 28);
AT(abi_statx, ino, 32);
AT(abi_statx, size, 40);
AT(abi_statx, blocks, 48);
AT(abi_statx, attributes_mask, 56);
AT(abi_statx, atime, 64);
AT(abi_statx, btime, 80);
AT(abi_statx, ctime, 96);
AT(abi_statx, mtime, 112);
AT(abi_statx, rdev_major, 128);
AT(abi_statx, dev_major, 136);
AT(abi_statx, mnt_id, 144);
SIZE(abi_statx, 256);
AT(abi_statfs64, type, 0);
AT(abi_statfs64, bsize, 4);
AT(abi_statfs64, blocks, 8);
AT(abi_statfs64, bfree, 16);
AT(abi_statfs64, bavail, 24);
AT(abi_statfs64, files, 32);
AT(abi_statfs64, ffree, 40);
AT(abi_statfs64, fsid, 48);
AT(abi_statfs64, namelen, 56);
AT(abi_statfs64, frsize, 60);
AT(abi_statfs64, flags, 64);
SIZE(abi_statfs64, 84);
AT(abi_dirent64, d_ino, 0);
AT(abi_dirent64, d_off, 8);
AT(abi_dirent64, d_reclen, 16);
AT(abi_dirent64, d_type, 18);
AT(abi_dirent64, d_name, 19);
AT(abi_dirent, d_ino, 0);
AT(abi_dirent, d_off, 4);
AT(abi_dirent, d_reclen, 8);
AT(abi_dirent, d_name, 10);
AT(abi_old_dirent, d_ino, 0);
AT(abi_old_dirent, d_off, 4);
AT(abi_old_dirent, d_namlen, 8);
AT(abi_old_dirent, d_name, 10);
AT(abi_stat, st_ino, 4);
AT(abi_stat, st_mode, 8);
AT(abi_stat, st_nlink, 10);
AT(abi_stat, st_uid, 12);
AT(abi_stat, st_gid, 14);
AT(abi_stat, st_rdev, 16);
AT(abi_stat, st_size, 20);
AT(abi_stat, st_blksize, 24);
AT(abi_stat, st_blocks, 28);
AT(abi_stat, st_atime, 32);
AT(abi_stat, st_mtime, 40);
AT(abi_stat, st_ctime, 48);
SIZE(abi_stat, 64);
AT(abi_old_stat, st_rdev, 12);
AT(abi_old_stat, st_size, 16);
AT(abi_old_stat, st_atime, 20);
AT(abi_old_stat, st_mtime, 24);
AT(abi_old_stat, st_ctime, 28);
SIZE(abi_old_stat, 32);
AT(abi_flock, l_whence, 2);
AT(abi_flock, l_start, 4);
AT(abi_flock, l_len, 8);
AT(abi_flock, l_pid, 12);
SIZE(abi_flock, 16);
AT(abi_flock64, l_whence, 2);
AT(abi_flock64, l_start, 4);
AT(abi_flock64, l_len, 12);
AT(abi_flock64, l_pid, 20);
SIZE(abi_flock64, 24);
AT(abi_termios, c_iflag, 0);
AT(abi_termios, c_oflag, 4);
AT(abi_termios, c_cflag, 8);
AT(abi_termios, c_lflag, 12);
AT(abi_termios, c_line, 16);
AT(abi_termios, c_cc, 17);
SIZE(abi_termios, 36);
AT(abi_winsize, ws_row, 0);
AT(abi_winsize, ws_col, 2);
AT(abi_winsize, ws_xpixel, 4);
AT(abi_winsize, ws_ypixel, 6);
SIZE(abi_winsize, 8);

/* ---- Time, limits, the system ---- */

AT(abi_timespec32, tv_sec, 0);
AT(abi_timespec32, tv_nsec, 4);
SIZE(abi_timespec32, 8);
AT(abi_timespec64, tv_sec, 0);
AT(abi_timespec64, tv_nsec, 8);
SIZE(abi_timespec64, 16);
AT(abi_timeval32, tv_sec, 0);
AT(abi_timeval32, tv_usec, 4);
SIZE(abi_timeval32, 8);
AT(abi_itimerval, it_interval, 0);
AT(abi_itimerval, it_value, 8);
SIZE(abi_itimerval, 16);
AT(abi_tms, tms_utime, 0);
AT(abi_tms, tms_stime, 4);
AT(abi_tms, tms_cutime, 8);
AT(abi_tms, tms_cstime, 12);
SIZE(abi_tms, 16);
AT(abi_rusage, ru_stime, 8);
AT(abi_rusage, ru_minflt, 32);
AT(abi_rusage, ru_majflt, 36);
SIZE(abi_rusage, 72);
AT(abi_rlimit, rlim_cur, 0);
AT(abi_rlimit, rlim_max, 4);
SIZE(abi_rlimit, 8);
AT(abi_rlimit64, rlim_cur, 0);
AT(abi_rlimit64, rlim_max, 8);
SIZE(abi_rlimit64, 16);
AT(abi_sysinfo, loads, 4);
AT(abi_sysinfo, totalram, 16);
AT(abi_sysinfo, freeswap, 36);
AT(abi_sysinfo, procs, 40);
AT(abi_sysinfo, totalhigh, 44);
AT(abi_sysinfo, mem_unit, 52);
SIZE(abi_sysinfo, 64);
AT(abi_utsname, machine, 4 * 65);
SIZE(abi_utsname, 6 * 65);
SIZE(abi_oldold_utsname, 5 * 9);
AT(abi_sched_param, sched_priority, 0);
SIZE(abi_sched_param, 4);
AT(abi_cap_header, version, 0);
AT(abi_cap_header, pid, 4);
SIZE(abi_cap_header, 8);
AT(abi_cap_set, effective, 0);
AT(abi_cap_set, permitted, 4);
AT(abi_cap_set, inheritable, 8);
SIZE(abi_cap_set, 12);
AT(abi_user_desc, entry_number, 0);
AT(abi_user_desc, base_addr, 4);
AT(abi_user_desc, limit, 8);
AT(abi_user_desc, flags, 12);
SIZE(abi_user_desc, 16);

/* ---- Signals ---- */

AT(abi_sigaction, handler, 0);
AT(abi_sigaction, flags, 4);
AT(abi_sigaction, restorer, 8);
AT(abi_sigaction, mask, 12);
SIZE(abi_sigaction, 20);
AT(abi_old_sigaction, handler, 0);
AT(abi_old_sigaction, mask, 4);
AT(abi_old_sigaction, flags, 8);
AT(abi_old_sigaction, restorer, 12);
SIZE(abi_old_sigaction, 16);
AT(abi_siginfo, si_signo, 0);
AT(abi_siginfo, si_errno, 4);
AT(abi_siginfo, si_code, 8);
AT(abi_siginfo, u.who.pid, 12);
AT(abi_siginfo, u.who.uid, 16);
AT(abi_siginfo, u.who.status, 20);
AT(abi_siginfo, u.who.utime, 24);
AT(abi_siginfo, u.who.stime, 28);
AT(abi_siginfo, u.fault.addr, 12);
SIZE(abi_siginfo, 128);
AT(abi_stack, ss_sp, 0);
AT(abi_stack, ss_flags, 4);
AT(abi_stack, ss_size, 8);
SIZE(abi_stack, 12);
