#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a dispatcher's death costs sessions that have just begun. Its agent stands still for a moment, as a busy one may, while
# new calls come; then the machine loses its power, and the other dispatcher has the VIP.
#
#   c1 (callers) --> gw --> lb  (stops, then is cut off) --MAC--> n1 | n2 | n3, which tell who called
#                      '--> lb2 (has the VIP then) --------^
#
#   async  what began meanwhile is at nodes already, and lb2 has never heard of it: it places those calls anew
#     by mh  ... at the nodes where they are: both heads choose the same
#   sync   what began meanwhile is at no node: lb2 places it, once
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/sync_heads.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heads.sh"
trap cleanup EXIT

KNOWN=60 YOUNG=40
FIRST=20000

# vip_at NAME: this dispatcher has the VIP.
vip_at() { ip -n "${NS_PREFIX}gw" neigh replace "$VIP" lladdr "${MAC[$1]}" dev eth1 nud permanent; }

# call FROM COUNT [-1]: a first message from each of so many ports, or the other way round.
call() {
	ns c1 python3 -c 'import socket, sys
first, count, step = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for port in range(first, first + count)[::step]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        sip.bind(("198.18.1.11", port))
        sip.sendto(b"INVITE sip:b@198.18.0.100 SIP/2.0\r\nCall-ID: %d\r\nCSeq: 1 INVITE\r\n\r\n" % port, ("198.18.0.100", 5060))' "$1" "$2" "${3-1}"
}

# heard: "PORT NODE" of each call that a node has got, once.
heard() {
	local node
	for node in "${NODES[@]}"; do
		sed -n "s/^call \([0-9]*\)$/\1 $node/p" "$RUN_DIR/calls-$node.log"
	done | sort -u
}
heard_are() { (($(heard | wc -l) == $1)); }
placed_are() { [[ $(ns "$1" sara stats show) == *$'\n'"placed $2"$'\n'* ]]; }

# known NAME: "PORT NODE" of each session that a dispatcher has.
known() {
	ns "$1" sara -j session show | python3 -c 'import json, sys
for session in json.load(sys.stdin):
    print(session["tuple"]["sport"], session["node"])' | sort
}

# unknown: the calls at nodes that lb2 knows nothing of.
unknown() { comm -23 <(heard) <(known lb2) | wc -l; }
unknown_are() { [[ $(unknown) == "$1" ]]; }
all_heard() { (($(heard | cut -d' ' -f1 | sort -u | wc -l) == KNOWN + YOUNG)); }
# split: the calls that are at more than one node.
split() { heard | cut -d' ' -f1 | uniq -d | wc -l; }

# death MODE SETTINGS [SCHEDULER]: leaves UNKNOWN, SPLIT, and YOUNG_HEARD, how many of the young ones were at a node when their dispatcher died.
death() {
	local node head
	note "--- $1 ${3-}"
	for head in "${HEADS[@]}"; do
		sed "s/\"peer_timeout\"/\"replication\": \"$1\", $2 &/; s/\"app\": \"sip\"/&${3:+, \"scheduler\": \"$3\"}/" \
			"$RUN_DIR/$head.json" >"$RUN_DIR/$head-$1.json"
	done
	for node in "${NODES[@]}"; do
		spawn "calls-$node" "$node" python3 -c 'import socket
sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sip.bind(("198.18.0.100", 5060))
print("ready", flush=True)
while True:
    print("call", sip.recvfrom(4096)[1][1], flush=True)'
		wait_for 30 "the node $node" log_has "calls-$node" ready
	done
	insmod "$SARA_KO"
	vip_at lb
	for head in "${HEADS[@]}"; do
		spawn "$head" "$head" sara-agent --config "$RUN_DIR/$head-$1.json"
	done
	for head in "${HEADS[@]}"; do
		wait_for 30 "$head to be fit" fit "$head" || true
		check "$head is fit" fit "$head"
	done
	wait_for 20 'lb2 to have all of lb' peer_has lb 'told all' || true
	[[ $1 != sync ]] || wait_for 20 'new sessions to wait' peer_has lb 'replication sync waits yes' || true
	check "it says that it is $1" peer_has lb "replication $1"

	call "$FIRST" "$KNOWN"
	wait_for 20 'the calls' heard_are "$KNOWN" || true
	check 'calls come to nodes' heard_are "$KNOWN"
	wait_for 20 'lb2 to have them' unknown_are 0 || true
	check 'lb2 has them, with their nodes' unknown_are 0

	kill -STOP "${PIDS[lb]}"
	call $((FIRST + KNOWN)) "$YOUNG"
	wait_for 20 'lb to place the calls' placed_are lb $((KNOWN + YOUNG)) || true
	check 'more calls come while its agent stands still' placed_are lb $((KNOWN + YOUNG))
	ip -n "${NS_PREFIX}lb" link set eth0 down
	kill -KILL "${PIDS[lb]}"
	UNKNOWN=$(unknown) YOUNG_HEARD=$(($(heard | wc -l) - KNOWN))

	vip_at lb2
	call "$FIRST" $((KNOWN + YOUNG)) -1 # as they repeat what has no answer, not in the order in which they began
	wait_for 20 'lb2 to place the rest' placed_are lb2 "$((YOUNG))" || true
	check 'lb2 places those that it has not, and no others' placed_are lb2 "$YOUNG"
	wait_for 20 'the calls' all_heard || true
	check 'all are at a node' all_heard
	SPLIT=$(split)
	note "$1: of $YOUNG calls that had just begun $YOUNG_HEARD were at a node, $UNKNOWN of them unknown to lb2; $SPLIT came to" \
		"a second node"
}
# again: as in the beginning.
again() {
	local label
	for label in lb lb2 "${NODES[@]/#/calls-}"; do
		stop "$label" KILL
	done
	rmmod sara
	ip -n "${NS_PREFIX}lb" link set eth0 up
	ip -n "${NS_PREFIX}lb" route replace default via "${ADDR[gw]}"
}

heads_up
death async ''
check 'async: what had just begun is at nodes' test "$YOUNG_HEARD" = "$YOUNG"
check 'async: and unknown to lb2' test "$UNKNOWN" = "$YOUNG"
check 'async: which places them as they come, some at a second node' test "$SPLIT" -gt 0
again
death async '' mh
check 'async by mh: what had just begun is at nodes' test "$YOUNG_HEARD" = "$YOUNG"
check 'async by mh: and unknown to lb2' test "$UNKNOWN" = "$YOUNG"
check 'async by mh: which places each at the node where it is' test "$SPLIT" = 0
check 'by mh calls are at all nodes' test "$(heard | cut -d' ' -f2 | sort -u | wc -l)" = "${#NODES[@]}"
again
death sync '"sync_time": 10, '
check 'sync: what had just begun is at no node' test "$YOUNG_HEARD" = 0
check 'sync: so lb2 knows all that nodes know' test "$UNKNOWN" = 0
check 'sync: each call is at one node' test "$SPLIT" = 0

note '--- alone, nobody is waited for'
call 30000 5
wait_for 20 'the calls' heard_are $((KNOWN + YOUNG + 5)) || true
check 'calls come to nodes' heard_are $((KNOWN + YOUNG + 5))
check 'it says so' peer_has lb2 'replication sync waits no'
check 'none had to wait until its time was over' has '^sync-expired 0$' lb2 sara stats show

((FAILED == 0)) || {
	for head in "${HEADS[@]}"; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
		ns "$head" sara stats show | grep -E 'placed|sync|session' >&2 || true
	done
	die "$FAILED checks failed"
}
