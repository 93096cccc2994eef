#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tools/experiment overload: of a case whose captures are made here the judge says what was put in; of results the goal holds or
# does not, and plots are drawn. Nothing is measured here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/cli/lib.sh
here=tests/experiment

says 1 'one of overload, simulate and failover' 'two of them' tools/experiment simulate overload
says 1 "not '0'" 'no calls' tools/experiment overload --calls 0
says 1 "unknown argument '--fast'" 'an option that there is not' tools/experiment overload --fast

# ---- the judge ---------------------------------------------------------------------------------------------------------
# Three nodes for four calls each, looked at from 1000 to 1020 s. A node speaks each 0.25 s, a caller each second.
python3 - "$work" <<'PYTHON'
import json
import struct
import sys
PORTS = {"n1": 10000, "n2": 20500, "n3": 31000}
CLIENT, VIP = bytes((198, 18, 1, 20)), bytes((198, 18, 0, 100))
sip, media, arrived = [], [], {node: [] for node in PORTS}

def packet(into, at, source, sport, destination, dport, payload):
    ip = bytes((0x45, 0)) + struct.pack("!HIBBH", 28 + len(payload), 0, 64, 17, 0) + source + destination
    frame = bytes(12) + b"\x08\x00" + ip + struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    into.append((at, frame))

def message(at, first, name, number, answer=False, port=None):
    text = f"{first}\r\nCall-ID: {number}\r\nCSeq: 1 {name}\r\n\r\n" + (f"v=0\r\nm=audio {port} RTP/AVP 0\r\n" if port else "")
    ends = (VIP, 5060, CLIENT, 5070) if answer else (CLIENT, 5070, VIP, 5060)
    packet(sip, at, *ends, text.encode())

def rtp(into, at, sequence, *ends):
    packet(into, at, *ends, struct.pack("!BBH", 0x80, 0, sequence) + bytes(8))

def call(number, invited, node=None, after=0.1, bye=None, over=True, lost=lambda at, sequence: False, at_node=None, refused=False):
    client = 6000 + 2 * number
    message(invited, "INVITE sip:x SIP/2.0", "INVITE", number, port=client)
    if refused:
        message(invited + after, "SIP/2.0 503 Busy", "INVITE", number, answer=True)
    if not node:
        return
    answered, server = invited + after, PORTS[node] + 2 * number
    message(answered, "SIP/2.0 200 OK", "INVITE", number, answer=True, port=server)
    message(answered, "ACK sip:x SIP/2.0", "ACK", number)
    if bye:
        message(bye, "BYE sip:x SIP/2.0", "BYE", number)
        if over:
            message(bye + 0.05, "SIP/2.0 200 OK", "BYE", number, answer=True)
    until = bye or 1021
    for sequence in range(int((until - answered) / 0.25)):
        at = answered + 0.25 * sequence
        if not lost(at, sequence):
            rtp(media, at, sequence, VIP, server, CLIENT, client)
    for sequence in range(int(until - answered)):
        at = answered + sequence
        rtp(media, at, sequence, CLIENT, client, VIP, server)
        rtp(arrived[at_node or node], at + 0.001, sequence, CLIENT, client, VIP, server)

def each_tenth(at, sequence):
    return sequence % 10 == 5

call(1, 1001, "n1", bye=1006.1)
call(2, 985, "n1", bye=1004.1)                                          # begun before: completed
call(3, 1010, "n2")                                                     # still up, and nothing is wrong
call(4, 1002, "n1", bye=1007.1, lost=each_tenth)                        # unheard
call(5, 1003, "n1", bye=1008.1, at_node="n2")                           # split
call(6, 1004, "n2", bye=1009.1, over=False)                             # stuck
call(7, 1012, "n2", bye=1018.1, over=False)                             # its answer may come yet
call(8, 1005, refused=True)
call(9, 1006, refused=True)
call(10, 1004.5)                                                        # silent
call(11, 1019)                                                          # may be answered yet
call(12, 1008, "n2", lost=each_tenth)                                   # still up, and unheard
call(13, 1018, "n2", lost=lambda *_: True)                              # too young to tell
call(14, 985.5, "n1", after=9, bye=999.6)                                   # slow, but over before
call(15, 1006, "n1", bye=1014.1, lost=lambda at, _: at > 1010)          # unheard from there on
call(16, 1000.5, "n1", after=2.1, bye=1019.6, lost=lambda _, sequence: sequence == 7)   # one packet of 66 is none
call(17, 1001, "n2", bye=1005.1, lost=lambda at, _: at > 1004.75)       # the last may be on its way
call(18, 1005, "n3", lost=lambda at, _: at > 1010)                      # its node failed
for name, packets in {"sip": sip, "media": media, **arrived}.items():
    with open(f"{sys.argv[1]}/{name}.pcap", "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, frame in sorted(packets):
            micros = round(at * 1e6)
            file.write(struct.pack("<IIII", micros // 1000000, micros % 1000000, len(frame), len(frame)) + frame)

def uplinks(packets, drops):
    return {node: {"calls": 4, "from_port": port, "uplink": [{"kind": "tbf", "packets": 9999, "drops": 99},
                                                             {"kind": "sfq", "packets": packets, "drops": drops}]}
            for node, port in PORTS.items()}
json.dump({"system": "sara", "offered": 2, "scenario": "even", "kernel": "test", "carried": 12, "hold_seconds": 12,
           "packet_seconds": 0.25, "from": 1000, "until": 1020, "failed_at": None, "processor_busy": 0.5,
           "nodes_from": uplinks(100, 1), "nodes": uplinks(500, 11)}, open(f"{sys.argv[1]}/case.json", "w"))
PYTHON
"$here/judge.py" "$work" --keep --json "$work/judged"
is judged 10 'those that ended in this time, and what broke before its end'
is completed 4 '1, 2, 16, 17'
is broken 6 '4, 5, 6, 12, 15, 18'
is broken_by '{"unheard":4,"split":1,"stuck":1}' 'each for its reason'
is broken_of_answered 0.6 'of those that were judged'
is broken_at_failed_node 0 'no node failed'
is capacity_per_second 1 '12 calls of 12 s'
is completed_of_capacity 0.1917 '5, 4.1, 17 and 4 s of those, 9.9 of the third and 6 of the seventh, of 12 times 20'
is completed_per_second 0.2 'by number'
is offered_per_second 0.8 '16 in 20 s'
is refused_of_offered 0.125 '2 of 16'
is silent_of_offered 0.0625 'but not the one of the last second'
is heard_of_capacity 0.3 'those that ended, heard, wherever the voice of the caller went'
is set_up_p50_ms 100 'from INVITE to answer'
is set_up_p99_ms 2100 'of the slowest'
is mean_hold_seconds 8.5 'of the eight that ended'
is node_use '{"n1":0.562,"n2":0.45,"n3":0.175}' 'calls that are up, second by second, of those that it carries'
is node_unevenness 0.241 'the standard deviation among nodes, mean of all seconds'
is uplink_packets 1200 'of voice alone, in this time'
is uplink_drops 30 'likewise'

# failed AT BROKEN WHAT: n3 fails at this time.
failed() {
	jq ".failed_at = $1" "$work/case.json" >"$work/new" && mv "$work/new" "$work/case.json"
	"$here/judge.py" "$work" --keep --json "$work/judged"
	is broken_at_failed_node "$2" "$3"
}
failed 1010 1 'the one that was there when it failed'
failed 1003 0 'not one that was placed there more than a second later'

head -c 100 "$work/sip.pcap" | tail -c 76 >"$work/n2.pcap"
says 1 'n2.pcap: not a pcap file' 'a capture that is none' "$here/judge.py" "$work" --keep

# ---- the goal ----------------------------------------------------------------------------------------------------------
# results FILE [FILTER]: all that the goal looks at, good, then changed.
results() {
	jq -n '{measured: [("ipvs-rr", "ipvs-source", "sara") as $system | (2, 3) as $offered |
		{system: $system, offered: $offered, scenario: "even", kernel: "test", capacity_per_second: 5, completed_per_second: 4.8,
		 completed_of_capacity: {"ipvs-rr": 0.01, "ipvs-source": 0.475, sara: 0.95}[$system], broken_of_answered: 0.0049,
		 broken_by: {unheard: 1, split: 0, stuck: 0}, broken_at_failed_node: 0, refused_of_offered: 0.5, set_up_p50_ms: 0.1,
		 set_up_p99_ms: null, node_use: {n1: 0.9, n2: 0.9, n3: 0.9}, node_unevenness: 0.02, processor_busy: 0.1,
		 silent_of_offered: 0}],
		simulated: [("IPVS rr", "recommended") as $system | (0.5, 2) as $offered |
		{system: $system, offered: $offered, nodes: 10, capacity: 400, period: 0.5, seeds: 10, completed: 0.5, broken: 0,
		 completed_worst: 0.4, unsplit: 0.6, unsplit_worst: 0.5, refused: 0.1}]}' |
		jq "${2-.}" >"$1"
}
# goal STATUS PATTERN WHAT FILTER
goal() {
	results "$work/results.json" "$4"
	says "$1" "$2" "$3" "$here/report.py" "$work/results.json" --check
}
of() { printf '(.measured[] | select(.system == "%s" and .offered == %s))' "$1" "$2"; }
goal 0 'holds: at 3x SARA completes 95.0 % of capacity (95)' 'all that holds, by nothing' .
goal 0 'holds: at 2x the best IPVS (IPVS-DR, by source) completes 47.5 %' 'twice the best' .
goal 1 'DOES NOT HOLD: at 3x SARA completes 94.9 %' 'too little' "$(of sara 3) |= (.completed_of_capacity = 0.949)"
goal 1 'DOES NOT HOLD: at 2x SARA breaks 0.50 %' 'too many' "$(of sara 2) |= (.broken_of_answered = 0.005)"
goal 1 'DOES NOT HOLD: at 2x the best IPVS (IPVS-DR rr)' 'less than twice' "$(of ipvs-rr 2) |= (.completed_of_capacity = 0.476)"
goal 1 'DOES NOT HOLD: at 3x SARA was not measured' 'a case is missing' "del($(of sara 3))"
goal 1 'DOES NOT HOLD: at 2x IPVS was not measured' 'nothing to compare' 'del(.measured[] | select(.system != "sara" and .offered == 2))'
goal 1 'DOES NOT HOLD: at 2x SARA was not measured' 'another scenario stands for none' "$(of sara 2) |= (.scenario = \"stale\")"
goal 1 'DOES NOT HOLD: at 2x SARA was not measured' 'simulations alone' '.measured = []'
results "$work/results.json"
says 0 '3.0x SARA  *4.80  *95.0 %  *0.5 %  *50.0 %  *0  *-  *90  90  90' 'a table' "$here/report.py" "$work/results.json"
says 0 'IPVS rr, media together  *60.0 ( 50.0)' 'and one of simulations' "$here/report.py" "$work/results.json"

# ---- plots -------------------------------------------------------------------------------------------------------------
results "$work/results.json" '.measured += [.measured[] | select(.offered == 2) | .scenario = "stale"]'
mkdir "$work/plots"
"$here/plot.py" "$work/results.json" "$work/plots"
for plot in overload trouble simulated; do
	says 0 'SARA' "$plot.svg is drawn, and names what it shows" python3 -c \
		'import sys, xml.etree.ElementTree as tree; print(*tree.parse(sys.argv[1]).getroot().itertext())' "$work/plots/$plot.svg"
done
exit "$failed"
