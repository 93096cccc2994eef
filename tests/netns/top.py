#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Drives sara top at a pseudo terminal, as tests/netns/top.sh has set the stage. Argument: the run's directory."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

RUN_DIR = sys.argv[1]
SOCKET = f"{RUN_DIR}/lb.sock"
VIP = ("198.18.0.100", 5060)
FAILED = 0


def check(what, holds, more=""):
    global FAILED
    print("ok:" if holds else "not ok:", what, "" if holds else more, file=sys.stderr)
    FAILED += not holds


def sara(*words):
    return subprocess.run(["sara", *words], capture_output=True, text=True, check=False).stdout


class Terminal:
    """A pseudo terminal with sara top at it, and what it shows: only what our own sequences can do is understood."""

    def __init__(self, rows=24, columns=80):
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.program = subprocess.Popen(["sara", "top", "interval", "200ms", "socket", SOCKET], stdin=self.slave,
                                        stdout=self.slave, stderr=self.slave, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.bytes = b""
        self.cells = {}

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def feed(self, text):
        row = column = 0
        for token in re.findall(r"\x1b\[([?\d;]*)([A-Za-z])|([^\x1b]+)", text):
            parameters, final, plain = token
            if final == "H":
                row, column = (int(number) for number in parameters.split(";"))
            elif final == "J":
                self.cells = {}
            for letter in plain:
                self.cells[row, column] = letter
                column += 1

    def line(self, row):
        last = max((at[1] for at in self.cells if at[0] == row), default=0)
        return "".join(self.cells.get((row, column), " ") for column in range(1, last + 1))

    def screen(self):
        return "\n".join(self.line(row) for row in range(1, max((at[0] for at in self.cells), default=0) + 1))

    def read(self, timeout):
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        try:
            got = os.read(self.master, 65536)
        except OSError:
            return False
        self.bytes += got
        self.feed(got.decode())
        return bool(got)

    def shows(self, what, pattern, seconds=30):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.screen()):
            if time.monotonic() > deadline:
                check(what, False, f"no '{pattern}' in\n{self.screen()}")
                return
            self.read(0.2)
        check(what, True)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def ends(self, what, code):
        while self.program.poll() is None and self.read(20):
            pass
        check(f"{what}: ends with {code}", self.program.wait(20) == code, str(self.program.returncode))
        while self.read(0):
            pass
        check(f"{what}: the terminal is as it was", termios.tcgetattr(self.slave) == self.before)
        check(f"{what}: the screen, the cursor and the wrap are back",
              self.bytes.count(b"\x1b[?1049h") == self.bytes.count(b"\x1b[?1049l") and
              self.bytes.endswith(b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"), repr(self.bytes[-80:]))


def in_c1(first, last):
    """New sessions: from another namespace, which only root's setns reaches."""
    subprocess.run(["ip", "netns", "exec", os.environ.get("SARA_NS_PREFIX", "") + "c1", sys.executable, "-c",
                    "import socket\n"
                    f"for port in range({first}, {last}):\n"
                    "    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                    "    s.bind(('198.18.1.11', port))\n"
                    f"    s.sendto(b'hello', {VIP})\n"
                    "    s.close()"], check=True)


# ---- frames for paper ----------------------------------------------------------------------------------------------
with subprocess.Popen(["sara", "-j", "top", "socket", SOCKET, "-n", "2", "interval", "3s"], stdout=subprocess.PIPE,
                      text=True) as frames:
    in_c1(20000, 20030)
    told = [json.loads(line) for line in frames.stdout]
check("as many frames as were asked for", len(told) == 2)
check("each has rates", all(frame["rates"] for frame in told))
nodes = {node["name"]: node for node in told[-1]["nodes"]}
check("the nodes, with the sessions that they have", sum(node["sessions"] for node in nodes.values()) == 30 and
      nodes["n1"]["load"] is not None and nodes["n1"]["health"] == "up", str(nodes))
text = sara("top", "socket", SOCKET, "-n", "1", "interval", "100ms")
check("text without a terminal has no escape sequence", "\x1b" not in text and "\nn1 " in text, text)
text = sara("top", "socket", f"{RUN_DIR}/nobody", "-n", "1", "interval", "100ms")
check("without an agent the kernel's part is told", "AGENT GONE" in text and "no agent listens" in text and "\nn1 " in text, text)

# ---- keys ----------------------------------------------------------------------------------------------------------
terminal = Terminal()
terminal.shows("a first screen", r"\nn1 +up +up +\d+ ")
terminal.shows("with the whole number of sessions", r"sessions  30 ")
check("keys come one by one, and are not echoed", not termios.tcgetattr(terminal.slave)[3] & (termios.ECHO | termios.ICANON))
terminal.shows("rates, once there are two samples", r"offered 0\.0 ")
in_c1(21000, 21100)
terminal.shows("new sessions", r"sessions  130 ")
terminal.press("jd")
terminal.shows("a question", "Drain node n2.*y/N")
terminal.press("n")
terminal.shows("no is no", "nothing was changed")
check("the node is not drained", " state up " in sara("node", "show", "n2"))
terminal.press("d")
terminal.press("y")
terminal.shows("yes is yes", "node n2 is drained")
terminal.shows("it is shown at once", r"\nn2 +drain")
check("the node is drained", " state drain " in sara("node", "show", "n2"))
terminal.press("uy")
terminal.shows("and back", "node n2 gets new sessions")
terminal.press("/n2\r")
terminal.shows("a filter", r"NODE.*\nn2 ")
terminal.press("\x1b")
terminal.shows("and none", r"NODE.*\nn1 ")
terminal.resize(12, 100)
terminal.shows("a larger one", r"^sara top.{80,}agent up")
terminal.shows("which is less high", r"\n(.*\n){10}h help")
check("and no higher", max(at[0] for at in terminal.cells) == 12)
# What does not change is not written: a second's frames of a screen that stands still but for the clock and ages.
while terminal.read(0):
    pass
quiet = len(terminal.bytes)
end = time.monotonic() + 2
while time.monotonic() < end:
    terminal.read(0.1)
wrote = len(terminal.bytes) - quiet
check("what stays is not written again", 0 < wrote < 11 * 3 * 200 and b"\x1b[2J" not in terminal.bytes[quiet:], str(wrote))
terminal.press("h")
terminal.shows("help", "Any key goes back")
terminal.press("x")
terminal.press("q")
terminal.ends("q", 0)

# ---- who is gone, and back -----------------------------------------------------------------------------------------
terminal = Terminal()
terminal.shows("an agent that is there", "agent up")
agent = json.loads(sara("-j", "stats", "show", "agent", "socket", SOCKET))["agent"]["pid"]
os.rename(SOCKET, f"{SOCKET}.away")
terminal.shows("an agent that is gone", r"module up   AGENT GONE(.*\n){4}no agent listens at")
terminal.shows("the nodes stay", r"\nn1 +up +up +\d+ +[\d.]+ \[ +\] +- ")
os.rename(f"{SOCKET}.away", SOCKET)
terminal.shows("and is back", r"module up   agent up")
terminal.shows("with its loads", r"\nn1 .*\] 0\.\d\d\d")
os.kill(agent, signal.SIGSTOP)
terminal.shows("an agent that does not answer", r"AGENT GONE(.*\n){4}the agent at .* does not answer")
terminal.press("q")
os.kill(terminal.program.pid, 0)
terminal.ends("q without an agent", 0)
os.kill(agent, signal.SIGCONT)

terminal = Terminal()
terminal.shows("a module that is there", "module up")
subprocess.run(["rmmod", "sara"], check=True)
terminal.shows("a module that is gone", r"MODULE GONE.*\n(.*\n){3}the kernel module is not loaded")
subprocess.run(["insmod", os.environ["SARA_KO"]], check=True)
terminal.shows("and is back, with what its agent gives it", r"module up   agent up(.*\n){6}n1 +up +up ")
terminal.press("q")
terminal.ends("q after that", 0)

# ---- every end -----------------------------------------------------------------------------------------------------
terminal = Terminal()
terminal.shows("a screen", "NODE")
terminal.press("\x03")
terminal.ends("Ctrl-C", 0)
for number in signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT:
    terminal = Terminal()
    terminal.shows("a screen", "NODE")
    terminal.program.send_signal(number)
    terminal.ends(number.name, -number)
terminal = Terminal()
terminal.shows("a screen", "NODE")
terminal.press("\x1a")
# A session's leader is nobody's job, but stops like one.
state = ""
end = time.monotonic() + 20
while state != "T" and time.monotonic() < end:
    terminal.read(0.1)
    with open(f"/proc/{terminal.program.pid}/stat", encoding="ascii") as file:
        state = file.read().rsplit(") ", 1)[1][0]
check("Ctrl-Z stops it", state == "T", state)
check("and gives the terminal back meanwhile", termios.tcgetattr(terminal.slave) == terminal.before)
terminal.cells = {}
terminal.program.send_signal(signal.SIGCONT)
terminal.shows("it goes on", "NODE")
terminal.press("q")
terminal.ends("q after that", 0)
terminal = Terminal()
terminal.shows("a screen", "NODE")
os.close(terminal.slave)
os.close(terminal.master)
check("a terminal that hangs up ends it", terminal.program.wait(20) == -signal.SIGHUP, str(terminal.program.returncode))

sys.exit(FAILED != 0)
