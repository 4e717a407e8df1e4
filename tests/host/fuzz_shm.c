/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fuzzer's side of the model: a string of bytes is a program of calls, which are made to the
 * kernel's own files and compared with the model as in test_model.c. tools/fuzz runs it.
 *
 * RECORD bytes make a call. The first says which of its allocations fails, if any; the others are
 * the numbers that tests/model/calls.c draws to make up the process, the call and its arguments.
 * So a byte that is changed changes one call only. With LIST in the environment each call is
 * printed before it is made.
 */
#include "../model/kernel.c"
#include "base/string.h"

#define RECORD 16u
#define FAILING 192u /* from this first byte on an allocation fails */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
void __wrap__exit(int status);
char *getenv(const char *name);

/* ---- Bytes as numbers ---- */

static const uint8_t *record, *record_end;

/* Returns a number below n from the next bytes of the record; 0 at its end. */
static uint32_t
from_record(uint32_t n)
{
	uint32_t number = 0, most;

	for (most = n - 1; most > 0 && record < record_end; most >>= 8)
		number = number << 8 | *record++;
	return number % n;
}

static void
swap(uint8_t *a, uint8_t *b)
{
	unsigned i;

	for (i = 0; i < RECORD; i++) {
		uint8_t byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

/* Changes a program at random. Half of the changes keep the other calls as they are: one call is
 * left out, made twice, exchanged with another or made in another way. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t calls = size / RECORD, i, k;

	if (calls < 2 || seed % 2 == 0)
		return LLVMFuzzerMutate(data, size, max);
	i = RECORD * (seed / 8 % calls);
	k = RECORD * (seed / 4096 % calls);
	size = RECORD * calls;
	switch (seed / 2 % 4) {
	case 0:
		memmove(data + i, data + i + RECORD, size - i - RECORD);
		return size - RECORD;
	case 1:
		if (size + RECORD > max)
			break;
		memmove(data + i + RECORD, data + i, size - i);
		if (k > i)
			memcpy(data + i, data + k + RECORD, RECORD);
		return size + RECORD;
	case 2:
		swap(data + i, data + k);
		return size;
	default:
		break;
	}
	LLVMFuzzerMutate(data + i, RECORD, RECORD);
	return size;
}

/* ---- A kernel boots once, and each program begins in the same state ---- */

static const struct limits limit = {8, 4, 6 << 20, 3000};

/* Sequence numbers outlive segments, so the model has to go on with those of the last program. */
static void
model_restart(uint32_t pid)
{
	uint32_t seq[M_SLOTS];
	int last_free = m.last_free;
	unsigned i;

	for (i = 0; i < M_SLOTS; i++)
		seq[i] = m.seg[i].seq;
	model_start(&limit, pid);
	for (i = 0; i < M_SLOTS; i++)
		m.seg[i].seq = seq[i];
	m.last_free = last_free;
}

/* Makes the next segment's slot number 0, whichever was freed last. */
static bool
reset_slots(uint32_t *number)
{
	const struct call get = {.op = OP_GET, .a = {0, 1, 0600}, .touched = M_NONE};
	unsigned i, slot;

	for (i = 0; i < 2; i++)
		if (!one(get, number))
			return false;
	for (i = 0; i < limit.mni; i++) {
		slot = limit.mni - 1 - i;
		if (m.seg[slot].state == SEG_LIVE &&
		    !one((struct call){.op = OP_CTL,
		                       .a = {model_id(&m.seg[slot]), M_RMID},
		                       .touched = M_NONE},
		         number))
			return false;
	}
	return true;
}

static void
begin(uint32_t *number)
{
	static bool booted;

	if (!booted) {
		host_boot(8192, 6144, "shmmni=8 shmseg=4 shmmax=6M shmall=3000");
		m.last_free = -1;
		booted = true;
	}
	chosen = from_record;
	phase.make = 70;
	phase.drop = 20;
	phase.churn = 12;
	servant[0] = host_spawn(0, 0);
	map_program();
	model_restart((uint32_t)servant[0]->pid);
	must(reset_slots(number), "the slots are reset");
}

/* ---- A program ---- */

static unsigned long long made; /* calls, over all programs */

__attribute__((destructor)) static void
say_made(void)
{
	dprintf(2, "%llu calls made\n", made);
}

/* A shmget that fails after it has taken a slot gives it back, but the slot's sequence number has
 * advanced and shm_last_free is used up: spec-shm.md part 3b. It takes the slot after the promise
 * and the memory for the segment itself. */
static void
model_refused(const struct call *c)
{
	uint32_t slot = 0;

	if (c->op != OP_GET || fail_at < 2)
		return;
	while (m.seg[slot].state != SEG_FREE)
		slot++;
	if (m.last_free != -1)
		slot = (uint32_t)m.last_free;
	m.last_free = -1;
	m.seg[slot].seq = (m.seg[slot].seq + 1) % 0x8000;
}

/* Makes a call one of whose allocations may fail. If it is refused for that, nothing that the
 * model knows may have changed. */
static bool
step(const struct call *c, uint32_t *number)
{
	struct reply r;
	bool same;

	if (getenv("LIST") != NULL)
		say("%u: process %u: %s%s(0x%x, 0x%x, 0x%x, 0x%x, 0x%x, 0x%x)%s", *number, c->who,
		    c->by_ipc ? "ipc " : "", names[c->op], c->a[0], c->a[1], c->a[2], c->a[3],
		    c->a[4], c->a[5], fail_at >= 0 ? ", an allocation fails" : "");
	perform(c, &r, 1);
	++*number;
	made++;
	if (!has_failed || r.err != ENOMEM)
		return compare(c, &r);
	host_audit();
	model_refused(c);
	if (c->op == OP_FORK)
		return true;
	same = model_stat(c->touched, &r, &same) == r.stat_err && same;
	return same && compare_all();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct frame_stats st;
	uint32_t number = 0;
	struct call c;
	bool same = true;

	for (begin(&number); same && data < end; data = record_end) {
		record = data + 1;
		record_end = data + (size_t)(end - data < RECORD ? end - data : RECORD);
		make_call(&c, some_process(true), true, true);
		fail_at = *data >= FAILING && c.op != OP_EXIT && c.op != OP_EXEC ? *data % 16 : -1;
		same = step(&c, &number);
		fail_at = -1;
	}
	record = record_end = NULL;
	must(same && clean_up(&number), "kernel and model agree");
	host_audit();
	frame_stats(&st);
	must(st.free == host_free && host_objects == 0, "nothing is left");
	return 0;
}

/* Ends the run with this input as a finding, where a test would end with its status. */
void
__wrap__exit(int status)
{
	say("that would be the end of a test, with status %d", status);
	__builtin_trap();
}
