/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gdb stub's packets about registers and memory: those of the selected thread. Nothing here
 * faults: a register that is not known is told as such, and an address where nothing is mapped is
 * an error.
 */
#include "abi/errno.h"
#include "debug/gdb_private.h"
#include "proc/proc.h"

/* ---- Registers ---- */

void
gdb_put_register(unsigned n)
{
	uint8_t value[GDB_REGISTER_MAX];

	if (machine_gdb_register_get(gdb_thread, n, value)) {
		gdb_put_bytes(value, machine_gdb_register_size(n));
		return;
	}
	for (n = 2 * machine_gdb_register_size(n); n > 0; n--)
		gdb_put('x');
}

void
gdb_registers_read(const char *args)
{
	unsigned n;

	for (n = 0; n < machine_gdb_registers; n++)
		gdb_put_register(n);
}

/* Sets register n of the thread to the digits at *s. Returns false with an error as the reply. */
static bool
set_register(unsigned n, const char **s)
{
	uint8_t value[GDB_REGISTER_MAX];

	if (n >= machine_gdb_registers || !gdb_take_bytes(s, value, machine_gdb_register_size(n)))
		gdb_error(EINVAL);
	else if (gdb_thread != curproc() || !machine_gdb_register_set(n, value))
		gdb_error(EACCES);
	else
		return true;
	return false;
}

void
gdb_registers_write(const char *args)
{
	unsigned n;

	for (n = 0; n < machine_gdb_registers; n++)
		if (!set_register(n, &args))
			return;
	gdb_puts("OK");
}

void
gdb_register_read(const char *args)
{
	uint32_t n;

	if (gdb_take_number(&args, &n) && n < machine_gdb_registers)
		gdb_put_register(n);
	else
		gdb_error(EINVAL);
}

void
gdb_register_write(const char *args)
{
	uint32_t n;

	if (!gdb_take_number(&args, &n) || !gdb_take(&args, "="))
		gdb_error(EINVAL);
	else if (set_register(n, &args))
		gdb_puts("OK");
}

/* ---- Memory ---- */

/* Returns where byte i of the range at va is; at, where the byte before it is, saves the look-up
 * within a page. */
static uint8_t *
byte_at(uint8_t *at, uint32_t va, uint32_t i, bool write)
{
	if (i > 0 && (va + i) % PAGE_SIZE != 0)
		return at + 1;
	return machine_gdb_memory(gdb_thread, va + i, write);
}

/* The reply ends before the first byte that can't be read. */
void
gdb_memory_read(const char *args)
{
	uint32_t va, len, i;
	uint8_t *at = NULL;

	if (!gdb_take_range(&args, &va, &len))
		return;
	for (i = 0; i < len && i < GDB_PACKET / 2; i++) {
		at = byte_at(at, va, i, false);
		if (at == NULL)
			break;
		gdb_put_bytes(at, 1);
	}
	if (i == 0 && len > 0)
		gdb_error(EFAULT);
}

/* Takes the next byte of binary data in a packet. */
static bool
take_binary(const char **s, uint8_t *byte)
{
	if (*s < gdb_in + gdb_in_len && **s == '}') {
		++*s;
		*byte = (uint8_t)(**s ^ 0x20);
	} else {
		*byte = (uint8_t) * *s;
	}
	return (*s)++ < gdb_in + gdb_in_len;
}

/* Writes all bytes, which are digits or binary data, or none. */
static void
write_bytes(const char *args, bool binary)
{
	static uint8_t bytes[GDB_PACKET]; /* static: too much for the stub's stack */
	uint32_t va, len, i;
	uint8_t *at = NULL;

	if (!gdb_take_range(&args, &va, &len))
		return;
	if (!gdb_take(&args, ":") || len > GDB_PACKET ||
	    (!binary && !gdb_take_bytes(&args, bytes, len))) {
		gdb_error(EINVAL);
		return;
	}
	for (i = 0; binary && i < len; i++) {
		if (!take_binary(&args, &bytes[i])) {
			gdb_error(EINVAL);
			return;
		}
	}
	if (machine_gdb_own(va, len)) {
		gdb_error(EFAULT);
		return;
	}
	for (i = 0; i < len; i += PAGE_SIZE - (va + i) % PAGE_SIZE) {
		if (machine_gdb_memory(gdb_thread, va + i, true) == NULL) {
			gdb_error(EFAULT);
			return;
		}
	}
	for (i = 0; i < len; i++) {
		at = byte_at(at, va, i, true);
		*at = bytes[i];
	}
	gdb_puts("OK");
}

void
gdb_memory_write(const char *args)
{
	write_bytes(args, false);
}

void
gdb_memory_write_binary(const char *args)
{
	write_bytes(args, true);
}

/* Replies the CRC of a range of memory, by which gdb's compare-sections tells whether the program
 * that it knows is the one in memory. */
void
gdb_memory_crc(const char *args)
{
	uint32_t va, len, i, crc = UINT32_MAX;
	uint8_t *at = NULL;
	unsigned bit;

	if (!gdb_take_range(&args, &va, &len))
		return;
	va = machine_gdb_loaded(va);
	for (i = 0; i < len; i++) {
		at = byte_at(at, va, i, false);
		if (at == NULL) {
			gdb_error(EFAULT);
			return;
		}
		crc ^= (uint32_t)*at << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 != 0 ? 0x04c11db7 : 0);
	}
	gdb_put('C');
	gdb_put_number(crc);
}
