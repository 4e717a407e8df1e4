/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef int ssize_t;
typedef long off_t, suseconds_t;
typedef int pid_t, key_t, clockid_t;
typedef unsigned uid_t, gid_t, mode_t, nlink_t, useconds_t, blksize_t;
typedef unsigned long long ino_t, dev_t, blkcnt_t;
typedef long long time_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned u_int;
typedef unsigned long u_long;
