/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packets of gdb's remote protocol: $CONTENT#SUM, where SUM is the sum of CONTENT's bytes in
 * two hexadecimal digits. A packet is acknowledged by +, or by - to have it sent again, until gdb
 * asks for no more acknowledgements.
 */
#include "abi/errno.h"
#include "debug/gdb_private.h"

#define ESCAPE '}' /* the next byte was changed by ESCAPED, not to look like a part of a packet */
#define ESCAPED 0x20

char gdb_in[GDB_PACKET + 1];
unsigned gdb_in_len;
static char out[1 + GDB_PACKET + 3]; /* with $, # and the sum */
static unsigned out_len;
static bool acknowledge = true;

static const char digits[] = "0123456789abcdef";

/* Returns the value of a hexadecimal digit, or -1 if c is none. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
gdb_acknowledge(bool yes)
{
	acknowledge = yes;
}

/* Reads the content of a packet, after its $, up to the #. Another $ begins it anew: the sender has
 * given up the first. Returns the sum; *cut tells whether the content was too long. */
static uint8_t
receive_content(bool *cut)
{
	uint8_t sum = 0;
	char c;

	*cut = false;
	gdb_in_len = 0;
	while ((c = machine_gdb_get()) != '#') {
		if (c == '$') {
			sum = 0;
			gdb_in_len = 0;
			*cut = false;
			continue;
		}
		sum += (uint8_t)c;
		if (gdb_in_len < GDB_PACKET)
			gdb_in[gdb_in_len++] = c;
		else
			*cut = true;
	}
	gdb_in[gdb_in_len] = '\0';
	return sum;
}

/* Reads a packet after its $. Returns whether the sum is right; *cut tells whether the content was
 * too long. */
static bool
receive(bool *cut)
{
	uint8_t sum;
	char high, low;

	do { /* again if the sender has given up in the sum, too */
		sum = receive_content(cut);
		high = machine_gdb_get();
		low = high == '$' ? high : machine_gdb_get();
	} while (low == '$');
	return digit(high) >= 0 && digit(low) >= 0 && sum == (digit(high) << 4 | digit(low));
}

bool
gdb_receive(void)
{
	const char *s = gdb_in;
	bool cut, whole;
	char c;

	for (;;) {
		c = machine_gdb_get();
		if (c == '-' && acknowledge)
			machine_gdb_put(out, out_len);
		if (c != '$')
			continue;
		whole = receive(&cut);
		/* It is the first packet of a gdb, which may be another than the last. */
		if (whole && gdb_take(&s, "qSupported"))
			acknowledge = true;
		if (acknowledge)
			machine_gdb_put(whole ? "+" : "-", 1);
		if (whole)
			return !cut;
	}
}

void
gdb_begin(void)
{
	out[0] = '$';
	out_len = 1;
}

void
gdb_put(char c)
{
	if (out_len < 1 + GDB_PACKET)
		out[out_len++] = c;
}

void
gdb_puts(const char *s)
{
	while (*s != '\0')
		gdb_put(*s++);
}

void
gdb_put_number(uint32_t v)
{
	unsigned shift = 28;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift > 0; shift -= 4)
		gdb_put(digits[v >> shift & 15]);
	gdb_put(digits[v & 15]);
}

void
gdb_put_bytes(const void *bytes, unsigned n)
{
	const uint8_t *p = bytes;

	for (; n > 0; n--, p++) {
		gdb_put(digits[*p >> 4]);
		gdb_put(digits[*p & 15]);
	}
}

void
gdb_put_binary(char c)
{
	if (c == '$' || c == '#' || c == '*' || c == ESCAPE) {
		gdb_put(ESCAPE);
		c ^= ESCAPED;
	}
	gdb_put(c);
}

void
gdb_error(int err)
{
	uint8_t number = (uint8_t)err;

	gdb_begin();
	gdb_put('E');
	gdb_put_bytes(&number, 1);
}

unsigned
gdb_reply_len(void)
{
	return out_len - 1;
}

void
gdb_send(void)
{
	uint8_t sum = 0;
	unsigned i;

	for (i = 1; i < out_len; i++)
		sum += (uint8_t)out[i];
	out[out_len++] = '#';
	out[out_len++] = digits[sum >> 4];
	out[out_len++] = digits[sum & 15];
	machine_gdb_put(out, out_len);
}

bool
gdb_take(const char **s, const char *word)
{
	const char *p = *s;

	while (*word != '\0')
		if (*p++ != *word++)
			return false;
	*s = p;
	return true;
}

bool
gdb_take_number(const char **s, uint32_t *v)
{
	const char *p = *s;

	for (*v = 0; digit(*p) >= 0; p++) {
		if (*v >> 28 != 0)
			return false;
		*v = *v << 4 | (uint32_t)digit(*p);
	}
	if (p == *s)
		return false;
	*s = p;
	return true;
}

bool
gdb_take_bytes(const char **s, void *bytes, unsigned n)
{
	uint8_t *to = bytes;
	const char *p = *s;

	for (; n > 0; n--, p += 2) {
		if (digit(p[0]) < 0 || digit(p[1]) < 0)
			return false;
		*to++ = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
	}
	*s = p;
	return true;
}

bool
gdb_take_range(const char **s, uint32_t *va, uint32_t *len)
{
	if (gdb_take_number(s, va) && gdb_take(s, ",") && gdb_take_number(s, len))
		return true;
	gdb_error(EINVAL);
	return false;
}
