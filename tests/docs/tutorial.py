#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Does what a tutorial says: reads commands and files out of a man page's source and carries them out, in order, on the
machines that their prompts name. What fails, or does not show what the page shows, is named by page and line; after a failure
nothing else is done.

  tutorial.py PAGE HOST=COMMAND...      COMMAND starts a shell on HOST, which reads commands from its standard input
  tutorial.py --check PAGE...           reads the pages alone

In a block from .nf to .fi a line `HOST# command` is for root at HOST, `HOST$ command` for anybody there; a \\ at its end goes
on in the next line. What follows until the next prompt is what it shows: these lines are to come, among others and in any order,
with blanks as they like and anything for `...`. The command must succeed.

Comments of the page say what a reader need not see:
  .\\" file: HOST PATH               before .nf: the block is the content of a file
  .\\" as well: HOST A=B [C=D]       after that, or before .nf of commands: HOST does the same, with B for A
  .\\" not run: WHY                  before .nf: what is there is for the reader alone
  .\\" within: SECONDS               before a command that only looks: it shows that by then
Exit status 0 only if all was done."""
import dataclasses
import os
import re
import selectors
import subprocess
import sys
import time

PATIENCE = 120  # seconds until a command must have ended
PROMPT = re.compile(r"([a-z][a-z0-9]*)([#$]) (.*)$")
COMMENT = re.compile(r'\.\\" (file|as well|not run|within): (.*)$')
ESCAPES = {r"\-": "-", r"\e": "\\", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\(ha": "^", r"\(ti": "~", r"\&": "",
           r"\fB": "", r"\fI": "", r"\fP": "", r"\fR": ""}
# What a formatter makes a typographic character of, so that it cannot be copied from the page.
TYPOGRAPHIC = re.compile(r"[-'`^~]")


class PageError(Exception):
    def __init__(self, page, line, text):
        super().__init__(f"{page}:{line}: {text}")


@dataclasses.dataclass
class Command:
    line: int
    host: str
    text: str
    shows: list
    within: float = 0


@dataclasses.dataclass
class File:
    line: int
    host: str
    path: str
    content: str


def decode(page, number, line):
    """A line of a block as it is on the screen."""
    if line.startswith((".", "'")):
        raise PageError(page, number, "a macro here, or text that is taken for one: \\& before it makes it text")
    plain = re.sub(r"\\(\(..|f.|.)", "", line)
    if TYPOGRAPHIC.search(plain):
        raise PageError(page, number, f"`{TYPOGRAPHIC.search(plain)[0]}` is not what it looks like: escape it")

    def one(match):
        if match[0] not in ESCAPES:
            raise PageError(page, number, f"the escape {match[0]} is not known here")
        return ESCAPES[match[0]]
    return re.sub(r"\\(\(..|f.|.)", one, line)


class Page:
    """Steps, in the page's order."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.steps = []
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        self.at = 0
        self.said = {}  # of the block that comes: what comments said, with the line
        self.others = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            comment = COMMENT.match(line)
            if comment:
                self.comment(*comment.groups())
            elif line == ".nf":
                self.block()
            elif self.said and not line.startswith("."):
                raise self.wrong("a comment that belongs to a block, and none comes")

    def wrong(self, text, line=None):
        return PageError(self.name, line or self.at, text)

    def comment(self, word, value):
        if word == "as well":
            host, *pairs = value.split()
            self.others.append((host, [pair.split("=", 1) for pair in pairs]))
        self.said[word] = (value, self.at)

    def block(self):
        said, others, begin = self.said, self.others, self.at
        self.said, self.others = {}, []
        lines = []
        while self.lines[self.at] != ".fi":
            line = self.lines[self.at]
            self.at += 1
            if line not in (".RS", ".RE"):
                lines.append((self.at, line))
        if "not run" in said:
            return
        steps = self.file(said, lines) if "file" in said else self.commands(lines, begin)
        self.steps += steps
        for host, pairs in others:
            for step in steps:
                self.steps.append(elsewhere(step, host, pairs))

    def file(self, said, lines):
        host, path = said["file"][0].split()
        content = "".join(decode(self.name, number, line) + "\n" for number, line in lines)
        return [File(said["file"][1], host, path, content)]

    def commands(self, lines, begin):
        commands, within, open_line = [], 0, False
        for number, line in lines:
            comment = COMMENT.match(line)
            if comment:
                if comment[1] != "within":
                    raise self.wrong(f"`{comment[1]}` belongs before a block", number)
                within = float(comment[2])
                continue
            text = decode(self.name, number, line)
            prompt = PROMPT.match(text)
            if open_line:
                commands[-1].text += text.lstrip()
            elif prompt:
                commands.append(Command(number, prompt[1], prompt[3], [], within))
                within = 0
            elif commands:
                commands[-1].shows.append((number, text))
            else:
                raise self.wrong("a block that begins with neither a prompt nor a comment", begin)
            open_line = bool(prompt or open_line) and commands[-1].text.endswith("\\")
            if open_line:
                commands[-1].text = commands[-1].text[:-1]
        return commands


def elsewhere(step, host, pairs):
    def there(text):
        # At once: what one puts in no other takes out.
        table = dict(pairs)
        return re.sub("|".join(re.escape(old) for old in table), lambda found: table[found[0]], text) if table else text
    if isinstance(step, File):
        return File(step.line, host, step.path, there(step.content))
    return Command(step.line, host, there(step.text), [(number, there(text)) for number, text in step.shows], step.within)


def pattern(text):
    words = re.escape(" ".join(text.split()))
    return re.compile("^" + words.replace(re.escape("..."), ".*") + "$")


def missing(shows, output):
    """The first line that was to be shown, and was not; else None. Each needs a line of its own."""
    lines = [" ".join(line.split()) for line in output.split("\n")]
    for number, text in shows:
        if text == "...":
            continue
        found = next((at for at, line in enumerate(lines) if pattern(text).match(line)), None)
        if found is None:
            return number, text
        del lines[found]
    return None


class Shell:
    """A shell that stays, as a person's terminal does: its directory, variables and jobs are there for the next command."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        shell=True, bufsize=0)
        self.count = 0

    def run(self, text):
        """(exit status, output)"""
        self.count += 1
        mark = f"@end {self.name} {self.count} "
        # It may read nothing of what comes after it.
        self.process.stdin.write(f"{{ {text}\n}} </dev/null\nprintf '\\n{mark}%s\\n' $?\n".encode())
        return self.read(mark, time.monotonic() + PATIENCE)

    def read(self, mark, deadline):
        said = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                end = re.search(rb"(?:^|\n)" + re.escape(mark.encode()) + rb"(\d+)\n", said)
                if end:
                    return int(end[1]), said[:end.start()].decode("utf-8", "replace").replace("\r", "\n")
                if not selector.select(max(0, deadline - time.monotonic())):
                    return f"none within {PATIENCE} s", said.decode("utf-8", "replace")
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    return "none: the shell ended", said.decode("utf-8", "replace")
                said += piece

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Tutorial:
    def __init__(self, page, shells):
        self.page, self.shells = page, shells
        self.failed = 0
        self.begun = time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    def wrong(self, line, text, output):
        self.failed += 1
        self.quote(output.split("\n")[-40:])
        return PageError(self.page.name, line, text)

    @staticmethod
    def quote(lines):
        for line in lines:
            print(f"          | {line}")

    def run(self):
        for step in self.page.steps:
            if step.host not in self.shells:
                raise PageError(self.page.name, step.line, f"there is no machine {step.host}")
            if isinstance(step, File):
                self.write(step)
            else:
                self.carry_out(step)

    def write(self, step):
        self.say(f"{step.host}: {step.path}")
        end = "END_OF_FILE"
        status, output = self.shells[step.host].run(
            f"cat >{step.path} <<'{end}'\n{step.content}{end}")
        if status != 0:
            raise self.wrong(step.line, f"{step.path} at {step.host} cannot be written", output)

    def carry_out(self, step):
        self.say(f"{step.host}# {step.text}")
        deadline = time.monotonic() + step.within
        while True:
            status, output = self.shells[step.host].run(step.text)
            lost = missing(step.shows, output)
            if status == 0 and lost is None:
                break
            if time.monotonic() >= deadline:
                if status != 0:
                    raise self.wrong(step.line, f"exit status {status} at {step.host}: {step.text}", output)
                print(f"error: {self.wrong(lost[0], f'{step.host} did not show: {lost[1]}', output)}", flush=True)
                return
            time.sleep(0.2)
        if output.strip():
            self.quote(output.strip("\n").split("\n"))


def main():
    if sys.argv[1:2] in (["--help"], ["-h"]) or len(sys.argv) < 3:
        print(__doc__)
        return 0 if len(sys.argv) == 2 else 2
    try:
        if sys.argv[1] == "--check":
            for path in sys.argv[2:]:
                print(f"{path}: {len(Page(path).steps)} steps")
            return 0
        page = Page(sys.argv[1])
        shells = {}
        for argument in sys.argv[2:]:
            name, command = argument.split("=", 1)
            shells[name] = Shell(name, command)
        tutorial = Tutorial(page, shells)
        try:
            tutorial.run()
        finally:
            for shell in shells.values():
                shell.end()
    except PageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{page.name}: {len(page.steps)} steps done, {tutorial.failed} did not show what the page shows")
    return 1 if tutorial.failed else 0


if __name__ == "__main__":
    sys.exit(main())
