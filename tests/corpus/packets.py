# SPDX-License-Identifier: GPL-2.0
"""Packets and captures (Ethernet, pcap) for the make-captures of these folders, byte by byte the same each time."""
import ipaddress
import struct

VIP4, VIP6 = "198.18.0.100", "fd00::100"
TCP, UDP = 6, 17
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(source, destination, protocol, segment, checksum_at):
    src, dst = ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed
    pseudo = src + dst + struct.pack("!II", len(segment), protocol)
    segment = segment[:checksum_at] + struct.pack("!H", checksum(pseudo + segment)) + segment[checksum_at + 2 :]
    if len(src) == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, protocol, 0) + src + dst
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        kind = b"\x08\x00"
    else:
        head = struct.pack("!IHBB", 0x60000000, len(segment), protocol, 64) + src + dst
        kind = b"\x86\xdd"
    return bytes.fromhex("020000000101 020000000111") + kind + head + segment


class Capture:
    """Packets 10 ms apart, beginning at 1 s."""

    def __init__(self):
        self.frames = []

    def udp(self, source, sport, destination, dport, payload):
        datagram = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
        self.frames.append(frame(source, destination, UDP, datagram, 6))

    def write(self, path):
        with open(path, "wb") as pcap:
            pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for number, data in enumerate(self.frames):
                seconds, part = divmod(100 + number, 100)
                pcap.write(struct.pack("<IIII", seconds, part * 10000, len(data), len(data)) + data)


class Connection:
    """A TCP connection of a client to the VIP: both ends' words in order, each in segments of at most `mss` bytes."""

    def __init__(self, capture, client="198.18.1.11", port=40000, vip=VIP4, server_port=554, mss=1448):
        self.capture, self.mss = capture, mss
        self.ends = {"client": (client, port), "server": (vip, server_port)}
        self.next = {"client": 1000, "server": 500000}
        for who, flags in (("client", SYN), ("server", SYN | ACK), ("client", ACK)):
            self.segment(who, flags)

    def segment(self, who, flags, payload=b""):
        other = "server" if who == "client" else "client"
        (source, sport), (destination, dport) = self.ends[who], self.ends[other]
        acknowledged = self.next[other] if flags & ACK else 0
        header = struct.pack("!HHIIBBHHH", sport, dport, self.next[who], acknowledged, 5 << 4, flags, 65535, 0, 0)
        self.capture.frames.append(frame(source, destination, TCP, header + payload, 16))
        self.next[who] += len(payload) + (1 if flags & (SYN | FIN) else 0)

    def say(self, who, payload):
        payload = payload.encode() if isinstance(payload, str) else payload
        for begin in range(0, len(payload), self.mss):
            self.segment(who, PSH | ACK, payload[begin : begin + self.mss])

    def client(self, *messages):
        self.say("client", b"".join(m.encode() if isinstance(m, str) else m for m in messages))

    def server(self, *messages):
        self.say("server", b"".join(m.encode() if isinstance(m, str) else m for m in messages))

    def close(self):
        self.segment("client", FIN | ACK)
        self.segment("server", FIN | ACK)
        self.segment("client", ACK)
