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
#include "base/sleep.h"
#include "debug/gdb_private.h"
#include "proc/proc.h"

static bool started;
static bool owed;           /* gdb has let the kernel continue, and is told when it stops */
static enum gdb_resume how; /* the kernel is to continue: GDB_PASS_ON means not yet */
/* Who forbade to sleep when the kernel stopped. A fault may end a function that forbids it, too. */
static const char *forbade;

/* Why the kernel has stopped. */
static struct {
	int signal;
	bool fatal, at_break;
	enum gdb_type type;
	vaddr_t va;
} stop;

/* ---- Stops ---- */

/* Replies why the kernel has stopped, and where, to save gdb the question. */
static void
reply_stop(const char *args)
{
	static const char *const reasons[] = {
		"swbreak:", "hwbreak:", "watch:", "rwatch:", "awatch:"};
	uint8_t signal = (uint8_t)stop.signal, n = (uint8_t)machine_gdb_pc;

	gdb_thread = curproc();
	gdb_put('T');
	gdb_put_bytes(&signal, 1);
	gdb_put_bytes(&n, 1);
	gdb_put(':');
	gdb_put_register(n);
	gdb_puts(";thread:");
	gdb_put_number(gdb_thread_of(gdb_thread));
	gdb_put(';');
	if (!stop.at_break)
		return;
	gdb_puts(reasons[stop.type]);
	if (stop.type >= GDB_WATCH)
		gdb_put_number(stop.va);
	gdb_put(';');
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

/* The packets c and s, and C and S with a signal. */
static void
old_continue(const char *args)
{
	char action = gdb_in[0];
	uint32_t signal;

	if (((action == 'C' || action == 'S') && !gdb_take_number(&args, &signal)) || *args != '\0')
		gdb_error(EINVAL);
	else
		go(action);
}

/* Takes an action of vCont, ACTION[:THREAD], and the semicolon behind it. *mine tells whether it is
 * for the current thread. */
static bool
take_action(const char **s, char *action, bool *mine)
{
	uint32_t number;

	*action = **s;
	*mine = true;
	if (gdb_take(s, "C") || gdb_take(s, "S")) {
		if (!gdb_take_number(s, &number))
			return false;
	} else if (!gdb_take(s, "c") && !gdb_take(s, "s")) {
		return false;
	}
	if (gdb_take(s, ":") && !gdb_take(s, "-1")) {
		if (!gdb_take_number(s, &number))
			return false;
		*mine = number == 0 || number == gdb_thread_of(curproc());
	}
	return **s == '\0' || gdb_take(s, ";");
}

/* vCont;ACTION;ACTION...: the first action that is for the current thread counts. Only that one can
 * be stepped. */
static void
new_continue(const char *args)
{
	char action;
	bool mine;

	while (take_action(&args, &action, &mine)) {
		if (mine) {
			go(action);
			return;
		}
		if (action == 's' || action == 'S')
			break;
	}
	gdb_error(EINVAL);
}

/* Replies what vCont can do: continue and step. */
static void
tell_actions(const char *args)
{
	gdb_puts("vCont;c;C;s;S");
}

/* Ends the session: gdb goes, and the kernel runs on, unless it had to stop for good. */
static void
detach(const char *args)
{
	gdb_break_clear();
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

/* ---- The beginning of a connection ---- */

/* Begins a session with what the stub can do. What another gdb has left is cleared. */
static void
tell_features(const char *args)
{
	gdb_break_clear();
	owed = false;
	gdb_thread = curproc();
	gdb_puts("PacketSize=");
	gdb_put_number(GDB_PACKET);
	gdb_puts(";QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;vContSupported+"
	         ";swbreak+;hwbreak+");
}

/* Agrees to send no acknowledgements from now on. */
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

struct packet {
	const char *name;
	void (*run)(const char *args);
};

/* Packets without arguments. */
static const struct packet plain[] = {
	{"g", gdb_registers_read},
	{"c", old_continue},
	{"s", old_continue},
	{"?", reply_stop},
	{"D", detach},
	{"k", kill},
	{"vCont?", tell_actions},
	{"qC", gdb_thread_current},
	{"qfThreadInfo", gdb_thread_first},
	{"qsThreadInfo", gdb_thread_next},
	{"QStartNoAckMode", no_acknowledgements},
};

/* What other packets begin with. The rest are their arguments. */
static const struct packet with_arguments[] = {
	{"G", gdb_registers_write},
	{"p", gdb_register_read},
	{"P", gdb_register_write},
	{"m", gdb_memory_read},
	{"M", gdb_memory_write},
	{"X", gdb_memory_write_binary},
	{"Z", gdb_break_insert},
	{"z", gdb_break_remove},
	{"C", old_continue},
	{"S", old_continue},
	{"H", gdb_thread_select},
	{"T", gdb_thread_alive},
	{"vCont;", new_continue},
	{"qThreadExtraInfo,", gdb_thread_info},
	{"qXfer:threads:read::", gdb_query_threads},
	{"qXfer:features:read:target.xml:", gdb_query_target},
	{"qSupported", tell_features},
	{"qAttached", is_attached},
	{"qSymbol:", no_symbols},
	{"qRcmd,", gdb_query_monitor},
	{"qCRC:", gdb_memory_crc},
};

/* Runs the command in gdb_in. The reply to an unknown one is empty. */
static void
run_command(void)
{
	const char *s = gdb_in;
	unsigned i;

	gdb_begin();
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++, s = gdb_in) {
		if (gdb_take(&s, plain[i].name) && *s == '\0') {
			plain[i].run(s);
			return;
		}
	}
	for (i = 0; i < sizeof(with_arguments) / sizeof(with_arguments[0]); i++) {
		if (gdb_take(&s, with_arguments[i].name)) {
			with_arguments[i].run(s);
			return;
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
	sleep_allow(&forbade);
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
	forbade = sleep_forbid(__func__);
	stop.signal = e->signal;
	stop.fatal = e->fatal;
	stop.at_break = hit == GDB_HIT_BREAK;
	gdb_thread_stopped();
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
	gdb_break_lift(); /* the packet must not be interrupted by another */
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
