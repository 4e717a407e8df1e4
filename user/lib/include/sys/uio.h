/* SPDX-License-Identifier: BSD-2-Clause */
#include <unistd.h>
