/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of a debug build that nothing sleeps where it must not: base/sleep.h. */
#include "base/sleep.h"

#include "host.h"
#include "proc/clock.h"

static frame_t frame;

static void
sleeps_with_low_window(void)
{
	window_open(frame);
	sched_point();
}

static void
sleeps_with_high_window(void)
{
	window_open(machine_low_frames);
	sched_point();
}

/* vm_object_create() may sleep, but only on request, and none is made here. */
static void
might_sleep_with_window(void)
{
	struct vm_object *obj;

	window_open(frame);
	vm_object_create(1, &obj);
}

static void
does_not(void (*fn)(void))
{
	DOES_NOT_SLEEP;

	fn();
}

static void
sleeps_in_a_function_that_does_not(void)
{
	does_not(sched_yield);
}

static void
nothing(void)
{
}

static void
outer(void)
{
	does_not(nothing);
	sched_yield();
}

/* When two functions that must not sleep are nested, the outer one still must not sleep
 * after the inner one has returned. */
static void
sleeps_in_the_outer_of_two(void)
{
	does_not(outer);
}

static void
sleep_in_timer(void *arg)
{
	sched_yield();
}

static void
sleeps_in_an_interrupt(void)
{
	static struct timer t;

	timer_set(&t, 1, sleep_in_timer, NULL);
	clock_tick(false);
}

int
main(void)
{
	host_boot(2048, 1024, "");
	frame_alloc(&frame);
	ok(asserts(sleeps_with_low_window), "a sleep with a window of a low frame open panics");
	ok(asserts(sleeps_with_high_window), "a sleep with a window of a high frame open panics");
	ok(asserts(might_sleep_with_window), "so does a call that may sleep, where it does not");
	ok(asserts(sleeps_in_a_function_that_does_not),
	   "a sleep in a function that doesn't panics");
	ok(asserts(sleeps_in_the_outer_of_two), "so does one in the outer of two such functions");
	ok(asserts(sleeps_in_an_interrupt), "a timer's function that sleeps panics");

	window_close(window_open(frame));
	does_not(nothing);
	sched_yield();
	ok(true, "after all of them a sleep is allowed");
	frame_unref(frame);
	return host_end();
}
