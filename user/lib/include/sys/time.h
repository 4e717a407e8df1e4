/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>
