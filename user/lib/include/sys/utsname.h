/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

struct utsname {
	char sysname[65], nodename[65], release[65];
	char version[65], machine[65], domainname[65];
};

int uname(struct utsname *u);
