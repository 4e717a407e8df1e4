# SPDX-License-Identifier: BSD-2-Clause
"""usage: memview.py DIRECTORY QEMU OPTION...: the tests of memview.t, in TAP."""
import re
import sys

from console import COLUMNS, ROWS, Console, Screen

PROMPT = "isthmus# "
count = 0


class View(Screen):
    """A terminal of any size up to the screen's, with colours, that can be asked for its size."""

    def __init__(self):
        super().__init__()
        self.size = ROWS, COLUMNS  # what it answers, or None if it does not
        self.painted = self.drawn = 0

    def sequence(self, number, final):
        if final == "m":
            self.painted += 1
        elif final == "n":
            if self.size:
                console.type("\033[%d;%dR" % self.size)
        elif final == "K":
            self.rows[self.row][self.column:] = [" "] * (COLUMNS - self.column)
        elif final == "H" and number:
            self.row, self.column = (min(int(n), most) - 1
                                     for n, most in zip(number.split(";"), (ROWS, COLUMNS)))
        elif final == "J" and number == "2":
            self.rows = [[" "] * COLUMNS for _ in range(ROWS)]
        elif number in ("?25l", "?25h", "?25"):
            pass
        else:
            self.drawn += final == "J"
            super().sequence(number, final)


def ok(name, passed):
    global count
    count += 1
    print("ok" if passed else "not ok", count, "-", name, flush=True)
    if not passed:
        print("".join(f"# {console.screen.text(row)}\n" for row in range(ROWS)), file=sys.stderr)


def rows():
    return [console.screen.text(row) for row in range(ROWS)]


def row_like(regex):
    """Returns the first row that matches, or None."""
    return next((row for row in rows() if re.search(regex, row)), None)


def shows(regex):
    return lambda screen: row_like(regex) is not None


def drawn():
    """Waits for a picture that was begun after this call."""
    n = console.screen.drawn
    return console.wait(lambda screen: screen.drawn >= n + 2)


def key(name, typed, regex):
    console.type(typed)
    ok(name, console.wait(shows(regex)))


def start(size, command="memview"):
    """Starts memview on a terminal of that size."""
    console.screen.size = size
    console.type(command + "\r")
    console.wait(shows("MiB of physical memory; a cell is")) and drawn()


def end(name, typed):
    """The prompt must come again, and what is typed then be echoed and run."""
    console.type(typed)
    console.wait(lambda screen: screen.text(screen.row) == PROMPT.rstrip())
    console.type("echo back\r")
    ok(name, console.wait(shows("^back$")))


def narrow():
    start((20, 60))
    picture = [row for row in rows() if re.match(r" [0-9a-f]{8} ", row)]
    ok("a narrow terminal has 48 cells in a row", picture[0].startswith(" 00000000 ") and
       picture[1].startswith(" 00300000 "))
    ok("no row is longer than the terminal", all(len(row) <= 60 for row in rows()))
    ok("none is below its end", rows()[20:] == [""] * (ROWS - 20))
    key("h is help", "h", "who has the frame under the cursor")
    key("h again is the legend", "h", "shared page table")
    end("q ends it", "q")


def wide():
    start((25, 80))
    legend = " ".join(rows())
    marks = re.findall(r"(\S) process \d+, \w+", legend)
    ok("each process has a letter of its own", len(marks) > 2 and len(marks) == len(set(marks)))
    ok("a segment has one", re.search(r"A segment \d+, nattch 1", legend))
    ok("shared page tables and shared pages are told apart",
       all(re.search(kind, legend) for kind in
           ("[+] page table", "% shared page table", "= shared until written", "- file")))
    ok("there are colours", console.screen.painted > 100)
    key("Enter says what the frame is", "\r", r"^ frame 00000, at 00000000: no memory")
    ok("and that nobody has it", console.wait(shows("no process can see it")))
    for _ in range(20):
        if row_like(r"^ frame .*: segment \d+, nattch 1"):
            break
        console.type("\t")
        drawn()
    ok("Tab comes to the segment", row_like(r"^ frame .*: segment \d+, nattch 1"))
    ok("its process and the table are named", row_like(
        r"^ shmchat \(\d+\) at [0-9a-f]{8}, writable, by (the grafted|its own) table \w{5}\[\d+\]$"))
    was = row_like("^ frame ")
    console.type("\033[D")
    ok("an arrow moves the cursor", console.wait(lambda screen: row_like("^ frame ") not in
                                                 (was, None)))
    console.type("\033[C")
    ok("and back", console.wait(shows("^" + re.escape(was) + "$")))
    key("+ shows fewer frames in a cell", "+", "a cell is 8 frames")
    key("down to one", "++++", "a cell is 1 frame of")
    ok("the cursor stays on the frame", console.wait(shows("^ frame .*: segment")))
    console.type("\033[B" * 30)
    ok("the picture scrolls", console.wait(lambda screen: not re.match(" 00000000", rows()[1])))
    key("- shows more", "-", "a cell is 2 frames")
    end("Ctrl-C ends it", "\003")


def other_sizes():
    start((25, 80))
    console.screen.size = 20, 60
    ok("a terminal that becomes narrow is noticed", console.wait(
        lambda screen: rows()[2].startswith(" 00300000 ") and rows()[20:] == [""] * (ROWS - 20)))
    console.screen.size = 25, 80
    ok("and one that becomes wide", console.wait(lambda screen: rows()[2].startswith(" 00400000 ")))
    end("the prompt comes behind the last answer", "q")
    console.screen.size = None
    console.type("memview\r")
    ok("a terminal that does not answer", console.wait(
        lambda screen: rows()[0].startswith("63 MiB") and rows()[2].startswith(" 00400000 ")))
    end("can be left, too", "q")


def plain():
    painted = console.screen.painted
    start((25, 80), "TERM=dumb memview")
    ok("no colours on a dumb terminal", console.screen.painted == painted)
    end("and its end", "q")


console = Console(sys.argv[2:], sys.argv[1], View())
console.wait(lambda screen: screen.text(screen.row) == PROMPT.rstrip())
console.type("shmchat alice &\r")
console.wait(lambda screen: row_like(r"^\[1\] \d+") and screen.text(screen.row) == PROMPT.rstrip())
narrow()
wide()
other_sizes()
plain()
console.close()
print(f"1..{count}")
