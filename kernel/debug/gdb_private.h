/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the gdb stub share. */
#ifndef GDB_PRIVATE_H
#define GDB_PRIVATE_H

#include <machine.h>
#include <machine_gdb.h>

struct proc;

/* ---- Packets: gdbline.c ---- */

#define GDB_PACKET 2048 /* bytes of the longest packet, in either direction */

/* The packet that has come: its content, with a NUL behind it. */
extern char gdb_in[GDB_PACKET + 1];
extern unsigned gdb_in_len;
/* Wait for a packet that is whole. Returns false if it was longer than GDB_PACKET. */
bool gdb_receive(void);
/* Acknowledge packets from now on, or don't. */
void gdb_acknowledge(bool yes);

/* The reply is put together by these, and sent by gdb_send(). What does not fit is cut. */
void gdb_begin(void);
void gdb_put(char c);
void gdb_puts(const char *s);
/* Put v as hexadecimal digits, without leading zeros. */
void gdb_put_number(uint32_t v);
/* Put each of n bytes as two hexadecimal digits. */
void gdb_put_bytes(const void *bytes, unsigned n);
/* Put a byte of binary data: some are escaped. */
void gdb_put_binary(char c);
/* Replace the reply by an error, whose number is an errno value. */
void gdb_error(int err);
/* Returns the number of bytes in the reply. */
unsigned gdb_reply_len(void);
void gdb_send(void);

/* Parts of the packet. Each returns false, and leaves *s alone, if it is not there. */
bool gdb_take(const char **s, const char *word);
bool gdb_take_number(const char **s, uint32_t *v);
/* Take 2 * n digits. */
bool gdb_take_bytes(const char **s, void *bytes, unsigned n);
/* Take ADDRESS,LENGTH or OFFSET,LENGTH. Returns false with an error as the reply. */
bool gdb_take_range(const char **s, uint32_t *va, uint32_t *len);

/*
 * The functions below whose parameter is `args` each answer one packet, with what follows the
 * packet's name in args: they put together the reply. gdbstub.c has the table of all packets.
 */

/* ---- Registers and memory of the selected thread: gdbmemory.c ---- */

/* Put register n, or an x for each digit if its value is not known. */
void gdb_put_register(unsigned n);
void gdb_registers_read(const char *args);
void gdb_registers_write(const char *args);
void gdb_register_read(const char *args);
void gdb_register_write(const char *args);
void gdb_memory_read(const char *args);
void gdb_memory_write(const char *args);
void gdb_memory_write_binary(const char *args);
void gdb_memory_crc(const char *args);

/* ---- Threads: gdbthread.c ---- */

/* A thread is a process, by its pid; before the first process runs there is the boot context. */
#define GDB_BOOT_THREAD 0x10000u
/* The thread that gdb has selected: its packets are about this one. */
extern const struct proc *gdb_thread;
/* Select the current thread, and forget others: the kernel has stopped. */
void gdb_thread_stopped(void);
/* Returns the number of the process's thread; p may be NULL. */
uint32_t gdb_thread_of(const struct proc *p);
/* Find the thread with that number; 0 is the current one. Returns false if there is none. */
bool gdb_thread_find(uint32_t number, const struct proc **p);
/* Append to the reply at most len bytes, from byte `offset` on, of gdb's list of threads in XML. */
void gdb_thread_xml(uint32_t offset, uint32_t len);
void gdb_thread_select(const char *args);
void gdb_thread_alive(const char *args);
void gdb_thread_current(const char *args);
void gdb_thread_first(const char *args);
void gdb_thread_next(const char *args);
void gdb_thread_info(const char *args);

/* ---- Texts: gdbquery.c ---- */

void gdb_query_target(const char *args);
void gdb_query_threads(const char *args);
void gdb_query_monitor(const char *args);

/* ---- Breakpoints: gdbbreak.c ---- */

/* gdb's types, in the packets Z0 to Z4. */
enum gdb_type { GDB_SOFTWARE, GDB_HARDWARE, GDB_WATCH, GDB_READ, GDB_ACCESSES };

void gdb_break_insert(const char *args);
void gdb_break_remove(const char *args);
/* Remove all, and what is kept of whose they were. */
void gdb_break_clear(void);
/* plant: put all breakpoints into effect, with one more at `extra` unless that is 0. lift: end the
 * effect. */
void gdb_break_plant(vaddr_t extra);
void gdb_break_lift(void);
/* Undo gdb_break_lift(). */
void gdb_break_replant(void);
/* What an event is: none of the stub's, a breakpoint of another process, one of the current
 * process, or the end of a single step. */
enum gdb_hit { GDB_HIT_NONE, GDB_HIT_OTHER, GDB_HIT_BREAK, GDB_HIT_STEP };
/* Find out what the event is, and put into *type and *va which breakpoint it is. */
enum gdb_hit gdb_break_find(const struct gdb_event *e, enum gdb_type *type, vaddr_t *va);

#endif
