/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/fcntl.h>

struct winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

int ioctl(int fd, unsigned long request, ...);
