/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls in words, as in shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600): words.def says how. */
#include "debug/trace.h"

#ifdef TRACE
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/futex.h"
#include "abi/ipc.h"
#include "abi/misc.h"
#include "abi/mman.h"
#include "abi/resource.h"
#include "abi/shm.h"
#include "abi/signal.h"
#include "base/printf.h"
#include "base/string.h"

static const struct call {
	const char *name, *letters;
	const char *args; /* their names with ", " between */
} calls[] = {
#define SYSCALL(number, name, letters, ...) [number] = {#name, letters, #__VA_ARGS__},
#include "abi/syscalls.def"
#undef SYSCALL
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))
#define ALL 0xffffffffu

/* ---- What words.def says ---- */

static const struct rule {
	enum { IS_SET, IS_VALUE, IS_ARG, IS_RESULT } kind;
	const char *set, *text, *call; /* text: a format or a name */
	uint32_t mask, value;
} rules[] = {
#define SET(set, format) {IS_SET, #set, format, "", 0, 0},
#define VALUE(set, mask, name) {IS_VALUE, #set, #name, "", mask, (uint32_t)(uintptr_t)(name)},
#define BIT(set, name) {IS_VALUE, #set, #name, "", name, name},
#define ARG(set, call, argument) {IS_ARG, #set, #argument, #call, 0, 0},
#define RESULT(set, call) {IS_RESULT, #set, "", #call, 0, 0},
#include "debug/words.def"
};

#define RULES_END (rules + sizeof(rules) / sizeof(rules[0]))

/* ---- Text ---- */

/* Append a value by the words of its set, with | between them; bits that have no word follow as a
 * number. */
static void
add_value(struct out *o, const char *set, uint32_t value)
{
	const char *sep = "", *format = "";
	const struct rule *r;
	uint32_t left = ALL; /* the bits that no name stands for yet */

	for (r = rules; r < RULES_END; r++) {
		if (strcmp(r->set, set) != 0)
			continue;
		if (r->kind == IS_SET)
			format = r->text;
		if (r->kind != IS_VALUE || (r->mask & ~left) || (value & r->mask) != r->value)
			continue;
		out_add(o, "%s%s", sep, r->text);
		sep = "|";
		left &= ~r->mask;
	}
	value &= left;
	if (value == 0 && *sep != '\0')
		return;
	out_add(o, "%s", sep);
	out_add(o, value != 0 ? format : "0", value);
}

/* Returns the set of a call's argument with that name, or of its result. */
static const char *
set_of(const struct call *call, int kind, const char *name, size_t len, char letter)
{
	const struct rule *r;

	for (r = rules; r < RULES_END; r++)
		if ((int)r->kind == kind && strlen(r->text) == len &&
		    strncmp(r->text, name, len) == 0 &&
		    (strcmp(r->call, call->name) == 0 || strcmp(r->call, "any") == 0))
			return r->set;
	return letter == 'p' || letter == 's' ? "pointer" : letter == 'u' ? "size" : "number";
}

/* Returns the call with that number, or an unknown one. Of two numbers for one call, the first has
 * the names of the arguments. */
static const struct call *
call_at(uint32_t number)
{
	static const struct call none = {"unknown_call", "", ""};
	const struct call *c;

	if (number >= NCALLS || calls[number].name == NULL)
		return &none;
	for (c = calls; c->name == NULL || strcmp(c->name, calls[number].name) != 0; c++)
		;
	return c;
}

/* Returns the number of the call that ipc() stands for, and points *arg to its arguments in own; or
 * returns `number`, and leaves *arg, if this is another call. */
static uint32_t
plain_call(uint32_t number, const uint32_t **arg, uint32_t own[3])
{
	static const struct {
		uint8_t place[3]; /* of its arguments, among those of ipc() */
		uint16_t number;
	} plain[] = {
		[IPCOP_SHMAT] = {{1, 4, 2}, 397},
		[IPCOP_SHMDT] = {{4, 4, 4}, 398},
		[IPCOP_SHMGET] = {{1, 2, 3}, 395},
		[IPCOP_SHMCTL] = {{1, 2, 4}, 396},
	};
	uint32_t op = (*arg)[0] & 0xffff;
	int i;

	if (number != 117 || op >= sizeof(plain) / sizeof(plain[0]) || plain[op].number == 0)
		return number;
	for (i = 0; i < 3; i++)
		own[i] = (*arg)[plain[op].place[i]];
	*arg = own;
	return plain[op].number;
}

void
trace_call_text(char *buf, size_t size, uint32_t number, const uint32_t arg[6])
{
	struct out o = {buf, size, 0};
	uint32_t own[3];
	const struct call *call = call_at(plain_call(number, &arg, own));
	const char *name = call->args, *letter;

	out_add(&o, "%s(", call->name);
	for (letter = call->letters; *letter != '\0'; letter++, arg++) {
		const char *comma = strchr(name, ',');
		size_t len = comma != NULL ? (size_t)(comma - name) : strlen(name);

		if (letter != call->letters)
			out_add(&o, ", ");
		add_value(&o, set_of(call, IS_ARG, name, len, *letter), *arg);
		name += comma != NULL ? len + 2 : len;
	}
	out_add(&o, ")");
}

void
trace_result_text(char *buf, size_t size, uint32_t number, uint32_t result)
{
	struct out o = {buf, size, 0};
	const struct call *call = call_at(number);

	out_add(&o, "%s returns ", call->name);
	if (result >= -(uint32_t)4095) {
		out_add(&o, "-1 ");
		add_value(&o, "error", -result);
	} else {
		add_value(&o, set_of(call, IS_RESULT, "", 0, 'i'), result);
	}
}

void
trace_bytes_text(char *buf, size_t size, const char *bytes, size_t n)
{
	struct out o = {buf, size, 0};
	size_t i;

	out_add(&o, "\"");
	for (i = 0; i < n; i++)
		out_add(&o, "%c", bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.');
	out_add(&o, "\"");
}
#endif
