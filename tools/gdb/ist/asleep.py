# SPDX-License-Identifier: BSD-2-Clause
"""Backtraces of processes that do not run."""
import re
import tempfile

import gdb

from . import kernel, programs, tables, unwind
from .commands import Command, label, say
from .kernel import PAGE

MEMORY_SHOWN = 256  # pages of a process's own memory that a backtrace may need, its stack first


def own_memory(p):
    """Returns what a process has on its stack and in its heap as sections of an object file. They
    are not writable, so that gdb takes them from the file and not from the machine."""
    sections, space = (), kernel.space_of(p)
    for entry in reversed(kernel.entries(space) if space is not None else []):
        for va in range(entry.end - PAGE, entry.start - PAGE, -PAGE):
            if entry.object == 0 and len(sections) < MEMORY_SHOWN:
                content = tables.peek(kernel.directory_of(space), va, PAGE)
                sections += ((b"memory", unwind.ALLOC, va, content),) if content else ()
    return sections


def select(level):
    """Select the frame of that number, counted from the newest."""
    frame = gdb.newest_frame()
    while frame.level() < level:
        frame = frame.older()
    frame.select()


def backtrace(p):
    """Print the backtrace of a process that does not run. Nothing is written to the machine: gdb is
    told the registers as those of a caller, and the program's memory is in a file, since the CPU
    uses the page tables of another process."""
    selected = gdb.selected_frame().level()
    programs.load_for(p)
    with tempfile.NamedTemporaryFile(suffix=".memory") as file:
        file.write(unwind.object_file(*own_memory(p)))
        file.flush()
        gdb.execute("add-symbol-file '%s' -o 0" % file.name, to_string=True)
        try:
            unwind.begin_with(kernel.switched_out(p))
            shown = gdb.execute("backtrace", to_string=True)
        finally:
            unwind.begin_with(None)
            gdb.execute("remove-symbol-file '%s'" % file.name, to_string=True)
            programs.load_current()
            select(selected)
    # The first frame is the CPU's own.
    gdb.write(re.sub(r"^#(\d+) *", lambda found: "#%-3d" % (int(found.group(1)) - 1),
                     shown[shown.index("\n#1 ") + 1:], flags=re.M))


def backtrace_thread(thread, p):
    """Print the backtrace of a process that is a thread. The stub knows its registers and memory."""
    before, level = gdb.selected_thread(), gdb.selected_frame().level()
    try:
        thread.switch()
        programs.load_for(p)
        gdb.execute("backtrace")
    finally:
        programs.load_current()
        before.switch()
        select(level)


class BtAll(Command):
    name = "bt-all"
    usage = "bt-all [PID...]"
    help = "the backtrace of each process, or of these"
    words_max = 1000

    def run(self, words):
        now, threads = kernel.current(), kernel.threads()
        for p in kernel.processes():
            if words and str(kernel.pid_of(p)) not in words or kernel.state_of(p) == "Z":
                continue
            sleep = kernel.sleep_of(p)
            say("process %s%s" % (label(p), " sleeps: " + sleep[0] if sleep else ""))
            if kernel.pid_of(p) in threads:
                backtrace_thread(threads[kernel.pid_of(p)], p)
            elif now is not None and kernel.pid_of(p) == kernel.pid_of(now):
                gdb.execute("backtrace")
            else:
                backtrace(p)
            say()


BtAll()
