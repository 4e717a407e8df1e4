# SPDX-License-Identifier: BSD-2-Clause
"""Page tables, read as the MMU reads them: from physical memory, whichever space the CPU uses."""
import gdb

from . import kernel
from .kernel import C, KERNEL_BASE, PAGE, SPAN

PRESENT, WRITE, USER = C["PTE_PRESENT"], C["PTE_WRITE"], C["PTE_USER"]
LARGE, GRAFT, PARKED = C["PTE_LARGE"], C["PTE_GRAFT"], C["PTE_PARKED"]


def frame_bytes(frame):
    """Returns the content of a frame. The kernel's direct map shows a low one; for others QEMU's
    stub is asked for physical memory."""
    if frame < kernel.low_frames():
        return kernel.read(KERNEL_BASE + frame * PAGE, PAGE)
    try:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
        gdb.execute("maintenance flush dcache")  # it holds virtual addresses
        return kernel.read(frame * PAGE, PAGE)
    except gdb.MemoryError:
        raise gdb.GdbError("frame 0x%x is beyond what the kernel maps, and this stub can't read "
                           "physical memory" % frame)
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)
        gdb.execute("maintenance flush dcache")


def table_words(frame):
    """Returns the 1,024 entries of a page table or page directory."""
    return kernel.words(frame_bytes(frame))


class Walk:
    """What the MMU finds for an address: pde and pte are the entries, 0 if there is none, and
    pde_at and pte_at the physical addresses where they are."""

    def __init__(self, directory, va):
        self.va, self.directory = va, directory
        self.span, self.index = va // SPAN, va // PAGE % C["PTAB_PAGES"]
        self.pde_at = directory * PAGE + 4 * self.span
        self.pde = table_words(directory)[self.span]
        self.large = bool(self.pde & LARGE)
        self.table = self.pte = self.pte_at = 0
        if self.pde & PRESENT and not self.large:
            self.table = self.pde // PAGE
            self.pte_at = self.table * PAGE + 4 * self.index
            self.pte = table_words(self.table)[self.index]

    def physical(self):
        """Returns the physical address, or None if an access would fault."""
        if self.large:
            return (self.pde & ~(SPAN - 1)) + self.va % SPAN if self.pde & PRESENT else None
        return (self.pte & ~(PAGE - 1)) + self.va % PAGE if self.pte & PRESENT else None


def peek(directory, va, n):
    """Returns up to n bytes at an address of a space: fewer where a page is not present."""
    data = b""
    while len(data) < n:
        physical = Walk(directory, va + len(data)).physical()
        if physical is None:
            break
        at = physical % PAGE
        data += frame_bytes(physical // PAGE)[at:at + n - len(data)]
    return data


class Holders:
    """Who uses each page table: the segments that own one, and the spans of processes that lead
    to it. Of a space that was lent by vfork only the owner counts."""

    def __init__(self):
        self.owner = {}  # frame of a table: (segment, number of the table)
        self.users = {}  # frame of a table or of a large page's first frame: [(process, span)]
        self.directories = {}  # pid: the entries of the page directory
        for seg in kernel.segments():
            for number, frame in enumerate(seg.object.tables):
                if frame != 0:
                    self.owner[frame] = (seg, number)
        for p in kernel.processes():
            space = kernel.space_of(p)
            if space is None:
                continue
            pdes = table_words(kernel.directory_of(space))[:KERNEL_BASE // SPAN]
            self.directories[kernel.pid_of(p)] = pdes
            if kernel.has_borrowed(p):
                continue
            for span, pde in enumerate(pdes):
                if pde != 0:
                    self.users.setdefault(pde // PAGE, []).append((p, span))


def indices(table, frame):
    """Returns the numbers of the entries of a page table that lead to a frame."""
    return [i for i, pte in enumerate(table_words(table)) if pte != 0 and pte // PAGE == frame]


def pages_in(table, start, end):
    """Returns how many pages of [start, end), which lies in one span, a page table has."""
    lo, hi = start // PAGE % C["PTAB_PAGES"], (end - 1) // PAGE % C["PTAB_PAGES"]
    return sum(pte != 0 for pte in table_words(table)[lo:hi + 1])


def spans(pdes, start, end):
    """Yields the number and the directory entry of each span that [start, end) touches."""
    for span in range(start // SPAN, (end - 1) // SPAN + 1):
        yield span, pdes[span]


def shown_by(pdes, start, end, holders):
    """Returns in words how the page tables show [start, end): for each span that is in use, by a
    graft, a large page, a table that a fork left shared, or page by page."""
    kinds = {}
    for span, pde in spans(pdes, start, end):
        frame = pde // PAGE
        if pde == 0:
            continue
        if pde & LARGE:
            kind = "large page%s"
        elif frame in holders.owner:
            kind = "the segment's table%s"
        elif len(holders.users.get(frame, [])) > 1:
            kind = "table%s shared since fork"
        else:
            pages = pages_in(frame, max(start, span * SPAN), min(end, (span + 1) * SPAN))
            kind = "%d page%s of its table%%s" % (pages, "s" * (pages != 1))
        kinds.setdefault(kind, []).append("0x%x" % frame)
    return "; ".join(kind % ("s" * (len(frames) > 1) + " " + ", ".join(frames))
                     for kind, frames in kinds.items()) or "nothing touched yet"
