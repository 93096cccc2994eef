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
says 1 'one of forward, sessions, inspect, dump, replicate, scale, announce, agent and all' 'two of them' tools/bench forward sessions
says 1 '--json needs a value' 'no file' tools/bench --json
says 1 "not '0'" 'no round' tools/bench --rounds 0
says 1 'replicate has no goal to check' 'a goal that there is not' tools/bench replicate --check
says 1 "not '10'" 'too few flows' tools/bench dump --flows 10
says 1 "not '1000001'" 'too many flows' tools/bench dump --flows 1000001
says 1 "from 1000 to 4000000, not '4000001'" 'too many flows of scale' tools/bench scale --flows 4000001
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
# scaled FILE MANY BYTES [FLOOR]: among a thousand flows SARA costs 400 ns and IPVS 1000, among a million MANY and 2000; a flow takes so
# many bytes.
scaled() {
	jq -n --argjson many "$2" --argjson bytes "$3" --argjson floor "${4-900}" '{kernel: "6.12.1-test", here: "6.1.1-uml", measured: (
		[{"1000": {sara: 400, "ipvs-rr": 1000, floor: 0}, "1000000": {sara: $many, "ipvs-rr": 2000, floor: 0}} | to_entries[] |
		 .key as $case | .value | to_entries[] |
		 {what: "scale", case: $case, round: 1, system: .key, ns: ($floor + .value), median: 5000, longest_us: 90}] +
		[{sara: $bytes, "ipvs-rr": 300} | to_entries[] |
		 {what: "scale-memory", case: "1000000", round: 1, system: .key, bytes: .value}])}' >"$1"
}
scaled "$work/flat" 600 256
scaled "$work/steep" 601 256
scaled "$work/large" 600 257
says 0 '^Linux 6.12.1-test, in time 6.1.1-uml$' 'whose time it is' tools/bench --report "$work/flat"
says 0 '1000000  *0.300$' 'among a million flows, of IPVS' tools/bench --check --report "$work/flat"
says 1 'DOES NOT HOLD: among 1000000 flows a packet costs 1.50 of' 'many flows cost more' tools/bench --check --report "$work/steep"
says 1 'DOES NOT HOLD: the kernel takes 257 bytes' 'a big flow, of a million' tools/bench --check --report "$work/large"
jq 'del(.measured[] | select(.case == "1000"))' "$work/flat" >"$work/many-only"
says 1 'DOES NOT HOLD: SARA was not measured with both 1000' 'few flows were not measured' tools/bench --check --report "$work/many-only"
says 0 'holds' 'ratios in time are written' tools/bench --ratios "$work/scale-ratios" --report "$work/flat"
scaled "$work/slower-in-time" 790 256
scaled "$work/slow-in-time" 770 256
says 1 'WORSE: scale 1000000 ipvs-rr 0.300 -> 0.395' 'worse in time' tools/bench --against "$work/scale-ratios" --report "$work/slower-in-time"
says 0 '3 ratios compared, 0 worse' 'what may be noise of time' tools/bench --against "$work/scale-ratios" --report "$work/slow-in-time"

# announced FILE P99 NS: of 1000 calls, in time; in all they take NS.
announced() {
	jq -n --argjson p99 "$2" --argjson ns "$3" '{kernel: "6.12.1-test", measured: [
		{what: "announce-here", case: "one", calls: 1000, ns: 400000000, p50: 200000, p99: $p99, max: 900000},
		{what: "announce-here", case: "many", calls: 1000, ns: $ns, p50: 2000000, p99: 3000000, max: 4000000,
		 dispatcher: ($ns / 2), gateway: ($ns / 5), sender: ($ns / 10)}]}' >"$1"
}
announced "$work/soon" 499999 50000000
announced "$work/late" 500000 50000000
announced "$work/few" 499999 50100000
says 0 'time of user-mode Linux  *1  *200  *500  *900  *2500$' 'how soon media are expected' tools/bench --check --report "$work/soon"
says 1 'DOES NOT HOLD: 99 of 100 are announced within 500 us' 'too late' tools/bench --check --report "$work/late"
says 1 "DOES NOT HOLD: 19960 calls a second.*50 %, takes the dispatcher's agent" 'too few, and who is the bottleneck' \
	tools/bench --check --report "$work/few"
jq '.measured[].what = "announce"' "$work/soon" >"$work/emulated"
says 1 'announcing was not measured in time' 'instructions are no time' tools/bench --check --report "$work/emulated"

# agents FILE BYTES MOST CALL IDLE: what an agent keeps for each of 1000 and 100000 sessions, has at the most for each of 100000, keeps for
# a call, and takes while idle with 100000, in ns a second.
agents() {
	jq -n --argjson bytes "$2" --argjson most "$3" --argjson call "$4" --argjson idle "$5" '{kernel: "6.12.1-test", measured: (
		[[0, 0, 0, 0], [1000, $bytes, $bytes, 1000000], [100000, $bytes, $most, $idle]] | map(
		 {what: "agent", case: "sessions", sessions: .[0], start_us: 2000000, start_cpu: 1000000000, bytes: (5000 + .[0] * .[1]),
		  most_bytes: (5000 + .[0] * .[2]), idle_s: 10, idle_cpu: (10 * .[3])}) +
		[{what: "agent", case: "calls", calls: 1000, bytes: (1000 * $call)}])}' >"$1"
}
agents "$work/modest" 300 300 300 3000000
agents "$work/keeping" 301 301 300 3000000
agents "$work/peak" 300 301 300 3000000
agents "$work/calls" 300 300 301 3000000
agents "$work/restless" 300 300 300 3000001
says 0 '100000  *2.0  *1.0  *30005000  *30005000  *300  *3000$' 'what an agent takes' tools/bench --check --report "$work/modest"
says 1 'DOES NOT HOLD: an agent keeps 301 bytes' 'a session that is kept' tools/bench --check --report "$work/keeping"
says 1 'DOES NOT HOLD: with 100000 sessions it has taken 301' 'at the most' tools/bench --check --report "$work/peak"
says 1 'DOES NOT HOLD: it keeps 301 bytes for a call' 'a call' tools/bench --check --report "$work/calls"
says 1 'DOES NOT HOLD: idle it takes 3000 us' 'work by a timer' tools/bench --check --report "$work/restless"
jq 'del(.measured[] | select(.case == "calls"))' "$work/modest" >"$work/no-calls"
says 1 'an agent was not measured with few and many' 'without calls' tools/bench --check --report "$work/no-calls"
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
