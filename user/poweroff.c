/* SPDX-License-Identifier: BSD-2-Clause */
/* poweroff: turns the machine off, which ends the emulator. */
#include "abi/misc.h"
#include <stdio.h>

int __sys_reboot(unsigned magic1, unsigned magic2, unsigned cmd, void *arg);

int
main(void)
{
	__sys_reboot(REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_CMD_POWER_OFF, NULL);
	perror("poweroff");
	return 1;
}
