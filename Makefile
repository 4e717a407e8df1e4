# SPDX-License-Identifier: BSD-2-Clause
#
# Builds isthmus: the kernel, its user programs and their image. `make help` lists the
# targets, V=1 shows the commands, BUILD=dir puts the objects elsewhere.

BUILD ?= build
# These ask for something, unless they are empty or 0.
$(foreach v,V WERROR DEBUG ISO KGDB,$(eval override $(v) := $(filter-out 0,$($(v)))))
Q := $(if $(V),,@)
quiet := $(V)$(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(quiet),,@echo '$(1) $(2)')
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
export ISTHMUS_BUILD := $(abspath $(BUILD))

# -- the compiler: CROSS or CC if given, else the first of these that is installed --
have = $(shell command -v $(1) 2>/dev/null)
ifdef CROSS
CC := $(CROSS)gcc
else ifeq ($(origin CC),default)
CC := $(firstword $(wildcard build/toolchain/bin/i686-elf-gcc) \
	$(call have,i686-elf-gcc) $(call have,i686-linux-gnu-gcc) \
	$(call have,x86_64-elf-gcc) $(call have,gcc) $(call have,clang))
endif
# What the compiler says about itself. It is expanded only when something is compiled.
ask = $(if $(CC),$(shell $(CC) $(1) 2>/dev/null))
ifneq ($(findstring clang,$(notdir $(CC))),)
TARGET := --target=i686-elf
LD := $(call ask,-print-prog-name=ld.lld) -m elf_i386
else
TARGET := -m32
STACK := -mpreferred-stack-boundary=2
# Options that save instructions, with what each saves of the 658 of shmat + shmdt and the 6,018 of
# fork + exit + wait:
#	-fno-align-loops	1 and 14: no padding that would be executed before a loop
#	-fno-align-jumps	0 and 1: none before the target of a jump
#	-fno-if-conversion	19 and 26: a jump instead of computing both branches
#	-flive-range-shrinkage	3 and -4 (it costs 4): values live shortly, since registers are few
#	-fno-tree-reassoc	4 and 4: sums are left in the source's order, for the same reason
TIGHT := -fno-align-loops -fno-align-jumps \
	-fno-if-conversion -flive-range-shrinkage -fno-tree-reassoc
LD := $(call ask,-print-prog-name=ld) -m elf_i386
endif
# i686-elf-gcc's int32_t is a long; to the other compilers it is an int.
ifneq ($(findstring -elf,$(call ask,-dumpmachine)),)
TARGET += -U__INT32_TYPE__ -D__INT32_TYPE__=int \
	-U__UINT32_TYPE__ "-D__UINT32_TYPE__=unsigned int" \
	-U__UINT32_MAX__ -D__UINT32_MAX__=0xffffffffU
endif
AR := $(call ask,-print-prog-name=ar)
NM := $(call ask,-print-prog-name=nm)
STRIP := $(call ask,-print-prog-name=strip)
HOSTCC ?= gcc
NASM ?= nasm

WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wshadow \
	-Wpointer-arith -Wno-unused-parameter $(if $(WERROR),-Werror)
CFLAGS := $(TARGET) -march=i686 -std=gnu11 -ffreestanding -fno-pie \
	-fno-stack-protector -fno-strict-aliasing -fno-common \
	-fno-asynchronous-unwind-tables -g $(WARN) \
	-nostdinc -isystem $(call ask,-print-file-name=include)
# The kernel keeps frame pointers, so that a panic can print its callers. Its functions take
# their first three arguments in EAX, EDX and ECX.
KCFLAGS := $(CFLAGS) -mno-sse -mno-mmx -msoft-float -fno-omit-frame-pointer -mregparm=3 \
	-mtune=generic $(STACK)
# CACHE=n builds only those shortcuts of vm_space whose sum is n: struct vm_cache.
CACHE_FLAG := $(if $(CACHE),-DVM_CACHE=$(CACHE)u)
KCFLAGS += $(CACHE_FLAG)
# STUB=0 builds kernels without the gdb stub, to measure what it costs.
KCFLAGS += $(if $(filter 0,$(STUB)),-DNO_STUB)
CFLAGS_release := -O3 $(TIGHT)
# Not optimized, so that gdb finds every variable, and every argument at a breakpoint. A kernel of
# CACHE=n is only run by tests.
CFLAGS_debug := $(if $(CACHE),-O2,-O0) -DDEBUG -DTRACE
CFLAGS_trace := $(CFLAGS_release) -DTRACE
UCFLAGS := $(CFLAGS) -O2 -Iuser/lib/include -iquote kernel
# No --build-id: the multiboot header has to stay within the first 8 KiB.
LDFLAGS := -nostdlib -static --build-id=none -z noexecstack --discard-locals
ASFLAGS := -f elf32 -g -F dwarf $(if $(WERROR),-Werror)

# -- the sources --------------------------------------------------------------
# The include path of kernel/ holds only itself and the machine contract, so that most wrong
# includes do not compile; tools/rooms finds the others.
INC_kernel := -Ikernel -Iarch/i386/include
INC_arch := -Iarch/i386 -Iarch/i386/include -Ikernel
KSRC := $(sort $(wildcard kernel/*.c kernel/*/*.c arch/i386/*.c arch/i386/*.asm))
ifeq ($(STUB),0)
KSRC := $(filter-out kernel/debug/gdb% arch/i386/gdb%,$(KSRC))
endif
KOBJ := $(patsubst %,%.o,$(basename $(filter %.c,$(KSRC)))) \
	$(addsuffix .o,$(filter %.asm,$(KSRC)))
# A lab's handout may have objects in place of some sources: tools/handout makes them.
LABOBJ := $(patsubst labs/objects/release/%,%,$(wildcard labs/objects/release/*/*/*.o))
KOBJ += $(LABOBJ)
LIBSRC := $(filter-out user/lib/crt0.asm,\
	$(sort $(wildcard user/lib/*.c user/lib/*.asm)))
LIBOBJ := $(patsubst %.c,%.o,$(filter %.c,$(LIBSRC))) \
	$(patsubst %,%.o,$(filter %.asm,$(LIBSRC))) user/lib/stubs.asm.o
LIBC := $(BUILD)/user/lib/libc.a
CRT0 := $(BUILD)/user/lib/crt0.asm.o
PROGS := $(patsubst user/%.c,%,$(sort $(wildcard user/*.c)))
ETC := $(notdir $(wildcard user/etc/*))
INSIDE := $(PROGS:%=bin/%) $(ETC:%=etc/%)
TESTS := $(patsubst tests/user/%.c,%,\
	$(filter-out %/tap.c,$(sort $(wildcard tests/user/*.c))))
LABPROGS := $(patsubst labs/%.c,$(BUILD)/labs/%,$(wildcard labs/*/tests/*.c))
GUESTS := $(patsubst tests/boot/guest/%.c,%,$(wildcard tests/boot/guest/*.c))
# The host tests have their own list of sources and options.
include tests/host/files.mk
HOST_CFLAGS += $(if $(WERROR),-Werror) $(CACHE_FLAG)
HOSTTESTS := $(patsubst tests/host/%.c,%,$(sort $(wildcard tests/host/test_*.c)))
HOSTOBJ := $(patsubst %.c,$(BUILD)/host/%.o,$(HOST_KERNEL) \
	$(sort $(wildcard tests/host/support/*.c)))
EXPLORE_CFLAGS += $(if $(WERROR),-Werror) $(CACHE_FLAG)
# A lab's handout has no tests/explore, for the model is in it.
EXPLORERS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/explore/explore.c tests/explore/interleave.c))
EXPLOREOBJ := $(patsubst %.c,$(BUILD)/explore/%.o,$(HOST_KERNEL) \
	$(sort $(wildcard tests/host/support/*.c) \
	$(filter-out %/explore.c %/interleave.c,$(wildcard tests/explore/*.c))))

# Targets that compile nothing in this make: those that need a build run a make of their own.
ERRANDS := run test test-v86 bench bench-plot performance debian linux linux-data mutants conformance \
	fuzz fuzz-kernel coverage mutate soak \
	iso debug qemu-gdb gdb picture toolchain npm web run-web web-picture clean help format \
	check-format lines grade handin handouts class explore interleave
.PHONY: all kernel user tests labs layout web-files $(ERRANDS)
all: kernel user	## the kernel (release, debug and trace) and the image (optimized or not)
kernel: $(foreach k,release debug trace,$(BUILD)/$(k)/isthmus.elf)
user: $(BUILD)/initrd.tar $(BUILD)/debug/initrd.tar
tests: $(TESTS:%=$(BUILD)/tests/%) $(BUILD)/tests/bench/bench $(BUILD)/tests/bench/clock $(BUILD)/linux-init $(GUESTS:%=$(BUILD)/tests/guest/%) \
	$(HOSTTESTS:%=$(BUILD)/host/%) $(EXPLORERS) labs
labs: $(LABPROGS)

# A stamp holds words that objects depend on. It is written while make reads this file, and
# only if the words have changed, so that an up-to-date build runs no command.
stamp = $(shell mkdir -p $(BUILD); echo '$(2)' | cmp -s - $(BUILD)/$(1) || \
	echo '$(2)' >$(BUILD)/$(1))
NPM := $(BUILD)/npm/node_modules/.package-lock.json
compiling := $(filter-out $(ERRANDS) $(NPM),$(or $(MAKECMDGOALS),all))
ifneq ($(compiling),)
ifeq ($(and $(CC),$(call have,$(NASM))),)
$(shell NO_INSTALL=1 tools/setup build >&2)
$(error something to build with is missing)
endif
$(call stamp,flags,$(CC) $(KCFLAGS) $(UCFLAGS) $(ASFLAGS) $(HOST_CFLAGS) $(EXPLORE_CFLAGS))
$(call stamp,links,$(LD) $(LDFLAGS) $(KOBJ) $(LIBOBJ) $(HOSTOBJ) $(EXPLOREOBJ) $(HOST_LDFLAGS))
$(call stamp,names,$(PROGS) $(ETC))
endif
F := $(BUILD)/flags Makefile
L := $(BUILD)/links

# -- the kernel: the release, debug and trace builds ---------------------------
# The kernel is linked twice: the first link gives the addresses of the functions, and the
# second includes the table of them. The table lies behind the text, so it does not move the
# text; the last command checks that.
define kernel_rules
$(BUILD)/$(1)/kernel/%.o: kernel/%.c $(F)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<$(2))
	$(Q)$$(CC) $$(KCFLAGS) $$(CFLAGS_$(1)) $$(INC_kernel) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/arch/i386/%.o: arch/i386/%.c $(F)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<$(2))
	$(Q)$$(CC) $$(KCFLAGS) $$(CFLAGS_$(1)) $$(INC_arch) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/arch/i386/%.asm.o: arch/i386/%.asm $(F)
	@mkdir -p $$(@D)
	$$(call say,AS,$$<$(2))
	$(Q)$$(NASM) $$(ASFLAGS) $$(INC_arch:%=%/) -MD $$(@:.o=.d) -MP -o $$@ $$<

$(LABOBJ:%=$(BUILD)/$(1)/%): $(BUILD)/$(1)/%: labs/objects/$(1)/%
	@mkdir -p $$(@D)
	$(Q)cp $$< $$@

$(BUILD)/$(1)/ksyms0.c: tools/mkksyms
	@mkdir -p $$(@D)
	$(Q)tools/mkksyms </dev/null >$$@

$(BUILD)/$(1)/ksyms1.c: $(BUILD)/$(1)/pass1.elf tools/mkksyms
	$(Q)$$(NM) -n $$< | tools/mkksyms >$$@

$(BUILD)/$(1)/ksyms%.o: $(BUILD)/$(1)/ksyms%.c $(F)
	$(Q)$$(CC) $$(KCFLAGS) $$(CFLAGS_$(1)) $$(INC_kernel) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/pass1.elf: $$(KOBJ:%=$(BUILD)/$(1)/%) $(BUILD)/$(1)/ksyms0.o \
		linker.ld $(L)
	$(Q)$$(LD) $$(LDFLAGS) -T linker.ld -o $$@ $$(filter %.o,$$^)

$(BUILD)/$(1)/isthmus.elf: $$(KOBJ:%=$(BUILD)/$(1)/%) $(BUILD)/$(1)/ksyms1.o \
		linker.ld $(L)
	$$(call say,LD,$$@)
	$(Q)$$(LD) $$(LDFLAGS) -T linker.ld -o $$@ $$(filter %.o,$$^)
	$(Q)$$(NM) -n $$@ | tools/mkksyms | cmp - $(BUILD)/$(1)/ksyms1.c

# Where this kernel has what web/snapshot.js reads.
$(BUILD)/$(1)/web/layout.s: web/layout.c $(F)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(KCFLAGS) $$(CFLAGS_$(1)) $$(INC_kernel) -MMD -MP -MT $$@ -S -o $$@ $$<

$(BUILD)/$(1)/layout.json: $(BUILD)/$(1)/isthmus.elf $(BUILD)/$(1)/web/layout.s tools/mklayout
	$$(call say,GEN,$$@)
	$(Q)$$(NM) $$< | tools/mklayout - $(BUILD)/$(1)/web/layout.s >$$@
endef
$(eval $(call kernel_rules,release,))
$(eval $(call kernel_rules,debug, (debug)))
$(eval $(call kernel_rules,trace, (trace)))

# A kernel that is changed, as in a lab, may lack some of what web/snapshot.js reads, and builds all
# the same.
layout: $(BUILD)/release/layout.json	## write build/release/layout.json, by which the page reads the kernel's memory

.SECONDARY:

# -- the library, the programs, the image, twice ---------------------------------
# The debug kernel has an image of its own, whose programs are not optimized. $(1) is the
# directory, $(2) the options, $(3) what is said.
USERLD := $(wildcard user/user.ld)
ulink = $(LD) $(LDFLAGS) $(USERLD:%=-T %) -o $@ $(filter %.o,$^) $(filter %.a,$^)
define user_rules
$(1)/user/lib/stubs.asm: kernel/abi/syscalls.def tools/mkstubs
	@mkdir -p $$(@D)
	$$(call say,GEN,$$@)
	$(Q)tools/mkstubs <$$< >$$@

$(1)/user/lib/stubs.asm.o: $(1)/user/lib/stubs.asm $(F)
	$(Q)$$(NASM) $$(ASFLAGS) -o $$@ $$<

$(1)/user/%.asm.o: user/%.asm $(F)
	@mkdir -p $$(@D)
	$$(call say,AS,$$<$(3))
	$(Q)$$(NASM) $$(ASFLAGS) -MD $$(@:.o=.d) -MP -o $$@ $$<

$(1)/user/%.o: user/%.c $(F)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<$(3))
	$(Q)$$(CC) $$(UCFLAGS) $(2) -MMD -MP -c -o $$@ $$<

$(1)/user/lib/libc.a: $$(LIBOBJ:%=$(1)/%) $(L)
	$$(call say,AR,$$@)
	@rm -f $$@
	$(Q)$$(AR) rcs $$@ $$(filter %.o,$$^)

$(1)/user/bin/%: $(1)/user/%.o $(1)/user/lib/crt0.asm.o $(1)/user/lib/libc.a $(USERLD)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$(Q)$$(ulink)

# A program of several files has the others in a folder of its name.
$(1)/user/bin/sh: $$(patsubst %.c,$(1)/%.o,$$(wildcard user/sh/*.c))
$(1)/user/bin/memview: $$(patsubst %.c,$(1)/%.o,$$(wildcard user/memview/*.c))

$(1)/image/bin/%: $(1)/user/bin/%
	@mkdir -p $$(@D)
	$(Q)$$(STRIP) -o $$@ $$<

$(1)/image/etc/%: user/etc/%
	@mkdir -p $$(@D)
	$(Q)cp $$< $$@

# Dates and owners are fixed, so that equal sources make equal images.
$(1)/initrd.tar: $$(INSIDE:%=$(1)/image/%) $(BUILD)/names
	$$(call say,TAR,$$@)
	$(Q)tar -cf $$@ --format=ustar --owner=0 --group=0 --numeric-owner \
		--mtime=@0 --mode=u=rwX,go=rX --no-recursion -C $(1)/image \
		$$(sort $$(patsubst %/,%,$$(dir $$(INSIDE))) $$(INSIDE))
endef
$(eval $(call user_rules,$(BUILD),,))
$(eval $(call user_rules,$(BUILD)/debug,-O0, (debug)))

$(BUILD)/tests/obj/%.o: tests/%.c $(F)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UCFLAGS) -Itests/user -MMD -MP -c -o $@ $<

$(BUILD)/linux-init: $(BUILD)/tools/linux-init.o $(CRT0) $(LIBC) $(USERLD)
	$(call say,LD,$@)
	$(Q)$(ulink)

$(BUILD)/tools/%.o: tools/%.c $(F)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UCFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/labs/obj/%.o: labs/%.c $(F)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UCFLAGS) -Itests/user -Ilabs/guest -MMD -MP -c -o $@ $<

$(BUILD)/labs/%: $(BUILD)/labs/obj/%.o $(BUILD)/labs/obj/guest/look.o \
		$(BUILD)/tests/obj/user/tap.o $(CRT0) $(LIBC) $(USERLD)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(ulink)

$(BUILD)/tests/guest/%: $(BUILD)/tests/obj/boot/guest/%.o $(CRT0) $(LIBC) $(USERLD)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(ulink)

$(BUILD)/tests/bench/%: $(BUILD)/tests/obj/bench/%.o $(CRT0) $(LIBC) $(USERLD)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(ulink)

$(BUILD)/tests/%: $(BUILD)/tests/obj/user/%.o $(BUILD)/tests/obj/user/tap.o \
		$(CRT0) $(LIBC) $(USERLD)
	$(call say,LD,$@)
	$(Q)$(ulink)

$(BUILD)/isthmus.iso: $(BUILD)/release/isthmus.elf $(BUILD)/initrd.tar tools/mkiso
	$(call say,ISO,$@)
	$(Q)tools/mkiso $@ $< $(BUILD)/initrd.tar

# -- host tests, sanitized -----------------------------------------------------
$(BUILD)/host/%.o: %.c $(F)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/host/test_%: $(BUILD)/host/tests/host/test_%.o $(HOSTOBJ) $(L)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@ $(filter %.o,$^)

# -- exploration: tests/explore -------------------------------------------------
$(BUILD)/explore/%.o: %.c $(F)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(EXPLORE_CFLAGS) -MMD -MP -c -o $@ $<

$(EXPLORERS): $(BUILD)/explore/%: $(BUILD)/explore/tests/explore/%.o $(EXPLOREOBJ) $(L)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(EXPLORE_CFLAGS) $(HOST_LDFLAGS) -o $@ $(filter %.o,$^)

# What clang's libFuzzer drives. Where a test would end, its input is a finding.
$(BUILD)/host/fuzz_%: $(BUILD)/host/tests/host/fuzz_%.o $(HOSTOBJ) $(L)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -fsanitize=fuzzer -Wl,--wrap=_exit -o $@ $(filter %.o,$^)

# -- the page: a folder of static files ------------------------------------------
# The page boots the release kernel, and for exercises the debug kernel and one with a defect. What
# they load is all that it needs of them, so the debug information and the symbols are left out.
WEB := $(BUILD)/web
FORGETFUL := kernel/shm/shm_detach.c
FORGETS := tests/mutants/B10-detach-keeps-lpid
WEB_LIBS := v86/build/libv86.mjs v86/build/v86.wasm @xterm/xterm/lib/xterm.mjs \
	@xterm/xterm/css/xterm.css @xterm/addon-fit/lib/addon-fit.mjs
WEB_KERNELS := release debug $(if $(and $(wildcard $(FORGETFUL)),$(wildcard $(FORGETS))),forget)
WEB_FILES := $(patsubst web/%,$(WEB)/%,$(filter-out web/layout.c web/package%.json,$(wildcard web/*.*))) \
	$(addprefix $(WEB)/lib/,$(notdir $(WEB_LIBS))) \
	$(foreach k,$(WEB_KERNELS),$(WEB)/$(k)/isthmus.elf $(WEB)/$(k)/layout.json) \
	$(WEB)/initrd.tar $(WEB)/more.tar $(WEB)/licences.txt

$(WEB)/%: web/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(WEB)/initrd.tar: $(BUILD)/initrd.tar
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(WEB)/%/layout.json: $(BUILD)/%/layout.json
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(WEB)/%/isthmus.elf: $(BUILD)/%/isthmus.elf
	@mkdir -p $(@D)
	$(Q)$(STRIP) -o $@ $<

# The kernel of exercise 2 in docs/labs.md is the release kernel, but for the one file with a defect. It
# has no table of symbols for a panic.
$(BUILD)/forget/$(FORGETFUL:.c=.o): $(FORGETFUL) $(FORGETS) tools/mutate $(F)
	@mkdir -p $(@D)
	@cp $< $(BUILD)/forget/$<
	$(Q)cd $(BUILD)/forget && $(CURDIR)/tools/mutate $(CURDIR)/$(FORGETS)
	$(call say,CC,$< (forget))
	$(Q)$(CC) $(KCFLAGS) $(CFLAGS_release) $(INC_kernel) -c -o $@ $(BUILD)/forget/$<

$(BUILD)/forget/isthmus.elf: $(KOBJ:%=$(BUILD)/release/%) $(BUILD)/release/ksyms0.o linker.ld $(L) \
		$(BUILD)/forget/$(FORGETFUL:.c=.o)
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -o $@ \
		$(filter-out $(BUILD)/release/$(FORGETFUL:.c=.o),$(filter %.o,$^))

$(BUILD)/forget/layout.json: $(BUILD)/forget/isthmus.elf $(BUILD)/release/web/layout.s tools/mklayout
	$(call say,GEN,$@)
	$(Q)$(NM) $< | tools/mklayout - $(BUILD)/release/web/layout.s >$@

# The packages' own files, without the names of maps for debuggers, which are not there.
define web_library
$(WEB)/lib/$(notdir $(1)): $(NPM)
	@mkdir -p $$(@D)
	$(Q)LC_ALL=C sed '/^\/\/# sourceMappingURL=/d' $(BUILD)/npm/node_modules/$(1) >$$@
endef
$(foreach lib,$(WEB_LIBS),$(eval $(call web_library,$(lib))))

$(WEB)/licences.txt: $(NPM) LICENSE tools/licences
	@mkdir -p $(@D)
	$(Q)tools/licences $(BUILD)/npm/node_modules >$@

# Programs of the tour, beside those of the image.
WEB_PROGRAMS := $(patsubst web/programs/%.c,%,$(wildcard web/programs/*.c)) refused shmdt
$(BUILD)/web-image/obj/refused.c: docs/labs.md
	@mkdir -p $(@D)
	$(Q)awk '/^```/ { on = 0 } /^\/\* refused\.c:/ { on = 1 } on' $< >$@

$(BUILD)/web-image/obj/refused.o: $(BUILD)/web-image/obj/refused.c $(F)
	$(Q)$(CC) $(UCFLAGS) -c -o $@ $<

$(BUILD)/web-image/obj/%.o: web/programs/%.c $(F)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UCFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/web-image/usr/local/bin/%: $(BUILD)/web-image/obj/%.o $(CRT0) $(LIBC) $(USERLD)
	@mkdir -p $(@D)
	$(Q)$(ulink)
	$(Q)$(STRIP) $@

$(BUILD)/web-image/usr/local/bin/shmdt: $(BUILD)/tests/shmdt
	@mkdir -p $(@D)
	$(Q)$(STRIP) -o $@ $<

$(WEB)/more.tar: $(WEB_PROGRAMS:%=$(BUILD)/web-image/usr/local/bin/%)
	@mkdir -p $(@D)
	$(call say,TAR,$@)
	$(Q)tar -cf $@ --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 \
		--mode=u=rwX,go=rX --no-recursion -C $(BUILD)/web-image usr usr/local usr/local/bin \
		$(WEB_PROGRAMS:%=usr/local/bin/%)

# -- targets to type ------------------------------------------------------------
# Each target first installs the tools that it needs. Then it builds in a make of its own,
# because the compiler may be one of those tools.
jobs := $(if $(findstring j,$(firstword -$(MAKEFLAGS))),,-j$(shell nproc 2>/dev/null))
remake := +@$(MAKE) --no-print-directory $(jobs)
# DISPLAY is also X's variable: use it only if it was given on make's command line.
ifneq ($(and $(filter command,$(origin DISPLAY)),$(DISPLAY)),)
comma := ,
kind := $(firstword $(subst =, ,$(subst $(comma), ,$(DISPLAY))))
ifeq ($(filter gtk sdl cocoa curses dbus egl-headless none spice-app vnc,$(kind)),)
$(error DISPLAY=$(DISPLAY): QEMU has no such display; DISPLAY=gtk is a window)
endif
window := --display '$(DISPLAY)'
# make exports it, but QEMU needs X's value, which make's parent has in its environment.
xdisplay := $(shell tr '\0' '\n' </proc/$$PPID/environ | sed -n 's/^DISPLAY=//p')
restore := env $(if $(xdisplay),DISPLAY=$(xdisplay),-u DISPLAY)
endif

run:	## boot to a shell on this terminal (ISO=1 by GRUB, DISPLAY=gtk in a window, ROOT=DIR with a tree, DEBUG=1 the debug kernel, MEM=MIB, APPEND=WORDS, KGDB=1 for gdb by the kernel's own stub)
	@tools/setup run $(if $(ISO),iso) $(if $(filter gtk sdl,$(kind)),window) $(if $(KGDB),gdb)
	$(remake) all $(if $(ISO),$(BUILD)/isthmus.iso)
	@$(restore) tools/boot $(if $(ISO),--iso) $(if $(ROOT),--root $(ROOT)) $(window) $(if $(KGDB),--kgdb) \
		$(if $(DEBUG),--debug) $(if $(MEM),--mem $(MEM)) $(if $(APPEND),--append '$(APPEND)')

test:	## run every test (T=name runs one; DEBUG=1 runs tests/user on the debug kernel, ICOUNT=0 without counted instructions, CACHE=0 tests/user and tests/host without the caches of vm)
	@tools/setup test
	$(if $(filter-out web,$(T)),,-$(remake) npm)
	$(remake) all tests $$([ ! -e $(NPM) ] || echo web-files)
	@ISTHMUS_DEBUG=$(DEBUG) ISTHMUS_ICOUNT=$(ICOUNT) ISTHMUS_CACHE=$(CACHE) tests/suite $(T)

test-v86:	## run the programs of tests/user in v86, the emulator of the browser page (T=name runs one)
	@tools/setup test
	$(remake) all tests $(NPM)
	@ISTHMUS_V86=1 tests/suite $(T)

grade:	## grade a lab in its handout: LAB=cow; TEST=NAME runs one of its tests
	@tools/setup grade
	@tools/grade $(LAB) $(TEST:%=--test %)

handin:	## write what is handed in for a lab, LAB=cow, into one archive
	@tools/handin $(LAB)

class:	## grade a class with known scores: COUNT=300 hand-ins of lab cow
	@tools/setup test
	$(remake) all labs
	@tests/class $(COUNT)

handouts:	## make the handouts of all labs in build/handouts
	@tools/setup test
	@tools/handout --all $(BUILD)/handouts

bench:	## count the instructions of the calls, here and on Linux, and tell how long they take
	@tools/setup bench
	$(remake) all tests
	@tools/bench
	@echo
	@if test -r build/linux/vmlinuz; then tools/bench --time; \
	else echo 'How long they take is told beside Linux: make linux fetches it'; fi

bench-plot:	## draw how the counts grow with size and number, build/bench.svg
	@tools/setup bench plot
	$(remake) all tests
	@tools/bench --plot

performance:	## write the tables of docs/performance.md
	@tools/setup bench
	$(remake) all tests
	@tools/bench --document >$(BUILD)/performance.md && mv $(BUILD)/performance.md docs

debian:	## unpack Debian's programs for the i386 into build/debian, for tools/run --root
	@tools/debian debian

linux:	## fetch Debian's kernel into build/linux, for tools/linux
	@tools/setup linux
	@tools/debian linux
	$(remake) all $(BUILD)/linux-init

linux-data:	## rewrite tests/linux: what Linux prints, for the tests to compare with
	@tools/setup test
	@tools/debian linux musl
	$(remake) all tests
	@tools/linux-data $(FILE)

mutants:	## bring old defects back and check that the tests catch each (ROW=B1 only one)
	@tools/setup test
	$(remake) all tests
	@tools/mutants $(ROW)

mutate:	## try small changes of shm, vm and mem on the tests (SAMPLE=100 SEED=2 FILE=kernel/shm/shm.c)
	@tools/setup test
	$(remake) all tests
	@tools/mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(FILE),--file $(FILE))

soak:	## all kinds of calls at once, with failures, for half an hour (MINUTES=N SEED=N)
	@tools/setup test
	$(remake) all tests
	@tools/soak $(or $(MINUTES),30) $(or $(SEED),1)

explore:	## make every sequence of calls in small worlds (WORLD=name DEPTH=n FAILING=n JOBS=n)
	@tools/setup test
	$(remake) $(BUILD)/explore/explore
	@$(BUILD)/explore/explore $(WORLD:%=--world %) $(DEPTH:%=--depth %) $(FAILING:%=--failing %) \
		$(JOBS:%=--jobs %) --keep $(BUILD)/explore/states

interleave:	## try all interleavings of two and three calls on one segment
	@tools/setup test
	$(remake) $(BUILD)/explore/interleave
	@$(BUILD)/explore/interleave

fuzz:	## make random programs of calls to the kernel's files, compared with the model (TIME=600 seconds)
	@tools/setup fuzz
	@tools/fuzz --time $(or $(TIME),600)

fuzz-kernel:	## run hostile programs on the release and the debug kernel (COUNT=50 seeds)
	@tools/setup fuzz
	$(remake) all tests
	@tools/fuzz --kernel 1 $(or $(COUNT),50)

coverage:	## measure which lines and branches of the kernel the tests reach
	@tools/setup test
	$(remake) all tests
	@CC='$(CC)' tools/coverage

conformance:	## write docs/conformance.md: each branch of the contract and its tests
	@mkdir -p $(BUILD)
	@tools/conformance >$(BUILD)/conformance.md && mv $(BUILD)/conformance.md docs

iso:	## make an image for GRUB, build/isthmus.iso
	@tools/setup build iso
	$(remake) $(BUILD)/isthmus.iso

debug:	## boot the debug kernel with gdb beside it, in two panes or two terminals
	@tools/setup run gdb
	$(remake) all
	@$(restore) tools/debug

qemu-gdb:	## boot the debug kernel, stop before the first instruction, and wait for `make gdb`
	@tools/setup run gdb
	$(remake) all
	@$(restore) tools/boot --gdb $(window)

gdb:	## debug the kernel that `make qemu-gdb` started
	@tools/setup gdb
	@tools/debug --gdb

picture:	## draw who shares what in a running kernel, build/picture.svg
	@tools/setup run gdb picture
	$(remake) all
	@tools/picture $(BUILD)/picture.svg

toolchain:	## build i686-elf-gcc from Debian's sources into build/toolchain
	@tools/toolchain

# npm checks each package against the digest that the lock file has of it. The lock file names
# versions and digests, but no address: npm knows where it fetches from.
npm:	## fetch the page's packages (v86, xterm.js and others) into build/npm
	@tools/setup npm
	$(remake) $(NPM)

$(NPM): web/package.json web/package-lock.json
	$(call say,NPM,$(BUILD)/npm)
	@mkdir -p $(BUILD)/npm
	@cp $^ $(BUILD)/npm
	$(Q)cd $(BUILD)/npm && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 1 >log 2>&1 || \
		{ echo 'make npm: cannot fetch what web/package-lock.json names: $(BUILD)/npm/log says why' >&2; \
		exit 1; }
	@touch $@

web:	## make the page in a browser, the folder build/web, for any web server
	@tools/setup npm
	$(remake) $(NPM)
	$(remake) web-files

web-files: $(WEB_FILES)

run-web:	## serve the page on this machine's own address (PORT=N chooses the port)
	@tools/setup npm web
	$(remake) web
	@tools/serve $(WEB) $(PORT)

web-picture:	## draw the page for the README, docs/browser.png (needs chromium)
	$(remake) web
	@tools/web-picture docs/browser.png

clean:	## remove what was built, except build/toolchain and downloads
	@find $(BUILD) -mindepth 1 -maxdepth 1 ! -name toolchain ! -name 'apt*' ! -name npm \
		$(foreach t,debian python linux musl,! -name $(t) ! -name $(t).made) \
		-exec rm -rf {} + 2>/dev/null || true

CFILES = $(shell find kernel arch user tests tools labs web -name '*.[ch]' 2>/dev/null)
format:	## reformat the C sources with clang-format
	@clang-format -i $(CFILES)

check-format:	## report where `make format` would change the C sources
	@clang-format --dry-run -Werror $(CFILES)
	@for f in $(CFILES); do expand $$f | awk -v f=$$f 'length > 100 { bad = 1; \
		print f ":" NR ": longer than 100 columns" } END { exit bad }' || \
		bad=1; done; exit $${bad:-0}

lines:	## count the lines of each room
	@tools/lines

help:	## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(foreach d,release debug trace user tests host explore tools labs web-image,$(BUILD)/$(d)) \
	-name '*.d' 2>/dev/null)
