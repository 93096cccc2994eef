#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tools/bench: what it is asked for is understood or refused, and of results that are known it says what is true: goals that
# hold or do not, ratios that got worse or did not. Nothing is measured here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/cli/lib.sh

# results FILE SARA [CASE]: SARA costs so many instructions in sessions (and in CASE 10000), IPVS 1000; one round of three is
# another's.
results() {
	jq -n --argjson sara "$2" --arg odd "${3-}" '{kernel: "6.12.1-test", measured: [
		("udp-1", "udp-8", "udp-64", "udp6-8", "syn-8", "call-8") as $case | (1, 2, 3) as $round |
		({floor: 0, "ipvs-rr": 1000, "ipvs-sip": 1000, sara: (if $case == $odd then 10000 else $sara end)} | to_entries[]) |
		{what: "sessions", case: $case, round: $round, system: .key,
		 instructions: (4000 + 500 * $round + .value + (if $round == 2 and .key == "sara" then 90 else 0 end))}]}' >"$1"
}

says 0 '^Usage: tools/bench' 'help' tools/bench --help
says 1 "unknown argument 'backward'" 'an unknown word' tools/bench backward
says 1 'one of forward, sessions, inspect, dump, replicate and all' 'two of them' tools/bench forward sessions
says 1 '--json needs a value' 'no file' tools/bench --json
says 1 "not '0'" 'no round' tools/bench --rounds 0
says 1 'replicate has no goal to check' 'a goal that there is not' tools/bench replicate --check
says 1 "not '10'" 'too few flows' tools/bench dump --flows 10
says 1 "not '1000001'" 'too many flows' tools/bench dump --flows 1000001
says 1 "not '6.5'" 'no such kernel' tools/bench --kernel 6.5
says 1 "no file '/nowhere'" 'ratios that are not there, before anything is measured' tools/bench --against /nowhere

results "$work/good" 700
results "$work/bad" 701
results "$work/nodes" 500 udp-64
jq 'del(.measured[] | select(.case == "syn-8" and .system == "sara"))' "$work/good" >"$work/part"
jq 'del(.measured[] | select(.case == "syn-8" and .system == "floor"))' "$work/good" >"$work/no-floor"
jq '.measured = []' "$work/good" >"$work/none"
jq -n '{kernel: "6.12.1-test", measured: [{what: "replicate", case: "snapshot", sessions: 1000, us: 90000, us_teller: 20000, us_hearer: 50000}]}' \
	>"$work/replicated"
says 0 'snapshot  *1000  *90000  *20000  *50000  *20000$' 'instructions a session, and what the slower agent keeps up with' \
	tools/bench --report "$work/replicated"
# inspected FILE SARA ASKS: of messages, SARA costs so many instructions and asks so often for memory, libosip2 costs 2000,
# sofia-sip 1000, where it understands the message.
inspected() {
	jq -n --argjson sara "$2" --argjson asks "$3" '{kernel: "6.12.1-test", measured: [
		("sip-ok", "sip-odd") as $case | ({osip: 2000, sofia: 1000, sara: $sara} | to_entries[]) |
		select($case == "sip-ok" or .key != "sofia") |
		({what: "inspect", case: $case, round: 1, system: .key, bytes: 500, asks: $asks, instructions: .value},
		 {what: "inspect-here", case: $case, round: 1, system: .key, bytes: 500, asks: $asks, ns: 250})]}' >"$1"
}
inspected "$work/lean" 100 0
inspected "$work/asking" 100 0.5
inspected "$work/fat" 101 0
says 0 'sip-ok  *500  *0.2  *0.0  *250  *2.00  *4000000$' 'of messages, what they cost here, too' tools/bench --report "$work/lean"
says 0 'holds: sip-odd: SARA costs 0.050 of the fastest' 'who does not understand it is not compared with' \
	tools/bench --check --report "$work/lean"
says 1 'DOES NOT HOLD: sip-ok: SARA costs 0.101 of the fastest' 'the fastest counts' tools/bench --check --report "$work/fat"
says 1 'DOES NOT HOLD: SARA asks 0.5 times' 'memory is asked for' tools/bench --check --report "$work/asking"
jq 'del(.measured[] | select(.system != "sara"))' "$work/lean" >"$work/alone"
says 1 'SARA and a general parser were not both' 'nobody to compare with' tools/bench --check --report "$work/alone"
# dumped FILE SARA NODE BYTES: SARA's list of all costs so much a flow, that of a node, and a flow so many bytes; others 3000.
dumped() {
	jq -n --argjson sara "$2" --argjson node "$3" --argjson bytes "$4" '{kernel: "6.12.1-test", measured: [
		{case: "all", system: "sara", instructions: $sara}, {case: "node", system: "sara", instructions: $node},
		({case: "all", system: ("ipvs-rr", "ipvs-ct"), instructions: 3000}) |
		. + {what: "dump", round: 1, flows: 1000, bytes: 90000, kernel_bytes: (if .system == "sara" then $bytes else 400 end)}]}' >"$1"
}
dumped "$work/quick" 1000 200 256
dumped "$work/slow" 1001 200 256
dumped "$work/unfiltered" 1000 900 256
dumped "$work/big" 1000 200 257
says 0 'conntrack -L -o xml  *1000  *400  *90000$' 'lists, and what the kernel keeps' tools/bench --check --report "$work/quick"
says 1 'DOES NOT HOLD: all: SARA costs 0.334 of ipvsadm -Lnc (at most 0.333)' 'a slow list' tools/bench --check --report "$work/slow"
says 1 'DOES NOT HOLD: a list of one node costs 0.900' 'no filter in the kernel' tools/bench --check --report "$work/unfiltered"
says 1 'DOES NOT HOLD: the kernel takes 257 bytes' 'a big flow' tools/bench --check --report "$work/big"
says 0 'udp-8  *0.700' 'a table' tools/bench --report "$work/good"
says 0 'holds: syn-8: SARA costs 0.700 of IPVS-DR rr' 'all goals hold' tools/bench --check --report "$work/good"
says 0 'DOES NOT HOLD: syn-8: SARA costs 0.701' 'nobody asked for the goals' tools/bench --report "$work/bad"
says 1 'DOES NOT HOLD: syn-8: SARA costs 0.701' 'a goal that is missed by little' tools/bench --check --report "$work/bad"
says 1 'DOES NOT HOLD: udp-64: SARA costs 20.000 of udp-1' 'more with many nodes' tools/bench --check --report "$work/nodes"
says 1 'DOES NOT HOLD: syn-8: SARA and IPVS-DR rr were not both' 'what was not measured' tools/bench --check --report "$work/part"
says 1 'no floor was measured for syn-8' 'a cost above nothing' tools/bench --report "$work/no-floor"
says 1 '^The goals' 'nothing was measured' tools/bench --check --report "$work/none"

says 0 'holds' 'ratios are written' tools/bench --ratios "$work/ratios" --report "$work/good"
results "$work/slower" 720
results "$work/same" 710
results "$work/faster" 600
says 0 '12 ratios compared, 0 worse' 'within the bound' tools/bench --against "$work/ratios" --report "$work/same"
says 0 'better: sessions syn-8 ipvs-rr 0.700 -> 0.600' 'better' tools/bench --against "$work/ratios" --report "$work/faster"
says 1 'WORSE: sessions syn-8 ipvs-rr 0.700 -> 0.720' 'worse' tools/bench --against "$work/ratios" --report "$work/slower"
says 1 '0 ratios compared' 'nothing to compare' tools/bench --against "$work/ratios" --report "$work/none"
jq '.kernel = "6.1.1-test"' "$work/good" >"$work/older"
says 1 'whose code is another' 'another kernel' tools/bench --against "$work/ratios" --report "$work/older"
exit "$failed"
