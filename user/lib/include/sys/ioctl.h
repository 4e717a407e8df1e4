/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminals; termios.h includes this header. */
#pragma once

#include "abi/fcntl.h"
#include <sys/types.h>

#define TCSANOW 0
#define TCSADRAIN 1
#define TCSAFLUSH 2
#define tcgetattr(fd, t) ioctl(fd, TCGETS, t)
#define tcsetattr(fd, when, t) ioctl(fd, TCSETS + (when), t)

typedef unsigned tcflag_t;
typedef unsigned char cc_t;

struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_line, c_cc[NCCS];
};
struct winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

int ioctl(int fd, unsigned long request, ...);
