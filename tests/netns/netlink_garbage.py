#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends the family `sara` what none of its programs would: torn headers, torn attributes, wrong sizes and types, unknown
commands, every command with random attributes. Each must be answered by an error (or, where it happens to be a valid
question, by an answer), and the family must go on answering. Nothing that is sent can change anything: what could is
malformed. Random, with a fixed seed."""

import errno
import random
import socket
import struct
import sys

NETLINK_GENERIC = 16
GENL_ID_CTRL = 0x10
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
CONFIG_GET, DEV_NEW, SERVICE_NEW, NODE_NEW, SESSION_SET, SESSION_DEL, ANNOUNCE_NEW = 1, 3, 6, 10, 14, 15, 18
LAST_COMMAND = 28
GETS = {1, 5, 9, 13, 16, 17, 20, 21}


def attribute(kind, payload, length=None):
    length = 4 + len(payload) if length is None else length
    return struct.pack("=HH", length, kind) + payload + b"\0" * (-len(payload) % 4)


class Family:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.socket.settimeout(10)
        self.sequence = 0
        reply = self.ask(GENL_ID_CTRL, 3, attribute(2, b"sara\0"))
        self.id = next(struct.unpack_from("=H", value)[0] for kind, value in self.attributes(reply[0][20:]) if kind == 1)

    @staticmethod
    def attributes(data):
        while len(data) >= 4:
            length, kind = struct.unpack_from("=HH", data)
            yield kind, data[4:length]
            data = data[(length + 3) & ~3:]

    def ask(self, family, command, attributes, flags=0, header=None):
        """Messages of the answer, or raises OSError with the kernel's error."""
        self.sequence += 1
        body = struct.pack("=BBH", command, 1, 0) + attributes if header is None else header
        length = 16 + len(body)
        self.socket.send(struct.pack("=IHHII", length, family, NLM_F_REQUEST | NLM_F_ACK | flags, self.sequence, 0) + body)
        messages = []
        while True:
            data = self.socket.recv(1 << 17)
            while data:
                length, kind, _, sequence, _ = struct.unpack_from("=IHHII", data)
                message, data = data[:length], data[(length + 3) & ~3:]
                if sequence != self.sequence:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    code = struct.unpack_from("=i", message, 16)[0]
                    if code:
                        raise OSError(-code, errno.errorcode.get(-code, "?"))
                    return messages
                messages.append(message)

    def alive(self):
        return len(self.ask(self.id, CONFIG_GET, b"")) == 1


def main():
    family = Family()
    failures = []
    answered = 0

    def refused(what, command, attributes, flags=0, header=None):
        nonlocal answered
        answered += 1
        try:
            family.ask(family.id, command, attributes, flags, header)
            failures.append(f"{what}: taken")
        except OSError as error:
            if error.errno in (errno.EIO, errno.EFAULT, errno.ENOMEM) or isinstance(error, TimeoutError):
                failures.append(f"{what}: {error}")

    name = attribute(1, b"zz\0")
    tuple_of = lambda *parts: attribute(5 | 0x8000, b"".join(parts))
    session = attribute(2, struct.pack("=Q", 1))

    refused("no generic header", 0, b"", header=b"\x0a")
    refused("unknown command", 99, b"")
    refused("command 0", 0, b"")
    refused("a notification as a command", 23, b"")
    refused("attribute longer than the message", NODE_NEW, attribute(1, b"zz\0", length=200))
    refused("attribute shorter than its header", NODE_NEW, attribute(1, b"zz\0", length=2))
    refused("unknown attribute", NODE_NEW, name + attribute(99, b"1234"))
    refused("no attributes at all", NODE_NEW, b"")
    refused("name without an end that is too long", NODE_NEW, attribute(1, b"n" * 300))
    refused("empty name", NODE_NEW, attribute(1, b"\0") + attribute(3, bytes([198, 18, 0, 13])))
    refused("address of 5 bytes", NODE_NEW, name + attribute(3, b"12345"))
    refused("address of 4000 bytes", NODE_NEW, name + attribute(3, b"x" * 4000))
    refused("MAC of 5 bytes", NODE_NEW, name + attribute(3, bytes([198, 18, 0, 13])) + attribute(6, b"12345"))
    refused("multicast MAC", NODE_NEW,
            name + attribute(3, bytes([198, 18, 0, 13])) + attribute(5, b"d0\0") + attribute(6, b"\x01\0\x5e\0\0\1"))
    refused("unknown node state", NODE_NEW,
            name + attribute(3, bytes([198, 18, 0, 13])) + attribute(8, struct.pack("=I", 77)))
    refused("unknown device mode", DEV_NEW, attribute(2, b"lo\0") + attribute(3, struct.pack("=I", 77)))
    service = attribute(1, b"zz\0") + attribute(3, bytes([198, 18, 0, 101])) + attribute(4, b"\x11")
    refused("port 0", SERVICE_NEW, service + attribute(5, struct.pack("=H", 0)))
    refused("range backwards", SERVICE_NEW,
            service + attribute(5, struct.pack("=H", 20)) + attribute(6, struct.pack("=H", 10)))
    refused("unknown protocol", SERVICE_NEW, service[:-8] + attribute(4, b"\x84") + attribute(5, struct.pack("=H", 20)))
    refused("unknown application", SERVICE_NEW,
            service + attribute(5, struct.pack("=H", 20)) + attribute(7, struct.pack("=I", 77)))
    refused("label of 5000 bytes", SESSION_SET, session + attribute(7, b"x" * 5000))
    refused("flush of nothing named", SESSION_DEL, b"")
    refused("tuple of nothing", ANNOUNCE_NEW, session + tuple_of())
    refused("tuple without protocol", ANNOUNCE_NEW, session + tuple_of(attribute(3, bytes([198, 18, 0, 100]))))
    refused("tuple of two families", ANNOUNCE_NEW, session + tuple_of(
        attribute(1, b"x" * 16), attribute(3, bytes([198, 18, 0, 100])), attribute(4, struct.pack("=H", 9)),
        attribute(5, b"\x11")))
    refused("tuple in a tuple", ANNOUNCE_NEW, session + tuple_of(tuple_of(tuple_of())))
    refused("tuple cut in the middle", ANNOUNCE_NEW, session + attribute(5 | 0x8000, b"\x08\0\1"))

    # Random attributes for every command. Those that could change something get one attribute that no policy knows.
    source = random.Random(20)
    for _ in range(3000):
        command = source.randint(0, LAST_COMMAND + 3)
        data = b"".join(
            attribute(source.randint(0, 30) | source.choice((0, 0, 0x8000)), source.randbytes(source.choice((0, 1, 2, 4, 8, 16, 40))))
            for _ in range(source.randint(0, 6)))
        if command in GETS:
            flags = source.choice((0, NLM_F_DUMP))
        else:
            flags, data = 0, data + attribute(200, b"1234")
        try:
            family.ask(family.id, command, data, flags)
        except TimeoutError as error:
            failures.append(f"command {command} {data.hex()}: {error}")
            break
        except OSError:
            pass
        answered += 1

    if not family.alive():
        failures.append("the family does not answer any more")
    print(f"{answered} messages")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
