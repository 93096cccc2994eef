# SPDX-License-Identifier: GPL-2.0
"""IP packets cut to pieces as a test wants them, and contents that can be told apart. For bot.py."""
import random
import struct
import zlib

HOP, ROUTING, FRAGMENT, DEST = 0, 43, 44, 60
V4_FLAG_DF, V4_FLAG_MF = 0x4000, 0x2000


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def content(size, seed=0):
    """A SIP request of so many bytes; another seed, another text. Too short for one, it is noise."""
    lines = [f'INVITE sip:b@198.18.0.100 SIP/2.0', f'Call-ID: {seed}@test', 'CSeq: 1 INVITE']
    text = ''.join(line + '\r\n' for line in lines)
    rng = random.Random(seed)
    while len(text) + 4 < size:
        room = size - len(text) - 4
        text += 'X: ' + ''.join(rng.choices('abcdefgh', k=min(room, 90) - 3)) + '\r\n' if room > 3 else 'x' * room
    text += '\r\n\r\n'
    return text.encode()[:size] if len(text) > size else text.encode().ljust(size, b'\n')


def digest(data):
    """What names a content: its length and a sum over it."""
    return f'{len(data)}:{zlib.crc32(data):08x}'


def l4(number, src, sport, dst, dport, payload, flags=2, seq=1):
    """A UDP datagram or TCP segment with its checksum."""
    if number == 17:
        at, out = 6, struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload
    else:
        at, out = 16, struct.pack('!HHIIBBHHH', sport, dport, seq, 0, 0x50, flags, 1000, 0, 0) + payload
    pseudo = src + dst + struct.pack('!IHBB', len(out), 0, 0, number)
    return out[:at] + struct.pack('!H', checksum(pseudo + out) or 0xffff) + out[at + 2:]


def v4(src, dst, number, payload, ident=7, fragment=0, options=b''):
    options += bytes(-len(options) % 4)
    header = struct.pack('!BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), ident, fragment,
                         64, number, 0) + src + dst + options
    return header[:10] + struct.pack('!H', checksum(header)) + header[12:] + payload


def extension(kind, following):
    """An extension header of 8 bytes that asks for nothing: padding."""
    if kind == ROUTING:
        return struct.pack('!BBBBI', following, 0, 0, 0, 0)     # no segments left
    return struct.pack('!BBBB', following, 0, 1, 4) + bytes(4)


def v6(src, dst, number, payload, extensions=(), fragment=None):
    """fragment: the fragment header's own 7 bytes after the next header; then the extensions are before it."""
    kinds = list(extensions) + ([FRAGMENT] if fragment else [])
    chain = b''
    for kind, following in zip(kinds, kinds[1:] + [number]):
        chain += bytes([following]) + fragment if kind == FRAGMENT else extension(kind, following)
    first = kinds[0] if kinds else number
    return struct.pack('!IHBB', 6 << 28, len(chain) + len(payload), first, 64) + src + dst + chain + payload


def spans(length, size, order):
    """Which pieces of a datagram are sent, as (from, to, changed): all, a word for an order, or a list of pieces: their
    numbers; FROM-TO for other spans; with ! the content is changed."""
    plain = [(at, min(at + size, length)) for at in range(0, length, size)]
    if order == 'reversed':
        order = ','.join(str(i) for i in reversed(range(len(plain))))
    elif order.startswith('shuffled'):
        numbers = list(range(len(plain)))
        random.Random(order).shuffle(numbers)
        order = ','.join(map(str, numbers))
    elif not order:
        order = ','.join(str(i) for i in range(len(plain)))
    for word in order.split(','):
        name = word.rstrip('!')
        if '-' in name:
            begin, end = map(int, name.split('-'))
        else:
            begin, end = plain[int(name)]
        yield begin, end, word.endswith('!')


def pieces(src, dst, number, datagram, option):
    """The fragments of a datagram. Keys of option: size (bytes of the datagram in each), order, id, df, options (IPv4, hex;
    in the first alone where they are not to be copied), ext and inner (IPv6: extension headers before and after the
    fragment header)."""
    size, ident = int(option.get('size', 1400)), int(option.get('id') or random.getrandbits(16))
    options = bytes.fromhex(option.get('options', ''))
    kinds = {'hop': HOP, 'dst': DEST, 'routing': ROUTING}
    before = [kinds[word] for word in option.get('ext', '').split('+') if word]
    inner = [kinds[word] for word in option.get('inner', '').split('+') if word]
    for kind in reversed(inner):
        datagram, number = extension(kind, number) + datagram, kind
    for begin, end, changed in spans(len(datagram), size, option.get('order', '')):
        part = datagram[begin:end].ljust(end - begin, b'z')
        if changed:
            part = bytes(byte ^ 0x20 for byte in part)
        more = end < len(datagram)
        if len(src) == 4:
            flags = (V4_FLAG_MF if more else 0) | (V4_FLAG_DF if 'df' in option else 0)
            mine = options if begin == 0 or options[:1] >= b'\x80' else b''
            yield v4(src, dst, number, part, ident, begin // 8 | flags, mine)
        else:
            yield v6(src, dst, number, part, before, struct.pack('!BHI', 0, begin | more, ident))
