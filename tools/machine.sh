# SPDX-License-Identifier: BSD-2-Clause
#
# The emulated machine, for tools/run and tools/boot. Sourced by bash; sets the array
# machine to QEMU's command line.
#
# The processor is a plain 32-bit one (PSE, PGE, FXSR, SSE2), emulated, so that it is the
# same on every host. The kernel ends the machine by the last device: it writes a line that
# says how it ended to port 0xe9, and a byte to port 0xf4 that QEMU makes its exit status of.
# There is no screen: emulating one would redraw all of it for each line of output.
# ISTHMUS_QEMU names another QEMU.
machine=(
	"${ISTHMUS_QEMU:-qemu-system-i386}" -accel tcg -machine pc -cpu qemu32
	-nodefaults -no-user-config -no-reboot
	-device isa-debug-exit,iobase=0xf4,iosize=0x04
)

# A screen, for a window and for GRUB, which needs one.
screen=(-vga std)

# QEMU's exit statuses, 2 * byte + 1 for the byte that the kernel wrote.
qemu_exit=33 qemu_panic=35 qemu_noboot=37 qemu_off=39 qemu_limit=41

# Prints words for the command line, and a space: the size of the terminal on standard input, if it
# is known.
terminal_words() {
	local size
	size=$(stty size 2>/dev/null) || return 0
	[[ $size != *[1-9]*\ *[1-9]* ]] || printf %s "rows=${size% *} columns=${size#* } "
}
