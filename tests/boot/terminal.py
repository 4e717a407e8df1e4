# SPDX-License-Identifier: BSD-2-Clause
"""usage: terminal.py DIRECTORY QEMU OPTION...: the tests of terminal.t, in TAP."""
import sys

from console import COLUMNS, Console

PROMPT = "isthmus# "
LEFT, RIGHT, UP, DOWN = "\033[D", "\033[C", "\033[A", "\033[B"
HOME, END, DELETE = "\033[H", "\033[F", "\033[3~"
BACKSPACE, TAB, ESCAPE = "\177", "\t", "\033"

console = Console(sys.argv[2:], sys.argv[1])
count = 0


def ctrl(letter):
    return chr(ord(letter) & 31)


def ok(name, passed):
    global count
    count += 1
    print("ok" if passed else "not ok", count, "-", name, flush=True)
    if not passed:
        shown = [console.screen.text(row) for row in range(len(console.screen.rows))]
        cursor = f"(the cursor is in row {console.screen.row}, column {console.screen.column})"
        print("".join(f"# {row}\n" for row in shown + [cursor]), file=sys.stderr, flush=True)


def here(text, at=None):
    """Returns a condition: the cursor's row is this text; it is in column at, or behind."""
    def condition(screen):
        return (screen.text(screen.row) == text.rstrip() and
                screen.column == (len(text) if at is None else at))
    return condition


def shows(*rows, prompt=PROMPT):
    """Returns a condition: since now these rows were written, and a prompt with the cursor."""
    feeds = console.screen.feeds

    def condition(screen):
        first = screen.row - len(rows)
        return (here(prompt)(screen) and first >= 0 and screen.feeds >= feeds + len(rows) and
                all(screen.text(first + i) == row for i, row in enumerate(rows)))
    return condition


def enter(typed, *rows, prompt=PROMPT):
    """Types a line. Returns whether it then prints these rows and a prompt."""
    feeds = console.screen.feeds
    condition = shows(*rows, prompt=prompt)
    console.type(typed + "\r")
    return console.wait(lambda screen: screen.feeds > feeds + len(rows) and condition(screen))


def start(job="sleep 1000"):
    """Starts a program in the foreground, and waits until it has the terminal."""
    return enter(f"sh -c 'echo runs; {job}'", "runs", prompt="")


def keys(name, typed, text, at=None):
    """The line must become this text, and the cursor stand in column at of it, or behind it."""
    console.type(typed)
    ok(name, console.wait(here(PROMPT + text, None if at is None else len(PROMPT) + at)))


def clear():
    console.type(ctrl("E") + ctrl("U"))
    console.wait(here(PROMPT))


def command(name, typed, *rows):
    """A line that is typed must print these rows."""
    ok(name, enter(typed, *rows))


def editing():
    keys("what is typed is shown", "ecoh", "ecoh")
    keys("left, and a character in the middle", LEFT * 3 + "x", "excoh", 2)
    keys("right", RIGHT + "y", "excyoh", 4)
    keys("right stays at the end", RIGHT * 9, "excyoh")
    keys("left stays at the beginning", LEFT * 9, "excyoh", 0)
    keys("delete", DELETE + DELETE, "cyoh", 0)
    keys("^E, ^A and ^D", ctrl("E") + "z" + ctrl("A") + ctrl("D"), "yohz", 0)
    keys("end and home", END + "1" + HOME + "2", "2yohz1", 1)
    keys("the other sequences of home and end", "\033[4~3\033[1~4\033OF5\033OH6",
         "642yohz135", 1)
    keys("backspace", BACKSPACE * 2, "42yohz135", 0)
    keys("^K", RIGHT * 2 + ctrl("K"), "42")
    keys("^W", ctrl("U") + "one two  three  " + ctrl("W"), "one two  ")
    keys("^U", LEFT * 2 + ctrl("U"), "  ", 0)
    clear()
    keys("unknown sequences are swallowed",
         "a\033[15~b\033[1;5Pc\033OPd\033[[Ae\033xf\033[200~g\033[?1;2zh", "abcdefgh")
    keys("and unknown control characters", "\x07\x0e\x11\x16\x19\x1c\x1d\x1fi", "abcdefghi")
    clear()
    keys("UTF-8 is moved over by character", "aä€𝄞z" + LEFT * 2 + "ö", "aä€ö𝄞z", 4)
    keys("and deleted by character", BACKSPACE * 2 + DELETE, "aäz", 2)
    keys("a broken character is swallowed", "\303x\200" .encode("latin1") + b"y", "aäyz", 3)
    clear()
    command("a line runs as a whole, wherever the cursor is", "echo one two" + LEFT * 5, "one two")
    command("an empty line", "")


def long_lines():
    console.type(ctrl("L"))
    console.wait(lambda screen: here(PROMPT)(screen) and screen.row == 0)
    room = COLUMNS - len(PROMPT)
    text = "echo " + "0123456789" * 20
    console.type(text)
    rows = [text[:room]] + [text[i:i + COLUMNS] for i in range(room, len(text), COLUMNS)]
    ok("a line of three rows", console.wait(here(rows[2])))
    console.type(HOME + RIGHT * 5 + "x")
    first = (PROMPT + "echo x" + text[5:])[:COLUMNS]
    ok("home goes to its first row", console.wait(
        lambda screen: here(first, len(PROMPT) + 6)(screen) and screen.row == 0))
    ok("what is behind the cursor moves on", console.wait(
        lambda screen: screen.text(screen.row + 2) == (PROMPT + "echo x" + text[5:])[2 * COLUMNS:]))
    console.type(END)
    ok("end goes to its last", console.wait(here((PROMPT + "echo x" + text[5:])[2 * COLUMNS:])))
    out = "x" + text[5:]
    command("it runs as a whole", "", *[out[i:i + COLUMNS] for i in range(0, len(out), COLUMNS)])
    console.type("e" * room)
    ok("a full row: the cursor is in the next", console.wait(here("", 0)))
    console.type(BACKSPACE)
    ok("and comes back", console.wait(here(PROMPT + "e" * (room - 1))))
    clear()


def history():
    for i in range(34):
        enter(f": {i}")
    keys("up recalls the last line", UP, ": 33")
    keys("with Alt, as some terminals send it", ESCAPE + UP, ": 32")
    keys("and back", DOWN, ": 33")
    keys("up and down", UP + UP + DOWN, ": 32")
    keys("the oldest of 32 is kept, and none before", UP * 40, ": 2")
    keys("down leads back to the new line, which is empty", DOWN * 40, "")
    keys("a line that was begun", "begun" + UP, ": 33")
    keys("is still there", DOWN, "begun")
    clear()
    keys("a recalled line can be changed", UP + "x" + LEFT + "y", ": 33yx", 5)
    clear()
    command("equal lines", ": 33")
    keys("are kept once", UP * 2, ": 32")
    clear()


def completion():
    keys("Tab completes a command", "shml" + TAB, "shmlife ")
    clear()
    keys("a command of the shell", "unse" + TAB, "unset ")
    clear()
    keys("a directory, and a file in it", "cat /et" + TAB + "mo" + TAB, "cat /etc/motd ")
    clear()
    keys("as far as it is certain", "ipc" + TAB + "m" + TAB, "ipcmk ")
    clear()
    keys("behind an operator a command", "true && shml" + TAB, "true && shmlife ")
    clear()
    keys("in the middle of a line", "cat /etc/mo x" + LEFT * 2 + TAB, "cat /etc/motd  x", 14)
    clear()
    feeds = console.screen.feeds
    keys("nothing fits", "cat /etc/zz" + TAB + TAB + "z", "cat /etc/zzz")
    clear()
    keys("several fit", "ipc" + TAB + "m", "ipcm")
    ok("one Tab lists none", console.screen.feeds == feeds)
    console.type(BACKSPACE + TAB + TAB)
    ok("a second lists what fits", console.wait(
        lambda screen: here(PROMPT + "ipc")(screen) and
        screen.text(screen.row - 1) == "ipcmk  ipcrm  ipcs"))
    clear()
    command("a name with a blank", "echo >'/tmp/a b'")
    keys("is completed with a backslash", "cat /tmp/a" + TAB, r"cat /tmp/a\ b ")
    clear()


def interrupts():
    condition = shows(PROMPT + "echo no^C")
    console.type("echo no" + LEFT + ctrl("C"))
    ok("^C: a new line and a prompt", console.wait(condition))
    command("its status", "echo $?", "130")
    console.type("echo a" + ctrl("L"))
    ok("^L clears the screen", console.wait(
        lambda screen: here(PROMPT + "echo a")(screen) and screen.row == 0))
    clear()
    start()
    condition = shows("^C")
    console.type(ctrl("C"))
    ok("^C ends a program", console.wait(condition))
    enter("while true; do true; done", prompt="")
    condition = shows("^C")
    console.type(ctrl("C"))
    ok("and a loop", console.wait(condition))
    ok("a command goes on in the next line", enter("if true", prompt="> "))
    enter("then echo yes", prompt="> ")
    command("until it is complete", "fi", "yes")
    enter("while true; do", prompt="> ")
    condition = shows("> ^C")
    console.type(ctrl("C"))
    ok("^C gives it up", console.wait(condition))
    command("a syntax error is one line", "if )", "sh: ')' is not expected here")


def jobs():
    text = "sh -c 'echo runs; sleep 1000'"
    start()
    condition = shows("^Z", f"[1] Stopped  {text}")
    console.type(ctrl("Z"))
    ok("^Z stops a program", console.wait(condition))
    command("bg continues it", "bg", f"[1] Running  {text}")
    command("jobs lists it", "jobs", f"[1] Running  {text}")
    enter("fg", text, prompt="")
    condition = shows("^C")
    console.type(ctrl("C"))
    ok("fg brings it back", console.wait(condition))
    command("then there is none", "bg", "bg: there is no such job; jobs lists them")
    for job, then, said in (("sleep 1000", "kill %1; wait", "Terminated"),
                            ("sleep 1000", "kill -9 %1; wait", "Killed"),
                            ("sh -c 'exit 3'", "wait", "Exit 3"), ("true", "wait", "Done"),
                            ("cat", "wait", "Stopped")):
        condition = shows(f"[1] {said}  {job}")
        console.type(f"{job} & {then}\r")
        ok(f"a job in the background: {said}", console.wait(condition))
    enter("kill %1; wait", "[1] Terminated  cat")
    condition = shows("3 127", "[1] Exit 3  sh -c 'exit 3'")
    console.type("sh -c 'exit 3' & wait %1; echo $? $(wait 1; echo $?)\r")
    ok("wait for a job by its number", console.wait(condition))
    start()
    condition = shows("^Z", f"[1] Stopped  {text}")
    console.type(ctrl("Z"))
    console.wait(condition)
    command("a stopped one ends, too", "kill %1; wait", f"[1] Terminated  {text}")
    command("there is no such job", "kill %7", "kill: there is no such job; jobs lists them")


def modes():
    enter("cat", prompt="")
    console.type("ab" + BACKSPACE + "c\r")
    ok("a program reads lines that the kernel edits", console.wait(
        lambda screen: here("", 0)(screen) and screen.text(screen.row - 1) == "ac" and
        screen.text(screen.row - 2) == "ac"))
    condition = shows()
    console.type(ctrl("D"))
    console.wait(condition)
    # Two screens' worth of lines, while nobody reads.
    lines = [f"echo {i} {'x' * 60}" for i in range(50)]
    enter("sh -c 'echo runs; sleep 1'; echo over", "runs", prompt="")
    console.type("\r".join(lines + ["echo end\r"]))
    console.wait(lambda screen: here(PROMPT)(screen) and screen.text(screen.row - 1) == "end")
    ok("lines that are pasted while a program runs", all(
        console.screen.text(console.screen.row - 3 - 2 * i) == lines[-1 - i][5:] for i in range(10)))
    keys("then the shell edits again", "x" + LEFT + "y", "yx", 1)
    clear()


def leaving():
    said = "The shell ended with status %d; this is a new one. poweroff ends the machine."
    console.type("sleep 1000 &\r")
    console.wait(lambda screen: here(PROMPT)(screen) and screen.text(screen.row - 1)[:3] == "[1]")
    command("a job in the background", "until ps | grep -q sleep; do true; done; echo runs", "runs")
    command("exit says what happens", "exit 3", said % 3)
    command("the job gets SIGHUP", "while ps | grep -q sleep; do true; done; echo gone", "gone")
    enter("nosuch", "sh: nosuch: not found; help lists the commands")
    condition = shows(said % 127)
    console.type(ctrl("D"))
    ok("^D, too, and a last status of 127 does no harm", console.wait(condition))


def keyboard():
    """The PC's own keyboard, and its screen, which shows what the serial line shows."""
    enter("echo 'aä→€└ÿ𝄞.'", "aä→€└ÿ𝄞.")
    ok("UTF-8 on the VGA", console.wait_vga(b"a\x84\x1a?\xc0\x98?."))
    enter("cat", prompt="")
    console.type(b"\xe2\x82.\xff.\x80\r")
    ok("what is no UTF-8", console.wait_vga(b"?.?.?"))
    console.type(ctrl("C"))
    console.wait(here(PROMPT))
    console.type(ctrl("L"))
    console.wait(lambda screen: here(PROMPT)(screen) and screen.row == 0)
    for pressed, text, at in (
            (("a", "b", "left"), "ab", 1), (("c", "left", "left"), "acb", 0),
            (("end", "d", "shift-e"), "acbdE", 5), (("home", "delete", "right"), "cbdE", 1),
            (("insert", "pgup", "x"), "cxbdE", 2), (("pgdn", "backspace"), "cbdE", 1),
            (("up",), "cat", 3), (("down",), "cbdE", 4)):
        console.press(*pressed)
        ok(" ".join(pressed), console.wait(here(PROMPT + text, len(PROMPT) + at)))
    condition = shows(PROMPT + "cbdE^C")
    console.press("ctrl-c")
    ok("ctrl-c", console.wait(condition))
    rows = [console.screen.text(row).encode() for row in range(2)]
    ok("both screens are equal", all(console.wait_vga(row) for row in rows))


ok("the machine starts", console.wait(here(PROMPT)))
try:
    for part in (editing, long_lines, history, completion, interrupts, jobs, modes, leaving,
                 keyboard):
        part()
    ok("no byte of an escape sequence was echoed", not console.screen.wrong)
    for what in console.screen.wrong:
        print("#", what, file=sys.stderr)
finally:
    console.close()
print(f"1..{count}")
