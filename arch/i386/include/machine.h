/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between kernel/ and the machine that it runs on. Portable code includes this
 * header and no other of arch/, but for the gdb stub, which also includes machine_gdb.h.
 * Whatever keeps the contract is a machine: the host build of the tests (tests/host) keeps it
 * with ordinary memory.
 *
 * There is one CPU. The kernel runs with interrupts disabled from entry to return, and is
 * not preempted: it sleeps only in calls that say so. Interrupts are taken in user mode, in
 * machine_idle() and in machine_poll(). So no portable code needs a lock. The calls below
 * don't sleep unless their comment says so.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mmu.h" /* vaddr_t, frame_t, pte_t and the shape of page tables */

struct proc;
struct abi_siginfo;
struct abi_sigaction;
struct abi_user_desc;

/* ---- Physical memory ---------------------------------------------------- */

/* The usable RAM: ranges [start, end) of frames, in ascending order, that don't overlap. The
 * first MiB, the kernel's image and the boot module are left out. frame_init() takes them. */
struct ram_range {
	frame_t start, end;
};
extern struct ram_range machine_ram[];
extern unsigned machine_ram_count;
/* The RAM that is in use from the start: the kernel's image and the boot module. */
extern struct ram_range machine_kept[];
extern unsigned machine_kept_count;

/* The frames below this number are low: the kernel can address them at all times. */
extern frame_t machine_low_frames;

/* Returns the kernel's address of a low frame. */
static inline void *frame_kva(frame_t f);
/* Returns the low frame in which a kernel address lies. */
static inline frame_t kva_frame(const void *kva);

/*
 * Returns a kernel address at which frame f, low or not, can be seen until window_close() of
 * that address. Windows are closed in the reverse order: a page fault may open more while one
 * is open. Nothing may sleep while one is open: a debug build checks it (base/sleep.h).
 */
void *window_open(frame_t f);
void window_close(void *window);
#ifdef DEBUG
extern unsigned windows_open; /* how many windows are open, those of low frames included */
#endif

/* Clear frame f; copy frame `from` to frame `to`. The frames may be low or not. */
void frame_zero(frame_t f);
void frame_copy(frame_t to, frame_t from);

/* ---- Page tables --------------------------------------------------------
 *
 * A page table is one low frame that holds PTAB_PAGES entries; frame_kva() returns its
 * address as a pte_t *, and mmu.h says how an entry is made and read. An object keeps its
 * frames in such tables, and a pmap is the tables that the MMU follows for one space.
 * Each page table entry that is not 0 holds one reference on its frame. The calls here take
 * and drop these references. The page tables that they allocate have been promised
 * (commit_charge), so entering a page cannot fail.
 *
 * The addresses are those of user space, multiples of PAGE_SIZE where a range is meant. Any
 * call that changes a part of a span shown whole may forget the whole span: faults bring it
 * back.
 */
struct pmap {
	frame_t dir; /* frame of the page directory */
};

/* Make pm an empty pmap. Returns 0, or ENOMEM if there is no frame for the directory. */
int pmap_init(struct pmap *pm);
/* Free pm, in which no span may be in use any more. */
void pmap_destroy(struct pmap *pm);
/* Make pm the pmap that the MMU follows; NULL: the kernel's own memory is all it maps. */
void pmap_activate(struct pmap *pm);
/* Returns the page table entry for va, 0 if there is none. Where the span is shown whole the
 * entry says what the MMU would do at va. */
pte_t pmap_lookup(const struct pmap *pm, vaddr_t va);
/* Put pte at va, and drop the reference of the entry that it replaces, if there is one. The
 * caller's reference on pte's frame becomes the entry's. */
void pmap_enter(struct pmap *pm, vaddr_t va, pte_t pte);
/* Show a span whole: va is its start, and pde the directory entry: pte_make() of an object's
 * page table | PTE_GRAFT, or of the first frame of a row | PTE_LARGE. Takes a reference on
 * that frame. Returns false, with nothing changed, if pages of the span have been entered
 * one by one. */
bool pmap_enter_span(struct pmap *pm, vaddr_t va, pte_t pde);
/* Returns the frame on which pm holds a reference to show va: that of the page, or if its
 * span is shown whole that of the page table or the first of the row. For checks. */
frame_t pmap_held(const struct pmap *pm, vaddr_t va);
/* Remove the entries of [start, end) that are in start's span, which must be in use, and drop
 * their references. `alone` says that nothing else is mapped in the span: its page table is
 * freed, too. */
void pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end, bool alone);
/* Returns true if the span of that number is in use: it has a page table, or is shown whole. */
static inline bool pmap_in_use(const struct pmap *pm, uint32_t span);
/* Take from every entry in [start, end) the rights that prot (PROT_*) does not include; faults
 * give it those that prot includes and it lacks. With PROT_NONE the entry is parked: it is
 * not present, but keeps its frame. */
void pmap_protect(struct pmap *pm, vaddr_t start, vaddr_t end, int prot);
/* Enter in `to` every entry that `from` has in [start, end), with a reference each. With cow
 * the entries lose write permission in both first. `from` is the current process's. May sleep
 * between spans. */
void pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow);
/* Show all of va's span in `to` by what `from` shows it by, so that they share one page
 * table. All that is mapped in the span must be shared memory, whose pages objects keep. Does
 * nothing if `to` uses the span already, or `from` does not. */
void pmap_share(struct pmap *to, struct pmap *from, vaddr_t va);
/* Returns how many pages are entered in [start, end), parked ones included. */
unsigned pmap_resident(const struct pmap *pm, vaddr_t start, vaddr_t end);

/* ---- User memory --------------------------------------------------------
 * The raw copies that usercopy.c makes after it has checked that the range lies in user
 * space. A page fault is resolved by vm_fault(), as a fault of the program itself. Each
 * returns 0 or EFAULT. user_copy_str() copies up to and including the NUL, at most max bytes,
 * and sets *len to the length without the NUL; it returns ENAMETOOLONG if max bytes have no
 * NUL. */
int user_copy_in(void *to, vaddr_t from, size_t n);
int user_copy_out(vaddr_t to, const void *from, size_t n);
int user_copy_str(char *to, vaddr_t from, size_t max, size_t *len);
int user_copy_zero(vaddr_t to, size_t n);

/* ---- Processes ---------------------------------------------------------- */

/* struct machine_proc, the member md of struct proc, is in mdproc.h. */
#include "mdproc.h"

/* Give p a kernel stack, and a context in which fn runs first. When fn returns, p enters user
 * mode with the registers of its trap frame. Returns 0, or ENOMEM with nothing taken. */
int machine_proc_init(struct proc *p, void (*fn)(void));
/* Free the kernel stack of p, which must not be the current process. */
void machine_proc_free(struct proc *p);
/* Give child the user registers, TLS and FPU state of parent, the current process, but with a
 * result of 0, and with the stack pointer sp unless sp is 0. */
void machine_proc_fork(struct proc *child, const struct proc *parent, vaddr_t sp);
/* Make the current process continue in user mode at entry, with the stack pointer sp, and all
 * other registers as the System V ABI's i386 supplement says for a new program. */
void machine_proc_exec(vaddr_t entry, vaddr_t sp);
/* Switch from `from`, the current process, to `to`: pmap, kernel stack, TLS and FPU. Returns
 * when something switches back to `from`. */
void machine_switch(struct proc *from, struct proc *to);
/* Wait for an interrupt, and take it. */
void machine_idle(void);
/* Take the interrupts that are due. */
void machine_poll(void);

/* Return the current process's user stack pointer and program counter. */
vaddr_t machine_user_sp(void);
vaddr_t machine_user_pc(void);

/* set_thread_area() in two steps. First check d, and if its entry_number is -1, set that to a
 * free entry. Returns 0; EINVAL if d may not be set; ESRCH if no entry is free. */
int machine_check_tls(struct abi_user_desc *d);
/* Then make d a TLS segment of the current process. */
void machine_set_tls(const struct abi_user_desc *d);

/* The CPU's features, for AT_HWCAP: on the i386, EDX of CPUID leaf 1. */
extern uint32_t machine_hwcap;
/* Write a description of the CPU to buf, in the format of Linux's /proc/cpuinfo. Returns its
 * length in bytes, which is less than size; what does not fit is cut off. */
size_t machine_cpu_text(char *buf, size_t size);

/* ---- Signals of the current process ------------------------------------- */

/* Make the process run the handler of sig when it returns to user mode: write a signal frame
 * to the user stack below sp, and set the registers. mask is the signal mask that
 * machine_signal_return() will find. Returns 0; EFAULT if the frame can't be written. */
int machine_signal_push(int sig, const struct abi_siginfo *info, const struct abi_sigaction *act,
                        uint64_t mask, vaddr_t sp);
/* Undo machine_signal_push(): read the signal frame at the user stack pointer (rt: one of a
 * handler with SA_SIGINFO), restore the user registers from it, and set *mask to its signal
 * mask and *result to the content of the result register. Returns 0; EFAULT if the frame
 * can't be read. */
int machine_signal_return(bool rt, uint64_t *mask, uint32_t *result);
/* Make the process repeat its present system call when it returns to user mode. */
void machine_syscall_restart(void);

/* ---- Devices ------------------------------------------------------------ */

/* Write n bytes to the console, which the user sees. */
void console_write(const char *s, size_t n);
/* Write n bytes of the kernel's log: to the serial line of that number, 2 or 3, or to the console
 * if log_line is 0. */
void log_write(const char *s, size_t n);
extern unsigned log_line;

/* The timer calls clock_tick() HZ times a second. */
#define HZ 100
/* Returns the nanoseconds since the last call of clock_tick(), at most 1/HZ second, which says
 * that the next call is due. */
uint32_t machine_subtick_ns(void);
/* Returns the time of the machine's calendar clock, in seconds since 1970. */
int64_t machine_rtc(void);
/* Returns a counter that runs fast: for random seeds and instruction counts, not for time. */
uint64_t machine_cycles(void);
/* What the counter showed at the kernel's first instruction. */
extern uint64_t machine_start_cycles;

/* Let the machine's watchdog, if it has one, cause a non-maskable interrupt unless this is called
 * again within that many seconds, an even number up to 30. */
void machine_watch(unsigned seconds);

/* Write n bytes to the trace port, which tools/run --trace reads. */
void machine_trace(const void *data, size_t n);

/* ---- The end ------------------------------------------------------------ */

enum verdict {
	VERDICT_EXIT = 0x10,   /* init has ended; with its exit status */
	VERDICT_PANIC = 0x11,  /* a kernel bug was found */
	VERDICT_NOBOOT = 0x12, /* the kernel could not start */
	VERDICT_OFF = 0x13,    /* reboot() asked for power off */
	VERDICT_LIMIT = 0x14   /* the limit of the run is over */
};
/* Stop the machine, and tell the emulator the verdict; status counts for VERDICT_EXIT. */
_Noreturn void machine_shutdown(enum verdict v, int status);
/* Reset the machine, which then boots again. */
_Noreturn void machine_reset(void);
/* Write to the log what the exception was, in words, if one has led to the panic. */
void machine_fault_print(void);
/* Write the registers and a backtrace to the log: the kernel's functions with their names, and then
 * the addresses in the current process's program, "  user 0x08048123 NAME". */
void machine_backtrace(void);
/* Write to the log where p, which is not a zombie, is in its program, and what seem to be the
 * callers there, a line each: "  user 0x08048123 NAME". */
void machine_program_print(const struct proc *p);

/* ---- What kernel/ offers to the machine --------------------------------- */

/* Start the kernel, once the machine can keep this contract. The boot image is at initrd, or
 * there is none (NULL). */
_Noreturn void kernel_main(const char *cmdline, const void *initrd, size_t initrd_len);
/* Make a system call of the current process. Returns what goes into its result register. May
 * sleep. */
uint32_t syscall(uint32_t number, const uint32_t arg[6]);
/* Deliver signals and end a time slice that is over. The machine calls this before it returns
 * to user mode if return_work is set. May sleep. */
void user_return(void);
/* Set where user_return() may have work to do: after a switch to another process, the end of a
 * slice, a signal, or a change of the signal mask. The way back to user mode tests this one flag
 * only. */
extern bool return_work;
/* Count one tick of the timer. user: it interrupted user mode. */
void clock_tick(bool user);
/* Send the current process the signal for a fault of its own; `what` says in a few words what it
 * did. If no handler can run, the process ends here, with a line in the log. The caller is the
 * fault's trap, and calls user_return() next. May sleep. */
void signal_fault(int sig, int code, vaddr_t addr, const char *what);
/* End the current process with sig; a line in the log names `what` as the reason. May sleep, and
 * does not return. */
_Noreturn void signal_force_exit(int sig, const char *what);
/* Take a byte that was typed at the console. */
void tty_input(uint8_t byte);

#include "machine_inline.h"
#include "pmap_inline.h"

#endif
