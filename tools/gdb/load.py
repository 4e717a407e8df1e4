# SPDX-License-Identifier: BSD-2-Clause
"""Teaches gdb about the kernel: `gdb -x tools/gdb/load.py build/debug/isthmus.elf`. Then `ist help`
lists what is new."""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

# Before the kernel has turned paging on its addresses lead nowhere, but a breakpoint can be set if
# gdb reads the code in the file.
gdb.execute("set trust-readonly-sections on")

# While the machine is stopped, gdb reads each part of the kernel's memory once: over a serial line
# that makes the commands ten times as fast.
gdb.execute("mem 0xc0000000 0 rw cache")
gdb.execute("set mem inaccessible-by-default off")
gdb.execute("set dcache line-size 1024")
gdb.execute("set dcache size 16384")

try:
    import ist.asleep
    import ist.commands
    import ist.picture
    import ist.printers
    import ist.programs
    import ist.unwind  # noqa: F401
except gdb.GdbError as error:
    gdb.write("%s\n" % error, gdb.STDERR)
