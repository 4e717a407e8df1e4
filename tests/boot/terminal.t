# SPDX-License-Identifier: BSD-2-Clause
# The shell at a terminal: editing, history, completion, job control, and the PC's keyboard and
# screen. tests/boot/terminal.py types, and looks at the screen.
. tests/boot/lib.sh
. tools/machine.sh
at_console 'the shell at a terminal' tests/boot/terminal.py "${screen[@]}"
