# SPDX-License-Identifier: BSD-2-Clause
"""Teaches gdb about the kernel: `gdb -x tools/gdb/load.py`. Then `ist help` lists what is new."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import ist.commands  # noqa: E402,F401
