#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Waits until a dispatcher's agent holds so many standby sessions: standby.py SOCKET N SECONDS. Prints when, in microseconds
of the clock. Asks often and costs little, as what it costs is measured, too."""
import json
import socket
import sys
import time

path, wanted, deadline = sys.argv[1], int(sys.argv[2]), time.time() + float(sys.argv[3])
held = None
while held != wanted:
    if time.time() > deadline:
        sys.exit(f"{path}: {held} sessions of {wanted} after {sys.argv[3]} s")
    time.sleep(.02)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.connect(path)
            agent.sendall(b'{"get": "stats"}\n')
            held = json.loads(agent.makefile().readline())["dispatcher"]["ha"]["standby"]
    except OSError:  # it has not begun to listen
        held = None
print(int(time.time() * 1e6))
