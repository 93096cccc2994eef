#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A flood of packets that are all of different flows, among which a few sessions go on: flood.py KIND DMAC COUNT DPORT

KIND is udp or syn. Each of COUNT packets comes from another client (198.19.0.0/16) or port. Run where c1, n1 and n2 are
network namespaces: it sends out of c1's eth0 and looks at what comes to the eth0 of both nodes.

Sessions are made first, by two packets each. Then, again and again, a part of the flood is sent with one packet of each
session among it, and the next part only when these have come to their nodes: so nothing waits in a queue for long enough
to be dropped by anybody but the module. Prints "N packets of sessions, N of the flood", or what is missing.
"""
import collections
import ctypes
import os
import select
import socket
import struct
import sys

import bot
import pieces

VIP = '198.18.0.100'
SESSIONS, PART, PARTS = 20, 64, 4       # sessions; packets of the flood between packets of sessions; such parts of a round
STRIDE = 64                             # bytes from frame to frame
PACKET_QDISC_BYPASS, SO_ATTACH_FILTER = 20, 26
PATIENCE = 20                           # seconds, before a packet is called lost


class Flood:
    """A buffer of frames of which only what tells flows apart is written anew, so that Python is not what is slow."""
    N = PART * PARTS

    def __init__(self, kind, head, dport):
        proto = {'udp': 'udp', 'syn': 'tcp'}[kind]
        # The checksums stay right: what addresses and ports add is taken away by the identification and the TCP sequence
        # number, which are their complements.
        packet = bytearray(bot.ip_packet(proto, bot.address('198.19.0.0'), 0, bot.address(VIP), dport,
                                         {'seq': 0xffffffff, 'len': 4 if proto == 'udp' else 0}))
        packet[4:6] = b'\xff\xff'
        packet[10:12] = bytes(2)
        packet[10:12] = struct.pack('!H', pieces.checksum(bytes(packet[:20])))
        self.tcp = proto == 'tcp'
        if not self.tcp:
            packet[26:28] = bytes(2)
        frame = head + packet
        self.buffer = bytearray(self.N * STRIDE)
        for i in range(self.N):
            self.buffer[i * STRIDE:i * STRIDE + len(frame)] = frame
        low = bytes(i & 0xff for i in range(self.N))
        self.each(29, low)
        self.each(19, bytes(0xff - byte for byte in low))
        if self.tcp:
            self.each(41, bytes(0xff - byte for byte in low))
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.buffer))
        self.vectors = ctypes.create_string_buffer(b''.join(
            struct.pack('@PN', start + i * STRIDE, len(frame)) for i in range(self.N)))
        vectors = ctypes.addressof(self.vectors)
        self.messages = ctypes.create_string_buffer(b''.join(
            struct.pack('@PIxxxxPNPNIxxxxIxxxx', 0, 0, vectors + 16 * i, 1, 0, 0, 0, 0) for i in range(self.N)))

    def each(self, at, values):
        self.buffer[at::STRIDE] = values

    def all(self, at, value):
        self.each(at, bytes([value]) * self.N)

    def round(self, number):
        """Sources of the numberth N packets: 256 addresses, the other bits in order of address and port."""
        address, port = number & 0xff, 1024 + (number >> 8)
        self.all(28, address)
        self.all(18, 0xff - address)
        self.all(34, port >> 8)
        self.all(35, port & 0xff)
        if self.tcp:
            self.all(38, 0xff - (port >> 8))
            self.all(39, 0xff - (port & 0xff))
            self.all(40, 0xff - address)

    def send(self, sock, first, count):
        at, end = first, first + count
        while at < end:
            sent = bot.LIBC.sendmmsg(sock.fileno(), ctypes.byref(self.messages, 64 * at), end - at, 0)
            if sent < 0:
                raise OSError(ctypes.get_errno(), 'sendmmsg')
            at += sent


def packets(namespace, only_from=None):
    """A socket for its eth0; what it receives is from this address alone."""
    bot.enter(namespace)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    if only_from:
        # ld [26]; jeq only_from, 0, 1; ret all; ret none
        code = ((0x20, 0, 0, 26), (0x15, 0, 1, struct.unpack('!I', bot.address(only_from))[0]), (6, 0, 0, 0xffff), (6, 0, 0, 0))
        program = ctypes.create_string_buffer(b''.join(struct.pack('=HBBI', *line) for line in code))
        sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack('@HxxxxxxP', len(code), ctypes.addressof(program)))
    else:
        sock.setsockopt(263, PACKET_QDISC_BYPASS, 1)    # SOL_PACKET
    sock.bind(('eth0', 3 if only_from else 0))
    bot.enter('')
    return sock


class Nodes:
    def __init__(self, client):
        self.socks = {packets(node, client): node for node in ('n1', 'n2')}

    def receive(self, count):
        """Which port's packets came to which node, count of them unless some are lost."""
        came = collections.Counter()
        while sum(came.values()) < count:
            ready = select.select(self.socks, [], [], PATIENCE)[0]
            if not ready:
                break
            for sock in ready:
                frame, origin = sock.recvfrom(2048)
                if origin[2] != 4:      # PACKET_OUTGOING
                    came[struct.unpack_from('!H', frame, 34)[0], self.socks[sock]] += 1
        return came


def main():
    kind, dmac, count, dport = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[('udp', 'syn').index(kind) % len(cpus)]})
    client = {'udp': '198.18.0.51', 'syn': '198.18.0.52'}[kind]
    nodes, out = Nodes(client), packets('c1')
    head = bytes.fromhex(dmac.replace(':', '')) + out.getsockname()[4] + b'\x08\x00'

    def frames(flags):
        return [head + bot.ip_packet('udp' if kind == 'udp' else 'tcp', bot.address(client), 5000 + i, bot.address(VIP), 5060,
                                     {'len': 4, 'flags': flags}) for i in range(SESSIONS)]
    for frame in frames(0x02) + frames(0x10):
        out.send(frame)
    came = nodes.receive(2 * SESSIONS)
    where = dict(came.keys())
    if came != {(5000 + i, where.get(5000 + i)): 2 for i in range(SESSIONS)}:
        sys.exit(f'not all sessions were made: {came}')

    flood, known = Flood(kind, head, dport), frames(0x18)
    expected = {session: 1 for session in where.items()}
    rounds = -(-count // flood.N)
    for number in range(rounds):
        flood.round(number)
        for part in range(PARTS):
            flood.send(out, part * PART, PART)
            for frame in known[part::PARTS]:
                out.send(frame)
        came = nodes.receive(SESSIONS)
        if came != expected:
            sys.exit(f'round {number}: expected {expected}, came {dict(came)}')
    print(f'{(rounds + 2) * SESSIONS} packets of sessions, {rounds * flood.N} of the flood')


if __name__ == '__main__':
    main()
