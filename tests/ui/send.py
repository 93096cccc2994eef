# SPDX-License-Identifier: GPL-2.0
"""send.py PORT CALLS [PREFIX]: that many SIP requests to the VIP's port, each of a Call-ID of its own, PREFIX-N@c1."""
import socket
import sys

port, calls = int(sys.argv[1]), int(sys.argv[2])
prefix = sys.argv[3] if len(sys.argv) > 3 else 'call'
sockets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sockets.bind(('198.18.1.11', 0))
for i in range(calls):
    sockets.sendto(f'OPTIONS sip:a@198.18.0.100 SIP/2.0\r\nCall-ID: {prefix}-{i}@c1\r\nCSeq: 1 OPTIONS\r\n'
                   'Content-Length: 0\r\n\r\n'.encode(), ('198.18.0.100', port))
