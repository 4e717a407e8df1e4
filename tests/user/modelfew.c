/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=8 --append shmseg=4 --append shmall=64 --append shmmax=64K */
/* The model against the kernel, as in model.c, with limits so low that all of them are reached. */
#define NAME "modelfew"
#include "model.c"
