#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes the voice that SIPp plays: PCMU RTP (RFC 3551) to one port and an RTCP receiver report (RFC 3550 section
6.4.2) per second to the next, as an Ethernet capture. SIPp puts the addresses and ports of each call in."""
import struct
import sys

USAGE = "usage: make-rtp-pcap.py FILE [SECONDS [MILLISECONDS-PER-PACKET]]"
SSRC = 0x53415241
RTP_PORT = 6000


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(payload, dport):
    udp = struct.pack("!HHHH", dport, dport, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes((198, 18, 1, 11)), bytes((198, 18, 0, 100)))
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return bytes.fromhex("020000000101 020000000111 0800") + ip + udp


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(USAGE)
    length_ms = int(float(sys.argv[2] if len(sys.argv) > 2 else "2") * 1000)
    step_ms = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    packets = []
    for number, now in enumerate(range(0, length_ms, step_ms)):
        header = struct.pack("!BBHII", 0x80, 0x80 if number == 0 else 0, number, now * 8, SSRC)
        packets.append((now, frame(header + b"\xff" * (step_ms * 8), RTP_PORT)))
        if now % 1000 == 0:
            report = struct.pack("!BBHI", 0x80, 201, 1, SSRC)
            packets.append((now, frame(report, RTP_PORT + 1)))
    with open(sys.argv[1], "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for now, data in packets:
            # SIPp takes a timestamp of zero for "nothing sent yet": the clock starts at 1 s.
            pcap.write(struct.pack("<IIII", 1 + now // 1000, now % 1000 * 1000, len(data), len(data)) + data)


if __name__ == "__main__":
    main()
