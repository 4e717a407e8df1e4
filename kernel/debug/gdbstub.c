/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gdb stub's loop: it takes a packet, does what the packet says, and sends the reply, until
 * gdb lets the kernel continue. "Debugging with GDB", appendix "GDB Remote Serial Protocol",
 * says what each packet means. An empty reply tells gdb that a packet is not known here.
 */
#include "debug/gdbstub.h"

#include "abi/errno.h"
#include "base/cmdline.h"
#include "base/printf.h"
#include "debug/gdb_private.h"
#include "proc/proc.h"

static bool started;
static bool owed;                 /* gdb has let the kernel continue, and is told when it stops */
static const struct proc *thread; /* the one that gdb asks about */
static enum gdb_resume how;       /* the kernel is to continue: GDB_PASS_ON means not yet */

/* Why the kernel has stopped. */
static struct {
	int signal;
	bool fatal, at_break;
	enum gdb_type type;
	vaddr_t va;
} stop;

/* ---- Stops ---- */

static void
put_register(unsigned n)
{
	uint8_t value[GDB_REGISTER_MAX];

	if (machine_gdb_register_get(thread, n, value)) {
		gdb_put_bytes(value, machine_gdb_register_size(n));
		return;
	}
	for (n = 2 * machine_gdb_register_size(n); n > 0; n--)
		gdb_put('x');
}

/* Replies why the kernel has stopped, and where, to save gdb the question. */
static void
reply_stop(const char *args)
{
	static const char *const reasons[] = {
		"swbreak:", "hwbreak:", "watch:", "rwatch:", "awatch:"};
	uint8_t signal = (uint8_t)stop.signal, n = (uint8_t)machine_gdb_pc;

	thread = curproc();
	gdb_put('T');
	gdb_put_bytes(&signal, 1);
	gdb_put_bytes(&n, 1);
	gdb_put(':');
	put_register(n);
	gdb_puts(";thread:");
	gdb_put_number(gdb_thread_of(thread));
	gdb_put(';');
	if (!stop.at_break)
		return;
	gdb_puts(reasons[stop.type]);
	if (stop.type >= GDB_WATCH)
		gdb_put_number(stop.va);
	gdb_put(';');
}

/* ---- Registers ---- */

static void
read_registers(const char *args)
{
	unsigned n;

	for (n = 0; n < machine_gdb_registers; n++)
		put_register(n);
}

/* Sets register n of the thread to the digits at *s. Returns false with an error as the reply. */
static bool
set_register(unsigned n, const char **s)
{
	uint8_t value[GDB_REGISTER_MAX];

	if (n >= machine_gdb_registers || !gdb_take_bytes(s, value, machine_gdb_register_size(n)))
		gdb_error(EINVAL);
	else if (thread != curproc() || !machine_gdb_register_set(n, value))
		gdb_error(EACCES);
	else
		return true;
	return false;
}

static void
write_registers(const char *args)
{
	unsigned n;

	for (n = 0; n < machine_gdb_registers; n++)
		if (!set_register(n, &args))
			return;
	gdb_puts("OK");
}

static void
read_register(const char *args)
{
	uint32_t n;

	if (gdb_take_number(&args, &n) && n < machine_gdb_registers)
		put_register(n);
	else
		gdb_error(EINVAL);
}

static void
write_register(const char *args)
{
	uint32_t n;

	if (!gdb_take_number(&args, &n) || !gdb_take(&args, "="))
		gdb_error(EINVAL);
	else if (set_register(n, &args))
		gdb_puts("OK");
}

/* ---- Memory ---- */

/* Takes ADDRESS,LENGTH. Returns false with an error as the reply. */
static bool
take_range(const char **s, uint32_t *va, uint32_t *len)
{
	if (gdb_take_number(s, va) && gdb_take(s, ",") && gdb_take_number(s, len))
		return true;
	gdb_error(EINVAL);
	return false;
}

/* Returns where byte i of the range at va is; at, where the byte before it is, saves the look-up
 * within a page. */
static uint8_t *
byte_at(uint8_t *at, uint32_t va, uint32_t i, bool write)
{
	if (i > 0 && (va + i) % PAGE_SIZE != 0)
		return at + 1;
	return machine_gdb_memory(thread, va + i, write);
}

/* The reply ends before the first byte that can't be read. */
static void
read_memory(const char *args)
{
	uint32_t va, len, i;
	uint8_t *at = NULL;

	if (!take_range(&args, &va, &len))
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
	static uint8_t bytes[GDB_PACKET];
	uint32_t va, len, i;
	uint8_t *at = NULL;

	if (!take_range(&args, &va, &len))
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
	for (i = 0; i < len; i += PAGE_SIZE - (va + i) % PAGE_SIZE) {
		if (machine_gdb_memory(thread, va + i, true) == NULL) {
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

static void
write_memory(const char *args)
{
	write_bytes(args, false);
}

static void
write_memory_binary(const char *args)
{
	write_bytes(args, true);
}

/* Replies the CRC of a range of memory, by which gdb's compare-sections tells whether the program
 * that it knows is the one in memory. */
static void
memory_crc(const char *args)
{
	uint32_t va, len, i, crc = UINT32_MAX;
	uint8_t *at = NULL;
	unsigned bit;

	if (!take_range(&args, &va, &len))
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

/* ---- Breakpoints ---- */

static void
change_break(const char *args, bool set)
{
	uint32_t type, va, len;
	int err = 0;

	if (!gdb_take_number(&args, &type) || type > GDB_ACCESSES)
		return; /* unknown */
	if (!gdb_take(&args, ",") || !take_range(&args, &va, &len)) {
		gdb_error(EINVAL);
		return;
	}
	if (set)
		err = gdb_break_set(type, va, len, thread);
	else
		gdb_break_clear(type, va);
	if (err != 0)
		gdb_error(err);
	else
		gdb_puts("OK");
}

static void
set_break(const char *args)
{
	change_break(args, true);
}

static void
clear_break(const char *args)
{
	change_break(args, false);
}

/* ---- Continuing ---- */

/* Lets the kernel continue by the action c, C, s or S, which may have a signal. A panic goes on
 * if gdb passes its signal on; without a signal the kernel tries again. */
static void
go(char action)
{
	how = action == 's' || action == 'S' ? GDB_STEP : GDB_CONTINUE;
	if (stop.fatal && (action == 'C' || action == 'S'))
		how = GDB_DIE;
	owed = true;
}

/* The packets c, C, s and S. An address to continue at follows only from old gdbs. */
static void
old_continue(const char *args)
{
	go(gdb_in[0]);
}

/* vCont;ACTION:THREAD;ACTION...: the first action that is for the current thread counts. Only that
 * one can be stepped. */
static void
new_continue(const char *args)
{
	uint32_t number, signal;

	for (;;) {
		char action = *args++;
		bool mine = true;

		if (action == 'C' || action == 'S')
			gdb_take_number(&args, &signal);
		if (gdb_take(&args, ":") && !gdb_take(&args, "-1"))
			mine = gdb_take_number(&args, &number) &&
			       (number == 0 || number == gdb_thread_of(curproc()));
		if (!mine && (action == 's' || action == 'S'))
			break;
		if (mine && (action == 'c' || action == 'C' || action == 's' || action == 'S')) {
			go(action);
			return;
		}
		if (!gdb_take(&args, ";"))
			break;
	}
	gdb_error(EINVAL);
}

static void
tell_actions(const char *args)
{
	gdb_puts("vCont;c;C;s;S");
}

static void
detach(const char *args)
{
	gdb_break_forget();
	gdb_puts("OK");
	gdb_send();
	how = stop.fatal ? GDB_DIE : GDB_CONTINUE;
	owed = false;
}

/* Ends the machine, as if its program had been killed. */
static void
kill(const char *args)
{
	machine_shutdown(VERDICT_EXIT, 128 + SIGKILL);
}

/* ---- Threads ---- */

/* Hg: the thread of the packets that follow. Hc, for c and s: only the current one can step. */
static void
select_thread(const char *args)
{
	const struct proc *p = curproc();
	char operation = *args++;
	uint32_t number = 0;

	if (!gdb_take(&args, "-1") && !gdb_take_number(&args, &number))
		gdb_error(EINVAL);
	else if (!gdb_thread_find(number, &p))
		gdb_error(ESRCH);
	else
		gdb_puts("OK");
	if (operation == 'g')
		thread = p != NULL ? p : curproc();
}

static void
thread_alive(const char *args)
{
	const struct proc *p;
	uint32_t number;

	if (gdb_take_number(&args, &number) && gdb_thread_find(number, &p))
		gdb_puts("OK");
	else
		gdb_error(ESRCH);
}

static void
current_thread(const char *args)
{
	gdb_puts("QC");
	gdb_put_number(gdb_thread_of(curproc()));
}

static void
list_threads(bool first)
{
	if (!gdb_thread_list(first))
		gdb_put('l');
}

static void
first_threads(const char *args)
{
	list_threads(true);
}

static void
next_threads(const char *args)
{
	list_threads(false);
}

static void
put_as_bytes(char c)
{
	gdb_put_bytes(&c, 1);
}

static void
thread_info(const char *args)
{
	const struct proc *p;
	uint32_t number;

	if (gdb_take_number(&args, &number) && gdb_thread_find(number, &p))
		gdb_thread_state(number == GDB_BOOT_THREAD ? NULL : p, put_as_bytes);
	else
		gdb_error(ESRCH);
}

/* ---- Documents, of which gdb reads one part after the other ---- */

/* Takes OFFSET,LENGTH. Each byte of the part may take two in the reply. */
static bool
take_part(const char **s, uint32_t *offset, uint32_t *len)
{
	if (!take_range(s, offset, len))
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

static void
read_target(const char *args)
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

static void
read_threads(const char *args)
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

static void
monitor(const char *args)
{
	static char command[128];
	unsigned n = 0;

	while (n < sizeof(command) - 1 && gdb_take_bytes(&args, &command[n], 1))
		n++;
	command[n] = '\0';
	gdbstub_monitor(command, thread, output);
	gdb_begin();
	gdb_puts("OK");
}

/* ---- The beginning of a connection ---- */

static void
tell_features(const char *args)
{
	gdb_break_forget();
	owed = false;
	thread = curproc();
	gdb_puts("PacketSize=");
	gdb_put_number(GDB_PACKET);
	gdb_puts(";QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;vContSupported+"
	         ";swbreak+;hwbreak+");
}

static void
no_acknowledgements(const char *args)
{
	gdb_puts("OK");
	gdb_acknowledge(false);
}

/* gdb leaves the kernel running when it ends, and does not kill it. */
static void
is_attached(const char *args)
{
	gdb_put('1');
}

/* gdb offers to look up symbols. There are none that the stub does not know. */
static void
no_symbols(const char *args)
{
	gdb_puts("OK");
}

static const struct {
	const char *name; /* what the packet begins with; the rest are its arguments */
	void (*run)(const char *args);
} commands[] = {
	{"g", read_registers},
	{"G", write_registers},
	{"p", read_register},
	{"P", write_register},
	{"m", read_memory},
	{"M", write_memory},
	{"X", write_memory_binary},
	{"Z", set_break},
	{"z", clear_break},
	{"vCont;", new_continue},
	{"vCont?", tell_actions},
	{"c", old_continue},
	{"C", old_continue},
	{"s", old_continue},
	{"S", old_continue},
	{"?", reply_stop},
	{"H", select_thread},
	{"T", thread_alive},
	{"D", detach},
	{"k", kill},
	{"qfThreadInfo", first_threads},
	{"qsThreadInfo", next_threads},
	{"qThreadExtraInfo,", thread_info},
	{"qXfer:threads:read::", read_threads},
	{"qXfer:features:read:target.xml:", read_target},
	{"qSupported", tell_features},
	{"QStartNoAckMode", no_acknowledgements},
	{"qAttached", is_attached},
	{"qSymbol:", no_symbols},
	{"qRcmd,", monitor},
	{"qCRC:", memory_crc},
	{"qC", current_thread},
};

static void
run_command(void)
{
	const char *s = gdb_in;
	unsigned i;

	gdb_begin();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (gdb_take(&s, commands[i].name)) {
			commands[i].run(s);
			break;
		}
	}
}

/* Serves gdb until it lets the kernel continue. */
static enum gdb_resume
serve(void)
{
	how = GDB_PASS_ON;
	while (how == GDB_PASS_ON) {
		if (gdb_receive()) {
			run_command();
		} else {
			gdb_error(ENAMETOOLONG);
		}
		if (how == GDB_PASS_ON)
			gdb_send();
	}
	gdb_break_plant(how == GDB_STEP ? machine_gdb_step_target() : 0);
	return how;
}

enum gdb_resume
gdbstub_trap(const struct gdb_event *e)
{
	enum gdb_hit hit;

	gdb_break_lift();
	hit = gdb_break_find(e, &stop.type, &stop.va);
	if (!e->wanted && hit < GDB_HIT_BREAK && !(e->line && machine_gdb_break_in())) {
		gdb_break_replant();
		if (e->line)
			return GDB_CONTINUE;
		return hit == GDB_HIT_OTHER ? GDB_SKIP : GDB_PASS_ON;
	}
	machine_gdb_stopped(e);
	stop.signal = e->signal;
	stop.fatal = e->fatal;
	stop.at_break = hit == GDB_HIT_BREAK;
	thread = curproc();
	if (owed) {
		owed = false;
		gdb_begin();
		reply_stop(NULL);
		gdb_send();
	}
	return serve();
}

enum gdb_resume
gdbstub_again(void)
{
	gdb_error(EFAULT);
	gdb_send();
	return serve();
}

void
gdbstub_init(void)
{
	bool wait = cmdline_has("kgdbwait");

	if (!wait && !cmdline_has("kgdb"))
		return;
	if (log_line == 2)
		log_line = 0; /* the line is gdb's */
	started = machine_gdb_start();
	if (!started) {
		printf("kgdb: there is no second serial line\n");
		return;
	}
	printf("kgdb: gdb can connect to the second serial line\n");
	machine_gdb_put("+", 1); /* means nothing to gdb, and tells others that the stub listens */
	if (wait)
		machine_gdb_enter(GDB_SIGTRAP, false);
}

void
gdbstub_panic(void)
{
	if (started)
		machine_gdb_enter(GDB_SIGABRT, true);
}

void
gdbstub_ended(int status)
{
	uint8_t code = (uint8_t)status;

	if (!owed)
		return;
	gdb_begin();
	gdb_put('W');
	gdb_put_bytes(&code, 1);
	gdb_send();
}

void
gdbstub_unwind(void)
{
	machine_gdb_unwind();
}
