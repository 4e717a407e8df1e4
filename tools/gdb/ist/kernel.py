# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's structures. Each field and variable of the kernel that gdb's commands use is named
in this file and nowhere else: if the kernel renames one, its name changes here."""
import os
import re

import gdb

BLOCK = 32768  # bytes: gdb refuses values that are much larger
TREE = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))


class NotStarted(gdb.GdbError):
    """The kernel has not come so far that the question has an answer."""

    def __init__(self):
        super().__init__("the kernel has not started its first process yet: set a breakpoint, "
                         "`hbreak kernel_main` or `break shm_attach`, and `continue`")


def file():
    """Returns the path of the kernel's ELF file."""
    if not gdb.objfiles() or code_address("trap_vectors") is None:
        raise gdb.GdbError("name the kernel when you start gdb, as in "
                           "`gdb -x tools/gdb/load.py build/debug/isthmus.elf`")
    return os.path.realpath(gdb.objfiles()[0].filename)


# ---- Numbers and names of the source ----

def _defines(*headers):
    """Returns the macros of these headers that are plain numbers, by name."""
    found = {}
    for header in headers:
        with open(os.path.join(TREE, header)) as source:
            for name, number in re.findall(
                    r"^#define (\w+) (0[xX][0-9a-fA-F]+|\d+)u?\b(?!\s*[-+*<])", source.read(),
                    re.M):
                octal = len(number) > 1 and number.isdigit() and number[0] == "0"
                found[name] = int(number, 8 if octal else 0)
    return found


C = _defines("arch/i386/include/mmu.h", "arch/i386/include/machine_inline.h",
             "arch/i386/i386.h", "arch/i386/trapframe.h", "kernel/abi/mman.h",
             "kernel/vm/space.h", "kernel/mem/frame.h", "kernel/shm/shm_private.h",
             "kernel/base/printf.c", "kernel/abi/ipc.h")
PAGE = C["PAGE_SIZE"]
SPAN = PAGE * C["PTAB_PAGES"]
KERNEL_BASE = C["KERNEL_BASE"]


def enum(name):
    """Returns the value of an enumerator, as PROC_ZOMBIE."""
    return int(gdb.parse_and_eval(name))


def variable(name, source=None):
    """Returns a variable of the kernel; source is the file of one that is static."""
    try:
        return gdb.parse_and_eval("'%s'::%s" % (source, name) if source else name)
    except gdb.error as error:
        raise gdb.GdbError("%s: is this isthmus's kernel, with its symbols?" % error)


def address(value):
    """Returns a pointer as a number, or the address of a structure."""
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        return int(value)
    return int(value.address)


def read(va, n):
    """Returns n bytes at an address that the CPU can see now. Newer gdbs forget what they have cached
    when read_memory() is used between values, since it selects no thread."""
    if not hasattr(gdb.Value, "bytes"):
        return bytes(gdb.selected_inferior().read_memory(va, n))
    data, byte = b"", gdb.lookup_type("unsigned char")
    for at in range(0, n, BLOCK):
        block = byte.array(min(BLOCK, n - at) - 1).pointer()
        data += gdb.Value(va + at).cast(block).dereference().bytes
    return data


def words(data):
    """Returns bytes as a list of 32-bit words."""
    return list(memoryview(data).cast("I"))


def text(value):
    """Returns an array of char as a string."""
    return value.string(errors="replace")


def symbol(va):
    """Returns the name of what lies at a kernel address, or the address."""
    pointer = gdb.parse_and_eval("(void *)0x%x" % va)
    found = re.search(r"<(.*)>", pointer.format_string(symbols=True))
    return found.group(1) if found else "0x%08x" % va


def chain(first, *link):
    """Yields the structures of a list: the one that `first` points to, and so on by the field
    link, or by a field of a field."""
    while int(first) != 0:
        yield first.dereference()
        for name in link:
            first = first[name]


# ---- Processes ----

def processes():
    """Returns all processes, oldest first."""
    try:
        found = list(chain(variable("proc_list")["first"], "all", "next"))
    except gdb.MemoryError:
        raise NotStarted()
    if not found:
        raise NotStarted()
    return found


def current():
    """Returns the process that runs, or None before there is one."""
    try:
        pointer = variable("current_process")
        return pointer.dereference() if int(pointer) != 0 and int(pointer["pid"]) != 0 else None
    except gdb.MemoryError:
        return None


def threads():
    """Returns gdb's threads by the numbers of their processes; none with a stub that has only one
    thread, which is QEMU's."""
    every = gdb.selected_inferior().threads()
    return {thread.ptid[1]: thread for thread in every} if len(every) > 1 else {}


def selected():
    """Returns the process of the thread that gdb has selected, or None."""
    thread = gdb.selected_thread()
    return process(thread.ptid[1]) if thread is not None and threads() else current()


def process(pid):
    """Returns the process of that number."""
    for p in processes():
        if pid_of(p) == pid:
            return p
    raise gdb.GdbError("there is no process %d; `ist ps` lists them" % pid)


def pid_of(p):
    return int(p["pid"])


def name_of(p):
    return text(p["name"])


def parent_of(p):
    return pid_of(p["parent"]) if int(p["parent"]) != 0 else 0


def state_of(p):
    """Returns the state as ps shows it, a letter."""
    letters = {"PROC_SLEEPING": "S", "PROC_STOPPED": "T", "PROC_ZOMBIE": "Z"}
    return letters.get(str(p["state"]), "R")


def sleep_of(p):
    """Returns what p sleeps on, (name, channel), or None if it doesn't sleep."""
    if state_of(p) != "S":
        return None
    return p["why"].string(), int(p["chan"])


def space_of(p):
    """Returns p's space, or None if it has none (a zombie)."""
    return p["space"].dereference() if int(p["space"]) != 0 else None


def has_borrowed(p):
    """Returns whether p runs in the space of the parent that waits in vfork."""
    return int(p["lender"]) != 0


def faults_of(p):
    return int(p["faults"])


def switched_out(p):
    """Returns the registers of a process that does not run, as context_switch() left them."""
    esp = int(p["md"]["esp"])
    edi, esi, ebx, ebp, eip = words(read(esp, 20))
    return {"eip": eip, "esp": esp + 20, "ebp": ebp, "ebx": ebx, "esi": esi, "edi": edi}


def trapframe_offset(name):
    """Returns the offset of a register in a trap frame."""
    for field in gdb.lookup_type("struct trapframe").fields():
        if field.name == name:
            return field.bitpos // 8
    raise KeyError(name)


EXEC_DONE = "machine_proc_exec"  # the function that exec calls last, when the process has its name


def trap_vectors():
    """Returns the address of the code of each vector."""
    return words(read(code_address("trap_vectors"), 4 * C["VECTORS"]))


def code_address(label):
    """Returns the address of a label of the assembly, or None."""
    try:
        return int(gdb.parse_and_eval("(unsigned)&'%s'" % label))
    except gdb.error:
        return None


# ---- Spaces and their entries ----

class Entry:
    """A mapping: struct vm_entry."""

    def __init__(self, value):
        self.value = value
        self.start, self.end = int(value["start"]), int(value["end"])
        self.object = int(value["object"])
        self.page = int(value["pgoff"])
        self.prot = int(value["prot"])
        self.shared = int(value["inherit"]) == enum("VM_SHARE")
        flags = int(value["flags"])
        self.attach = bool(flags & C["VM_ATTACH"])
        self.locked = bool(flags & C["VM_LOCKED"])
        self.stack = bool(flags & C["VM_STACK"])
        self.in_pieces = int(value["cut"]) != 0

    def rights(self):
        """Returns its protection in the letters of /proc/PID/maps."""
        return "".join(letter if self.prot & C[bit] else "-" for letter, bit in
                       (("r", "PROT_READ"), ("w", "PROT_WRITE"), ("x", "PROT_EXEC"))) + \
            ("s" if self.shared else "p")

    def base(self):
        """Returns the address at which it shows, or would show, its object's first page."""
        return (self.start - self.page * PAGE) & 0xffffffff


def entries(space):
    """Returns a space's entries in order of address."""
    return [Entry(value) for value in chain(space["first"], "next")]


def entry_at(space, va):
    """Returns the entry that contains va, or None."""
    for entry in entries(space):
        if entry.start <= va < entry.end:
            return entry
    return None


def directory_of(space):
    """Returns the frame of its page directory."""
    return int(space["pmap"]["dir"])


def heap_of(space):
    return int(space["brk_start"]), int(space["brk_end"])


def stack_start(space):
    return int(space["stack_start"])


def attaches_of(space):
    """Returns how many attaches the space counts."""
    return int(space["nattch"])


def promised_to(space):
    """Returns how many pages and page tables are promised to the space."""
    return int(space["pages"]), int(space["tables"])


# ---- Objects and segments ----

class Object:
    """Memory that mappings share: struct vm_object."""

    def __init__(self, va):
        value = gdb.Value(va).cast(gdb.lookup_type("struct vm_object").pointer()).dereference()
        self.address = va
        self.refs = int(value["refs"])
        self.pages = int(value["npages"])
        self.resident = int(value["resident"])
        self.large = bool(value["large"])
        self.fixed = bool(value["fixed"])
        count = (self.pages + C["PTAB_PAGES"] - 1) // C["PTAB_PAGES"]
        # The frames of its page tables, by page / PTAB_PAGES; 0: none yet.
        self.tables = words(read(int(value["tables"]), 4 * count)) if count else []


class Segment:
    """A segment: struct shm_segment."""

    def __init__(self, value):
        perm = value["perm"]
        mode = int(perm["mode"])
        self.value = value
        self.address = address(value)
        self.slot = int(value["slot"])
        self.id = int(perm["seq"]) << 16 | self.slot
        self.key = int(perm["key"]) & 0xffffffff
        self.mode = mode & 0o777
        self.size = int(value["segsz"])
        self.nattch = int(value["nattch"])
        self.creator, self.last = int(value["cpid"]), int(value["lpid"])
        self.removed = bool(mode & C["SHMSEG_REMOVED"])
        self.wanted = bool(mode & C["SHMSEG_WANTED"])
        self.made = not mode & C["SHMSEG_CREATING"]
        self.locked = bool(value["locked"])
        self.object = Object(self.address)

    def state(self):
        """Returns its state in a word or more, as docs/spec-shm.md names them."""
        state = "removed" if self.removed else "live"
        if not self.made:
            state = "being created"
        return state + (", wanted" if self.wanted else "") + (", locked" if self.locked else "")


def segments():
    """Returns all segments, in order of their slots."""
    found = []
    table = variable("shm_slot_chunks")
    try:
        for chunk in words(read(int(table.address), table.type.sizeof)):
            if chunk == 0:
                break
            found += [va for va in words(read(chunk, PAGE)) if va != 0]
    except gdb.MemoryError:
        raise NotStarted()
    kind = gdb.lookup_type("struct shm_segment").pointer()
    return [Segment(gdb.Value(va).cast(kind).dereference()) for va in found]


def segment(number):
    """Returns the segment of that identifier."""
    for seg in segments():
        if seg.id == number:
            return seg
    raise gdb.GdbError("there is no segment %d; `ist shm` lists them" % number)


# ---- Files ----

def file_path(object_va):
    """Returns the path of the file whose content an object is, or None."""
    if Object(object_va).fixed:
        return None
    kind = gdb.lookup_type("struct file_map").pointer()
    node = gdb.Value(object_va).cast(kind)["node"]
    if int(node) == 0:
        return "(deleted)"
    path = ""
    while int(node["names"]["first"]) != 0:
        entry = node["names"]["first"].dereference()
        name = entry["name"].address.cast(gdb.lookup_type("char").pointer())
        path = "/" + name.string(length=int(entry["len"])) + path
        node = entry["dir"]
    return path or "(deleted)"


# ---- Frames ----

FRAMES = "kernel/mem/frame.c"


def frame_counts():
    """Returns what the allocator counts, by name."""
    counts = {name: int(variable(name, FRAMES))
              for name in ("total", "kernel_used", "committed", "tables_owed")}
    counts.update({name: int(variable(name, FRAMES)["count"]) for name in ("low", "high", "clean")})
    return counts


class Frames:
    """The table of frames: references, and the kind of a frame in use, by its number."""

    def __init__(self):
        limit = int(variable("frame_limit"))
        if limit == 0:
            raise NotStarted()
        data = words(read(int(variable("frame_table")), 8 * limit))
        self.refs, self.links = data[::2], data[1::2]

    def kind(self, frame):
        """Returns the kind of a frame; None if it is free, or not the allocator's."""
        return None if self.refs[frame] in (0, 0xffffffff) else self.links[frame] & 0xff

    def listed(self):
        """Returns the frames on the lists of free frames."""
        found = []
        for name in ("low", "high", "clean"):
            frame = int(variable(name, FRAMES)["first"])
            while frame != 0 and len(found) <= len(self.refs):
                found.append(frame)
                frame = self.links[frame]
        return found


def low_frames():
    """Returns the number of the first frame that the kernel can't address at all times."""
    return int(variable("machine_low_frames"))


def kernel_directory():
    return int(variable("kernel_dir"))


# ---- The log ----

def log_text():
    """Returns what the kernel has printed, as far as its ring still holds it."""
    end = int(variable("log_end", "kernel/base/printf.c"))
    ring = read(int(variable("log_ring", "kernel/base/printf.c").address), C["LOG_SIZE"])
    ring = ring[:end] if end <= len(ring) else \
        ring[end % len(ring):] + ring[:end % len(ring)]
    return ring.decode("latin-1")
