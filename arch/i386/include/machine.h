/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between kernel/ and the machine it runs on. Portable code sees
 * this header and nothing else of arch/; a machine is whatever keeps it. The
 * host build of the tests (tests/host) keeps it with ordinary memory.
 *
 * One CPU. The kernel runs with interrupts off from entry to return and sleeps
 * only at named points; interrupts are taken in user mode, in machine_idle()
 * and in machine_poll(). So no portable code needs a lock.
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

/* Usable RAM as [start, end) frames, ascending, without overlaps, without the
 * first MiB, the kernel's image and the boot module. */
struct ram_range {
	frame_t start, end;
};
extern struct ram_range machine_ram[];
extern unsigned machine_ram_count;

/* Frames below this number are always mapped: frame_kva() reaches them. */
extern frame_t machine_low_frames;

/* The kernel's address of a low frame, and back. */
static inline void *frame_kva(frame_t f);
static inline frame_t kva_frame(const void *kva);

/*
 * A temporary view of any frame. Views nest (a fault may open more while one
 * is open) and are closed in the opposite order.
 * => does not sleep; must not be held across a sleep.
 */
void *window_open(frame_t f);
void window_close(void *window);

/* Clear or copy a whole frame, low or high. */
void frame_zero(frame_t f);
void frame_copy(frame_t to, frame_t from);

/* ---- Page tables --------------------------------------------------------
 *
 * A page table is one low frame of PTAB_PAGES entries, reached as pte_t * by
 * frame_kva(); mmu.h says how an entry is made and read. A vm_object keeps its
 * frames in such tables, and a pmap is the tables that one address space shows
 * to the MMU. Each entry that is not 0 holds one reference on its
 * frame. pmaps take and drop those references; the tables they need have been
 * promised beforehand (commit_charge), so entering cannot fail.
 *
 * A span shown whole may be forgotten by any call that changes a part of it: it
 * comes back by faults.
 */
struct pmap {
	frame_t dir; /* frame of the page directory */
};

/* => ENOMEM when there is no frame for the directory. */
int pmap_init(struct pmap *pm);
/* => no user entry may be left. */
void pmap_destroy(struct pmap *pm);
/* Make it the one that the MMU follows; NULL: the kernel's alone. */
void pmap_activate(struct pmap *pm);
/* The entry for va, 0 if there is none. */
pte_t pmap_lookup(const struct pmap *pm, vaddr_t va);
/* Put pte at va in place of what is there.
 * => takes over the caller's reference on pte's frame. */
void pmap_enter(struct pmap *pm, vaddr_t va, pte_t pte);
/* Show a whole span of an object at va, the start of a span, by one entry of the
 * directory: pte_make() of the object's own table | PTE_GRAFT, or of the first
 * of PTAB_PAGES frames in a row | PTE_LARGE. Takes a reference on that frame.
 * => false: there are pages in the span already. */
bool pmap_enter_span(struct pmap *pm, vaddr_t va, pte_t pde);
/* The frame that the pmap has a reference on to show what is at va. */
frame_t pmap_held(const struct pmap *pm, vaddr_t va);
/* Forget what is in [start, end) and in start's span, dropping each entry's
 * reference, and the span's table too if nothing is mapped besides (alone).
 * => there is something in the span: pmap_in_use(). */
void pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end, bool alone);
/* Is there anything to forget in a span? */
static inline bool pmap_in_use(const struct pmap *pm, uint32_t span);
/* Take from every entry in [start, end) what prot (PROT_*) doesn't allow. What
 * it allows beyond that comes back by faults. Without any access the entry is
 * parked: it keeps its frame, and is not present. */
void pmap_protect(struct pmap *pm, vaddr_t start, vaddr_t end, int prot);
/* Enter in `to` all that `from` has in [start, end), one more reference each.
 * With cow, both sides lose write permission first. */
void pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow);
/* Let `to` show all of va's span, in which it has nothing, by the table that `from`
 * has for it. => all that it shows is shared memory that others hold, too. */
void pmap_share(struct pmap *to, struct pmap *from, vaddr_t va);
/* Entries present in [start, end). */
unsigned pmap_resident(const struct pmap *pm, vaddr_t start, vaddr_t end);

/* ---- User memory --------------------------------------------------------
 * The raw copies under usercopy.c, which has checked that the range lies in
 * user space. Faults go through vm_fault() as the user's own would.
 * => 0 or EFAULT. user_copy_str: copies up to and with the NUL, at most max
 * bytes; *len without the NUL; ENAMETOOLONG where there is none. */
int user_copy_in(void *to, vaddr_t from, size_t n);
int user_copy_out(vaddr_t to, const void *from, size_t n);
int user_copy_str(char *to, vaddr_t from, size_t max, size_t *len);
int user_copy_zero(vaddr_t to, size_t n);

/* ---- Processes ---------------------------------------------------------- */

/* struct machine_proc, a member `md` of struct proc, is in mdproc.h. */
#include "mdproc.h"

/* Give p a kernel stack, and a context in which fn runs first; when fn
 * returns, p goes to user mode with its trap frame.
 * => ENOMEM, with nothing taken. */
int machine_proc_init(struct proc *p, void (*fn)(void));
/* => p does not run: its stack goes. */
void machine_proc_free(struct proc *p);
/* The child's user registers, TLS and FPU are the parent's, result 0; sp, if it
 * is not 0, its stack pointer. */
void machine_proc_fork(struct proc *child, const struct proc *parent, vaddr_t sp);
/* The current process's next user instruction is at entry, with this stack,
 * and all other registers as the System V ABI has them at a start. */
void machine_proc_exec(vaddr_t entry, vaddr_t sp);
/* Leave `from`, go on in `to` (its pmap, stack, TLS, FPU). */
void machine_switch(struct proc *from, struct proc *to);
/* Wait for an interrupt and take it; take those that are due. */
void machine_idle(void);
void machine_poll(void);

/* The current process's user stack pointer and program counter. */
vaddr_t machine_user_sp(void);
vaddr_t machine_user_pc(void);

/* set_thread_area(), in two steps: check d, and choose a free entry if its entry_number
 * is -1. Returns EINVAL, or ESRCH if none is free. */
int machine_check_tls(struct abi_user_desc *d);
/* Make d, checked, one of the current process's segments. */
void machine_set_tls(const struct abi_user_desc *d);

/* What the CPU can do, for AT_HWCAP. */
extern uint32_t machine_hwcap;
/* What it says of itself, in the lines of Linux's /proc/cpuinfo. Returns how many bytes
 * that are, fewer than size; what does not fit is cut. */
size_t machine_cpu_text(char *buf, size_t size);

/* ---- Signals of the current process ------------------------------------- */

/* Arrange that the handler runs next. `mask` is the mask to go back to, `sp`
 * where the frame goes below.
 * => EFAULT when the stack can't take the frame. */
int machine_signal_push(int sig, const struct abi_siginfo *info, const struct abi_sigaction *act,
                        uint64_t mask, vaddr_t sp);
/* Undo it: user registers from the frame, the mask to *mask; *result is what
 * the interrupted code finds in its result register.
 * => EFAULT for a frame that can't be read. */
int machine_signal_return(bool rt, uint64_t *mask, uint32_t *result);
/* Make the system call that was just refused run again on return. */
void machine_syscall_restart(void);

/* ---- Devices ------------------------------------------------------------ */

/* Bytes to the person's console; bytes of the kernel's log to its own line
 * if log_to_com2 is set, else to the console too. */
extern bool log_to_com2;
void console_write(const char *s, size_t n);
void log_write(const char *s, size_t n);

/* Timer: HZ upcalls of clock_tick() in a second. Nanoseconds since the last one, at
 * most 1/HZ second, which says that the next one is due; and the machine's calendar as
 * seconds since 1970. */
#define HZ 100
uint32_t machine_subtick_ns(void);
int64_t machine_rtc(void);
/* A counter that runs fast: seeds and instruction counts, not time. */
uint64_t machine_cycles(void);
/* What it showed at the kernel's first instruction. */
extern uint64_t machine_start_cycles;

/* ---- The end ------------------------------------------------------------ */

enum verdict {
	VERDICT_EXIT = 0x10,   /* init ended: its status */
	VERDICT_PANIC = 0x11,  /* a kernel bug */
	VERDICT_NOBOOT = 0x12, /* could not start */
	VERDICT_OFF = 0x13     /* reboot() asked for it */
};
_Noreturn void machine_shutdown(enum verdict v, int status);
/* Registers and a symbolised backtrace on the log. */
void machine_backtrace(void);

/* ---- What kernel/ offers to the machine --------------------------------- */

_Noreturn void kernel_main(const char *cmdline, const void *initrd, size_t initrd_len);
/* A system call of the current process: what goes back in its result
 * register. */
uint32_t syscall(uint32_t number, const uint32_t arg[6]);
/* On the way back to user mode: signals, and the end of a time slice. There is
 * nothing to do unless return_work. */
void user_return(void);
extern bool return_work;
/* One timer tick; user: it interrupted user mode. */
void clock_tick(bool user);
/* The current process did what gets it `sig`; what is one or two words.
 * => called from its own trap; the process goes on to user_return(). */
void signal_fault(int sig, int code, vaddr_t addr, const char *what);
/* The current process can't be given this signal's handler: it ends, and one
 * line says why. */
_Noreturn void signal_force_exit(int sig, const char *what);
/* A byte typed at the console. */
void tty_input(uint8_t byte);

#include "machine_inline.h"

static inline bool
pmap_in_use(const struct pmap *pm, uint32_t span)
{
	return ((const pte_t *)frame_kva(pm->dir))[span] != 0;
}

#endif
