#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which node a new session gets: weighted least sessions, weighted round robin, by hash, bounds, states, pools.
#
#   c1 --UDP--> lb (VIP, services at 5060 and 5070) --MAC--> n1 | n2, and n3 that is a MAC without a host: placed is placed
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/schedulers.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

PORT=20000
# sessions N [DPORT]: N new sessions.
sessions() {
	must c1 flood "$PORT" "$1" "$VIP" "${2-5060}"
	PORT=$((PORT + $1))
}

# spread WHAT PATTERN: sessions on n1, n2, n3.
spread() {
	eventually 20 "$1" "$2" lb show node-get : sessions
}

clear_sessions() {
	must lb nl session-del all
}

weights() {
	must lb nl node-set name=n1 weight="$1"
	must lb nl node-set name=n2 weight="$2"
	must lb nl node-set name=n3 weight="$3"
}

small_up
small_nodes
must lb nl node-new name=n3 dev=eth0 mac=02:00:00:00:00:33
must lb nl service-new name=a addr="$VIP" proto=17 port=5060 flow-timeout=600000
must lb nl service-new name=b addr="$VIP" proto=17 port=5070 flow-timeout=600000
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060

note '--- wlc'
sessions 30
spread 'equal weights, equal shares' '10;10;10'
clear_sessions
weights 1 2 3
sessions 60
spread 'shares by weight' '10;20;30'
sessions 6 5070
spread 'sessions of another service count too' '11;22;33'
clear_sessions
weights 1 0 1
sessions 10
spread 'weight 0 gets none' '5;0;5'
weights 1 1 1
sessions 5
spread 'one that lags behind catches up' '5;5;5'
clear_sessions
bot lb show node-get : sessions-total
before=$ANSWER
for _ in 1 2 3 4 5 6; do
	sessions 1
	eventually 20 'one session' 1 lb stat sessions
	clear_sessions
done
bot lb show node-get : sessions-total
IFS=';' read -r -a old <<<"$before"
IFS=';' read -r -a new <<<"$ANSWER"
ANSWER="$((new[0] - old[0]));$((new[1] - old[1]));$((new[2] - old[2]))"
expect 'sessions that are over before the next one take turns' '2;2;2'

note '--- wrr'
must lb nl service-set name=a scheduler=wrr
weights 3 1 1
sessions 50
spread 'shares by weight' '30;10;10'
clear_sessions
weights 4 2 2
sessions 40
spread 'weights with a common divisor' '20;10;10'
clear_sessions
weights 1 5 1
sessions 70
spread 'changed at run time' '10;50;10'
clear_sessions
must lb nl node-set name=n2 state=drain
sessions 20
spread 'the heaviest one is drained' '10;0;10'
must lb nl node-set name=n2 state=up
clear_sessions
weights 1 1 1
sessions 3
sessions 3 5070
spread 'round robin does not look at sessions of others' '2;2;2'
clear_sessions

note '--- mh: by hash'
must lb nl service-set name=a scheduler=mh
# places N: when there are N sessions, port:node of each.
places() {
	eventually 20 "$1 sessions" "$1" lb stat sessions
	ANSWER=$(ns lb sara -j session show |
		python3 -c 'import json, sys; print(*sorted(str(s["tuple"]["sport"]) + ":" + s["node"] for s in json.load(sys.stdin)))')
	PLACES=$ANSWER
}
share() { tr ' ' '\n' <<<"$PLACES" | { grep -c ":$1\$" || true; }; }
# between WHAT LEAST IS MOST
between() {
	ANSWER=$3
	(($2 <= $3 && $3 <= $4)) || ANSWER="$3, not $2 to $4"
	expect "$1" "$3"
}
# anew NAME...: these nodes, in this order.
anew() {
	local node
	for node in n1 n2 n3; do
		must lb nl node-del name=$node
	done
	for node; do
		must lb nl node-new name="$node" dev=eth0 mac="${MAC[$node]-02:00:00:00:00:33}"
	done
}
must c1 flood 30000 300 "$VIP" 5060
places 300
FIRST=$ANSWER
between 'a third each, as far as chance goes' 70 "$(share n1)" 130
clear_sessions
anew n3 n2 n1
must c1 flood 30000 300 "$VIP" 5060
places 300
expect 'it is the name that counts: other nodes of these names get the same' "$FIRST"
clear_sessions
must lb nl node-set name=n2 state=drain
must c1 flood 30000 300 "$VIP" 5060
places 300
ANSWER=$(LC_ALL=C comm -23 <(tr ' ' '\n' <<<"$FIRST") <(tr ' ' '\n' <<<"$PLACES") | grep -vc ':n2$' || true)
expect 'when one is drained, nobody moves who was elsewhere' 0
ANSWER=$(share n2)
expect 'and it gets none' 0
between 'its sessions are shared' 110 "$(share n1)" 190
must lb nl node-set name=n2 state=up
clear_sessions
weights 1 1 4
must c1 flood 30000 300 "$VIP" 5060
places 300
between 'shares by weight' 160 "$(share n3)" 240
clear_sessions
weights 1 1 1
must lb nl service-new name=calls addr="$VIP" proto=17 port=5080 app=sip key=call-id scheduler=mh flow-timeout=600000
must c1 calls 1 60 7000 "$VIP" 5080
eventually 20 'calls of one flow' 60 lb stat sessions
bot lb show node-get : sessions
expect 'are on all nodes' '[1-9]*;[1-9]*;[1-9]*'
CALLS=$ANSWER
clear_sessions
must c1 calls 1 60 7777 "$VIP" 5080
eventually 20 'the same calls from elsewhere' 60 lb stat sessions
bot lb show node-get : sessions
expect 'are where they were' "$CALLS"
clear_sessions
must lb nl service-del name=calls
anew n1 n2 n3

for scheduler in wlc wrr; do
	note "--- bounds, states and pools under $scheduler"
	must lb nl service-set name=a scheduler=$scheduler
	must lb nl node-set name=n1 max-sessions=2
	sessions 12
	spread 'a node has no more than its bound' '2;5;5'
	must lb nl node-set name=n2 max-sessions=5
	must lb nl node-set name=n3 max-sessions=5
	bot lb stat drop-no-node
	was=$ANSWER
	sessions 4
	spread 'all are full' '2;5;5'
	eventually 20 'what finds no node is counted' $((was + 4)) lb stat drop-no-node
	bot lb show service-get name=a : refused sessions
	expect 'and refused by the service' "$((was + 4)),12"
	for node in n1 n2 n3; do
		must lb nl node-set name=$node max-sessions=0
	done
	clear_sessions

	must lb nl service-set name=a node=n1 node=n3
	sessions 10
	spread 'a pool of two' '5;0;5'
	sessions 9 5070
	eventually 20 'the other service uses all' 'a,*,10;b,-,9' lb show service-get : name node sessions
	must lb nl service-set name=a all-nodes
	clear_sessions
	sessions 9
	spread 'all nodes again' '3;3;3'
	clear_sessions
done

note '--- states'
must lb nl service-set name=a scheduler=wlc
must lb nl node-set name=n3 weight=0
bot c1 udp 6001 "$VIP" 5060
expect 'a node that answers' 'n[12]'
NODE=$ANSWER
must lb nl node-set name="$NODE" state=drain
bot c1 udp 6001 "$VIP" 5060
expect 'drained, a node keeps its session' "$NODE"
sessions 10
eventually 20 'ten more' 11 lb stat sessions
bot lb show node-get name="$NODE" : sessions usable
expect 'and gets no new one' '1,yes'
must lb nl node-set name="$NODE" state=down
bot lb stat drop-node-down
was=$ANSWER
bot c1 udp 6001 "$VIP" 5060 1
expect 'down, a node gets no packet' none
counted 'that is counted' $((was + 1)) drop-node-down
bot lb show node-get name="$NODE" : sessions usable
expect 'its session waits' '1,-'
must lb nl node-set name="$NODE" state=up
bot c1 udp 6001 "$VIP" 5060
expect 'up again, the session goes on' "$NODE"
verdict
