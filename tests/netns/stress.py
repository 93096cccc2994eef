#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Everything that can be done to the module, at once: usage: stress.py SEED ROUNDS DMAC SARA_KO

Each actor is a process with its own random numbers and a fixed number of rounds, so that the whole ends by itself. Actors
work in the namespaces lb and c1 of small.sh; what they ask for may be refused (somebody else was faster), but only for a
reason that names the state of things. The module is unloaded and loaded meanwhile.

Prints a line for each actor: its name, and how often each of its actions was done and refused. Exit status 1 if an action
was refused for another reason or never done, or if an actor died.
"""
import collections
import ctypes
import errno
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import threading
import time
import traceback

import bot

VIP, CLIENTS, STEPS = '198.18.0.100', 16, 50
NODE_MAC = '02:00:00:00:00:2'  # and the node's number
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176      # x86_64
# What the state of things may answer; ENOBUFS: something else overran the socket; EPROTONOSUPPORT: a dump of a module that
# is about to go.
USUAL = {'ENOENT', 'EEXIST', 'EBUSY', 'ENOSPC', 'ENODEV', 'ENOBUFS', 'EINVAL', 'EPROTONOSUPPORT'}
REFUSALS_OF_FORM = ('the destination is a service', 'no service has the destination', "the flow's destination is not that",
                    'the destination of a signalling flow')


class Lost(Exception):
    pass


class Family(bot.Family):
    def receive(self):
        try:
            yield from bot.messages(self.socket.recv(1 << 17))
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise Lost(errno.errorcode[error.errno]) from error


class Actor(multiprocessing.Process):
    """Does one of its actions in each round; an action is a method do_...; tells what became of them by a pipe."""
    where = 'lb'
    often = {}          # how much more often than others an action is done
    clock = multiprocessing.Value('i', 0)       # rounds of the one that is looked at
    step = None         # the barrier of those that keep step
    others = None       # the same, for who does not

    def __init__(self, seed, rounds):
        super().__init__(daemon=True)
        self.name = type(self).__name__.lower()
        self.rng = random.Random(f'{self.name} {seed}')
        self.rounds = rounds
        self.results, self.results_in = multiprocessing.Pipe(duplex=False)
        self.passed = 0
        self.family = None
        self.spec = None

    def open(self):
        self.spec = bot.Spec(bot.SPEC)
        bot.enter(self.where)

    def do_nl(self, command, *words, dump=False):
        """The rows that it tells; raises Refused."""
        try:
            if not self.family:
                self.family = Family(self.spec)
            return self.family.do(command, words, dump)
        except Lost as lost:
            self.close()
            raise bot.Refused(f'{lost}: lost') from lost

    def close(self):
        if self.family:
            self.family.socket.close()
            self.family = None

    def begin(self, at):
        pass

    def keep_step(self, at):
        """None is done while others have hardly begun: that would not be at once. Waits for all before round `at`."""
        while self.step and self.passed < STEPS * at // self.rounds:
            self.step.wait()
            self.passed += 1

    def actions(self):
        return [name for name in dir(self) if name.startswith('act_') for _ in range(self.often.get(name, 1))]

    def run(self):
        done, refused, wrong = collections.Counter(), collections.Counter(), []
        try:
            self.open()
            for at in range(self.rounds):
                self.keep_step(at)
                self.begin(at)
                action = self.rng.choice(self.actions())
                try:
                    getattr(self, action)()
                    done[action[4:]] += 1
                except Lost:
                    self.close()
                except bot.Refused as refusal:
                    code, _, sentence = str(refusal).partition(': ')
                    refused[action[4:]] += 1
                    if code not in USUAL or (code == 'EINVAL' and not sentence.startswith(REFUSALS_OF_FORM)):
                        wrong.append(f'{action}: {refusal}')
                    if code == 'ENOENT' and not sentence:   # the family went, and has another number when it comes back
                        self.close()
            self.keep_step(self.rounds)
            wrong += [f'{action} was never done' for action in dict.fromkeys(self.actions()) if not done[action[4:]]]
        except BaseException:       # whatever it was, the parent hears of it
            wrong.append(traceback.format_exc())
            if self.step:
                self.step.abort()
        self.results_in.send((dict(done), dict(refused), wrong))


class Traffic(Actor):
    """Packets of few clients, so that flows come and go, and come again."""
    where = 'c1'
    batch = 20

    def __init__(self, seed, rounds, dmac, number):
        super().__init__(f'{seed} {number}', rounds)
        self.name += str(number)
        self.dmac = bytes.fromhex(dmac.replace(':', ''))

    def open(self):
        super().open()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(('eth0', 0))
        self.head = self.dmac + self.socket.getsockname()[4] + b'\x08\x00'
        self.addresses = [bot.address(f'198.18.0.{40 + i}') for i in range(CLIENTS)]

    def send(self, proto, dport, **option):
        for _ in range(self.batch):
            packet = bot.ip_packet(proto, self.rng.choice(self.addresses), self.rng.randrange(4000, 4032), bot.address(VIP),
                                   dport, option)
            try:
                self.socket.send(self.head + packet)
            except OSError as error:
                if error.errno != errno.ENOBUFS:     # lost on its way, as packets may be
                    raise

    def act_udp(self):
        self.send('udp', 5060, len=20)

    def act_source(self):
        self.send('udp', 5070, len=20)

    def act_media(self):
        self.send('udp', self.rng.randrange(6000, 6008), len=20)

    def act_tcp(self):
        self.send('tcp', 5060, flags=self.rng.choice((2, 2, 0x10, 0x18, 0x11, 4)), seq=self.rng.randrange(1, 1000), len=4)


class Agent(Actor):
    """Knows sessions by what it is copied, and what to say about them."""

    def open(self):
        super().open()
        self.sessions = [1]

    def act_listen(self):
        self.do_nl('inspect-bind')
        for _, row in self.family.unasked(0.02):
            if row.get('session'):
                self.sessions = self.sessions[-4:] + [row['session']]

    def act_release(self):
        # Of one that waits there is no copy yet: it is among the youngest.
        self.do_nl('inspect-bind')
        self.do_nl('session-sync', f'sync-time={self.rng.choice((50, 200))}', f'sync-packets={self.rng.choice((3, 4096))}',
                   *self.rng.choice(((), ('sync-strict=1',))))
        for attempt in range(4):
            for _ in self.family.unasked(0.02):
                pass
            rows = self.do_nl('session-get', dump=True)
            youngest = sorted((row['id'] for row in rows if row['placement'] != 'restored'), reverse=True)[:32] or [1]
            for number in youngest:
                try:
                    return self.do_nl('session-release', f'id={number}')
                except bot.Refused as refusal:
                    # Perhaps nobody begins one now.
                    if not str(refusal).startswith('ENOENT: ') or (attempt, number) == (3, youngest[-1]):
                        raise

    def act_no_sync(self):
        self.do_nl('inspect-bind')
        self.do_nl('session-sync', 'sync-time=0')

    def known(self):
        """The number of a session: one that is there, or was lately."""
        rows = self.do_nl('session-get', dump=True) if self.rng.randrange(2) else ()
        return self.rng.choice([row['id'] for row in rows] or self.sessions)

    def session(self):
        return f'session={self.known()}'

    def tuple(self):
        words = ['dst=' + VIP, 'proto=17', f'src=198.18.0.{40 + self.rng.randrange(CLIENTS)}',
                 f'sport={self.rng.randrange(4000, 4032)}', f'dport={self.rng.randrange(6000, 6008)}']
        return words[:self.rng.choice((5, 4))] if self.rng.randrange(3) else words[:2] + words[4:]

    def act_announce(self):
        self.do_nl('announce-new', self.session(), *self.tuple(), f'tag={self.rng.randrange(3)}',
                   f'ttl={self.rng.choice((0, 50))}')

    def act_withdraw(self):
        session = self.session()
        if self.rng.randrange(2):
            self.do_nl('announce-new', session, *self.tuple(), 'tag=1')
        self.do_nl('announce-del', session, *(self.tuple() if self.rng.randrange(4) == 0 else ['tag=1']))

    def act_set(self):
        self.do_nl('session-set', f'id={self.known()}', f'label=x{self.rng.randrange(9)}',
                   self.rng.choice(('lifetime=50', 'lifetime=0', 'linger=20')))

    def past(self, *words):
        return ','.join([f'src=198.18.0.{40 + self.rng.randrange(CLIENTS)}', 'dst=' + VIP, 'proto=17',
                         f'sport={self.rng.randrange(4000, 4032)}', *words,
                         'status=' + self.rng.choice(('new', 'established', 'inactive', 'closing', 'standby'))])

    def act_restore(self):
        service, port = self.rng.choice((('sip', 5060), ('clients', 5070)))
        rows = self.do_nl('session-restore', 'service=' + service, f'node=n{self.rng.randrange(1, 4)}', 'label=old',
                          f'flow={self.past(f"dport={port}")}', *self.rng.choice(((), ('lifetime=50',), ('linger=20',))))
        self.sessions = self.sessions[-4:] + [row['id'] for row in rows]

    def act_seen(self):
        rows = self.do_nl('session-seen', f'flow={self.past(f"dport={self.rng.choice((5060, 5070))}")}',
                          f'mac={NODE_MAC}{self.rng.randrange(1, 4)}')
        self.sessions = self.sessions[-4:] + [row['id'] for row in rows]

    def act_restore_flow(self):
        self.do_nl('flow-restore', self.session(),
                   f'past={self.past(f"dport={self.rng.randrange(6000, 6008)}", "identity=secondary", "form=exact")}')

    def act_flow_gone(self):
        flow = [f'src=198.18.0.{40 + self.rng.randrange(CLIENTS)}', 'dst=' + VIP, 'proto=17',
                f'sport={self.rng.randrange(4000, 4032)}', 'dport=5060']
        self.do_nl('session-restore', 'service=sip', f'node=n{self.rng.randrange(1, 4)}', 'flow=' + ','.join(flow))
        self.do_nl('flow-del', *flow)

    def act_standby(self):
        self.do_nl('session-set', f'id={self.known()}', self.rng.choice(('own=1', 'standby=1')))

    def act_clocks(self):
        self.do_nl('config-set', f'standby-time={self.rng.choice((0, 0, 50, 500))}')

    def act_leave(self):
        self.close()


class Configurer(Actor):
    """Takes away what is there and puts back what is missing."""
    # What is there is the rule, what is not the exception.
    often = {'act_device_back': 3, 'act_node_back': 3, 'act_service_back': 4}

    def begin(self, at):
        self.clock.value = at

    def act_device(self):
        self.do_nl('dev-del', 'name=eth0')

    def act_device_back(self):
        self.do_nl('dev-new', 'name=eth0', 'mode=dispatch')

    def act_node(self):
        self.do_nl('node-del', f'name=n{self.rng.randrange(1, 4)}', *self.rng.choice(((), ('force=1',))))

    def act_node_back(self):
        i = self.rng.randrange(1, 4)
        self.do_nl('node-new', f'name=n{i}', 'dev=eth0', *self.rng.choice(((f'mac={NODE_MAC}{i}',), (f'addr=198.18.0.2{i}',))))

    def act_node_set(self):
        self.do_nl('node-set', f'name=n{self.rng.randrange(1, 4)}', f'weight={self.rng.randrange(4)}',
                   'state=' + self.rng.choice(('up', 'up', 'drain', 'down')))

    def service(self):
        return self.rng.choice((('sip', 17, 5060, 'flow'), ('tcp', 6, 5060, 'flow'), ('clients', 17, 5070, 'source')))

    def act_service(self):
        self.do_nl('service-del', 'name=' + self.service()[0], *self.rng.choice(((), ('force=1',))))

    def act_service_back(self):
        name, proto, port, key = self.service()
        self.do_nl('service-new', 'name=' + name, 'addr=' + VIP, f'proto={proto}', f'port={port}', 'app=sip', 'key=' + key,
                   'flow-timeout=1000', *self.rng.choice(((), ('node=n1', 'node=n2'))))

    def act_service_set(self):
        self.do_nl('service-set', 'name=' + self.service()[0], self.rng.choice(('all-nodes=1', 'node=n1')),
                   'scheduler=' + self.rng.choice(('wlc', 'mh', 'shell')), f'admission={self.rng.randrange(2)}',
                   'refuse=' + self.rng.choice(('drop', 'reset')))

    def act_policy(self):
        scores = [f'score=n{i}:{self.rng.randrange(1 << 24)}:{self.rng.randrange(1 << 18)}' for i in (1, 2)]
        self.do_nl('policy-set', f'epoch={time.monotonic_ns()}', f'valid={self.rng.choice((100, 3000))}',
                   f'load={self.rng.randrange(1 << 24)}', 'cost=1000', 't1=4000000', 't2=12000000', 't3=14000000',
                   'c=16000000', *self.rng.choice((scores, scores[1:], ())))

    def act_no_policy(self):
        self.do_nl('policy-del')

    def act_bounds(self):
        self.do_nl('config-set', f'max-sessions={self.rng.choice((50, 300, 100000))}',
                   f'max-flows={self.rng.choice((50, 1000, 100000))}', f'max-announcements={self.rng.choice((2, 64))}',
                   f'early-time={self.rng.choice((0, 10, 50))}', f'early-packets={self.rng.choice((4, 1000))}',
                   f'purge-interval={self.rng.choice((100, 200))}', f'inspect-rate={self.rng.choice((0, 100))}',
                   f'closing-timeout={self.rng.choice((100, 500))}', f'max-refused={self.rng.choice((10, 1000))}',
                   f'refused-time={self.rng.choice((100, 2000))}')


class Flusher(Actor):
    def act_all(self):
        self.do_nl('session-del', 'all=1')

    def act_node(self):
        self.do_nl('session-del', f'node=n{self.rng.randrange(1, 4)}')

    def act_service(self):
        self.do_nl('session-del', 'service=sip')

    def act_one(self):
        rows = self.do_nl('session-get', dump=True)
        self.do_nl('session-del', f"id={self.rng.choice(rows)['id'] if rows else 1}")


class Reader(Actor):
    """Dumps of all, some of them left half-way; and events, more than it takes."""

    def act_dump(self):
        self.do_nl(self.rng.choice(('session-get', 'flow-get', 'announce-get', 'service-get', 'node-get', 'dev-get')), dump=True)
        # Of one session; it may be gone by now.
        for row in self.do_nl('session-get', dump=True)[:1]:
            self.do_nl(self.rng.choice(('flow-get', 'announce-get')), f"session={row['id']}", dump=True)

    def act_stats(self):
        self.do_nl('stats-get')

    def act_refused(self):
        client = f'src=198.18.0.{40 + self.rng.randrange(CLIENTS)}'
        try:
            self.do_nl('refused-get', client, f'sport={self.rng.randrange(4000, 4032)}', 'dst=' + VIP, 'dport=5060', 'proto=17')
        except bot.Refused as refusal:
            if not str(refusal).startswith('ENOENT: '):     # hardly anybody is; the sentence that says so is an answer
                raise

    def act_leave(self):
        self.do_nl('stats-get')
        family, self.family = self.family, None
        family.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        family.request(family.id, self.spec.commands['flow-get'][0], b'', bot.NLM_F_DUMP)
        family.socket.close()

    def act_events(self):
        family = self.ear = Family(self.spec)
        family.socket.setsockopt(bot.SOL_NETLINK, bot.NETLINK_ADD_MEMBERSHIP, family.group)
        family.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)


class Namespaces(Actor):
    """Namespaces with objects and traffic of their own, which end with all that is in them."""
    where = ''
    LINKS = ('link set lo up\nlink add d0 up type veth peer name d1\nlink set d1 up\n')

    def act_come_and_go(self):
        if bot.LIBC.unshare(bot.CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'unshare')
        try:
            subprocess.run(['ip', '-batch', '-'], input=self.LINKS.encode(), check=True)
            self.close()
            self.do_nl('dev-new', 'name=d1', 'mode=dispatch')
            self.do_nl('node-new', 'name=n', 'dev=d1', 'mac=02:00:00:00:00:33')
            self.do_nl('service-new', 'name=sip', 'addr=' + VIP, 'proto=17', 'port=5060', 'app=sip')
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out, \
                    socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as to:
                out.bind(('d0', 0))
                to.bind(('d1', 0))
                head = to.getsockname()[4] + out.getsockname()[4] + b'\x08\x00'
                for port in range(4000, 4100):
                    out.send(head + bot.ip_packet('udp', bot.address('198.18.0.9'), port, bot.address(VIP), 5060, {}))
            self.announce()
        finally:
            self.close()
            bot.enter('')

    def announce(self):
        """The packets may still be on their way."""
        until = time.monotonic() + 2
        while True:
            try:
                self.do_nl('announce-new', 'session=1', 'dst=' + VIP, 'proto=17', 'dport=6000')
                return
            except bot.Refused as refusal:
                if not str(refusal).startswith('ENOENT') or time.monotonic() > until:
                    raise
            time.sleep(0.01)


class Module(Actor):
    """Unloads the module under all of them, as soon as nobody has a dump open, and loads it again."""
    where = ''

    def __init__(self, seed, rounds, path, every):
        super().__init__(seed, rounds)
        self.path, self.every = path, every

    def begin(self, at):
        while self.clock.value < (at + 1) * self.every:
            if self.others.broken:      # somebody failed, and the clock stands still
                raise threading.BrokenBarrierError
            time.sleep(0.01)

    def act_reload(self):
        while bot.LIBC.syscall(SYS_DELETE_MODULE, b'sara', os.O_NONBLOCK):
            if ctypes.get_errno() != errno.EAGAIN:
                raise OSError(ctypes.get_errno(), 'delete_module')
        with open(self.path, 'rb') as f:
            if bot.LIBC.syscall(SYS_FINIT_MODULE, f.fileno(), b'', 0):
                raise OSError(ctypes.get_errno(), 'finit_module')


def main():
    seed, rounds, dmac, path = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    actors = [Traffic(seed, rounds, dmac, 1), Traffic(seed, rounds, dmac, 2), Agent(seed, rounds), Configurer(seed, 2 * rounds),
              Flusher(seed, rounds // 4), Reader(seed, rounds // 2), Namespaces(seed, max(rounds // 40, 1)),
              Module(seed, 3, path, 2 * rounds // 4)]
    step = multiprocessing.Barrier(len(actors) - 1)
    for actor in actors:
        if isinstance(actor, Module):       # which waits for the clock
            actor.others = step
        else:
            actor.step = step
        actor.start()
    failed = False
    for actor in actors:
        done, refused, wrong = actor.results.recv()
        actor.join()
        print(f'{actor.name}: ' + ', '.join(f'{action} {count}+{refused.get(action, 0)}' for action, count in sorted(done.items())))
        for complaint in wrong:
            print(f'not ok: {actor.name}: {complaint}')
            failed = True
    return failed


if __name__ == '__main__':
    sys.exit(main())
