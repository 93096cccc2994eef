#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tools/experiment failover: what it is asked for is understood or refused; of a case whose packets and sessions are made here
# the judge says what was put in; and of results the goal holds or does not. Nothing is measured here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/cli/lib.sh
here=tests/experiment/failover

says 0 'failover: in a virtual machine' 'help' tools/experiment --help
says 1 'one of overload, simulate and failover' 'two of them' tools/experiment failover overload
says 1 "not '0'" 'no stream' tools/experiment failover --streams 0
says 1 "not 'ten'" 'no number' tools/experiment failover --turns ten

# ---- the judge ---------------------------------------------------------------------------------------------------------
# The power goes off at 1010 s; nothing that is sent from 1010.05 to 1010.4 arrives; and at 1020 s again, with nothing from
# 1020.05 to 1020.3. Four sessions go on; of the others each has its own fate.
python3 - "$work" "$here" <<'PYTHON'
import json
import sys
work, here = sys.argv[1:]
sys.path.insert(0, here)
import messages
MS = 1_000_000
sent, heard, told = bytearray(), bytearray(), []
arrived = {node: bytearray() for node in ("n1", "n2", "n3")}
events = {"lb": [], "lb2": []}

def out(at):
    return 1010050 <= at <= 1010400 or 1020050 <= at <= 1020300

def session(number, begun, until, lost=out, node="n1", fault=None, failed=None, stagger=0, other=None):
    """Times in ms. A media packet each 100 ms, 1 ms to the node, 2 ms back; signalling at first, and while media are lost."""
    for at in begun, max(begun, 1010200):
        arrived[node].extend(messages.RECORD.pack(number, messages.SIGNALLING, at * MS))
    count = 0
    for at in range(begun + stagger, until, 100):
        sent.extend(messages.RECORD.pack(number, count, at * MS))
        if not lost(at):
            arrived[node].extend(messages.RECORD.pack(number, count, (at + 1) * MS))
            heard.extend(messages.RECORD.pack(number, count, (at + 2) * MS))
        count += 1
    if other:
        arrived["n2"].extend(messages.RECORD.pack(number, *other))
    told.append({"session": number, "kind": "sip-udp", "address": "198.18.1.100", "port": number, "begun": begun / 1000,
                 "ended": until / 1000, "over": None if fault else (until + 100) / 1000, "fault": fault, "sent": count}
                | ({"failed": failed / 1000} if failed else {}))

def known(number, at, later=None, here="new"):
    """lb's kernel has a session at a time, lb2's so much later, or not."""
    for head, when, status in (("lb", at, here), ("lb2", later and at + later, "standby")):
        if when:
            what = {"event": "created", "status": status, "tuple": {"src": "198.18.1.100", "sport": number}}
            events[head].append(f"{when / 1000:.6f}\t{json.dumps(what)}\n")

for number in range(3):
    session(number, 1000000, 1030000, stagger=25 * number)
session(3, 1000000, 1030000, stagger=75, lost=lambda at: out(at) or 1002000 < at < 1003000)
session(10, 1010020, 1011000, other=(messages.SIGNALLING, 1010500 * MS))  # split, and young
session(11, 1009000, 1011000, fault="reset", failed=1011000)      # not young
session(12, 1011000, 1012000, fault="unanswered", failed=1025000)  # begun later
session(13, 1003000, 1012000, fault="refused", failed=1012000)
session(14, 1005000, 1015000, lost=lambda at: at >= 1010050)      # deaf
session(15, 1009950, 1010400)                                     # hung up meanwhile
session(21, 1012000, 1020350)                                     # hung up in the second one
session(16, 1001000, 1005000, fault="unanswered", failed=1005000)  # before
session(17, 1001000, 1006000)                                     # over before
session(18, 1001000, 1007000, lost=lambda at: at == 1002000)      # lost one before
known(1, 999000, 500)                                             # long ago
known(2, 1005000, 5)
known(3, 1006000, 5)
known(11, 1009000, 40)
known(15, 1009990, 30)                                            # too late
known(20, 1007000, 100, here="standby")                           # told by another one
known(19, 1009995)                                                # never
for head, lines in events.items():
    open(f"{work}/monitor-{head}-0.jsonl", "w").writelines(lines)
with open(f"{work}/c1-sessions.jsonl", "w") as file:
    for one in told:
        print(json.dumps(one), file=file)
for name, data in {"c1-sent": sent, "c1-heard": heard, **{f"arrived-{node}": data for node, data in arrived.items()}}.items():
    open(f"{work}/{name}.bin", "wb").write(data)
happened = [("begin", 1008), ("power-off", 1010), ("powered-off", 1010.1), ("end", 1030)]
json.dump({"system": "sara-async", "event": "power-off", "advert": 0.1, "turns": 1, "kernel": "test", "media_seconds": 0.1,
           "nodes": list(arrived), "processor_busy": 0.5,
           "events": [{"what": what, "head": "lb", "at": at} for what, at in happened]}, open(f"{work}/case.json", "w"))
PYTHON
"$here/judge.py" "$work" --json "$work/judged"
is sessions 11 'those that were there, or began'
is alive 8 'those that were there' # 0 to 3, 11, 13, 14, 15
is broken 5 'all of them'
is broken_by '{"deaf":1,"refused":1,"reset":1,"split":1,"unanswered":1}' 'each for its reason'
is broken_kinds '{"sip-udp":5}' 'of each kind'
is broken_young 1 'the one that began within the lag'
is broken_begun_later 1 'the one that began afterwards'
is broken_before 1 'the one that broke before'
is lost_before 11 'packets that were lost before'
is outage_ms 350 'from the first packet lost to the last'
is session_ms 300 'of one session'
is longest_ms 350 'the longer of both'
is silence_node_ms 500 'between two packets at a node'
is silence_client_ms 500 'between two packets at a caller'
is detection_ms 360.9 'three adverts and the skew of priority 100'
is beyond_ms -10.9 'beyond it'
is lag_p50_ms 30 'of four that were known there'
is lag_max_ms 40 'but not of those of long ago'
is unknown_to_peer 2 'what came too late, and what never came'
is lost 93 '26 of the first four, 3, 4 and 4 of 10, 11 and 13, 49 of the deaf one, 4 and 3 of those who hung up'

# The advert is longer, the priority another: no case of its own.
jq '.system = "ipvs" | .advert = 1' "$work/case.json" >"$work/new" && mv "$work/new" "$work/case.json"
"$here/judge.py" "$work" --json "$work/judged"
is detection_ms 3804.7 'IPVS is not asked whether it is fit'
is lag_max_ms null 'and tells no events'

# ---- the goal ----------------------------------------------------------------------------------------------------------
# results FILE [FILTER]: all cases, good, then changed.
results() {
	jq -n '{failover: [("power-off", "lossy-power-off", "agent-kill", "module-gone", "link-cut", "split", "snapshot-kill",
		"handover") as $event | (0.1, 1) as $advert | ("sara-strict", "sara-async") as $system |
		{system: $system, event: $event, advert: $advert, turns: 1, sessions: 900, alive: 700, broken: 0, broken_by: {},
		 broken_young: 0, broken_begun_later: 0, broken_before: 0, lost_before: 0, lost: 9, longest_ms: (3609 * $advert + 49),
		 beyond_ms: 49, detection_ms: (3609 * $advert), silence_node_ms: 500, silence_client_ms: 500, lag_p50_ms: 1,
		 lag_max_ms: 4, unknown_to_peer: 0, processor_busy: 0.5}]}' | jq "${2-.}" >"$1"
}
# goal STATUS PATTERN WHAT FILTER [OPTION...]
goal() {
	results "$work/results.json" "$4"
	says "$1" "$2" "$3" "$here/report.py" "$work/results.json" --check "${@:5}"
}
of() { printf '(.failover[] | select(.system == "%s" and .event == "%s" and .advert == %s))' "$1" "$2" "$3"; }
goal 0 'holds: sara-strict/split/1: 0 of 900' 'all is well' .
goal 0 'sara-async/power-off/0.1: 3 of 900 sessions broke, 3 of them younger than the lag, 4 ms' 'young ones, with async' \
	"$(of sara-async power-off 0.1) |= (.broken = 3 | .broken_young = 3)"
goal 1 'DOES NOT HOLD: sara-async/power-off/0.1: 3 of' 'one that is older' \
	"$(of sara-async power-off 0.1) |= (.broken = 3 | .broken_young = 2)"
goal 1 'DOES NOT HOLD: sara-async/handover/1: 1 of' 'a young one, where it was planned' \
	"$(of sara-async handover 1) |= (.broken = 1 | .broken_young = 1)"
goal 1 'DOES NOT HOLD: sara-strict/split/0.1: 1 of' 'a young one, with strict' \
	"$(of sara-strict split 0.1) |= (.broken = 1 | .broken_young = 1)"
goal 1 'DOES NOT HOLD: sara-strict/agent-kill/1: 3660 ms' 'too long' "$(of sara-strict agent-kill 1) |= (.longest_ms = 3660)"
goal 1 'DOES NOT HOLD: sara-strict/link-cut/1: 2 sessions broke before' 'broken ground' \
	"$(of sara-strict link-cut 1) |= (.broken_before = 2)"
goal 1 'sara-async/module-gone/1 was not measured' 'a case is missing' "del($(of sara-async module-gone 1))"
goal 1 'sara-async/module-gone/1 was not measured' 'all with a second between adverts are missing' \
	'del(.failover[] | select(.advert == 1))'
goal 0 'holds: sara-async/module-gone/0.1' 'which --quick does not want' 'del(.failover[] | select(.advert == 1))' --quick
says 0 'SARA, async *0.1 s *900' 'a table' "$here/report.py" "$work/results.json"
exit "$failed"
