#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a node of the failover experiment serves at the VIP: SIP over UDP and TCP, and RTSP. It answers, sends each media packet
back to where it came from, and writes down what arrived when.

  server.py NODE LOG       until SIGTERM; LOG gets a RECORD (messages.py) for each media packet and signalling message"""
import select
import signal
import socket
import sys
import time

import messages

# Each session has two ports, RTP and RTCP; the same ones are in use at every node, for other sessions.
FIRST_PORT, PORTS = 20000, 20000


def bound(kind, port):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((messages.VIP, port))
    sock.setblocking(False)
    return sock


class Server:
    def __init__(self, node, log):
        self.node, self.log = node, open(log, "wb", buffering=1 << 20)
        self.poll, self.readers = select.epoll(), {}
        self.media = {}    # session: its sockets
        self.buffers = {}  # a connection's file number: what came of an incomplete message
        self.next_port = FIRST_PORT
        self.going_on = True
        sip = bound(socket.SOCK_DGRAM, messages.SIP_PORT)
        sip.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.watch(sip, self.sip_datagram)
        for port, answer in ((messages.SIP_PORT, self.sip), (messages.RTSP_PORT, self.rtsp)):
            listener = bound(socket.SOCK_STREAM, port)
            listener.listen(1000)
            self.watch(listener, lambda sock, answer=answer: self.accept(sock, answer))

    def watch(self, sock, reader):
        self.readers[sock.fileno()] = (reader, sock)
        self.poll.register(sock.fileno(), select.EPOLLIN)

    def forget(self, sock):
        self.poll.unregister(sock.fileno())
        del self.readers[sock.fileno()]
        self.buffers.pop(sock.fileno(), None)
        sock.close()

    def record(self, session, number):
        self.log.write(messages.RECORD.pack(session, number, time.time_ns()))

    # ---- media
    def media_packet(self, sock):
        try:
            packet, source = sock.recvfrom(2048)
            session, number, _ = messages.MEDIA.unpack_from(packet)
            self.record(session, number)
            sock.sendto(packet, source)
        except OSError:
            return  # an ICMP error of a caller that has hung up

    def media_port(self, session):
        """The session's RTP port; the first time its two sockets are made."""
        if session not in self.media:
            while True:
                port = self.next_port
                self.next_port = FIRST_PORT + (port + 2 - FIRST_PORT) % PORTS
                try:
                    self.media[session] = [bound(socket.SOCK_DGRAM, port), bound(socket.SOCK_DGRAM, port + 1)]
                    break
                except OSError:
                    continue
            for sock in self.media[session]:
                self.watch(sock, self.media_packet)
        return self.media[session][0].getsockname()[1]

    def media_over(self, session):
        for sock in self.media.pop(session):
            self.forget(sock)

    # ---- signalling: each returns the answer, or None
    def sip(self, request):
        session, method = request.session(), request.first[0]
        self.record(session, messages.SIGNALLING)
        if method == "ACK":
            return None
        if method == "INVITE":
            return messages.sip_answer(request, "200 OK", self.node, self.media_port(session))
        if session not in self.media:
            return messages.sip_answer(request, "481 Call/Transaction Does Not Exist", self.node)
        if method == "BYE":
            self.media_over(session)
        return messages.sip_answer(request, "200 OK", self.node)

    def rtsp(self, request):
        session, method = request.session(), request.first[0]
        self.record(session, messages.SIGNALLING)
        if method == "SETUP":
            return messages.rtsp_answer(request, "200 OK", self.node, self.media_port(session))
        if session not in self.media:
            return messages.rtsp_answer(request, "454 Session Not Found", self.node)
        if method == "TEARDOWN":
            self.media_over(session)
        return messages.rtsp_answer(request, "200 OK", self.node)

    def sip_datagram(self, sock):
        try:
            data, source = sock.recvfrom(65536)
            answer = self.sip(messages.Message(data.decode()))
            if answer is not None:
                sock.sendto(answer, source)
        except OSError:
            return

    def accept(self, listener, answer):
        sock = listener.accept()[0]
        sock.setblocking(False)
        self.buffers[sock.fileno()] = b""
        self.watch(sock, lambda sock: self.stream(sock, answer))

    def stream(self, sock, answer):
        try:
            data = sock.recv(65536)
            if not data:
                self.forget(sock)
                return
            buffer = self.buffers[sock.fileno()] + data
            while True:
                request, length = messages.framed(buffer)
                if request is None:
                    break
                buffer = buffer[length:]
                reply = answer(request)
                if reply is not None:
                    sock.send(reply)
            self.buffers[sock.fileno()] = buffer
        except OSError:
            self.forget(sock)

    def stop(self, *_):
        self.going_on = False

    def run(self):
        signal.signal(signal.SIGTERM, self.stop)
        print("ready", flush=True)
        while self.going_on:
            for number, _ in self.poll.poll(0.5):
                # Who was forgotten meanwhile, by what another one said.
                if number in self.readers:
                    reader, sock = self.readers[number]
                    reader(sock)
        self.log.close()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Server(*sys.argv[1:]).run()


if __name__ == "__main__":
    main()
