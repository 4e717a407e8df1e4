# SPDX-License-Identifier: BSD-2-Clause
"""A machine whose console a test uses as a person does, through a pseudo-terminal.

Keys are typed only once the screen shows what a person would wait for. If it does not show that
within PATIENCE seconds, the test fails; how long it takes does not matter.
"""
import codecs
import json
import os
import pty
import re
import select
import socket
import subprocess
import time
import tty

PATIENCE = 60
ROWS, COLUMNS = 25, 80
KERNEL_BASE = 0xc0000000


class Screen:
    """What a VT100 would show. A sequence that the editor has no reason to send is an error."""

    def __init__(self):
        self.rows = [[" "] * COLUMNS for _ in range(ROWS)]
        self.row = self.column = 0
        self.feeds = 0  # how many lines were ended
        self.rest = ""
        self.wrong = []

    def text(self, row):
        return "".join(self.rows[row]).rstrip()

    def line_feed(self):
        self.feeds += 1
        if self.row == ROWS - 1:
            self.rows = self.rows[1:] + [[" "] * COLUMNS]
        else:
            self.row += 1

    def put(self, char):
        if self.column == COLUMNS:  # a full line wraps only when another character follows
            self.column = 0
            self.line_feed()
        self.rows[self.row][self.column] = char
        self.column += 1

    def sequence(self, number, final):
        n = int(number) if number.isdigit() else 0
        column = min(self.column, COLUMNS - 1)
        if not re.fullmatch("[0-9]*", number):
            self.wrong.append(f"ESC [ {number} {final}")
        elif final == "A":
            self.row = max(self.row - (n or 1), 0)
        elif final == "C":
            self.column = min(column + (n or 1), COLUMNS - 1)
        elif final == "H" and not number:
            self.row = self.column = 0
        elif final == "J" and number in ("", "0"):
            self.rows[self.row][column:] = [" "] * (COLUMNS - column)
            for row in range(self.row + 1, ROWS):
                self.rows[row] = [" "] * COLUMNS
        else:
            self.wrong.append(f"ESC [ {number} {final}")

    def write(self, text):
        text = self.rest + text
        self.rest = ""
        at = 0
        while at < len(text):
            char = text[at]
            if char == "\033":
                match = re.match(r"\033\[([0-9;?]*)([@-~])", text[at:])
                if match:
                    self.sequence(*match.groups())
                    at += match.end()
                    continue
                if len(text) - at < 16:  # the rest of it is still to come
                    self.rest = text[at:]
                    return
                self.wrong.append(repr(text[at:at + 16]))
            elif char == "\r":
                self.column = 0
            elif char == "\n":
                self.line_feed()
            elif char == "\b":
                self.column = max(min(self.column, COLUMNS - 1) - 1, 0)
            elif char >= " ":
                self.put(char)
            else:
                self.wrong.append(repr(char))
            at += 1


class Console:
    def __init__(self, machine, directory, screen=None):
        """Starts the machine, whose command line lacks only the serial line and the monitor."""
        self.qmp_path = os.path.join(directory, "qmp")
        self.memory = os.path.join(directory, "vga")
        self.screen = screen or Screen()
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.fd, slave = pty.openpty()
        tty.setraw(slave)
        self.process = subprocess.Popen(
            machine + ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
                       "-qmp", f"unix:{self.qmp_path},server=on,wait=off"],
            stdin=slave, stdout=slave)
        os.close(slave)
        self.qmp = None
        # The kernel moves the screen in the VGA's memory. Its pointer says where it is.
        kernel = machine[machine.index("-kernel") + 1]
        names = subprocess.run(["nm", kernel], stdout=subprocess.PIPE, text=True, check=True)
        self.screen_pointer = int(re.search(r"^(\w+) \w screen$", names.stdout, re.M)[1], 16)

    def receive(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        self.screen.write(self.decoder.decode(os.read(self.fd, 4096)))

    def wait(self, condition):
        """Returns whether the screen comes to fulfil the condition."""
        deadline = time.monotonic() + PATIENCE
        while not condition(self.screen):
            if time.monotonic() > deadline:
                return False
            self.receive(0.1)
        return True

    def type(self, keys):
        """Types text or bytes at the serial line."""
        data = keys if isinstance(keys, bytes) else keys.encode()
        while data:
            data = data[os.write(self.fd, data):]

    def monitor(self, command, **arguments):
        if self.qmp is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.qmp_path)
            self.qmp = connection.makefile("rw")
            self.qmp.readline()
            self.monitor("qmp_capabilities")
        self.qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            if "return" in answer:
                return

    def press(self, *names):
        """Presses keys of the PC's keyboard: at most three, since it holds only 16 codes."""
        for name in names:
            self.monitor("send-key", keys=[{"type": "qcode", "data": part}
                                           for part in name.split("-")])

    def read(self, address, size):
        """Returns the kernel's memory at a virtual address that is mapped directly."""
        self.monitor("pmemsave", val=address - KERNEL_BASE, size=size, filename=self.memory)
        with open(self.memory, "rb") as file:
            return file.read()

    def vga(self):
        """Returns the rows that the VGA shows, as bytes of code page 437."""
        start = int.from_bytes(self.read(self.screen_pointer, 4), "little")
        cells = self.read(start, 2 * ROWS * COLUMNS)[::2]
        return [cells[i:i + COLUMNS].rstrip() for i in range(0, len(cells), COLUMNS)]

    def wait_vga(self, row):
        """Returns whether the VGA comes to show the row."""
        deadline = time.monotonic() + PATIENCE
        while row not in self.vga():
            if time.monotonic() > deadline:
                return False
            self.receive(0.05)
        return True

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.fd)
