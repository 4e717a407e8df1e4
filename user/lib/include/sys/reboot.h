/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <abi/misc.h>

#define RB_AUTOBOOT ((int)REBOOT_CMD_RESTART)
#define RB_HALT_SYSTEM ((int)REBOOT_CMD_HALT)
#define RB_POWER_OFF ((int)REBOOT_CMD_POWER_OFF)

int reboot(int cmd);
