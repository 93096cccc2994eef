#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Many conversations with the VIPs, IPv4 and IPv6 alike, and the servers that say which node they are with.

  talkers.py server NODE    SIP on UDP port 5060, voice on a port of the node's own, TCP on 554; each answer names the node
  talkers.py client         lines on stdin; for each a line of what came of it:

    begin CALLS STREAMS     so many calls (INVITE, 200, ACK) and TCP conversations more, half of each by IPv6
    speak                   a request within each call, and a packet of its voice
    ask                     a question in each TCP conversation
    end                     a BYE in each call, and the end of each TCP conversation

A client repeats what has no answer as clients of SIP do, voice it does not. Where an answer comes from a node that is not its
conversation's, that is `moved`; no answer in 20 s is `silent`.
"""
import select
import socket
import sys
import threading
import time

VIPS = {socket.AF_INET: '198.18.0.100', socket.AF_INET6: 'fd00::100'}
CLIENTS = {socket.AF_INET: '198.18.1.11', socket.AF_INET6: 'fd00:1::11'}
SIP, STREAM = 5060, 554
VOICE = {'n1': 6010, 'n2': 6020, 'n3': 6030}
PATIENCE, REPEAT = 20, 2


def ip(family):
    return 'IP4' if family == socket.AF_INET else 'IP6'


def url(family, address):
    return address if family == socket.AF_INET else f'[{address}]'


def bound(family, address, port=0):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((address, port))
    return sock


def sdp(family, address, port):
    kind = ip(family)
    return '\r\n'.join(['v=0', f'o=- 1 1 IN {kind} {address}', 's=-', f'c=IN {kind} {address}', 't=0 0',
                        f'm=audio {port} RTP/AVP 0', ''])


def message(first, headers, body=''):
    return '\r\n'.join([first, *headers, *(['Content-Type: application/sdp'] if body else []),
                        f'Content-Length: {len(body)}', '', body]).encode()


# --- the servers ---------------------------------------------------------------------------------------------------------
def sip_answer(node, family, text):
    lines = text.decode().split('\r\n')
    method = lines[0].split()[0]
    if method == 'ACK':
        return None
    keep = [line for line in lines if line.split(':')[0] in ('Via', 'From', 'Call-ID', 'CSeq')]
    body = sdp(family, VIPS[family], VOICE[node]) if method == 'INVITE' else ''
    return message('SIP/2.0 200 OK', [*keep, f'To: <sip:b@{url(family, VIPS[family])}>;tag={node}'], body)


def stream_answers(node, listener):
    def talk(connection):
        while connection.recv(100):
            connection.sendall((node + '\n').encode())
        connection.close()
    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()


def server(node):
    socks = {}
    for family, vip in VIPS.items():
        socks[bound(family, vip, SIP)] = lambda text, family=family: sip_answer(node, family, text)
        socks[bound(family, vip, VOICE[node])] = lambda _: node.encode()
        listener = socket.create_server((vip, STREAM), family=family)
        threading.Thread(target=stream_answers, args=(node, listener), daemon=True).start()
    print('ready', flush=True)
    while True:
        for sock in select.select(list(socks), [], [])[0]:
            text, client = sock.recvfrom(4096)
            answer = socks[sock](text)
            if answer:
                sock.sendto(answer, client)


# --- the client ----------------------------------------------------------------------------------------------------------
class Call:
    def __init__(self, name, family):
        self.name, self.family, self.node, self.cseq = name, family, '', 0
        self.sip, self.voice = bound(family, CLIENTS[family]), bound(family, CLIENTS[family])
        self.sip.connect((VIPS[family], SIP))

    def request(self, method):
        if method != 'ACK':
            self.cseq += 1
        vip, own = url(self.family, VIPS[self.family]), url(self.family, CLIENTS[self.family])
        port = self.sip.getsockname()[1]
        tag = f';tag={self.node}' if self.node else ''
        body = sdp(self.family, CLIENTS[self.family], self.voice.getsockname()[1]) if method == 'INVITE' else ''
        return message(f'{method} sip:b@{vip} SIP/2.0', [
            f'Via: SIP/2.0/UDP {own}:{port};branch=z9hG4bK{self.name}{self.cseq}{method[0]}', f'From: <sip:a@{own}>;tag=1',
            f'To: <sip:b@{vip}>{tag}', f'Call-ID: {self.name}@c1', f'CSeq: {self.cseq} {method}',
            f'Contact: <sip:a@{own}:{port}>'], body)

    def node_in(self, answer):
        """The node that gave this answer to the last request; '' if it is another's. From now on it gets the voice."""
        lines = answer.decode().split('\r\n')
        cseq = next(line for line in lines if line.startswith('CSeq:')).split()[1]
        if int(cseq) != self.cseq or lines[0] != 'SIP/2.0 200 OK':
            return ''
        for line in lines:
            if line.startswith('m=audio '):
                self.voice.connect((VIPS[self.family], int(line.split()[1])))
        return next(line for line in lines if line.startswith('To:')).split('tag=')[1]


class Stream:
    def __init__(self, family):
        self.node = ''
        self.sock = socket.create_connection((VIPS[family], STREAM), PATIENCE)

    def node_in(self, answer):
        return answer.decode().strip()


def settle(what, waiting):
    """waiting: {socket: (conversation, how to read an answer, what to repeat)}; says what came of them."""
    ok = moved = 0
    end, again = time.monotonic() + PATIENCE, time.monotonic() + REPEAT
    while waiting and time.monotonic() < end:
        for sock in select.select(list(waiting), [], [], 0.5)[0]:
            conversation, read, _ = waiting[sock]
            try:
                node = read(sock.recv(4096))
            except OSError:
                continue
            if not node:
                continue
            del waiting[sock]
            conversation.node = conversation.node or node
            ok, moved = ok + (node == conversation.node), moved + (node != conversation.node)
        if time.monotonic() > again:
            again = time.monotonic() + REPEAT
            for sock, (_, _, text) in waiting.items():
                if text:
                    sock.send(text)
    print(f'{what}: ok {ok} moved {moved} silent {len(waiting)}', flush=True)


class Client:
    def __init__(self):
        self.calls, self.streams = [], []

    def asked(self, calls, method):
        waiting = {}
        for call in calls:
            text = call.request(method)
            call.sip.send(text)
            waiting[call.sip] = (call, call.node_in, text)
        return waiting

    def questions(self, streams):
        for stream in streams:
            stream.sock.sendall(b'more\n')
        return {stream.sock: (stream, stream.node_in, None) for stream in streams}

    def do_begin(self, calls, streams):
        families = list(VIPS)
        first, begun = len(self.calls), []
        self.calls += [Call(f'call-{first + n}', families[n % 2]) for n in range(int(calls))]
        waiting = self.asked(self.calls[first:], 'INVITE')
        for n in range(int(streams)):
            begun.append(Stream(families[n % 2]))
        self.streams += begun
        settle('begin', waiting | self.questions(begun))
        for call in self.calls[first:]:
            call.sip.send(call.request('ACK'))

    def do_speak(self):
        waiting = self.asked(self.calls, 'OPTIONS')
        for call in self.calls:
            call.voice.send(b'x' * 172)
            waiting[call.voice] = (call, bytes.decode, None)
        settle('speak', waiting)

    def do_ask(self):
        settle('ask', self.questions(self.streams))

    def do_end(self):
        for stream in self.streams:
            stream.sock.close()
        settle('end', self.asked(self.calls, 'BYE'))


def client():
    talkers = Client()
    print('ready', flush=True)
    for line in sys.stdin:
        verb, *arguments = line.split()
        getattr(talkers, 'do_' + verb)(*arguments)


if __name__ == '__main__':
    server(sys.argv[2]) if sys.argv[1] == 'server' else client()
