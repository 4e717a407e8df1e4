/* SPDX-License-Identifier: BSD-2-Clause */
/* poweroff: leave the machine. */
#include <stdio.h>
#include <sys/reboot.h>

int
main(void)
{
	reboot(RB_POWER_OFF);
	perror("poweroff");
	return 1;
}
