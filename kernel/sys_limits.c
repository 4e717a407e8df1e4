/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls about limits, and about the machine that programs share. */
#include "abi/errno.h"
#include "proc.h"

#define NONE                                                                                       \
	{                                                                                          \
		RLIM_INFINITY, RLIM_INFINITY                                                       \
	}
const struct abi_rlimit rlimit_first[RLIMIT_NLIMITS] = {
	NONE,
	NONE,
	NONE,
	{8u << 20, RLIM_INFINITY},
	{0, RLIM_INFINITY},
	NONE,
	NONE,
	{OPEN_MAX, OPEN_MAX},
	NONE,
	NONE,
	NONE,
	NONE,
	{0, 0},
	{0, 0},
	{0, 0},
	NONE,
};
