#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes what SIPp plays, an RTP stream without RTCP: make-voice.py FILE SECONDS MILLISECONDS-PER-PACKET BYTES-PER-PACKET

The frames are those of tests/apps/make-rtp-pcap.py; here packets are few and large, so that an emulated machine can carry
the calls of a whole cluster."""
import importlib.util
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def maker():
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("rtp", os.path.join(HERE, "..", "apps", "make-rtp-pcap.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    length_ms, step_ms, size = int(float(sys.argv[2]) * 1000), int(sys.argv[3]), int(sys.argv[4])
    rtp = maker()
    with open(sys.argv[1], "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, now in enumerate(range(0, length_ms, step_ms)):
            header = struct.pack("!BBHII", 0x80, 0x80 if number == 0 else 0, number, now * 8, rtp.SSRC)
            data = rtp.frame(header + b"\xff" * size, rtp.RTP_PORT)
            # SIPp takes a timestamp of zero for "nothing sent yet": the clock starts at 1 s.
            pcap.write(struct.pack("<IIII", 1 + now // 1000, now % 1000 * 1000, len(data), len(data)) + data)


if __name__ == "__main__":
    main()
