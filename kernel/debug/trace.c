/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of the last events. Not in the release kernel: trace.h. */
#include "debug/trace.h"

#ifdef TRACE
#include <machine.h>

#include "base/cmdline.h"
#include "base/printf.h"
#include "base/string.h"
#include "mem/frame.h"
#include "proc/proc.h"

#define EVENTS 4096u /* a power of two, so that the count may wrap */

static struct trace_event ring[EVENTS];
static uint32_t count; /* of all events so far; the next one goes to ring[count % EVENTS] */
static bool port_wanted;

/* What trace_print() says of each kind. The arguments follow in order; %s is the text. */
static const char *const formats[TRACE_KINDS] = {
	[TRACE_START] = "start: %u frames are free, %u pages are committed",
	[TRACE_NAME] = "process %u is named %s",
	[TRACE_FORK] = "fork: process %u",
	[TRACE_EXIT] = "exit: status 0x%x",
	[TRACE_SWITCH] = "switch to process %u",
	[TRACE_SLEEP] = "sleep on 0x%x for %u ticks: %s",
	[TRACE_WAKE] = "wake process %u with %d: %s",
	[TRACE_CALL] = "call %s",
	[TRACE_BYTES] = "%u bytes at 0x%x: %s",
	[TRACE_RETURN] = "%s",
	[TRACE_SIGNAL] = "signal %u with code %d: 0x%x, 0x%x, 0x%x",
	[TRACE_FAULT] = "page fault at 0x%x, access %u",
	[TRACE_FRAME_ALLOC] = "frame 0x%x: %u taken, kind %u; %u are free",
	[TRACE_FRAME_FREE] = "frame 0x%x: %u freed, kind %u; %u are free",
	[TRACE_COMMIT] = "commit %u pages and %u tables: %u",
	[TRACE_RELEASE] = "release %u pages and %u tables: %u",
	[TRACE_SHM_GET] = "segment %d made, key 0x%x, %u bytes",
	[TRACE_SHM_ATTACH] = "segment %d attached at 0x%x by process %u: nattch %u",
	[TRACE_SHM_DETACH] = "segment %d detached by process %u: nattch %u",
	[TRACE_SHM_REMOVE] = "segment %d removed: nattch %u",
	[TRACE_SHM_FREE] = "segment %d freed",
};

void
trace_put(enum trace_kind kind, const uint32_t arg[TRACE_ARGS])
{
	struct trace_event *e = &ring[count++ % EVENTS];

	e->cycles = machine_cycles() - machine_start_cycles;
	e->kind = (uint16_t)kind;
	e->pid = curproc() != NULL ? (uint16_t)curproc()->pid : 0;
	memcpy(e->arg, arg, sizeof(e->arg));
	if (port_wanted)
		machine_trace(e, sizeof(*e));
}

void
trace_text(enum trace_kind kind, uint32_t a, uint32_t b, const char *text)
{
	uint32_t arg[TRACE_ARGS] = {a, b};

	strlcpy((char *)&arg[2], text, TRACE_TEXT);
	trace_put(kind, arg);
}

void
trace_bytes(uint32_t va, size_t n, const void *bytes)
{
	uint32_t arg[TRACE_ARGS] = {va, n};

	memcpy(&arg[2], bytes, n < TRACE_TEXT ? n : TRACE_TEXT);
	trace_put(TRACE_BYTES, arg);
}

void
trace_init(void)
{
	struct frame_stats st;

	port_wanted = cmdline_get("trace") != NULL; /* trace=port */
	frame_stats(&st);
	trace(TRACE_START, st.free, st.committed);
}

/* Writes to buf the text of an event's kind, with the event's arguments in it. */
static void
event_text(const struct trace_event *e, char *buf, size_t size)
{
	const char *fmt = formats[e->kind];
	const uint32_t *a = e->arg;
	char words[128];

	switch (e->kind) {
	case TRACE_CALL:
		trace_call_text(words, sizeof(words), a[0], &a[1]);
		snprintf(buf, size, fmt, words);
		break;
	case TRACE_RETURN:
		trace_result_text(words, sizeof(words), a[0], a[1]);
		snprintf(buf, size, fmt, words);
		break;
	case TRACE_BYTES:
		trace_bytes_text(words, sizeof(words), (const char *)&a[2],
		                 a[1] < TRACE_TEXT ? a[1] : TRACE_TEXT);
		snprintf(buf, size, fmt, a[1], a[0], words);
		break;
	case TRACE_NAME:
		snprintf(buf, size, fmt, a[0], (const char *)&a[2]);
		break;
	case TRACE_SLEEP:
	case TRACE_WAKE:
		snprintf(buf, size, fmt, a[0], a[1], (const char *)&a[2]);
		break;
	default:
		snprintf(buf, size, fmt, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	}
}

bool
trace_print(unsigned n, void (*print)(const char *fmt, ...))
{
	const struct trace_event *e;
	char text[192];
	uint32_t i;

	n = n < EVENTS ? n : EVENTS;
	for (i = count > n ? count - n : 0; i != count; i++) {
		e = &ring[i % EVENTS];
		event_text(e, text, sizeof(text));
		print("%u [%u] %s\n", (uint32_t)(e->cycles >> 10), e->pid, text);
	}
	return true;
}
#endif
