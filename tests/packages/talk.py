#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Conversations with a virtual address, for tests/packages/guest. Only what python3-minimal has.

talk.py serve NAME ADDRESS PORT      a node: answers everything, by UDP and TCP, with NAME
talk.py ask ADDRESS PORT UDP TCP     so many conversations of each kind, a question in each every 100 ms, until its standard input
                                     ends; then a last one in each, that must be answered within 20 s. Prints a line for each:
                                     its kind, the nodes that answered, the questions, the answers, and `whole` or what broke it.
                                     'all answered' is printed to standard error when each has had its first answer.
"""
import selectors
import socket
import sys
import time


def serve(name, address, port):
    watch = selectors.DefaultSelector()
    listener = socket.create_server((address, port))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((address, port))
    for one in listener, datagrams:
        watch.register(one, selectors.EVENT_READ)
    while True:
        for key, _ in watch.select():
            if key.fileobj is listener:
                watch.register(listener.accept()[0], selectors.EVENT_READ)
            elif key.fileobj is datagrams:
                question, client = datagrams.recvfrom(2048)
                datagrams.sendto(name + b' ' + question, client)
            else:
                question = key.fileobj.recv(2048)
                if question:
                    key.fileobj.sendall((name + b'\n') * question.count(b'\n'))  # several may come at once
                else:
                    watch.unregister(key.fileobj)
                    key.fileobj.close()


class Conversation:
    def __init__(self, kind, address, port):
        self.kind = kind
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM)
        self.socket.connect((address, port))
        self.socket.setblocking(False)
        self.nodes, self.asked, self.answered, self.broken = set(), 0, 0, ''

    def ask(self):
        self.asked += 1
        try:
            self.socket.send(b'who\n')
        except ConnectionRefusedError:
            pass  # UDP: somebody said so earlier, and this is not the end
        except OSError as error:
            self.broken = self.broken or str(error).replace(' ', '-')

    def hear(self):
        try:
            text = self.socket.recv(4096)
        except BlockingIOError:
            return
        except OSError as error:
            if self.kind == 'tcp':
                self.broken = self.broken or str(error).replace(' ', '-')
            return
        if not text:
            self.broken = self.broken or 'ended'
            return
        self.nodes.update(line.split()[0].decode() for line in text.splitlines() if line.split()[0] != b'who')
        self.answered += text.count(b'\n')


def ask(address, port, udp, tcp):
    talks = [Conversation(kind, address, port) for kind, count in (('udp', udp), ('tcp', tcp)) for _ in range(count)]
    watch = selectors.DefaultSelector()
    for talk in talks:
        watch.register(talk.socket, selectors.EVENT_READ, talk)
    watch.register(sys.stdin, selectors.EVENT_READ)
    following, going, told = time.monotonic(), True, False
    while going:
        for key, _ in watch.select(max(0, following - time.monotonic())):
            if key.data:
                key.data.hear()
                if key.data.broken:
                    watch.unregister(key.fileobj)
            else:
                going = False
        if time.monotonic() >= following:
            following = time.monotonic() + .1
            for talk in talks:
                if not talk.broken:
                    talk.ask()
        if not told and all(talk.answered for talk in talks):
            told = True
            print('all answered', file=sys.stderr, flush=True)
    for talk in talks:
        before, end = talk.answered, time.monotonic() + 20
        # What was asked before may still be answered: only as many answers as there were questions are the last one.
        while not talk.broken and time.monotonic() < end:
            talk.hear()
            if talk.kind == 'tcp' and talk.answered == talk.asked or talk.kind == 'udp' and talk.answered > before:
                break
            if talk.kind == 'udp':
                talk.ask()
            time.sleep(.1)
        else:
            talk.broken = talk.broken or 'no-answer'
        print(talk.kind, ','.join(sorted(talk.nodes)) or '-', talk.asked, talk.answered, talk.broken or 'whole')


if sys.argv[1] == 'serve':
    serve(sys.argv[2].encode(), sys.argv[3], int(sys.argv[4]))
else:
    ask(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
