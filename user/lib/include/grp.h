/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sys/types.h>

struct group {
	char *gr_name;
	gid_t gr_gid;
};

struct group *getgrgid(gid_t gid);
