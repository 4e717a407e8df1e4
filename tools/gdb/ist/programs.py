# SPDX-License-Identifier: BSD-2-Clause
"""The programs that run on the kernel: their symbols, and breakpoints in one of them. Most lie at
the same addresses, so gdb is given the symbols of one at a time: that of the current process
whenever it stops, and before that the one that `ist program` names. Breakpoints that wait for a
program are looked at when one is exec'ed."""
import os
import re

import gdb

from . import kernel
from .commands import Command, say
from .kernel import KERNEL_BASE

PIE_BASE = 0x10000000  # kernel/exec/exec.c
loaded = None          # the file whose symbols gdb has
given = {}             # the files that `ist program` has named, by their name
tree = None            # the directory with the files of shared libraries, which `ist root` has named
libraries = {}         # those whose symbols gdb has, and where it is


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
        for breakpoint in gdb.breakpoints():
            confine(breakpoint)


def libraries_of(p):
    """Returns the files of the shared libraries that a process has mapped, from the tree that `ist
    root` has named, each with where it begins and ends in memory."""
    found, space = {}, kernel.space_of(p)
    for entry in kernel.entries(space) if tree and space is not None else ():
        path = kernel.file_path(entry.object) if entry.object else None
        if path and short(path) != kernel.name_of(p) and os.path.isfile(tree + path):
            found[tree + path] = (found.get(tree + path, (entry.base(),))[0], entry.end)
    return found


def load_libraries(wanted):
    """Give gdb the symbols of these libraries, and of no others."""
    global libraries
    if wanted == libraries:
        return
    for path in libraries:
        gdb.execute("remove-symbol-file '%s'" % path, to_string=True)
    libraries = wanted
    for path, (start, end) in wanted.items():
        gdb.execute("add-symbol-file '%s' -o 0x%x" % (path, start), to_string=True)


def in_library(pc):
    """Returns whether an address is in a library that gdb knows: it may have no symbol there, but
    it knows how to find the caller."""
    return any(start <= pc < end for start, end in libraries.values())


def load_for(p):
    """Give gdb the symbols of what a process runs."""
    load(find(kernel.name_of(p)))
    load_libraries(libraries_of(p))


def header(path):
    with open(path, "rb") as file:
        return file.read(64)


def bias(path):
    """Returns how far the kernel moves a program: not at all, or to PIE_BASE."""
    return PIE_BASE if header(path)[16] == 3 else 0


def load_current():
    p = kernel.current()
    if p is not None and kernel.space_of(p) is not None:
        if find(kernel.name_of(p)) is not None:
            load_for(p)


asked_in = None  # the number of the thread that was selected when gdb asked for a command


def prompt():
    """gdb is about to ask for a command. Another thread may have been selected by the last one."""
    global asked_in
    thread = gdb.selected_thread()
    if thread is not None and thread.num != asked_in:
        asked_in = thread.num
        if kernel.threads():
            load_for(kernel.selected())


def is_foreign():
    """Returns whether the selected thread runs another program than the one that gdb knows."""
    return loaded is not None and bool(kernel.threads()) and \
        find(kernel.name_of(kernel.selected())) != loaded


class In(gdb.Function):
    """$in("NAME"): whether the current process runs the program of that name."""

    def __init__(self):
        super().__init__("in")

    def invoke(self, name):
        p = kernel.current()
        return p is not None and kernel.name_of(p) == short(name.string())


def addresses_of(breakpoint):
    """Returns the addresses of a breakpoint, which is not pending if there are any."""
    found, at = [], None
    for line in gdb.execute("maintenance info breakpoints", to_string=True).split("\n"):
        number = re.match(r"(-?\d+)(\.\d+)?\s", line)
        at = number.group(1) if number else at
        if number and at == str(breakpoint.number):
            found += [int(va, 16) for va in re.findall(r"\s(0x[0-9a-f]{8})\b", line)[:1]]
    return found


def is_users(breakpoint):
    return breakpoint.is_valid() and breakpoint.number > 0 and \
        breakpoint.type in (gdb.BP_BREAKPOINT, gdb.BP_HARDWARE_BREAKPOINT)


def confine(breakpoint):
    """A breakpoint at a program's address would stop in every program that has code there: let it
    stop in the one whose symbols are loaded."""
    if loaded is None or not is_users(breakpoint) or "$in(" in (breakpoint.condition or ""):
        return
    kernels = [va >= KERNEL_BASE for va in addresses_of(breakpoint)]
    if all(kernels):
        return
    name, own = os.path.basename(loaded), breakpoint.condition
    where = '$in("%s")' % name
    if any(kernels):  # a function of that name is in the kernel, too
        where = "($pc >= 0x%x || %s)" % (KERNEL_BASE, where)
    breakpoint.condition = "%s && (%s)" % (where, own) if own else where
    if for_one_process():
        of_program[breakpoint.number] = short(name)
        if not current_runs(name):
            breakpoint.enabled = False
            asleep.add(breakpoint.number)


# ---- Breakpoints that wait until a program is exec'ed ----

# With a stub that sets a program's breakpoint for one process: the programs of breakpoints, by their
# numbers, and the numbers of those that have not been set for a process yet.
of_program, asleep = {}, set()
at_exec = None  # the breakpoint at the end of exec, while any needs it
one_process = None


def for_one_process():
    """Returns whether the stub sets a program's breakpoint for the current process only, as the
    kernel's does. QEMU's, which answers this packet, does not know processes. gdb is asked once,
    since it can't be asked while it looks at a breakpoint."""
    global one_process
    if one_process is None:
        try:
            one_process = "ENABLE" not in gdb.execute("maintenance packet qqemu.sstepbits",
                                                      to_string=True)
        except gdb.error:
            pass  # there is no connection yet
    return bool(one_process)


def disconnected(event):
    global one_process
    one_process = None


def current_runs(name):
    p = kernel.current()
    return p is not None and kernel.name_of(p) == short(name)


def set_for_current(breakpoint):
    """Let the stub set a breakpoint anew: it is for the current process then."""
    if breakpoint.enabled or breakpoint.number in asleep:
        asleep.discard(breakpoint.number)
        breakpoint.enabled = False
        breakpoint.enabled = True


class AtExec(gdb.Breakpoint):
    """The end of exec: gdb has a look at the new program, and the machine runs on."""

    def __init__(self):
        super().__init__(kernel.EXEC_DONE, internal=True)
        self.silent = True

    def stop(self):
        name = kernel.name_of(kernel.current())
        path = find(name)
        if path is not None and any(b.pending for b in gdb.breakpoints() if is_users(b)):
            load(path)
        for breakpoint in gdb.breakpoints():
            if of_program.get(breakpoint.number) == name:
                set_for_current(breakpoint)
        return False


def look_at_exec():
    """Have a breakpoint at the end of exec if one is needed, and none if not. gdb can't be told while
    the machine runs, so this is done when it stops, and when somebody sets a breakpoint."""
    global at_exec
    for_one_process()
    needed = any(is_users(b) and (b.pending or b.number in of_program) for b in gdb.breakpoints())
    if needed and at_exec is None:
        at_exec = AtExec()
    elif not needed and at_exec is not None:
        at_exec.delete()
        at_exec = None


def created(breakpoint):
    confine(breakpoint)
    if is_users(breakpoint):
        look_at_exec()


def keep_breakpoints():
    """The symbols are about to be removed: breakpoints in the program become addresses."""
    for old in gdb.breakpoints():
        if is_users(old) and old.location and old.location[0] != "*":
            at = addresses_of(old)
            if at and at[-1] < KERNEL_BASE:
                new = gdb.Breakpoint("*0x%x" % at[0])
                new.condition, new.enabled = old.condition, old.enabled
                if old.number in asleep:
                    asleep.add(new.number)
                    of_program[new.number] = of_program[old.number]
                say("Breakpoint %d at %s is breakpoint %d now." % (old.number, old.location,
                                                                  new.number))
                old.delete()


def place_in(path, place):
    """Returns the address of a function or FILE:LINE of a loaded program, behind the function's
    first instructions; None if there is none."""
    probe = gdb.Breakpoint(place, internal=True)
    found = [va for va in addresses_of(probe) if va < KERNEL_BASE]
    probe.delete()
    return found[0] if found else None


class Break(Command):
    name = "break"
    usage = "break PROGRAM [FUNCTION]"
    help = "stop in a program at that function or FILE:LINE, or main; in no other program"
    words_min, words_max = 1, 2

    def run(self, words):
        path, place = named(words[0]), (words + ["main"])[1]
        before = loaded
        load(path)
        at = place_in(path, place)
        if at is None:
            load(before)
            raise gdb.GdbError("%s has no function %s, or it is inlined" % (words[0], place))
        gdb.Breakpoint("*0x%x" % at)  # confine() does the rest
        load_current()


def named(word):
    """Returns the file of the program that a word names, by a path or by its name only."""
    path = os.path.realpath(word) if os.path.isfile(word) else find(word)
    if path is None:
        raise gdb.GdbError("there is no program %s in %s; give the path of its file" % (
            word, builds()[1]))
    return path


class Program(Command):
    name = "program"
    usage = "program PROGRAM"
    help = "the program whose functions and lines you mean before it runs"
    words_min, words_max = 1, 1

    def run(self, words):
        path = named(words[0])
        given[short(path)] = path
        load(path)


class Root(Command):
    name = "root"
    usage = "root DIR"
    help = "where the files of shared libraries are: the directory given to tools/run --root"
    words_min, words_max = 1, 1

    def run(self, words):
        global tree
        if not os.path.isdir(words[0]):
            raise gdb.GdbError("%s: no such directory" % words[0])
        tree = os.path.realpath(words[0])


def stopped(event):
    """gdb has printed where the program is, but may have had another one's symbols."""
    before = loaded
    load_current()
    look_at_exec()
    if loaded != before and gdb.newest_frame().pc() < KERNEL_BASE:
        gdb.execute("frame")


for kind in (Break, Program, Root, In):
    kind()
gdb.events.stop.connect(stopped)
gdb.events.breakpoint_created.connect(created)
gdb.events.exited.connect(disconnected)
gdb.events.before_prompt.connect(prompt)
