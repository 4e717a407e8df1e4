/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=8 --append shmseg=4 --append shmall=64 --append shmmax=64K */
/* The same, where every limit is near. */
#define NAME "modelfew"
#include "model.c"
