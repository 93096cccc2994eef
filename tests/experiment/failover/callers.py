#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Callers and players of the failover experiment: so many sessions at a time to the VIP, each with numbered media packets at a
steady rate, a question in its signalling now and then, and an end that must be answered. When one ends another begins, so
that some are always young. Sessions are those of messages.py.

  callers.py --out PREFIX --address A... [OPTION...]    until SIGTERM: then all hang up, and it ends when all are answered

PREFIX-sessions.jsonl gets a line for each session, PREFIX-sent.bin a RECORD for each media packet that was sent, and
PREFIX-heard.bin for each that a node has sent back."""
import argparse
import errno
import heapq
import itertools
import json
import random
import select
import signal
import socket
import time

import messages

# Retransmission of SIP over UDP: RFC 3261, timers A and E.
T1, T2 = 0.5, 4.0
# Signalling is answered within so many seconds, or the session is broken. TCP that fell silent for four may take four more.
ANSWERED_SECONDS = 14
# The last media and the BYE are so far apart: they go different ways.
HANG_UP_SECONDS = 0.1
ENDPOINTS = (10000, 30000)  # signalling ports, media ports: from there, and none is used twice


class Session:
    """What all kinds have in common. Subclasses have `kind`, `stream`, and write and read messages."""
    kind, stream, setting_up, question, ending = "", False, (), "", ""

    def __init__(self, callers, number, address, serial):
        self.callers, self.number, self.address = callers, number, address
        self.sequence, self.pending = 0, {}  # CSeq: (method, message, sent, next wait)
        self.port, self.media_port = ENDPOINTS[0] + serial, ENDPOINTS[1] + 2 * serial
        self.told = {"session": number, "kind": self.kind, "address": address, "port": self.port, "begun": time.time(),
                     "answered": None, "ended": None, "over": None, "node": None, "fault": None, "sent": 0}
        self.buffer, self.over, self.hanging_up, self.left = b"", False, False, list(self.setting_up)
        self.sock = self.bound(socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM, self.port)
        self.media = None
        port = messages.RTSP_PORT if self.kind == "rtsp" else messages.SIP_PORT
        error = self.sock.connect_ex((messages.VIP, port))
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, "connect")
        callers.watch(self.sock, self.signalling, self.stream)
        callers.after(ANSWERED_SECONDS, lambda: self.told["answered"] or self.broken("unanswered"))
        if not self.stream:
            self.next_step()

    def bound(self, kind, port):
        sock = socket.socket(socket.AF_INET, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((self.address, port))
        return sock

    # ---- signalling
    def next_step(self):
        """Asks for the next thing of the set-up; after the last the media begin."""
        if self.left:
            self.ask(self.left.pop(0))
        else:
            self.told["answered"] = time.time()
            self.callers.is_up()
            self.callers.after(random.random() * self.callers.interval, self.speak)
            self.callers.after(self.callers.question_seconds * (0.5 + random.random()), self.inquire)
            self.callers.after(self.callers.hold(), self.hang_up)

    def ask(self, method):
        self.sequence += 1
        message = self.written(method, self.sequence)
        self.pending[self.sequence] = (method, message)
        self.transmit(message)
        if not self.stream:
            self.again(self.sequence, T1)
        self.callers.after(ANSWERED_SECONDS, lambda sequence=self.sequence: self.unanswered(sequence))

    def again(self, sequence, wait):
        def repeat():
            if sequence in self.pending and not self.over:
                self.transmit(self.pending[sequence][1])
                self.again(sequence, min(2 * wait, T2))
        self.callers.after(wait, repeat)

    def transmit(self, message):
        try:
            self.sock.send(message)
        except OSError as error:
            self.failed(error)

    def failed(self, error):
        # What UDP hears of an ICMP error is nobody's end: it asks again.
        if self.stream:
            self.broken("reset" if error.errno in (errno.ECONNRESET, errno.EPIPE) else errno.errorcode[error.errno])

    def unanswered(self, sequence):
        if sequence in self.pending and not self.over:
            self.broken("unanswered")

    def signalling(self, sock, events):
        if events & select.EPOLLOUT:
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                self.failed(OSError(error, "connect"))
                return
            self.callers.only_read(sock)
            self.next_step()
            return
        try:
            data = sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self.failed(error)
            return
        if not self.stream:
            self.heard(messages.Message(data.decode()))
            return
        if not data:
            self.broken("reset")
            return
        self.buffer += data
        while not self.over:
            message, length = messages.framed(self.buffer)
            if message is None:
                return
            self.buffer = self.buffer[length:]
            self.heard(message)

    def heard(self, answer):
        method, _ = self.pending.pop(answer.sequence(), (None, None))
        if method == "INVITE" or (method is None and "INVITE" in answer.headers.get("cseq", "")):
            self.transmit(self.written("ACK", answer.sequence()))
        if method is None or self.over:
            return
        if answer.status() != 200:
            self.broken("refused")
            return
        if self.told["node"] is None:
            self.told["node"] = answer.headers.get("server")
            self.media_begin(answer)
        if method == self.ending:
            self.told["over"] = time.time()
            self.end()
        elif self.told["answered"] is None:
            self.next_step()

    def inquire(self):
        if not self.over and not self.hanging_up:
            self.ask(self.question)
            self.callers.after(self.callers.question_seconds, self.inquire)

    # ---- media
    def media_begin(self, answer):
        own, its = self.media_ports(answer)
        self.media = self.bound(socket.SOCK_DGRAM, own)
        self.media.connect((messages.VIP, its))
        self.callers.watch(self.media, self.media_heard)

    def speak(self):
        if self.over or self.hanging_up:
            return
        self.callers.after(self.callers.interval, self.speak)
        now = time.time_ns()
        packet = messages.MEDIA.pack(self.number, self.told["sent"], now).ljust(messages.MEDIA_BYTES, b"\0")
        try:
            self.media.send(packet)
        except OSError:
            # An ICMP error that an earlier packet met is told once, and instead of sending.
            try:
                self.media.send(packet)
            except OSError:
                pass  # lost here, and counted as sent
        self.callers.sent.write(messages.RECORD.pack(self.number, self.told["sent"], now))
        self.told["sent"] += 1

    def media_heard(self, sock, _):
        try:
            session, number, _ = messages.MEDIA.unpack_from(sock.recv(2048))
        except OSError:
            return
        self.callers.heard.write(messages.RECORD.pack(session, number, time.time_ns()))

    # ---- its end
    def hang_up(self):
        if self.over or self.hanging_up:
            return
        self.hanging_up = True
        if self.told["answered"] is None:
            return  # while it is set up: that has its own limit
        self.told["ended"] = time.time()
        self.callers.after(HANG_UP_SECONDS, lambda: self.over or self.ask(self.ending))

    def broken(self, fault):
        if not self.over:
            self.told["fault"], self.told["failed"] = fault, time.time()
            self.end()

    def end(self):
        self.over = True
        for sock in (self.sock, self.media):
            if sock is not None:
                self.callers.forget(sock)
        self.callers.ended(self)


class Rtsp(Session):
    kind, stream, setting_up, question, ending = "rtsp", True, ("SETUP", "PLAY"), "GET_PARAMETER", "TEARDOWN"

    def written(self, method, sequence):
        return messages.rtsp_request(method, self.number, sequence, self.media_port)

    def media_ports(self, answer):
        return self.media_port + 1, messages.rtsp_port(answer) + 1


class SipTcp(Session):
    kind, stream, setting_up, question, ending = "sip-tcp", True, ("INVITE",), "OPTIONS", "BYE"

    def written(self, method, sequence):
        return messages.sip_request(method, self.number, sequence, "TCP" if self.stream else "UDP", self.address, self.port,
                                    self.media_port if method == "INVITE" else None)

    def media_ports(self, answer):
        return self.media_port, messages.sdp_port(answer.body)


class SipUdp(SipTcp):
    kind, stream = "sip-udp", False


class Callers:
    def __init__(self, options):
        self.options = options
        self.interval, self.question_seconds = options.interval / 1000, options.question
        self.poll, self.readers = select.epoll(), {}
        self.timers, self.order = [], itertools.count()
        self.numbers, self.serials = itertools.count(options.first_number, 2), {address: 0 for address in options.address}
        self.addresses = itertools.cycle(options.address)
        self.alive, self.closing, self.up = set(), False, 0
        self.sessions = open(f"{options.out}-sessions.jsonl", "w", encoding="utf-8")
        self.sent, self.heard = (open(f"{options.out}-{name}.bin", "wb", buffering=1 << 20) for name in ("sent", "heard"))
        kinds = [kind for kind, count in ((Rtsp, options.rtsp), (SipUdp, options.sip_udp), (SipTcp, options.sip_tcp))
                 for _ in range(count)]
        random.shuffle(kinds)
        self.wanted = len(kinds)
        for place, kind in enumerate(kinds):
            self.after(options.ramp * place / max(1, len(kinds)), lambda kind=kind: self.begin(kind))

    def hold(self):
        return random.uniform(*self.options.hold)

    def begin(self, kind):
        if self.closing:
            return
        address = next(self.addresses)
        serial = self.serials[address]
        self.serials[address] += 1
        self.alive.add(kind(self, next(self.numbers), address, serial))

    def is_up(self):
        self.up += 1
        if self.up == self.wanted:
            print("as many are up as are wanted", flush=True)

    def ended(self, session):
        json.dump(session.told, self.sessions)
        self.sessions.write("\n")
        self.alive.discard(session)
        self.after(0.1, lambda: self.begin(type(session)))

    # ---- time and sockets
    def after(self, seconds, action):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), action))

    def watch(self, sock, reader, until_connected=False):
        self.readers[sock.fileno()] = (reader, sock)
        self.poll.register(sock.fileno(), select.EPOLLOUT if until_connected else select.EPOLLIN)

    def only_read(self, sock):
        self.poll.modify(sock.fileno(), select.EPOLLIN)

    def forget(self, sock):
        self.poll.unregister(sock.fileno())
        del self.readers[sock.fileno()]
        sock.close()

    def hang_up_all(self, *_):
        """Over two seconds, so that it is no burst."""
        self.closing = True
        for session in list(self.alive):
            self.after(2 * random.random(), session.hang_up)

    def run(self):
        signal.signal(signal.SIGTERM, self.hang_up_all)
        print("ready", flush=True)
        while not self.closing or self.alive:
            now = time.monotonic()
            while self.timers and self.timers[0][0] <= now:
                heapq.heappop(self.timers)[2]()
            wait = max(0.0, self.timers[0][0] - time.monotonic()) if self.timers else 0.5
            for number, events in self.poll.poll(min(0.5, wait)):
                if number in self.readers:
                    reader, sock = self.readers[number]
                    reader(sock, events)
        for file in (self.sessions, self.sent, self.heard):
            file.close()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", required=True, metavar="PREFIX")
    options.add_argument("--address", required=True, nargs="+", help="the callers' addresses, in turn")
    options.add_argument("--rtsp", type=int, default=0, help="RTSP streams at a time")
    options.add_argument("--sip-udp", type=int, default=0, help="SIP calls at a time, by UDP")
    options.add_argument("--sip-tcp", type=int, default=0, help="and by TCP")
    options.add_argument("--first-number", type=int, default=0, help="sessions have this number, and every second one after it")
    options.add_argument("--interval", type=float, default=100, help="milliseconds between media packets")
    options.add_argument("--question", type=float, default=4, help="seconds between questions in the signalling")
    options.add_argument("--hold", type=float, nargs=2, default=(8, 24), help="seconds that a session lasts, from and to")
    options.add_argument("--ramp", type=float, default=10, help="seconds in which they begin")
    options.add_argument("--seed", type=int, default=1)
    arguments = options.parse_args()
    random.seed(arguments.seed)
    Callers(arguments).run()


if __name__ == "__main__":
    main()
