/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/fcntl.h>
#include <sys/types.h>

typedef unsigned tcflag_t;
typedef unsigned char cc_t;

struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_line, c_cc[NCCS];
};

#define TCSANOW 0
#define TCSADRAIN 1
#define TCSAFLUSH 2

int tcgetattr(int fd, struct termios *t), tcsetattr(int fd, int when, const struct termios *t);
