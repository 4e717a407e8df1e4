/* SPDX-License-Identifier: BSD-2-Clause */
/* poll and select: Linux/i386's numbers. */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#include <stdint.h>

#define POLLIN 0x001
#define POLLPRI 0x002
#define POLLOUT 0x004
#define POLLERR 0x008
#define POLLHUP 0x010
#define POLLNVAL 0x020
#define POLLRDNORM 0x040
#define POLLRDBAND 0x080
#define POLLWRNORM 0x100
#define POLLWRBAND 0x200
/* What a file that can be read, or written, shows. */
#define POLL_READ (POLLIN | POLLRDNORM)
#define POLL_WRITE (POLLOUT | POLLWRNORM)

struct abi_pollfd {
	int32_t fd; /* negative: none */
	int16_t events, revents;
};

#endif
