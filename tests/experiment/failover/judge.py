#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Judges one case of the failover experiment by what callers and nodes wrote down (tests/experiment/failover/run).

  judge.py CASE-DIRECTORY [--json FILE]

Counted are the sessions that were there when the first event happened, or began until the last. A session is broken if it is
  split       a packet of it, signalling or media, came to another node than its first one
  reset       its TCP connection was reset, or ended before it
  refused     a node answered that it does not know it
  unanswered  its set-up, a question or its end had no answer (14 s)
  deaf        its last three media packets did not arrive, though others' did

A packet is lost if no node got it. An outage is told by when packets were *sent*, so that neither the time between two packets
of a session nor a slow reader adds to it:
  outage_ms   the longest time in which nothing that anybody sent arrived: from the first packet lost to the last one
  session_ms  the same for the session for which it was longest; broken ones aside
and beside that, as users see it, with the time between two packets in it:
  silence_node_ms, silence_client_ms   the longest time between two packets of a session at nodes; that came back to its caller
The replication lag is how much later than its dispatcher the other one has a new session, by their kernels' events."""
import argparse
import bisect
import collections
import glob
import json
import os
import sys

import messages

LAST_PACKETS = 3
# Of what began so long before the first event the lag is told.
LAG_SECONDS = 10
# What a healthy dispatcher adds to an advert's priority is in the example's configuration; IPVS is not asked.
PRIORITY = {"ipvs": 50}
FIT_PRIORITY = 100
NOT_EVENTS = ("begin", "end", "return", "powered-off", "module-went", "agent-back", "two-masters", "link-healed", "split-healed")


def records(pattern):
    """(session, number, seconds) of each record in the files."""
    for path in glob.glob(pattern):
        with open(path, "rb") as file:
            data = file.read()
        for session, number, at in messages.RECORD.iter_unpack(data[: len(data) // messages.RECORD.size * messages.RECORD.size]):
            yield session, number, at / 1e9


class Session:
    def __init__(self, told):
        self.told = told
        self.sent = []     # (when, number)
        self.arrived = {}  # number: when
        self.at_node = []  # when, of media
        self.heard = []
        self.nodes = {}    # node: when its first packet came there
        self.fault, self.fault_at = told["fault"], told.get("failed")

    def over(self):
        return self.told["over"] or self.told.get("failed")

    def lost(self):
        return [(at, number) for at, number in self.sent if number not in self.arrived]


def read_sessions(directory, nodes):
    sessions = {}
    for path in glob.glob(os.path.join(directory, "c*-sessions.jsonl")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                told = json.loads(line)
                sessions[told["session"]] = Session(told)
    for number, packet, at in records(os.path.join(directory, "c*-sent.bin")):
        sessions[number].sent.append((at, packet))
    for number, _, at in records(os.path.join(directory, "c*-heard.bin")):
        sessions[number].heard.append(at)
    for node in nodes:
        for number, packet, at in records(os.path.join(directory, f"arrived-{node}.bin")):
            session = sessions[number]
            session.nodes[node] = min(at, session.nodes.get(node, at))
            if packet != messages.SIGNALLING:
                session.arrived.setdefault(packet, at)
                session.at_node.append(at)
    for session in sessions.values():
        session.sent.sort()
        session.at_node.sort()
        if len(session.nodes) > 1 and session.fault is None:
            session.fault, session.fault_at = "split", sorted(session.nodes.values())[1]
    return sessions


def outages_of(packets):
    """[(seconds, from, until)]: the runs of lost packets among [(sent, arrived or not)], each from the first of it sent to the
    last."""
    found, first = [], None
    for at, arrived in packets:
        if arrived:
            first = None
        elif first is None:
            first = at
            found.append((0.0, at, at))
        else:
            found[-1] = (at - first, first, at)
    return found


def outage_of(packets):
    """The longest of them, the first of several that are as long."""
    return max(outages_of(packets), key=lambda outage: outage[0], default=(0.0, None, None))


def longest_gap(times, begin):
    times = times[max(0, bisect.bisect_right(times, begin) - 1):]
    return max((later - earlier for earlier, later in zip(times, times[1:])), default=0.0)


def mark_deaf(sessions, outages, step):
    """Those whose last packets were lost, and not by an outage for all, which ended before. What is shorter than the time
    between two packets of a session may be that session's alone."""
    for_all = [outage for outage in outages if outage[0] > step]
    for session in sessions:
        tail = session.sent[-LAST_PACKETS:]
        if session.fault is not None or len(tail) < LAST_PACKETS or any(number in session.arrived for _, number in tail):
            continue
        if not any(first <= tail[-1][0] and tail[0][0] <= last + step for _, first, last in for_all):
            session.fault, session.fault_at = "deaf", tail[0][0]


def created(directory, head):
    """{(address, port): (when, standby)}: the first that a dispatcher's kernel said of a session, in each of its lives."""
    found = {}
    for path in sorted(glob.glob(os.path.join(directory, f"monitor-{head}-*.jsonl"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                at, _, event = line.partition("\t")
                event = json.loads(event)
                if event["event"] == "created" and "tuple" in event:
                    key = (event["tuple"]["src"], event["tuple"]["sport"])
                    found.setdefault(key, (float(at), event["status"] == "standby"))
    return found


def lag_of(directory, active, begin):
    """([seconds], unknown): of sessions that a dispatcher placed in the last seconds before, how much later the other one had
    each, sorted; and how many it did not have then."""
    other = {"lb": "lb2", "lb2": "lb"}[active]
    here, there, lags, unknown = created(directory, active), created(directory, other), [], 0
    for key, (at, standby) in here.items():
        if standby or not begin - LAG_SECONDS <= at < begin:
            continue
        restored = there.get(key)
        if restored is not None and restored[1]:
            lags.append(restored[0] - at)
        unknown += restored is None or restored[0] >= begin
    return sorted(lags), unknown


def milliseconds(seconds):
    return None if seconds is None else round(1000 * seconds, 1)


def judge(directory):
    with open(os.path.join(directory, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    step, advert = case["media_seconds"], case["advert"]
    events = [event for event in case["events"] if event["what"] not in NOT_EVENTS]
    begin, end = events[0]["at"], case["events"][-1]["at"]
    everything = read_sessions(directory, case["nodes"])
    packets = sorted((at, number in session.arrived) for session in everything.values() for at, number in session.sent)
    during = packets[bisect.bisect_left(packets, (begin, False)):]
    outage = outage_of(during)
    counted = [session for session in everything.values()
               if session.told["begun"] < end and (session.over() is None or session.over() >= begin)]
    mark_deaf(counted, outages_of(during), step)
    before = [session for session in everything.values() if session.fault is not None and session.fault_at < begin]
    broken = [session for session in counted if session.fault is not None and session.fault_at >= begin]
    whole = [session for session in counted if session.fault is None]

    # When the dispatcher was gone: what the first packet lost says, where all are lost; else when it was done.
    gone = outage[1] if outage[0] > step else begin
    lags, unknown = lag_of(directory, events[0]["head"], begin) if case["system"].startswith("sara") else ([], None)
    lag = lags[-1] if lags else None
    ages = [gone - min(session.nodes.values()) if session.nodes else None for session in broken]
    young = sum(1 for age in ages if age is not None and lag is not None and 0 <= age <= lag)
    worst = max((outage_of([(at, number in session.arrived) for at, number in session.sent if at >= begin])[0]
                 for session in whole), default=0.0)
    detection = (3 + (256 - PRIORITY.get(case["system"], FIT_PRIORITY)) / 256) * advert
    longest = max(outage[0], worst)
    return {
        "system": case["system"], "event": case["event"], "advert": advert, "turns": case["turns"], "kernel": case["kernel"],
        "sessions": len(counted), "alive": sum(1 for session in counted if session.told["begun"] < begin),
        "broken": len(broken),
        "broken_by": dict(sorted(collections.Counter(session.fault for session in broken).items())),
        "broken_kinds": dict(sorted(collections.Counter(session.told["kind"] for session in broken).items())),
        "broken_young": young, "broken_begun_later": sum(1 for age in ages if age is not None and age < 0),
        "broken_before": len(before), "lost_before": sum(1 for at, arrived in packets if at < begin and not arrived),
        "sent": len(during), "lost": sum(1 for _, arrived in during if not arrived),
        "outage_ms": milliseconds(outage[0]), "session_ms": milliseconds(worst), "longest_ms": milliseconds(longest),
        "silence_node_ms": milliseconds(max((longest_gap(session.at_node, begin) for session in whole), default=0.0)),
        "silence_client_ms": milliseconds(max((longest_gap(sorted(session.heard), begin) for session in whole), default=0.0)),
        "detection_ms": milliseconds(detection), "beyond_ms": milliseconds(longest - detection),
        "lag_p50_ms": milliseconds(lags[len(lags) // 2] if lags else None), "lag_max_ms": milliseconds(lag),
        "unknown_to_peer": unknown, "processor_busy": case["processor_busy"],
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory")
    options.add_argument("--json", metavar="FILE", help="write it there")
    arguments = options.parse_args()
    text = json.dumps(judge(arguments.directory), indent=1) + "\n"
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
