# SPDX-License-Identifier: BSD-2-Clause
"""gdb's commands for isthmus. kernel.py reads the kernel's structures, tables.py its page tables;
the other files show what these two return."""
