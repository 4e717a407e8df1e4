# SPDX-License-Identifier: BSD-2-Clause
#
# The machine that the kernel runs on, for tools/run and tools/boot alike.
# Sourced by bash; leaves QEMU's arguments in the array machine.
#
# The processor is a plain 32-bit one (PSE, PGE, FXSR, SSE2), emulated, and the
# same on every host.  The last device is the way out: the kernel writes a line
# to port 0xe9 that says how it ended, and a byte that QEMU leaves with.  There is
# no screen: emulated, each line of output costs the drawing of all of it.
machine=(
	qemu-system-i386 -accel tcg -machine pc -cpu qemu32
	-nodefaults -no-user-config -no-reboot
	-device isa-debug-exit,iobase=0xf4,iosize=0x04
)

# For who looks at it, and for GRUB, which writes to one.
screen=(-vga std)

# What QEMU exits with for the byte that the kernel wrote: 2 * byte + 1.
qemu_exit=33 qemu_panic=35 qemu_noboot=37 qemu_off=39
