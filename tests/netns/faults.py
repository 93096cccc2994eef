#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The bot, for kernels that can make allocations fail (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC; debugfs is mounted).

  sweep DO... :: UNDO... :: PROBE... three verbs of the bot. DO is repeated with its first allocation failing, then its
                                     second, and so on until none of its allocations is left to fail. Then what PROBE
                                     tells must be what it told before, if DO was refused, and what it tells after a DO,
                                     if DO was taken; either, if the kernel could not tell which. UNDO makes it undone.
  sweep-each BASE :: NAMESPACE VERB... :: DO...
                                     as sweep, where each DO needs something done before; @ is another port each time,
                                     from BASE on
  starve VERB... :: BASE             VERB is repeated in the same way, but what fails are allocations that may not sleep:
                                     those of packets, too. @ in VERB is another port each time, from BASE on.
  shortage PERCENT VERB...           while VERB is done so many of those that may not sleep fail, by chance
  both VERB... + VERB...             one after the other: what the first says that is not "ok", or the last
  balance DEV                        packets that came to an attached device less those of which a counter tells what
                                     became of them, when none is held any more
  sweep-module FILE LAST             as sweep, where DO is loading the module: the last so many of its allocations
  sweep-namespace LAST               as sweep, where DO is making a network namespace, likewise

Sweeps tell "N failures: what became of them", or what was wrong.
"""
import collections
import ctypes
import errno
import os
import time

import bot

SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176      # x86_64
MANY = 1000000
# What a refusal for want of memory may say; ENOBUFS comes of netlink itself.
SHORT = ('ENOMEM', 'ENOBUFS')


class Lost(Exception):
    """The kernel had no memory to tell what became of the request."""


class Family(bot.Family):
    """A socket that is told of lost answers; it has no other messages."""

    def receive(self):
        try:
            yield from bot.messages(self.socket.recv(1 << 17))
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                raise Lost from error
            raise


class Faults:
    """The fault injection of the kernel."""
    NAMES = ('failslab', 'fail_page_alloc')

    def __init__(self):
        self.nth = os.open('/proc/thread-self/fail-nth', os.O_RDWR)
        for name in self.NAMES:
            self.set(name, {'probability': 0, 'interval': 1, 'verbose': 0, 'task-filter': 'N'})
        self.set('fail_page_alloc', {'min-order': 0})

    @staticmethod
    def file(name, knob):
        return f'/sys/kernel/debug/{name}/{knob}'

    def set(self, name, knobs):
        for knob, value in knobs.items():
            with open(self.file(name, knob), 'w', encoding='ascii') as f:
                f.write(str(value))

    def every(self, knobs):
        for name in self.NAMES:
            self.set(name, knobs)

    def begin(self, n):
        """The nth allocation from now on fails, of those that this thread makes outside of interrupts."""
        os.pwrite(self.nth, b'%d' % n, 0)

    def end(self):
        """How many allocations were left to do until then? 0: it has failed."""
        left = int(os.pread(self.nth, 16, 0))
        os.pwrite(self.nth, b'0', 0)
        return left

    def starve(self, name, space):
        """One allocation that may not sleep fails: the first after so many bytes (failslab) or pages."""
        self.set(name, {'times': 1, 'space': space, 'ignore-gfp-wait': 'Y', 'probability': 100})

    def starved(self, name):
        self.set(name, {'probability': 0})
        with open(self.file(name, 'times'), encoding='ascii') as f:
            return int(f.read()) == 0


class Sweep:
    """What became of the failures."""

    def __init__(self):
        self.failures, self.outcomes = 0, collections.Counter()

    def add(self, outcome):
        self.failures += 1
        self.outcomes[outcome] += 1

    def __str__(self):
        return f'{self.failures} failures: ' + ' '.join(f'{k}={v}' for k, v in sorted(self.outcomes.items()))


def split(words):
    parts = [[]]
    for word in words:
        if word == '::':
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


class FaultBot(bot.Bot):
    def __init__(self):
        super().__init__()
        self.faults = Faults()

    def family(self, where):
        if where not in self.families and where.endswith('#faults'):
            self.families[where] = Family(self.spec)
        return super().family(where)

    def attempt(self, where, n, words):
        """The answer, or its error's name; and whether something failed. On a socket of its own, which ends with it."""
        socket_name = where + '#faults'
        self.family(socket_name)
        self.faults.begin(n)
        try:
            answer = self.perform(socket_name, words[0], words[1:])
        except Lost:
            answer = 'lost'
        except bot.Refused as refused:
            answer = str(refused)
        except OSError as error:
            answer = errno.errorcode.get(error.errno, str(error.errno))
        hit = not self.faults.end()
        self.forget(socket_name)
        return answer, hit

    def do_sweep(self, where, *words):
        do, undo, probe = (split(words) + [[], []])[:3]

        def ask():  # in whatever order it is told
            return sorted(self.perform(where, probe[0], probe[1:]).split(';')) if probe else []

        def revert():
            return self.perform(where, undo[0], undo[1:]) if undo else 'ok'
        before = ask()
        wanted, _ = self.attempt(where, 0, do)
        done = ask()
        if revert() != 'ok' or ask() != before:
            return f'{undo} does not undo {do}: {before}, then {done}, then {ask()}'
        sweep = Sweep()
        self.faults.every({'ignore-gfp-wait': 'N'})
        for n in range(1, 10000):
            answer, hit = self.attempt(where, n, do)
            after = ask()
            code = answer.partition(':')[0]
            expected = (before, done)
            if answer == wanted:
                code, expected = 'done', (done,)
            elif code in SHORT:
                expected = (before,)
            elif code != 'lost':
                return f'failure {n} of {do}: {answer}'
            if code in SHORT and answer.startswith('ENOBUFS'):
                expected = (before, done)
            if after not in expected:
                return f'failure {n} of {do}: {answer}, and then {after} for one of {expected}'
            if after == done and done != before and revert() != 'ok':
                return f'after failure {n} of {do} it cannot be undone'
            if not hit:
                return str(sweep) if answer == wanted else f'without a failure: {answer}'
            sweep.add(code)
        return 'no end of failures'

    def do_sweep_each(self, where, *words):
        (base,), (other, *prepare), do = split(words)
        sweep = Sweep()
        self.faults.every({'ignore-gfp-wait': 'N'})
        for n in range(1, 10000):
            port = str(int(base) + n)
            bot.enter(other)
            self.perform(other, prepare[0], [word.replace('@', port) for word in prepare[1:]])
            bot.enter(where)
            answer, hit = self.attempt(where, n, [word.replace('@', port) for word in do])
            code = answer.partition(':')[0]
            if answer != 'ok' and code not in (*SHORT, 'lost'):
                return f'failure {n} of {do}: {answer}'
            if not hit:
                return str(sweep)
            sweep.add(code)
        return 'no end of failures'

    def do_send(self, where, *words):
        try:
            return super().do_send(where, *words)
        except OSError as error:
            if errno.errorcode.get(error.errno) not in SHORT:
                raise
            return errno.errorcode[error.errno]

    def starving(self, where, name, step, words, base):
        sweep = Sweep()
        for i in range(2000):
            port = str(base + i)
            self.faults.starve(name, i * step)
            try:
                answer = self.perform(where, words[0], [word.replace('@', port) for word in words[1:]])
            except OSError as error:
                answer = errno.errorcode.get(error.errno, str(error.errno))
            # There is one processor: what the kernel put off until later has it meanwhile.
            time.sleep(0.001)
            if not self.faults.starved(name):
                return sweep, i
            sweep.add(answer.partition(':')[0])
        raise RuntimeError('no end of failures')

    def do_starve(self, where, *words):
        verb, (base,) = split(words)
        small, used = self.starving(where, 'failslab', 64, verb, int(base))
        large, _ = self.starving(where, 'fail_page_alloc', 1, verb, int(base) + used + 1)
        return f'{small}; pages: {large}'

    def do_shortage(self, where, percent, verb, *words):
        self.faults.every({'times': -1, 'space': 0, 'ignore-gfp-wait': 'Y', 'probability': percent})
        try:
            return self.perform(where, verb, words)
        finally:
            self.faults.every({'probability': 0})

    def do_both(self, where, *words):
        at = words.index('+')
        first = self.perform(where, words[0], words[1:at])
        return first if first != 'ok' else self.perform(where, words[at + 1], words[at + 2:])

    def do_balance(self, where, dev):
        family = self.family(where)
        counts = family.do('stats-get', [])[0]
        known = sum(count for name, count in counts.items()
                    if name.startswith(('pass-', 'drop-')) or name in ('forwarded', 'icmp-forwarded'))
        return str(family.do('dev-get', ['name=' + dev])[0]['packets'] - known)

    def do_sweep_module(self, where, path, last):
        def load():
            with open(path, 'rb') as f:
                if bot.LIBC.syscall(SYS_FINIT_MODULE, f.fileno(), b'', 0):
                    raise OSError(ctypes.get_errno(), 'finit_module')
        return self.sweep_call(load, lambda: bot.LIBC.syscall(SYS_DELETE_MODULE, b'sara', os.O_NONBLOCK), int(last))

    def do_sweep_namespace(self, where, last):
        def make():
            if bot.LIBC.unshare(bot.CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), 'unshare')
        return self.sweep_call(make, lambda: bot.enter(''), int(last))

    def sweep_call(self, call, undo, last):
        sweep = Sweep()
        self.faults.every({'ignore-gfp-wait': 'N'})
        self.faults.begin(MANY)
        call()
        count = MANY - self.faults.end()
        undo()
        for n in range(max(count - last, 1), MANY):
            outcome = 'done'
            self.faults.begin(n)
            try:
                call()
            except OSError as error:
                outcome = errno.errorcode.get(error.errno, str(error.errno))
            hit = not self.faults.end()
            if outcome == 'done':
                undo()
            elif not hit:
                return f'without a failure: {outcome}'
            if not hit:
                return str(sweep)
            sweep.add(outcome)
        return 'no end of failures'


if __name__ == '__main__':
    bot.main(FaultBot())
