/* SPDX-License-Identifier: BSD-2-Clause */
/* kill [-SIGNAL] PID...: sends a signal, given by number or name (TERM if it is omitted). The shell
 * itself does it, for it knows which processes are job %N. */
#include "sh.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char names[][5] = {"0",   "HUP",  "INT",  "QUIT", "ILL",  "TRAP", "ABRT", "BUS",
                                "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
                                "",    "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU"};

static int
signal_number(const char *s)
{
	char *end;
	int n = strtol(s, &end, 10);

	if (*s && *end == 0)
		return n;
	s += strncmp(s, "SIG", 3) ? 0 : 3;
	for (n = sizeof(names) / sizeof(*names) - 1; n >= 0; n--) {
		if (*s && strcasecmp(s, names[n]) == 0)
			break;
	}
	return n;
}

int
do_kill(int argc, char **argv)
{
	int sig = SIGTERM, failed = 0, i = 1;

	if (argc > 1 && argv[1][0] == '-')
		sig = signal_number(argv[i++] + 1);
	if (sig < 0 || i >= argc) {
		fprintf(stderr, "usage: kill [-SIGNAL] PID|%%JOB...\n");
		return 1;
	}
	for (; i < argc; i++) {
		char *end;
		long pid = strtol(argv[i], &end, 10);

		if (*argv[i] == '%') {
			failed |= job_kill(argv[i], sig);
		} else if (end == argv[i] || *end) {
			fprintf(stderr, "kill: %s: not a process id\n", argv[i]);
			failed = 1;
		} else if (kill(pid, sig) < 0) {
			failed = complain("kill", argv[i]);
		}
	}
	return failed;
}
