/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VERSION_H
#define VERSION_H

#define ISTHMUS_VERSION "0.1"
/* What uname() says: the release of Linux whose calls these are. */
#define LINUX_RELEASE "6.1.0-isthmus"
#define LINUX_BUILD "#1 isthmus " ISTHMUS_VERSION

#endif
