/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gdb stub's answers that are texts: the documents in XML by which gdb learns the registers and
 * the threads, and what the commands of gdb's user print after the word monitor.
 */
#include "abi/errno.h"
#include "debug/gdb_private.h"
#include "debug/gdbstub.h"
#include "proc/proc.h"

/* ---- Documents, of which gdb reads one part after the other ---- */

/* Takes OFFSET,LENGTH. Each byte of the part may take two in the reply. */
static bool
take_part(const char **s, uint32_t *offset, uint32_t *len)
{
	if (!gdb_take_range(s, offset, len))
		return false;
	if (*len > GDB_PACKET / 2 - 1)
		*len = GDB_PACKET / 2 - 1;
	gdb_put('m');
	return true;
}

/* Marks a part as the end of the document if there is nothing in it. */
static void
end_part(void)
{
	if (gdb_reply_len() > 1)
		return;
	gdb_begin();
	gdb_put('l');
}

void
gdb_query_target(const char *args)
{
	const char *text = machine_gdb_target;
	uint32_t offset, len;

	if (!take_part(&args, &offset, &len))
		return;
	for (; offset > 0 && *text != '\0'; offset--)
		text++;
	for (; len > 0 && *text != '\0'; len--)
		gdb_put_binary(*text++);
	end_part();
}

void
gdb_query_threads(const char *args)
{
	uint32_t offset, len;

	if (!take_part(&args, &offset, &len))
		return;
	gdb_thread_xml(offset, len);
	end_part();
}

/* ---- Commands of the user's, after the word monitor ---- */

#define OUTPUT (GDB_PACKET / 2 - 1) /* characters that fit into a packet */

/* Sends text for gdb to print. */
static void
output(const char *s, size_t n)
{
	while (n > 0) {
		unsigned part = n < OUTPUT ? (unsigned)n : OUTPUT;

		gdb_begin();
		gdb_put('O');
		gdb_put_bytes(s, part);
		gdb_send();
		s += part;
		n -= part;
	}
}

void
gdb_query_monitor(const char *args)
{
	static char command[128]; /* static: the stub's stack is small */
	unsigned n = 0;

	while (n < sizeof(command) - 1 && gdb_take_bytes(&args, &command[n], 1))
		n++;
	command[n] = '\0';
	if (*args != '\0') { /* a wrong digit, or more than fits */
		gdb_error(EINVAL);
		return;
	}
	gdbstub_monitor(command, gdb_thread, output);
	gdb_begin();
	gdb_puts("OK");
}
