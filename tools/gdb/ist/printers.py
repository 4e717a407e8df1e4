# SPDX-License-Identifier: BSD-2-Clause
"""How gdb prints page table entries, segments and map entries: what they say, before the fields."""
import gdb

from . import kernel, tables
from .kernel import PAGE

BITS = (("PTE_PRESENT", "present"), ("PTE_WRITE", "write"), ("PTE_USER", "user"),
        ("PTE_ACCESSED", "accessed"), ("PTE_LARGE", "large"), ("PTE_GLOBAL", "global"))
DIRTY = 0x40


class Pte:
    """A pte_t, which may be an entry of a page table or of a directory. A graft is present, and
    a parked page is not."""

    def __init__(self, value):
        self.entry = int(value)

    def to_string(self):
        if self.entry == 0:
            return "0"
        words = [word for name, word in BITS if self.entry & kernel.C[name]]
        words += ["dirty"] * bool(self.entry & DIRTY)
        if self.entry & tables.GRAFT:
            words.append("graft" if self.entry & tables.PRESENT else "parked")
        return "0x%08x (frame 0x%x: %s)" % (self.entry, self.entry // PAGE, " ".join(words))


class Struct:
    """A structure: a line that says what it is, and its fields."""

    def __init__(self, value):
        self.value = value

    def children(self):
        for field in self.value.type.fields():
            yield field.name or "", self.value[field]  # an anonymous union has no name

    def to_string(self):
        return self.line()


class Segment(Struct):
    def line(self):
        seg = kernel.Segment(self.value)
        return "segment %d: %d bytes, nattch %d, %s" % (seg.id, seg.size, seg.nattch, seg.state())


class Entry(Struct):
    def line(self):
        entry = kernel.Entry(self.value)
        return "%08x-%08x %s" % (entry.start, entry.end, entry.rights())


PRINTERS = {"pte_t": Pte, "shm_segment": Segment, "vm_entry": Entry}


def printer(value):
    """Returns the printer of a value by the name of its type; None: gdb prints it."""
    kind = PRINTERS.get(value.type.unqualified().name)
    return kind(value) if kind else None


gdb.pretty_printers.append(printer)
