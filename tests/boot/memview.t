# SPDX-License-Identifier: BSD-2-Clause
# memview at a terminal: its keys, sizes and colours. tests/boot/memview.py types, and looks at the
# screen.
. tests/boot/lib.sh
. tools/machine.sh
if ! command -v python3 >/dev/null; then
	skip 'memview at a terminal' 'there is no python3'
	plan
	exit
fi
PYTHONDONTWRITEBYTECODE=1 python3 tests/boot/memview.py "$dir" "${machine[@]}" \
	-m 64 -display none -kernel "$build/release/isthmus.elf" -initrd "$build/initrd.tar"
