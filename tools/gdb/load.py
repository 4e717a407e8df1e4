# SPDX-License-Identifier: BSD-2-Clause
"""Teaches gdb about the kernel: `gdb -x tools/gdb/load.py`. Then `ist help` lists what is new."""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import ist.commands  # noqa: E402,F401
import ist.picture  # noqa: E402,F401
import ist.printers  # noqa: E402,F401
import ist.programs  # noqa: E402,F401
import ist.unwind  # noqa: E402,F401

# Before the kernel has turned paging on its addresses lead nowhere, but a breakpoint can be set if
# gdb reads the code in the file.
gdb.execute("set trust-readonly-sections on")
