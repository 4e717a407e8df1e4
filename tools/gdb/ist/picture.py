# SPDX-License-Identifier: BSD-2-Clause
"""A picture of who shares what: the segments with their frames in the middle, the processes left
and right, and an arrow for each attach. Graphviz draws it."""
import html
import os
import subprocess

import gdb

from . import kernel, tables
from .commands import Command, attachments, say
from .kernel import PAGE

CELLS = 64      # of a segment, at most: one for each page, or for several
PER_ROW = 16
TOUCHED, EMPTY, REMOVED = "#9dbfe0", "#ffffff", "#e8e8e8"

HEAD = '''digraph isthmus {
	graph [rankdir=LR, ranksep=1.6, nodesep=0.35, fontname="Helvetica", fontsize=11,
		labelloc=b, label="%s"];
	node [shape=plain, fontname="Helvetica", fontsize=11];
	edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];
'''


def row(*cells):
    return "<TR>%s</TR>" % "".join(cells)


def cell(text, **attributes):
    return "<TD%s>%s</TD>" % ("".join(' %s="%s"' % item for item in attributes.items()),
                              html.escape(text) or " ")


def table(*rows, **attributes):
    return '<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="2"%s>%s</TABLE>>' % (
        "".join(' %s="%s"' % item for item in attributes.items()), "".join(rows))


def pages_of(seg):
    """Returns the frame of each page of a segment, 0 where it has none yet."""
    frames = []
    for frame in seg.object.tables:
        frames += [pte // PAGE for pte in tables.table_words(frame)] if frame else [0] * 1024
    return frames[:seg.object.pages]


def cells_of(frames):
    """Returns rows of cells, a cell for each page, or for several if there are many; the darker
    ones have a frame."""
    each = -(-len(frames) // CELLS)
    groups = [frames[i:i + each] for i in range(0, len(frames), each)]
    width = min(len(groups), PER_ROW)
    cells = ['<TD BORDER="1" WIDTH="12" HEIGHT="12" FIXEDSIZE="TRUE" BGCOLOR="%s"></TD>' % (
        TOUCHED if any(group) else EMPTY) for group in groups]
    lines = [row(*cells[i:i + width]) for i in range(0, len(cells), width)]
    inner = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1">%s</TABLE>' % "".join(lines)
    return inner, each


def segment_node(seg):
    frames = pages_of(seg)
    inner, each = cells_of(frames)
    used = ["0x%x" % frame for frame in frames if frame]
    title = "segment %d" % seg.id
    if seg.key:
        title += ", key 0x%x" % seg.key
    what = "%d bytes, nattch %d, %s" % (seg.size, seg.nattch, seg.state())
    shown = "frame%s " % ("s" * (len(used) > 1)) + ", ".join(used[:4]) + (
        " and %d more" % (len(used) - 4) if len(used) > 4 else "") if used else "no frame yet"
    rows = [row(cell(title)), row(cell(what)), row("<TD>%s</TD>" % inner),
            row(cell(("a cell is %d pages; " % each if each > 1 else "") + shown))]
    rows += [row(cell("page table 0x%x" % frame, PORT="t%x" % frame, BORDER="1"))
             for frame in seg.object.tables if frame]
    return "\ts%d [label=%s];\n" % (seg.slot, table(*rows, BGCOLOR=REMOVED if seg.removed
                                                  else "#ffffff"))


def process_node(p):
    sleep = kernel.sleep_of(p)
    state = "sleeps: " + sleep[0] if sleep else {"R": "runs", "T": "stopped"}[kernel.state_of(p)]
    return "\tp%d [label=%s];\n" % (kernel.pid_of(p), table(
        row(cell("process %d" % kernel.pid_of(p))), row(cell(kernel.name_of(p))),
        row(cell(state)), STYLE="ROUNDED"))


def edges(p, entry, seg, left, holders):
    """Returns an arrow for each span of an attach, or one for all if nothing is touched."""
    text, ways = "%08x %s" % (entry.start, entry.rights()[:3]), {}
    for span, pde in tables.spans(holders.directories[kernel.pid_of(p)], entry.start, entry.end):
        frame = pde // PAGE
        if pde == 0:
            continue
        if pde & tables.LARGE:
            ways["large page", ""] = "penwidth=2"
        elif frame in holders.owner:
            ways["graft", ":t%x" % frame] = "penwidth=2"
        elif len(holders.users.get(frame, [])) > 1:
            ways["table 0x%x, shared since fork" % frame, ""] = "penwidth=2, style=dashed"
        else:
            ways["page by page", ""] = "style=dashed"
    for (way, port), style in (ways or {("not touched yet", ""): "style=dotted"}).items():
        segment = "s%d%s" % (seg.slot, port + (":w" if left else ":e") if port else "")
        process = "p%d" % kernel.pid_of(p)
        ends = (process, segment) if left else (segment, process)
        yield '\t%s -> %s [label="%s\\n%s", %s%s];\n' % (
            *ends, text, way, style, "" if left else ", dir=back")


def dot():
    """Returns the picture in Graphviz's language."""
    holders, attached = tables.Holders(), attachments()
    segments = {seg.address: seg for seg in kernel.segments()}
    everybody = {kernel.pid_of(p): p for found in attached.values() for p, entry in found}
    pids = sorted(everybody)
    left = set(pids[::2])
    others = len(kernel.processes()) - len(pids)
    counts = kernel.frame_counts()
    free = counts["low"] + counts["high"] + counts["clean"]
    out = HEAD % ("%d of %d frames are free; %d other process%s" % (
        free, counts["total"], others, "es" * (others != 1)))
    out += "".join(segment_node(seg) for seg in segments.values())
    out += "".join(process_node(p) for p in everybody.values())
    for rank, side in (("min", left), ("max", set(pids) - left)):
        out += "\t{ rank=%s; %s }\n" % (rank, " ".join("p%d;" % pid for pid in sorted(side)))
    out += "\t{ rank=same; %s }\n" % " ".join("s%d;" % seg.slot for seg in segments.values())
    for va, found in attached.items():
        for p, entry in found:
            out += "".join(edges(p, entry, segments[va], kernel.pid_of(p) in left, holders))
    return out + "}\n"


class Picture(Command):
    name = "picture"
    usage = "picture FILE.svg"
    help = "draw the segments, who has attached them, and by which page tables"
    words_min, words_max = 1, 1

    def run(self, words):
        if os.path.splitext(words[0])[1] not in (".svg", ".dot"):
            raise gdb.GdbError("usage: ist picture FILE.svg, or FILE.dot for Graphviz")
        text = dot()
        try:
            if words[0].endswith(".dot"):
                with open(words[0], "w") as file:
                    file.write(text)
            else:
                subprocess.run(["dot", "-Tsvg", "-o", words[0]], input=text.encode(), check=True)
        except FileNotFoundError:
            raise gdb.GdbError("there is no dot: install graphviz (tools/setup picture)")
        except (OSError, subprocess.CalledProcessError) as error:
            raise gdb.GdbError("%s: %s" % (words[0], error))
        say("drawn: " + words[0])


Picture()
