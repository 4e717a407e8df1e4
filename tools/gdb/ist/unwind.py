# SPDX-License-Identifier: BSD-2-Clause
"""Backtraces through assembly. The compiler describes the frames of C functions; NASM describes
none. Here what lies on the stack is found by counting what has been pushed since a label.

A function's frame is found by an unwinder in Python. A trap leads to another stack, which gdb
believes of a signal handler's frame alone, and such a frame can't be made in Python. So for the
code of vectors.asm this file writes what a compiler writes, a .debug_frame, and gives it to gdb. A
backtrace then leads from the kernel through `int 0x80` into the program, and ends at its first
instruction."""
import os
import re
import struct
import tempfile

import gdb
from gdb.FrameDecorator import FrameDecorator
from gdb.unwinder import Unwinder, register_unwinder

from . import kernel, programs
from .kernel import KERNEL_BASE, PAGE

REGISTERS = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")

# Where a label of vectors.asm and switch.asm finds ESP: bytes above the trap frame's lowest. The
# others are vector_N, where the CPU has pushed EIP and, for some vectors, an error code.
TRAP_LABELS = {"trap_enter": 48, "mend_flags": -4, "trap_return": 0, "trap_return_fs": 4,
               "trap_return_iret": 56, "context_start": 0}
PUSHES_ERROR = (8, 10, 11, 12, 13, 14, 17)
# What has been pushed where these labels begin, in the middle of a function.
PUSHED = {"usercopy_fault": ("esi", "edi"), "usercopy_end": ("esi", "edi"),
          "usercopy_done": ("esi", "edi")}
# A backtrace ends in the caller of these: near the start of the kernel, and of a program. (The lines
# of start_high, which is further out, are not described in a way that gdb takes.)
FIRST_CALLED = ("kernel_main", "__libc_start")


def value_of(number):
    """Returns a number as gdb's value, as long as a register."""
    return gdb.Value(number & 0xffffffff).cast(gdb.lookup_type("unsigned int"))


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = value_of(sp), value_of(pc)


def word(va):
    return int.from_bytes(kernel.read(va, 4), "little")


def assembly_at(pc):
    """Returns the (label, its address) that contains pc, if that is assembly, or None. A label
    with a dot belongs to the one before it."""
    symtab = gdb.find_pc_line(pc).symtab
    if symtab is None or not symtab.filename.endswith(".asm"):
        return None
    while True:
        found = re.match(r"(\S+)(?: \+ (\d+))? in section", gdb.execute("info symbol 0x%x" % pc,
                                                                      to_string=True))
        if found is None:
            return None
        pc -= int(found.group(2) or 0)
        if "." not in found.group(1):
            return found.group(1), pc
        pc -= 1


def push_of(code):
    """Returns how many bytes an instruction pushes (less than 0: pops), and the register."""
    two = code[:2]
    if 0x50 <= code[0] < 0x60:                         # push, pop REGISTER
        return (4 if code[0] < 0x58 else -4), REGISTERS[code[0] & 7]
    if code[0] in (0x68, 0x6a, 0x06, 0x1e) or two in (b"\x0f\xa0", b"\x0f\xa8") or (
            code[0] == 0xff and code[1] >> 3 & 7 == 6):  # push IMMEDIATE, SEGMENT, MEMORY
        return 4, None
    if code[0] in (0x07, 0x1f) or two in (b"\x0f\xa1", b"\x0f\xa9"):  # pop SEGMENT
        return -4, None
    if code[0] in (0x60, 0x61):                        # pusha, popa
        return (32 if code[0] == 0x60 else -32), None
    if two in (b"\x83\xec", b"\x83\xc4"):            # sub, add ESP, N
        return (code[2] if code[1] == 0xec else -code[2]), None
    if code[:3] == b"\x8d\x64\x24":                   # lea ESP, [ESP + N]
        return -code[3], None
    return 0, None


def instructions(start, end):
    """Yields the address and the bytes of each instruction in [start, end)."""
    if start < end:
        for insn in gdb.selected_inferior().architecture().disassemble(start, end - 1):
            yield insn["addr"], kernel.read(insn["addr"], insn["length"])


def pushed(label, start, pc):
    """Returns what lies on the stack between a label and pc: the bytes, and for each register
    that has been pushed how many bytes there were with it."""
    depth, saved = 0, {}
    for name in PUSHED.get(label, ()):
        depth += 4
        saved[name] = depth
    for at, code in instructions(start, pc):
        size, register = push_of(code)
        if size < 0 and saved.get(register) == depth:
            del saved[register]
        depth += size
        if size > 0 and register:
            saved.setdefault(register, depth)
    return depth, saved


class Assembly(Unwinder):
    called_by = None  # the registers that the next frame to be unwound is to find in its caller

    def __init__(self):
        super().__init__("isthmus")

    def __call__(self, pending):
        self.pending = pending
        if Assembly.called_by is not None:
            registers, Assembly.called_by = Assembly.called_by, None
            return self.info(FrameId(0, int(pending.read_register("eip"))), registers)
        try:
            return self.unwind(int(pending.read_register("eip")) & 0xffffffff,
                               int(pending.read_register("esp")) & 0xffffffff)
        except gdb.error:  # memory that can't be read: gdb tries its own ways
            return None

    def unwind(self, pc, sp):
        if self.is_last(pc):
            return self.info(FrameId(sp, pc), {"eip": 0})
        found = assembly_at(pc)
        if found is None:
            return None
        label, start = found
        if label in TRAP_LABELS or label.startswith(("vector_", "trap_return")):
            return None
        depth, saved = pushed(label, start, pc)
        if label == "double_fault_entry":
            return self.double_fault(start, sp)
        entry = sp + depth  # where the return address is
        registers = {name: word(entry - at) for name, at in saved.items() if name != "esp"}
        registers.update(eip=word(entry), esp=entry + 4)
        return self.info(FrameId(entry, start), registers)

    def is_last(self, pc):
        """Returns whether nobody has called the code at pc: it is the first of the kernel or of a
        program. In a program without symbols, nobody knows."""
        if programs.in_library(pc):
            return False
        if pc < PAGE or pc < KERNEL_BASE and gdb.execute(
                "info symbol 0x%x" % pc, to_string=True).startswith("No symbol"):
            return True
        called = (word(pc - 4) + pc) & 0xffffffff
        # Of a function's own first instruction: the four bytes before it happen to be 0.
        return called != pc and called in [kernel.code_address(name) for name in FIRST_CALLED]

    def double_fault(self, start, sp):
        """The CPU has saved the registers in the task that the double fault interrupted."""
        tss = kernel.variable("tss")
        return self.info(FrameId(sp, start), {name: int(tss[name])
                                              for name in REGISTERS + ("eip", "eflags", "cs")})

    def info(self, frame_id, registers):
        """Returns what gdb wants: the caller's registers, with those that a function keeps."""
        found = self.pending.create_unwind_info(frame_id)
        for name in ("esp", "ebp", "ebx", "esi", "edi"):
            try:
                registers.setdefault(name, int(self.pending.read_register(name)))
            except gdb.error:
                pass  # not known in this frame either
        for name, value in registers.items():
            found.add_saved_register(name, value_of(value))
        return found


# ---- The frames of traps ----

TRAP_END = 68  # bytes of a trap frame up to what the CPU pushes only for a trap from user mode
DWARF = {"eax": 0, "ecx": 1, "edx": 2, "ebx": 3, "ebp": 5, "esi": 6, "edi": 7, "eip": 8, "cs": 41}

# The CFA is TRAP_END bytes above the frame's lowest. ESP was the CFA if the trap came from the
# kernel, else it is the word there: dup, const 8, minus, deref (CS), lit3, and, bra, skip, deref.
ESP_RULE = b"\x16\x04\x0e\x12\x08\x08\x1c\x06\x33\x1a\x28\x03\x00\x2f\x01\x00\x06"


def at_offset(name):
    """Returns the rule that a register is in its place in the trap frame (DW_CFA_offset)."""
    offset = kernel.trapframe_offset(name)
    return b"\x05" + bytes((DWARF[name], (TRAP_END - offset) // 4))


def entry(content):
    content += b"\0" * (-len(content) % 4)
    return struct.pack("<I", len(content)) + content


def trap_stretches():
    """Returns (start, end, bytes from the trap frame to ESP at the start) of each stretch of code
    that begins with a label of vectors.asm or switch.asm and works on a trap frame."""
    starts = {}
    for n, va in enumerate(kernel.trap_vectors()):
        starts[va] = 52 if n in PUSHES_ERROR else 56
    for label, offset in TRAP_LABELS.items():
        va = kernel.code_address(label)
        if va is not None:
            starts[va] = offset
    ends = sorted(starts) + [kernel.code_address("double_fault_entry")]
    for start in starts:
        if start == kernel.code_address("context_start"):
            yield start, start + 12, 0
        else:
            yield start, min(end for end in ends if end > start), starts[start]


def trap_rules():
    """Returns the content of a .debug_frame for the code that works on a trap frame."""
    general = ("eax", "ecx", "edx", "ebx", "ebp", "esi", "edi")
    common = b"".join(at_offset(name) for name in ("eip", "cs")) + ESP_RULE
    data = entry(struct.pack("<IB", 0xffffffff, 1) + b"zS\0" + b"\x01\x7c\x08\x00" + common)
    for start, end, offset in trap_stretches():
        rules, last = b"", start
        for at, code in list(instructions(start, end)):
            rules += (b"\x02" + bytes((at - last,)) if at > last else b"") + \
                b"\x0c\x04" + bytes((TRAP_END - offset,))  # advance; CFA = ESP + ...
            # All general registers are in the frame, or all still in the CPU.
            rules += b"".join(at_offset(name) if offset <= kernel.trapframe_offset("edi") else
                              b"\x08" + bytes((DWARF[name],)) for name in general)
            offset -= push_of(code)[0]
            last = at
        data += entry(struct.pack("<III", 0, start, end - start) + b"\0" + rules)
    return data


PROGBITS, ALLOC = 1, 2


def object_file(*sections):
    """Returns an ELF file with these sections, (name, flags, address, content) each."""
    sections = ((b".text", ALLOC | 4, 0xfffff000, b""),) + sections + ((b".shstrtab", 0, 0, b""),)
    names = b"\0" + b"".join(section[0] + b"\0" for section in sections)
    sections = sections[:-1] + ((b".shstrtab", 0, 0, names),)
    data, headers = b"", [(0,) * 10]
    for name, flags, va, content in sections:
        kind = 3 if content is names else PROGBITS
        headers.append((names.index(b"\0" + name + b"\0") + 1, kind, flags, va, 52 + len(data),
                        len(content), 0, 0, 4, 0))
        data += content + b"\0" * (-len(content) % 4)
    header = b"\x7fELF\x01\x01\x01" + b"\0" * 9 + struct.pack(
        "<HHIIIIIHHHHHH", 2, 3, 1, 0, 0, 52 + len(data), 0, 52, 32, 0, 40, len(headers),
        len(headers) - 1)
    return header + data + b"".join(struct.pack("<10I", *section) for section in headers)


def add_trap_rules():
    """Give gdb the file, which lies beside the kernel, since gdb reads it later."""
    path = os.path.splitext(kernel.file())[0] + ".traps"
    content = object_file((b".debug_frame", 0, 0, trap_rules()))
    if not os.path.exists(path) or open(path, "rb").read() != content:
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as file:
            file.write(content)
        os.rename(file.name, path)
    gdb.execute("add-symbol-file '%s' -o 0" % path, to_string=True)


def begin_with(registers):
    """Let the backtrace go on from the newest frame with these registers; None: with its own. gdb
    shows frames that the CPU is not in, and nothing is written to the CPU."""
    if registers is not None and registers["eip"] == kernel.code_address("context_start"):
        registers["eip"] += 1  # gdb looks for a caller's name at the byte before its address
    Assembly.called_by = registers
    gdb.invalidate_cached_frames()


def is_trap(frame):
    return frame.type() == gdb.SIGTRAMP_FRAME and frame.pc() >= KERNEL_BASE


class Trap(FrameDecorator):
    """A trap's frame, which gdb would print as that of a signal handler."""

    def __init__(self, frame):
        super().__init__(frame)
        called = frame.inferior_frame().level() > 0  # then PC is behind the call
        self.at = frame.inferior_frame().pc() - called

    def function(self):
        found = assembly_at(self.at)
        return found[0] if found else super().function()

    def filename(self):
        return gdb.find_pc_line(self.at).symtab.filename

    def line(self):
        return gdb.find_pc_line(self.at).line


class Nameless(FrameDecorator):
    """A frame of which only the address is known: gdb does not have the symbols."""

    def function(self):
        return "??"

    def filename(self):
        return None

    line = frame_args = frame_locals = filename


class TrapFilter:
    name, enabled, priority = "isthmus", True, 100

    def filter(self, frames):
        foreign = programs.is_foreign()
        for frame in frames:
            if foreign and frame.inferior_frame().pc() < KERNEL_BASE:
                yield Nameless(frame.inferior_frame())
                return  # its caller would be found by the other program's rules
            if frame.inferior_frame().pc() != 0:  # 0: nobody called the last one
                nameless = frame.inferior_frame().name() is None
                yield Trap(frame) if is_trap(frame.inferior_frame()) else \
                    Nameless(frame.inferior_frame()) if nameless else frame


def stopped(event):
    """gdb has not printed where it is if that is in a trap's frame."""
    frame = gdb.newest_frame()
    if is_trap(frame):
        place, line = assembly_at(frame.pc()), gdb.find_pc_line(frame.pc())
        gdb.write("%s () at %s:%d\n" % (place[0] if place else "??", line.symtab.filename,
                                       line.line))
        gdb.execute("list %d,%d" % (line.line, line.line))


gdb.events.stop.connect(stopped)
gdb.frame_filters["isthmus"] = TrapFilter()
register_unwinder(None, Assembly(), replace=True)
add_trap_rules()
