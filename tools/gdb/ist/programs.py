# SPDX-License-Identifier: BSD-2-Clause
"""The programs that run on the kernel: their symbols, and breakpoints in one of them. Most lie at
the same addresses, so gdb is given the symbols of one at a time: that of the current process,
whenever it stops."""
import os
import re
import tempfile

import gdb

from . import kernel, tables, unwind
from .commands import Command, label, say
from .kernel import KERNEL_BASE, PAGE

PIE_BASE = 0x10000000  # kernel/exec/exec.c
loaded = None          # the file whose symbols gdb has
given = {}             # the files that `ist program` named, by their name


def builds():
    """Returns where programs are: the directory of the kernel, whose image may have programs of its
    own, and the one above, which the kernel was built in."""
    here = os.path.dirname(kernel.file())
    return here, os.path.dirname(here)


def short(name):
    """Returns a program's name as the kernel keeps it: cut to its 15 first characters."""
    return os.path.basename(name)[:15]


def find(name):
    """Returns the file with the symbols of the program called name, or None."""
    if short(name) in given:
        return given[short(name)]
    for directory in ("user/bin", "tests", "tests/guest", "tests/bench"):
        for folder in [os.path.join(build, directory) for build in builds()]:
            for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
                path = os.path.join(folder, file)
                if short(file) == short(name) and os.path.isfile(path):
                    return path
    return None


def load(path):
    """Give gdb the symbols of the program in that file, in place of those that it had."""
    global loaded
    if path == loaded:
        return
    if loaded is not None:
        keep_breakpoints()
        gdb.execute("remove-symbol-file '%s'" % loaded, to_string=True)
    loaded = None
    if path is not None:
        gdb.execute("add-symbol-file '%s' -o 0x%x" % (path, bias(path)), to_string=True)
        loaded = path


def header(path):
    with open(path, "rb") as file:
        return file.read(64)


def bias(path):
    """Returns how far the kernel moves a program: not at all, or to PIE_BASE."""
    return PIE_BASE if header(path)[16] == 3 else 0


def load_current():
    p = kernel.current()
    if p is not None and kernel.space_of(p) is not None:
        path = find(kernel.name_of(p))
        if path is not None:
            load(path)


class In(gdb.Function):
    """$in("NAME"): whether the current process runs the program of that name."""

    def __init__(self):
        super().__init__("in")

    def invoke(self, name):
        p = kernel.current()
        return p is not None and kernel.name_of(p) == short(name.string())


def address_of(breakpoint):
    """Returns the first address of a breakpoint, or None."""
    found = re.search(r"\b0x[0-9a-f]{8}\b",
                      gdb.execute("info breakpoints %d" % breakpoint.number, to_string=True))
    return int(found.group(0), 16) if found else None


def in_program(breakpoint):
    at = address_of(breakpoint)
    return at is not None and at < KERNEL_BASE


def created(breakpoint):
    """A breakpoint at a program's address would stop in every program that has code there."""
    if loaded is None or breakpoint.condition or not breakpoint.is_valid() or \
            breakpoint.type != gdb.BP_BREAKPOINT or not in_program(breakpoint):
        return
    breakpoint.condition = '$in("%s")' % os.path.basename(loaded)


def keep_breakpoints():
    """The symbols are about to be removed: breakpoints in the program become addresses."""
    for old in gdb.breakpoints():
        if old.type == gdb.BP_BREAKPOINT and old.location and old.location[0] != "*" and \
                in_program(old):
            new = gdb.Breakpoint("*0x%x" % address_of(old))
            new.condition, new.enabled = old.condition, old.enabled
            say("Breakpoint %d at %s is breakpoint %d now." % (old.number, old.location,
                                                              new.number))
            old.delete()


def function_in(path, name):
    """Returns the address of a function of a loaded program, or None."""
    for objfile in gdb.objfiles():
        if objfile.filename == os.path.realpath(path):
            symbol = objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name)
            if symbol is not None and symbol.type.code == gdb.TYPE_CODE_FUNC:
                return int(symbol.value().address)
    return None


class Break(Command):
    name = "break"
    usage = "break PROGRAM [FUNCTION]"
    help = "stop in a program at that function, or main; in no other program"

    def run(self, words):
        if not 1 <= len(words) <= 2:
            raise gdb.GdbError("usage: ist " + self.usage)
        path, function = find(words[0]), (words + ["main"])[1]
        if path is None:
            raise gdb.GdbError("there is no program %s in %s; `ist program FILE` names one "
                               "elsewhere" % (words[0], builds()[1]))
        before = loaded
        load(path)
        at = function_in(path, function)
        if at is None:
            load(before)
            raise gdb.GdbError("%s has no function %s, or it is inlined" % (words[0], function))
        new = gdb.Breakpoint("*0x%x" % at)
        new.condition = '$in("%s")' % os.path.basename(path)
        load_current()


class Program(Command):
    name = "program"
    usage = "program FILE..."
    help = "take the symbols of programs with these names from these files"

    def run(self, words):
        for path in words:
            if not os.path.isfile(path):
                raise gdb.GdbError("%s: no such file" % path)
            given[short(path)] = os.path.realpath(path)


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
    load(find(kernel.name_of(p)))
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
            load_current()
            select(selected)
    # The first frame is the CPU's own.
    gdb.write(re.sub(r"^#(\d+) *", lambda found: "#%-3d" % (int(found.group(1)) - 1),
                     shown[shown.index("\n#1 ") + 1:], flags=re.M))


class BtAll(Command):
    name = "bt-all"
    usage = "bt-all [PID...]"
    help = "the backtrace of each process, or of these"

    def run(self, words):
        if len(gdb.selected_inferior().threads()) > 1:
            gdb.execute("thread apply all backtrace")
            return
        now = kernel.current()
        for p in kernel.processes():
            if words and str(kernel.pid_of(p)) not in words or kernel.state_of(p) == "Z":
                continue
            sleep = kernel.sleep_of(p)
            say("process %s%s" % (label(p), " sleeps: " + sleep[0] if sleep else ""))
            if now is not None and kernel.pid_of(p) == kernel.pid_of(now):
                gdb.execute("backtrace")
            else:
                backtrace(p)
            say()


def stopped(event):
    """gdb has printed where the program is, but may have had another one's symbols."""
    before = loaded
    load_current()
    if loaded != before and gdb.newest_frame().pc() < KERNEL_BASE:
        gdb.execute("frame")


for kind in (Break, Program, BtAll, In):
    kind()
gdb.events.stop.connect(stopped)
gdb.events.breakpoint_created.connect(created)
