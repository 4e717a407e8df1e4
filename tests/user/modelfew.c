/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=8 --append shmseg=4 --append shmall=64 --append shmmax=64K */
/* Compares the kernel with the model, as model.c does, with limits so low that all are reached. */
#define NAME "modelfew"
#include "model.c"
