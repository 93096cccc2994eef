#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes each line that a command says into a file, with a tab and the time before it: stamp.py FILE COMMAND..."""
import subprocess
import sys
import time


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "w", encoding="utf-8", buffering=1) as out, \
            subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, text=True, bufsize=1) as command:
        for line in command.stdout:
            out.write(f"{time.time():.6f}\t{line}")


if __name__ == "__main__":
    main()
