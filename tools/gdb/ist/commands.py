# SPDX-License-Identifier: BSD-2-Clause
"""The commands `ist ...`, and the functions $proc(PID) and $seg(ID)."""
import gdb

from . import kernel, tables
from .kernel import C, KERNEL_BASE, PAGE, SPAN


def say(line=""):
    gdb.write(line + "\n")


def number(word, what):
    """Returns the number that a word is, as C writes it or as an expression of gdb."""
    try:
        value = gdb.parse_and_eval(word)
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_FUNC:
            value = value.address
        return int(value) & 0xffffffff
    except gdb.error as error:
        raise gdb.GdbError("%s: %s" % (what, error))


def the_process(words):
    """Returns the process whose number is the first of the words; without one, the current."""
    if words:
        return kernel.process(number(words[0], "PID"))
    p = kernel.current()
    if p is None:
        raise kernel.NotStarted()
    return p


def label(p):
    return "%d (%s)" % (kernel.pid_of(p), kernel.name_of(p))


class Ist(gdb.Command):
    """What isthmus does and holds, in its own terms. `ist help` lists the commands."""

    def __init__(self):
        super().__init__("ist", gdb.COMMAND_DATA, prefix=True)

    def invoke(self, arg, from_tty):
        if arg:
            raise gdb.GdbError("there is no command `ist %s`: `ist help` lists them" % arg.split()[0])
        show_help()


class Command(gdb.Command):
    """A command `ist NAME`. The subclass has its usage, a line of help, how many words may follow,
    and run(words)."""
    name = usage = help = ""
    words_min, words_max = 0, 0
    every = []

    def __init__(self):
        self.__doc__ = "ist %s: %s" % (self.usage or self.name, self.help)
        super().__init__("ist " + self.name, gdb.COMMAND_DATA)
        Command.every.append(self)

    def invoke(self, arg, from_tty):
        self.dont_repeat()
        words = gdb.string_to_argv(arg)
        if not self.words_min <= len(words) <= self.words_max:
            raise gdb.GdbError("usage: ist " + (self.usage or self.name))
        try:
            self.run(words)
        except gdb.MemoryError as error:
            if kernel.current() is None:
                raise kernel.NotStarted() from error
            raise gdb.GdbError("ist %s: %s" % (self.name, error))


def show_help():
    for command in Command.every:
        say("ist %-24s %s" % (command.usage or command.name, command.help))
    say("%-28s %s" % ("$proc(PID), $seg(ID)", "a process, a segment: p $seg(65536).nattch"))


class Help(Command):
    name = "help"
    help = "list these commands"

    def run(self, words):
        show_help()


class Ps(Command):
    name = "ps"
    help = "the processes, where each sleeps, and how many attaches it has"

    def run(self, words):
        now, every = kernel.current(), kernel.processes()
        names = {kernel.address(p): "process %s" % label(p) for p in every}
        names.update({seg.address: "segment %d" % seg.id for seg in kernel.segments()})
        say("    PID  PPID STAT ATTACHES  FAULTS NAME             SLEEPS ON")
        for p in every:
            space = kernel.space_of(p)
            sleep = kernel.sleep_of(p)
            where = ""
            if sleep:
                where = "%s on %s" % (sleep[0], names.get(sleep[1]) or kernel.symbol(sleep[1]))
            say(("%s %5d %5d %-4s %8s %7d %-16s %s" % (
                "*" if now is not None and kernel.pid_of(p) == kernel.pid_of(now) else " ",
                kernel.pid_of(p), kernel.parent_of(p), kernel.state_of(p),
                kernel.attaches_of(space) if space is not None else "-", kernel.faults_of(p),
                kernel.name_of(p), where)).rstrip())


def attachments():
    """Returns who shows each segment, by the segment's address: a list of (process, entry)."""
    found = {}
    for p in kernel.processes():
        space = kernel.space_of(p)
        if space is None or kernel.has_borrowed(p):
            continue
        for entry in kernel.entries(space):
            if entry.attach:
                found.setdefault(entry.object, []).append((p, entry))
    return found


class Shm(Command):
    name = "shm"
    help = "the segments, who has attached each, and by which page tables"

    def run(self, words):
        holders, attached = tables.Holders(), attachments()
        say("     ID        KEY      BYTES  PAGES FRAMES NATTCH PERM  CPID  LPID STATE")
        for seg in kernel.segments():
            say("%7d 0x%08x %10d %6d %6d %6d %4o %5d %5d %s" % (
                seg.id, seg.key, seg.size, seg.object.pages, seg.object.resident, seg.nattch,
                seg.mode, seg.creator, seg.last, seg.state()))
            for p, entry in attached.get(seg.address, []):
                pid = kernel.pid_of(p)
                say("        %5d %-15s %08x-%08x %s%s%s" % (
                    pid, kernel.name_of(p), entry.start, entry.end, entry.rights(),
                    " a piece of the attach at %08x," % entry.base() if entry.in_pieces else "",
                    " " + tables.shown_by(holders.directories[pid], entry.start, entry.end,
                                          holders)))


def what_is(entry, space, segments):
    """Returns what an entry shows, in words."""
    if entry.attach:
        seg = segments[entry.object]
        return "segment %d" % seg.id + (" (removed)" if seg.removed else "")
    if entry.object != 0:
        path = kernel.file_path(entry.object)
        return path if path else "shared anonymous memory"
    heap = kernel.heap_of(space)
    if entry.start <= kernel.stack_start(space) < entry.end:
        return "[stack]"
    if entry.start < heap[1] and entry.end > heap[0]:
        return "[heap]"
    return ""


class Maps(Command):
    name = "maps"
    usage = "maps [PID]"
    help = "what a process has mapped, and how its page tables show it"
    words_max = 1

    def run(self, words):
        p = the_process(words)
        space = kernel.space_of(p)
        if space is None:
            say("process %s has ended: it has no memory" % label(p))
            return
        segments = {seg.address: seg for seg in kernel.segments()}
        holders = tables.Holders()
        pdes = holders.directories[kernel.pid_of(p)]
        say("process %s, page directory in frame 0x%x, %d pages and %d tables promised" % (
            (label(p), kernel.directory_of(space)) + kernel.promised_to(space)))
        for entry in kernel.entries(space):
            line = "%08x-%08x %s %08x %-24s" % (
                entry.start, entry.end, entry.rights(), entry.page * PAGE if entry.object else 0,
                what_is(entry, space, segments))
            say("%s %s%s" % (line, "locked; " if entry.locked else "",
                             tables.shown_by(pdes, entry.start, entry.end, holders)))


# The bits of an entry, Intel SDM volume 3, 4.3: number, name in a directory entry, name in a page
# table entry, and what the bit says if it is 1 and if it is 0.
BITS = (
    (9, "PTE_GRAFT", "PTE_PARKED", None, None),
    (8, "PTE_GLOBAL", "PTE_GLOBAL", "stays in the TLB when CR3 is loaded",
     "leaves the TLB when CR3 is loaded"),
    (7, "PTE_LARGE", "", None, None),
    (6, "", "", "dirty: has been written to", "not dirty"),
    (5, "PTE_ACCESSED", "PTE_ACCESSED", "accessed: the MMU has used it", "not accessed yet"),
    (2, "PTE_USER", "PTE_USER", "user: programs may use it", "for the kernel only"),
    (1, "PTE_WRITE", "PTE_WRITE", "writable", "read-only"),
    (0, "PTE_PRESENT", "PTE_PRESENT", "present", "not present: an access faults"),
)
MEANS = {
    (True, 9): ("the table has other holders, too", "the table is this space's own"),
    (False, 9): ("parked: PROT_NONE, the frame is kept", "not parked"),
    (True, 7): ("a large page of 4 MiB", "leads to a page table"),
    (False, 7): ("", ""),
}


def explain(entry, directory):
    """Print a page directory entry or page table entry bit by bit."""
    large = directory and entry & tables.LARGE
    say("    bits 31-12  0x%05x  frame of the %s" % (
        entry // PAGE, "large page" if large else "page table" if directory else "page"))
    for bit, pde_name, pte_name, one, zero in BITS:
        if one is None:
            one, zero = MEANS[(directory, bit)]
        means = one if entry >> bit & 1 else zero
        if means and not (directory and bit == 6 and not large):
            say("    bit %d  %d  %-12s  %s" % (bit, entry >> bit & 1,
                                             pde_name if directory else pte_name, means))


WHO_MAX = 8


def who(users):
    """Returns the processes that a list of (process, span) names, or the first of them."""
    names = ["%s at %08x" % (label(p), span * SPAN) for p, span in users]
    return ", ".join(names[:WHO_MAX]) + (
        " and %d more" % (len(names) - WHO_MAX) if len(names) > WHO_MAX else "")


class WalkCommand(Command):
    name = "walk"
    usage = "walk VA [PID]"
    help = "how the MMU finds an address, each entry bit by bit; sets $frame"
    words_min, words_max = 1, 2

    def run(self, words):
        va = number(words[0], "VA")
        p = the_process(words[1:]) if words[1:] else kernel.current()
        space = kernel.space_of(p) if p is not None else None
        directory = kernel.directory_of(space) if space is not None else \
            kernel.kernel_directory()
        walk = tables.Walk(directory, va)
        say("0x%08x in %s: page directory in frame 0x%x" % (
            va, "process " + label(p) if space is not None else "the kernel", directory))
        say("  entry %d of the directory, at physical 0x%08x: 0x%08x" % (
            walk.span, walk.pde_at, walk.pde))
        if walk.pde == 0:
            say("    empty: nothing has been touched in these 4 MiB")
        else:
            explain(walk.pde, True)
            if va < KERNEL_BASE:
                self.holders(walk)
        if walk.table:
            say("  entry %d of the page table, at physical 0x%08x: 0x%08x" % (
                walk.index, walk.pte_at, walk.pte))
            if walk.pte == 0:
                say("    empty: nothing has been touched in this page")
            else:
                explain(walk.pte, False)
        physical = walk.physical()
        if physical is None:
            say("  no physical address: the next access faults")
        else:
            say("  physical address 0x%08x, in frame 0x%x" % (physical, physical // PAGE))
            gdb.set_convenience_variable("frame", physical // PAGE)
        if space is not None and va < KERNEL_BASE:
            self.entry(space, va)

    def holders(self, walk):
        holders = tables.Holders()
        frame = walk.pde // PAGE
        if frame in holders.owner:
            seg, number_ = holders.owner[frame]
            say("    the table is table %d of segment %d itself: a graft" % (number_, seg.id))
        users = holders.users.get(frame, [])
        if len(users) > 1:
            say("    shared by %s" % who(users))

    def entry(self, space, va):
        entry = kernel.entry_at(space, va)
        if entry is None:
            say("  no map entry: an access gets SIGSEGV")
            return
        segments = {seg.address: seg for seg in kernel.segments()}
        what = what_is(entry, space, segments)
        if entry.object:
            what = "page %d of %s" % ((va - entry.start) // PAGE + entry.page, what)
        say("  map entry %08x-%08x %s, %s" % (entry.start, entry.end, entry.rights(),
                                              what or "private zeros"))


class Frames(Command):
    name = "frames"
    usage = "frames [FRAME]"
    help = "what physical memory is used for; or who holds one frame"
    words_max = 1

    def run(self, words):
        if words:
            one_frame(number(words[0], "FRAME"))
            return
        frames, n = kernel.Frames(), kernel.frame_counts()
        kinds = [frames.kind(frame) for frame in range(len(frames.refs))]
        used = {name: kinds.count(kernel.enum(name))
                for name in ("FRAME_KERNEL", "FRAME_TABLE", "FRAME_USER")}
        shared = sum(refs > 1 for refs, kind in zip(frames.refs, kinds) if kind is not None)
        say("%8d frames of %d bytes are the allocator's" % (n["total"], PAGE))
        say("%8d free: %d low, %d low and zeroed, %d high" % (
            n["low"] + n["clean"] + n["high"], n["low"], n["clean"], n["high"]))
        say("%8d the kernel's" % used["FRAME_KERNEL"])
        say("%8d page tables of spaces and objects" % used["FRAME_TABLE"])
        say("%8d pages of programs, files and segments" % used["FRAME_USER"])
        say("%8d frames have more than one reference" % shared)
        say("%8d promised to user space, %d of them page tables not taken yet" % (
            n["committed"], n["tables_owed"]))
        lost = {frame for frame, refs in enumerate(frames.refs) if refs == 0}
        lost ^= set(frames.listed())
        rules = ((n["committed"] + n["kernel_used"] <= n["total"],
                  "committed + kernel_used <= total"),
                 (n["tables_owed"] <= n["low"] + n["clean"], "tables_owed <= low + clean"),
                 (not lost, "the lists hold the free frames and no other" + "".join(
                     ": not so with frame 0x%x" % frame for frame in sorted(lost)[:1])),
                 (used["FRAME_KERNEL"] == n["kernel_used"],
                  "kernel_used is the number of the kernel's frames"))
        for holds, rule in rules:
            say("%8s %s" % ("ok" if holds else "BROKEN", rule))


def one_frame(frame):
    """Print what is known of one frame: its references and who holds them."""
    frames = kernel.Frames()
    if frame >= len(frames.refs):
        raise gdb.GdbError("there is no frame 0x%x: frames end at 0x%x" % (
            frame, len(frames.refs)))
    refs, kind = frames.refs[frame], frames.kind(frame)
    if kind is None:
        say("frame 0x%x: %s" % (frame, "free" if refs == 0 else "not the allocator's"))
        return
    names = {kernel.enum(name): words for name, words in (
        ("FRAME_KERNEL", "the kernel's"), ("FRAME_TABLE", "a page table"),
        ("FRAME_USER", "a page"))}
    say("frame 0x%x: %s, %d reference%s" % (frame, names[kind], refs, "s" * (refs != 1)))
    for line in holders_of(frame):
        say("  " + line)


def holders_of(frame):
    """Returns a line for each page table entry and each segment that leads to a frame."""
    holders, lines = tables.Holders(), []
    if frame in holders.owner:
        seg, number_ = holders.owner[frame]
        lines.append("table %d of segment %d" % (number_, seg.id))
    for table, (seg, number_) in holders.owner.items():
        lines += ["page %d of segment %d" % (number_ * C["PTAB_PAGES"] + i, seg.id)
                  for i in tables.indices(table, frame)]
    for table, users in holders.users.items():
        if table == frame:
            lines += ["the directory of %s at %08x" % (label(p), span * SPAN)
                      for p, span in users]
        p, span = users[0]
        if table in holders.owner or holders.directories[kernel.pid_of(p)][span] & tables.LARGE:
            continue
        for i in tables.indices(table, frame):
            lines.append("the page table of %s at %08x%s" % (
                label(p), span * SPAN + i * PAGE,
                ", which %d spans share" % len(users) if len(users) > 1 else ""))
    return lines


class Dmesg(Command):
    name = "dmesg"
    help = "what the kernel has printed"

    def run(self, words):
        gdb.write(kernel.log_text())


class Why(Command):
    name = "why"
    help = "why calls have been refused (the debug build records it)"

    def run(self, words):
        lines = [line for line in kernel.log_text().split("\n") if line.startswith("why: ")]
        for line in lines[-20:]:
            say(line[5:])
        if not lines:
            say("no call has been refused" if gdb.lookup_global_symbol("why_print") else
                "the release build does not say: use the debug build (`make debug`)")


class Peek(Command):
    name = "peek"
    usage = "peek VA [PID]"
    help = "64 bytes of a process's memory, whichever space the CPU uses"
    words_min, words_max = 1, 2

    def run(self, words):
        va, p = number(words[0], "VA"), the_process(words[1:])
        space = kernel.space_of(p)
        data = tables.peek(kernel.directory_of(space), va, 64) if space is not None else b""
        if not data:
            raise gdb.GdbError("0x%08x is not present in process %s" % (va, label(p)))
        for at in range(0, len(data), 16):
            row = data[at:at + 16]
            say("%08x  %-47s  %s" % (va + at, row.hex(" "), "".join(
                chr(byte) if 32 <= byte < 127 else "." for byte in row)))


class Proc(gdb.Function):
    """$proc(PID): the process of that number, a struct proc."""

    def __init__(self):
        super().__init__("proc")

    def invoke(self, pid):
        return kernel.process(int(pid))


class Seg(gdb.Function):
    """$seg(ID): the segment of that identifier, a struct shm_segment."""

    def __init__(self):
        super().__init__("seg")

    def invoke(self, identifier):
        return kernel.segment(int(identifier)).value


Ist()
for kind in (Help, Ps, Shm, Maps, WalkCommand, Peek, Frames, Dmesg, Why):
    kind()
Proc()
Seg()
