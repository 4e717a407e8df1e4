/* SPDX-License-Identifier: BSD-2-Clause */
/* 16550A serial ports, by polling for output: COM1 is the console, COM2 or COM3 may be the log. */
#include "i386.h"

#include "debug/stretch.h"

#define DATA 0 /* also the low byte of the divisor */
#define IER 1  /* also the high byte of the divisor */
#define FCR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define IER_RECEIVED 0x01
#define FCR_ON_CLEAR 0x07
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR_DTR_RTS_IRQ 0x0b
#define LSR_RECEIVED 0x01
#define LSR_ROOM 0x20 /* the transmit FIFO is empty: there is room for all of it */
#define LSR_DONE 0x40 /* the last byte has been sent */
#define NO_UART 0xff  /* what reads return where no port is */
#define FIFO_SIZE 16

static const uint16_t base[COMS] = {0x3f8, 0x2f8, 0x3e8};
static bool present[COMS];

void
serial_init(void)
{
	unsigned i;

	for (i = 0; i < COMS; i++) {
		uint16_t port = base[i];

		if (inb(port + LSR) == NO_UART)
			continue;
		present[i] = true;
		outb(port + IER, 0);
		outb(port + LCR, LCR_DIVISOR);
		outb(port + DATA, 1); /* 115200 baud */
		outb(port + IER, 0);
		outb(port + LCR, LCR_8N1);
		outb(port + FCR, FCR_ON_CLEAR);
		outb(port + MCR, MCR_DTR_RTS_IRQ);
	}
	serial_listen(COM1);
}

bool
serial_listen(unsigned com)
{
	if (present[com])
		outb(base[com] + IER, IER_RECEIVED);
	return present[com];
}

int
serial_read(unsigned com)
{
	return inb(base[com] + LSR) & LSR_RECEIVED ? inb(base[com] + DATA) : -1;
}

/* Writes n bytes, busy-waiting while the FIFO is full, so that nothing is dropped. */
void
serial_write(unsigned com, const char *s, size_t n)
{
	unsigned room = 0;

	if (!present[com])
		return;
	for (; n > 0; n--, room--) {
		if (room == 0) {
			uint64_t from = machine_cycles();

			while (!(inb(base[com] + LSR) & LSR_ROOM))
				;
			stretch_skip(from); /* it depends on who reads the line, and how fast */
			room = FIFO_SIZE;
		}
		outb(base[com] + DATA, (uint8_t)*s++);
	}
}

void
serial_drain(void)
{
	unsigned i;

	for (i = 0; i < COMS; i++)
		while (present[i] && !(inb(base[i] + LSR) & LSR_DONE))
			;
}

void
serial_interrupt(void)
{
	int byte;

	while ((byte = serial_read(COM1)) >= 0)
		tty_input((uint8_t)byte);
}
