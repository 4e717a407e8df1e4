/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
