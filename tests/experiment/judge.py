#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Judges one case of the overload experiment by its captures alone (tests/experiment/overload leaves them).

  judge.py CASE-DIRECTORY [--json FILE] [--keep]

A call is
  completed  if it was answered, its caller got 98 % of the voice that the node had to send until the BYE, the node that
             answered it got 98 % of the caller's voice, and the BYE was answered;
  broken     if it was answered, and was not completed: `unheard` (the caller lost voice), `split` (its voice did not come to
             the node that answered), `stuck` (the BYE had no answer);
  refused    if a 503 came;  silent if nothing came.
Calls that are still up at the end are broken if they have lost that much already; otherwise they are not counted.
What was completed of the capacity is told by time: that of calls which were not broken, while it counted, over that of the
calls that all uplinks carry. By number it would depend on whether the calls of these seconds happened to be long.
RTP is told lost by its sequence numbers, as RTCP does (RFC 3550 section 6.4.1), and by when it ends."""
import argparse
import bisect
import collections
import json
import os
import re
import shutil
import struct
import sys

TOLERATED = 0.02
# RTP of the last moment before the BYE may still be on its way.
TAIL_SECONDS = 0.4
# Of a call that is younger, two percent are less than a packet.
YOUNG_SECONDS = 3


def read_capture(path):
    """Yields (time, source, source port, destination, destination port, payload) of UDP over IPv4; addresses are bytes."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit(f"{path}: not a pcap file of this machine's byte order")
    position, unpack = 24, struct.Struct("<IIII").unpack_from
    while position + 16 <= len(data):
        seconds, micros, captured, _ = unpack(data, position)
        frame = data[position + 16 : position + 16 + captured]
        position += 16 + captured
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        start = 14 + (frame[14] & 15) * 4
        sport, dport = struct.unpack_from("!HH", frame, start)
        yield seconds + micros / 1e6, frame[26:30], sport, frame[30:34], dport, frame[start + 8 :]


class Call:
    def __init__(self, at, client, offer):
        self.invited, self.client, self.port = at, client, media_port(offer)
        self.answered = self.refused = self.acknowledged = self.bye = self.over = None
        self.server_port = 0
        self.heard = []  # (time, sequence) of the node's voice, at the caller
        self.said = []   # (time, sequence) of the caller's voice, at the caller
        self.arrived = collections.defaultdict(set)  # node: sequences of the caller's voice


def media_port(message):
    found = re.search(rb"\nm=audio (\d+)", message)
    return int(found.group(1)) if found else 0


def read_calls(path):
    """{Call-ID: Call}, by what passed on the clients' net."""
    calls = {}
    for at, source, _, _, _, payload in read_capture(path):
        found = re.search(rb"(?i)\r\nCall-ID: *([^\r\n]+)", payload)
        method = re.search(rb"\r\nCSeq: *\d+ ([A-Z]+)", payload)
        if not found or not method:
            continue
        call, name = calls.get(found.group(1)), method.group(1)
        first = payload.split(b" ", 2)
        if first[0] == b"SIP/2.0":
            status = int(first[1])
            if call is None or status < 200:
                continue
            if name == b"INVITE" and status == 200 and call.answered is None:
                call.answered, call.server_port = at, media_port(payload)
            elif name == b"INVITE" and status >= 300 and call.refused is None:
                call.refused = at
            elif name == b"BYE" and call.over is None:
                call.over = at
        elif first[0] == b"INVITE" and call is None:
            calls[found.group(1)] = Call(at, source, payload)
        elif first[0] == b"ACK" and call is not None and call.acknowledged is None:
            call.acknowledged = at
        elif first[0] == b"BYE" and call is not None and call.bye is None:
            call.bye = at
    return calls


def read_media(directory, nodes, calls):
    by_client = {(call.client, call.port): call for call in calls.values()}
    for at, source, sport, destination, dport, payload in read_capture(os.path.join(directory, "media.pcap")):
        if len(payload) < 4 or payload[0] != 0x80 or payload[1] & 0x7F != 0:
            continue
        sequence = struct.unpack_from("!H", payload, 2)[0]
        if (call := by_client.get((destination, dport))) is not None:
            if sport == call.server_port:
                call.heard.append((at, sequence))
        elif (call := by_client.get((source, sport))) is not None:
            call.said.append((at, sequence))
    for node in nodes:
        for _, source, sport, _, dport, payload in read_capture(os.path.join(directory, f"{node}.pcap")):
            call = by_client.get((source, sport))
            if call is not None and dport == call.server_port and len(payload) >= 4 and payload[1] & 0x7F == 0:
                call.arrived[node].add(struct.unpack_from("!H", payload, 2)[0])


def node_of(call, nodes):
    """The node whose port the answer names."""
    return max((node for node in nodes if nodes[node]["from_port"] <= call.server_port),
               key=lambda node: nodes[node]["from_port"], default=None)


def lost_of(packets, until, begin, step):
    """The part of a stream that is missing until a time, by sequence numbers that begin with 0 and by when it ends."""
    until -= TAIL_SECONDS
    times = [at for at, _ in packets]
    got = {sequence for _, sequence in packets[: bisect.bisect_right(times, until)]}
    if not got:
        return 1.0 if until - begin > 2 * step else 0.0
    last = max(packets[: bisect.bisect_right(times, until)])[0]
    expected = max(got) + 1 + max(0, int((until - last) / step - 1))
    return 1 - len(got) / expected


def fault_of(call, node, until, step):
    """Nothing, `unheard`, `split`; and the part of the node's voice that was lost."""
    begin = call.acknowledged or call.answered
    lost = lost_of(call.heard, until, begin, step)
    times = [at for at, _ in call.said]
    said = {sequence for _, sequence in call.said[: bisect.bisect_right(times, until - TAIL_SECONDS)]}
    missed = 1 - len(said & call.arrived[node]) / len(said) if said else 0
    if lost > TOLERATED:
        return "unheard", lost
    return ("split" if missed > TOLERATED else None), lost


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else None


def evenness(calls, nodes, begin, end):
    """Each second's calls of each node over what it carries: means, and the standard deviation among nodes, mean."""
    sums, spread, seconds = collections.Counter(), 0.0, 0
    at = begin
    while at < end:
        parts = {}
        for node, about in nodes.items():
            live = sum(1 for call in calls if call.node == node and call.answered <= at < (call.bye or end))
            parts[node] = live / about["calls"]
        mean = sum(parts.values()) / len(parts)
        spread += (sum((part - mean) ** 2 for part in parts.values()) / len(parts)) ** 0.5
        sums.update(parts)
        seconds += 1
        at += 1
    return {node: round(sums[node] / seconds, 3) for node in nodes}, round(spread / seconds, 3)


def dropped_by(nodes_from, nodes):
    """Packets of voice that the uplinks sent and dropped while it counted."""
    def media_band(about):
        return next(qdisc for qdisc in about["uplink"] if qdisc["kind"] == "sfq")
    counted = {}
    for key in ("packets", "drops"):
        counted[key] = sum(media_band(nodes[node])[key] - media_band(nodes_from[node])[key] for node in nodes)
    return counted


def judge(directory):
    with open(os.path.join(directory, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    nodes, begin, end, step = case["nodes"], case["from"], case["until"], case["packet_seconds"]
    calls = read_calls(os.path.join(directory, "sip.pcap"))
    read_media(directory, nodes, calls)
    counts, faults, holds, set_up = collections.Counter(), collections.Counter(), [], []
    at_failed, lost_voice, whole_seconds = 0, [], 0.0
    answered = [call for call in calls.values() if call.answered is not None]
    for call in answered:
        call.node = node_of(call, nodes)
    for call in calls.values():
        if begin <= call.invited < end:
            counts["offered"] += 1
            counts["answered_in"] += call.answered is not None
            counts["refused"] += call.answered is None and call.refused is not None
            counts["silent"] += call.answered is None and call.refused is None and end - call.invited > 2
        if call.answered is None or call.answered >= end:
            continue
        if begin <= call.invited:
            set_up.append(call.answered - call.invited)
        ended = call.bye is not None and call.bye < end
        if ended and call.bye < begin:
            continue
        until = call.bye if ended else end
        fault, lost = fault_of(call, call.node, until, step)
        if ended:
            # A BYE of the last moments may be answered after the captures.
            if fault is None and call.over is None:
                if end - call.bye < 5:
                    whole_seconds += until - max(call.answered, begin)
                    continue
                fault = "stuck"
            holds.append(call.bye - call.answered)
        if fault is None:
            whole_seconds += until - max(call.answered, begin)
        if not ended and (until - call.answered < YOUNG_SECONDS or fault is None):
            continue
        lost_voice.append(lost)
        counts["judged"] += 1
        if fault is None:
            counts["completed"] += 1
        else:
            counts["broken"] += 1
            faults[fault] += 1
            at_failed += case["failed_at"] is not None and call.node == "n3" and call.answered < case["failed_at"] + 1
        counts["heard"] += fault != "unheard" and ended
    length = end - begin
    capacity = case["carried"] / case["hold_seconds"]
    parts, uneven = evenness(answered, nodes, begin, end)
    uplinks = dropped_by(case["nodes_from"], nodes)
    judged = counts["judged"]
    return {
        "system": case["system"], "offered": case["offered"], "scenario": case["scenario"], "kernel": case["kernel"],
        "seconds": round(length, 1), "capacity_per_second": round(capacity, 3),
        "offered_per_second": round(counts["offered"] / length, 3),
        "completed_per_second": round(counts["completed"] / length, 3),
        "completed_of_capacity": round(whole_seconds / length / case["carried"], 4),
        "judged": judged, "completed": counts["completed"], "broken": counts["broken"],
        "broken_of_answered": round(counts["broken"] / judged, 5) if judged else 0,
        "broken_by": {name: faults[name] for name in ("unheard", "split", "stuck")},
        "broken_at_failed_node": at_failed,
        "heard_of_capacity": round(counts["heard"] / length / capacity, 4),
        "refused_of_offered": round(counts["refused"] / max(1, counts["offered"]), 4),
        "silent_of_offered": round(counts["silent"] / max(1, counts["offered"]), 4),
        "set_up_p50_ms": round(1000 * percentile(set_up, 0.5), 1) if set_up else None,
        "set_up_p99_ms": round(1000 * percentile(set_up, 0.99), 1) if set_up else None,
        "mean_hold_seconds": round(sum(holds) / len(holds), 2) if holds else None,
        "voice_lost_mean": round(sum(lost_voice) / len(lost_voice), 4) if lost_voice else 0,
        "node_use": parts, "node_unevenness": uneven,
        "uplink_packets": uplinks["packets"], "uplink_drops": uplinks["drops"],
        "processor_busy": case["processor_busy"],
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory")
    options.add_argument("--json", metavar="FILE", help="write it there")
    options.add_argument("--keep", action="store_true", help="leave the captures")
    arguments = options.parse_args()
    result = judge(arguments.directory)
    text = json.dumps(result, indent=1) + "\n"
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    if not arguments.keep:
        shutil.rmtree(arguments.directory)


if __name__ == "__main__":
    main()
