#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Clients, servers and netlink commands in many network namespaces, in one process.

Tests talk to it through lib.sh (bot_start, bot): a line "NAMESPACE VERB ARGUMENT..." in, a line with the answer out. One
process, because starting programs is what is slow in a guest. A namespace is entered only to open a socket there.

  udp-serve ADDR PORT            answer each datagram with the namespace's name
  udp-sink ADDR PORT             take datagrams and forget them
  udp-keep ADDR PORT             take datagrams; then: kept SECONDS ADDR PORT NAMESPACE...: waits for one and tells those
                                 that came, as NAMESPACE=LENGTH:SUM; by semicolons
  digest LEN [SEED]              the same of what the next verb sends
  fragments DMAC PROTO SRC SPORT DST DPORT LEN [KEY=VALUE...]
                                 a datagram (its content: INVITE ...) in fragments made by hand, out of eth0; KEY: seed,
                                 size (bytes of each), order (reversed, shuffledN, or a list as pieces.py reads it), id, df,
                                 options (IPv4, hex), ext, inner (IPv6: hop, dst, routing; by +), flags, gap (seconds)
  fragment-flood DMAC N DST LEN  the first fragments alone of N datagrams from N addresses
  sunk ADDR PORT [SECONDS]       lengths of those that came since it was asked last, in their order
  tcp-serve ADDR PORT            answer each line with the namespace's name, "give N" with N bytes
  udp SPORT DST DPORT [SECONDS] [LEN]
                                 send a datagram, tell the answer or "none"
  knock SPORT DST DPORT          likewise, or the name of the error that the answer was
  say SPORT DST DPORT TEXT [SIZE]
                                 send TEXT (with Python's escapes; a blank is \\x20), tell the answer or "none"; with
                                 SIZE at once as datagrams of so many bytes, aggregated, tell the answers by commas
  tell SPORT DST DPORT TEXT      send TEXT, expect nothing
  send SPORT DST DPORT [N] [LEN] send N datagrams, expect nothing
  flood FIRST N DST DPORT        a datagram from each of N ports
  calls FIRST N SPORT DST DPORT  an INVITE of each of N calls from one port; the Call-IDs are numbers
  clients DMAC FIRST N SPORT DST DPORT
                                 a datagram from each of N addresses, out of eth0
  traffic FIRST N DST DPORT      datagrams from N ports, round and round, until: quiet (tells how many)
  tcp-open NAME SPORT DST DPORT  connect: "ok", or the error's name
  tcp-ask NAME [TEXT]            send a line, tell the answer
  tcp-take NAME BYTES            ask for so many bytes, tell how many came
  tcp-bulk NAME BYTES            send so much in one line, tell the answer
  tcp-close NAME | tcp-reset NAME
  frame DMAC PROTO SRC SPORT DST DPORT [KEY=VALUE...]
                                 a frame made by hand, out of eth0; KEY: flags (TCP, number), seq, len (payload),
                                 text (payload, as for say), vlan, cut (bytes of the IP packet that are sent), options, ext
                                 (as for fragments), gso (bytes of TCP payload in each of its segments)
  icmp DST TYPE CODE WORD PROTO SRC SPORT DST2 DPORT [KEY=VALUE...]
                                 an ICMP error to DST that quotes the packet SRC:SPORT > DST2:DPORT; KEY as for frame
  sniff                          listen to eth0; then: sniffed [SECONDS]: IP frames that came in, as
                                 SMAC>DMAC,PROTO,SPORT,DPORT,PAYLOAD or SMAC>DMAC,fragment,OFFSET,more|last,PAYLOAD;
                                 by semicolons
  nl COMMAND [KEY=VALUE...]      "ok", or "ERROR: sentence"; tuple keys: src sport dst dport proto; of a score:
                                 score=NODE:SCORE:COST; of a flow that is restored: flow= or past=KEY=VALUE,KEY=VALUE...
  show COMMAND [KEY=VALUE...] : FIELD...   fields by commas, objects by semicolons; without KEY=VALUE a dump
  tally COMMAND [KEY=VALUE...] : FIELD FIRST LAST
                                 dump; tell rows, distinct rows, those with FIELD in the range, whole|interrupted
  dump-open COMMAND              begin a dump and leave it, the socket stays open
  raw COMMAND HEX                what HEX says in place of attributes; COMMAND may be a number
  short BYTES                    a message to the family that is cut inside its headers
  fuzz COMMAND SEED N            N requests with random attributes; "ok" if each was answered
  churn FIRST LAST DST DPORT PAUSE
                                 a datagram from each of these ports, again after so many seconds; until: calm
  stat FIELD...                  counters
  policy                         epoch,valid,nodes,stale,load-now,p-new,p-est
  until SECONDS PATTERN VERB...  again and again until the answer matches; spaces of PATTERN are written _
  bind [BUFFER [KEY=VALUE...]]   become the receiver of inspected packets, with room for so many bytes
  inspected                      those that came, as sender,session,flags,seq,payload; by semicolons
  copied SECONDS FIELD...        likewise, with these fields
  copies SECONDS                 likewise, as sender,sport,dport,LENGTH:SUM
  release-all SECONDS            let go each one that waits, as they come
  held [SECONDS]                 those that came and wait, as number,client's port,payload; by semicolons
  listen                         join the multicast group; then: events [SECONDS]
  unbind                         close the netlink socket

NAMESPACE#WORD is the same namespace with another netlink socket; NAMESPACE#nobody with one of an unprivileged user.
"""
import ctypes
import errno
import fnmatch
import os
import random
import re
import select
import selectors
import socket
import struct
import sys
import threading
import time

import pieces

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.path.join(HERE, '../../include/netlink/specs/sara.yaml')
PREFIX = os.environ.get('SARA_NS_PREFIX', '')
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
SOL_UDP, UDP_SEGMENT = 17, 103
SOL_PACKET, PACKET_VNET_HDR = 263, 15
SOL_NETLINK, NETLINK_EXT_ACK, NETLINK_ADD_MEMBERSHIP = 270, 11, 1
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP = 1, 4, 0x10, 0x300


def enter(namespace):
    """The calling thread opens its next sockets there; in none, in the test's own."""
    path = f'/run/netns/{PREFIX}{namespace.partition("#")[0]}' if namespace else '/proc/1/ns/net'
    with open(path, 'rb') as f:
        if LIBC.setns(f.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')


# --- netlink, by the spec ----------------------------------------------------------------------------------------

class Spec:
    """As much of the YAML as is needed, read by its indentation: a YAML reader is slow to start."""

    def __init__(self, path):
        self.enums, self.sets, self.commands, self.nested = {}, {}, {}, {}
        with open(path, encoding='ascii') as f:
            sections = re.split(r'^(?=[a-z-]+:)', f.read(), flags=re.M)
        for section in sections:
            head = section.split(':', 1)[0]
            items = re.split(r'^ {4}-\n|^  -\n', section, flags=re.M)[1:]
            if head == 'definitions':
                self.definitions(items)
            elif head == 'attribute-sets':
                self.attributes(items)
            elif head == 'operations':
                self.operations(items)

    @staticmethod
    def field(text, name):
        found = re.search(rf'^ +{name}: (.*)$', text, re.M)
        return found.group(1).strip('"') if found else None

    def numbered(self, text, first):
        for entry in re.split(r'^ {6}-\n', text, flags=re.M)[1:]:
            value = self.field(entry, 'value')
            first = int(value) if value else first
            yield first, entry
            first += 1

    def definitions(self, items):
        for item in items:
            if self.field(item, 'type') == 'enum':
                self.enums[self.field(item, 'name')] = {
                    number: self.field(entry, 'name') for number, entry in self.numbered(item, 0)}

    def attributes(self, items):
        for item in items:
            self.sets[self.field(item, 'name')] = {
                self.field(entry, 'name'): (number, self.field(entry, 'type'), self.field(entry, 'enum'))
                for number, entry in self.numbered(item, 1)}
            for number, entry in self.numbered(item, 1):
                self.nested[self.field(item, 'name'), number] = self.field(entry, 'nested-attributes')

    def operations(self, items):
        for number, item in enumerate(items, 1):
            self.commands[self.field(item, 'name')] = (number, self.field(item, 'attribute-set'))


class Refused(Exception):
    pass


def attribute(number, payload):
    size = 4 + len(payload)
    return struct.pack('=HH', size, number) + payload + bytes(-size % 4)


def attributes(data):
    while len(data) >= 4:
        size, number = struct.unpack_from('=HH', data)
        if size < 4:
            break
        yield number & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def messages(data):
    while data:
        size = struct.unpack_from('=I', data)[0]
        yield data[:size]
        data = data[(size + 3) & ~3:]


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


class Family:
    """The family sara in one namespace."""
    INTS = {'u8': '=B', 'u16': '=H', 'u32': '=I', 'u64': '=Q', 's32': '=i'}
    ADDRESSES = {'src', 'dst', 'addr', 'source'}
    TUPLE = ('src', 'sport', 'dst', 'dport', 'proto')

    def __init__(self, spec):
        self.spec = spec
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((0, 0))
        self.seq = 0
        self.others = []    # messages that are no answer
        self.interrupted = False
        answer = self.transact(16, 3, attribute(2, b'sara\0'), NLM_F_ACK)
        found = dict(attributes(answer[0][20:]))
        self.id = struct.unpack('=H', found[1])[0]
        self.group = struct.unpack('=I', dict(attributes(next(attributes(found[7]))[1]))[2])[0]

    def request(self, kind, command, payload, flags):
        self.seq += 1
        self.socket.send(struct.pack('=IHHIIBBH', 20 + len(payload), kind, NLM_F_REQUEST | flags, self.seq, 0,
                                     command, 1, 0) + payload)

    def transact(self, kind, command, payload, flags):
        self.request(kind, command, payload, flags)
        return self.answers()

    def answers(self):
        answers = []
        self.interrupted = False
        while True:
            for message in self.receive():
                size, kind, flags, seq = struct.unpack_from('=IHHI', message)
                if seq == self.seq and kind != 2 and flags & NLM_F_DUMP_INTR:
                    self.interrupted = True
                if seq != self.seq:
                    self.others.append(message)
                elif kind == 2:
                    self.verdict(message, flags)
                    return answers
                elif kind == 3:
                    return answers
                else:
                    answers.append(message)

    def receive(self):
        try:
            data = self.socket.recv(1 << 17)
        except OSError as error:
            if error.errno != errno.ENOBUFS:    # of copies and events some were lost
                raise
            data = b''
        yield from messages(data)

    @staticmethod
    def verdict(message, flags):
        code = -struct.unpack_from('=i', message, 16)[0]
        if not code:
            return
        sentence = ''
        if flags & 0x200:
            inner = 16 if flags & 0x100 else struct.unpack_from('=I', message, 20)[0]
            for number, payload in attributes(message[20 + inner:]):
                if number == 1:
                    sentence = payload.rstrip(b'\0').decode(errors='backslashreplace')   # it may quote what was sent
        raise Refused(f'{errno.errorcode.get(code, code)}: {sentence}')

    def encode(self, name, words):
        attrs = self.spec.sets[name]
        out, inner = b'', b''
        for word in words:
            key, _, value = word.partition('=')
            if name != 'tuple' and key in self.TUPLE and key not in attrs:
                inner += self.encode('tuple', [word])
                continue
            number, kind, enum = attrs[key]
            if kind == 'nest':  # KEY=VALUE by commas, or its attributes in their order by colons
                nested = self.spec.nested[name, number]
                words = value.split(',') if '=' in value else \
                    [f'{part[0]}={part[1]}' for part in zip(self.spec.sets[nested], value.split(':'))]
                out += attribute(number | 0x8000, self.encode(nested, words))
                continue
            if enum and not value.isdigit():
                value = next(n for n, text in self.spec.enums[enum].items() if text == value)
            if kind in self.INTS:
                payload = struct.pack(self.INTS[kind], int(value))
            elif kind == 'string':
                payload = value.encode() + b'\0'
            elif kind == 'flag':
                payload = b''
            elif key in self.ADDRESSES:
                payload = address(value)
            else:
                payload = bytes.fromhex(value.replace(':', ''))
            out += attribute(number, payload)
        if inner:
            out += attribute(attrs['tuple'][0] | 0x8000, inner)
        return out

    def decode(self, name, data):
        by_number = {number: (key, kind, enum) for key, (number, kind, enum) in self.spec.sets[name].items()}
        out = {}
        for number, payload in attributes(data):
            key, kind, enum = by_number.get(number, (None, None, None))
            if kind in self.INTS:
                value = struct.unpack_from(self.INTS[kind], payload)[0]
                out[key] = self.spec.enums[enum].get(value, value) if enum else value
            elif kind == 'string':
                out[key] = payload.rstrip(b'\0').decode()
            elif kind == 'flag':
                out[key] = 'yes'
            elif kind == 'nest':
                out.update(self.decode(self.spec.nested[name, number], payload))
            elif key in self.ADDRESSES:
                out[key] = socket.inet_ntop(socket.AF_INET if len(payload) == 4 else socket.AF_INET6, payload)
            elif kind == 'binary':
                out[key] = payload.hex(':') if key == 'mac' else payload
        return out

    def do(self, command, words, dump=False):
        number, name = self.spec.commands[command]
        flags = NLM_F_DUMP if dump else NLM_F_ACK
        return [self.decode(name, message[20:])
                for message in self.transact(self.id, number, self.encode(name, words), flags)]

    def unasked(self, seconds=0.0):
        """Copies and events that came."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            while True:
                self.others.extend(self.receive())
        except TimeoutError:
            pass
        self.socket.settimeout(None)
        messages, self.others = self.others, []
        names = {number: (command, attrs) for command, (number, attrs) in self.spec.commands.items()}
        for message in messages:
            command, attrs = names[message[16]]
            yield command, self.decode(attrs, message[20:])


# --- clients and servers -----------------------------------------------------------------------------------------

class Servers(threading.Thread):
    """Answers in the background: every server of every namespace."""

    def __init__(self):
        super().__init__(daemon=True)
        self.selector = selectors.DefaultSelector()
        self.wake, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, lambda s: s.recv(64))

    def add(self, sock, handler):
        self.selector.register(sock, selectors.EVENT_READ, handler)
        self.wake.send(b'.')

    def udp(self, name, sock):
        def handler(s):
            _, peer = s.recvfrom(65536)
            s.sendto(name.encode(), peer)
        self.add(sock, handler)

    def tcp(self, name, listener):
        def on_line(s):
            try:
                data = s.recv(65536)
            except OSError:
                data = b''
            if data:
                if data.startswith(b'give '):
                    # In a thread: it may take its time, and the others want answers.
                    threading.Thread(target=s.sendall, args=(bytes(int(data[5:])),), daemon=True).start()
                elif data.endswith(b'\n'):
                    s.send(name.encode() + b'\n')
            else:
                self.selector.unregister(s)
                s.close()
        self.add(listener, lambda s: self.selector.register(s.accept()[0], selectors.EVENT_READ, on_line))

    def run(self):
        while True:
            for key, _ in self.selector.select():
                try:
                    key.data(key.fileobj)
                except OSError as error:
                    print('server:', error, file=sys.stderr)


class Traffic(threading.Thread):
    """Sends until it is told to end. Errors are the network's business (a refused port, a device that went)."""

    def __init__(self, socks):
        super().__init__(daemon=True)
        self.socks, self.sent, self.over = socks, 0, False
        self.start()

    def run(self):
        while not self.over:
            time.sleep(0.001)   # the others want to live too
            for sock in self.socks:
                try:
                    sock.send(b'x' * 100)
                    self.sent += 1
                except OSError:
                    pass

    def end(self):
        self.over = True
        self.join()
        for sock in self.socks:
            sock.close()
        return self.sent


def bound(kind, addr, port, like=None):
    sock = socket.socket(socket.AF_INET6 if ':' in (like or addr) else socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((addr, int(port)))
    return sock


def unescape(text):
    return text.encode().decode('unicode_escape').encode('latin1')


def ip_packet(proto, src, sport, dst, dport, option):
    payload = unescape(option['text']) if 'text' in option else b'x' * int(option.get('len', 0))
    number = {'udp': 17, 'tcp': 6}[proto]
    inner = pieces.l4(number, src, sport, dst, dport, payload, int(option.get('flags', 2)),
                      int(option.get('seq', 1)))
    if len(src) == 16:
        kinds = {'hop': pieces.HOP, 'dst': pieces.DEST, 'routing': pieces.ROUTING}
        return pieces.v6(src, dst, number, inner, [kinds[word] for word in option.get('ext', '').split('+') if word])
    return pieces.v4(src, dst, number, inner, options=bytes.fromhex(option.get('options', '')))


def describe(frame):
    """What a frame is, or nothing if it is not TCP or UDP on its own."""
    kind = struct.unpack_from('!H', frame, 12)[0]
    if kind == 0x0800:
        proto, l4, length = frame[23], 14 + (frame[14] & 15) * 4, 14 + struct.unpack_from('!H', frame, 16)[0]
    elif kind == 0x86dd:
        proto, l4, length = frame[20], 54, 54 + struct.unpack_from('!H', frame, 18)[0]
    else:
        return None
    if proto not in (6, 17):
        return None
    if kind == 0x0800 and (cut := struct.unpack_from('!H', frame, 20)[0]) & 0x3fff:
        return (f"{frame[6:12].hex(':')}>{frame[:6].hex(':')},fragment,{(cut & 0x1fff) * 8},"
                f"{'more' if cut & 0x2000 else 'last'},{length - l4}")
    sport, dport = struct.unpack_from('!HH', frame, l4)
    payload = length - l4 - (8 if proto == 17 else (frame[l4 + 12] >> 4) * 4)
    return (f"{frame[6:12].hex(':')}>{frame[:6].hex(':')},{'udp' if proto == 17 else 'tcp'},{sport},{dport},"
            f'{payload}')


class Wire:
    """IP packets out of eth0 as they are; pad: as Ethernet does it, with bytes that must not be taken for the packet's."""

    def __init__(self, dmac, gso=0):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.gso = gso
        if gso:
            self.socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.socket.bind(('eth0', 0))
        self.addresses = bytes.fromhex(dmac.replace(':', '')) + self.socket.getsockname()[4]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, packet, tag=b'', pad=False):
        kind = struct.pack('!H', 0x86dd if packet[0] >> 4 == 6 else 0x0800)
        frame = (self.addresses + tag + kind + packet).ljust(60 if pad else 0, b'\xee')
        if self.gso:    # struct virtio_net_hdr: a checksum to be made, TCP segments
            v6 = packet[0] >> 4 == 6
            l4 = 54 if v6 else 34
            frame = struct.pack('=BBHHHH', 1, 4 if v6 else 1, l4 + 20, self.gso, l4, 16) + frame
        self.socket.send(frame)


class Bot:
    def __init__(self):
        self.spec = Spec(SPEC)
        self.families, self.clients = {}, {}
        self.churning = None
        self.traffic = []
        self.servers = Servers()
        self.servers.start()

    def family(self, where):
        if where not in self.families:
            self.families[where] = Family(self.spec)
        return self.families[where]

    def do_udp_serve(self, where, addr, port):
        self.servers.udp(where, bound(socket.SOCK_DGRAM, addr, port))
        return 'ok'

    def do_udp_sink(self, where, addr, port):
        self.clients[f'sink {where} {addr} {port}'] = bound(socket.SOCK_DGRAM, addr, port)
        return 'ok'

    def do_udp_keep(self, where, addr, port):
        sock = bound(socket.SOCK_DGRAM, addr, port)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.clients[f'keep {where} {addr} {port}'] = sock
        return 'ok'

    def do_kept(self, where, seconds, addr, port, *namespaces):
        socks = {self.clients[f'keep {name} {addr} {port}']: name for name in namespaces}
        out, patience = [], float(seconds)
        while ready := select.select(list(socks), [], [], patience)[0]:
            out += [f'{socks[sock]}={pieces.digest(sock.recv(1 << 17))}' for sock in ready]
            patience = 0.01     # for what should not come as well
        return ';'.join(out)

    def do_digest(self, where, length, seed='0'):
        return pieces.digest(pieces.content(int(length), int(seed)))

    def do_sunk(self, where, addr, port, seconds='0.001'):
        sock = self.clients[f'sink {where} {addr} {port}']
        sock.settimeout(float(seconds))
        lengths = []
        try:
            while True:
                lengths.append(str(len(sock.recv(65536))))
        except TimeoutError:
            return ' '.join(lengths)

    def do_tcp_serve(self, where, addr, port):
        sock = bound(socket.SOCK_STREAM, addr, port)
        sock.listen(64)
        self.servers.tcp(where, sock)
        return 'ok'

    def do_udp(self, where, sport, dst, dport, seconds='5', length='12'):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            sock.settimeout(float(seconds))
            sock.sendto(b'who are you?'.ljust(int(length)), (dst, int(dport)))
            try:
                return sock.recv(100).decode()
            except TimeoutError:
                return 'none'

    def do_knock(self, where, sport, dst, dport):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            sock.settimeout(5)
            sock.connect((dst, int(dport)))
            sock.send(b'who are you?')
            try:
                return sock.recv(100).decode()
            except TimeoutError:
                return 'none'
            except OSError as error:
                return errno.errorcode[error.errno]

    def do_say(self, where, sport, dst, dport, text, size=''):
        message = unescape(text)
        expected = len(message) // int(size) if size else 1
        answers = []
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            sock.settimeout(5)
            if size:
                sock.setsockopt(SOL_UDP, UDP_SEGMENT, int(size))
            sock.sendto(message, (dst, int(dport)))
            try:
                while len(answers) < expected:
                    answers.append(sock.recv(100).decode())
            except TimeoutError:
                answers.append('none')
        return ','.join(answers)

    def do_hear(self, where, sport, dst, dport, text, seconds='5'):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            sock.settimeout(float(seconds))
            sock.sendto(unescape(text), (dst, int(dport)))
            try:
                answer, source = sock.recvfrom(2000)
                return f"{source[0]} {source[1]} {answer.decode()}".replace('\r\n', '|')
            except TimeoutError:
                return 'none'

    def do_tell(self, where, sport, dst, dport, text):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            sock.sendto(unescape(text), (dst, int(dport)))
        return 'ok'

    def do_send(self, where, sport, dst, dport, n='1', length='32'):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            for _ in range(int(n)):
                sock.sendto(bytes(int(length)), (dst, int(dport)))
        return 'ok'

    def do_flood(self, where, first, n, dst, dport):
        for port in range(int(first), int(first) + int(n)):
            self.do_send(where, port, dst, dport)
        return 'ok'

    def do_calls(self, where, first, n, sport, dst, dport):
        with bound(socket.SOCK_DGRAM, '', sport, like=dst) as sock:
            for call in range(int(first), int(first) + int(n)):
                sock.sendto(f'INVITE sip:x SIP/2.0\r\nCall-ID: {call}\r\nCSeq: 1 INVITE\r\n\r\n'.encode(), (dst, int(dport)))
        return 'ok'

    def do_clients(self, where, dmac, first, n, sport, dst, dport):
        with Wire(dmac) as wire:
            for client in range(int(first), int(first) + int(n)):
                src = struct.pack('!I', 0xc6130000 + client)
                wire.send(ip_packet('udp', src, int(sport), address(dst), int(dport), {}))
        return 'ok'

    def do_traffic(self, where, first, n, dst, dport):
        socks = [bound(socket.SOCK_DGRAM, '', port, like=dst) for port in range(int(first), int(first) + int(n))]
        for sock in socks:
            sock.connect((dst, int(dport)))
        self.traffic.append(Traffic(socks))
        return 'ok'

    def do_quiet(self, where):
        sent = sum(traffic.end() for traffic in self.traffic)
        self.traffic = []
        return str(sent)

    def do_tcp_open(self, where, name, sport, dst, dport):
        sock = bound(socket.SOCK_STREAM, '', sport, like=dst)
        sock.settimeout(10)
        try:
            sock.connect((dst, int(dport)))
        except TimeoutError:
            return 'ETIMEDOUT'
        except OSError as error:
            return errno.errorcode[error.errno]
        self.clients[name] = sock
        return 'ok'

    def do_tcp_ask(self, where, name, text='hello'):
        try:
            self.clients[name].send(text.encode() + b'\n')
            # A line that came in two pieces, each with a line's end, was answered twice.
            return ','.join(dict.fromkeys(self.clients[name].recv(100).decode().split())) or 'closed'
        except TimeoutError:
            return 'none'
        except OSError as error:
            return errno.errorcode[error.errno]

    def do_tcp_take(self, where, name, size):
        sock, came = self.clients[name], 0
        sock.settimeout(60)
        sock.send(f'give {size}\n'.encode())
        try:
            while came < int(size) and (data := sock.recv(65536)):
                came += len(data)
        except TimeoutError:
            pass
        return str(came)

    def do_tcp_close(self, where, name):
        self.clients.pop(name).close()
        return 'ok'

    def do_tcp_reset(self, where, name):
        sock = self.clients.pop(name)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        sock.close()
        return 'ok'

    def do_tcp_bulk(self, where, name, size):
        self.clients[name].sendall(b'x' * (int(size) - 2))
        return self.do_tcp_ask(where, name, 'x')

    def do_frame(self, where, dmac, proto, src, sport, dst, dport, *options):
        option = dict(word.split('=', 1) for word in options)
        packet = ip_packet(proto, address(src), int(sport), address(dst), int(dport), option)
        packet = packet[:int(option.get('cut', len(packet)))]
        tag = struct.pack('!HH', 0x8100, int(option['vlan'])) if 'vlan' in option else b''
        with Wire(dmac, int(option.get('gso', 0))) as wire:
            wire.send(packet, tag)
        return 'ok'

    def do_fragments(self, where, dmac, proto, src, sport, dst, dport, length, *options):
        option = dict(word.partition('=')[::2] for word in options)
        number = {'udp': 17, 'tcp': 6}[proto]
        datagram = pieces.l4(number, address(src), int(sport), address(dst), int(dport),
                             pieces.content(int(length), int(option.get('seed', 0))), int(option.get('flags', 2)))
        with Wire(dmac) as wire:
            for packet in pieces.pieces(address(src), address(dst), number, datagram, option):
                wire.send(packet, pad=True)
                time.sleep(float(option.get('gap', 0)))
        return 'ok'

    def do_fragment_flood(self, where, dmac, n, dst, length):
        to, part = address(dst), bytes(int(length))
        with Wire(dmac) as wire:
            for i in range(int(n)):
                last = struct.pack('!I', 0xc6131000 + i)
                if len(to) == 4:
                    wire.send(pieces.v4(last, to, 17, part, fragment=pieces.V4_FLAG_MF))
                else:
                    wire.send(pieces.v6(address('fd00::')[:12] + last, to, 17, part, fragment=struct.pack('!BHI', 0, 1, i)))
        return 'ok'

    def do_icmp(self, where, to, kind, code, word, proto, src, sport, dst, dport, *options):
        option = dict(item.split('=', 1) for item in options)
        quoted = ip_packet(proto, address(src), int(sport), address(dst), int(dport), option)
        quoted = quoted[:int(option.get('cut', len(quoted)))]
        message = struct.pack('!BBHI', int(kind), int(code), 0, int(word)) + quoted
        # For IPv6 the kernel itself makes the checksum.
        family, number = (socket.AF_INET6, 58) if ':' in to else (socket.AF_INET, 1)
        with socket.socket(family, socket.SOCK_RAW, number) as sock:
            sock.sendto(message[:2] + struct.pack('!H', pieces.checksum(message)) + message[4:], (to, 0))
        return 'ok'

    def do_sniff(self, where):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sock.bind(('eth0', 3))
        self.clients['sniff ' + where] = sock
        return 'ok'

    def do_sniffed(self, where, seconds='0.001'):
        sock = self.clients['sniff ' + where]
        sock.settimeout(float(seconds))
        out = []
        try:
            while True:
                frame, origin = sock.recvfrom(1 << 17)
                if origin[2] != 4:      # PACKET_OUTGOING
                    out.append(describe(frame))
        except TimeoutError:
            pass
        return ';'.join(filter(None, out))

    def do_nl(self, where, command, *words):
        try:
            self.family(where).do(command, words)
        except Refused as refused:
            return str(refused)
        return 'ok'

    def do_show(self, where, command, *words):
        at = words.index(':')
        keys, fields = words[:at], words[at + 1:]
        try:
            rows = self.family(where).do(command, keys, dump=not keys)
        except Refused as refused:
            return str(refused)
        return ';'.join(','.join(str(row.get(field, '-')) for field in fields) for row in rows)

    def do_tally(self, where, command, *words):
        keys, (field, first, last) = words[:-4], words[-3:]
        family = self.family(where)
        try:
            rows = family.do(command, keys, dump=True)
        except Refused as refused:
            return str(refused)
        values = [row.get(field) for row in rows]
        distinct = {tuple(row.get(key) for key in ('name', 'id', 'src', 'sport', 'dport', 'proto')) for row in rows}
        within = {value for value in values if value is not None and int(first) <= value <= int(last)}
        return f"{len(rows)} {len(distinct)} {len(within)} {'interrupted' if family.interrupted else 'whole'}"

    def do_dump_open(self, where, command):
        family = self.family(where)
        # No room for more than the first message: the kernel keeps the rest for later.
        family.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        family.request(family.id, self.spec.commands[command][0], b'', NLM_F_DUMP)
        return 'ok'

    def do_raw(self, where, command, payload=''):
        family = self.family(where)
        number = int(command) if command.isdigit() else self.spec.commands[command][0]
        try:
            family.transact(family.id, number, bytes.fromhex(payload), NLM_F_ACK)
        except Refused as refused:
            return str(refused)
        return 'ok'

    def do_short(self, where, size):
        family = self.family(where)
        family.seq += 1
        message = struct.pack('=IHHIIBBH', int(size), family.id, NLM_F_REQUEST | NLM_F_ACK, family.seq, 0, 1, 1, 0)
        family.socket.send(message[:max(int(size), 16)])
        try:
            family.answers()
        except Refused as refused:
            return str(refused)
        return 'ok'

    def do_fuzz(self, where, command, seed, n):
        rng = random.Random(f'{command} {seed}')
        family = self.family(where)
        number, name = self.spec.commands[command]
        highest = max(number for number, *_ in self.spec.sets[name].values()) + 1
        for _ in range(int(n)):
            payload = b''
            for _ in range(rng.randrange(6)):
                value = rng.choice((rng.randbytes(rng.choice((0, 1, 2, 4, 4, 6, 8, 16, 40))),
                                    struct.pack('=I', rng.randrange(4)), struct.pack('=Q', rng.randrange(4)),
                                    b'name\0', b'eth0\0', address(rng.choice(('198.18.0.100', 'fd00::100'))),
                                    attribute(rng.randrange(7), rng.randbytes(4)) * rng.randrange(4)))
                payload += attribute(rng.randrange(highest + 1) | rng.choice((0, 0, 0x8000)), value)
            if not rng.randrange(4):
                payload = payload[:rng.randrange(len(payload) + 1)]
            try:
                family.transact(family.id, number, payload, rng.choice((NLM_F_ACK, NLM_F_ACK | NLM_F_DUMP)))
            except Refused as refused:
                print(f'fuzz {command} {payload.hex()}: {refused}', file=sys.stderr)
        return 'ok'

    def do_churn(self, where, first, last, dst, dport, pause):
        over = threading.Event()

        def run():
            enter(where)
            # Between two rounds long enough that what a round made is idle and goes, however quick the machine is.
            while not over.is_set():
                for port in range(int(first), int(last) + 1):
                    self.do_send(where, port, dst, dport)
                    if over.is_set():
                        break
                over.wait(float(pause))
        self.churning = threading.Thread(target=run, daemon=True), over
        self.churning[0].start()
        return 'ok'

    def do_calm(self, where):
        (thread, over), self.churning = self.churning, None
        over.set()
        thread.join()
        return 'ok'

    def do_stat(self, where, *fields):
        row = self.family(where).do('stats-get', [])[0]
        return ' '.join(str(row.get(field, '-')) for field in fields)

    def do_policy(self, where):
        row = self.family(where).do('policy-get', [])[0]
        return ','.join(str(row.get(field, '-'))
                        for field in ('epoch', 'valid', 'nodes', 'stale', 'load-now', 'p-new', 'p-est'))

    def do_bind(self, where, buffer='0', *words):
        if int(buffer):
            self.family(where).socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, int(buffer))
        return self.do_nl(where, 'inspect-bind', *words)

    def do_inspected(self, where, seconds='0'):
        return self.do_copied(where, seconds, 'sender', 'session', 'tcp-flags', 'tcp-seq', 'lost', 'src', 'sport',
                              'dport', 'payload')

    def do_copied(self, where, seconds, *fields):
        def text(row, field):
            return str(len(row.get(field, b''))) if field == 'payload' else str(row.get(field, '-'))
        return ';'.join(','.join(text(row, field) for field in fields)
                        for command, row in self.family(where).unasked(float(seconds)) if command == 'inspect-ntf')

    def do_copies(self, where, seconds):
        return ';'.join(','.join([str(row[f]) for f in ('sender', 'sport', 'dport')] +
                                 [pieces.digest(row.get('payload', b''))])
                        for command, row in self.family(where).unasked(float(seconds)) if command == 'inspect-ntf')

    def do_held(self, where, seconds='0'):
        return ';'.join(f"{row['hold']},{row['sport']},{len(row.get('payload', b''))}"
                        for command, row in self.family(where).unasked(float(seconds)) if 'hold' in row)

    def do_release_all(self, where, seconds):
        family, end = self.family(where), time.monotonic() + float(seconds)
        copy, release = (self.spec.commands[name][0] for name in ('inspect-ntf', 'inspect-release'))
        family.socket.settimeout(0.1)
        while time.monotonic() < end:
            try:
                messages = list(family.receive())
            except TimeoutError:
                continue
            for message in messages:
                # An error is no copy: the one that it is about did not wait any more.
                if message[4:6] == struct.pack('=H', family.id) and message[16] == copy:
                    row = family.decode('inspect', message[20:])
                    if 'hold' in row:
                        family.request(family.id, release, family.encode('inspect', [f'hold={row["hold"]}']), 0)
        family.socket.settimeout(None)
        return 'ok'

    def do_until(self, where, seconds, pattern, verb, *words):
        deadline = time.monotonic() + float(seconds)
        while True:
            answer = self.perform(where, verb, words)
            if fnmatch.fnmatchcase(answer, pattern.replace('_', ' ')) or time.monotonic() > deadline:
                return answer
            time.sleep(0.02)

    def do_listen(self, where):
        family = self.family(where)
        family.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, family.group)
        return 'ok'

    def do_events(self, where, seconds='0'):
        return ';'.join(f"{command[:-4]},{row.get('event')},{row.get('id', row.get('session', '-'))},{row.get('end', '-')}"
                        for command, row in self.family(where).unasked(float(seconds)))

    def forget(self, where):
        """The namespace's netlink socket is closed, as when a program ends."""
        family = self.families.pop(where, None)
        if family:
            family.socket.close()
        return 'ok'

    do_unbind = forget

    def perform(self, where, verb, words):
        return getattr(self, 'do_' + verb.replace('-', '_'))(where, *words)

    def do(self, line):
        where, verb, *words = line.split()
        try:
            enter(where)
            os.seteuid(65534 if where.endswith('#nobody') else 0)
            return getattr(self, 'do_' + verb.replace('-', '_'))(where, *words)
        except OSError as error:
            return f'{errno.errorcode.get(error.errno, error.errno)}: {error}'
        finally:
            os.seteuid(0)
            enter('')   # who stays in a namespace keeps it alive


def main(bot):
    print('ready', flush=True)
    for line in sys.stdin:
        begin = time.monotonic()
        answer = bot.do(line)
        print(answer, flush=True)
        print(f'{line.strip()} -> {answer[:500]} ({time.monotonic() - begin:.2f} s)', file=sys.stderr, flush=True)


if __name__ == '__main__':
    main(Bot())
