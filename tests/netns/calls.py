#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The bot, that also makes calls: SIP requests of c1 to the VIP, of which the agent learns media.

  invite CALL SPORT MEDIA       an INVITE from this UDP port that offers this media port
  bye CALL SPORT                the same call's BYE
  storm SPORT N                 N long OPTIONS
  tcp-invite NAME CALL MEDIA    an INVITE on a connection that tcp-open made; the answer is the server's
  tcp-part NAME BYTES           so many bytes of a long message on it, and the rest of it not at all
"""
import bot

CLIENT, VIP = '198.18.0.11', '198.18.0.100'


def request(method, call, cseq, media=None, transport='UDP', more=''):
    body = ''
    if media:
        body = '\r\n'.join(['v=0', f'o=- 1 1 IN IP4 {CLIENT}', 's=-', f'c=IN IP4 {CLIENT}', 't=0 0',
                            f'm=audio {media} RTP/AVP 0', ''])
    return '\r\n'.join([
        f'{method} sip:b@{VIP} SIP/2.0', f'Via: SIP/2.0/{transport} {CLIENT};branch=z9hG4bK{call}{cseq}',
        f'From: <sip:a@{CLIENT}>;tag=1', f'To: <sip:b@{VIP}>', f'Call-ID: {call}', f'CSeq: {cseq} {method}',
        *(['Content-Type: application/sdp'] if body else []), *([f'Subject: {more}'] if more else []),
        f'Content-Length: {len(body)}', '', body]).encode()


class Caller(bot.Bot):
    def say(self, sport, *messages):
        with bot.bound(bot.socket.SOCK_DGRAM, '', sport, like=VIP) as sock:
            for message in messages:
                sock.sendto(message, (VIP, 5060))
        return 'ok'

    def do_invite(self, where, call, sport, media):
        return self.say(sport, request('INVITE', call, 1, media))

    def do_bye(self, where, call, sport):
        return self.say(sport, request('BYE', call, 2))

    def do_storm(self, where, sport, n):
        message = request('OPTIONS', 'storm', 1, more='x' * 1000)
        return self.say(sport, *[message] * int(n))

    def do_tcp_invite(self, where, name, call, media):
        self.clients[name].send(request('INVITE', call, 1, media, 'TCP'))
        return self.do_tcp_ask(where, name, '')

    def do_tcp_part(self, where, name, size):
        self.clients[name].send(request('OPTIONS', 'part', 1, transport='TCP', more='x' * 1000)[:int(size)])
        return self.do_tcp_ask(where, name, '')


if __name__ == '__main__':
    bot.main(Caller())
