/* SPDX-License-Identifier: BSD-2-Clause */
/* The counts of costly events: debug/events.h. */
#include "debug/events.h"

#ifdef DEBUG
#include "base/printf.h"

uint32_t event_counts[EVENT_KINDS];

void
events_show(char *buf, size_t size)
{
	const uint32_t *n = event_counts;

	snprintf(buf, size, "%u %u %u %u %u %u", n[EVENT_CR3], n[EVENT_INVLPG], n[EVENT_FAULT],
	         n[EVENT_SWITCH], n[EVENT_DEVICE], n[EVENT_INTERRUPT]);
}
#endif
