/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal frames: what is pushed on the user stack before a handler runs, and popped by
 * sigreturn. The layout is that of Linux/i386, because handlers, debuggers and unwinders
 * read it.
 */
#include "i386.h"

#include "abi/errno.h"
#include "abi/layout.h"
#include "base/string.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

#define INT80_SIZE 2
#define FPSTATE_FXSR 0x0000 /* magic: the FXSAVE part follows */
#define FXSAVE_UNUSED 464   /* first of the bytes that the CPU leaves to the kernel */
#define FXSAVE_MAGIC 0x46505853
#define MXCSR_VALID 0xffbfu /* all but DAZ, which not every CPU has */

struct sigcontext {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t trapno, err;
	uint32_t eip, cs, eflags, esp_at_signal, ss;
	uint32_t fpstate; /* address of a struct fpstate, or 0 */
	uint32_t oldmask;
	uint32_t cr2;
};

struct fpstate {
	uint8_t fsave[108];
	uint16_t status, magic;
	uint8_t fxsave[512]; /* 16 bytes aligned, as FXSAVE wants it, if the whole is */
};

/* The frame of a handler without SA_SIGINFO. */
struct sigframe {
	uint32_t pretcode; /* the handler's return address */
	int32_t sig;
	struct sigcontext sc;
	uint8_t unused[sizeof(struct fpstate)]; /* old Linux kernels had the FPU state here */
	uint32_t extramask;
	uint8_t retcode[8];
};

struct ucontext {
	uint32_t flags, link;
	struct abi_stack stack;
	struct sigcontext mc;
	uint64_t sigmask;
};

/* The frame of a handler with SA_SIGINFO. */
struct rt_sigframe {
	uint32_t pretcode;
	int32_t sig;
	uint32_t info_addr, uc_addr;
	struct abi_siginfo info;
	struct ucontext uc;
	uint8_t retcode[8];
};

AT(sigcontext, gs, 0);
AT(sigcontext, fs, 4);
AT(sigcontext, es, 8);
AT(sigcontext, ds, 12);
AT(sigcontext, edi, 16);
AT(sigcontext, esi, 20);
AT(sigcontext, ebp, 24);
AT(sigcontext, esp, 28);
AT(sigcontext, ebx, 32);
AT(sigcontext, edx, 36);
AT(sigcontext, ecx, 40);
AT(sigcontext, eax, 44);
AT(sigcontext, trapno, 48);
AT(sigcontext, err, 52);
AT(sigcontext, eip, 56);
AT(sigcontext, cs, 60);
AT(sigcontext, eflags, 64);
AT(sigcontext, esp_at_signal, 68);
AT(sigcontext, ss, 72);
AT(sigcontext, fpstate, 76);
AT(sigcontext, oldmask, 80);
AT(sigcontext, cr2, 84);
SIZE(sigcontext, 88);
AT(fpstate, status, 108);
AT(fpstate, magic, 110);
AT(fpstate, fxsave, 112);
SIZE(fpstate, 624);
AT(sigframe, pretcode, 0);
AT(sigframe, sig, 4);
AT(sigframe, sc, 8);
AT(sigframe, unused, 96);
AT(sigframe, extramask, 720);
AT(sigframe, retcode, 724);
SIZE(sigframe, 732);
AT(ucontext, flags, 0);
AT(ucontext, link, 4);
AT(ucontext, stack, 8);
AT(ucontext, mc, 20);
AT(ucontext, sigmask, 108);
SIZE(ucontext, 116);
AT(rt_sigframe, pretcode, 0);
AT(rt_sigframe, sig, 4);
AT(rt_sigframe, info_addr, 8);
AT(rt_sigframe, uc_addr, 12);
AT(rt_sigframe, info, 16);
AT(rt_sigframe, uc, 144);
AT(rt_sigframe, retcode, 260);
SIZE(rt_sigframe, 268);

/* pop %eax; mov $119 (sigreturn), %eax; int $0x80 */
static const uint8_t retcode_plain[8] = {0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80};
/* mov $173 (rt_sigreturn), %eax; int $0x80 */
static const uint8_t retcode_rt[8] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0};

/* Fills *sc with the user registers of the current process. fpstate is the user address of the
 * saved FPU state. */
static void
context_fill(struct sigcontext *sc, uint64_t mask, vaddr_t fpstate)
{
	const struct last_fault *last = &curproc()->md.last_fault;
	const struct trapframe *tf = user_frame();

	*sc = (struct sigcontext){.gs = tf->gs & 0xffff,
	                          .fs = tf->fs & 0xffff,
	                          .es = tf->es & 0xffff,
	                          .ds = tf->ds & 0xffff,
	                          .edi = tf->edi,
	                          .esi = tf->esi,
	                          .ebp = tf->ebp,
	                          .esp = tf->esp,
	                          .ebx = tf->ebx,
	                          .edx = tf->edx,
	                          .ecx = tf->ecx,
	                          .eax = tf->eax,
	                          .trapno = last->trapno,
	                          .err = last->error,
	                          .eip = tf->eip,
	                          .cs = tf->cs & 0xffff,
	                          .eflags = tf->eflags,
	                          .esp_at_signal = tf->esp,
	                          .ss = tf->ss & 0xffff,
	                          .fpstate = fpstate,
	                          .oldmask = (uint32_t)mask,
	                          .cr2 = last->cr2};
}

/* Writes the FPU state of the current process to the user address `to` and resets it, so that
 * the handler starts with the state of a new program. Returns 0 or EFAULT. The buffer is static to
 * spare the kernel stack; nothing sleeps while it is in use. */
static int
fpstate_push(vaddr_t to)
{
	/* Linux's description of the area: a magic number; its size, counting a word that would
	 * end extended state; the mask of extended state (none), two words; the size of the
	 * FXSAVE part. */
	static const uint32_t words[5] = {FXSAVE_MAGIC, sizeof(struct fpstate) + 4, 0, 0, 512};
	static _Alignas(16) struct fpstate fp; /* 624 bytes of a stack of 8 KiB */
	unsigned i;

	/* Let the CPU itself write FNSAVE's format. FXSAVE goes first: FNSAVE clears the state. */
	__asm__ volatile("fxsave %0; fnsave %1" : "=m"(fp.fxsave), "=m"(fp.fsave));
	fpu_reset();
	for (i = 0; i < 3; i++) /* a real CPU sets these upper halves to ones, QEMU does not */
		memset(fp.fsave + 4 * i + 2, 0xff, 2);
	memcpy(fp.fxsave + FXSAVE_UNUSED, words, sizeof(words));
	fp.status = (uint16_t)(fp.fsave[4] | fp.fsave[5] << 8);
	fp.magic = FPSTATE_FXSR;
	return copyout(to, &fp, sizeof(fp));
}

/* Loads the FPU state from the user address `from`; resets it if that is 0. Returns 0 or EFAULT.
 * The buffer is static as in fpstate_push(). */
static int
fpstate_pop(vaddr_t from)
{
	static _Alignas(16) uint8_t fxsave[512];
	uint32_t *mxcsr = (uint32_t *)(fxsave + 24);

	if (from == 0) {
		fpu_reset();
		return 0;
	}
	if (copyin(fxsave, from + offsetof(struct fpstate, fxsave), sizeof(fxsave)) != 0)
		return EFAULT;
	*mxcsr &= MXCSR_VALID; /* FXRSTOR with a reserved bit set would fault in the kernel */
	__asm__ volatile("fxrstor %0" : : "m"(fxsave));
	return 0;
}

/* Writes a struct sigframe at the user address `at` and sets the handler's register arguments.
 * Returns 0 or EFAULT. */
static int
plain_push(vaddr_t at, int sig, const struct abi_sigaction *act, uint64_t mask, vaddr_t fpstate)
{
	const size_t unused = offsetof(struct sigframe, unused);
	const size_t mask_at = offsetof(struct sigframe, extramask);
	struct trapframe *tf = user_frame();
	struct sigframe f; /* the unused part stays so, on the stack of the program too */

	f.sig = sig;
	f.extramask = (uint32_t)(mask >> 32);
	f.pretcode =
		act->flags & SA_RESTORER ? act->restorer : at + offsetof(struct sigframe, retcode);
	context_fill(&f.sc, mask, fpstate);
	memcpy(f.retcode, retcode_plain, sizeof(f.retcode));
	if (copyout(at, &f, unused) != 0 ||
	    copyout(at + mask_at, &f.extramask, sizeof(f) - mask_at) != 0)
		return EFAULT;
	tf->ecx = tf->edx = 0;
	return 0;
}

/* Writes a struct rt_sigframe at the user address `at` and sets the handler's register
 * arguments. Returns 0 or EFAULT. */
static int
rt_push(vaddr_t at, int sig, const struct abi_siginfo *info, const struct abi_sigaction *act,
        uint64_t mask, vaddr_t fpstate)
{
	struct trapframe *tf = user_frame();
	struct rt_sigframe f = {.sig = sig, .info = *info};

	f.pretcode = act->flags & SA_RESTORER ? act->restorer
	                                      : at + offsetof(struct rt_sigframe, retcode);
	f.info_addr = at + offsetof(struct rt_sigframe, info);
	f.uc_addr = at + offsetof(struct rt_sigframe, uc);
	f.uc.stack = curproc()->sig->altstack;
	if (f.uc.stack.ss_size == 0)
		f.uc.stack.ss_flags = SS_DISABLE;
	f.uc.sigmask = mask;
	context_fill(&f.uc.mc, mask, fpstate);
	memcpy(f.retcode, retcode_rt, sizeof(f.retcode));
	if (copyout(at, &f, sizeof(f)) != 0)
		return EFAULT;
	tf->edx = f.info_addr;
	tf->ecx = f.uc_addr;
	return 0;
}

int
machine_signal_push(int sig, const struct abi_siginfo *info, const struct abi_sigaction *act,
                    uint64_t mask, vaddr_t sp)
{
	struct trapframe *tf = user_frame();
	bool rt = act->flags & SA_SIGINFO;
	vaddr_t fpstate = (sp - sizeof(struct fpstate)) & ~15u, at;

	/* Align the stack as a call instruction would: ESP + 4 is a multiple of 16. */
	at = fpstate - (rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe));
	at = ((at + 4) & ~15u) - 4;
	if (fpstate_push(fpstate) != 0)
		return EFAULT;
	if ((rt ? rt_push(at, sig, info, act, mask, fpstate)
	        : plain_push(at, sig, act, mask, fpstate)) != 0)
		return EFAULT;
	tf->eax = (uint32_t)sig;
	tf->eip = act->handler;
	tf->esp = at;
	tf->cs = USER_CS;
	tf->ds = tf->es = tf->ss = USER_DS;
	tf->eflags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
	return 0;
}

/* Returns a selector from a signal frame with ring 3 as its privilege level. The selector may still
 * name no descriptor: mend_return() in trap.c deals with that. */
static uint32_t
user_selector(uint32_t sel)
{
	sel &= 0xffff;
	return sel <= 3 ? sel : sel | 3;
}

/* Sets the user registers except EAX to those of *sc. CS, SS, and selectors that a program may not
 * have are replaced; only the user's flags are taken. */
static void
context_restore(struct trapframe *tf, const struct sigcontext *sc)
{
	tf->gs = user_selector(sc->gs);
	tf->fs = user_selector(sc->fs);
	tf->es = user_selector(sc->es);
	tf->ds = user_selector(sc->ds);
	tf->edi = sc->edi;
	tf->esi = sc->esi;
	tf->ebp = sc->ebp;
	tf->esp = sc->esp;
	tf->ebx = sc->ebx;
	tf->edx = sc->edx;
	tf->ecx = sc->ecx;
	tf->eip = sc->eip;
	tf->eflags = (tf->eflags & ~EFLAGS_USER) | (sc->eflags & EFLAGS_USER);
	tf->cs = USER_CS;
	tf->ss = USER_DS;
}

int
machine_signal_return(bool rt, uint64_t *mask, uint32_t *result)
{
	struct trapframe *tf = user_frame();
	struct sigcontext sc;
	uint32_t high;

	if (rt) {
		/* The handler's return has popped pretcode. */
		vaddr_t uc = tf->esp - 4 + offsetof(struct rt_sigframe, uc);

		if (copyin(&sc, uc + offsetof(struct ucontext, mc), sizeof(sc)) != 0 ||
		    copyin(mask, uc + offsetof(struct ucontext, sigmask), sizeof(*mask)) != 0)
			return EFAULT;
	} else {
		/* The handler's return has popped pretcode, and the restorer the signal number. */
		vaddr_t at = tf->esp - 8;

		if (copyin(&sc, at + offsetof(struct sigframe, sc), sizeof(sc)) != 0 ||
		    copyin(&high, at + offsetof(struct sigframe, extramask), sizeof(high)) != 0)
			return EFAULT;
		*mask = (uint64_t)high << 32 | sc.oldmask;
	}
	if (fpstate_pop(sc.fpstate) != 0)
		return EFAULT;
	context_restore(tf, &sc);
	*result = sc.eax;
	return 0;
}

void
machine_syscall_restart(void)
{
	struct trapframe *tf = user_frame();

	tf->eax = tf->error;
	tf->eip -= INT80_SIZE;
}
