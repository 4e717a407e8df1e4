# SPDX-License-Identifier: BSD-2-Clause
# The shell at a terminal: editing, history, completion, job control, and the PC's keyboard and
# screen. tests/boot/terminal.py types, and looks at the screen.
. tests/boot/lib.sh
. tools/machine.sh
if ! command -v python3 >/dev/null; then
	skip 'the shell at a terminal' 'there is no python3'
	plan
	exit
fi
PYTHONDONTWRITEBYTECODE=1 python3 tests/boot/terminal.py "$dir" "${machine[@]}" "${screen[@]}" \
	-m 64 -display none -kernel "$build/release/isthmus.elf" -initrd "$build/initrd.tar"
