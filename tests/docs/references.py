#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether what the documents name is there: README.md, ARCHITECTURE.md and userspace/man.

  references.py      at the top of the project

Files of the tree, pages of SARA, and the options and subjects of programs in tools/, by what these say themselves with --help;
each page is named under SEE ALSO by another one, and formats without a warning. Exit status 0 only if all is so."""
import glob
import os
import re
import subprocess
import sys

MAN = "userspace/man"
# Where a short name is looked for, and what it may lack.
ROOTS = ("", "userspace/", "userspace/core/", "kmod/", "tests/")
ENDS = ("", ".sh", ".cpp", ".hpp", ".c", ".h", ".py")
# `debug/x` is netns/x on another kernel, and so is its name for tools/test.
SUBSETS = {"debug": "netns"}
# What is at home elsewhere: on the reader's machine, in another program.
FOREIGN = re.compile(r"^(/|~|\.\.?/|[A-Za-z0-9_.-]+\.(deb|pcap)$|net[./]|v?[0-9.]+(/|$)|https?:|build/|example|[A-Z_/-]+$)")
# A path of the tree that says where it is.
ROOTED = re.compile(r"(?<![\w/.-])(?:kmod|userspace|include|tests|tools)/[\w./*\[\]-]*[\w*\]]")


class Documents:
    def __init__(self):
        self.failed = 0
        self.asked = {"files": 0, "pages": 0, "options": 0}
        self.tree = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], check=True,
                                   stdout=subprocess.PIPE, text=True).stdout.split("\n")
        self.names = {os.path.basename(path) for path in self.tree}
        self.help = {}

    def fail(self, where, text):
        self.failed += 1
        print(f"not ok: {where}: {text}")

    # --- files ----------------------------------------------------------------------------------------------------
    def there(self, name):
        """A file or folder of the tree; kmod's `parse.[ch]` is two, `*` any."""
        name = name.rstrip("/").split(":", maxsplit=1)[0]
        first, slash, rest = name.partition("/")
        if slash and first in SUBSETS:
            name = f"{SUBSETS[first]}/{rest}"
        if "/" not in name and (name in self.names or any(name + end in self.names for end in ENDS[1:])):
            return True
        return any(glob.glob(root + name + end) for root in ROOTS for end in ENDS)

    def file(self, where, name):
        self.asked["files"] += 1
        if not self.there(name):
            self.fail(where, f"there is no {name}")

    # --- pages ----------------------------------------------------------------------------------------------------
    def page(self, where, name, section):
        self.asked["pages"] += 1
        if not os.path.exists(f"{MAN}/{name}.{section}"):
            self.fail(where, f"there is no page {name}({section})")

    # --- tools ----------------------------------------------------------------------------------------------------
    def tool(self, where, command):
        """`tools/x WORD... --option...`, as far as it is for the tool: up to --, and to what the shell adds."""
        command = re.split(r" -- | -- *$|[|&;<>()]|  #", command)[0]
        words = command.split()
        words[0] = words[0].rstrip(".,")
        if not glob.glob(words[0]):
            self.fail(where, f"there is no {words[0]}")
        if not os.access(words[0], os.X_OK) or os.path.isdir(words[0]) or words[0].startswith("tools/lib/"):
            return
        if words[0] not in self.help:
            self.help[words[0]] = subprocess.run([words[0], "--help"], stdout=subprocess.PIPE, text=True, check=False).stdout
        known = self.help[words[0]]
        subjects = words[0] == "tools/test"
        for word in words[1:]:
            word = word.strip("'\",.").rstrip(":")
            option = word.startswith("--")
            if not option and not (subjects and re.fullmatch("[a-z]+(/.*)?", word)):
                # Prose goes on here, or an option's value.
                subjects = False
                continue
            self.asked["options"] += 1
            name = word.split("=")[0] if option else word.split("/")[0]
            # A subject begins a line of its own.
            before = r"(?<![\w-])" if option else "(?m)^ +"
            if not re.search(rf"{before}{re.escape(name)}(?![\w-])", known):
                self.fail(where, f"{words[0]} --help does not know {name}")
            subjects = subjects and not option

    # --- documents ------------------------------------------------------------------------------------------------
    def markdown(self, path):
        block = None
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for number, line in enumerate(lines, 1):
            where = f"{path}:{number}"
            if line.startswith("```"):
                block = None if block else line
                continue
            if block == "```sh":
                self.text(where, line)
            if block:
                continue
            for name in re.findall(r"\]\(([^)#\s]+)", line):
                if not re.match("https?:", name):
                    self.file(where, name)
            for code in re.findall(r"`([^`]+)`", line):
                code = re.sub(r"^\[|\]$", "", code) if "](" in code else code
                if code.startswith("tools/"):
                    self.tool(where, code)
                if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+(\.\[ch\])?/?|[\w-]+\.(\[ch\]|c|h|cpp|hpp|py|sh|md|yaml|json)", code):
                    if not FOREIGN.match(code):
                        self.file(where, code)
            self.references(where, line)

    def text(self, where, line):
        """A line of commands: what it names of the tree, and of its tools."""
        for name in ROOTED.findall(line.split("  #")[0]):
            self.file(where, name)
        for command in re.split(r"&&|[|;]", line):
            at = re.search(r"(?<![\w/.-])tools/[a-z-]+.*", command)
            if at:
                self.tool(where, at[0])
        self.references(where, line)

    def references(self, where, line):
        for name, section in re.findall(r"(?<![\w-])(sara(?:-[a-z.]+)*)\((\d)\)", line):
            self.page(where, name, section)

    def pages(self):
        seen = {}
        for path in sorted(glob.glob(f"{MAN}/*")):
            name = os.path.basename(path)
            also = False
            with open(path, encoding="utf-8") as file:
                lines = file.read().replace(r"\-", "-").split("\n")
            if not any(line.startswith(f".TH {name.rpartition('.')[0].upper()} {name[-1]} ") for line in lines[:3]):
                self.fail(path, "its title is another one")
            for number, line in enumerate(lines, 1):
                where = f"{path}:{number}"
                if line.startswith(".SH "):
                    also = line == ".SH SEE ALSO"
                named = re.findall(r"(?<![\w-])(sara(?:-[a-z.]+)*)\"? ?\((\d)\)", line)
                for other, section in named:
                    self.page(where, other, section)
                    if also:
                        seen.setdefault(f"{other}.{section}", path)
                if also and line.endswith(")") and "".join(lines[number:number + 1]).startswith(".BR"):
                    self.fail(where, "no comma before the next page")
                for other in ROOTED.findall(line):
                    self.file(where, other)
                for at in re.finditer(r"(?<![\w/.-])tools/[a-z-]+( [^\"]*)?", line):
                    self.tool(where, at[0])
            self.formats(path)
        for path in sorted(glob.glob(f"{MAN}/*")):
            if seen.get(os.path.basename(path), path) == path:
                self.fail(path, "no other page names it under SEE ALSO")

    def formats(self, path):
        said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
        if said.returncode != 0 or said.stderr:
            self.fail(path, f"man says: {said.stderr.strip()}")


def main():
    if len(sys.argv) > 1:
        print(__doc__)
        return 0 if sys.argv[1:] == ["--help"] else 2
    documents = Documents()
    documents.markdown("README.md")
    documents.markdown("ARCHITECTURE.md")
    documents.pages()
    print(", ".join(f"{count} {what}" for what, count in documents.asked.items()))
    # Of a document that is written otherwise none might be found.
    if min(documents.asked.values()) < 10:
        documents.fail("references.py", "this finds too little to be a test")
    return 1 if documents.failed else 0


if __name__ == "__main__":
    sys.exit(main())
