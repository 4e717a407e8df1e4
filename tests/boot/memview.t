# SPDX-License-Identifier: BSD-2-Clause
# memview at a terminal: its keys, sizes and colours. tests/boot/memview.py types, and looks at the
# screen.
. tests/boot/lib.sh
. tools/machine.sh
at_console 'memview at a terminal' tests/boot/memview.py
