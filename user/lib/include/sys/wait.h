/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/misc.h"
#include <sys/types.h>

#define WEXITSTATUS(s) (((s) >> 8) & 0xff)
#define WTERMSIG(s) ((s)&0x7f)
#define WSTOPSIG(s) WEXITSTATUS(s)
#define WIFEXITED(s) (WTERMSIG(s) == 0)
#define WIFSTOPPED(s) (((s)&0xff) == 0x7f)
#define WIFCONTINUED(s) ((s) == 0xffff)
#define WIFSIGNALED(s) (!WIFEXITED(s) && !WIFSTOPPED(s) && !WIFCONTINUED(s))

pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, void *rusage);
#define wait(status) waitpid(-1, status, 0)
