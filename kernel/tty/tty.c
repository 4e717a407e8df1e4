/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal: line editing, echo and signals between the console's bytes and programs (POSIX,
 * chapter 11, General Terminal Interface).
 *
 *	tty_input() --> edit --> ring --> read()	write() --> console
 *
 * Interrupts put bytes into a ring. From `head` up to `ready` it has what may be read: whole
 * lines in canonical mode, any bytes else. From `ready` up to `tail` it has the line that is
 * being edited. All three count bytes and are taken modulo the ring's size.
 */
#include "tty/tty.h"

#include "abi/errno.h"
#include "base/cmdline.h"
#include "base/string.h"
#include "fs/dev.h"
#include "fs/poll.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

#define RING 4096u        /* a power of two; Linux keeps as much */
#define END_OF_FILE 0x100 /* in the ring: the end-of-file character was typed here */

static struct {
	struct abi_termios t;
	uint32_t head, ready, tail;
	uint16_t ring[RING];
	struct abi_winsize size;
	struct poll_watch *pollers;
} tty = {.size = {.ws_row = 25, .ws_col = 80},
         .t = {.c_iflag = ICRNL,
               .c_oflag = OPOST | ONLCR,
               .c_cflag = 0277, /* 38400 baud, 8 bits, receiver on */
               .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK,
               .c_cc = {[VINTR] = 'C' & 31,
                        [VQUIT] = '\\' & 31,
                        [VERASE] = 0177,
                        [VKILL] = 'U' & 31,
                        [VEOF] = 'D' & 31,
                        [VMIN] = 1,
                        [VSUSP] = 'Z' & 31}}};

/* ---- Output ---- */

/* Write n bytes to the console, each newline as "\r\n" if the mode says so. */
static void
output(const char *s, size_t n)
{
	size_t i, from = 0;

	for (i = 0; i < n; i++) {
		if (s[i] != '\n' || ~tty.t.c_oflag & (OPOST | ONLCR))
			continue;
		console_write(s + from, i - from);
		console_write("\r", 1);
		from = i;
	}
	console_write(s + from, n - from);
}

/* Print the bytes. With TOSTOP a process in the background is stopped first, by tty_background().
 * May sleep. */
static int
tty_write(struct file *f, struct uio *u)
{
	char buf[256];
	int err = tty.t.c_lflag & TOSTOP ? tty_background(SIGTTOU) : 0;

	may_sleep();
	while (err == 0 && u->left > 0) {
		size_t before = u->left;

		err = uio_move(u, buf, before < sizeof(buf) ? before : sizeof(buf));
		output(buf, before - u->left);
		sched_point(); /* the serial line is slow, and the text may be long */
	}
	return err;
}

/* ---- Input, from interrupts ---- */

/* Returns whether c is a control character that the terminal echoes as ^ and a letter. */
static bool
is_control(uint16_t c)
{
	return (c < ' ' && c != '\t' && c != '\n') || c == 0177;
}

/* Show a byte that was typed; a control character as ^ and a letter. */
static void
echo(uint16_t c)
{
	char shown[2] = {'^', (char)(c ^ 0100)};

	if (!(tty.t.c_lflag & ECHO) || c == END_OF_FILE)
		return;
	if (is_control(c)) {
		output(shown, 2);
	} else {
		shown[0] = (char)c;
		output(shown, 1);
	}
}

/* Remove the last byte of the line being edited from the ring and from the screen. */
static void
erase(void)
{
	uint16_t c = tty.ring[--tty.tail % RING];

	if (~tty.t.c_lflag & (ECHO | ECHOE))
		return;
	if (is_control(c))
		output("\b \b", 3);
	output("\b \b", 3);
}

/* Let programs read everything in the ring, and wake those that wait for it. */
static void
make_ready(void)
{
	tty.ready = tty.tail;
	wakeup(&tty);
	poll_wakeup(tty.pollers);
}

/* Put c at the end of the ring and echo it, or drop it if the ring is full. */
static void
put(uint16_t c)
{
	/* The last place is kept for the end of the line. */
	bool ends = c == '\n' || c == END_OF_FILE;

	if (tty.tail - tty.head >= RING - !ends)
		return;
	tty.ring[tty.tail++ % RING] = c;
	echo(c);
	if (ends || !(tty.t.c_lflag & ICANON))
		make_ready();
}

/* Returns the signal that typing c sends, or 0. */
static int
signal_of(uint8_t c)
{
	if (c == 0 || !(tty.t.c_lflag & ISIG))
		return 0;
	return c == tty.t.c_cc[VINTR]   ? SIGINT
	       : c == tty.t.c_cc[VQUIT] ? SIGQUIT
	       : c == tty.t.c_cc[VSUSP] ? SIGTSTP
	                                : 0;
}

void
tty_input(uint8_t c)
{
	DOES_NOT_SLEEP;
	int sig = signal_of(c);

	if (sig != 0) {
		echo(c);
		if (!(tty.t.c_lflag & NOFLSH))
			tty.head = tty.ready = tty.tail;
		if (tty_pgrp() != 0)
			signal_post_group(tty_pgrp(), sig, NULL);
		return;
	}
	if (c == '\r' && (tty.t.c_iflag & ICRNL))
		c = '\n';
	if (!(tty.t.c_lflag & ICANON)) {
		put(c);
	} else if (c == tty.t.c_cc[VERASE] || c == '\b') {
		if (tty.tail != tty.ready)
			erase();
	} else if (c == tty.t.c_cc[VKILL]) {
		while (tty.tail != tty.ready)
			erase();
	} else {
		put(c == tty.t.c_cc[VEOF] ? END_OF_FILE : c);
	}
}

/* ---- Reading ---- */

/* Sleep until there is something to read. Returns 0, with *eof true if read() is to return 0 bytes
 * because VMIN is 0 and the time VTIME has passed. Returns EIO or ERESTART if tty_background()
 * does, EAGAIN with O_NONBLOCK, and ERESTART after a signal. */
static int
wait_input(const struct file *f, bool *eof)
{
	int err;

	for (;;) {
		bool raw = !(tty.t.c_lflag & ICANON);
		uint32_t ticks = 0;

		err = tty_background(SIGTTIN);
		if (err != 0 || tty.head != tty.ready)
			return err;
		if (f->flags & O_NONBLOCK)
			return EAGAIN;
		if (raw && tty.t.c_cc[VMIN] == 0) {
			ticks = tty.t.c_cc[VTIME] * HZ / 10;
			*eof = ticks == 0;
			if (*eof)
				return 0;
		}
		err = tsleep(&tty, PCATCH, "tty read", ticks);
		if (err == EINTR)
			return ERESTART;
		*eof = err == ETIMEDOUT;
		if (*eof)
			return 0;
	}
}

/* Read what has been typed: at most one line in canonical mode. Sleeps until there is some, and
 * returns the errors of wait_input() or EFAULT. */
static int
tty_read(struct file *f, struct uio *u)
{
	bool eof = false;
	int err;

	may_sleep();
	err = wait_input(f, &eof);
	if (err != 0 || eof)
		return err;
	while (tty.head != tty.ready) {
		uint16_t c = tty.ring[tty.head % RING];
		uint8_t byte = (uint8_t)c;

		/* An END_OF_FILE directly after the bytes that fill u is consumed with them. */
		if (c != END_OF_FILE) {
			if (u->left == 0 || (err = uio_move(u, &byte, 1)) != 0)
				break;
		}
		tty.head++;
		if (c == END_OF_FILE || (c == '\n' && (tty.t.c_lflag & ICANON)))
			break;
	}
	return err;
}

/* Returns what the terminal is ready for: always for output, and for input if a whole line (or,
 * without line editing, a byte) is there. */
static int
tty_ready(struct file *f)
{
	return POLL_WRITE | (tty.head != tty.ready ? POLL_READ : 0);
}

/* Returns the list of those who poll the terminal. */
static struct poll_watch **
tty_watched(struct file *f)
{
	return &tty.pollers;
}

/* ---- ioctl ---- */

/* Set the terminal's settings from a program's structure, and drop the input if `flush` is set.
 * Returns 0, EFAULT, or an error of tty_background(). */
static int
set_termios(vaddr_t arg, bool flush)
{
	struct abi_termios t;
	int err;

	if (copyin(&t, arg, sizeof(t)) != 0)
		return EFAULT;
	err = tty_background(SIGTTOU);
	if (err != 0)
		return err;
	tty.t = t;
	if (flush)
		tty.head = tty.ready = tty.tail;
	/* The line that was being edited may be read as it is. */
	if (!(t.c_lflag & ICANON) && tty.ready != tty.tail)
		make_ready();
	return 0;
}

/* TIOCSWINSZ: record the size of the window at arg, and tell the foreground group if it differs.
 * Returns EFAULT. */
static int
set_size(vaddr_t arg)
{
	struct abi_winsize size;

	if (copyin(&size, arg, sizeof(size)) != 0)
		return EFAULT;
	if (memcmp(&size, &tty.size, sizeof(size)) != 0 && tty_pgrp() != 0)
		signal_post_group(tty_pgrp(), SIGWINCH, NULL);
	tty.size = size;
	return 0;
}

/* TIOCSTI: treat the byte at arg as typed. Only root may. */
static int
type(vaddr_t arg)
{
	uint8_t c;

	if (curproc()->cred.euid != 0)
		return EPERM;
	if (copyin(&c, arg, sizeof(c)) != 0)
		return EFAULT;
	tty_input(c);
	return 0;
}

/* TCFLSH: 0 drops the input, 1 the output (there never is any), 2 both. */
static int
flush(uint32_t which)
{
	int err = tty_background(SIGTTOU);

	if (err != 0)
		return err;
	if (which > 2)
		return EINVAL;
	if (which != 1)
		tty.head = tty.ready = tty.tail;
	return 0;
}

/* Do what a request asks of the terminal: read or set its settings or size, flush it, put a byte
 * into its input, or count the bytes to read. Requests about jobs, and unknown ones, go to
 * tty_job_ioctl(). */
static int
tty_ioctl(struct file *f, uint32_t cmd, vaddr_t arg)
{
	static const int none;
	int n = tty.ready - tty.head;

	switch (cmd) {
	case TCGETS:
		return copyout(arg, &tty.t, sizeof(tty.t));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(arg, cmd == TCSETSF);
	case TCSBRK: /* output is never queued, so there is nothing to wait for */
	case TCSBRKP:
		return tty_background(SIGTTOU);
	case TCXONC: /* output is never suspended */
		return arg <= 3 ? tty_background(SIGTTOU) : EINVAL;
	case TCFLSH:
		return flush(arg);
	case FIONREAD:
		return copyout(arg, &n, sizeof(n));
	case TIOCOUTQ:
		return copyout(arg, &none, sizeof(none));
	case TIOCSTI:
		return type(arg);
	case TIOCGWINSZ:
		return copyout(arg, &tty.size, sizeof(tty.size));
	case TIOCSWINSZ:
		return set_size(arg);
	default:
		return tty_job_ioctl(cmd, arg);
	}
}

#define TTY_OPS                                                                                    \
	.read = tty_read, .write = tty_write, .ioctl = tty_ioctl, .ready = tty_ready,              \
	.watched = tty_watched

static const struct file_ops tty_ops = {TTY_OPS, .stream = true};
static const struct file_ops ctty_ops = {TTY_OPS, .stream = true, .open = ctty_open};

void
tty_init(void)
{
	const char *mode = cmdline_get("tty");

	/* Nothing tells the size of a terminal at a serial line but who starts the machine. */
	tty.size.ws_row = (uint16_t)cmdline_number("rows", tty.size.ws_row, 1, 1000);
	tty.size.ws_col = (uint16_t)cmdline_number("columns", tty.size.ws_col, 1, 1000);
	if (mode != NULL && strcmp(mode, "raw") == 0) {
		tty.t.c_oflag &= ~OPOST;
		tty.t.c_lflag &= ~(ICANON | ECHO);
	}
	dev_add("console", &tty_ops, 0622, DEVICE(5, 1));
	dev_add("tty", &ctty_ops, 0666, DEVICE(5, 0));
}
